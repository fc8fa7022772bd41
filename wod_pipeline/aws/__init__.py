"""The one way to AWS: clients with bounded waits, failures as our errors, and the account's set-up.

Shared by the stores, messages, credentials, the command line and Dagster's resources. It imports boto3, so import
it only where AWS is used. It does not decide what is stored or sent.

- `_bucket_owner`: the account that must own the bucket, named with every S3 request
- `_bucket_policy`: requests without TLS refused by the bucket's policy
- `_clients`: clients, and how each kind of use waits and tries again
- `_connections`: the deadline of a request, from the connection to the last byte
- `_failures`: failures of AWS as our errors, and whether a rerun can clear them
- `_secrets`: secrets, as text
- `setup`: bucket, tables and secrets, created where they are missing
- `topic`: the topic, created where it is missing, and its encryption
"""

from __future__ import annotations

from wod_pipeline.aws._clients import (
    LARGE_ITEMS,
    SENSOR_TICK,
    STANDARD,
    ClientOptions,
    client,
    s3_client,
    session,
    table,
)
from wod_pipeline.aws._failures import PASSING, AwsFailure, code_of, in_words
from wod_pipeline.aws._secrets import read_secret_text

__all__ = [
    "LARGE_ITEMS",
    "PASSING",
    "SENSOR_TICK",
    "STANDARD",
    "AwsFailure",
    "ClientOptions",
    "client",
    "code_of",
    "in_words",
    "read_secret_text",
    "s3_client",
    "session",
    "table",
]
