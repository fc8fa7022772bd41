"""Where a week stands, judged from what was fetched and what the table holds."""

from __future__ import annotations

import datetime as dt

import pytest
from msgspec.structs import replace

from wod_pipeline.bounds import LINES_READ
from wod_pipeline.parser_version import PARSER_VERSION
from wod_pipeline.program import (
    Diagnostic,
    Outcome,
    PostStamp,
    RawPost,
    Rendered,
    Weekly,
    WeekRecords,
)
from wod_pipeline.status import (
    WeekState,
    WeekStatus,
    is_dated_elsewhere,
    needs_run,
    newer_elsewhere,
    status_of,
)
from wod_pipeline.weeks import WEEK
from wod_pipeline_tests.builders import (
    MONDAY,
    raw_post,
    record_of,
    week_records,
    weekly,
)

LINES = ("A.", "Back Squat x 5 reps")
POST = raw_post("Monday", *LINES)
(STAMP,) = week_records(POST).posts
RENEW = "wod materialize --from-stored --missing"
OLDER = replace(STAMP, parser=STAMP.parser - 1)
NEWER = replace(STAMP, parser=STAMP.parser + 1)


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
        (None, None, WeekState.MISSING),
        (fetched(POST), stored(PUBLISHED, STAMP), WeekState.STORED),
        (None, stored(PUBLISHED, STAMP), WeekState.STORED),
        (fetched(), stored(NOT_PUBLISHED), WeekState.NOT_PUBLISHED),
        (fetched(POST), stored(NO_SESSION, STAMP), WeekState.NO_SESSION),
        (fetched(POST), None, WeekState.FAILED),
        (fetched(EDITED), stored(PUBLISHED, STAMP), WeekState.FAILED),
        (fetched(POST), stored(NOT_PUBLISHED), WeekState.FAILED),
        (fetched(POST, gone=(1,)), stored(PUBLISHED, STAMP), WeekState.FLAGGED),
        (fetched(EDITED, gone=(1,)), stored(PUBLISHED, STAMP), WeekState.FAILED),
        (fetched(POST), stored(PUBLISHED, STAMP, says=(("warn", "Look."),)), WeekState.FLAGGED),
        (fetched(POST), stored(PUBLISHED, STAMP, says=(("info", "By the way."),)), WeekState.STORED),
        (fetched(POST), stored(PUBLISHED, OLDER), WeekState.STALE),
        (None, stored(PUBLISHED, replace(STAMP, parser=0)), WeekState.STALE),
        (fetched(POST), stored(NO_SESSION, OLDER), WeekState.STALE),
        (fetched(POST), stored(PUBLISHED, OLDER, says=(("warn", "Look."),)), WeekState.STALE),
        (fetched(EDITED), stored(PUBLISHED, OLDER), WeekState.FAILED),
        (fetched(POST), stored(PUBLISHED, NEWER), WeekState.STORED),
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
        "remarks do not hide that a run did not end",
        "warning of the parser",
        "information is no flag",
        "made by an older parser",
        "stored before there was a version",
        "an older parser found no session in it",
        "an older parser matters more than its remarks",
        "a run that did not end matters more than an older parser",
        "a newer parser is not an older one",
    ],
)
def test_a_weeks_state(raw: Weekly[RawPost] | None, records: WeekRecords | None, state: WeekState) -> None:
    (week,) = status_of([MONDAY], {MONDAY: raw} if raw else {}, {MONDAY: records} if records else {})
    assert week.state is state
    assert needs_run(raw, records) is (state not in {WeekState.STORED, WeekState.FLAGGED})


def test_weeks_come_newest_first_with_their_posts_and_remarks() -> None:
    records = stored(PUBLISHED, STAMP, says=(("warn", "Look."), ("error", "Stop."), ("warn", "Look.")))
    weeks = status_of([MONDAY, MONDAY + WEEK], {MONDAY: fetched(POST, gone=(1,))}, {MONDAY: records})
    assert [week.week for week in weeks] == [MONDAY + WEEK, MONDAY]
    assert weeks[1].remarks == ["post 1 no longer on the site", "Look.", "Stop."]
    assert (weeks[1].posts, weeks[1].sessions) == ([1], 1)


def test_a_protected_post_is_remarked_on() -> None:
    post = raw_post(content=Rendered("", protected=True))
    (week,) = status_of([dt.date(2026, 3, 2)], {MONDAY: fetched(post)}, {})
    assert week.remarks == [
        "a run stopped before its end: wod materialize --week 2026-03-02",
        "post 1 password-protected",
    ]


