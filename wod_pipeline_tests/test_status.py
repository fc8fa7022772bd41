"""Where a week stands, judged from what was fetched and what the table holds."""

from __future__ import annotations

import datetime as dt

import pytest

from wod_pipeline.program import (
    Diagnostic,
    Outcome,
    PostStamp,
    RawPost,
    Rendered,
    SessionRecord,
    Weekly,
    WeekRecords,
)
from wod_pipeline.status import State, status_of
from wod_pipeline_tests.fakes import MONDAY, WEEK, training_post

POST = training_post()
STAMP = PostStamp(POST.id, "small-program", POST.modified_gmt, POST.content_sha256)


def fetched(*posts: RawPost, gone: tuple[int, ...] = ()) -> Weekly[RawPost]:
    outcome = Outcome.PUBLISHED if posts else Outcome.NOT_PUBLISHED
    return Weekly(week=MONDAY, outcome=outcome, posts=list(posts), gone=list(gone))


def stored(outcome: Outcome, *stamps: PostStamp, says: tuple[tuple[str, str], ...] = ()) -> WeekRecords:
    record = SessionRecord(
        date=MONDAY,
        session="small-program/1/1",
        week=MONDAY,
        program="small-program",
        post_id=1,
        post_title="",
        post_url="",
        modified_gmt="",
        content_sha256="",
        weekday=None,
        label=None,
        kind="training",
        diagnostics=[
            Diagnostic(code="some_code", severity=severity, line=None, message=text)
            for severity, text in says
        ],  # type: ignore[arg-type]
    )
    records = [record] if outcome is Outcome.PUBLISHED else []
    return WeekRecords(week=MONDAY, outcome=outcome, posts=list(stamps), records=records)


PUBLISHED, NO_SESSION, NOT_PUBLISHED = Outcome.PUBLISHED, Outcome.NO_SESSION, Outcome.NOT_PUBLISHED
EDITED = training_post(content=Rendered("<p>Something else.</p>"))


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
    post = training_post(content=Rendered("", protected=True))
    (week,) = status_of([dt.date(2026, 3, 2)], {MONDAY: fetched(post)}, {})
    assert week.remarks == ["post 1 password-protected"]
