"""Which runs are requested for weeks whose load or calendar is old, when again, and what is remembered of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

import msgspec

from wod_pipeline.watching import derived
from wod_pipeline.watching.derived import DerivedState, Request
from wod_pipeline.weeks import weeks_between

NOW = dt.datetime(2026, 11, 22, 18, tzinfo=dt.timezone.utc)
HOUR = dt.timedelta(hours=1)
WEEKS = weeks_between(dt.date(2024, 1, 1), dt.date(2026, 11, 23))
EXPECTED = dict.fromkeys(WEEKS, "a")
BOTH = ("training_load", "session_calendar")
Old = Mapping[dt.date, Collection[str]]


def old(*weeks: dt.date) -> Old:
    return dict.fromkeys(weeks, BOTH)


def decide(
    old: Old, state: DerivedState, now: dt.datetime = NOW, expected: Mapping[dt.date, str] = EXPECTED
) -> tuple[list[Request], DerivedState]:
    """A tick in which everything that may be old was read; the cursor goes through its text."""
    read = derived.weeks_to_read(now, expected, state)
    requests, after = derived.decide(now, expected, read, old, state, chunk_weeks=52)
    return requests, msgspec.json.decode(msgspec.json.encode(after), type=DerivedState)


def test_the_first_tick_reads_every_week_and_the_next_none() -> None:
    assert derived.weeks_to_read(NOW, EXPECTED, DerivedState()) == WEEKS
    requests, state = decide({}, DerivedState())
    assert requests == []
    assert derived.weeks_to_read(NOW, EXPECTED, state) == []


def test_a_tick_reads_at_most_five_years_the_newest_first_and_the_next_tick_the_others() -> None:
    expected = dict.fromkeys(weeks_between(dt.date(2018, 1, 1), dt.date(2026, 11, 23)), "a")
    read = derived.weeks_to_read(NOW, expected, DerivedState())
    assert (read[0].year, read[-1].year) == (2022, 2026)
    _, state = decide({}, DerivedState(), expected=expected)
    rest = derived.weeks_to_read(NOW, expected, state)
    assert (rest[0].year, rest[-1].year) == (2018, 2021)


def test_years_with_a_week_that_cannot_be_made_keep_no_other_year_from_being_read() -> None:
    expected = dict.fromkeys(weeks_between(dt.date(2016, 1, 4), dt.date(2026, 11, 23)), "a")
    first_of_year = {week.year: week for week in sorted(expected, reverse=True)}
    stuck, damaged, state = [first_of_year[year] for year in range(2020, 2027)], first_of_year[2016], None
    for tick in range(6):
        now = NOW + tick * HOUR / 12
        read = derived.weeks_to_read(now, expected, state or DerivedState())
        found = old(*(week for week in (*stuck, damaged) if week in read))
        requests, state = decide(found, state or DerivedState(), now, expected)
        if damaged in {request.weeks[0] for request in requests}:
            return
    raise AssertionError(f"never requested: {damaged}")


def test_a_year_whose_old_week_is_not_made_is_read_at_every_tick_while_there_are_at_most_five() -> None:
    _, state = decide(old(WEEKS[3]), DerivedState())
    for tick in range(1, 4):
        now = NOW + tick * HOUR / 12
        assert {week.year for week in derived.weeks_to_read(now, EXPECTED, state)} == {2024}
        _, state = decide(old(WEEKS[3]), state, now)


def test_after_a_change_the_weeks_of_its_year_are_read() -> None:
    _, state = decide({}, DerivedState())
    changed = {**EXPECTED, dt.date(2025, 3, 3): "b"}
    assert {week.year for week in derived.weeks_to_read(NOW, changed, state)} == {2025}


def test_a_year_that_did_not_change_is_read_once_a_day_for_a_damaged_or_deleted_object() -> None:
    _, state = decide({}, DerivedState())
    assert derived.weeks_to_read(NOW + 23 * HOUR, EXPECTED, state) == []
    tomorrow = NOW + 24 * HOUR
    assert derived.weeks_to_read(tomorrow, EXPECTED, state) == WEEKS
    requests, state = decide(old(WEEKS[0]), state, tomorrow)
    assert [request.weeks for request in requests] == [(WEEKS[0], WEEKS[0])]
    assert {week.year for week in derived.weeks_to_read(tomorrow, EXPECTED, state)} == {2024}


def test_a_week_that_left_the_table_is_forgotten() -> None:
    _, state = decide(old(WEEKS[3]), DerivedState())
    fewer = {week: "a" for week in WEEKS if week.year == 2026}
    _, state = decide({}, state, expected=fewer)
    assert (list(state.checked), state.requested) == ([2026], {})


def test_old_neighbours_are_one_run_and_it_makes_only_the_assets_that_are_old() -> None:
    weeks = {WEEKS[4]: BOTH[:1], WEEKS[5]: BOTH[:1], WEEKS[7]: BOTH}
    requests, _ = decide(weeks, DerivedState())
    assert requests == [Request((WEEKS[7], WEEKS[7]), BOTH), Request((WEEKS[4], WEEKS[5]), BOTH[:1])]


def test_a_run_has_no_more_weeks_than_a_chunk_and_a_tick_no_more_than_two_runs_the_newest() -> None:
    requests, state = decide(old(*WEEKS), DerivedState())
    assert [request.weeks for request in requests] == [
        (WEEKS[104], WEEKS[-1]),
        (WEEKS[52], WEEKS[103]),
    ]
    # These have been made; the rest follows at the next tick.
    requests, _ = decide(old(*WEEKS[:52]), state, NOW + HOUR / 12)
    assert [request.weeks for request in requests] == [(WEEKS[0], WEEKS[51])]


def test_a_week_that_stays_old_is_requested_again_after_an_hour_then_later_and_later() -> None:
    state, at = DerivedState(), []
    for tick in range(12 * 24 * 4):
        now = NOW + tick * HOUR / 12
        requests, state = decide(old(WEEKS[5]), state, now)
        at += [(now - NOW) / HOUR] * len(requests)
    assert at == [0, 1, 3, 7, 15, 31, 55, 79]


def test_a_week_that_changes_again_is_requested_at_once() -> None:
    _, state = decide(old(WEEKS[5]), DerivedState())
    requests, state = decide(old(WEEKS[5]), state, NOW + HOUR / 12, {**EXPECTED, WEEKS[5]: "b"})
    assert [request.weeks for request in requests] == [(WEEKS[5], WEEKS[5])]
    assert state.requested[WEEKS[5]].requests == 1


def test_a_week_that_was_made_is_remembered_no_longer() -> None:
    _, state = decide(old(WEEKS[5]), DerivedState())
    requests, state = decide({}, state)
    assert (requests, state.requested) == ([], {})
    assert derived.weeks_to_read(NOW, EXPECTED, state) == []


def test_what_waits_in_a_year_that_was_not_read_is_kept() -> None:
    expected = dict.fromkeys(weeks_between(dt.date(2018, 1, 1), dt.date(2026, 11, 23)), "a")
    _, state = decide({}, DerivedState(), expected=expected)
    _, state = decide(old(dt.date(2018, 1, 1)), state, expected=expected)
    requests, state = decide({}, state, expected={**expected, **dict.fromkeys(WEEKS, "b")})
    assert requests == []


def test_a_repeated_request_has_another_run_key_and_the_same_one_the_same() -> None:
    keys = []
    state = DerivedState()
    for hours in (0, 1, 3):
        requests, state = decide(old(WEEKS[5]), state, NOW + hours * HOUR)
        keys.append(derived.run_key(requests[0].weeks, state))
        assert derived.run_key(requests[0].weeks, state) == keys[-1]
    assert len(set(keys)) == 3
    _, other = decide(old(WEEKS[5]), DerivedState(), expected={**EXPECTED, WEEKS[5]: "b"})
    assert derived.run_key((WEEKS[5], WEEKS[5]), other) not in keys


def test_a_week_that_is_old_once_more_has_another_run_key_though_the_table_is_as_before() -> None:
    requests, state = decide(old(WEEKS[5]), DerivedState())
    first = derived.run_key(requests[0].weeks, state)
    _, made = decide({}, state, NOW + HOUR)
    assert made.requested == {}
    requests, state = decide(old(WEEKS[5]), made, NOW + 24 * HOUR)
    assert derived.run_key(requests[0].weeks, state) != first


def test_the_cursor_of_ten_years_stays_small() -> None:
    expected = dict.fromkeys(weeks_between(dt.date(2017, 1, 2), dt.date(2026, 11, 23)), "0123456789ab")
    _, state = decide({}, DerivedState(), expected=expected)
    _, state = decide({}, state, expected=expected)
    assert len(state.checked) == 10
    assert len(msgspec.json.encode(state)) < 1_000
