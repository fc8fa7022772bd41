"""Creating the bucket, tables and topic that the adapters use, and reporting what existed already.

Every function reads the present state first and changes only what differs, so a second call changes nothing. What
a service does not offer (a test server without backups) is reported as missing, not raised as an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from wod_pipeline.aws import AwsFailure, code_of, in_words
from wod_pipeline.errors import StorageRefused

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient

SetupState = Literal["exists", "made", "missing"]

WEEK_INDEX = "week-index"
INTERMEDIATE = ("plain_text_posts", "daily_sessions", "segmented_exercises")
"""Stages that can be made from raw posts again, so their objects expire."""
_EXPIRE_DAYS = 30
_RULE = "wod-intermediate-"
_NOT_OFFERED = {"UnknownOperationException", "NotImplemented", "InvalidAction", "UnknownOperation"}


@dataclass(frozen=True)
class SetupStep:
    """One thing the account needs: it exists, was made, or is missing; `fix` says what to do then."""

    what: str
    state: SetupState
    fix: str = ""


def ensure_bucket(
    client: S3Client,
    bucket: str,
    region: str,
    *,
    prefix: str = "",
    intermediate: Sequence[str] = INTERMEDIATE,
) -> list[SetupStep]:
    """The lake's bucket: private, encrypted, versioned; intermediate objects under `prefix` expire."""
    lake = _Bucket(client, bucket)
    return [
        lake.exists(region),
        lake.has("blocks public access", "public_access_block", _PUBLIC_ACCESS),
        lake.has("encrypts objects", "bucket_encryption", _ENCRYPTION),
        lake.has("keeps versions", "bucket_versioning", {"VersioningConfiguration": {"Status": "Enabled"}}),
        lake.expires([f"{prefix.strip('/')}/{stage}/".lstrip("/") for stage in intermediate]),
    ]


def ensure_sessions_table(client: DynamoDBClient, table: str) -> list[SetupStep]:
    """The session table, with its index on ``week``, paid by request and recoverable to any moment."""
    sessions = _Table(client, table)
    keys = [("date", "HASH"), ("session", "RANGE")]
    return [
        sessions.exists(keys, attributes=("date", "session", "week"), GlobalSecondaryIndexes=[_INDEX]),
        sessions.has_index(),
        sessions.recovers(),
    ]


def ensure_ledger_table(client: DynamoDBClient, table: str) -> list[SetupStep]:
    """The ledger, whose marks DynamoDB removes when they expire."""
    ledger = _Table(client, table)
    keys = [("idempotency_key", "HASH")]
    return [ledger.exists(keys, attributes=("idempotency_key",)), ledger.expires(), ledger.recovers()]


def ensure_topic(client: SNSClient, *, arn: str = "", name: str = "") -> tuple[str, list[SetupStep]]:
    """The topic with that ARN, otherwise with that name, and its ARN; somebody has to subscribe to it."""
    try:
        known = arn or _topic_named(client, name)
        if known and _topic_exists(client, known):
            return known, [SetupStep(f"topic {known}", "exists"), _subscribers(client, known)]
        made = client.create_topic(Name=name or arn.rpartition(":")[2])["TopicArn"]
        if arn and made != arn:
            advice = f"Set WOD_SNS_TOPIC_ARN={made}, which exists now."
            return made, [SetupStep(f"topic {arn} (of another account or region)", "missing", advice)]
        return made, [SetupStep(f"topic {made}", "made"), _subscribers(client, made)]
    except AwsFailure as error:
        raise in_words(error, f"Topic {arn or name} could not be made") from error


def find_secret(client: SecretsManagerClient, name: str) -> SetupStep:
    """The secret with the site's login; its value is neither created nor read."""
    what = f"secret {name}"
    try:
        client.describe_secret(SecretId=name)
    except AwsFailure as error:
        if code_of(error) != "ResourceNotFoundException":
            raise in_words(error, f"The {what} could not be read") from error
        value = '{"username": "…", "password": "…"}'
        return SetupStep(
            what, "missing", f"aws secretsmanager create-secret --name {name} --secret-string '{value}'"
        )
    return SetupStep(what, "exists")


