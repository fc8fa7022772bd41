"""The habits of a program: set once, carried by its posts, and decisive for their weeks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from wod_pipeline import adapters
from wod_pipeline.date_habits import DateHabits
from wod_pipeline.parsing import outline_post, read_post, week_of
from wod_pipeline.program import RawPost, decode, encode
from wod_pipeline.settings import Settings, load_settings
from wod_pipeline_tests.builders import paragraphs, raw_post


def settings_of(folder: Path, **more: str) -> Settings:
    return load_settings({"WOD_SOURCE": str(folder), **more})


def published(folder: Path, post: RawPost, **more: str) -> RawPost:
    (folder / "post.json").write_bytes(encode(post))
    (read,) = adapters.open_source(settings_of(folder, **more)).fetch_published(dt.date.min, dt.date.max)
    return read


@pytest.mark.parametrize(("order", "week"), [("month_first", "2020-06-01"), ("day_first", "2020-01-06")])
def test_the_order_of_day_and_month_decides_a_date_in_figures(tmp_path: Path, order: str, week: str) -> None:
    post = raw_post(
        title="6/1/2020", slug="plan", date="2020-03-20T17:00:00", content=paragraphs(["A.", "Dips x 5"])
    )
    assert str(week_of(published(tmp_path, post, WOD_DATE_ORDER=order))) == week


def test_a_daily_post_without_a_date_is_for_the_day_of_its_publication(tmp_path: Path) -> None:
    post = raw_post(
        title="Today", slug="today", date="2020-03-04T05:00:00", content=paragraphs(["A.", "Dips x 5"])
    )
    (session,) = outline_post(read_post(published(tmp_path, post, WOD_CADENCE="daily"))).sessions
    assert session.date == dt.date(2020, 3, 4)
    assert outline_post(read_post(published(tmp_path, post))).sessions[0].date is None


def test_habits_that_are_the_usual_ones_leave_a_post_as_it_was_received(tmp_path: Path) -> None:
    post = raw_post()
    assert encode(published(tmp_path, post)) == encode(post)


def test_habits_are_stored_with_the_post(tmp_path: Path) -> None:
    post = published(tmp_path, raw_post(), WOD_DATE_ORDER="day_first")
    assert decode(encode(post), RawPost).habits == DateHabits("day_first", "weekly")


def test_a_site_cannot_set_them(tmp_path: Path) -> None:
    (tmp_path / "post.json").write_text(
        encode(raw_post())
        .decode()
        .replace('"id"', '"habits":{"order":"day_first","cadence":"daily"},"id"', 1)
    )
    (read,) = adapters.open_source(settings_of(tmp_path)).fetch_published(dt.date.min, dt.date.max)
    assert read.habits is None
