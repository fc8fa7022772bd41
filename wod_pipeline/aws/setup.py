"""Creating the bucket, tables and secrets that the adapters use, and reporting what already existed.

Every function reads the current state first and changes only what differs, so running it again changes nothing; with
`change=False` it changes nothing at all and reports what it would have. A feature that the service does not offer (a
test server has no backups) is reported as skipped, not as an error.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from wod_pipeline.aws import AwsFailure, code_of, in_words
from wod_pipeline.aws._bucket_policy import SidTakenError, refuses_plain_http, with_tls_only
from wod_pipeline.errors import StorageRefused

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient

SetupState = Literal["exists", "created", "missing", "skipped"]

WEEK_INDEX = "week-index"
_TTL = "ttl"
"""The attribute of the ledger's items that says when they expire."""
_INTERMEDIATE = ("plain_text_posts", "daily_sessions", "segmented_exercises")
"""Stages whose objects expire, since they can be computed again from raw posts."""
_KEPT = ("raw_posts", "raw_post_revisions", "removed_posts")
"""Prefixes from which nothing may expire: what they hold cannot be computed, and a site may not list it any more."""
_EXPIRY_DAYS = 30
_RULE_PREFIX = "wod-intermediate-"
"""Tells our lifecycle rules from those of others, which must be kept."""
_NOT_OFFERED = {"UnknownOperationException", "NotImplemented", "InvalidAction", "UnknownOperation"}
_ELSEWHERE = "This server does not offer it; AWS does."
_INIT = "wod aws init"
"""What adds whatever `change=False` finds missing."""


@dataclass(frozen=True)
class SetupStep:
    """One thing that must exist: whether it did, was created, is missing, or is skipped as not to be had here.

    `fix` is what makes a missing one, or why one is skipped, or what to know of one that exists.
    """

    what: str
    state: SetupState
    fix: str = ""


def ensure_bucket(
    client: S3Client, bucket: str, region: str, *, prefix: str = "", change: bool = True
) -> list[SetupStep]:
    """The lake's bucket: private, encrypted, versioned, owner of its objects, closed to requests without TLS.

    Objects of intermediate stages under `prefix` expire.
    """
    lake = _Bucket(client, bucket, change)
    exists = lake.ensure_exists(region)
    if exists.state == "missing":
        return [exists]
    versioning = {"VersioningConfiguration": {"Status": "Enabled"}}
    return [
        exists,
        lake.ensure_setting("blocks public access", "public_access_block", _PUBLIC_ACCESS),
        lake.ensure_setting("encrypts objects", "bucket_encryption", _ENCRYPTION, enough=_ANY_ENCRYPTION),
        lake.ensure_setting("keeps versions", "bucket_versioning", versioning),
        lake.ensure_expiry(_under(prefix, _INTERMEDIATE)),
        lake.find_expiry_of_kept(_under(prefix, _KEPT)),
        lake.ensure_setting("owns its objects, without ACLs", "bucket_ownership_controls", _OWNERSHIP),
        lake.ensure_tls_only(),
    ]


def _under(prefix: str, stages: Sequence[str]) -> list[str]:
    return [f"{prefix.strip('/')}/{stage}/".lstrip("/") for stage in stages]


def ensure_sessions_table(client: DynamoDBClient, table: str, *, change: bool = True) -> list[SetupStep]:
    """The session table with its index on ``week``, paid per request, recoverable, protected from deletion."""
    sessions = _Table(client, table, change)
    keys = [("date", "HASH"), ("session", "RANGE")]
    index = {"GlobalSecondaryIndexes": [_INDEX]}
    exists = sessions.ensure_exists(keys, attributes=("date", "session", "week"), **index)
    if exists.state == "missing":
        return [exists]
    return [exists, sessions.ensure_index(), sessions.ensure_recovery(), sessions.ensure_protection()]


