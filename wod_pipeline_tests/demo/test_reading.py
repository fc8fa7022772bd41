"""What the parser makes of the sample: the program reads as the coach meant it."""

from __future__ import annotations

import datetime as dt

import pytest

from wod_pipeline.demo import _calendar, sample_posts
from wod_pipeline.parsing import outline_post, parse_post, read_post
from wod_pipeline.program import Exercise, ParsedPost, RawPost

TODAY = dt.date(2026, 10, 5)


def posts_by_week() -> dict[dt.date, RawPost]:
    return {dt.date.fromordinal(p.id): p for p in sample_posts(TODAY) if "opening-hours" not in p.slug}


POSTS = posts_by_week()
SPOILT_BY_THE_COACH = {
    1: ["unknown_movement"],
    4: ["unknown_movement"],
    6: ["every_mismatch", "unknown_movement", "unknown_movement"],
    10: ["load_unit_missing"],
    11: ["date_repaired"],
    14: ["ambiguous_reference"],
}
"""What the parser has to remark on, by program week; nothing on the other weeks."""

TODAYS = (TODAY, TODAY + dt.timedelta(weeks=10))
"""Two days whose archives together show every program week, the one missing from the first round too."""
PROGRAM = {
    _calendar.program_week(week.week): week
    for day in TODAYS
    for week in map(parse_post, sample_posts(day))
    if week.week
}


@pytest.mark.parametrize("week", POSTS, ids=str)
def test_every_post_is_dated_and_has_a_session_for_each_day(week: dt.date) -> None:
    outline = outline_post(read_post(POSTS[week]))
    assert (outline.week, outline.program) == (week, "5-day-barbell-program")
    assert {session.date for session in outline.sessions} == {week + dt.timedelta(days=n) for n in range(7)}
    assert any(session.kind == "rest" for session in outline.sessions)


def test_weeks_are_dated_across_a_year_end_and_with_any_month_misspelt() -> None:
    for year in range(2025, 2035):
        for post in sample_posts(dt.date(year, 12, 28)):
            if "opening-hours" not in post.slug:
                outline = outline_post(read_post(post))
                assert outline.week == dt.date.fromordinal(post.id), post.title
                misspelt = _calendar.program_week(outline.week) == _calendar.MISSPELT_MONTH
                assert [d.code for d in outline.diagnostics] == ["date_repaired"] * misspelt, post.title
                assert outline.program == "5-day-barbell-program"


def test_the_kinds_of_session_and_the_two_a_day_are_there() -> None:
    sessions = [s for post in POSTS.values() for s in outline_post(read_post(post)).sessions]
    assert {s.kind for s in sessions} == {"training", "rest", "optional", "test"}
    dates = [s.date for s in sessions if s.kind == "training"]
    assert any(dates.count(date) == 2 for date in dates)


def test_the_announcement_is_no_program() -> None:
    post = next(p for p in sample_posts(TODAY) if "opening-hours" in p.slug)
    week = parse_post(post)
    assert week.sessions == []
    assert [d.code for d in week.diagnostics] == ["not_a_programme"]


def exercises_of(week: ParsedPost) -> list[Exercise]:
    segments = (segment for session in week.sessions for segment in session.segments)
    return [exercise for segment in segments for block in segment.blocks for exercise in block.exercises]


def test_every_program_week_is_read() -> None:
    assert sorted(PROGRAM) == list(range(1, _calendar.PROGRAM_WEEKS + 1))


@pytest.mark.parametrize("number", PROGRAM)
def test_nine_lines_of_ten_are_read_as_more_than_notes(number: int) -> None:
    lines = PROGRAM[number].lines
    assert sum(line.role == "note" for line in lines) <= len(lines) / 10


@pytest.mark.parametrize("number", PROGRAM)
def test_only_what_was_spoilt_on_purpose_is_remarked_on(number: int) -> None:
    codes = sorted(d.code for d in PROGRAM[number].diagnostics)
    assert codes == SPOILT_BY_THE_COACH.get(number, [])


@pytest.mark.parametrize("number", PROGRAM)
def test_a_week_has_the_parts_of_a_training_week(number: int) -> None:
    segments = [segment for session in PROGRAM[number].sessions for segment in session.segments]
    assert {"warm_up", "main", "accessory"} <= {segment.kind for segment in segments}
    assert all(segment.blocks for segment in segments)
    training = [session for session in PROGRAM[number].sessions if session.kind in {"training", "test"}]
    full = [session for session in training if "Recovery" not in (session.label or "")]
    assert all(len(session.segments) >= 3 for session in full)


def test_the_program_shows_every_scheme_and_every_kind_of_load_reference_and_note() -> None:
    segments = [g for week in PROGRAM.values() for session in week.sessions for g in session.segments]
    blocks = [block for segment in segments for block in segment.blocks]
    exercises = [exercise for week in PROGRAM.values() for exercise in exercises_of(week)]
    rows = [row for exercise in exercises for row in exercise.set_rows]
    loads = [x.load for x in (*exercises, *rows) if x.load]
    notes = [note.kind for x in (*segments, *blocks, *exercises) for note in x.notes]
    assert {b.scheme for b in blocks} == {
        "every", "sets", "rounds", "amrap", "for_time", "tabata", "build_to_max", "free"
    }  # fmt: skip
    assert {load.kind for load in loads} >= {
        "percent", "absolute", "relative_past", "rpe", "empty_bar", "described"
    }  # fmt: skip
    assert {load.ref.source for load in loads if load.ref} == {
        "explicit",
        "inherited",
        "inferred",
        "ambiguous",
    }
    assert {"load", "scale", "score", "schedule", "cue"} <= set(notes)
    assert any(e.tempo for e in exercises)
    assert any(e.choice for e in exercises)
    assert any(part.pause and part.pause.at for e in exercises for part in e.parts)
    assert any(load.abs and load.abs.f for load in loads)
    assert any(len(e.parts) > 1 for e in exercises)


def test_sets_of_a_table_are_read_as_rows() -> None:
    squat = next(e for e in exercises_of(PROGRAM[6]) if e.parts[0].movement_id == "back_squat" and e.set_rows)
    assert [(row.first, row.last, row.reps.min if row.reps else None) for row in squat.set_rows] == [
        (1, 1, 5), (2, 2, 4), (3, 3, 3), (4, 5, 2)
    ]  # fmt: skip


def test_videos_are_linked_where_the_movement_is_named() -> None:
    for week in PROGRAM.values():
        linked = {part.video_url for e in exercises_of(week) for part in e.parts if part.video_url}
        assert len(linked) >= 3
        assert all(url.startswith("https://example.com/videos/") for url in linked)
