"""A WordPress site as a source of posts: which requests to make, and how to know that no post is missing.

Sending and retrying one request belongs in `_http`; deciding which posts a week needs belongs in `_windows`.

Behaviour of the REST API that this client relies on or guards against:

- Only with ``orderby=id`` does every post appear on exactly one page; other orders repeat and lose posts that
  share a date.
- A post published or deleted between two requests shifts the later pages. So distinct ids are counted against the
  announced total, and all pages are read again when the numbers differ.
- ``after`` and ``before`` are exclusive and compare site-local time.
- A request with a wrong application password is served as an anonymous visitor's.
- A category that does not exist is answered with an empty list, and posts of a category below it are not listed.
"""

from __future__ import annotations

import datetime as dt
import html
import ipaddress
import logging
import math
import time
from collections.abc import Callable, Collection, Iterable
from typing import Any
from urllib.parse import urlsplit

from wod_pipeline.bounds import ANSWER_BYTES
from wod_pipeline.errors import SourceIncomplete, SourceMalformed, SourceRefused
from wod_pipeline.pacing import batched
from wod_pipeline.post_times import time_of
from wod_pipeline.program import RawPost
from wod_pipeline.weeks import DAY, as_day
from wod_pipeline.wording import count, is_site_address
from wod_pipeline.wordpress._category import category_and_below, verify_category
from wod_pipeline.wordpress._decoding import FIELDS, decode_posts, require_ids
from wod_pipeline.wordpress._http import (
    LOGIN_NEEDED,
    JsonClient,
    JsonResponse,
    OneHopSession,
    Params,
    Timeouts,
    plain_text,
    printable,
    redact,
)
from wod_pipeline.wordpress._pages import PageSet, ReadingBounds
from wod_pipeline.wordpress._source import as_utc
from wod_pipeline.wordpress.credentials import Login

DEFAULT_USER_AGENT = "Mozilla/5.0 (compatible; wod_pipeline)"
"""Starts like a browser's, since some sites refuse any other."""
PER_PAGE = 100
"""Posts per page: the most WordPress allows."""
POST_FIELDS = ",".join(FIELDS)
LOGIN_CODES = frozenset({"rest_not_logged_in", "rest_login_required", "rest_cannot_access", "rest_forbidden"})
"""Errors of WordPress and of security plugins for visitors that are not logged in, with 401 or 403."""
_LOGIN_REFUSED = (
    "The login is valid, but its user may not read the posts. Ask the site's owner for the right to."
)
_RESTRICTED = (
    "The site's owner has to open the REST API to visitors, or to give you a login (WOD_WORDPRESS_USER)."
)
MAX_READS = 4
"""How often all pages are read before giving up: a read fails only when posts change while it runs."""
REREAD_PAUSE_S = 1.0
"""Time for an edit in progress to end before the pages are read again."""
CHECK_LIMIT_S = 60.0
"""How long `check` asks the site: somebody waits for the answer, and one small request tells how the site is."""
_MOST_DIGITS = 18
log = logging.getLogger(__name__)
_SECOND = dt.timedelta(seconds=1)
_REPEATED_HOUR = dt.timedelta(hours=1, seconds=1)
"""Margin for `fetch_modified`: sites compare local time, which goes back an hour when summer time ends."""