def ensure_ledger_table(client: DynamoDBClient, table: str, *, change: bool = True) -> list[SetupStep]:
    """The ledger table, from which DynamoDB deletes expired reservations; recoverable, protected from deletion."""
    ledger = _Table(client, table, change)
    exists = ledger.ensure_exists([("idempotency_key", "HASH")], attributes=("idempotency_key",))
    if exists.state == "missing":
        return [exists]
    return [exists, ledger.ensure_expiry(), ledger.ensure_recovery(), ledger.ensure_protection()]


def find_secret(client: SecretsManagerClient, name: str) -> SetupStep:
    """Whether the secret with the site's login exists; its value is neither created nor read."""
    value = '{"username": "…", "password": "…"}'
    create = f"aws secretsmanager create-secret --name {name} --secret-string '{value}'"
    return _find_secret(client, name) or SetupStep(f"secret {name}", "missing", create)


def ensure_feed_key(client: SecretsManagerClient, name: str, key: str) -> SetupStep:
    """The secret with the key of personal calendars; `key` is put into a new one, and never shown."""
    return _find_secret(client, name) or _create_feed_key(client, name, key)


def _find_secret(client: SecretsManagerClient, name: str) -> SetupStep | None:
    """What there is of a secret: itself, or what is being deleted and can be restored, or nothing."""
    what = f"secret {name}"
    try:
        description: dict[str, Any] = {**client.describe_secret(SecretId=name)}
    except AwsFailure as error:
        if code_of(error) == "ResourceNotFoundException":
            return None
        raise in_words(error, f"The {what} could not be described") from error
    if "DeletedDate" in description:
        restore = f"aws secretsmanager restore-secret --secret-id {name}"
        return SetupStep(f"{what} (it is being deleted)", "missing", restore)
    return SetupStep(what, "exists")


def _create_feed_key(client: SecretsManagerClient, name: str, key: str) -> SetupStep:
    purpose = "Signs the addresses of personal calendars. Another value revokes all of them."
    try:
        client.create_secret(Name=name, SecretString=key, Description=purpose)
    except AwsFailure as error:
        if code_of(error) == "ResourceExistsException":  # another set-up was first
            return SetupStep(f"secret {name}", "exists")
        raise in_words(error, f"The secret {name} could not be created") from error
    return SetupStep(f"secret {name}", "created")


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
_ANY_ENCRYPTION: dict[str, Any] = {
    "ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {}}]}
}
_OWNERSHIP = {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}
_INDEX: Any = {
    "IndexName": WEEK_INDEX,
    "KeySchema": [
        {"AttributeName": "week", "KeyType": "HASH"},
        {"AttributeName": "date", "KeyType": "RANGE"},
    ],
    "Projection": {"ProjectionType": "ALL"},
}


