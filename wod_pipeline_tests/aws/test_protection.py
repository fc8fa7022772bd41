"""What keeps the account's stores from others and from accidents, at AWS's own addresses as moto answers them."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from click.testing import CliRunner, Result
from moto import mock_aws

from wod_pipeline.aws import ClientOptions, s3_client
from wod_pipeline.aws._bucket_policy import refuses_plain_http, with_tls_only
from wod_pipeline.aws.setup import ensure_ledger_table, ensure_sessions_table
from wod_pipeline.cli import group
from wod_pipeline.errors import StorageError
from wod_pipeline.storage.s3 import S3Lake

BUCKET = "harbour-lake"
ACCOUNT = "123456789012"
OWN = {
    "Sid": "own",
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "s3:GetObject",
    "Resource": f"arn:aws:s3:::{BUCKET}/*",
}
DENIES: dict[str, Any] = with_tls_only({}, BUCKET, "aws")["Statement"][0]


@pytest.fixture(autouse=True)
def at_aws(aws_environment: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """An empty account, reached without an address in the settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WOD_S3_BUCKET", BUCKET)
    with mock_aws():
        yield


def run(*words: str) -> Result:
    return CliRunner().invoke(group, list(words))


def at(service: str) -> Any:
    return boto3.client(service, region_name="us-west-2")  # type: ignore[call-overload]


def make_bucket() -> Any:
    s3 = at("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    return s3


def statements(s3: Any) -> list[dict[str, Any]]:
    return list(json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"])


def owners_sent(s3: Any) -> list[str]:
    """The account in each request that the client sends from here on, empty where there is none."""
    sent: list[str] = []

    def hear(request: Any, **_: Any) -> None:
        owner = request.headers.get("x-amz-expected-bucket-owner", b"")
        sent.append(owner if isinstance(owner, str) else owner.decode())

    s3.meta.events.register("before-send.s3", hear)
    return sent


def test_init_protects_bucket_and_tables_and_changes_nothing_the_second_time(
    sent_operations: list[str],
) -> None:
    first = run("aws", "init")
    assert first.exit_code == 0, first.output
    assert f"created  bucket {BUCKET} refuses requests without TLS" in first.output
    assert statements(at("s3")) == [DENIES]
    rules = at("s3").get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    for table in ("wod-sessions", "wod-ledger"):
        assert at("dynamodb").describe_table(TableName=table)["Table"]["DeletionProtectionEnabled"]
    sent_operations.clear()
    assert "created" not in run("aws", "init").output
    assert not [name for name in sent_operations if name.startswith(("Put", "Update", "Create", "Set"))]


def test_statements_of_others_stay_in_the_policy() -> None:
    s3 = make_bucket()
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": OWN}))
    assert run("aws", "init").exit_code == 0
    assert statements(s3) == [OWN, DENIES]


def test_a_statement_of_another_meaning_under_our_id_is_left_and_named() -> None:
    s3 = make_bucket()
    theirs = {**OWN, "Sid": DENIES["Sid"]}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [theirs]}))
    assert "Rename in the bucket's policy the statement WodDenyInsecureTransport" in run("aws", "init").output
    assert statements(s3) == [theirs]


@pytest.mark.parametrize(
    ("change", "refuses"),
    [
        ({"Sid": "theirs", "Principal": {"AWS": ["*"]}, "Action": ["S3:*"]}, True),
        ({"Condition": {"Bool": {"AWS:securetransport": [False]}}}, True),
        ({"Resource": "*"}, True),
        ({"Resource": f"arn:aws:s3:::{BUCKET}/*"}, False),
        ({"Action": "s3:PutObject"}, False),
        ({"Effect": "Allow"}, False),
        ({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}, False),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, False),
        ({"Condition": {**DENIES["Condition"], "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}, False),
    ],
)
def test_another_wording_counts_only_if_it_refuses_as_much(change: dict[str, Any], refuses: bool) -> None:
    assert refuses_plain_http({"Statement": {**DENIES, **change}}, BUCKET, "aws") == refuses


def test_a_bucket_with_a_key_of_its_own_keeps_it() -> None:
    s3 = make_bucket()
    by_key = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/lake"}
    }
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [by_key]})
    assert f"exists   bucket {BUCKET} encrypts objects" in run("aws", "init").output


