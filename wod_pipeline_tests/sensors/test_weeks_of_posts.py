"""Posts of two weeks, and posts with the year typed wrong, through the sensors, hour by hour."""

from __future__ import annotations

import datetime as dt

import pytest

from wod_pipeline.program import RawPost
from wod_pipeline_tests.builders import paragraphs, raw_post
from wod_pipeline_tests.sensors.world import HOUR, World, hours, local

FIRST, SECOND = dt.date(2026, 11, 23), dt.date(2026, 11, 30)
PUBLISHED = local("2026-11-22 17:30")
NOW = local("2026-11-22 18:00")


def two_weeks(*, last: str = "Wednesday 12/2", load: int = 70) -> RawPost:
    """A post with two sessions in each of two weeks."""
    days = ["Monday 11/23", "Wednesday 11/25", "Monday 11/30", last]
    lines = [line for day in days for line in (day, "A.", f"Snatch x 2 @ {load}%")]
    title = "November 23 – December 6, 2026"
    return raw_post(number=7, title=title, slug="november-23-december-6-2026-barn", content=paragraphs(lines))


def stored_days(world: World) -> dict[str, list[str]]:
    return {
        str(week): [str(record.date) for record in value.records]
        for week, value in sorted(world.table.values.items())
    }


def told_of(world: World, *weeks: dt.date) -> list[str]:
    return [one for one in world.told if one.rpartition(" ")[2] in map(str, weeks)]


@pytest.fixture
def world() -> World:
    """A post of two weeks, published and taken in."""
    world = World()
    world.site.will_publish(PUBLISHED, two_weeks())
    world.tick(NOW)
    return world


def test_a_post_of_two_weeks_is_stored_in_both_each_with_the_sessions_dated_in_it(world: World) -> None:
    assert stored_days(world) == {
        "2026-11-23": ["2026-11-23", "2026-11-25"],
        "2026-11-30": ["2026-11-30", "2026-12-02"],
    }
    assert told_of(world, FIRST, SECOND) == ["info week_landed 2026-11-23", "info week_landed 2026-11-30"]


def test_what_is_stored_of_both_weeks_asks_for_no_further_run_and_no_alert(world: World) -> None:
    runs, told = list(world.runs), told_of(world, FIRST, SECOND)
    for at in hours(NOW + HOUR, 14 * 24):
        world.tick(at)
    assert (world.runs, told_of(world, FIRST, SECOND)) == (runs, told)
    assert "stored as it is published" in world.scheduled_look(local("2026-11-29 18:00"))


def test_an_edit_touches_both_weeks(world: World) -> None:
    world.site.will_publish(NOW + HOUR, two_weeks(load=75))
    world.tick(NOW + HOUR)
    loads = {
        str(week): [record.texts["segment_a"].splitlines()[-1] for record in value.records]
        for week, value in world.table.values.items()
    }
    assert loads == {
        "2026-11-23": ["Snatch x 2 @ 75%"] * 2,
        "2026-11-30": ["Snatch x 2 @ 75%"] * 2,
    }


def test_a_post_that_is_cut_to_its_first_week_leaves_the_second(world: World) -> None:
    lines = ["Monday 11/23", "A.", "Snatch x 2 @ 70%"]
    cut = raw_post(
        number=7, title="November 23-29, 2026", slug="november-23-29-2026-barn", content=paragraphs(lines)
    )
    world.site.will_publish(NOW + HOUR, cut)
    world.tick(NOW + HOUR)
    assert stored_days(world) == {"2026-11-23": ["2026-11-23"], "2026-11-30": []}
    assert world.table.values[SECOND].withdrawn == [7]


def test_the_year_typed_wrong_in_january_files_every_week_where_it_belongs_and_alerts_nobody() -> None:
    world = World()
    mondays = [dt.date(2025, 12, 15) + n * dt.timedelta(weeks=1) for n in range(6)]
    for number, monday in enumerate(mondays, start=1):
        last = monday + dt.timedelta(days=6)
        title = f"{monday:%B} {monday.day} – {last:%B} {last.day}, 2025"
        lines = ["Monday", "A.", "Snatch x 2 @ 70%"]
        post = raw_post(number=number, title=title, slug=f"plan-{number}", content=paragraphs(lines))
        world.site.will_publish(local(f"{monday - dt.timedelta(days=1)} 17:30"), post)
    for at in hours(local("2025-12-14 12:00"), 6 * 7 * 24):
        world.tick(at)
    assert stored_days(world) == {str(monday): [str(monday)] for monday in mondays}
    assert told_of(world, *mondays) == [f"info week_landed {monday}" for monday in mondays]
