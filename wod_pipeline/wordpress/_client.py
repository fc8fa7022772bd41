"""A WordPress site as a source: which requests to make, and when their answers are the whole truth.

How a request is sent and retried is `_http`'s business; which posts a week needs is `_windows`'.

What the REST API does, and this client relies on or guards against: only ``orderby=id`` pages without
repeating and losing posts that share a date; posts that come and go between two pages shift them, so distinct
ids are counted against the announced total and the read is repeated on a difference; ``after`` and ``before``
are strict and compare site-local time; a wrong application password is served as an anonymous visitor.
"""

from __future__ import annotations

import datetime as dt
import html
import ipaddress
import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests

from wod_pipeline.errors import SourceIncomplete, SourceMalformed, SourceRefused
from wod_pipeline.pacing import batched
from wod_pipeline.program import RawPost
from wod_pipeline.weeks import DAY
from wod_pipeline.wordpress._http import (
    Answer,
    JsonClient,
    Login,
    OneHopSession,
    Params,
    Timeouts,
    is_plain_web_address,
    plain,
    shown,
)
from wod_pipeline.wordpress._source import as_day, as_utc, read_posts, was_modified_since

DEFAULT_USER_AGENT = "Mozilla/5.0 (compatible; wod_pipeline)"
"""Some sites refuse what no browser would send."""
PER_PAGE = 100
"""Posts a page: the most WordPress allows."""
POST_FIELDS = ",".join(RawPost.__struct_fields__)
MAX_READS = 4
"""Attempts to read pages that add up before giving up: each only fails when posts come or go meanwhile."""
REREAD_PAUSE_S = 1.0
MAX_BYTES = 64 * 2**20
"""Largest answer taken: a hundred posts of half a megabyte, far above any real page (about 1.6 MB)."""
_SECOND = dt.timedelta(seconds=1)
_REPEATED_HOUR = dt.timedelta(hours=1, seconds=1)
"""Margin for edits: sites compare local time, which is an hour back when summer time ends."""


@dataclass
class _Reading:
    """What one pass over all pages gave; `steady` while every page announced the same total."""

    posts: dict[int, RawPost] = field(default_factory=dict)
    total: int | None = None
    steady: bool = True

    @property
    def complete(self) -> bool:
        return self.steady and len(self.posts) == self.total

    def add(self, posts: list[RawPost], total: int) -> bool:
        """Take in a page; whether it brought anything new."""
        before = len(self.posts)
        self.steady = self.steady and self.total in {None, total}
        self.total = total
        self.posts.update((post.id, post) for post in posts)
        return len(self.posts) > before