def test_several_posts_are_named_in_one_remark() -> None:
    (week,) = status_of([MONDAY], {MONDAY: fetched(POST, gone=(1, 2))}, {MONDAY: stored(PUBLISHED, STAMP)})
    assert week.remarks == ["posts 1, 2 no longer on the site"]


def test_a_week_of_which_nothing_is_stored_has_no_sessions_posts_or_remarks() -> None:
    assert status_of([MONDAY], {}, {}) == [WeekStatus(MONDAY, WeekState.MISSING, 0, [], [])]


def test_a_warning_without_words_is_named_by_its_code() -> None:
    (week,) = status_of([MONDAY], {}, {MONDAY: stored(PUBLISHED, STAMP, says=(("warn", ""),))})
    assert week.remarks == ["some_code"]


def test_a_post_stored_beside_the_fetched_one_is_not_what_was_fetched() -> None:
    both = stored(PUBLISHED, STAMP, PostStamp(2, "other", "", "sha"))
    (week,) = status_of([MONDAY], {MONDAY: fetched(POST)}, {MONDAY: both})
    assert week.state is WeekState.FAILED


def test_states_are_the_words_of_the_command() -> None:
    assert [state.value for state in WeekState] == [
        "stored",
        "flagged",
        "no session",
        "not published",
        "failed",
        "stale",
        "corrupt",
        "missing",
    ]


@pytest.mark.parametrize(("version", "words"), [(1, "version 1"), (0, "of unknown version")])
def test_a_stale_week_says_which_parser_made_it_and_how_to_make_it_anew(version: int, words: str) -> None:
    records = stored(PUBLISHED, NEWER, replace(STAMP, parser=version), says=(("warn", "Look."),))
    (week,) = status_of([MONDAY], {MONDAY: fetched(POST)}, {MONDAY: records})
    assert week.remarks == [
        f"made by an older parser ({words}; this program's is {PARSER_VERSION}): {RENEW}",
        "Look.",
    ]


def test_a_stale_week_whose_raw_posts_are_gone_says_how_to_have_them_again() -> None:
    (week,) = status_of([MONDAY], {}, {MONDAY: stored(PUBLISHED, OLDER)})
    assert week.remarks[0].endswith(
        f"): its raw posts are gone; {RENEW} makes them again where their revisions are kept, otherwise fetch them: "
        f"wod materialize --week {MONDAY}"
    )


def test_a_stale_week_in_which_this_parser_reads_no_session_names_what_it_takes_to_empty_it() -> None:
    empty, other = raw_post(content="<p></p>"), raw_post("Monday", *LINES, number=2)
    stamps = [replace(stamp, parser=0) for stamp in week_records(empty, other).posts]
    raw = fetched(empty, other)
    (week,) = status_of([MONDAY], {MONDAY: raw}, {MONDAY: stored(PUBLISHED, *stamps)})
    assert week.state is WeekState.STALE
    assert week.remarks[0].endswith(
        f"is {PARSER_VERSION}): this program's reads no session in post 1, so the stored ones are kept; "
        f"if they should go: wod materialize --from-stored --week {MONDAY} --allow-empty"
    )
    (week,) = status_of([MONDAY], {MONDAY: fetched(POST)}, {MONDAY: stored(PUBLISHED, OLDER)})
    assert week.remarks[0].endswith(RENEW)


def test_a_post_that_was_sent_damaged_flags_its_week_also_without_a_session() -> None:
    odd = replace(POST, problems=["link is false instead of text"], received="{}")
    (week,) = status_of([MONDAY], {MONDAY: fetched(odd)}, {MONDAY: stored(PUBLISHED, STAMP)})
    assert week.state is WeekState.FLAGGED
    assert week.remarks == ["post 1 was sent damaged: link is false instead of text"]
    (week,) = status_of([MONDAY], {MONDAY: fetched(odd)}, {MONDAY: stored(NO_SESSION, STAMP)})
    assert week.remarks == ["post 1 was sent damaged: link is false instead of text"]


def test_a_post_without_an_id_is_named_by_its_title() -> None:
    nameless = replace(POST, id=0, title=Rendered("June 1-7"), problems=["id is missing"], received="{}")
    value = replace(fetched(POST), without_id=[nameless])
    (week,) = status_of([MONDAY], {MONDAY: value}, {MONDAY: stored(PUBLISHED, STAMP)})
    assert week.remarks == [
        "a post without an id (June 1-7) was sent damaged: id is missing; it was left out"
    ]


