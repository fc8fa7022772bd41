"""A failing site is asked less and less often, and told of once."""

from __future__ import annotations

import datetime as dt

from wod_pipeline.errors import SourceChallenged, SourceRefused, SourceUnavailable
from wod_pipeline.watching.outage import Outage, after_failure, is_message_due, is_refusal, mark_notified

FIVE = dt.timedelta(minutes=5)
DOWN, REFUSED = SourceUnavailable("no answer"), SourceRefused("refused", fix="Log in.")
CHALLENGED = SourceChallenged("a page", fix="Open it.")
NOW = dt.datetime(2026, 11, 22, 21, tzinfo=dt.timezone.utc)


def fail_for(minutes: int) -> tuple[list[int], Outage]:
    """Ask again whenever it is time; the minutes at which it was asked, and the outage."""
    asked, outage = [0], after_failure(NOW, None, DOWN, first_pause=FIVE)
    while (outage.retry_at - NOW).total_seconds() / 60 <= minutes:
        asked.append(round((outage.retry_at - NOW).total_seconds() / 60))
        outage = after_failure(outage.retry_at, outage, DOWN, first_pause=FIVE)
    return asked, outage


def test_pauses_double_up_to_an_hour() -> None:
    assert fail_for(280)[0] == [0, 5, 15, 35, 75, 135, 195, 255]


def test_an_outage_remembers_its_start_and_counts_failures() -> None:
    outage = fail_for(100)[1]

    assert (outage.since, outage.failures) == (NOW, 5)


def test_a_failure_that_may_pass_is_kept_from_people_for_half_an_hour() -> None:
    outage = after_failure(NOW, None, DOWN, first_pause=FIVE)

    assert not is_message_due(NOW + dt.timedelta(minutes=29), outage)
    assert is_message_due(NOW + dt.timedelta(minutes=30), outage)


def test_a_page_of_html_is_kept_quiet_like_any_passing_failure_and_is_a_refusal_once_it_has_lasted() -> None:
    outage = after_failure(NOW, None, CHALLENGED, first_pause=FIVE)
    before, after = NOW + dt.timedelta(minutes=29), NOW + dt.timedelta(minutes=30)

    assert (is_message_due(before, outage), is_refusal(before, outage)) == (False, False)
    assert (is_message_due(after, outage), is_refusal(after, outage)) == (True, True)
    assert not is_refusal(after, after_failure(before, outage, DOWN, first_pause=FIVE))


def test_a_failure_that_cannot_pass_is_told_at_once_and_only_once() -> None:
    outage = after_failure(NOW, None, REFUSED, first_pause=FIVE)

    assert is_message_due(NOW, outage)
    assert not is_message_due(NOW, mark_notified(outage))
    assert not is_message_due(NOW, after_failure(NOW, mark_notified(outage), REFUSED, first_pause=FIVE))


def test_an_outage_starts_at_its_first_failure_and_says_what_the_newest_said() -> None:
    first = after_failure(NOW.replace(second=7, microsecond=5), None, DOWN, first_pause=FIVE)
    later = after_failure(NOW + FIVE, first, REFUSED, first_pause=FIVE)

    assert first == Outage(NOW, 1, NOW.replace(second=7, microsecond=5) + FIVE, "no answer")
    assert later == Outage(NOW, 2, NOW + 3 * FIVE, "refused", transient=False, fix="Log in.")
    assert later.identifier == first.identifier == "outage/2026-11-22T21:00Z"


def test_an_outage_of_a_year_is_still_asked_every_hour() -> None:
    year = Outage(NOW, 9_000, NOW, "no answer")

    assert after_failure(NOW, year, DOWN, first_pause=FIVE).retry_at == (NOW + dt.timedelta(hours=1))


def test_after_a_first_pause_beyond_an_hour_the_site_is_asked_within_one() -> None:
    outage = after_failure(NOW, None, DOWN, first_pause=dt.timedelta(hours=5))

    assert outage.retry_at == NOW + dt.timedelta(hours=1)