def test_the_topic_is_encrypted_only_when_asked_and_a_key_is_not_replaced_unnamed() -> None:
    run("aws", "init")
    arn = at("sns").list_topics()["Topics"][0]["TopicArn"]

    def key() -> str:
        return str(at("sns").get_topic_attributes(TopicArn=arn)["Attributes"].get("KmsMasterKeyId", ""))

    assert key() == ""
    assert "is encrypted with alias/aws/sns" in run("aws", "init", "--encrypt-topic").output
    asked = run("aws", "init", "--encrypt-topic", "alias/mine", "--bucket", BUCKET)
    assert "needs kms:GenerateDataKey* and kms:Decrypt on that key" in asked.output
    assert (
        f"exists   topic {arn} is encrypted with alias/mine" in run("aws", "init", "--encrypt-topic").output
    )
    assert key() == "alias/mine"


def test_the_doctor_names_what_an_older_set_up_lacks_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, sent_operations: list[str]
) -> None:
    monkeypatch.setenv("WOD_STORAGE", "aws")
    monkeypatch.setenv("WOD_FEED_KEY", "k" * 40)
    run("aws", "init")
    s3, dynamodb = at("s3"), at("dynamodb")
    s3.delete_bucket_policy(Bucket=BUCKET)
    s3.delete_bucket_ownership_controls(Bucket=BUCKET)
    dynamodb.update_table(TableName="wod-ledger", DeletionProtectionEnabled=False)
    sent_operations.clear()
    result = run("doctor")
    assert result.exit_code == 0, result.output
    notes = [line for line in result.output.splitlines() if line.startswith("note")]
    assert notes == [
        f"note  set-up    not so: bucket {BUCKET} owns its objects, without ACLs. Run: wod aws init",
        f"note  set-up    not so: bucket {BUCKET} refuses requests without TLS. Run: wod aws init",
        "note  set-up    not so: table wod-ledger is protected from deletion. Run: wod aws init",
    ]
    assert not [name for name in sent_operations if name.startswith(("PutBucket", "Update", "Create"))]
    run("aws", "init")
    assert "ok    set-up" in run("doctor").output


def test_the_doctor_names_a_rule_that_deletes_lists_of_removed_posts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WOD_STORAGE", "aws")
    run("aws", "init")
    rule = {"ID": "tidy", "Status": "Enabled", "Filter": {"Prefix": "wod/removed_posts/"}}
    rules = at("s3").get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    configuration = {"Rules": [*rules, {**rule, "Expiration": {"Days": 9}}]}
    at("s3").put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration=configuration)
    assert "lets them expire" not in run("aws", "init", "--bucket", "other-lake").output
    assert "lets them expire: rule tidy" in run("doctor").output


def test_tables_looked_at_only_are_not_made() -> None:
    tables = at("dynamodb")
    looks = [look(tables, "t", change=False) for look in (ensure_sessions_table, ensure_ledger_table)]
    assert [[step.state for step in steps] for steps in looks] == [["missing"], ["missing"]]
    assert tables.list_tables()["TableNames"] == []


def test_each_s3_request_names_the_logins_account_which_sts_tells_once(sent_operations: list[str]) -> None:
    make_bucket()
    session = boto3.session.Session(region_name="us-west-2")
    clients = [s3_client(session=session), s3_client(session=session)]
    sent = owners_sent(clients[0])
    for client in clients:
        lake = S3Lake(client, BUCKET)
        lake.write("a.json", b"{}")
        lake.write_once("b.json", b"{}")
        assert sorted(lake.read_many(["a.json", *lake.keys("")])) == ["a.json", "b.json"]
    assert set(sent) == {ACCOUNT}
    assert sent_operations.count("GetCallerIdentity") == 1


@pytest.mark.parametrize(("owner", "sent"), [("210987654321", "210987654321"), ("any", "")])
def test_an_owner_that_is_set_is_sent_and_sts_is_not_asked(
    owner: str, sent: str, sent_operations: list[str]
) -> None:
    make_bucket()
    client = s3_client(bucket_owner=owner, region="us-west-2")
    heard = owners_sent(client)
    with contextlib.suppress(client.exceptions.ClientError):  # the account has another number
        client.list_objects_v2(Bucket=BUCKET)
    assert heard == [sent]
    assert "GetCallerIdentity" not in sent_operations


def test_an_account_that_sts_does_not_tell_stops_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9")
    client = s3_client(ClientOptions(max_attempts=1), session=boto3.session.Session(region_name="us-west-2"))
    with pytest.raises(StorageError, match="WOD_S3_BUCKET_OWNER is not set"):
        S3Lake(client, BUCKET).read("a.json")


def test_another_server_is_sent_no_account(sent_operations: list[str]) -> None:
    client = s3_client(ClientOptions(max_attempts=1), region="us-west-2", endpoint_url="http://127.0.0.1:9")
    heard = owners_sent(client)
    with pytest.raises(EndpointConnectionError):
        client.list_objects_v2(Bucket=BUCKET)
    assert heard == [""]
    assert sent_operations == ["ListObjectsV2"]