class _Bucket:
    def __init__(self, client: S3Client, name: str, change: bool) -> None:
        self._client = client
        self._name = name
        self._may_change = change

    def ensure_exists(self, region: str) -> SetupStep:
        what = f"bucket {self._name}"
        try:
            self._client.head_bucket(Bucket=self._name)
        except AwsFailure as error:
            if code_of(error) not in {"404", "NoSuchBucket"}:
                raise in_words(error, f"The {what} cannot be used", _BUCKET_ADVICE) from error
        else:
            return SetupStep(what, "exists")
        # S3 rejects us-east-1 as a location constraint: it is the default.
        location: Any = {"LocationConstraint": region}
        configuration = {} if region in {"us-east-1", ""} else {"CreateBucketConfiguration": location}
        return self._change(what, "create_bucket", **configuration)

    def ensure_setting(
        self, what: str, setting: str, required: dict[str, Any], *, enough: dict[str, Any] | None = None
    ) -> SetupStep:
        """Put a setting unless the bucket has it, or `enough`, a value of others that serves as well.

        `setting` completes the names of S3's get and put operations.
        """
        what = f"bucket {self._name} {what}"
        current = self._get(f"get_{setting}")
        if current is None:
            return SetupStep(what, "skipped", _ELSEWHERE)
        # `get_bucket_versioning` returns the fields without the wrapper that `put_bucket_versioning` takes.
        if any(_contains(current, form) for form in (enough or required, *required.values())):
            return SetupStep(what, "exists")
        return self._change(what, f"put_{setting}", **required)

    def ensure_tls_only(self) -> SetupStep:
        """Add a statement to the bucket's policy that refuses requests without TLS; those of others stay."""
        what = f"bucket {self._name} refuses requests without TLS"
        if self._client.meta.endpoint_url.startswith("http:"):
            return SetupStep(what, "skipped", "This program's address of S3 is one without TLS.")
        answer = self._get("get_bucket_policy")
        if answer is None:
            return SetupStep(what, "skipped", _ELSEWHERE)
        policy = json.loads(answer.get("Policy") or "{}")
        partition = self._client.meta.partition
        if refuses_plain_http(policy, self._name, partition):
            return SetupStep(what, "exists")
        try:
            merged = with_tls_only(policy, self._name, partition)
        except SidTakenError as taken:
            fix = f"Rename in the bucket's policy the statement {taken.sid}, which says something else, then run:"
            return SetupStep(what, "missing", f"{fix} {_INIT}")
        return self._change(what, "put_bucket_policy", Policy=json.dumps(merged))

    def ensure_expiry(self, prefixes: list[str]) -> SetupStep:
        """Put a lifecycle rule for each prefix; rules of others are kept."""
        what = f"bucket {self._name} lets intermediate objects expire after {_EXPIRY_DAYS} days"
        rules = self._lifecycle_rules()
        required = [_expiry_rule(prefix) for prefix in prefixes]
        if all(any(_contains(rule, rule_needed) for rule in rules) for rule_needed in required):
            return SetupStep(what, "exists")
        # Put replaces all rules of the bucket.
        others = [rule for rule in rules if not rule.get("ID", "").startswith(_RULE_PREFIX)]
        configuration = {"Rules": others + required}
        return self._change(what, "put_bucket_lifecycle_configuration", LifecycleConfiguration=configuration)

    def find_expiry_of_kept(self, prefixes: list[str]) -> SetupStep:
        """Whether no lifecycle rule, of whomever, deletes objects under the prefixes."""
        what = f"bucket {self._name} keeps raw posts, their revisions and the lists of removed posts"
        rules = self._lifecycle_rules()
        names = [rule.get("ID", "") for rule in rules if _deletes_under(rule, prefixes)]
        if not names:
            return SetupStep(what, "exists")
        fix = "Narrow or delete in the bucket's lifecycle configuration what lets them expire: rule "
        return SetupStep(what, "missing", fix + ", ".join(names))

    def _lifecycle_rules(self) -> list[dict[str, Any]]:
        return list((self._get("get_bucket_lifecycle_configuration") or {}).get("Rules", []))

    def _change(self, what: str, operation: str, **request: Any) -> SetupStep:
        if not self._may_change:
            return SetupStep(what, "missing", _INIT)
        self._call(operation, **request)
        return SetupStep(what, "created")

    def _get(self, operation: str) -> dict[str, Any] | None:
        """A setting of the bucket; empty when it was never set, None when the server has no such setting."""
        try:
            return dict(getattr(self._client, operation)(Bucket=self._name))
        except AwsFailure as error:
            if code_of(error).startswith("NoSuch") or code_of(error).endswith("NotFoundError"):
                return {}
            if code_of(error) in _NOT_OFFERED:
                return None
            raise in_words(error, f"The settings of bucket {self._name} could not be read") from error

    def _call(self, operation: str, **request: Any) -> None:
        try:
            getattr(self._client, operation)(Bucket=self._name, **request)
        except AwsFailure as error:
            raise in_words(error, f"Bucket {self._name} could not be set up", _BUCKET_ADVICE) from error


