"""Which weeks exist at which instant."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from wod_pipeline.assets.partitions import training_weeks

PACIFIC = ZoneInfo("America/Los_Angeles")
WEEKS = training_weeks(dt.date(2026, 1, 5), "America/Los_Angeles")


@pytest.mark.parametrize(
    ("instant", "last_key"),
    [
        (dt.datetime(2026, 11, 21, 12, 0, tzinfo=PACIFIC), "2026-11-23"),
        (dt.datetime(2026, 11, 22, 18, 0, tzinfo=PACIFIC), "2026-11-23"),
        (dt.datetime(2026, 11, 22, 23, 59, tzinfo=PACIFIC), "2026-11-23"),
        (dt.datetime(2026, 11, 23, 0, 0, tzinfo=PACIFIC), "2026-11-30"),
        (dt.datetime(2026, 3, 8, 18, 0, tzinfo=PACIFIC), "2026-03-09"),  # the day clocks go forward
        (dt.datetime(2026, 11, 1, 18, 0, tzinfo=PACIFIC), "2026-11-02"),  # the day clocks go back
        (dt.datetime(2026, 12, 31, 12, 0, tzinfo=PACIFIC), "2027-01-04"),
    ],
)
def test_the_coming_week_exists_all_through_the_week_before(instant: dt.datetime, last_key: str) -> None:
    assert WEEKS.get_partition_keys(current_time=instant)[-1] == last_key


def test_every_key_is_a_monday_also_across_both_clock_changes() -> None:
    keys = WEEKS.get_partition_keys(current_time=dt.datetime(2026, 12, 31, tzinfo=PACIFIC))
    days = [dt.date.fromisoformat(key) for key in keys]
    assert days == [dt.date(2026, 1, 5) + dt.timedelta(weeks=n) for n in range(53)]


def test_a_week_starts_at_local_midnight_on_monday() -> None:
    window = WEEKS.time_window_for_partition_key("2026-03-02")
    assert (window.start.isoformat(), window.end.isoformat()) == (
        "2026-03-02T00:00:00-08:00",
        "2026-03-09T00:00:00-07:00",
    )
