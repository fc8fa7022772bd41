"""The address of a personal calendar, which carries the athlete itself: the server stores nothing.

An address is one text in URL-safe base64, `version, nonce, payload, signature`::

    version    1 byte      2 and later are left for other layouts
    nonce      16 bytes    random, so that equal maxes have different addresses
    payload    any         one byte of options, then the cookie of `maxes` and, in another line, that of `days`,
                           compressed with DEFLATE
    signature  16 bytes    the first half of HMAC-SHA256 over all bytes before it (RFC 2104 §5 allows the half)

It is signed, not encrypted: whoever has the address sees the weights, and nobody without the key can make one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import zlib
from dataclasses import dataclass, field

from wod_pipeline.reading.undated import DayChoices
from wod_pipeline.training import Athlete
from wod_pipeline.web import days, maxes

LONGEST_TOKEN = 1_900
"""Characters of an address's last part. With the site before it stays below the 2,048 that some programs keep."""
SHORTEST_TOKEN = 70
"""Characters below which none can be: the fixed parts and the shortest cookie make more."""
_VERSION = b"\x01"
_NONCE_BYTES, _SIGNATURE_BYTES = 16, 16
_WITHOUT_REST_DAYS = 1
_PURPOSE = b"wod_pipeline personal calendar\0"
"""Signed with the rest, so that a signature made with the same key for another purpose does not count here."""
_RAW_DEFLATE = -zlib.MAX_WBITS
_MARGIN = 64
"""Bytes beyond the longest cookies, with which the end of a compressed text is seen as such."""


@dataclass(frozen=True)
class PersonalCalendar:
    """What an address carries: the athlete whose weights are shown, whether rest days are, and the days of choice."""

    athlete: Athlete
    rest_days: bool = True
    choices: DayChoices = field(default_factory=dict)
    """The weekdays the athlete has chosen for sessions without a day."""


def as_token(calendar: PersonalCalendar, key: bytes) -> str:
    """A new address for the calendar. Raises `ValueError` when it is longer than `LONGEST_TOKEN`."""
    options = 0 if calendar.rest_days else _WITHOUT_REST_DAYS
    packer = zlib.compressobj(9, zlib.DEFLATED, _RAW_DEFLATE)
    cookies = filter(None, (maxes.cookie_of(calendar.athlete), days.cookie_of(calendar.choices)))
    payload = packer.compress(bytes([options]) + "\n".join(cookies).encode()) + packer.flush()
    body = _VERSION + secrets.token_bytes(_NONCE_BYTES) + payload
    token = _encoded(body + _signature(body, key))
    if len(token) > LONGEST_TOKEN:
        raise ValueError("These are more maxes and chosen days than fit into an address.")
    return token


def parse_token(token: str, key: bytes) -> PersonalCalendar | None:
    """The calendar of an address; None for one that was not signed with this key, whatever is wrong with it."""
    body, signature = _split(token)
    if not hmac.compare_digest(_signature(body, key), signature) or body[:1] != _VERSION:
        return None
    text = _unpack(body[1 + _NONCE_BYTES :])
    of_maxes, _, of_days = text[1:].decode("ascii", "replace").partition("\n")
    athlete = maxes.athlete_of(of_maxes)
    if athlete is None:
        return None
    return PersonalCalendar(athlete, not text[0] & _WITHOUT_REST_DAYS, days.choices_of(of_days))


def _split(token: str) -> tuple[bytes, bytes]:
    """The bytes of an address before its signature, and the signature; empty when it cannot be an address."""
    if not SHORTEST_TOKEN <= len(token) <= LONGEST_TOKEN:
        return b"", b""
    try:
        data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return b"", b""
    if _encoded(data) != token:  # the decoder skips foreign characters, and bits of the last one
        return b"", b""
    return data[:-_SIGNATURE_BYTES], data[-_SIGNATURE_BYTES:]


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _signature(body: bytes, key: bytes) -> bytes:
    return hmac.digest(key, _PURPOSE + body, hashlib.sha256)[:_SIGNATURE_BYTES]


def _unpack(payload: bytes) -> bytes:
    """The payload decompressed; empty when it would be longer than the cookies may be."""
    unpacker = zlib.decompressobj(_RAW_DEFLATE)
    try:
        text = unpacker.decompress(payload, maxes.LONGEST_COOKIE + days.LONGEST_DAYS_COOKIE + _MARGIN)
    except zlib.error:
        return b""
    return text if unpacker.eof else b""
