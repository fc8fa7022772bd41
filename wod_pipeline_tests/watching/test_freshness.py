"""From the standing of weeks to notices: one an episode and severity, nothing lost, nothing twice."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from wod_pipeline.watching.freshness import (
    Cause,
    Deadlines,
    FreshnessState,
    Notice,
    Revision,
    Standing,
    cause_of_absence,
    due_notices,
    mark_delivered,
    settled_cause,
    update_episodes,
    weeks_to_judge,
)
from wod_pipeline.weeks import parse_weekly_time

ZONE = ZoneInfo("America/Los_Angeles")
DEADLINES = Deadlines(ZONE, parse_weekly_time("sun 21:00"), parse_weekly_time("mon 05:00"))
WEEK = dt.date(2026, 11, 23)
NEXT = dt.date(2026, 11, 30)
GOOD = Standing(None, sessions=5)
ABSENT = Standing(Cause.NOT_PUBLISHED)
BLIND = Standing(Cause.COULD_NOT_LOOK)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


def tick(
    now: str, standing: Standing | dict[dt.date, Standing], state: FreshnessState, *, sms: bool = True
) -> tuple[list[str], FreshnessState]:
    """One tick; the notices as ``kind week``, delivered unless `sms` is down."""
    moment = at(now)
    weeks = weeks_to_judge(moment, DEADLINES, state)
    standings = {week: standing[week] if isinstance(standing, dict) else standing for week in weeks}
    state = update_episodes(moment, DEADLINES, standings, state)
    notices = due_notices(moment, DEADLINES, standings, state)
    for notice in notices if sms else []:
        state = mark_delivered(state, notice)
    return [f"{notice.kind} {notice.episode.week}" for notice in notices], state


def run(*ticks: tuple[str, Standing | dict[dt.date, Standing]]) -> list[str]:
    """What is told over several ticks."""
    told: list[str] = []
    state = FreshnessState()
    for now, standing in ticks:
        notices, state = tick(now, standing, state)
        told += notices
    return told


def test_a_week_that_is_there_by_its_deadline_is_not_worth_a_word() -> None:
    assert run(("2026-11-22 20:00", GOOD), ("2026-11-22 21:00", GOOD), ("2026-11-23 05:00", GOOD)) == []


def test_a_late_week_warns_once_is_critical_once_and_recovers_once() -> None:
    told = run(
        ("2026-11-22 20:00", GOOD),
        ("2026-11-22 21:00", ABSENT),
        ("2026-11-22 23:00", ABSENT),
        ("2026-11-23 05:00", ABSENT),
        ("2026-11-23 09:00", ABSENT),
        ("2026-11-23 17:00", GOOD),
        ("2026-11-23 18:00", GOOD),
    )
    assert told == ["warn 2026-11-23", "critical 2026-11-23", "recovered 2026-11-23"]


def test_a_sensor_first_started_on_monday_says_critical_without_a_warning_before() -> None:
    assert run(("2026-11-23 09:00", ABSENT)) == ["critical 2026-11-23"]


def test_several_episodes_are_open_at_once_and_end_each_for_itself() -> None:
    told = run(
        ("2026-11-23 09:00", ABSENT),
        ("2026-11-29 21:00", {WEEK: ABSENT, NEXT: ABSENT}),
        ("2026-11-29 22:00", {WEEK: GOOD, NEXT: ABSENT}),
        ("2026-11-30 06:00", {NEXT: ABSENT}),
        ("2026-11-30 07:00", {NEXT: GOOD}),
    )
    assert told == [
        "critical 2026-11-23",
        "warn 2026-11-30",
        "recovered 2026-11-23",
        "critical 2026-11-30",
        "recovered 2026-11-30",
    ]


def test_weeks_that_became_due_while_the_sensor_was_off_are_judged_too() -> None:
    _, state = tick("2026-11-22 21:00", GOOD, FreshnessState())

    assert weeks_to_judge(at("2026-12-13 21:00"), DEADLINES, state) == [
        dt.date(2026, 11, 30),
        dt.date(2026, 12, 7),
        dt.date(2026, 12, 14),
    ]


def test_a_week_that_never_comes_is_dropped_after_four_weeks() -> None:
    _, state = tick("2026-11-23 09:00", ABSENT, FreshnessState())
    _, state = tick(
        "2026-12-13 21:00",
        dict.fromkeys(weeks_to_judge(at("2026-12-13 21:00"), DEADLINES, state), ABSENT),
        state,
    )
    assert WEEK in {episode.week for episode in state.episodes}

    assert WEEK not in weeks_to_judge(at("2026-12-20 21:00"), DEADLINES, state)


def test_a_notice_that_could_not_be_sent_stays_due_with_the_same_identifier() -> None:
    moment = at("2026-11-22 21:00")
    state = update_episodes(moment, DEADLINES, {WEEK: ABSENT}, FreshnessState())
    first = due_notices(moment, DEADLINES, {WEEK: ABSENT}, state)
    later = at("2026-11-22 21:05")
    state = update_episodes(later, DEADLINES, {WEEK: ABSENT}, state)

    assert [n.identifier for n in due_notices(later, DEADLINES, {WEEK: ABSENT}, state)] == [
        n.identifier for n in first
    ]


def test_a_tick_repeated_after_a_crash_makes_the_same_identifiers() -> None:
    def identifiers(now: str) -> list[str]:
        state = update_episodes(
            at(now), DEADLINES, {WEEK: ABSENT}, FreshnessState(newest_judged=dt.date(2026, 11, 16))
        )
        return [notice.identifier for notice in due_notices(at(now), DEADLINES, {WEEK: ABSENT}, state)]

    assert (
        identifiers("2026-11-22 21:00")
        == identifiers("2026-11-22 21:07")
        == ["freshness/2026-11-23/2026-11-23T05:00Z/warn"]
    )


def test_when_no_warning_could_be_sent_before_monday_only_the_gravest_is_told() -> None:
    _, state = tick("2026-11-22 21:00", ABSENT, FreshnessState(), sms=False)

    notices, _ = tick("2026-11-23 05:00", ABSENT, state)
    assert notices == ["critical 2026-11-23"]


def test_an_undelivered_recovery_is_tried_again() -> None:
    _, state = tick("2026-11-23 09:00", ABSENT, FreshnessState())
    notices, state = tick("2026-11-23 10:00", GOOD, state, sms=False)
    assert notices == ["recovered 2026-11-23"]

    notices, state = tick("2026-11-23 11:00", GOOD, state)
    assert notices == ["recovered 2026-11-23"]
    assert state.episodes == []


def test_a_lateness_nobody_was_told_of_needs_no_recovery() -> None:
    _, state = tick("2026-11-22 21:00", ABSENT, FreshnessState(), sms=False)

    notices, state = tick("2026-11-22 22:00", GOOD, state)
    assert (notices, state.episodes) == ([], [])


def test_a_week_that_goes_bad_again_is_a_new_episode() -> None:
    doubtful = Standing(Cause.DOUBTFUL, "training day without an exercise", 5)
    told = run(
        ("2026-11-23 09:00", ABSENT),
        ("2026-11-23 10:00", GOOD),
        ("2026-11-25 10:20", doubtful),
        ("2026-11-25 11:20", doubtful),
        ("2026-11-25 12:20", GOOD),
    )
    assert told == ["critical 2026-11-23", "recovered 2026-11-23"] * 2


def test_since_when_nobody_could_look_is_kept_until_someone_could() -> None:
    _, state = tick("2026-11-22 21:00", BLIND, FreshnessState())
    _, state = tick("2026-11-22 22:00", BLIND, state)
    assert state.episodes[0].unreadable_since == at("2026-11-22 21:00")

    _, state = tick("2026-11-22 23:00", ABSENT, state)
    assert state.episodes[0].unreadable_since is None


def test_a_week_published_moments_ago_is_waited_for() -> None:
    arriving = Standing(Cause.ARRIVING)

    assert run(("2026-11-22 21:00", arriving), ("2026-11-22 21:10", GOOD)) == []
    assert run(("2026-11-22 21:00", arriving), ("2026-11-22 21:40", Standing(Cause.NOT_PROCESSED))) == [
        "warn 2026-11-23"
    ]


def test_once_the_gravest_is_told_the_site_need_not_be_asked_again() -> None:
    _, state = tick("2026-11-22 21:00", ABSENT, FreshnessState())
    assert settled_cause(WEEK, state) is None

    _, state = tick("2026-11-23 05:00", BLIND, state)
    assert settled_cause(WEEK, state) is Cause.COULD_NOT_LOOK


def test_causes_of_an_absent_week_are_told_apart() -> None:
    now = at("2026-11-22 21:00")
    old, fresh = now - dt.timedelta(hours=1), now - dt.timedelta(minutes=10)

    def cause(listed: list[Revision], taken: list[Revision], since: dt.datetime | None = old) -> Cause:
        return cause_of_absence(now, listed, taken, FreshnessState(since))

    assert cause([], []) is Cause.NOT_PUBLISHED
    assert cause([Revision("a", old)], [Revision("a")]) is Cause.NO_SESSION
    assert cause([Revision("b", old)], [Revision("a")]) is Cause.NOT_PROCESSED
    assert cause([Revision("a", fresh)], []) is Cause.ARRIVING
    assert cause([Revision("a", None)], []) is Cause.NOT_PROCESSED
    assert cause([Revision("a", old)], [], since=None) is Cause.ARRIVING
    assert cause([], [], since=None) is Cause.NOT_PUBLISHED


STANDINGS = st.sampled_from([GOOD, ABSENT, BLIND, Standing(Cause.ARRIVING)])


@given(st.lists(st.tuples(st.integers(1, 400), STANDINGS, st.booleans()), max_size=60))
def test_whatever_happens_no_identifier_is_delivered_twice_and_alerts_alternate_with_recoveries(
    steps: list[tuple[int, Standing, bool]],
) -> None:
    now, state = at("2026-11-22 12:00"), FreshnessState()
    sent: list[Notice] = []
    for minutes, standing, sms in steps:
        now += dt.timedelta(minutes=minutes)
        standings = dict.fromkeys(weeks_to_judge(now, DEADLINES, state), standing)
        state = update_episodes(now, DEADLINES, standings, state)
        for notice in due_notices(now, DEADLINES, standings, state) if sms else []:
            state = mark_delivered(state, notice)
            sent.append(notice)
    for week in {notice.episode.week for notice in sent}:
        kinds = [notice.kind for notice in sent if notice.episode.week == week]
        assert all(pair[0] != pair[1] for pair in pairwise(kinds))
        assert kinds[0] != "recovered"
