"""Why a day or a week has no session, in words: not published, could not look, and nobody has looked."""

from __future__ import annotations

import datetime as dt

import pytest

from wod_pipeline.absence import Absence, AbsenceReason, explain_absence, phrase_absence, say_absence
from wod_pipeline.errors import (
    SourceError,
    SourceIncomplete,
    SourceMalformed,
    SourceRefused,
    SourceUnavailable,
)
from wod_pipeline.looks import Look, LookFailure, Looks, SiteLook, failure_of
from wod_pipeline.program import WeekRecords
from wod_pipeline.weeks import DAY, WEEK
from wod_pipeline_tests.builders import MONDAY, not_published, week_of_words

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
