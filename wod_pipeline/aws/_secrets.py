"""Secrets of Secrets Manager, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wod_pipeline.aws._failures import AwsFailure, in_words
from wod_pipeline.errors import SettingsError, StorageUnavailable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient


def read_secret_text(client: SecretsManagerClient, name: str, setting: str, *, if_absent: str) -> str:
    """The text of a secret, empty when it holds none; `setting` is the variable that names it.

    Raises `StorageUnavailable` for a failure that passes, otherwise `SettingsError`, with `if_absent` as the remedy
    when the secret does not exist.
    """
    try:
        return client.get_secret_value(SecretId=name).get("SecretString", "")
    except AwsFailure as error:
        advice = {"ResourceNotFoundException": if_absent}
        failure = in_words(error, f"The secret {name!r} ({setting}) could not be read", advice)
        if isinstance(failure, StorageUnavailable):
            raise failure from error
        raise SettingsError(failure.what, fix=failure.fix) from error
