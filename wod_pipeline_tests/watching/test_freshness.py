"""From the standing of weeks to notices: one an episode and severity, nothing lost, nothing twice."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from wod_pipeline.watching.freshness import (
    Cause,
    Deadlines,
    Episode,
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


def notices_of(*ticks: tuple[str, Standing]) -> list[str]:
    """The identifiers of what is sent about `WEEK` over several ticks."""
    identifiers, state = [], FreshnessState()
    for now, standing in ticks:
        moment, standings = at(now), {WEEK: standing}
        state = update_episodes(moment, DEADLINES, standings, state)
        for notice in due_notices(moment, DEADLINES, standings, state):
            identifiers.append(notice.identifier)
            state = mark_delivered(state, notice)
    return identifiers


def test_an_episode_that_opens_again_has_identifiers_of_its_own() -> None:
    """With the same identifiers the ledger would take the second episode's messages for repeats."""
    assert notices_of(
        ("2026-11-23 09:00", ABSENT),
        ("2026-11-23 10:00", GOOD),
        ("2026-11-23 11:20", ABSENT),
        ("2026-11-23 12:20", GOOD),
    ) == [
        "freshness/2026-11-23/2026-11-23T05:00Z/critical",
        "freshness/2026-11-23/2026-11-23T05:00Z/recovered",
        "freshness/2026-11-23/2026-11-23T19:00Z/critical",
        "freshness/2026-11-23/2026-11-23T19:00Z/recovered",
    ]


def test_a_week_first_good_and_then_bad_is_missing_since_that_hour() -> None:
    assert notices_of(("2026-11-22 21:00", GOOD), ("2026-11-23 00:59:59", ABSENT)) == [
        "freshness/2026-11-23/2026-11-23T08:00Z/warn"
    ]
    now = at("2026-11-23 00:59:59.999999")
    state = update_episodes(now, DEADLINES, {WEEK: BLIND}, FreshnessState(newest_judged=WEEK))
    assert state.episodes == [Episode(WEEK, at("2026-11-23 00:00"), BLIND.cause, None, now)]  # type: ignore[arg-type]
    assert due_notices(now, DEADLINES, {WEEK: BLIND}, state) == [Notice("warn", state.episodes[0], BLIND)]


def test_a_later_week_judged_for_the_first_time_is_missing_since_its_deadline() -> None:
    state = FreshnessState(newest_judged=WEEK)
    state = update_episodes(at("2026-11-30 07:30"), DEADLINES, {WEEK: ABSENT, NEXT: ABSENT}, state)

    assert [episode.since for episode in state.episodes] == [at("2026-11-30 07:00"), at("2026-11-29 21:00")]
    assert state.newest_judged == NEXT


def test_severity_turns_critical_at_the_very_minute() -> None:
    def kinds(now: str) -> list[str]:
        return [identifier.rpartition("/")[2] for identifier in notices_of((now, ABSENT))]

    assert kinds("2026-11-23 04:59:59") == ["warn"]
    assert kinds("2026-11-23 05:00") == ["critical"]


def test_a_warning_that_was_sent_is_followed_by_the_critical_notice_and_never_by_a_warning() -> None:
    _, state = tick("2026-11-23 05:00", ABSENT, FreshnessState())
    notices, _ = tick("2026-11-23 04:00", ABSENT, state)
    assert notices == []

    assert run(("2026-11-23 04:59", ABSENT), ("2026-11-23 05:00", ABSENT)) == [
        "warn 2026-11-23",
        "critical 2026-11-23",
    ]


def test_one_arriving_week_does_not_hold_back_the_notice_of_another() -> None:
    standings = {WEEK: Standing(Cause.ARRIVING), NEXT: ABSENT}
    now = at("2026-11-29 21:00")
    state = update_episodes(now, DEADLINES, standings, FreshnessState())

    assert [n.episode.week for n in due_notices(now, DEADLINES, standings, state)] == [NEXT]


def test_a_week_is_given_exactly_half_an_hour_to_be_stored() -> None:
    now, half_an_hour = at("2026-11-22 21:00"), dt.timedelta(minutes=30)

    def cause(*published: dt.datetime | None, started: dt.datetime) -> Cause:
        revisions = [Revision(str(n), time) for n, time in enumerate(published)]
        return cause_of_absence(now, revisions, [], FreshnessState(started))

    long_ago = now - dt.timedelta(days=1)
    second = dt.timedelta(seconds=1)
    assert cause(now - half_an_hour, started=long_ago) is Cause.NOT_PROCESSED
    assert cause(now - half_an_hour + second, started=long_ago) is Cause.ARRIVING
    assert cause(long_ago, None, now - second, started=long_ago) is Cause.ARRIVING
    assert cause(long_ago, started=now - half_an_hour) is Cause.NOT_PROCESSED
    assert cause(long_ago, started=now - second) is Cause.ARRIVING


