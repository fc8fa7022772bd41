"""Load and calendar on the command line: of weeks that run, of later ones that read them, and missing ones."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from wod_pipeline.adapters import open_lake
from wod_pipeline.cli.materialize import materialize
from wod_pipeline.program import RawPost, Rendered, encode
from wod_pipeline.settings import load_settings
from wod_pipeline.storage import Lake
from wod_pipeline.storage.stages import calendar_key, load_key
from wod_pipeline_tests.builders import edited, raw_post

FIRST = dt.date(2024, 1, 1)
WEEK = dt.timedelta(weeks=1)


def post(n: int, sets: int) -> RawPost:
    scheme = f"Every 2 minutes, for {2 * sets} minutes ({sets} sets):"
    lines = ("Monday", "A.", scheme, "Snatch x 2 reps @ 72%")
    return raw_post(*lines, monday=FIRST + n * WEEK, number=n + 1)


class House:
    """A folder of posts as the source, and what the command stores of it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.posts, self.folder = folder / "posts", folder
        self.posts.mkdir(parents=True)
        environ = {"WOD_SOURCE": self.posts, "WOD_DATA_DIR": folder / "data", "WOD_START_WEEK": FIRST}
        self.environ = {name: str(value) for name, value in environ.items()}
        self.monkeypatch = monkeypatch

    def publish(self, *posts: RawPost) -> None:
        for published in posts:
            (self.posts / f"{published.id}.json").write_bytes(encode(published))

    def materialize(self, *arguments: str, exit_code: int = 0) -> Result:
        for name, value in self.environ.items():
            self.monkeypatch.setenv(name, value)
        result = CliRunner().invoke(materialize, arguments)
        assert result.exit_code == exit_code, result.output
        return result

    @property
    def lake(self) -> Lake:
        return open_lake(load_settings(self.environ, dotenv=self.folder / "none"))

    def objects(self) -> dict[str, bytes]:
        """Every stored load and calendar."""
        keys = [key for prefix in ("training_load", "session_calendar") for key in self.lake.keys(prefix)]
        return dict(self.lake.read_many(keys))

    def change(self, n: int) -> float | None:
        """`lifts_change_percent` of the n-th week."""
        frame = pd.read_parquet(io.BytesIO(self.lake.read(load_key(FIRST + n * WEEK))))
        value = frame[(frame.by == "week") & (frame.family == "all")].lifts_change_percent.iloc[0]
        return None if pd.isna(value) else float(value)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """Four weeks, stored with load and calendar."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    monkeypatch.setattr("wod_pipeline.adapters.program_today", lambda _: FIRST + 2 * WEEK)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    house = House(tmp_path / "house", monkeypatch)
    house.publish(*(post(n, sets) for n, sets in enumerate((10, 8, 8, 8))))
    house.materialize("--all", "--derived")
    return house


def test_an_edited_past_week_refreshes_later_weeks_that_read_it_and_the_summary_says_so(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [house.change(n) for n in range(4)] == [None, -20.0, 0.0, 0.0]
    house.publish(edited(post(0, 10), "20 minutes (10 sets)", "40 minutes (20 sets)"))
    said = house.materialize("--week", str(FIRST), "--derived").output
    assert [house.change(n) for n in range(4)] == [None, -60.0, 0.0, 0.0]
    assert (
        "  load or calendar of 3 weeks was old and has been made again: the weeks 2024-01-08 to 2024-01-22\n"
        in said
    )

    fresh = House(tmp_path / "fresh", monkeypatch)
    fresh.publish(edited(post(0, 10), "20 minutes (10 sets)", "40 minutes (20 sets)"))
    fresh.publish(*(post(n, 8) for n in (1, 2, 3)))
    fresh.materialize("--all", "--derived")
    assert fresh.objects() == house.objects()


def test_without_an_edit_no_later_week_is_made_again(house: House) -> None:
    assert "was old" not in house.materialize("--week", str(FIRST), "--derived").output


def test_missing_with_derived_finds_old_and_missing_ones_alone_and_asks_no_source(house: House) -> None:
    house.publish(edited(post(0, 10), "20 minutes (10 sets)", "40 minutes (20 sets)"))
    house.materialize("--week", str(FIRST))
    (house.folder / "data/lake" / calendar_key(FIRST + 3 * WEEK)).unlink()
    for path in house.posts.iterdir():
        path.write_text("Not JSON: reading it would fail the run.")
    said = house.materialize("--all", "--missing", "--derived").output
    assert said == (
        "  load or calendar of 4 weeks was old and has been made again: the weeks 2024-01-01 to 2024-01-22\n"
    )
    assert house.change(1) == -60.0
    assert house.materialize("--all", "--missing", "--derived").output == (
        "Nothing is missing of the weeks 2024-01-01 to 2024-01-22.\n"
    )


@pytest.mark.parametrize("make_missing", [("--missing",), ()])
def test_a_calendar_that_cannot_be_written_fails_its_week_in_the_summary(
    house: House, make_missing: tuple[str, ...]
) -> None:
    path = house.folder / "data/lake" / calendar_key(FIRST + WEEK)
    path.unlink()
    path.mkdir()
    said = house.materialize("--all", *make_missing, "--derived", exit_code=1).output
    assert (
        "  failed: load or calendar of 1 week: the week of 2024-01-08; what was made of it before stays\n"
        in said
    )


def test_old_ones_are_made_again_though_the_source_cannot_be_read_for_a_missing_week(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.publish(edited(post(0, 10), "20 minutes (10 sets)", "40 minutes (20 sets)"))
    house.materialize("--week", str(FIRST))
    monkeypatch.setattr("wod_pipeline.adapters.program_today", lambda _: FIRST + 3 * WEEK)
    for path in house.posts.iterdir():
        path.write_text("Not JSON.")
    said = house.materialize("--all", "--missing", "--derived", exit_code=1).output
    assert "  failed: 2024-01-29; " in said
    assert "load or calendar of 4 weeks was old and has been made again" in said
    assert house.change(1) == -60.0


def test_a_week_that_keeps_failing_does_not_keep_load_and_calendar_of_others_old(house: House) -> None:
    house.publish(edited(post(0, 10), "20 minutes (10 sets)", "40 minutes (20 sets)"))
    house.materialize("--week", str(FIRST))
    empty = post(3, 8)
    house.publish(replace(empty, content=Rendered("<p>Soon.</p>"), modified_gmt="2024-02-01T00:00:00"))
    house.materialize("--week", str(FIRST + 3 * WEEK), exit_code=1)
    assert house.change(1) == -20.0
    said = house.materialize("--from-stored", "--missing", "--derived", exit_code=1).output
    assert f"failed: {FIRST + 3 * WEEK}" in said
    assert "load or calendar of 3 weeks was old and has been made again" in said
    assert house.change(1) == -60.0


def test_missing_without_derived_leaves_them(house: House) -> None:
    (house.folder / "data/lake" / calendar_key(FIRST)).unlink()
    assert house.materialize("--all", "--missing").output == (
        "Nothing is missing of the weeks 2024-01-01 to 2024-01-22.\n"
    )
