"""A simulated year, ticked hourly through both changes of clocks: the list of messages is exactly the expected."""

from __future__ import annotations

import datetime as dt

from wod_pipeline_tests.sensors.world import World, hours, local, post_for

START = local("2026-02-22 12:00")
FIRST = dt.date(2026, 2, 16)
"""Published before the first tick."""
DAY_LATE = dt.date(2026, 3, 9)
"""Due on 8 March, when clocks go forward."""
NEVER = dt.date(2026, 6, 15)
TWICE_EDITED = dt.date(2026, 8, 3)
HOURS_LATE = dt.date(2026, 11, 2)
"""Due on 1 November, when clocks go back."""
UNTIL = dt.date(2027, 2, 22)


def publications() -> dict[dt.date, list[dt.datetime]]:
    """When each week's post appears and is edited: on Sunday at 17:30, but for four weeks."""
    weeks = [FIRST + dt.timedelta(weeks=n) for n in range((UNTIL - FIRST).days // 7 + 1)]
    times = {week: [local(f"{week - dt.timedelta(days=1)} 17:30")] for week in weeks}
    times[DAY_LATE] = [local("2026-03-09 17:30")]
    times[NEVER] = []
    times[TWICE_EDITED] += [local("2026-08-04 10:10"), local("2026-08-06 10:10")]
    times[HOURS_LATE] = [local("2026-11-01 23:59")]
    return times


def expected(weeks: dict[dt.date, list[dt.datetime]]) -> list[str]:
    told = []
    for week in weeks:
        told += {
            DAY_LATE: [
                f"warn week_late {week}",
                f"critical week_late {week}",
                f"info week_landed {week}",
                f"info week_recovered {week}",
            ],
            NEVER: [f"warn week_late {week}", f"critical week_late {week}"],
            TWICE_EDITED: [
                f"info week_landed {week}",
                f"info week_updated {week}",
                f"info week_updated {week}",
            ],
            HOURS_LATE: [
                f"warn week_late {week}",
                f"info week_landed {week}",
                f"info week_recovered {week}",
            ],
        }.get(week, [f"info week_landed {week}"])
    return told


def test_a_year_of_hourly_ticks_tells_exactly_what_happened() -> None:
    world, weeks = World(), publications()
    for number, (week, times) in enumerate(weeks.items(), start=100):
        for revision, at in enumerate(times):
            world.site.will_publish(at, post_for(week, number, f"Revision {revision}"))

    for now in hours(START, 365 * 24 + 30):
        world.tick(now)

    assert world.told == expected(weeks)
    assert len(world.runs) == sum(len(times) for times in weeks.values())


def test_messages_of_the_late_weeks_come_at_their_hour_whatever_the_clocks_do() -> None:
    for due, critical in (("2026-03-08", "2026-03-09"), ("2026-11-01", "2026-11-02")):
        world = World()
        seen: dict[int, str] = {}
        for now in hours(local(f"{due} 12:00"), 24):
            world.tick(now)
            seen.setdefault(
                len(world.phone.received), f"{now.astimezone(world.settings.zone):%Y-%m-%d %H:%M}"
            )

        assert [seen[n] for n in sorted(seen)][1:] == [f"{due} 21:00", f"{critical} 05:00"]