class WordPressSource:
    """The published posts of one category of a WordPress site. Not thread-safe.

    All its requests together end within `limit_s` seconds of now.
    """

    def __init__(  # noqa: PLR0913 all but the address have a default
        self,
        base_url: str,
        *,
        category: int = 213,
        child_categories: bool = False,
        user_agent: str = DEFAULT_USER_AGENT,
        credentials: Login | None = None,
        timeouts: Timeouts = Timeouts(),  # noqa: B008 immutable
        max_retries: int = 4,
        max_bytes: int = ANSWER_BYTES.most,
        bounds: ReadingBounds = ReadingBounds(),  # noqa: B008 immutable
        limit_s: float = math.inf,
        page_pause_s: float = 0.5,
        session: OneHopSession | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = _validate_base_url(base_url, with_login=credentials is not None)
        self._category = category
        self._categories = [] if child_categories else [category]
        """Those whose posts are read; empty until the site has been asked for the ones below the category."""
        self._category_verified = self._category_asked = False
        self._login = credentials
        self._login_verified = credentials is None
        self._page_pause_s = page_pause_s
        self._sleep = sleep
        self._filter_ignored = False
        self._has_wp_json = True  # until a site turns out to serve its API only under ?rest_route=
        self._http = JsonClient(
            session or OneHopSession(),
            {"User-Agent": user_agent},
            timeouts=timeouts,
            max_retries=max_retries,
            max_bytes=max_bytes,
            sleep=sleep,
            limit_s=limit_s,
        )
        self._bounds = bounds

    @property
    def name(self) -> str:
        """The site's address."""
        return self._base

    def fetch_published(self, first: dt.date, last: dt.date) -> list[RawPost]:
        """All posts whose site-local publication day lies in `[first, last]`. Raises `SourceError`."""
        # Times without a zone are compared with the site-local `date`. Both ends are exclusive.
        start = dt.datetime.combine(as_day(first), dt.time()) - _SECOND
        end = dt.datetime.combine(as_day(last), dt.time()) + DAY
        return self._read_all({"after": start.isoformat(), "before": end.isoformat()})

    def fetch_modified(self, since: dt.datetime) -> list[RawPost]:
        """All posts edited at `since` (UTC when without zone) or later. Raises `SourceError`."""
        start = as_utc(since)
        query: Params = {"modified_after": f"{(start - _REPEATED_HOUR).isoformat()}Z"}
        posts = self._read_all(query)
        self._warn_of_ignored_filter(post for post in posts if not post.was_modified_since(start - DAY))
        # Filtered here again: the margin has to go, and WordPress before 5.7 ignores `modified_after`.
        return [post for post in posts if post.id and post.was_modified_since(start)]

    def _warn_of_ignored_filter(self, older: Iterable[RawPost]) -> None:
        """Say once that the site lists posts that were not asked for: each look at its edits reads all of them."""
        if not self._filter_ignored and any(older):
            self._filter_ignored = True
            log.warning(
                "%s ignores `modified_after`, as WordPress before 5.7 does: each look for edits reads all posts. "
                "An update of WordPress makes that fast.",
                self._base,
            )

    def fetch_ids(self, ids: Collection[int]) -> list[RawPost]:
        """The posts with these ids that the site still lists in the category. Raises `SourceError`."""
        # As many ids as a page holds, so that a request needs one page and its address stays short.
        batches = batched(sorted(set(ids)), PER_PAGE)
        queries = ({"include": ",".join(map(str, batch))} for batch in batches)
        return [post for query in queries for post in self._read_all(query) if post.id]

    def list_ids(self) -> set[int]:
        """The id of every post the site lists in the category. Raises `SourceError`."""
        return {post.id for post in self._read_all({"_fields": "id"}) if post.id}

    def check(self) -> str:
        """Request the newest post and describe the site in a sentence. Raises `SourceError`.

        A site that asks to wait is not waited for: the error says how long it asks.
        """
        with self._http.without_waiting(), self._http.within(CHECK_LIMIT_S):
            self._verify_login()
            response = self._get("posts", self._query({"per_page": 1, "order": "desc", "_fields": "id,date"}))
            newest = decode_posts(response.value, response.where)
            self._verify_category(has_posts=bool(newest))
        total, pages_of_one = _totals(response)
        announced = PageSet()
        announced.add(newest, total)
        announced.check_bounds(self._bounds, math.ceil(pages_of_one / PER_PAGE), response.where)
        published = time_of(newest[0].date) if newest else None
        day = f", the newest of {published.date()}" if published else ""
        posts = count(total, "post")
        doubt = "" if self._category_verified else " The site hides its categories: this one may not exist."
        return f"{self._base} answers: {posts} in {self._category_name}{day}.{doubt}"

    @property
    def _category_name(self) -> str:
        below = len(self._categories) - 1
        more = f" and {below} below it" if below > 0 else ""
        return f"category {self._category}{more}"

    def _query(self, extra: Params) -> Params:
        if not self._categories:
            self._categories = category_and_below(self._get_from_either_root, self._category)
            self._category_verified = True
        return {
            "categories": ",".join(map(str, self._categories)),
            "per_page": PER_PAGE,
            "orderby": "id",
            "order": "asc",
            "_fields": POST_FIELDS,
            **extra,
        }

    def _read_all(self, query: Params) -> list[RawPost]:
        """Every post that matches the query. Raises `SourceIncomplete` when no read of the pages is consistent."""
        with self._http.within(self._bounds.seconds):
            self._verify_login()
            earlier: list[int | str] | None = None
            for attempt in range(MAX_READS):
                if attempt:
                    self._sleep(REREAD_PAUSE_S)
                pages = self._read_pages(query)
                if pages.complete or pages.is_repeated(earlier):
                    return self._accept(pages)
                earlier = pages.order
        raise SourceIncomplete(
            f"{self._base} announced {count(pages.totals[-1], 'post')}, but its pages held {len(pages.versions)} "
            f"distinct ones or changed while they were read, {MAX_READS} times in a row. No post of this read "
            "was used."
        )

    def _accept(self, pages: PageSet) -> list[RawPost]:
        if ids := pages.listed_twice():
            log.warning("%s lists a post more than once: %s", self._base, ", ".join(map(str, ids)))
        posts = pages.chosen()
        require_ids(posts, self._base)
        self._verify_category(has_posts=bool(posts))
        return posts

    def _read_pages(self, query: Params) -> PageSet:
        """Every page, within the bounds of a reading. Raises `SourceMalformed` where the site goes beyond them."""
        with self._http.within(total_bytes=self._bounds.size_bytes):
            query = self._query(query)
            pages = PageSet()
            page, page_count = 1, 1
            while page <= page_count:
                if page > 1:
                    self._sleep(self._page_pause_s)
                # The last page may vanish during the read, when posts are deleted.
                response = self._get("posts", {**query, "page": page}, past_end_ok=page > 1)
                if _is_past_end(response):
                    break
                total, page_count = _totals(response)
                # A page without new posts ends the read: the same page may be sent for ever.
                has_new = pages.add(decode_posts(response.value, response.where), total)
                pages.check_bounds(self._bounds, page_count, response.where)
                if not has_new:
                    break
                page += 1
        return pages

    def _verify_login(self) -> None:
        """Ask for our own user, once: with a wrong password, posts are listed as if there were no login."""
        if self._login_verified:
            return
        response = self._get("users/me", {"_fields": "id"})
        if not isinstance(response.value, dict) or "id" not in response.value:
            raise SourceMalformed(f"{response.where} did not answer the login with a user.")
        self._login_verified = True

    def _verify_category(self, *, has_posts: bool) -> None:
        """Ask once whether the category exists, unless a post was found in it."""
        self._category_verified = self._category_verified or has_posts
        if self._category_verified or self._category_asked:
            return
        self._category_verified = verify_category(self._get_from_either_root, self._category)
        self._category_asked = True
        if not self._category_verified:
            log.warning(
                "%s hides its categories: whether category %s exists is not known, and nothing was found in it.",
                self._base,
                self._category,
            )

    def _get(self, path: str, params: Params, *, past_end_ok: bool = False) -> JsonResponse:
        response = self._get_from_either_root(path, params)
        # Some plugins that turn the API off say so with status 200.
        if response.status < 400 and not _error_code(response.value):
            return response
        if past_end_ok and _is_past_end(response):
            return response
        raise self._refused(response, path)

    def _get_from_either_root(self, path: str, params: Params) -> JsonResponse:
        """Try ``/wp-json/`` first; a site without URL rewriting answers 404 there and serves ``?rest_route=``."""
        if self._has_wp_json:
            response = self._http.get(f"{self._base}/wp-json/wp/v2/{path}", params, self._login)
            if not _is_plain_404(response):
                return response
        response = self._http.get(f"{self._base}/", {"rest_route": f"/wp/v2/{path}", **params}, self._login)
        self._has_wp_json = self._has_wp_json and _is_plain_404(response)
        return response

    def _refused(self, response: JsonResponse, path: str) -> SourceRefused:
        reason = _wordpress_error(response.value)
        if path == "users/me" and response.status == 401:
            return SourceRefused(
                f"{response.where} does not accept the WordPress login ({reason}).",
                fix="WordPress treats a wrong application password as an anonymous visitor, and ignores a "
                "correct one over plain http. Check user and password, or leave them unset for a public site.",
            )
        reason = f": {reason}" if reason else " and a page that is not from WordPress"
        return SourceRefused(
            f"{response.where} refused with {response.status}{reason}.", fix=self._advice(response)
        )

    def _advice(self, response: JsonResponse) -> str:
        code = _error_code(response.value)
        if response.status == 401 or code in LOGIN_CODES:
            return _LOGIN_REFUSED if self._login else LOGIN_NEEDED
        if code == "rest_no_route" or not code:
            return (
                "Check the address: it is that of the site's start page. Some sites have no REST API, or a plugin "
                "turns it off."
            )
        return _RESTRICTED if response.status in {200, 403, 404} else ""


def _validate_base_url(url: str, *, with_login: bool) -> str:
    """The site's address without a slash at its end. Raises `SourceRefused` when it cannot be used."""
    if not is_site_address(url):
        raise SourceRefused(
            "The site's address is not a plain http(s) address.",
            fix="Use one like https://example.org, without a login in it.",
        )
    site, rest_root, _ = url.partition("/wp-json")
    if rest_root:
        raise SourceRefused(
            f"The site's address {redact(url)} is that of its REST API.",
            fix=f"Leave out {rest_root} and what follows: use {redact(site)}.",
        )
    if (
        with_login
        and urlsplit(url).scheme.lower() == "http"
        and not _is_loopback(urlsplit(url).hostname or "")
    ):
        raise SourceRefused(
            f"A login would be sent to {redact(url)} unencrypted.", fix="Use https, or leave the login out."
        )
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _totals(response: JsonResponse) -> tuple[int, int]:
    """The number of posts and of pages that the headers announce."""
    try:
        return _as_number(response.headers["X-WP-Total"]), _as_number(response.headers["X-WP-TotalPages"])
    except (KeyError, ValueError) as e:
        raise SourceMalformed(
            f"{response.where} does not say how many posts there are, so a missing post would go unnoticed.",
            fix="A proxy may drop the headers X-WP-Total and X-WP-TotalPages; use the site's own address.",
        ) from e


def _as_number(header: str) -> int:
    """Raises `ValueError` also for a number that no site can mean."""
    if len(header) > _MOST_DIGITS or not (header.isascii() and header.isdigit()):
        raise ValueError(header)
    return int(header)


def _is_past_end(response: JsonResponse) -> bool:
    return response.status == 400 and _error_code(response.value) == "rest_post_invalid_page_number"


def _is_plain_404(response: JsonResponse) -> bool:
    """Whether the web server answered 404, and not WordPress, whose errors carry a code."""
    return response.status == 404 and not _error_code(response.value)


def _error_code(value: Any) -> str:
    return str(value.get("code", "")) if isinstance(value, dict) else ""


def _wordpress_error(value: Any) -> str:
    """The code and message of a WordPress error on one line without markup; empty for any other value."""
    code = _error_code(value)
    if not code:
        return ""
    message = plain_text(str(value.get("message", "")))
    return printable(f"{html.unescape(code[:60])}, {message}", 200).rstrip(" .,")
