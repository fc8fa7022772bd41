"""Where a week stands, judged from what was fetched and what the table holds."""

from __future__ import annotations

import datetime as dt

import pytest
from msgspec.structs import replace

from wod_pipeline.errors import (
    SourceError,
    SourceIncomplete,
    SourceMalformed,
    SourceRefused,
    SourceUnavailable,
)
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
    Absence,
    AbsenceReason,
    Look,
    LookFailure,
    Looks,
    SiteLook,
    WeekState,
    WeekStatus,
    explain_absence,
    failure_of,
    needs_run,
    phrase_absence,
    say_absence,
    status_of,
)
from wod_pipeline.weeks import DAY, WEEK
from wod_pipeline_tests.builders import (
    MONDAY,
    not_published,
    raw_post,
    record_of,
    week_of_words,
    week_records,
    weekly,
)

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
        "corrupt",
        "missing",
    ]


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


def test_a_failed_week_says_why_it_is_not_stored_as_fetched() -> None:
    assert only_remark(fetched(EDITED), stored(PUBLISHED, STAMP)).endswith(
        f"if they should go: wod materialize --week {MONDAY} --allow-empty"
    )
    newer = replace(STAMP, modified_gmt="2030-01-01T00:00:00", content_sha256="other")
    assert only_remark(fetched(POST), stored(PUBLISHED, newer)) == "not stored: a newer revision of post 1 is"
    stopped = f"a run stopped before its end: wod materialize --week {MONDAY}"
    assert only_remark(fetched(POST), None) == stopped
    outside = raw_post("Monday", *LINES, monday=MONDAY + WEEK)
    assert "dated outside the week" in only_remark(fetched(outside), None)


# ------------------------------------------------------------------------------------------------ absences
NOW = dt.datetime(2026, 3, 4, 12, tzinfo=dt.timezone.utc)
"""Wednesday of the week."""
BEFORE = dt.datetime(2026, 2, 1, tzinfo=dt.timezone.utc)
MINUTES, HOURS = dt.timedelta(minutes=1), dt.timedelta(hours=1)
READ = Look(NOW - 12 * MINUTES)
FAILED = Look(NOW - 3 * HOURS, NOW - 5 * MINUTES, LookFailure.NO_ANSWER)


def explain(stored: WeekRecords | None, looks: Looks = Looks(), **fetched: bool) -> str:  # noqa: B008  frozen
    """The sentence for the week in its middle."""
    return say_absence(explain_absence(MONDAY, stored, looks, **fetched), NOW)


def test_a_week_that_nobody_looked_for_is_not_said_to_be_unpublished() -> None:
    assert explain(None) == "This week is not stored yet: nobody has looked for its post."


def test_an_unpublished_week_says_when_it_was_last_looked_for() -> None:
    unpublished, words = (
        not_published(MONDAY),
        "This week's post is not published yet; last looked 12 minutes ago.",
    )
    assert explain(unpublished, Looks(weeks={MONDAY: READ})) == words
    assert explain(unpublished, Looks(SiteLook(READ, BEFORE))) == words
    assert explain(unpublished) == "This week's post is not published yet, as of the last look."


def test_a_past_week_is_not_said_to_be_published_yet() -> None:
    absence = explain_absence(MONDAY, None, Looks(weeks={MONDAY: READ}))
    assert (
        say_absence(absence, NOW + WEEK)
        == "The site has no post for the week of Mon 2 Mar; last looked 7 days ago."
    )


def test_a_look_that_failed_is_a_third_thing() -> None:
    assert explain(not_published(MONDAY), Looks(SiteLook(FAILED, BEFORE))) == (
        "Could not look for this week's post 5 minutes ago: the site did not answer."
        " It was not published at the last look that succeeded, 3 hours ago."
    )
    assert explain(None, Looks(weeks={MONDAY: Look(None, NOW, LookFailure.REFUSED)})) == (
        "Could not look for this week's post just now: the site refused the request."
        " Every look for it so far has failed."
    )


def test_a_success_after_a_failure_counts() -> None:
    looks = Looks(SiteLook(READ, BEFORE), {MONDAY: Look(None, NOW - HOURS, LookFailure.NO_ANSWER)})
    assert explain(not_published(MONDAY), looks).endswith("last looked 12 minutes ago.")


def test_a_look_for_new_posts_tells_nothing_of_a_week_before_its_time() -> None:
    for start, reason in (
        (MONDAY - WEEK, AbsenceReason.NOT_PUBLISHED),
        (MONDAY - WEEK + DAY, AbsenceReason.NOT_STORED),
    ):
        reads_from = dt.datetime.combine(start, dt.time(), dt.timezone.utc)
        absence = explain_absence(MONDAY, None, Looks(SiteLook(READ, reads_from)))
        assert absence.reason is reason


def test_a_look_for_new_posts_counts_from_the_last_look_at_the_week_on() -> None:
    start = NOW - 2 * HOURS
    for own, words in ((start, "12 minutes ago"), (start - MINUTES, "2 hours ago")):
        looks = Looks(SiteLook(READ, start), {MONDAY: Look(own)})
        assert explain(not_published(MONDAY), looks).endswith(f"last looked {words}.")


def test_a_post_that_was_found_is_not_said_to_be_unpublished() -> None:
    words = "This week's post is published, but its sessions are not stored yet."
    found = SiteLook(READ, BEFORE, {MONDAY: NOW - 2 * HOURS})
    assert explain(None, is_fetched=True) == words
    assert explain(None, Looks(found)) == words
    assert "not published yet" in explain(not_published(MONDAY), Looks(found, {MONDAY: Look(NOW - HOURS)}))


def test_a_post_without_sessions_and_a_day_without_one_say_so() -> None:
    assert explain(week_of_words(week=MONDAY)) == "This week's post has no sessions."
    assert explain(week_of_words("Snatch", week=MONDAY)) == "This week's post has nothing on this day."


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (SourceUnavailable("https://user:secret@site"), LookFailure.NO_ANSWER),
        (SourceIncomplete(""), LookFailure.INCOMPLETE),
        (SourceRefused(""), LookFailure.REFUSED),
        (SourceMalformed(""), LookFailure.UNREADABLE),
    ],
)
def test_of_an_error_only_its_kind_is_kept(error: SourceError, failure: LookFailure) -> None:
    assert failure_of(error) is failure
    looks = Looks(weeks={MONDAY: Look(failed_at=NOW, failure=failure)})
    assert "secret" not in explain(None, looks)
    assert len({explain(None, Looks(weeks={MONDAY: Look(None, NOW, each)})) for each in LookFailure}) == 4


def test_every_reason_has_a_sentence_whose_phrases_name_their_moments() -> None:
    for reason in AbsenceReason:
        phrases = phrase_absence(Absence(MONDAY, reason, NOW - HOURS, NOW, LookFailure.NO_ANSWER), NOW)
        assert "".join(phrase.text for phrase in phrases).endswith(".")
        assert {phrase.text for phrase in phrases if phrase.moment} <= {"1 hour ago", "just now"}
