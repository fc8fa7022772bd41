"""Where the WordPress login comes from, and that its value shows nowhere."""

import json
from typing import Any

import pytest

from wod_pipeline.errors import SettingsError, StorageUnavailable, WodError
from wod_pipeline.wordpress.credentials import Credentials, wordpress_credentials
from wod_pipeline_tests.servers.aws import AwsServer

GIVEN = {"username": "editor", "password": "from the environment"}


def unused() -> Any:
    raise AssertionError("no secret is named")


def from_secret(aws: AwsServer, text: str | None, **given: Any) -> Credentials:
    if text is not None:
        aws.client("secretsmanager").create_secret(Name="wod/site", SecretString=text)
    return wordpress_credentials(
        secret_name="wod/site", open_secrets=lambda: aws.client("secretsmanager"), **given
    )


def test_a_secret_wins_over_the_environment(aws: AwsServer) -> None:
    found = from_secret(aws, json.dumps({"username": "coach", "password": "abcd efgh", "note": 1}), **GIVEN)
    assert found.login == ("coach", "abcd efgh")
    assert found.source == "the secret 'wod/site'"
    assert "abcd" not in repr(found)


def test_without_a_secret_the_environment_is_used_and_without_either_nobody_logs_in() -> None:
    assert wordpress_credentials(**GIVEN, open_secrets=unused) == Credentials(
        ("editor", "from the environment"), "the environment"
    )
    assert wordpress_credentials(open_secrets=unused) == Credentials(None, "none: anonymous")
    assert wordpress_credentials(username="editor", open_secrets=unused).login is None


@pytest.mark.parametrize(
    "text",
    [
        "hunter2",
        '{"username": "coach", "password": "hunter2"',
        '{"username": "hunter2"}',
        '{"user": "coach", "pass": "hunter2"}',
        '{"username": "", "password": "hunter2"}',
        '{"username": "coach", "password": ["hunter2"]}',
        '["hunter2"]',
    ],
)
def test_a_malformed_secret_is_an_error_that_does_not_show_it(aws: AwsServer, text: str) -> None:
    with pytest.raises(SettingsError, match="not a JSON object with a username and a password") as caught:
        from_secret(aws, text, **GIVEN)
    assert "hunter2" not in str(caught.value) + repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_secret_that_is_not_there_is_an_error_and_no_fallback(aws: AwsServer) -> None:
    with pytest.raises(SettingsError, match=r"'wod/site'.*ResourceNotFoundException.*WOD_SECRET_NAME"):
        from_secret(aws, None, **GIVEN)


def test_a_binary_secret_is_malformed(aws: AwsServer) -> None:
    aws.client("secretsmanager").create_secret(Name="wod/site", SecretBinary=b"hunter2")
    with pytest.raises(SettingsError, match="not a JSON object"):
        from_secret(aws, None)


def test_a_service_out_of_reach_can_be_tried_again(aws_environment: None) -> None:
    closed = AwsServer("http://127.0.0.1:9")
    with pytest.raises(StorageUnavailable, match="could not be reached") as caught:
        wordpress_credentials(
            secret_name="wod/site",
            open_secrets=lambda: closed.client("secretsmanager", max_attempts=1, connect_timeout_s=0.2),
        )
    assert isinstance(caught.value, WodError)
    assert caught.value.rerun_helps