def test_a_week_that_cannot_be_read_back_is_corrupt_and_says_why() -> None:
    states = status_of(
        [MONDAY, MONDAY + WEEK],
        {MONDAY: fetched(POST)},
        {MONDAY: stored(PUBLISHED, STAMP)},
        {MONDAY + WEEK: ["Not JSON."]},
    )
    assert [(week.state, week.remarks) for week in states] == [
        (WeekState.CORRUPT, ["Not JSON."]),
        (WeekState.STORED, []),
    ]


def only_remark(raw: Weekly[RawPost], records: WeekRecords | None) -> str:
    (week,) = status_of([MONDAY], {MONDAY: raw}, {MONDAY: records} if records else {})
    assert week.state is WeekState.FAILED
    return week.remarks[0]


def test_a_failed_week_says_why_it_is_not_stored_as_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    assert only_remark(fetched(EDITED), stored(PUBLISHED, STAMP)).endswith(
        f"if they should go: wod materialize --week {MONDAY} --allow-empty"
    )
    newer = replace(STAMP, modified_gmt="2030-01-01T00:00:00", content_sha256="other")
    assert only_remark(fetched(POST), stored(PUBLISHED, newer)) == "not stored: a newer revision of post 1 is"
    stopped = f"a run stopped before its end: wod materialize --week {MONDAY}"
    assert only_remark(fetched(POST), None) == stopped
    monkeypatch.setattr("wod_pipeline.status.unsound", lambda _: "2 sessions have one key")
    assert only_remark(fetched(POST), None) == "not stored: 2 sessions have one key"


# ------------------------------------------------------------------------------------- dated elsewhere
def published(day: str, monday: dt.date, number: int = 7) -> Weekly[RawPost]:
    return replace(
        weekly(replace(raw_post(monday=monday, number=number), date=f"{day}T17:00:00")), week=monday
    )


def remarks_on(week: dt.date, *others: Weekly[RawPost]) -> list[str]:
    weeks = [week, *(other.week for other in others)]
    return next(w.remarks for w in status_of(weeks, {o.week: o for o in others}, {}) if w.week == week)


def test_a_week_without_a_post_names_the_one_that_was_published_in_its_place() -> None:
    last_year = published("2026-11-22", dt.date(2025, 11, 24))
    assert remarks_on(dt.date(2026, 11, 23), last_year) == [
        "post 7, published on 2026-11-22, names the week of 2025-11-24"
    ]
    assert remarks_on(dt.date(2026, 11, 30), last_year) == []


@pytest.mark.parametrize(
    ("day", "is_far"),
    [("2026-11-08", True), ("2026-11-09", False), ("2026-12-13", False), ("2026-12-14", True), ("", False)],
)
def test_a_post_is_dated_elsewhere_beyond_two_weeks_before_and_after_its_week(day: str, is_far: bool) -> None:
    week = dt.date(2026, 11, 23)
    assert is_dated_elsewhere(published(day, week).posts[0], week) is is_far


@pytest.mark.parametrize("more", [0, 1])
def test_a_post_without_a_session_that_is_not_read_whole_is_named(more: int) -> None:
    post = raw_post(*["Rest."] * (LINES_READ.most + more))
    stamp = replace(STAMP, content_sha256=post.content_sha256)
    (status,) = status_of([MONDAY], {MONDAY: fetched(post)}, {MONDAY: stored(NO_SESSION, stamp)})
    said = [f"post {post.id} is too long to be read whole: 1 more line not read"] if more else []
    assert (status.state, status.remarks) == (WeekState.NO_SESSION, said)


REVISED = replace(POST, modified_gmt="2026-03-03T01:00:00", content=Rendered("<p>Monday</p><p>Press x 5</p>"))


def test_a_week_with_a_post_as_before_an_edit_that_another_week_has_needs_a_run() -> None:
    both = {MONDAY: fetched(POST), MONDAY + WEEK: fetched(REVISED)}
    assert newer_elsewhere(both) == {MONDAY: {POST.id: MONDAY + WEEK}}
    why = f"post {POST.id} is stored as it was before an edit that the week of {MONDAY + WEEK} has"
    (status,) = status_of([MONDAY], both, {MONDAY: stored(Outcome.PUBLISHED, STAMP)})
    assert status.state is WeekState.FAILED
    assert status.remarks == [f"{why}: wod materialize --week {MONDAY}"]


def test_a_post_of_two_weeks_that_is_gone_or_the_same_in_both_needs_none() -> None:
    assert newer_elsewhere({MONDAY: fetched(POST), MONDAY + WEEK: fetched(POST)}) == {}
    assert newer_elsewhere({MONDAY: fetched(POST, gone=(POST.id,)), MONDAY + WEEK: fetched(REVISED)}) == {}
