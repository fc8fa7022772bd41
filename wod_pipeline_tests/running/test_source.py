"""Windows that overlap: every post is there, and no day is asked for twice."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from wod_pipeline.errors import SourceUnavailable
from wod_pipeline.program import RawPost
from wod_pipeline.resources.source import source_resource
from wod_pipeline.running._source import OverlappingSource, share_source
from wod_pipeline.settings import load_settings
from wod_pipeline_tests.builders import raw_post
from wod_pipeline_tests.fakes import FakeSource, source_around

MONDAY = dt.date(2024, 1, 1)
WEEK = dt.timedelta(days=7)


class Watched(FakeSource):
    """Notes the windows it is asked for, in weeks from MONDAY."""

    def __init__(self, **options: Any) -> None:
        super().__init__([raw_post(monday=MONDAY + n * WEEK, number=n + 1) for n in range(60)], **options)
        self.asked: list[tuple[int, int]] = []

    def fetch_published(self, first: dt.date, last: dt.date) -> list[RawPost]:
        self.asked.append(((first - MONDAY).days, (last - MONDAY).days))
        return super().fetch_published(first, last)


@pytest.mark.parametrize(
    "windows",
    [
        [(0, 100), (50, 150), (100, 200)],
        [(0, 100), (101, 150), (300, 350)],
        [(0, 100), (20, 80), (90, 120)],
        [(200, 300), (0, 100), (250, 350)],
        [(0, 100), (0, 100)],
    ],
    ids=["overlapping", "apart", "within", "backwards", "the same"],
)
def test_every_window_is_answered_as_the_source_would(windows: list[tuple[int, int]]) -> None:
    plain, ours = Watched(), OverlappingSource(Watched())
    for first, last in windows:
        span = MONDAY + dt.timedelta(first), MONDAY + dt.timedelta(last)
        found = [post.id for post in ours.fetch_published(*span)]
        assert sorted(found) == [post.id for post in plain.fetch_published(*span)]


def test_of_a_later_window_only_the_days_after_the_last_are_asked_for() -> None:
    source = Watched()
    ours = OverlappingSource(source)
    for first in (0, 50, 100):
        ours.fetch_published(MONDAY + dt.timedelta(first), MONDAY + dt.timedelta(first + 99))
    assert source.asked == [(0, 99), (100, 149), (150, 199)]


def test_a_window_within_the_last_does_not_shorten_what_is_kept() -> None:
    source = Watched()
    ours = OverlappingSource(source)
    for first, last in ((0, 100), (20, 80), (90, 120)):
        ours.fetch_published(MONDAY + dt.timedelta(first), MONDAY + dt.timedelta(last))
    assert source.asked == [(0, 100), (101, 120)]


def test_after_a_failure_the_days_that_failed_are_asked_for_again() -> None:
    source = Watched(failing={MONDAY + dt.timedelta(120): SourceUnavailable("Down.")})
    ours = OverlappingSource(source)
    ours.fetch_published(MONDAY, MONDAY + dt.timedelta(99))
    with pytest.raises(SourceUnavailable):
        ours.fetch_published(MONDAY + dt.timedelta(50), MONDAY + dt.timedelta(149))
    source.failing = {}
    assert len(ours.fetch_published(MONDAY + dt.timedelta(50), MONDAY + dt.timedelta(149))) == 14
    assert source.asked == [(0, 99), (100, 149), (100, 149)]


def test_all_runs_of_a_command_share_one_source() -> None:
    resource = share_source(source_around(Watched()))
    assert resource.open() is resource.open()


def test_a_source_that_cannot_be_opened_is_tried_again_by_the_next_run() -> None:
    resource = share_source(source_around(SourceUnavailable("No.")))
    for _ in range(2):
        with pytest.raises(SourceUnavailable):
            resource.open()


def test_a_folder_that_is_named_by_its_variable_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command opens the source outside of a run, where Dagster looks up no variable."""
    monkeypatch.setenv("WOD_SOURCE", str(tmp_path))
    settings = load_settings(dotenv=tmp_path / "none")
    assert share_source(source_resource(settings)).open().list_ids() == set()
