"""Settings: read once, checked together."""

from pathlib import Path

import pytest

from wod_pipeline.errors import SettingsError, SourceRefused
from wod_pipeline.settings import VARIABLES, env_example, load_settings, use_dagster_home
from wod_pipeline.wordpress import WordPressSource

ROOT = Path(__file__).parents[1]
NO_DOTENV = Path("no-such.env")


def load(**environ: str):
    return load_settings(environ, dotenv=NO_DOTENV)


def test_an_empty_environment_gives_the_embedded_defaults() -> None:
    settings = load()
    assert (settings.storage, settings.source, settings.timezone) == (
        "local",
        "sample",
        "America/Los_Angeles",
    )


def test_every_problem_is_reported_at_once_with_name_meaning_default_and_fix() -> None:
    with pytest.raises(SettingsError) as caught:
        load(WOD_TIMEZONE="Mars/Base", WOD_START_WEEK="2020-12-22", WOD_SOURCE="/no/such/folder")
    message = str(caught.value)
    assert message.startswith("3 settings are wrong:")
    assert (
        "WOD_START_WEEK = '2020-12-22': use a Monday: 2020-12-21 or 2020-12-28. Meaning: Monday of the first week"
        in message
    )
    assert "WOD_TIMEZONE = 'Mars/Base': use an IANA time zone" in message
    assert "Default: America/Los_Angeles." in message


def test_a_wrong_password_setting_is_never_shown() -> None:
    with pytest.raises(SettingsError) as caught:
        load(WOD_WORDPRESS_PASSWORD="hunter2 hunter2")
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(load(WOD_WORDPRESS_USER="coach", WOD_WORDPRESS_PASSWORD="hunter2"))


def test_aws_storage_needs_a_bucket_and_a_region() -> None:
    with pytest.raises(SettingsError, match="WOD_S3_BUCKET is not set") as caught:
        load(WOD_STORAGE="aws")
    assert "AWS_REGION is not set" in str(caught.value)
    assert (
        load(WOD_STORAGE="aws", WOD_S3_BUCKET="lake", AWS_DEFAULT_REGION="eu-west-1").aws_region
        == "eu-west-1"
    )


def test_messages_go_to_one_place() -> None:
    with pytest.raises(SettingsError, match="set only one of them"):
        load(WOD_SNS_TOPIC_ARN="arn:aws:sns:us-west-2:1:wod", WOD_SNS_PHONE="+16195550123")


def test_a_user_in_the_address_is_refused_without_repeating_it_in_clear() -> None:
    with pytest.raises(SettingsError, match="leave user and password out") as caught:
        load(WOD_WORDPRESS_URL="https://coach:hunter2@example.com")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/?page=1",
        "https://example.com/#top",
        "https://example.com:99999",
        "ftp://example.com",
        "example.com",
    ],
)
def test_an_address_that_the_source_refuses_is_refused_by_the_settings(address: str) -> None:
    with pytest.raises(SettingsError, match="use a web address such as"):
        load(WOD_WORDPRESS_URL=address)
    with pytest.raises(SourceRefused, match="not a plain http"):
        WordPressSource(address)


def test_a_dotenv_file_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("WOD_TIMEZONE=Europe/Berlin\nWOD_S3_PREFIX=mine\n")
    settings = load_settings({"WOD_S3_PREFIX": "theirs"}, dotenv=dotenv)
    assert (settings.timezone, settings.s3_prefix) == ("Europe/Berlin", "theirs")


def test_the_example_file_lists_every_variable() -> None:
    assert (ROOT / ".env.example").read_text() == env_example()
    assert all(f"#{variable.name}=" in env_example() for variable in VARIABLES)


def test_an_instance_folder_that_cannot_be_created_is_a_settings_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"cannot be created: Not a directory\. Set WOD_DATA_DIR"):
        use_dagster_home(load(WOD_DATA_DIR=str(tmp_path / "file")))


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("https://app.example.com", ("https://app.example.com",)),
        (
            " https://App.example.com , http://localhost:5173,",
            ("https://app.example.com", "http://localhost:5173"),
        ),
        ("https://a.b:443,http://a.b:80,https://a.b", ("https://a.b", "http://a.b")),
        ("https://a.b:80,https://a.b:8443", ("https://a.b:80", "https://a.b:8443")),
        ("*", ("*",)),
        ("", ()),
    ],
)
def test_origins_are_read_as_browsers_send_them(text: str, origins: tuple[str, ...]) -> None:
    assert load(WOD_API_ORIGINS=text).api_origins == origins


@pytest.mark.parametrize(
    "text",
    [
        "app.example.com",
        "https://app.example.com/",
        "https://*.example.com/app",
        "null",
        "https://a b",
        "https://*.example.com",
    ],
)
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="use origins such as https://app"):
        load(WOD_API_ORIGINS=text)
