"""The WordPress login: from Secrets Manager, otherwise from the settings, otherwise none.

Nothing here logs in, and no value of a login appears in a message. A secret that is named but cannot be read, or
is malformed, is an error; going on without a login would go unnoticed, since a site merely lists fewer posts to
anonymous visitors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from wod_pipeline.bounded_json import decode_json
from wod_pipeline.errors import SettingsError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

Login = tuple[str, str]
"""User and application password."""


@dataclass(frozen=True)
class Credentials:
    """A login (None for a public site), and where it comes from, in words."""

    login: Login | None = field(repr=False)
    source: str


class _Secret(msgspec.Struct):
    username: str
    password: str


def wordpress_credentials(
    *,
    secret_name: str = "",
    username: str = "",
    password: str = "",
    open_secrets: Callable[[], SecretsManagerClient],
) -> Credentials:
    """The login in the secret, otherwise `username` and `password` if both are given, otherwise none.

    `open_secrets` makes the Secrets Manager client; it is called only for a named secret. Raises `SettingsError`
    for a secret that does not exist, may not be read or is malformed, and `StorageUnavailable` for a transient
    failure.
    """
    if secret_name:
        return Credentials(_read_secret(open_secrets(), secret_name), f"the secret {secret_name!r}")
    if username and password:
        return Credentials((username, password), "the environment")
    return Credentials(None, "none: anonymous")


def _read_secret(client: SecretsManagerClient, name: str) -> Login:
    from wod_pipeline.aws import read_secret_text

    if_absent = "Create it, or correct WOD_SECRET_NAME."
    return _parse_secret(name, read_secret_text(client, name, "WOD_SECRET_NAME", if_absent=if_absent))


def _parse_secret(name: str, text: str) -> Login:
    """The login in a secret's text. Raises `SettingsError`, without any part of the text in the message."""
    secret: _Secret | None
    try:
        secret = decode_json(text, _Secret)
    except msgspec.MsgspecError:
        secret = None  # not chained to the error below: a decoder's message may quote the text
    if secret is None or not secret.username or not secret.password:
        raise SettingsError(
            f"The secret {name!r} (WOD_SECRET_NAME) is not a JSON object with a username and a password.",
            fix='Store {"username": "…", "password": "…"} in it, with an application password of that user.',
        )
    return secret.username, secret.password