def test_a_week_with_one_unstored_post_is_not_processed_although_another_is_stored() -> None:
    now = at("2026-11-22 21:00")
    listed = [Revision("a", now - dt.timedelta(hours=1)), Revision("b", now - dt.timedelta(hours=1))]
    state = FreshnessState(now - dt.timedelta(days=1))

    assert cause_of_absence(now, listed, [Revision("a")], state) is Cause.NOT_PROCESSED
    assert cause_of_absence(now, listed[:1], [Revision("a"), Revision("b")], state) is Cause.NO_SESSION


def test_the_settled_cause_is_that_of_the_week_asked_for() -> None:
    episodes = [
        Episode(WEEK, at("2026-11-22 21:00"), Cause.NO_SESSION, "critical"),
        Episode(NEXT, at("2026-11-29 21:00"), Cause.NOT_PUBLISHED, "warn"),
    ]
    state = FreshnessState(episodes=episodes)

    assert (settled_cause(WEEK, state), settled_cause(NEXT, state)) == (Cause.NO_SESSION, None)


def test_weeks_to_judge_are_the_newest_due_the_missed_and_those_of_open_episodes_in_order() -> None:
    now = at("2026-12-13 21:00")
    open_episode = Episode(dt.date(2026, 11, 16), at("2026-11-15 21:00"), Cause.NOT_PUBLISHED)
    weeks = {n: dt.date(2026, 12, 14) - dt.timedelta(weeks=n) for n in range(5)}

    def judged(newest: dt.date | None, *episodes: Episode) -> list[dt.date]:
        return weeks_to_judge(now, DEADLINES, FreshnessState(None, newest, list(episodes)))

    assert judged(None) == [weeks[0]]
    assert judged(weeks[0]) == [weeks[0]]
    assert judged(weeks[2]) == [weeks[1], weeks[0]]
    assert judged(weeks[0], msgspec.structs.replace(open_episode, week=weeks[3])) == [weeks[3], weeks[0]]
    assert judged(weeks[0], open_episode) == [weeks[0]]


def test_the_first_tick_is_remembered_and_the_newest_week_never_goes_back() -> None:
    first, later = at("2026-11-22 21:00"), at("2026-11-23 21:00")
    state = update_episodes(first, DEADLINES, {NEXT: GOOD}, FreshnessState())
    state = update_episodes(later, DEADLINES, {WEEK: GOOD}, state)

    assert state == FreshnessState(first, NEXT, [])
    assert update_episodes(first, DEADLINES, {}, FreshnessState()) == FreshnessState(first, None, [])


def test_an_episode_whose_week_is_judged_no_longer_is_dropped() -> None:
    state = FreshnessState(episodes=[Episode(WEEK, at("2026-11-22 21:00"), Cause.NOT_PUBLISHED, "critical")])

    assert update_episodes(at("2026-12-21 09:00"), DEADLINES, {NEXT: GOOD}, state).episodes == []


def test_delivering_a_notice_keeps_the_other_episodes_in_order() -> None:
    now = at("2026-11-30 09:00")
    standings = {WEEK: ABSENT, NEXT: ABSENT}
    state = update_episodes(now, DEADLINES, standings, FreshnessState())
    first, second = due_notices(now, DEADLINES, standings, state)

    both = mark_delivered(mark_delivered(state, second), first)
    assert [(e.week, e.notified) for e in both.episodes] == [(WEEK, "critical"), (NEXT, "critical")]
    assert mark_delivered(both, Notice("recovered", both.episodes[0], GOOD)).episodes == [both.episodes[1]]


def test_a_cursor_written_before_its_fields_were_renamed_is_read_whole() -> None:
    """Cursors live on in Dagster's storage over an upgrade: the names in them are never changed."""
    cursor = (
        '{"watching_since":"2026-11-22T21:00:00-08:00","judged":"2026-11-23","episodes":[{"week":"2026-11-23",'
        '"since":"2026-11-22T21:00:00-08:00","cause":"could_not_look","told":"critical",'
        '"blind_since":"2026-11-22T21:00:00-08:00"}]}'
    )
    due = at("2026-11-22 21:00")
    state = FreshnessState(due, WEEK, [Episode(WEEK, due, Cause.COULD_NOT_LOOK, "critical", due)])

    assert msgspec.json.decode(cursor, type=FreshnessState) == state
    assert msgspec.json.encode(state).decode() == cursor
