"""GET requests for JSON with time limits, retries, redirects, a size limit and typed errors.

This module knows HTTP and JSON; WordPress and posts belong in `_client`. A `JsonResponse` is either 2xx with JSON
or a 4xx that the caller interprets. Every other response is raised, after retries if it is transient::

    timeout, broken connection, 408, 429, 5xx, a truncated or empty body         → SourceUnavailable
    a page of HTML with 2xx, or with a 4xx that only a guard before the site sends → SourceChallenged
    text around the JSON, another content type, a body too large                 → SourceMalformed
    an untrusted certificate, too many redirects, a redirect to a bad address    → SourceRefused
    a redirect to WordPress's page for logging in, or out of the internet        → SourceRefused

Error messages contain the URL without query and login, and never any of the body.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import html
import json
import logging
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.auth import HTTPBasicAuth

from wod_pipeline.bounded_json import UnreadableJsonError, load_json
from wod_pipeline.bounds import BYTES_LISTED
from wod_pipeline.errors import (
    SourceChallenged,
    SourceError,
    SourceMalformed,
    SourceRefused,
    SourceUnavailable,
)
from wod_pipeline.pacing import backoff_s
from wod_pipeline.wording import clock_advice, duration, is_clock_trouble, is_plain_web_address
from wod_pipeline.wordpress._connections import Guard, GuardedAdapter
from wod_pipeline.wordpress.credentials import Login

log = logging.getLogger(__name__)
BACKOFF_S = 0.5
"""Upper bound of the first backoff; see `backoff_s`."""
BACKOFF_CAP_S = 30.0
RETRY_AFTER_CAP_S = 60.0
"""Longest `Retry-After` that is respected: during an update WordPress asks for 600 s but is back in seconds."""
_LONGEST_WAIT_S = 366 * 86_400.0
"""More than a site can mean by `Retry-After`; a number without bound would be no number of days any more."""
MAX_REDIRECTS = 5
RETRIED_STATUS = frozenset({408, 429})
"""Request Timeout and Too Many Requests: the 4xx that pass by themselves."""
LASTING_STATUS = frozenset({401, 404, 410, 451})
"""The 4xx that a web server sends with a page of its own and that stay: no login, nothing there, withheld."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHUNK_BYTES = 64 * 1024
"""Bytes between two checks of the size limit."""
_BOM = b"\xef\xbb\xbf"
_MOST_COMMENTS = 10
"""How many comments behind an answer are looked past."""
_MOST_STARTS = 50
"""How many places in a page are tried as the start of JSON."""
_MOST_BYTES_TRIED = 64 * 2**20
"""How many bytes are read as JSON in all of these tries: only the words of an error depend on them."""
_LOGIN_PAGE = "/wp-login.php"
LOGIN_NEEDED = (
    "The site shows its posts to its users only. Set WOD_WORDPRESS_USER and WOD_WORDPRESS_PASSWORD, an application "
    "password from the user's profile."
)
_CHALLENGE_FIX = (
    "Open it in a browser: it may be a check for robots, a network login or a maintenance page. If it lasts, the "
    "site's owner has to let this reader through; some sites refuse a User-Agent unlike a browser's "
    "(WOD_WORDPRESS_USER_AGENT)."
)

Params = Mapping[str, str | int]


@dataclass(frozen=True)
class Timeouts:
    """Seconds to wait for a connection, for the next bytes, and for a whole exchange with its redirects."""

    connect_s: float = 10.0
    read_s: float = 30.0
    total_s: float = 180.0


@dataclass(frozen=True)
class JsonResponse:
    """A status, its headers, the decoded body (None for a 4xx without JSON), and the URL as errors show it."""

    status: int
    headers: Mapping[str, str]
    value: Any
    where: str


class _TransientError(Exception):
    """A failure that is worth a retry; `error` is raised when the retries are used up."""

    def __init__(self, error: SourceError, retry_after_s: float | None = None) -> None:
        super().__init__(error)
        self.error = error
        self.retry_after_s = retry_after_s


@dataclass
class Allowance:
    """The time and the bytes that what is asked may still take."""

    ends_at: float = math.inf
    """On the monotonic clock, in seconds."""
    total_bytes: int = BYTES_LISTED.most
    bytes_read: int = 0

    @property
    def seconds_left(self) -> float:
        """Below 0 when the time is over."""
        return self.ends_at - time.monotonic()


class OneHopSession(requests.Session):
    """A session that never follows redirects: `requests` would read their bodies without a size limit.

    Its connections go through `guard`, which keeps the deadline of an exchange.
    """

    def __init__(self) -> None:
        super().__init__()
        self.guard = Guard()
        for scheme in ("http://", "https://"):
            self.mount(scheme, GuardedAdapter(self.guard))

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002 overridden signature
        """None: redirects are followed by `JsonClient`."""
        return None


