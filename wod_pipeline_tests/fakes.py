"""Fake resources for tests of the shells: no network, no disk unless a test gives a folder."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any
from uuid import uuid4

import dagster as dg
import pytest

from wod_pipeline.errors import NotStored, SourceBusy, SourceError, StorageRefused, WodError
from wod_pipeline.program import RawPost
from wod_pipeline.resources.lake import LakeResource
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.resources.source import SourceResource
from wod_pipeline.storage import Lake, SessionTable, Written
from wod_pipeline.wordpress.site_lock import Tell


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
        def open(self, limit_s: float | None = None) -> Any:
            if isinstance(source, WodError):
                raise source
            return source

    return Around()


def busy_source_around(source: Any) -> SourceResource:
    """As `source_around`, of a site that a run asks at the moment."""

    class Busy(SourceResource):
        def open(self, limit_s: float | None = None) -> Any:
            return source

        def reserve(
            self,
            reader: str,
            tell: Tell,
            wait_s: float | None = None,
        ) -> AbstractContextManager[None]:
            raise SourceBusy(
                f"coach.example is asked by run 1a2b3c4d; {reader} gave up after {wait_s or 0:.0f} seconds."
            )

    return Busy()


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


def started_run(instance: dg.DagsterInstance) -> str:
    """A run that was started and never ended; its id."""

    @dg.op
    def nothing() -> None: ...

    @dg.job
    def job() -> None:
        nothing()

    run = instance.create_run_for_job(job, run_id=str(uuid4()), status=dg.DagsterRunStatus.STARTED)
    return run.run_id


def use_parser_version(monkeypatch: pytest.MonkeyPatch, version: int) -> None:
    """Let the parser be of that version, in every module that names it."""
    for name, module in list(sys.modules.items()):
        if name.startswith("wod_pipeline.") and hasattr(module, "PARSER_VERSION"):
            monkeypatch.setattr(module, "PARSER_VERSION", version)