class WordPressSource:
    """The published posts of one category of a WordPress site. Not for use by several threads at once."""

    def __init__(  # noqa: PLR0913 all but the address have a default that fits
        self,
        base_url: str,
        *,
        category: int = 213,
        user_agent: str = DEFAULT_USER_AGENT,
        credentials: Login | None = None,
        timeouts: Timeouts = Timeouts(),  # noqa: B008 immutable
        max_retries: int = 4,
        max_bytes: int = MAX_BYTES,
        page_pause_s: float = 0.5,
        session: requests.Session | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = _checked_base(base_url, with_login=credentials is not None)
        self._category = category
        self._login = credentials
        self._login_proved = credentials is None
        self._page_pause_s = page_pause_s
        self._sleep = sleep
        self._pretty = True  # addresses under /wp-json/, until the site answers only to the other form
        self._http = JsonClient(
            session or OneHopSession(),
            {"User-Agent": user_agent},
            timeouts=timeouts,
            max_retries=max_retries,
            max_bytes=max_bytes,
            sleep=sleep,
        )

    @property
    def name(self) -> str:
        """The site's address."""
        return self._base

    def fetch_published(self, first: dt.date, last: dt.date) -> list[RawPost]:
        """All posts whose site-local publication day lies in `[first, last]`. Raises `SourceError`."""
        # Without zone is site time, as `date` is. Both ends are strict.
        start = dt.datetime.combine(as_day(first), dt.time()) - _SECOND
        end = dt.datetime.combine(as_day(last), dt.time()) + DAY
        return self._read_all({"after": start.isoformat(), "before": end.isoformat()})

    def fetch_modified(self, since: dt.datetime) -> list[RawPost]:
        """All posts edited at `since` (UTC when without zone) or later. Raises `SourceError`."""
        start = as_utc(since)
        query: Params = {"modified_after": f"{(start - _REPEATED_HOUR).isoformat()}Z"}
        # Cut here as well: to the second, and because a WordPress before 5.7 ignores the parameter.
        return [post for post in self._read_all(query) if was_modified_since(post, start)]

    def fetch_ids(self, ids: Collection[int]) -> list[RawPost]:
        """Those of the posts that the site still lists in the category. Raises `SourceError`."""
        batches = batched(sorted(set(ids)), PER_PAGE)
        return [post for batch in batches for post in self._read_all({"include": ",".join(map(str, batch))})]

    def list_ids(self) -> set[int]:
        """The id of every post the site lists in the category. Raises `SourceError`."""
        return {post.id for post in self._read_all({"_fields": "id"})}

    def check(self) -> str:
        """Ask for the newest post and say what answered. Raises `SourceError`."""
        self._prove_login()
        answer = self._ask("posts", self._query({"per_page": 1, "order": "desc", "_fields": "id,date"}))
        newest = _read_page(answer)
        day = f", the newest of {plain(newest[0].date, 10)}" if newest else ""
        return f"{self._base} answers: {_totals(answer)[0]} posts in category {self._category}{day}."

    def _query(self, extra: Params) -> Params:
        return {
            "categories": self._category,
            "per_page": PER_PAGE,
            "orderby": "id",
            "order": "asc",
            "_fields": POST_FIELDS,
            **extra,
        }

    def _read_all(self, query: Params) -> list[RawPost]:
        """Every post the query matches, each once; pages that do not add up are read again, then refused."""
        self._prove_login()
        for n in range(MAX_READS):
            if n:
                self._sleep(REREAD_PAUSE_S)
            reading = self._read_pages(self._query(query))
            if reading.complete:
                return list(reading.posts.values())
        raise SourceIncomplete(
            f"{self._base} announced {reading.total} posts, but its pages held {len(reading.posts)} distinct "
            f"ones or changed meanwhile, {MAX_READS} times over. Nothing of this read was used."
        )

    def _read_pages(self, query: Params) -> _Reading:
        reading = _Reading()
        page, pages = 1, 1
        while page <= pages:
            if page > 1:
                self._sleep(self._page_pause_s)
            answer = self._ask("posts", {**query, "page": page}, past_end_ok=page > 1)
            if _is_past_end(answer):
                break
            total, pages = _totals(answer)
            if not reading.add(_read_page(answer), total):
                break
            page += 1
        return reading

    def _prove_login(self) -> None:
        """Ask once who we are: a list of posts looks the same with a wrong password as without any."""
        if self._login_proved:
            return
        answer = self._ask("users/me", {"_fields": "id"})
        if not isinstance(answer.value, dict) or "id" not in answer.value:
            raise SourceMalformed(f"{answer.where} answered the login with something that is no user.")
        self._login_proved = True

    def _ask(self, path: str, params: Params, *, past_end_ok: bool = False) -> Answer:
        answer = self._ask_either_form(path, params)
        if answer.status < 400 or (past_end_ok and _is_past_end(answer)):
            return answer
        raise self._refusal(answer, path)

    def _ask_either_form(self, path: str, params: Params) -> Answer:
        """Ask under ``/wp-json/``; without URL rewriting that is a 404 page, and ``?rest_route=`` works."""
        if self._pretty:
            answer = self._http.get(f"{self._base}/wp-json/wp/v2/{path}", params, self._login)
            if not _is_plain_404(answer):
                return answer
        answer = self._http.get(f"{self._base}/", {"rest_route": f"/wp/v2/{path}", **params}, self._login)
        self._pretty = self._pretty and _is_plain_404(answer)
        return answer

    def _refusal(self, answer: Answer, path: str) -> SourceRefused:
        said = _wordpress_error(answer.value)
        if path == "users/me" and answer.status == 401:
            return SourceRefused(
                f"{answer.where} does not accept the WordPress login ({said}).",
                fix="WordPress takes a wrong application password for an anonymous visitor, and ignores "
                "right ones over plain http. Check both, or leave them unset for a public site.",
            )
        if said:
            return SourceRefused(f"{answer.where} refused with {answer.status}: {said}.")
        return SourceRefused(
            f"{answer.where} refused with {answer.status} and a page that is not WordPress's.",
            fix="Check the address; some sites refuse a User-Agent no browser sends, or have no REST API.",
        )


def _checked_base(url: str, *, with_login: bool) -> str:
    """The site's address without a slash at its end. Raises `SourceRefused` when it cannot be used."""
    if not is_plain_web_address(url) or urlsplit(url).query or urlsplit(url).fragment:
        raise SourceRefused(
            "The site's address is not a plain http(s) address.",
            fix="Like https://example.org, without a login.",
        )
    if (
        with_login
        and urlsplit(url).scheme.lower() == "http"
        and not _is_loopback(urlsplit(url).hostname or "")
    ):
        raise SourceRefused(
            f"A login would go to {shown(url)} unencrypted.", fix="Use https, or leave it out."
        )
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read_page(answer: Answer) -> list[RawPost]:
    return read_posts(answer.value, answer.where)


def _totals(answer: Answer) -> tuple[int, int]:
    """How many posts and pages the headers announce."""
    try:
        return int(answer.headers["X-WP-Total"]), int(answer.headers["X-WP-TotalPages"])
    except (KeyError, ValueError) as e:
        raise SourceMalformed(
            f"{answer.where} does not say how many posts there are, so nothing proves that none is missing.",
            fix="The headers X-WP-Total and X-WP-TotalPages may be dropped by a proxy; ask the site itself.",
        ) from e


def _is_past_end(answer: Answer) -> bool:
    return answer.status == 400 and _code(answer.value) == "rest_post_invalid_page_number"


def _is_plain_404(answer: Answer) -> bool:
    return answer.status == 404 and not _code(answer.value)


def _code(value: Any) -> str:
    return str(value.get("code", "")) if isinstance(value, dict) else ""


def _wordpress_error(value: Any) -> str:
    """WordPress's own code and message as one short line without markup; empty when there is none."""
    if not _code(value):
        return ""
    message = re.sub(r"<[^>]*>", "", str(value.get("message", ""))[:1000])
    return plain(html.unescape(f"{_code(value)[:60]}, {message}"), 200).rstrip(" .,")
