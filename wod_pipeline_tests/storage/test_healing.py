"""Stage objects that cannot be read back are made again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest

from wod_pipeline.parser_version import PARSER_VERSION
from wod_pipeline.parsing import outline_post, read_post, structure_post
from wod_pipeline.program import RawPost, encode
from wod_pipeline.removals import RemovedPost
from wod_pipeline.storage.healing import read_healed, restore_raw_posts, weeks_from_revisions
from wod_pipeline.storage.stages import (
    REVISIONS,
    STAGES,
    raw_revision_key,
    removals_key,
    stage_key,
    write_stage,
)
from wod_pipeline.weeks import WEEK
from wod_pipeline_tests.builders import MONDAY, edited, raw_post, weekly
from wod_pipeline_tests.fakes import MemoryLake

POST = raw_post("Monday", "A.", "Back Squat x 5 reps @ 75%")
EDITED = edited(POST, "75%", "80%")
OTHER = raw_post(monday=MONDAY + WEEK, number=2)


@pytest.fixture
def lake() -> MemoryLake:
    """Two weeks at every stage; the post of the first was edited once."""
    lake = MemoryLake()
    raw = {MONDAY: weekly(EDITED), MONDAY + WEEK: weekly(OTHER, week=MONDAY + WEEK)}
    write_stage(lake, "raw_posts", {MONDAY: weekly(POST)})
    values: dict[Any, Any] = raw
    for stage, make in zip(STAGES, (None, read_post, outline_post, structure_post), strict=True):
        if make:
            values = {
                day: week.with_posts([make(post) for post in week.posts], PARSER_VERSION)
                for day, week in values.items()
            }
        write_stage(lake, stage, values)
    return lake


@pytest.mark.parametrize(
    "data", [b"", b'{"week":', b"[]", b'{"posts": 5}', b'{"week": "\xff"}', b"[" * 100_000, b"OTHER WEEK"]
)
@pytest.mark.parametrize("stage", STAGES)
def test_a_corrupt_object_is_named_and_made_again_byte_for_byte(
    stage: str, data: bytes, lake: MemoryLake
) -> None:
    key, sound = stage_key(stage, MONDAY), lake.objects[stage_key(stage, MONDAY)]
    lake.objects[key] = lake.objects[stage_key(stage, MONDAY + WEEK)] if data == b"OTHER WEEK" else data
    said: list[str] = []
    values, corrupt = read_healed(lake, stage, [MONDAY, MONDAY + WEEK, MONDAY + 2 * WEEK], said.append)
    assert (list(values), corrupt) == ([MONDAY + WEEK, MONDAY], {})
    assert lake.objects[key] == sound == encode(values[MONDAY])
    (sentence,) = said
    assert key in sentence
    assert "made again" in sentence


def test_every_stage_of_a_week_heals_at_once(lake: MemoryLake) -> None:
    sound = dict(lake.objects)
    for stage in STAGES:
        lake.objects[stage_key(stage, MONDAY)] = b"x"
    read_healed(lake, "segmented_exercises", [MONDAY])
    for stage in ("raw_posts", "segmented_exercises"):
        assert lake.objects[stage_key(stage, MONDAY)] == sound[stage_key(stage, MONDAY)]


def test_without_a_kept_revision_a_corrupt_week_is_given_back_as_an_error(lake: MemoryLake) -> None:
    lake.objects = {key: data for key, data in lake.objects.items() if not key.startswith(REVISIONS)}
    lake.objects[stage_key("raw_posts", MONDAY)] = b"x"
    values, corrupt = read_healed(lake, "raw_posts", [MONDAY, MONDAY + WEEK])
    assert (list(values), list(corrupt)) == ([MONDAY + WEEK], [MONDAY])
    assert lake.objects[stage_key("raw_posts", MONDAY)] == b"x", "the evidence stays"


def test_of_several_revisions_the_newest_readable_one_counts(lake: MemoryLake) -> None:
    assert weeks_from_revisions(lake, [MONDAY])[MONDAY].posts == [EDITED]
    lake.objects[raw_revision_key(EDITED, encode(EDITED))] = b"{}"
    assert weeks_from_revisions(lake, [MONDAY])[MONDAY].posts == [POST]
    lake.objects[raw_revision_key(POST, encode(POST))] = b"{}"
    assert weeks_from_revisions(lake, [MONDAY]) == {}


REMOVED = RemovedPost(POST.id, "gym-plan", "A title", dt.datetime(2026, 3, 3, tzinfo=dt.timezone.utc), 3)


@pytest.mark.parametrize(
    "successor", [raw_post("Monday", "A.", "Jerk x 2", number=3), None], ids=["one", "none"]
)
def test_a_post_that_was_taken_out_of_its_week_stays_out_of_the_rebuilt_one(
    successor: RawPost | None, lake: MemoryLake
) -> None:
    posts = [successor] if successor else []
    week = msgspec.structs.replace(weekly(*posts), removed=[REMOVED])
    write_stage(lake, "raw_posts", {MONDAY: week})
    lake.objects[stage_key("raw_posts", MONDAY)] = b"x"
    assert read_healed(lake, "raw_posts", [MONDAY])[0] == {MONDAY: week}


def test_an_unreadable_record_of_removals_does_not_keep_a_week_from_being_rebuilt(
    lake: MemoryLake, caplog: pytest.LogCaptureFixture
) -> None:
    lake.objects[removals_key(MONDAY)] = b"x"
    assert weeks_from_revisions(lake, [MONDAY])[MONDAY].posts == [EDITED]
    assert removals_key(MONDAY) in caplog.text


def test_a_corrupt_revision_is_written_over_and_a_sound_one_is_not(lake: MemoryLake) -> None:
    key = raw_revision_key(EDITED, encode(EDITED))
    lake.objects[key] = b"{}"
    write_stage(lake, "raw_posts", {MONDAY: weekly(EDITED)})
    assert lake.objects[key] == encode(EDITED)
    lake.writes.clear()
    write_stage(lake, "raw_posts", {MONDAY: weekly(EDITED)})
    assert lake.writes == []


@pytest.mark.parametrize("stage", list(STAGES)[1:])
def test_a_stage_that_is_gone_is_made_from_the_raw_posts_and_not_stored(stage: str, lake: MemoryLake) -> None:
    sound = lake.objects.pop(stage_key(stage, MONDAY))
    lake.writes.clear()
    values, failed = read_healed(lake, stage, [MONDAY, MONDAY + WEEK])
    assert (encode(values[MONDAY]), failed, lake.writes) == (sound, {}, [])


def test_a_week_whose_raw_posts_were_never_stored_is_absent_at_every_stage(lake: MemoryLake) -> None:
    never = MONDAY + 5 * WEEK
    for stage in STAGES:
        assert read_healed(lake, stage, [never]) == ({}, {})


def test_a_gone_stage_of_raw_posts_that_are_corrupt_and_kept_nowhere_is_that_error(lake: MemoryLake) -> None:
    lake.objects = {key: data for key, data in lake.objects.items() if not key.startswith(REVISIONS)}
    lake.objects[stage_key("raw_posts", MONDAY)] = b"x"
    del lake.objects[stage_key("daily_sessions", MONDAY)]
    values, failed = read_healed(lake, "daily_sessions", [MONDAY, MONDAY + WEEK])
    assert list(values) == [MONDAY + WEEK]
    assert "raw_posts of week" in failed[MONDAY].what


def test_raw_posts_that_are_gone_are_made_again_from_revisions_and_stored(lake: MemoryLake) -> None:
    key = stage_key("raw_posts", MONDAY)
    before = lake.objects.pop(key)
    said: list[str] = []
    assert list(restore_raw_posts(lake, [MONDAY, MONDAY - 9 * WEEK], said.append)) == [MONDAY]
    assert lake.objects[key] == before
    assert len(said) == 1
    assert f"The raw posts of week {MONDAY} were gone." in said[0]