class JsonClient:
    """Requests JSON over one session. Not thread-safe."""

    def __init__(
        self,
        session: OneHopSession,
        headers: Mapping[str, str],
        *,
        timeouts: Timeouts,
        max_retries: int,
        max_bytes: int,
        sleep: Callable[[float], None],
        limit_s: float = math.inf,
    ) -> None:
        self._session = session
        # Bytes, since `http.client` encodes text as Latin-1 and fails on any other character.
        self._headers = {
            name: value.encode() for name, value in {"Accept": "application/json", **headers}.items()
        }
        self._timeouts = timeouts
        self._max_retries = max_retries
        self._max_bytes = max_bytes
        self._sleep = sleep
        self._waits_as_asked = True
        self._allowance = Allowance(time.monotonic() + limit_s)

    @contextmanager
    def within(self, seconds: float = math.inf, total_bytes: int = BYTES_LISTED.most) -> Iterator[None]:
        """Within it, all requests together take at most so long, and their answers so many bytes."""
        outer = self._allowance
        ends_at = min(outer.ends_at, time.monotonic() + seconds)
        self._allowance = Allowance(ends_at, total_bytes)
        try:
            yield
        finally:
            self._allowance = outer

    @contextmanager
    def without_waiting(self) -> Iterator[None]:
        """Within it, a request is given up when the site asks to wait."""
        self._waits_as_asked = False
        try:
            yield
        finally:
            self._waits_as_asked = True

    def get(self, url: str, params: Params, login: Login | None = None) -> JsonResponse:
        """Send the request, with retries while it fails transiently. Raises `SourceError`.

        No retry begins after `total_s` in exchanges, so that a slow failure is not paid for again and again.
        """
        attempt, spent_s = 0, 0.0
        while True:
            began = time.monotonic()
            try:
                return self._get_once(url, params, login)
            except _TransientError as failure:
                asked_s = failure.retry_after_s
                delay_s = retry_delay_s(attempt, asked_s)
                spent_s += time.monotonic() - began
                is_last = attempt >= self._max_retries or spent_s >= self._timeouts.total_s
                if is_last or not self._may_wait(delay_s, asked_s):
                    raise failure.error from failure.__cause__
                if asked_s:
                    log.warning("%s Asking again in %s.", failure.error.what, duration(delay_s))
            self._sleep(delay_s)
            attempt += 1

    def _may_wait(self, delay_s: float, asked_s: float | None) -> bool:
        return (self._waits_as_asked or not asked_s) and delay_s < self._allowance.seconds_left

    def _get_once(self, url: str, params: Params, login: Login | None) -> JsonResponse:
        where, guard = redact(url), self._session.guard
        seconds = min(self._timeouts.total_s, self._allowance.seconds_left)
        if seconds <= 0:
            raise _too_slow(where)
        # A cookie is for the redirects of an exchange; kept for longer, those of a hostile site would add up.
        self._session.cookies.clear()
        try:
            with (
                guard.exchange(urlsplit(url).hostname or "", seconds),
                self._send_following_redirects(url, params, login) as response,
            ):
                answer = self._decode(response, where)
        except (_TransientError, SourceError) as e:
            if guard.is_over:  # what was cut off looks truncated
                raise _too_slow(where) from e
            raise
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as e:
            raise (_too_slow(where) if guard.is_over else _failure(e, where)) from e
        if guard.is_over:  # what was cut off may look whole
            raise _too_slow(where)
        return answer

    def _send_following_redirects(self, url: str, params: Params, login: Login | None) -> requests.Response:
        """Follow a limited number of redirects, to http(s) only, and with a login within the first origin only."""
        first = origin(url)
        query: Params | None = params
        for _ in range(MAX_REDIRECTS + 1):
            response = self._send(url, query, login)
            if response.status_code not in REDIRECTS or "Location" not in response.headers:
                return response
            response.close()
            url, query = _redirect_target(response), None
            self._session.guard.follow(urlsplit(url).hostname or "")
            if login and origin(url) != first:
                raise _login_withheld(response.url, url)
        raise SourceRefused(
            f"{redact(url)} redirects more than {MAX_REDIRECTS} times.", fix="Check the address."
        )

    def _send(self, url: str, params: Params | None, login: Login | None) -> requests.Response:
        return self._session.get(
            url,
            params=params,
            headers=self._headers,
            # The login as bytes too: user and password may hold any letters.
            auth=HTTPBasicAuth(*(text.encode() for text in login)) if login else _send_no_login,
            timeout=(self._timeouts.connect_s, self._timeouts.read_s),
            allow_redirects=False,
            stream=True,  # the body is read by `_read_body`, within its limits
        )

    def _decode(self, response: requests.Response, where: str) -> JsonResponse:
        status = response.status_code
        asked_s = parse_retry_after(response.headers.get("Retry-After", ""))
        wait = f" and asks to wait {duration(asked_s)}" if asked_s else ""
        if status in RETRIED_STATUS or status >= 500:
            raise _TransientError(
                SourceUnavailable(f"{where} answered {_status_line(response)}{wait}."), asked_s
            )
        # The body of a 4xx is read as well: WordPress explains itself there.
        body = self._read_body(response, where)
        if status >= 400 and status not in LASTING_STATUS and _is_page(body):
            what = f"{where} refused with {status} and a page that is not from WordPress{wait}."
            raise _TransientError(SourceChallenged(what, fix=_CHALLENGE_FIX), asked_s)
        if status >= 400:
            return JsonResponse(status, response.headers, _json_or_none(body), where)
        if not 200 <= status < 300:
            raise SourceMalformed(f"{where} answered {_status_line(response)} instead of sending posts.")
        return JsonResponse(status, response.headers, decode_json(body, response.headers, where), where)

    def _read_body(self, response: requests.Response, where: str) -> bytes:
        body = bytearray()
        # `read1` returns the bytes that have arrived, so that the limit is looked at before a chunk is full.
        while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=True):
            body += chunk
            self._allowance.bytes_read += len(chunk)
            if len(body) > self._max_bytes:
                raise SourceMalformed(f"{where} sends more than {self._max_bytes:,} bytes in one response.")
            if self._allowance.bytes_read > self._allowance.total_bytes:
                raise SourceMalformed(
                    f"{where} lists more than {self._allowance.total_bytes:,} bytes of posts in one reading."
                )
        return bytes(body)


