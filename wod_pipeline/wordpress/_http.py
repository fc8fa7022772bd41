"""JSON over HTTP, politely and within bounds: time limits, retries, redirects, a size cap, typed errors.

Knows HTTP and JSON, and nothing of WordPress or posts. An `Answer` is one the server meant: 2xx with JSON, or
a 4xx to be judged by the caller. Every other is raised, after retries where it may pass::

    timeout, broken connection, 408, 429, 5xx, a body cut short or empty   → SourceUnavailable
    a page of HTML, HTML around the JSON, another content type, too large  → SourceMalformed
    an untrusted certificate, a redirect that leads nowhere good           → SourceRefused

Error texts name the address without its query or login, and never quote a body.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.auth import HTTPBasicAuth

from wod_pipeline.errors import SourceError, SourceMalformed, SourceRefused, SourceUnavailable
from wod_pipeline.pacing import backoff_s

BACKOFF_S = 0.5
"""Wait before the first retry; doubles each time, with jitter so that many clients do not return as one."""
BACKOFF_CAP_S = 30.0
RETRY_AFTER_CAP_S = 60.0
"""Longest `Retry-After` obeyed. WordPress says 600 s during updates that are over in seconds."""
MAX_REDIRECTS = 5
RETRIED_STATUS = frozenset({408, 429})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PIECE_BYTES = 64 * 1024
_BOM = b"\xef\xbb\xbf"

Params = Mapping[str, str | int]
Login = tuple[str, str]


@dataclass(frozen=True)
class Timeouts:
    """Seconds to wait for a connection, for the next bytes, and for a whole answer."""

    connect_s: float = 10.0
    read_s: float = 30.0
    total_s: float = 180.0


@dataclass(frozen=True)
class Answer:
    """A status, its headers, and the JSON value of the body (None for a 4xx without JSON)."""

    status: int
    headers: Mapping[str, str]
    value: Any
    where: str


class _MayPassError(Exception):
    """A trouble worth another attempt; `error` is what to raise when attempts run out."""

    def __init__(self, error: SourceError, retry_after_s: float | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.retry_after_s = retry_after_s


class OneHopSession(requests.Session):
    """A session that leaves redirects alone: `requests` would read their bodies whole, however large."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002 the name is theirs
        """Nowhere."""
        return None


class JsonClient:
    """GETs JSON over one session. Not for use by several threads at once."""

    def __init__(
        self,
        session: requests.Session,
        headers: Mapping[str, str],
        *,
        timeouts: Timeouts,
        max_retries: int,
        max_bytes: int,
        sleep: Callable[[float], None],
    ) -> None:
        self._session = session
        named = {"Accept": "application/json", **headers}
        self._headers = {name: value.encode() for name, value in named.items()}
        self._timeouts = timeouts
        self._max_retries = max_retries
        self._max_bytes = max_bytes
        self._sleep = sleep

    def get(self, url: str, params: Params, login: Login | None = None) -> Answer:
        """The server's answer, after as many retries as it takes and are allowed. Raises a `SourceError`."""
        return self._attempt(0, url, params, login)

    def _attempt(self, n: int, url: str, params: Params, login: Login | None) -> Answer:
        try:
            return self._get_once(url, params, login)
        except _MayPassError as trouble:
            if n >= self._max_retries:
                raise trouble.error from trouble.__cause__
            self._sleep(wait_s(n, trouble.retry_after_s))
        return self._attempt(n + 1, url, params, login)

    def _get_once(self, url: str, params: Params, login: Login | None) -> Answer:
        where = shown(url)
        try:
            with self._follow(url, params, login) as response:
                return self._judge(response, where)
        except requests.exceptions.SSLError as e:
            raise SourceRefused(f"{where} has no certificate to trust: {_root_reason(e)}.") from e
        except requests.exceptions.Timeout as e:
            raise _MayPassError(SourceUnavailable(f"{where} did not answer in time.")) from e
        except (requests.exceptions.ConnectionError, urllib3.exceptions.HTTPError) as e:
            raise _MayPassError(SourceUnavailable(f"{where}: {_root_reason(e)}.")) from e
        except requests.exceptions.RequestException as e:
            raise SourceRefused(
                f"{where} cannot be asked ({type(e).__name__}).", fix="Check the address."
            ) from e

    def _follow(self, url: str, params: Params, login: Login | None) -> requests.Response:
        """Send, and follow redirects by hand: bounded, to http(s) only, the login to no other origin."""
        first = origin(url)
        query: Params | None = params
        for _ in range(MAX_REDIRECTS + 1):
            response = self._send(url, query, login if origin(url) == first else None)
            if response.status_code not in REDIRECTS or "Location" not in response.headers:
                return response
            response.close()
            url, query = _redirect_target(response), None
        raise SourceRefused(
            f"{shown(url)} redirects more than {MAX_REDIRECTS} times.", fix="Check the address."
        )

    def _send(self, url: str, params: Params | None, login: Login | None) -> requests.Response:
        return self._session.get(
            url,
            params=params,
            headers=self._headers,
            auth=HTTPBasicAuth(*(text.encode() for text in login)) if login else _no_login,
            timeout=(self._timeouts.connect_s, self._timeouts.read_s),
            allow_redirects=False,
            stream=True,
        )

    def _judge(self, response: requests.Response, where: str) -> Answer:
        status = response.status_code
        if status in RETRIED_STATUS or status >= 500:
            wait = parse_retry_after(response.headers.get("Retry-After", ""))
            raise _MayPassError(SourceUnavailable(f"{where} answered {_said(response)}."), wait)
        body = self._read(response, where)
        if status >= 400:
            return Answer(status, response.headers, _json_or_none(body), where)
        if not 200 <= status < 300:
            raise SourceMalformed(f"{where} answered {_said(response)} where posts were expected.")
        return Answer(status, response.headers, decode_json(body, response.headers, where), where)

    def _read(self, response: requests.Response, where: str) -> bytes:
        body = bytearray()
        deadline = time.monotonic() + self._timeouts.total_s
        # As bytes arrive: reading a fixed number of them waits as long as a server that trickles likes.
        while piece := response.raw.read1(_PIECE_BYTES, decode_content=True):
            body += piece
            if len(body) > self._max_bytes:
                raise SourceMalformed(f"{where} sends more than {self._max_bytes:,} bytes in one answer.")
            if time.monotonic() > deadline:
                raise _MayPassError(SourceUnavailable(f"{where} did not finish its answer in time."))
        return bytes(body)


