"""The one way to AWS: clients with bounded waits, failures as our errors, and the account's set-up.

Shared by the stores, messages, credentials, the command line and Dagster's resources. It imports boto3, so import
it only where AWS is used. It does not decide what is stored or sent.

- `_clients`: clients, and how each kind of use waits and tries again
- `_failures`: failures of AWS as our errors, and whether a rerun can clear them
- `_secrets`: secrets, as text
- `setup`: bucket, tables and topic, created where they are missing
"""

from __future__ import annotations

from wod_pipeline.aws._clients import (
    LARGE_ITEMS,
    SENSOR_TICK,
    STANDARD,
    ClientOptions,
    client,
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
    "session",
    "table",
]
