"""The key of personal calendars in Secrets Manager: made by the set-up, read with the settings, never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from wod_pipeline.adapters import check_feed_key, open_feed_key
from wod_pipeline.aws.setup import SetupStep, ensure_feed_key
from wod_pipeline.errors import SettingsError, StorageError
from wod_pipeline.feed_key import read_secret
from wod_pipeline_tests.servers.aws import AwsServer
from wod_pipeline_tests.test_feed_key import KEY, settings_of


def test_on_aws_the_key_is_a_secret(aws: AwsServer, tmp_path: Path) -> None:
    aws.client("secretsmanager").create_secret(Name="wod/feed-key", SecretString=f"{KEY}\n")
    settings = settings_of(
        tmp_path,
        WOD_STORAGE="aws",
        WOD_S3_BUCKET="lake",
        AWS_REGION=aws.region,
        AWS_ENDPOINT_URL=aws.endpoint_url,
    )
    assert open_feed_key(settings).current() == KEY.encode()
    assert (
        check_feed_key(settings) == "personal calendars are signed with the key in the secret 'wod/feed-key'"
    )
    assert not list(tmp_path.iterdir())


def test_a_secret_that_does_not_exist_or_is_none_says_what_to_do(aws: AwsServer) -> None:
    client = aws.client("secretsmanager")
    with pytest.raises(SettingsError, match=r"'wod/feed-key' .*`wod aws init` creates it"):
        read_secret(client, "wod/feed-key")
    client.create_secret(Name="wod/feed-key", SecretString="hunter2")
    with pytest.raises(SettingsError, match=r"holds no key. In it, use 32 to") as refused:
        read_secret(client, "wod/feed-key")
    assert "hunter2" not in str(refused.value)


def test_a_secret_is_made_once_and_keeps_its_value(aws: AwsServer) -> None:
    client = aws.client("secretsmanager")
    assert ensure_feed_key(client, "wod/feed-key", KEY) == SetupStep("secret wod/feed-key", "created")
    assert ensure_feed_key(client, "wod/feed-key", "x" * 40) == SetupStep("secret wod/feed-key", "exists")
    assert read_secret(client, "wod/feed-key") == KEY


def test_a_secret_that_is_being_deleted_is_not_replaced(aws: AwsServer) -> None:
    client = aws.client("secretsmanager")
    ensure_feed_key(client, "wod/feed-key", KEY)
    client.delete_secret(SecretId="wod/feed-key")
    step = ensure_feed_key(client, "wod/feed-key", KEY)
    assert (step.state, step.fix) == ("missing", "aws secretsmanager restore-secret --secret-id wod/feed-key")
    with pytest.raises((SettingsError, StorageError)):
        read_secret(client, "wod/feed-key")
