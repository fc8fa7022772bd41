"""`wod aws init` and `wod doctor`: an empty account made ready, and every trouble with a line of advice."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from wod_pipeline.aws.setup import ensure_bucket, ensure_ledger_table, ensure_sessions_table
from wod_pipeline.cli import group
from wod_pipeline.cli.doctor import MANY_REVISIONS
from wod_pipeline.errors import SettingsError, StorageRefused
from wod_pipeline_tests.servers.aws import AwsServer

BUCKET = "harbour-lake"


@pytest.fixture(autouse=True)
def settings(aws: AwsServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A folder without `.env`, and an environment that names an empty account."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.endpoint_url)
    return monkeypatch


def run(*words: str) -> Result:
    return CliRunner().invoke(group, list(words))


def states(result: Result) -> list[str]:
    """The first word of each line up to the settings."""
    return [line.split()[0] for line in result.output.partition("\n\n")[0].splitlines()]


def test_init_makes_everything_in_an_empty_account_and_nothing_the_second_time(aws: AwsServer) -> None:
    first, second = run("aws", "init", "--bucket", BUCKET), run("aws", "init", "--bucket", BUCKET)
    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    assert states(first) == [
        *["created"] * 5,
        *["exists", "created", "skipped"],  # an address without TLS cannot have a policy that asks for it
        *["created", "exists", "created", "created"],
        *["created"] * 4,
        *["created", "missing", "created"],
    ]
    assert states(second) == ["exists"] * 7 + ["skipped"] + ["exists"] * 9 + ["missing", "exists"]
    assert "aws sns subscribe --topic-arn" in first.output
    assert f"WOD_S3_BUCKET={BUCKET}" in first.output


def test_what_init_made_is_private_encrypted_versioned_and_paid_by_request(aws: AwsServer) -> None:
    run("aws", "init", "--bucket", BUCKET)
    s3, dynamodb = aws.client("s3"), aws.client("dynamodb")
    blocked = s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
    assert all(blocked.values())
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    rules = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert {rule["Filter"]["Prefix"]: rule["Expiration"]["Days"] for rule in rules} == {
        "wod/plain_text_posts/": 30,
        "wod/daily_sessions/": 30,
        "wod/segmented_exercises/": 30,
    }
    table = dynamodb.describe_table(TableName="wod-sessions")["Table"]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["KeySchema"][0] == {"AttributeName": "date", "KeyType": "HASH"}
    assert table["GlobalSecondaryIndexes"][0]["IndexName"] == "week-index"
    ttl = dynamodb.describe_time_to_live(TableName="wod-ledger")["TimeToLiveDescription"]
    assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}


def test_the_settings_init_prints_are_all_the_doctor_needs(settings: pytest.MonkeyPatch) -> None:
    printed = run("aws", "init", "--bucket", BUCKET).output.partition("\n\n")[2].splitlines()
    for name, _, value in (line.strip().partition("=") for line in printed if "=" in line):
        settings.setenv(name, value)
    result = run("doctor")
    assert result.exit_code == 0, result.output
    assert [line.split()[:2] for line in result.output.splitlines()] == [
        ["ok", name]
        for name in ("settings", "source", "lake", "sessions", "ledger", "messages", "calendar", "set-up")
    ]
    assert run("doctor").output == result.output


def test_init_completes_what_is_half_there_and_keeps_the_rules_of_others(aws: AwsServer) -> None:
    s3, dynamodb = aws.client("s3"), aws.client("dynamodb")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": aws.region})
    own = {"ID": "own", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 7}}
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [own]})
    bare_sessions_table(dynamodb)
    result = run("aws", "init", "--bucket", BUCKET)
    assert result.exit_code == 0, result.output
    assert states(result)[:8] == ["exists", *["created"] * 4, "exists", "created", "skipped"]
    assert states(result)[8:12] == ["exists", "created", "created", "created"]
    rules = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert "own" in {rule["ID"] for rule in rules}
    assert len(rules) == 4


@pytest.mark.parametrize(
    ("prefix", "state"),
    [
        ("", "missing"),
        ("wod/", "missing"),
        ("wod/removed_posts/", "missing"),
        ("wod/plain_text_posts/", "exists"),
    ],
)
def test_a_rule_of_others_that_deletes_what_cannot_be_made_again_is_named(
    aws: AwsServer, prefix: str, state: str
) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": aws.region})
    own = {"ID": "tidy", "Status": "Enabled", "Filter": {"Prefix": prefix}, "Expiration": {"Days": 90}}
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [own]})
    result = run("aws", "init", "--bucket", BUCKET)
    assert states(result)[5] == state
    assert ("lets them expire: rule tidy" in result.output) == (state == "missing")


def test_an_index_or_expiry_of_another_kind_under_our_name_is_named(aws: AwsServer) -> None:
    dynamodb = aws.client("dynamodb")
    ensure_ledger_table(dynamodb, "wod-ledger")
    expiry = {"Enabled": True, "AttributeName": "expires"}
    dynamodb.update_time_to_live(TableName="wod-ledger", TimeToLiveSpecification={**expiry, "Enabled": False})
    dynamodb.update_time_to_live(TableName="wod-ledger", TimeToLiveSpecification=expiry)
    bare_sessions_table(dynamodb)
    index = {
        "IndexName": "week-index",
        "KeySchema": [{"AttributeName": "date", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    dynamodb.update_table(TableName="wod-sessions", GlobalSecondaryIndexUpdates=[{"Create": index}])
    output = run("aws", "init", "--bucket", BUCKET).output
    assert (
        "missing  table wod-ledger deletes expired reservations: It goes by expires, not by ttl: aws"
        in output
    )
    assert (
        "missing  table wod-sessions has the index week-index: Its keys or attributes are others: aws"
        in output
    )


def test_a_table_with_other_keys_is_refused_and_the_rest_is_made(
    aws: AwsServer, settings: pytest.MonkeyPatch
) -> None:
    ensure_ledger_table(aws.client("dynamodb"), "wod-sessions")
    result = run("aws", "init", "--bucket", BUCKET)
    assert result.exit_code == 1
    assert "failed   Table wod-sessions exists, but with other keys than date, session." in result.output
    assert "created  table wod-ledger" in result.output


def test_init_without_a_bucket_says_how_to_name_one() -> None:
    result = run("aws", "init")
    assert isinstance(result.exception, SettingsError)
    assert "wod aws init --bucket NAME" in str(result.exception)


def test_a_secret_that_is_named_but_not_there_is_reported(
    aws: AwsServer, settings: pytest.MonkeyPatch
) -> None:
    settings.setenv("WOD_SECRET_NAME", "wod/site")
    assert (
        "missing  secret wod/site: aws secretsmanager create-secret"
        in run("aws", "init", "--bucket", BUCKET).output
    )
    secret = json.dumps({"username": "coach", "password": "x"})
    aws.client("secretsmanager").create_secret(Name="wod/site", SecretString=secret)
    assert "exists   secret wod/site" in run("aws", "init", "--bucket", BUCKET).output
    aws.client("secretsmanager").delete_secret(SecretId="wod/site")
    assert (
        "missing  secret wod/site (it is being deleted): aws secretsmanager restore-secret --secret-id wod/site"
        in run("aws", "init", "--bucket", BUCKET).output
    )


def test_a_topic_of_another_account_is_not_there(settings: pytest.MonkeyPatch) -> None:
    settings.setenv("WOD_SNS_TOPIC_ARN", "arn:aws:sns:us-west-2:999999999999:wod")
    result = run("aws", "init", "--bucket", BUCKET)
    assert (
        "missing  topic arn:aws:sns:us-west-2:999999999999:wod (of another account or region)"
        in result.output
    )


def test_the_doctor_names_each_service_that_fails_and_what_to_do(settings: pytest.MonkeyPatch) -> None:
    settings.setenv("WOD_STORAGE", "aws")
    settings.setenv("WOD_S3_BUCKET", BUCKET)
    settings.setenv("WOD_SNS_TOPIC_ARN", "arn:aws:sns:us-west-2:123456789012:gone")
    result = run("doctor")
    assert result.exit_code == 1
    lines = {line.split()[1]: line for line in result.output.splitlines()}
    for name in ("lake", "sessions", "ledger", "messages", "calendar"):
        assert lines[name].startswith("fail")
        assert "wod aws init" in lines[name]
    assert lines["source"].startswith("ok")


def test_the_doctor_in_local_mode_needs_no_cloud(settings: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert run("doctor").exit_code == 0
    (tmp_path / ".wod" / "sessions.sqlite").write_text("this is no database, and long enough to tell " * 50)
    result = run("doctor")
    assert result.exit_code == 1
    assert "not a usable SQLite database" in result.output


def test_the_doctor_leaves_nothing_where_lists_and_weeks_are_read(aws: AwsServer) -> None:
    from wod_pipeline.storage.dynamodb import DynamoSessionTable
    from wod_pipeline.storage.s3 import S3Lake

    s3, dynamodb = aws.client("s3"), aws.client("dynamodb")
    ensure_bucket(s3, BUCKET, aws.region)
    ensure_sessions_table(dynamodb, "t")
    lake, table = S3Lake(s3, BUCKET, "wod"), DynamoSessionTable(dynamodb, "t")
    assert lake.check() == lake.check()
    assert table.check() == table.check() == "table t can be read and written; it holds no sessions yet"
    assert list(lake.keys("")) == []
    assert dynamodb.scan(TableName="t")["Count"] == 0


def test_an_existing_table_with_the_wrong_keys_is_named(aws: AwsServer) -> None:
    dynamodb = aws.client("dynamodb")
    ensure_sessions_table(dynamodb, "t")
    with pytest.raises(StorageRefused, match="other keys than idempotency_key"):
        ensure_ledger_table(dynamodb, "t")


def bare_sessions_table(dynamodb: Any) -> None:
    """The session table as somebody may have made it by hand: without its index."""
    keys = [("date", "HASH"), ("session", "RANGE")]
    dynamodb.create_table(
        TableName="wod-sessions",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        BillingMode="PAY_PER_REQUEST",
    )


def test_doctor_and_init_start_when_the_folder_of_posts_is_gone(
    settings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.setenv("WOD_SOURCE", str(tmp_path / "gone"))
    result = run("doctor")
    assert result.exit_code == 1
    found = {line.split()[1]: line for line in result.output.splitlines()}
    assert found["source"].startswith(
        f"fail  source    The folder of posts {tmp_path / 'gone'} cannot be read"
    )
    assert [name for name, line in found.items() if line.startswith("fail")] == ["source"]
    assert "bucket or its region is not set" in str(run("aws", "init").exception)


@pytest.mark.parametrize("more", [0, 1])
def test_the_doctor_names_a_post_of_which_thousands_of_revisions_are_kept(
    settings: pytest.MonkeyPatch,
    tmp_path: Path,
    more: int,
) -> None:
    folder = tmp_path / ".wod" / "lake" / "raw_post_revisions" / "post=7"
    folder.mkdir(parents=True)
    for number in range(MANY_REVISIONS + more):
        (folder / f"20201221T{number:06}-0.json").touch()
    result = run("doctor")
    assert result.exit_code == 0
    assert ("note  revisions 1,001 revisions of post 7 are kept." in result.output) == bool(more)