class _Table:
    def __init__(self, client: DynamoDBClient, name: str, change: bool) -> None:
        self._client = client
        self._name = name
        self._may_change = change

    def ensure_exists(
        self, keys: list[tuple[str, str]], *, attributes: Sequence[str], **more: Any
    ) -> SetupStep:
        """Create the table unless it exists. Raises `StorageRefused` if it exists with other keys."""
        schema = [{"AttributeName": name, "KeyType": kind} for name, kind in keys]
        table = self._describe()
        if table is None and not self._may_change:
            return SetupStep(f"table {self._name}", "missing", _INIT)
        if table is None:
            self._create(schema, attributes, more)
            return SetupStep(f"table {self._name}", "created")
        if table["KeySchema"] != schema:
            raise StorageRefused(
                f"Table {self._name} exists, but with other keys than {', '.join(name for name, _ in keys)}.",
                fix="Choose another name in the settings.",
            )
        return SetupStep(f"table {self._name}", "exists")

    def ensure_index(self) -> SetupStep:
        """Create the index on ``week`` unless it exists; DynamoDB fills it in the background."""
        what = f"table {self._name} has the index {WEEK_INDEX}"
        indexes = (self._describe() or {}).get("GlobalSecondaryIndexes", [])
        ours = next((index for index in indexes if index["IndexName"] == WEEK_INDEX), None)
        if ours is not None:
            return self._judge_index(what, ours)
        return self._change(
            what,
            "update_table",
            AttributeDefinitions=_string_attributes(("date", "session", "week")),
            GlobalSecondaryIndexUpdates=[{"Create": _INDEX}],
        )

    def _judge_index(self, what: str, index: dict[str, Any]) -> SetupStep:
        """Whether the index of that name has the keys and all attributes that weeks are read by."""
        if _contains(index, _INDEX):
            return SetupStep(what, "exists")
        delete = json.dumps([{"Delete": {"IndexName": WEEK_INDEX}}])
        command = (
            f"aws dynamodb update-table --table-name {self._name} --global-secondary-index-updates '{delete}'"
        )
        return SetupStep(what, "missing", f"Its keys or attributes are others: {command}, then {_INIT}")

    def ensure_expiry(self) -> SetupStep:
        """Let DynamoDB delete items whose ``ttl`` has passed."""
        what = f"table {self._name} deletes expired reservations"
        current = self._call("describe_time_to_live").get("TimeToLiveDescription", {})
        if current.get("TimeToLiveStatus") in {"ENABLED", "ENABLING"}:
            return self._judge_expiry(what, current.get("AttributeName", _TTL))
        specification = {"Enabled": True, "AttributeName": _TTL}
        return self._change(what, "update_time_to_live", TimeToLiveSpecification=specification)

    def _judge_expiry(self, what: str, attribute: str) -> SetupStep:
        """Whether items expire by our attribute: DynamoDB has one for a table, and takes another after an hour."""
        if attribute == _TTL:
            return SetupStep(what, "exists")
        other = f"Enabled=false,AttributeName={attribute}"
        command = (
            f"aws dynamodb update-time-to-live --table-name {self._name} --time-to-live-specification {other}"
        )
        return SetupStep(
            what, "missing", f"It goes by {attribute}, not by {_TTL}: {command}, and an hour later {_INIT}"
        )

    def ensure_recovery(self) -> SetupStep:
        """Turn on point-in-time recovery where the server offers it."""
        what = f"table {self._name} can be recovered to a point in time"
        try:
            backups = self._client.describe_continuous_backups(TableName=self._name)
        except AwsFailure as error:
            if code_of(error) in _NOT_OFFERED:
                return SetupStep(what, "skipped", _ELSEWHERE)
            raise in_words(error, f"The backups of table {self._name} could not be described") from error
        required: Any = {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"}}
        if _contains(backups["ContinuousBackupsDescription"], required):
            return SetupStep(what, "exists")
        specification = {"PointInTimeRecoveryEnabled": True}
        return self._change(what, "update_continuous_backups", PointInTimeRecoverySpecification=specification)

    def ensure_protection(self) -> SetupStep:
        """Have DynamoDB refuse to delete the table, until somebody turns that off."""
        what = f"table {self._name} is protected from deletion"
        if self._is_protected():
            return SetupStep(what, "exists")
        if self._may_change:
            self._await_ready()  # a table that is being changed, as by a new index, takes no second change
        step = self._change(what, "update_table", DeletionProtectionEnabled=True)
        if step.state == "created" and not self._is_protected():
            return SetupStep(what, "skipped", _ELSEWHERE)
        return step

    def _is_protected(self) -> bool:
        return bool((self._describe() or {}).get("DeletionProtectionEnabled"))

    def _change(self, what: str, operation: str, **request: Any) -> SetupStep:
        if not self._may_change:
            return SetupStep(what, "missing", _INIT)
        self._call(operation, **request)
        return SetupStep(what, "created")

    def _describe(self) -> dict[str, Any] | None:
        try:
            return dict(self._client.describe_table(TableName=self._name)["Table"])
        except AwsFailure as error:
            if code_of(error) == "ResourceNotFoundException":
                return None
            raise in_words(error, f"Table {self._name} could not be described") from error

    def _create(self, schema: Any, attributes: Sequence[str], more: dict[str, Any]) -> None:
        definitions = _string_attributes(attributes)
        self._call("create_table", AttributeDefinitions=definitions, KeySchema=schema, **_ON_DEMAND, **more)
        self._await_ready()

    def _await_ready(self) -> None:
        try:
            self._client.get_waiter("table_exists").wait(
                TableName=self._name, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
            )
        except AwsFailure as error:
            raise in_words(error, f"Table {self._name} did not become ready") from error

    def _call(self, operation: str, **request: Any) -> dict[str, Any]:
        try:
            return dict(getattr(self._client, operation)(TableName=self._name, **request))
        except AwsFailure as error:
            raise in_words(error, f"Table {self._name} could not be set up") from error


_ON_DEMAND: dict[str, Any] = {"BillingMode": "PAY_PER_REQUEST"}
_BUCKET_ADVICE = {
    "BucketAlreadyExists": "Another account owns a bucket of this name: choose another name.",
    "403": "Another account owns a bucket of this name, or you lack s3:ListBucket on it.",
    "InvalidBucketAclWithObjectOwnership": "The bucket's ACL lets others in: grant that in its policy instead, make "
    "the ACL private, and run this again.",
    "InvalidBucketName": "Use 3 to 63 lower-case letters, digits and hyphens.",
}


def _string_attributes(names: Sequence[str]) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


def _expiry_rule(prefix: str) -> dict[str, Any]:
    return {
        "ID": _RULE_PREFIX + prefix.replace("/", "-").strip("-"),
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "Expiration": {"Days": _EXPIRY_DAYS},
        "NoncurrentVersionExpiration": {"NoncurrentDays": _EXPIRY_DAYS},
    }


def _deletes_under(rule: dict[str, Any], prefixes: list[str]) -> bool:
    """Whether a lifecycle rule lets objects under one of the prefixes expire. Its tags and sizes are left aside."""
    own = rule.get("Filter") or {}
    start = own.get("Prefix") or own.get("And", {}).get("Prefix") or rule.get("Prefix") or ""
    applies = any(prefix.startswith(start) or start.startswith(prefix) for prefix in prefixes)
    return (
        applies
        and rule.get("Status") == "Enabled"
        and bool({"Days", "Date"} & rule.get("Expiration", {}).keys())
    )


def _contains(current: Any, required: Any) -> bool:
    """Whether a value contains the required one: AWS answers with more fields and entries than were put."""
    if isinstance(required, dict) and isinstance(current, dict):
        return all(_contains(current.get(name), value) for name, value in required.items())
    if isinstance(required, list) and isinstance(current, list):
        return all(any(_contains(entry, value) for entry in current) for value in required)
    return bool(current == required)