_PUBLIC_ACCESS = {
    "PublicAccessBlockConfiguration": {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }
}
_ENCRYPTION = {
    "ServerSideEncryptionConfiguration": {
        "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
    }
}
_INDEX: Any = {
    "IndexName": WEEK_INDEX,
    "KeySchema": [
        {"AttributeName": "week", "KeyType": "HASH"},
        {"AttributeName": "date", "KeyType": "RANGE"},
    ],
    "Projection": {"ProjectionType": "ALL"},
}


class _Bucket:
    def __init__(self, client: S3Client, name: str) -> None:
        self._client = client
        self._name = name

    def exists(self, region: str) -> SetupStep:
        """Find or create the bucket."""
        what = f"bucket {self._name}"
        try:
            self._client.head_bucket(Bucket=self._name)
        except AwsFailure as error:
            if code_of(error) not in {"404", "NoSuchBucket"}:
                raise in_words(error, f"The {what} cannot be used", _BUCKET_ADVICE) from error
        else:
            return SetupStep(what, "exists")
        where: Any = {"LocationConstraint": region}
        self._do(
            "create_bucket", **({} if region in {"us-east-1", ""} else {"CreateBucketConfiguration": where})
        )
        return SetupStep(what, "made")

    def has(self, what: str, setting: str, wanted: dict[str, Any]) -> SetupStep:
        """Read a setting of the bucket, which S3 returns with or without its wrapper; put it where it differs."""
        what = f"bucket {self._name} {what}"
        current = self._get(f"get_{setting}")
        if any(_holds(current, one) for one in (wanted, *wanted.values())):
            return SetupStep(what, "exists")
        self._do(f"put_{setting}", **wanted)
        return SetupStep(what, "made")

    def expires(self, prefixes: list[str]) -> SetupStep:
        """Put our lifecycle rules where they differ; other rules stay."""
        what = f"bucket {self._name} lets intermediate objects expire after {_EXPIRE_DAYS} days"
        rules = self._get("get_bucket_lifecycle_configuration").get("Rules", [])
        wanted = [_expiry(prefix) for prefix in prefixes]
        if all(any(_holds(rule, one) for rule in rules) for one in wanted):
            return SetupStep(what, "exists")
        others = [rule for rule in rules if not rule.get("ID", "").startswith(_RULE)]
        self._do("put_bucket_lifecycle_configuration", LifecycleConfiguration={"Rules": others + wanted})
        return SetupStep(what, "made")

    def _get(self, operation: str) -> dict[str, Any]:
        """A setting, empty when it was never put."""
        try:
            return dict(getattr(self._client, operation)(Bucket=self._name))
        except AwsFailure as error:
            if code_of(error).startswith("NoSuch") or code_of(error).endswith("NotFoundError"):
                return {}
            raise in_words(error, f"The settings of bucket {self._name} could not be read") from error

    def _do(self, operation: str, **request: Any) -> None:
        try:
            getattr(self._client, operation)(Bucket=self._name, **request)
        except AwsFailure as error:
            raise in_words(error, f"Bucket {self._name} could not be set up", _BUCKET_ADVICE) from error


