"""Settings: read once, checked together."""

from dataclasses import replace
from pathlib import Path

import pytest

from wod_pipeline.adapters import aws_client
from wod_pipeline.errors import SettingsError, SourceRefused
from wod_pipeline.settings import VARIABLES, env_example, load_settings, name_in_environment, use_dagster_home
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


@pytest.mark.parametrize(
    "address",
    [
        "https%3A%2F%2Fcoach%3Ahunter2%40site.example",
        "https%253A%252F%252Fcoach%253Ahunter2%2540site.example",
        "https://coach:hunter2\uff20site.example",
        "https://site.example/?key=hunter2",
    ],
)
def test_an_address_that_may_hold_a_login_is_not_shown(address: str) -> None:
    with pytest.raises(SettingsError, match=r"WOD_WORDPRESS_URL = \(hidden\)") as caught:
        load(WOD_WORDPRESS_URL=address)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "path",
    ["//other.example", "/../wod", "/wod/.", "/a%2Fb", "/w%20od", "/größe", "/a;b", "/a\\b", "/%0d%0aX:y"],
)
def test_a_path_that_would_lead_elsewhere_in_a_link_redirect_or_cookie_is_refused(path: str) -> None:
    with pytest.raises(SettingsError, match=r"WOD_PAGE_URL .* between the slashes of its path"):
        load(WOD_PAGE_URL=f"https://gym.example{path}")


@pytest.mark.parametrize("path", ["", "/wod", "/wod/", "/~coach/wod_2.0", "/.well-known/wod"])
def test_a_path_of_plain_letters_is_where_the_page_is_served(path: str) -> None:
    assert load(WOD_PAGE_URL=f"https://gym.example{path}").page_url == f"https://gym.example{path}".rstrip(
        "/"
    )


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


BROKEN_DOTENV = {
    'WOD_SOURCE="wordpress\nWOD_TIMEZONE=Europe/Berlin\n': 'line 1: the quote " is opened and not closed',
    "# mine\n\n\nWOD_SOURCE='wordpress\n": "line 4: the quote ' is opened and not closed",
    "WOD_S3_PREFIX=a\nWOD_SOURCE wordpress\n": "line 2: it is not NAME=value",
    "WOD_S3_PREFIX=a\nWOD_SOURCE\n": "line 2: WOD_SOURCE has no value: write WOD_SOURCE=value",
    "=wordpress\n": "line 1: it is not NAME=value",
    "WOD_SOURCE=word\0press\n": "line 1: it holds a NUL character",
}


