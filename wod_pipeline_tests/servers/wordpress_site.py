"""What a WordPress site answers to REST requests: posts that change at run time, and the API's own rules.

No sockets here (`wordpress` serves this) and no trouble (`faults` makes it). The rules imitate what sites of
versions 6.1 to 7.1 were seen to do, quirks and all: pages over equal dates repeat and lose posts; `after` and
`before` are strict and compare site-local time; a wrong application password is an anonymous visitor.
"""

from __future__ import annotations

import base64
import binascii
import copy
import datetime as dt
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

Post = dict[str, Any]
Query = Mapping[str, str]

DEFAULTS: Post = {
    "status": "publish",
    "date": "",
    "date_gmt": "",
    "modified": "",
    "slug": "",
    "categories": [],
}
ORDERS = {"author", "date", "id", "include", "modified", "parent", "relevance", "slug", "title"}
TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?")
NOT_FOUND_PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>Page not found</title></head><body>Nothing here.</body></html>\n"
)


@dataclass(frozen=True)
class Request:
    """A request as the site sees it."""

    method: str
    path: str
    query: Query
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Reply:
    """An answer before it is sent."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=UTF-8"


class _RestError(Exception):
    """An error as the REST API words it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.reply = as_json({"code": code, "message": message, "data": {"status": status}}, status=status)


