"""Entity tags (RFC 9110 §8.8.3): made from a body, and compared with those that a request names."""

from __future__ import annotations

import hashlib


def etag_of(body: bytes | memoryview) -> str:
    """The ETag of a body; weak, since the answer may be compressed."""
    return f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'


def is_known(etag: str, if_none_match: str | None) -> bool:
    """Whether the header `If-None-Match` names the tag (weak comparison)."""
    known = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
    return "*" in known or etag.removeprefix("W/") in known