@pytest.mark.parametrize("text", BROKEN_DOTENV)
def test_a_line_of_the_dotenv_file_that_cannot_be_read_is_named_and_nothing_goes_on(
    text: str, tmp_path: Path
) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings({}, dotenv=dotenv)
    assert str(dotenv) in str(caught.value)
    assert BROKEN_DOTENV[text] in str(caught.value)
    assert "wordpress" not in str(caught.value), "a value may be a secret"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("WOD_SOURCE=sample\n".encode("utf-16"), "saved as UTF-16"),
        (b"A=1\nB=\xff\n", "line 2 is not UTF-8"),
        (b"#" * 2_000_000, "longer than"),
    ],
)
def test_a_dotenv_file_of_other_bytes_is_named(data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(data)
    with pytest.raises(SettingsError, match=said) as caught:
        load_settings({}, dotenv=tmp_path / ".env")
    assert str(tmp_path / ".env") in str(caught.value)


def test_a_name_that_the_dotenv_file_sets_twice_is_logged_once_with_its_lines(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text(
        "WOD_S3_PREFIX=hunter2\n\n# WOD_S3_PREFIX=x\nexport WOD_S3_PREFIX='a'\nWOD_S3_PREFIX=b\n"
    )
    assert [load_settings({}, dotenv=dotenv).s3_prefix for _ in range(2)] == ["b", "b"]
    assert [record.getMessage() for record in caplog.records] == [
        f"{dotenv} sets WOD_S3_PREFIX in lines 1, 4 and 5; line 5 counts. Remove the others."
    ]


def test_a_folder_in_place_of_the_dotenv_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="it is a folder"):
        load_settings({}, dotenv=tmp_path)


def test_what_people_write_into_a_dotenv_file_is_read(tmp_path: Path) -> None:
    text = (
        "\ufeff# mine\r\n\r\nexport WOD_S3_PREFIX='a'  # why\r\nOTHER\r\nWOD_TIMEZONE=\"Europe/Berlin\"\r\n"
    )
    (tmp_path / ".env").write_bytes(text.encode())
    settings = load_settings({}, dotenv=tmp_path / ".env")
    assert (settings.s3_prefix, settings.timezone) == ("a", "Europe/Berlin")


def test_a_name_that_is_no_setting_is_warned_of_once_with_the_nearest(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / ".env").write_text("WOD_SORCE=hunter2\n")
    for _ in range(2):
        load_settings({"WOD_TIMEZONNE": "hunter2", "WODEN": "x"}, dotenv=tmp_path / ".env")
    assert [record.getMessage() for record in caplog.records] == [
        "WOD_SORCE is set, but there is no such setting: did you mean WOD_SOURCE?",
        "WOD_TIMEZONNE is set, but there is no such setting: did you mean WOD_TIMEZONE?",
    ]


@pytest.mark.parametrize(
    ("service", "variable"),
    [
        ("s3", "AWS_ENDPOINT_URL_S3"),
        ("dynamodb", "AWS_ENDPOINT_URL_DYNAMODB"),
        ("sns", "AWS_ENDPOINT_URL_SNS"),
        ("secretsmanager", "AWS_ENDPOINT_URL_SECRETS_MANAGER"),
    ],
)
def test_the_address_of_one_service_goes_before_that_of_all(service: str, variable: str) -> None:
    settings = load(**{"AWS_ENDPOINT_URL": "http://all.example", variable: "http://one.example"})
    others = {"s3", "dynamodb", "sns", "secretsmanager"} - {service}
    assert settings.endpoint_of(service) == "http://one.example"
    assert {settings.endpoint_of(other) for other in others} == {"http://all.example"}
    made = aws_client(replace(settings, aws_region="us-west-2"), service)
    assert made.meta.endpoint_url == "http://one.example"


@pytest.mark.parametrize("end", ["fifo", "FIFO"])
def test_a_fifo_topic_is_refused_with_the_reason(end: str) -> None:
    with pytest.raises(SettingsError, match="delivers to queues only"):
        load(WOD_SNS_TOPIC_ARN=f"arn:aws:sns:us-west-2:1:wod.{end}")


def test_a_path_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(SettingsError, match="use a path whose letters are UTF-8"):
        load(WOD_DATA_DIR="/tmp/b\udcff")


def test_a_name_in_small_letters_or_without_its_underscore_is_warned_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    load(wod_data_dir="x", WODDATA_DIR="x", **{"WOD-SOURCE": "x"}, WOD_X="x", WODEN="x")
    assert [record.getMessage() for record in caplog.records] == [
        "wod_data_dir is set, but there is no such setting: did you mean WOD_DATA_DIR?",
        "WODDATA_DIR is set, but there is no such setting: did you mean WOD_DATA_DIR?",
        "WOD-SOURCE is set, but there is no such setting: did you mean WOD_SOURCE?",
        "WOD_X is set, but there is no such setting: .env.example lists all settings.",
    ]


@pytest.mark.parametrize("home", ["~/runs", "runs"])
def test_a_relative_dagster_home_is_that_of_the_home_or_current_folder(
    home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DAGSTER_HOME", home)
    assert use_dagster_home(load()) == tmp_path / "runs"
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


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


@pytest.mark.parametrize(
    ("environment", "used", "name"),
    [
        ({"WOD_S3_BUCKET": "lake"}, "lake", "WOD_S3_BUCKET"),
        ({"WOD_S3_BUCKET": "other"}, "lake", ""),
        ({"WOD_S3_BUCKET": ""}, "", ""),
        ({}, "lake", ""),
    ],
)
def test_a_variable_is_named_only_where_the_environment_has_the_setting_as_it_is_used(
    environment: dict[str, str], used: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WOD_S3_BUCKET", raising=False)
    for variable, text in environment.items():
        monkeypatch.setenv(variable, text)
    assert name_in_environment(load(WOD_S3_BUCKET=used), "s3_bucket") == name


def test_of_two_variables_the_one_that_counts_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert name_in_environment(load(AWS_REGION="eu-west-1"), "aws_region") == "AWS_DEFAULT_REGION"
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    assert name_in_environment(load(AWS_REGION="eu-west-1"), "aws_region") == ""
