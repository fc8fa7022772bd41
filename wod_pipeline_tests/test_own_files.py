"""A data folder that the program makes is closed to others; one made for a group beforehand stays the group's."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wod_pipeline.cli import main
from wod_pipeline.settings import load_settings, use_dagster_home, write_instance_config
from wod_pipeline.storage.folder import FolderLake
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.wordpress.site_lock import SiteLock
from wod_pipeline_tests.builders import MONDAY, plain_week


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder: Path) -> set[str]:
    return {f"{path.stat().st_mode & 0o777:o}" for path in (folder, *folder.rglob("*"))}


def store(folder: Path) -> None:
    FolderLake(folder / "lake").write("raw_posts/a.json", b"{}")
    SqliteSessionTable(folder / "sessions.sqlite").replace_week(plain_week(MONDAY))


def test_what_is_stored_in_a_new_data_folder_is_for_its_user_alone(tmp_path: Path) -> None:
    store(tmp_path / "above" / "data")
    assert modes(tmp_path / "above" / "data") == {"700", "600"}
    assert f"{(tmp_path / 'above').stat().st_mode & 0o777:o}" == "755"


def test_a_data_folder_that_others_may_read_stays_so(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o750)
    store(tmp_path / "data")
    assert modes(tmp_path / "data") == {"750", "640"}


def test_dagsters_instance_is_within_the_closed_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setenv("WOD_DATA_DIR", str(tmp_path / "data"))
    home = use_dagster_home(load_settings())
    assert home.parent == tmp_path / "data"
    assert f"{home.parent.stat().st_mode & 0o777:o}" == "700"


@pytest.mark.parametrize(("shared", "inside"), [(0o755, {"755", "644"}), (0o770, {"770", "660"})])
def test_dagsters_instance_is_no_more_open_than_the_folder_whatever_the_umask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared: int, inside: set[str]
) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setenv("WOD_DATA_DIR", str(tmp_path / "data"))
    os.umask(0)
    (tmp_path / "data").mkdir(mode=shared)
    home = use_dagster_home(load_settings())
    write_instance_config(home)
    assert modes(home) == inside


def test_whatever_makes_the_data_folder_first_closes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An athlete's maxes and who asks the site; each may be the first that is made."""
    for name, make in MAKERS.items():
        make(tmp_path / name / "data", monkeypatch)
        assert modes(tmp_path / name / "data") == {"700", "600"}, name


def test_whatever_is_made_in_the_folder_of_a_group_is_the_groups_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.umask(0o007)
    for name, make in MAKERS.items():
        (tmp_path / name).mkdir(mode=0o770)
        (tmp_path / name).chmod(0o770)
        make(tmp_path / name, monkeypatch)
        assert modes(tmp_path / name) == {"770", "660"}, name


def hold_site_lock(data: Path, _: pytest.MonkeyPatch) -> None:
    with SiteLock(data / "site_locks", "https://coach.example", 0.0).hold("a test", print):
        pass


def write_athlete(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WOD_DATA_DIR", str(data))
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["athlete", "init"])


MAKERS: dict[str, Callable[[Path, pytest.MonkeyPatch], object]] = {
    "athlete": write_athlete,
    "site lock": hold_site_lock,
}
