"""Posted forms: read only when they come from this site, up to a length, as fields.

Cookies are written as forms are, so their fields are read here too. Both are untrusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from starlette.exceptions import HTTPException

Fields = Sequence[tuple[str, str]]
"""Names and values in the order of the form."""

LONGEST_FORM = 16_384
"""Bytes of a form that is read; a larger one was not sent by the page."""


async def read_form(request: Request, most_fields: int) -> list[tuple[str, str]]:
    """The fields of a posted form. Raises 403 for one of another site, 413 for one longer than `LONGEST_FORM`."""
    _check_same_site(request)
    body = await _read_body(request)
    return parse_fields(body.decode("ascii", "replace"), most_fields)


def parse_fields(text: str, most_fields: int) -> list[tuple[str, str]]:
    """The fields of a URL-encoded text, empty ones too; none when there are more than `most_fields`."""
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=most_fields, errors="replace")
    except ValueError:
        return []


async def _read_body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            raise HTTPException(413, "The form is too long.")
    return body


def _check_same_site(request: Request) -> None:
    """Another site's form may not set a cookie here, nor be answered with the visitor's weights.

    An opaque origin (`null`) is another site too, such as a sandboxed frame: over plain HTTP a browser sends nothing
    else to tell it by. Our own pages send theirs, since their referrer policy is `same-origin`.
    """
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    own = request.headers.get("host", ""), urlsplit(request.app.state.context.page_url).netloc
    foreign = origin is not None and urlsplit(origin).netloc not in filter(None, own)
    if site not in {"same-origin", "none"} or foreign:
        raise HTTPException(403, "This form is answered only when it comes from this site.")
