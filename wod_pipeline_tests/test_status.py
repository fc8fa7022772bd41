"""Where a week stands, judged from what was fetched and what the table holds."""

from __future__ import annotations

import datetime as dt

import pytest
from msgspec.structs import replace

from wod_pipeline.program import (
    Diagnostic,
    Outcome,
    PostStamp,
    RawPost,
    Rendered,
    Weekly,
    WeekRecords,
)
from wod_pipeline.status import State, status_of
from wod_pipeline.weeks import WEEK
from wod_pipeline_tests.builders import MONDAY, raw_post, record_of, week_records, weekly

LINES = ("A.", "Back Squat x 5 reps")
POST = raw_post("Monday", *LINES)
(STAMP,) = week_records(POST).posts


def fetched(*posts: RawPost, gone: tuple[int, ...] = ()) -> Weekly[RawPost]:
    return weekly(*posts, gone=gone)


def stored(outcome: Outcome, *stamps: PostStamp, says: tuple[tuple[str, str], ...] = ()) -> WeekRecords:
    diagnostics = [Diagnostic("some_code", severity, None, text) for severity, text in says]  # type: ignore[arg-type]
    records = [replace(record_of(*LINES), diagnostics=diagnostics)] if outcome is Outcome.PUBLISHED else []
    return WeekRecords(week=MONDAY, outcome=outcome, posts=list(stamps), records=records)


PUBLISHED, NO_SESSION, NOT_PUBLISHED = Outcome.PUBLISHED, Outcome.NO_SESSION, Outcome.NOT_PUBLISHED
EDITED = raw_post(content="<p>Something else.</p>")


@pytest.mark.parametrize(
    ("raw", "records", "state"),
    [
        (None, None, State.MISSING),
        (fetched(POST), stored(PUBLISHED, STAMP), State.STORED),
        (None, stored(PUBLISHED, STAMP), State.STORED),
        (fetched(), stored(NOT_PUBLISHED), State.NOT_PUBLISHED),
        (fetched(POST), stored(NO_SESSION, STAMP), State.NO_SESSION),
        (fetched(POST), None, State.FAILED),
        (fetched(EDITED), stored(PUBLISHED, STAMP), State.FAILED),
        (fetched(POST), stored(NOT_PUBLISHED), State.FAILED),
        (fetched(POST, gone=(1,)), stored(PUBLISHED, STAMP), State.FLAGGED),
        (fetched(POST), stored(PUBLISHED, STAMP, says=(("warn", "Look."),)), State.FLAGGED),
        (fetched(POST), stored(PUBLISHED, STAMP, says=(("info", "By the way."),)), State.STORED),
    ],
    ids=[
        "never fetched",
        "as it should be",
        "raw post lost",
        "not published",
        "no session in it",
        "run did not end",
        "edited and run did not end",
        "published since and run did not end",
        "gone from the site",
        "warning of the parser",
        "information is no flag",
    ],
)
def test_a_weeks_state(raw: Weekly[RawPost] | None, records: WeekRecords | None, state: State) -> None:
    (week,) = status_of([MONDAY], {MONDAY: raw} if raw else {}, {MONDAY: records} if records else {})
    assert week.state is state


def test_weeks_come_newest_first_with_their_posts_and_remarks() -> None:
    records = stored(PUBLISHED, STAMP, says=(("warn", "Look."), ("error", "Stop."), ("warn", "Look.")))
    weeks = status_of([MONDAY, MONDAY + WEEK], {MONDAY: fetched(POST, gone=(1,))}, {MONDAY: records})
    assert [week.week for week in weeks] == [MONDAY + WEEK, MONDAY]
    assert weeks[1].remarks == ["post 1 no longer on the site", "Look.", "Stop."]
    assert (weeks[1].posts, weeks[1].sessions) == ([1], 1)


def test_a_protected_post_is_remarked_on() -> None:
    post = raw_post(content=Rendered("", protected=True))
    (week,) = status_of([dt.date(2026, 3, 2)], {MONDAY: fetched(post)}, {})
    assert week.remarks == ["post 1 password-protected"]
