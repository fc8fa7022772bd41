"""The key that signs the addresses of personal calendars: a setting's, a secret's in Secrets Manager, or a file's.

A file is made once, for its owner alone to read, in a folder that exists; of several processes that make it at once
one succeeds and the others read it. Another key makes every address that was signed with the one before invalid. No
key appears in a message.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from wod_pipeline.errors import SettingsError, StorageRefused, WodError
from wod_pipeline.storage.folder import flush_folder

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

SHORTEST_KEY = 32
"""Characters of a key."""
LONGEST_KEY = 1_000
RETRY_AFTER_S = 30.0
"""How long a failure to read the key counts, so that requests do not each wait for a service that is down."""
log = logging.getLogger(__name__)


class FeedKey:
    """The key, read when it is first needed and kept; `source` says in words where it is from.

    Safe to use from many threads.
    """

    def __init__(self, read: Callable[[], str], source: str) -> None:
        self.source = source
        self._read = read
        self._lock = threading.Lock()
        self._key = b""
        self._failure: WodError | None = None
        self._failed_at = 0.0

    def current(self) -> bytes:
        """The key. Raises `SettingsError` or `StorageError` when there is none to use, which is logged."""
        if self._key:
            return self._key
        if self._failure is not None and self._lock.locked():
            raise self._failure  # another thread is trying again, which may take some seconds
        with self._lock:
            if not self._key:
                self._key = self._read_again().encode()
            return self._key

    def _read_again(self) -> str:
        if self._failure is not None and time.monotonic() - self._failed_at < RETRY_AFTER_S:
            raise self._failure
        try:
            return self._read()
        except WodError as error:
            log.error("Personal calendars are off: %s", error)  # noqa: TRY400  the message says where and why
            self._failure, self._failed_at = error, time.monotonic()
            raise


def new_key() -> str:
    """A key of 256 random bits."""
    return secrets.token_urlsafe(32)


def validate_key(key: str) -> str:
    """The key without the white space around it. Raises `ValueError` when it is too short to be one, or too long."""
    if not SHORTEST_KEY <= len(key.strip()) <= LONGEST_KEY:
        raise ValueError(
            f"use {SHORTEST_KEY} to {LONGEST_KEY:,} random characters; `openssl rand -base64 32` prints some"
        )
    return key.strip()


# ------------------------------------------------------------------------------------------------------- a file
def read_or_make_file(path: Path) -> str:
    """The key in the file, which is made if it does not exist. Raises as `read_file` does."""
    key = read_file(path)
    if key is None:
        with _errors_in_words(path):
            _make_file(path)
        key = read_file(path)
    return key or ""


def read_file(path: Path) -> str | None:
    """The key in the file; None when the file does not exist.

    Raises `StorageRefused` when it cannot be read, and `SettingsError` when it holds something else.
    """
    with _errors_in_words(path):
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
    try:
        return validate_key(data.decode("ascii", "ignore"))
    except ValueError:
        raise SettingsError(
            f"{path} holds no key of personal calendars.", fix="Delete it: a new one is made."
        ) from None


def check_file(path: Path) -> str:
    """Whether the file holds a key, in words; nothing is made. Raises as `read_file` does."""
    if read_file(path) is not None:
        others = path.stat().st_mode & 0o077
        advice = f", which others may read: chmod 600 {path}" if others else ""
        return f"personal calendars are signed with the key in {path}{advice}"
    if path.parent.is_dir() and not os.access(path.parent, os.W_OK):
        raise _refusal(path, "permission denied")
    return f"the key of personal calendars will be made in {path}"


def _make_file(path: Path) -> None:
    """Make the file complete under another name and link it, which fails if another process was first."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{new_key()}\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(part, path)
    finally:
        part.unlink(missing_ok=True)
    # A key lost in a power cut would revoke every address made since.
    flush_folder(path.parent)


@contextlib.contextmanager
def _errors_in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _refusal(path, error.strerror or str(error)) from error


def _refusal(path: Path, reason: str) -> StorageRefused:
    return StorageRefused(
        f"The key of personal calendars cannot be kept in {path}: {reason}.",
        fix="Let this user read and write there, or set WOD_FEED_KEY.",
    )


# ----------------------------------------------------------------------------------------------------- a secret
def read_secret(client: SecretsManagerClient, name: str) -> str:
    """The key in a secret. Raises `StorageUnavailable` for a failure that passes, otherwise `SettingsError`."""
    from wod_pipeline.aws import read_secret_text

    if_absent = "`wod aws init` creates it; WOD_FEED_SECRET_NAME names another."
    text = read_secret_text(client, name, "WOD_FEED_SECRET_NAME", if_absent=if_absent)
    try:
        return validate_key(text)
    except ValueError as error:
        raise SettingsError(
            f"The secret {name!r} (WOD_FEED_SECRET_NAME) holds no key.", fix=f"In it, {error}."
        ) from None