def decode_json(body: bytes, headers: Mapping[str, str], where: str) -> Any:
    """The JSON of a successful answer, whole and alone: nothing is salvaged from a page that contains it."""
    kind = plain(headers.get("Content-Type", "").partition(";")[0], 60).lower()
    text = body.removeprefix(_BOM).strip()
    if not text:
        raise _MayPassError(SourceUnavailable(f"{where} answered with nothing."))
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as e:
        raise _MayPassError(_what_came_instead(text, e, kind, where)) from e
    except (ValueError, RecursionError) as e:
        raise SourceMalformed(f"{where} sends JSON that cannot be read ({type(e).__name__}).") from e
    if kind != "application/json":
        raise SourceMalformed(f"{where} sends its answer as {kind or 'nothing in particular'}, not as JSON.")
    return value


def _what_came_instead(text: bytes, e: json.JSONDecodeError, kind: str, where: str) -> SourceError:
    if text.startswith((b"[", b"{")) and not e.msg.startswith("Extra data"):
        return SourceUnavailable(f"{where}: the answer is cut short or broken after {len(text):,} bytes.")
    if kind == "application/json":
        return SourceMalformed(
            f"{where} sends other text around its JSON, as a site does that shows PHP notices.",
            fix="Its owner has to switch off display_errors.",
        )
    return SourceMalformed(
        f"{where} answered with a page ({kind or 'no content type'}) where JSON was expected.",
        fix="Open it in a browser: a network's login, a maintenance page or a wrong address looks like this.",
    )


def _json_or_none(body: bytes) -> Any:
    try:
        return json.loads(body.removeprefix(_BOM))
    except (ValueError, RecursionError):
        return None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def wait_s(attempt: int, retry_after_s: float | None) -> float:
    """Seconds before retry `attempt` (from 0): exponential with jitter, or longer when the server asks."""
    backoff = backoff_s(attempt, first_s=BACKOFF_S, longest_s=BACKOFF_CAP_S)
    return max(backoff, min(retry_after_s or 0.0, RETRY_AFTER_CAP_S))


def parse_retry_after(text: str) -> float | None:
    """Seconds from now that a `Retry-After` header asks for, given as seconds or as an HTTP date."""
    if text.strip().isdecimal():
        return float(text)
    try:
        then = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    then = then if then.tzinfo else then.replace(tzinfo=dt.timezone.utc)
    return max(0.0, (then - dt.datetime.now(dt.timezone.utc)).total_seconds())


def shown(url: str) -> str:
    """The address as errors show it: without login and query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: what a login belongs to."""
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.hostname or "", parts.port


def is_plain_web_address(url: str) -> bool:
    """Whether it is http(s) with a host and without a login in it."""
    try:
        scheme, host, _ = origin(url)
    except ValueError:
        return False
    return scheme in {"http", "https"} and bool(host) and "@" not in urlsplit(url).netloc


def _redirect_target(response: requests.Response) -> str:
    try:
        target = urljoin(response.url, response.headers["Location"])
    except ValueError:
        target = ""
    if not is_plain_web_address(target):
        raise SourceRefused(f"{shown(response.url)} redirects to something that is no web address.")
    return target


def _no_login(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stand where a login would, since without one `requests` takes it from ~/.netrc."""
    return request


def _said(response: requests.Response) -> str:
    return plain(f"{response.status_code} {response.reason or ''}", 60)


def _root_reason(error: BaseException) -> str:
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return plain(str(error), 120) or type(error).__name__


def plain(text: str, limit: int) -> str:
    """A server's words on one short line, without characters that steer terminals or writing direction."""
    visible = (c if c.isprintable() else " " for c in text[: 2 * limit])
    return " ".join("".join(visible).split())[:limit]