class Site:
    """A site's posts, its settings, and its answers. Mutations may come from any thread."""

    def __init__(
        self,
        posts: Iterable[Post] = (),
        *,
        timezone: str = "America/Los_Angeles",
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.timezone.utc),
    ) -> None:
        self.zone = ZoneInfo(timezone)
        self.clock = clock
        self.rewriting = True
        self.refuses_plain_user_agents = False
        self.users: dict[str, str] = {}
        self.application_passwords_work = True
        self.login_plugin = False
        self.members_only = False
        self.hides_categories: Reply | None = None
        self.tags: dict[int, str] = {}
        self._categories: dict[int, tuple[str, int]] = {213: ("Barbell", 0)}
        self._posts: dict[int, Post] = {}
        self._passwords: dict[int, str] = {}
        self._lock = threading.RLock()
        self.load(posts)

    # ------------------------------------------------------------------------------------------ mutations
    def load(self, posts: Iterable[Post]) -> None:
        """Make these the site's posts."""
        with self._lock:
            self._posts = {post["id"]: {**DEFAULTS, **copy.deepcopy(post)} for post in posts}

    def write(
        self,
        title: str,
        content: str = "<p>Monday</p>",
        *,
        at: dt.datetime,
        slug: str = "",
        categories: Iterable[int] = (213,),
        post_id: int | None = None,
    ) -> int:
        """Publish a post at a site-local time, or schedule it when that lies ahead; its id."""
        with self._lock:
            new = post_id or max(self._posts, default=1000) + 1
            slug = slug or re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
            self._posts[new] = {
                "id": new,
                "slug": slug,
                "link": f"https://coach.example/{slug}/",
                "title": {"rendered": title},
                "content": {"rendered": content, "protected": False},
                "categories": list(categories),
                "status": "future" if self._utc(at) > self.clock() else "publish",
                "meta": [],
                **self._times("date", at),
                **self._times("modified", at),
            }
            return new

    def edit(self, post_id: int, *, at: dt.datetime | None = None, **changes: str) -> None:
        """Change `title`, `content` or `slug`; `modified` becomes now (or `at`, site-local), `date` stays."""
        with self._lock:
            post = self._posts[post_id]
            for name, value in changes.items():
                post[name] = value if name == "slug" else {**post[name], "rendered": value}
            post.update(self._times("modified", at or self._now()))

    def move(self, post_id: int, date: dt.datetime) -> None:
        """Give a post another publication date, as its author can."""
        with self._lock:
            self._posts[post_id].update(self._times("date", date), **self._times("modified", self._now()))

    def set_status(self, post_id: int, status: str) -> None:
        """Make a post ``draft``, ``private``, ``trash``, ``future`` or ``publish``."""
        with self._lock:
            self._posts[post_id]["status"] = status

    def delete(self, post_id: int) -> None:
        """Delete a post for good."""
        with self._lock:
            del self._posts[post_id]

    def protect(self, post_id: int, password: str = "sesame") -> None:
        """Put a password on a post: it stays listed, without its content."""
        with self._lock:
            self._passwords[post_id] = password

    def recategorise(self, post_id: int, categories: Iterable[int]) -> None:
        """File a post under other categories."""
        with self._lock:
            self._posts[post_id]["categories"] = list(categories)

    def add_category(self, category: int, name: str, *, parent: int = 0) -> None:
        """Make a category. 213 exists, and so do those of any post."""
        with self._lock:
            self._categories[category] = (name, parent)

    def _now(self) -> dt.datetime:
        return self.clock().astimezone(self.zone).replace(tzinfo=None, microsecond=0)

    def _utc(self, local: dt.datetime) -> dt.datetime:
        return local.replace(tzinfo=self.zone).astimezone(dt.timezone.utc)

    def _times(self, name: str, local: dt.datetime) -> Post:
        utc = self._utc(local).replace(tzinfo=None)
        return {name: local.isoformat(timespec="seconds"), f"{name}_gmt": utc.isoformat(timespec="seconds")}

    # -------------------------------------------------------------------------------------------- answers
    def answer(self, request: Request) -> Reply:
        """The site's answer; the body of a HEAD is for the server to leave out."""
        if self.refuses_plain_user_agents and not request.headers.get("user-agent", "").startswith(
            "Mozilla/"
        ):
            return as_page(403, b"<html><body>Forbidden</body></html>")
        route = self._route(request)
        if route is None:
            return as_page(404, NOT_FOUND_PAGE)
        try:
            with self._lock:
                return self._dispatch(route, request)
        except _RestError as e:
            return e.reply

    def _route(self, request: Request) -> str | None:
        if request.path == "/" and "rest_route" in request.query:
            return request.query["rest_route"]
        if self.rewriting and request.path.startswith("/wp-json"):
            return request.path.removeprefix("/wp-json").rstrip("/") or "/"
        return None

    def _dispatch(self, route: str, request: Request) -> Reply:
        user = self._user(request)
        if route == "/":
            return as_json({"name": "A coach's site", "namespaces": ["wp/v2"]})
        if route.startswith("/wp/v2/categories") and self.hides_categories:
            return self.hides_categories
        if match := re.fullmatch(r"/wp/v2/(categories|tags)/(\d+)", route):
            return self._term(match[1], int(match[2]), request.query)
        if route == "/wp/v2/categories":
            return self._list_categories(request.query)
        if self.members_only and user is None:
            raise _RestError(401, "rest_not_logged_in", "You are not currently logged in.")
        if route == "/wp/v2/posts":
            return self._list(request.query)
        if match := re.fullmatch(r"/wp/v2/posts/(\d+)", route):
            return self._single(int(match[1]), request.query)
        if route == "/wp/v2/users/me":
            if user is None:
                raise _RestError(401, "rest_not_logged_in", "You are not currently logged in.")
            return as_json(_only({"id": 7, "name": user, "slug": user}, request.query))
        raise _RestError(404, "rest_no_route", "No route was found matching the URL and request method.")

    def _user(self, request: Request) -> str | None:
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            name, _, password = base64.b64decode(encoded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        right = self.users.get(name, "").replace(" ", "")
        if self.application_passwords_work and right and password.replace(" ", "") == right:
            return name
        if self.login_plugin:
            raise _RestError(401, "incorrect_password", "<strong>Error:</strong> The password is incorrect.")
        return None

    def _visible(self) -> list[Post]:
        now = self.clock().replace(tzinfo=None).isoformat()
        return [
            post
            for post in self._posts.values()
            if post["status"] == "publish" or (post["status"] == "future" and post["date_gmt"] <= now)
        ]

    def _terms(self) -> dict[int, Post]:
        """The categories. A post counts for its own only, not for the one above it."""
        used = [category for post in self._visible() for category in post["categories"]]
        known = dict.fromkeys(used, ("Other", 0)) | self._categories
        return {
            category: {"id": category, "name": name, "parent": parent, "count": used.count(category)}
            for category, (name, parent) in known.items()
        }

    def _term(self, taxonomy: str, term: int, query: Query) -> Reply:
        tags = {tag: {"id": tag, "name": name, "count": 0} for tag, name in self.tags.items()}
        terms = tags if taxonomy == "tags" else self._terms()
        if term not in terms:
            raise _RestError(404, "rest_term_invalid", "Term does not exist.")
        return as_json(_only(terms[term], query))

    def _list_categories(self, query: Query) -> Reply:
        page, per_page = _whole(query, "page", 1, 1, 10**9), _whole(query, "per_page", 10, 1, 100)
        column = _one_of(query, "orderby", "name", {"id", "name", "count", "slug"})
        last_first = _one_of(query, "order", "asc", {"asc", "desc"}) == "desc"
        terms = [
            term for term in self._terms().values() if query.get("parent") in {None, str(term["parent"])}
        ]
        terms = sorted(terms, key=lambda term: term[column], reverse=last_first)
        totals = {"X-WP-Total": str(len(terms)), "X-WP-TotalPages": str(-(-len(terms) // per_page))}
        shown = terms[(page - 1) * per_page : page * per_page]
        return as_json([_only(term, query) for term in shown], headers=totals)

    def _single(self, post_id: int, query: Query) -> Reply:
        if post_id not in self._posts:
            raise _RestError(404, "rest_post_invalid_id", "Invalid post ID.")
        if post_id not in {post["id"] for post in self._visible()}:
            raise _RestError(401, "rest_forbidden", "Sorry, you are not allowed to do that.")
        return as_json(_only(self._shown(self._posts[post_id]), query))

    def _list(self, query: Query) -> Reply:
        asked = Asked.read(query, self.zone)
        found = [post for post in self._visible() if asked.matches(post)]
        pages = -(-len(found) // asked.per_page)
        if found and asked.page > pages:
            raise _RestError(
                400,
                "rest_post_invalid_page_number",
                "The page number requested is larger than the number of pages available.",
            )
        start = (asked.page - 1) * asked.per_page
        page = asked.sorted(found)[start : start + asked.per_page]
        totals = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(pages)}
        return as_json([_only(self._shown(post), query) for post in page], headers=totals)

    def _shown(self, post: Post) -> Post:
        if post["id"] not in self._passwords:
            return post
        return {**post, "content": {"rendered": "", "protected": True}}


@dataclass(frozen=True)
class Asked:
    """The parameters of a list request, validated as the API does; unknown ones are ignored."""

    page: int
    per_page: int
    orderby: str
    order: str
    ids: dict[str, set[int]]
    times: dict[str, str]
    slugs: set[str]

    @classmethod
    def read(cls, query: Query, zone: ZoneInfo) -> Asked:
        """Raises the API's 400 for a value it does not take."""
        if query.get("status", "publish") != "publish" or query.get("context", "view") == "edit":
            raise _RestError(401, "rest_forbidden_context", "Sorry, you are not allowed to do that.")
        return cls(
            page=_whole(query, "page", 1, 1, 10**9),
            per_page=_whole(query, "per_page", 10, 1, 100),
            orderby=_one_of(query, "orderby", "date", ORDERS),
            order=_one_of(query, "order", "desc", {"asc", "desc"}),
            ids={name: _ids(query, name) for name in ("categories", "include", "exclude") if query.get(name)},
            times={
                name: _local_time(query, name, zone)
                for name in ("after", "before", "modified_after", "modified_before")
                if name in query
            },
            slugs=set(filter(None, query.get("slug", "").split(","))),
        )

    def matches(self, post: Post) -> bool:
        """Whether the post is listed: times strictly within, any of the categories, none of the excluded."""
        own = {"categories": set(post["categories"]), "include": {post["id"]}}
        bounds = [
            post[column] > limit if name.endswith("after") else post[column] < limit
            for name, limit in self.times.items()
            for column in ["modified" if name.startswith("modified") else "date"]
        ]
        return (
            all(bounds)
            and all(own[name] & ids for name, ids in self.ids.items() if name != "exclude")
            and post["id"] not in self.ids.get("exclude", set())
            and (not self.slugs or post["slug"] in self.slugs)
        )

    def sorted(self, posts: list[Post]) -> list[Post]:
        """In the order asked for. Only ids are unique: equals come in another order on every page."""

        def key(post: Post) -> tuple[Any, str]:
            value = post["title"]["rendered"] if self.orderby == "title" else post.get(self.orderby, "")
            return value, hashlib.md5(f"{post['id']} {self.page}".encode()).hexdigest()

        return sorted(posts, key=key, reverse=self.order == "desc")


def as_json(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    """JSON as PHP writes it: ASCII, with slashes escaped."""
    text = json.dumps(value, separators=(",", ":")).replace("/", "\\/")
    return Reply(status, text.encode(), headers or {})


def as_page(status: int, body: bytes) -> Reply:
    """A page for people."""
    return Reply(status, body, content_type="text/html; charset=UTF-8")


def _only(post: Post, query: Query) -> Post:
    """The fields asked for: ``id,title.rendered``; unknown names vanish."""
    names = query.get("_fields", "")
    if not names:
        return post
    cut: Post = {}
    for name in names.split(","):
        head, _, rest = name.strip().partition(".")
        if head not in post:
            continue
        if not rest:
            cut[head] = post[head]
        elif isinstance(post[head], dict) and rest in post[head]:
            cut.setdefault(head, {})[rest] = post[head][rest]
    return cut


def _invalid(name: str) -> _RestError:
    return _RestError(400, "rest_invalid_param", f"Invalid parameter(s): {name}")


def _whole(query: Query, name: str, default: int, least: int, most: int) -> int:
    text = query.get(name, str(default))
    if not re.fullmatch(r"-?\d{1,12}", text) or not least <= int(text) <= most:
        raise _invalid(name)
    return int(text)


def _one_of(query: Query, name: str, default: str, values: set[str]) -> str:
    value = query.get(name, default)
    if value not in values:
        raise _invalid(name)
    return value


def _ids(query: Query, name: str) -> set[int]:
    if not re.fullmatch(r"\d+(,\d+)*", query[name]):
        raise _invalid(name)
    return {int(text) for text in query[name].split(",")}


def _local_time(query: Query, name: str, zone: ZoneInfo) -> str:
    """Site-local time of a parameter; a zone in it is converted. A bare ``+`` arrives as a blank: refused."""
    text = query[name]
    if not TIME.fullmatch(text):
        raise _invalid(name)
    try:
        time = dt.datetime.fromisoformat(re.sub(r"Z$", "+00:00", text))
    except ValueError as e:
        raise _invalid(name) from e
    local = time.astimezone(zone) if time.tzinfo else time
    return local.replace(tzinfo=None).isoformat(timespec="seconds")
