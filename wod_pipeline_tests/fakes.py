"""Fake resources and small posts for tests of the shells: no network, no disk unless a test gives a folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from wod_pipeline.errors import NotStored, SourceError, StorageRefused, WodError
from wod_pipeline.program import RawPost, Rendered
from wod_pipeline.resources.lake import LakeResource
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.resources.source import SourceResource
from wod_pipeline.storage import Lake, SessionTable, Written

MONDAY = dt.date(2026, 3, 2)
WEEK = dt.timedelta(days=7)


def training_post(monday: dt.date = MONDAY, number: int = 1, **changes: Any) -> RawPost:
    """A small post for the week of `monday`: two training days and a rest day."""
    sunday = monday + 6 * dt.timedelta(days=1)
    days = f"{monday:%B} {monday.day}, {monday.year} - {sunday:%B} {sunday.day}, {sunday.year}"
    lines = (
        "<strong>Monday</strong>",
        "A.",
        "Every 2 minutes, for 10 minutes (5 sets):",
        '<a href="https://example.com/videos/snatch">Snatch</a> x 2 reps @ 70% of 1-RM Snatch',
        "<strong>Wednesday (Rest Day)</strong>",
        "<strong>Friday</strong>",
        "A.",
        "Three sets of:",
        "Back Squat x 5 reps @ 75%",
        "Rest 2 minutes",
    )
    post = RawPost(
        id=number,
        date=f"{monday - dt.timedelta(days=1)}T17:00:00",
        modified=f"{monday - dt.timedelta(days=1)}T17:00:00",
        modified_gmt=f"{monday}T01:00:00",
        slug=slug_of(monday, "small-program"),
        link=f"https://example.com/{number}/",
        title=Rendered(f"{days} - Small Program"),
        content=Rendered("<p>" + "<br />\n".join(lines) + "</p>\n"),
    )
    for name, value in changes.items():
        setattr(post, name, value)
    return post


def slug_of(monday: dt.date, program: str) -> str:
    """The slug WordPress would make of a post's title."""
    sunday = monday + 6 * dt.timedelta(days=1)
    days = (f"{day:%B}-{day.day}-{day.year}".lower() for day in (monday, sunday))
    return f"{'-'.join(days)}-{program}"


def edited(post: RawPost, old: str, new: str) -> RawPost:
    """The post after the coach changed some words, a day later."""
    day = dt.datetime.fromisoformat(post.modified_gmt) + dt.timedelta(days=1)
    content = Rendered(post.content.rendered.replace(old, new))
    assert content != post.content, f"{old!r} is not in the post"
    return RawPost(
        **{
            **{name: getattr(post, name) for name in RawPost.__struct_fields__},
            "content": content,
            "modified_gmt": day.isoformat(),
        }
    )


class FakeSource:
    """Posts in a list; `failing` raises for windows that touch those days."""

    name = "fake"

    def __init__(
        self, posts: Sequence[RawPost] = (), failing: Mapping[dt.date, SourceError] | None = None
    ) -> None:
        self.posts = list(posts)
        self.failing = failing or {}

    def fetch_published(self, first: dt.date, last: dt.date) -> list[RawPost]:
        for day, error in self.failing.items():
            if first <= day <= last:
                raise error
        return [post for post in self.posts if str(first) <= post.date[:10] <= str(last)]

    def fetch_modified(self, since: dt.datetime) -> list[RawPost]:
        return [post for post in self.posts if dt.datetime.fromisoformat(post.modified_gmt) >= since]

    def fetch_ids(self, ids: Collection[int]) -> list[RawPost]:
        return [post for post in self.posts if post.id in ids]

    def list_ids(self) -> set[int]:
        return {post.id for post in self.posts}


class MemoryLake:
    """A lake in a dictionary that counts what is really written."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.writes: list[str] = []

    def read(self, key: str) -> bytes:
        if key not in self.objects:
            raise NotStored(f"{key} is not stored.")
        return self.objects[key]

    def write(self, key: str, data: bytes) -> Written:
        changed = self.objects.get(key) != data
        if changed:
            self.objects[key] = data
            self.writes.append(key)
        return Written(self.uri(key), changed)

    def write_once(self, key: str, data: bytes) -> Written:
        if self.objects.get(key, data) != data:
            raise StorageRefused(f"{key} is there already.")
        return self.write(key, data)

    def read_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        return {key: self.objects[key] for key in keys if key in self.objects}

    def write_many(self, objects: Mapping[str, bytes], *, once: bool = False) -> dict[str, Written]:
        write = self.write_once if once else self.write
        return {key: write(key, data) for key, data in objects.items()}

    def keys(self, prefix: str) -> Iterator[str]:
        return iter(sorted(key for key in self.objects if key.startswith(prefix)))

    def uri(self, key: str) -> str:
        return f"memory://{key}"


def source_around(source: Any) -> SourceResource:
    """A source resource around any source, or around the error that opening it raises.

    Dagster makes resources anew from their config, so what is wrapped sits in a class of its own.
    """

    class Around(SourceResource):
        def open(self) -> Any:
            if isinstance(source, WodError):
                raise source
            return source

    return Around()


def lake_around(lake: Lake) -> LakeResource:
    """A lake resource around any lake."""

    class Around(LakeResource):
        def open(self) -> Lake:
            return lake

    return Around()


def table_around(table: SessionTable) -> SessionTableResource:
    """A table resource around any table."""

    class Around(SessionTableResource):
        def open(self) -> SessionTable:
            return table

    return Around()
