"""The one way to AWS: clients with bounded waits, failures in words, and the account's set-up.

Shared by the stores, messages, credentials, the command line and Dagster's resources. It imports boto3, so it is
itself imported only where AWS is used. What is stored or sent is decided elsewhere.

- `_clients`: clients, and how each kind of use waits and tries again
- `_failures`: what AWS answers when it fails, in words, and whether a rerun can clear it
- `setup`: buckets, tables and topics, made or found
"""

from __future__ import annotations

from wod_pipeline.aws._clients import LARGE_ITEMS, SENSOR_TICK, STANDARD, ClientOptions, client
from wod_pipeline.aws._failures import PASSING, AwsFailure, code_of, in_words

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
]