def _too_slow(where: str) -> _TransientError:
    return _TransientError(SourceUnavailable(f"{where} did not finish its response in time."))


def _failure(error: Exception, where: str) -> _TransientError | SourceError:
    """What it means that an exchange failed: worth a retry, or not."""
    cause = _root_cause(error)
    if isinstance(error, requests.exceptions.SSLError):
        fix = clock_advice(dt.datetime.now(dt.timezone.utc)) if is_clock_trouble(cause) else ""
        return SourceRefused(f"The certificate of {where} is not trusted: {cause}.", fix=fix)
    if isinstance(error, requests.exceptions.Timeout):
        return _TransientError(SourceUnavailable(f"{where} did not answer in time."))
    if isinstance(error.__context__, urllib3.exceptions.InvalidHeader):  # of the answer, not of the request
        return SourceMalformed(f"{where} sends headers that cannot be read: {cause}.")
    broken = (requests.exceptions.ConnectionError, urllib3.exceptions.HTTPError)
    # Every error of `requests` is an OSError: its own of another kind are about the request.
    if isinstance(error, broken) or not isinstance(error, requests.exceptions.RequestException):
        return _TransientError(SourceUnavailable(f"{where}: {cause}."))
    return SourceRefused(
        f"A request to {where} could not be sent ({type(error).__name__}).", fix="Check the address."
    )


def decode_json(body: bytes, headers: Mapping[str, str], where: str) -> Any:
    """The JSON of a 2xx response, which must be all of the body: JSON within other text is not extracted."""
    content_type = printable(headers.get("Content-Type", "").partition(";")[0], 60).lower()
    text = body.removeprefix(_BOM).strip()
    if not text:
        raise _TransientError(SourceUnavailable(f"{where} sent an empty response."))
    try:
        value = load_json(text)
    except json.JSONDecodeError as e:
        # A maintenance page or a truncated body may be gone a moment later.
        raise _TransientError(_not_json(text, content_type, where)) from e
    except UnreadableJsonError as e:
        raise SourceMalformed(f"{where} sends JSON that cannot be read: {e}.") from e
    if content_type != "application/json":
        raise SourceMalformed(
            f"{where} labels its JSON {content_type or 'with no content type'}, not application/json.",
            fix=_cache_fix("labels answers anew"),
        )
    return value


def _cache_fix(how: str) -> str:
    return f"A cache or a plugin of the site {how}: the site's owner has to exclude /wp-json/ from it."