class _Table:
    def __init__(self, client: DynamoDBClient, name: str) -> None:
        self._client = client
        self._name = name

    def exists(self, keys: list[tuple[str, str]], *, attributes: Sequence[str], **more: Any) -> SetupStep:
        """Find or create the table. Raises `StorageRefused` for one with other keys."""
        schema = [{"AttributeName": name, "KeyType": kind} for name, kind in keys]
        description = self._describe()
        if description is None:
            self._create(schema, attributes, more)
            return SetupStep(f"table {self._name}", "made")
        if description["KeySchema"] != schema:
            raise StorageRefused(
                f"Table {self._name} exists, but with other keys than {', '.join(name for name, _ in keys)}.",
                fix="Choose another name in the settings.",
            )
        return SetupStep(f"table {self._name}", "exists")

    def has_index(self) -> SetupStep:
        """Find or create the index on ``week``; DynamoDB fills it in the background."""
        what = f"table {self._name} has the index {WEEK_INDEX}"
        indexes = (self._describe() or {}).get("GlobalSecondaryIndexes", [])
        if any(index["IndexName"] == WEEK_INDEX for index in indexes):
            return SetupStep(what, "exists")
        self._do(
            "update_table",
            AttributeDefinitions=_strings(("date", "session", "week")),
            GlobalSecondaryIndexUpdates=[{"Create": _INDEX}],
        )
        return SetupStep(what, "made")

    def expires(self) -> SetupStep:
        """Let DynamoDB remove items by their ``ttl``."""
        what = f"table {self._name} removes expired marks"
        current = self._do("describe_time_to_live").get("TimeToLiveDescription", {})
        if current.get("TimeToLiveStatus") in {"ENABLED", "ENABLING"}:
            return SetupStep(what, "exists")
        self._do("update_time_to_live", TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"})
        return SetupStep(what, "made")

    def recovers(self) -> SetupStep:
        """Turn on point-in-time recovery where it is offered."""
        what = f"table {self._name} can be recovered to a point in time"
        try:
            current = self._client.describe_continuous_backups(TableName=self._name)
        except AwsFailure as error:
            if code_of(error) in _NOT_OFFERED:
                return SetupStep(what, "missing", "This server does not offer it; AWS does.")
            raise in_words(error, f"The settings of table {self._name} could not be read") from error
        wanted: Any = {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"}}
        if _holds(current["ContinuousBackupsDescription"], wanted):
            return SetupStep(what, "exists")
        specification = {"PointInTimeRecoveryEnabled": True}
        self._do("update_continuous_backups", PointInTimeRecoverySpecification=specification)
        return SetupStep(what, "made")

    def _describe(self) -> dict[str, Any] | None:
        try:
            return dict(self._client.describe_table(TableName=self._name)["Table"])
        except AwsFailure as error:
            if code_of(error) == "ResourceNotFoundException":
                return None
            raise in_words(error, f"The settings of table {self._name} could not be read") from error

    def _create(self, schema: Any, attributes: Sequence[str], more: dict[str, Any]) -> None:
        definitions = _strings(attributes)
        self._do("create_table", AttributeDefinitions=definitions, KeySchema=schema, **_ON_DEMAND, **more)
        try:
            self._client.get_waiter("table_exists").wait(
                TableName=self._name, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
            )
        except AwsFailure as error:
            raise in_words(error, f"Table {self._name} does not become ready") from error

    def _do(self, operation: str, **request: Any) -> dict[str, Any]:
        try:
            return dict(getattr(self._client, operation)(TableName=self._name, **request))
        except AwsFailure as error:
            raise in_words(error, f"Table {self._name} could not be set up") from error


_ON_DEMAND: dict[str, Any] = {"BillingMode": "PAY_PER_REQUEST"}
_BUCKET_ADVICE = {
    "BucketAlreadyExists": "The name is taken by somebody else: choose another one.",
    "403": "The name is taken by somebody else, or you lack s3:ListBucket on it.",
    "InvalidBucketName": "Use 3 to 63 lower-case letters, digits and hyphens.",
}


def _strings(names: Sequence[str]) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


def _expiry(prefix: str) -> dict[str, Any]:
    return {
        "ID": _RULE + prefix.replace("/", "-").strip("-"),
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "Expiration": {"Days": _EXPIRE_DAYS},
        "NoncurrentVersionExpiration": {"NoncurrentDays": _EXPIRE_DAYS},
    }


def _holds(current: Any, wanted: Any) -> bool:
    """Whether `current` has everything that `wanted` has; it may have more."""
    if isinstance(wanted, dict):
        return isinstance(current, dict) and all(
            _holds(current.get(name), one) for name, one in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(current, list) and all(
            any(_holds(other, one) for other in current) for one in wanted
        )
    return bool(current == wanted)


def _topic_named(client: SNSClient, name: str) -> str:
    arns = (
        topic["TopicArn"]
        for page in client.get_paginator("list_topics").paginate()
        for topic in page["Topics"]
    )
    return next((arn for arn in arns if arn.rpartition(":")[2] == name), "")


def _topic_exists(client: SNSClient, arn: str) -> bool:
    try:
        client.get_topic_attributes(TopicArn=arn)
    except AwsFailure as error:
        if code_of(error) in {"NotFound", "NotFoundException"}:
            return False
        raise
    return True


def _subscribers(client: SNSClient, arn: str) -> SetupStep:
    subscriptions = client.list_subscriptions_by_topic(TopicArn=arn).get("Subscriptions", [])
    if any(one.get("SubscriptionArn") != "PendingConfirmation" for one in subscriptions):
        return SetupStep("the topic has a subscriber", "exists")
    fix = f"aws sns subscribe --topic-arn {arn} --protocol email --notification-endpoint you@example.com"
    return SetupStep("the topic has a subscriber", "missing", f"{fix} (and confirm the mail)")