def _not_json(text: bytes, content_type: str, where: str) -> SourceError:
    if text.startswith((b"[", b"{")):
        if not _begins_with_json(text):
            return SourceUnavailable(f"{where}: the response is truncated or damaged ({len(text):,} bytes).")
        return SourceMalformed(
            f"{where} sends other text behind its JSON.", fix=_cache_fix("appends a comment to answers")
        )
    if _ends_with_json(_without_comments_behind(text)):
        return SourceMalformed(
            f"{where} sends other text in front of its JSON; most likely the site displays PHP notices, or a cache "
            "adds a comment.",
            fix="The site's owner has to turn off display_errors, and to exclude /wp-json/ from the cache.",
        )
    return SourceChallenged(
        f"{where} sent a page ({content_type or 'no content type'}) instead of JSON.", fix=_CHALLENGE_FIX
    )


def _is_page(body: bytes) -> bool:
    return body.removeprefix(_BOM).lstrip().startswith(b"<")


def _without_comments_behind(text: bytes) -> bytes:
    for _ in range(_MOST_COMMENTS):
        if not text.endswith(b"-->"):
            break
        text = text[: max(text.rfind(b"<!--"), 0)].rstrip()
    return text


def _ends_with_json(text: bytes) -> bool:
    """Whether a JSON list or object stands at the end, behind something else."""
    if not text.endswith((b"]", b"}")):
        return False
    tries = min(_MOST_STARTS, _MOST_BYTES_TRIED // len(text))
    starts = [match.start() for match in islice(re.finditer(rb"[\[{]", text), tries)]
    return any(_is_json(text[start:]) for start in starts)


def _is_json(text: bytes) -> bool:
    try:
        load_json(text)
    except ValueError:
        return False
    return True


def _begins_with_json(text: bytes) -> bool:
    """Whether a complete JSON value comes first, so that what is wrong is the text behind it."""
    try:
        json.JSONDecoder().raw_decode(text.decode(errors="replace"))
    except (ValueError, RecursionError):
        return False
    return True


def _json_or_none(body: bytes) -> Any:
    try:
        return load_json(body.removeprefix(_BOM))
    except ValueError:
        return None


def retry_delay_s(attempt: int, retry_after_s: float | None) -> float:
    """Seconds before retry `attempt` (from 0): exponential with jitter, or longer when the server asks."""
    backoff = backoff_s(attempt, first_s=BACKOFF_S, longest_s=BACKOFF_CAP_S)
    return max(backoff, min(retry_after_s or 0.0, RETRY_AFTER_CAP_S))


def parse_retry_after(text: str) -> float | None:
    """Seconds from now that a `Retry-After` header asks for; it holds seconds or an HTTP date (RFC 9110)."""
    if text.strip().isdecimal():
        return min(float(text), _LONGEST_WAIT_S)
    try:
        then = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    then = then if then.tzinfo else then.replace(tzinfo=dt.timezone.utc)
    return min(max(0.0, (then - dt.datetime.now(dt.timezone.utc)).total_seconds()), _LONGEST_WAIT_S)


def redact(url: str) -> str:
    """The URL for error messages: without login and query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: a login must not be sent to another origin."""
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.hostname or "", parts.port


def _redirect_target(response: requests.Response) -> str:
    try:
        target = urljoin(response.url, response.headers["Location"])
    except ValueError:
        target = ""
    if not is_plain_web_address(target):
        raise SourceRefused(f"{redact(response.url)} redirects to an invalid web address.")
    if urlsplit(target).path.endswith(_LOGIN_PAGE):
        raise SourceRefused(f"{redact(response.url)} leads to the site's login page.", fix=LOGIN_NEEDED)
    return target


def _login_withheld(old: str, new: str) -> SourceRefused:
    parts = urlsplit(new)
    return SourceRefused(
        f"{redact(old)} redirects to {parts.scheme}://{parts.netloc}, to which the login is not sent.",
        fix="If that is the site, set WOD_WORDPRESS_URL to it.",
    )


def _send_no_login(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """An authentication that adds nothing: without one, `requests` would use a login from ~/.netrc."""
    return request


def _status_line(response: requests.Response) -> str:
    return printable(f"{response.status_code} {response.reason or ''}", 60)


def _root_cause(error: BaseException) -> str:
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return printable(str(error), 120) or type(error).__name__


def plain_text(markup: str) -> str:
    """A short text of WordPress without tags and with its entities as letters."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup[:1000]))


def printable(text: str, limit: int) -> str:
    """A server's text on one line of at most `limit` characters.

    Control and bidirectional characters are removed: they could rewrite what a terminal or a log shows.
    """
    # Cut before cleaning, so that a huge text costs no time.
    visible = (c if c.isprintable() else " " for c in text[: 2 * limit])
    return " ".join("".join(visible).split())[:limit]
