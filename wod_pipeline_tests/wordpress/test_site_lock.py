"""One process at a time asks a site: who waits is told for whom, and a dead holder holds up nobody."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from wod_pipeline.errors import SourceBusy
from wod_pipeline.wordpress import site_lock as site_lock_module
from wod_pipeline.wordpress.site_lock import SiteLock

SITE = "https://coach.example/blog"
PAUSE_S = 30.0
ME = f"(process {os.getpid()})"


class Naps:
    """A `sleep` that only notes for how long."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def site_lock(folder: Path, naps: Naps | None = None, url: str = SITE) -> SiteLock:
    return SiteLock(folder / "locks", url, PAUSE_S, sleep=naps or Naps())


@contextmanager
def held_by_another(folder: Path, reader: str) -> Iterator[threading.Event]:
    """Within it another thread holds the lock, until the event is set."""
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with site_lock(folder).hold(reader, print):
            entered.set()
            leave.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    assert entered.wait(60)
    try:
        yield leave
    finally:
        leave.set()
        thread.join()


def test_the_first_holder_neither_waits_nor_pauses(tmp_path: Path) -> None:
    naps, told = Naps(), list[str]()
    with site_lock(tmp_path, naps).hold("run 1", told.append):
        pass
    assert (naps.seconds, told) == ([0.0], [])


def test_one_who_waits_is_told_for_whom_and_goes_on_after_the_pause(tmp_path: Path) -> None:
    naps, told = Naps(), list[str]()
    with held_by_another(tmp_path, "run 1a2b3c4d") as leave:

        def tell(text: str) -> None:
            told.append(text)
            leave.set()

        with site_lock(tmp_path, naps).hold("run 2", tell):
            pass
    assert told == [f"Waiting: run 1a2b3c4d {ME} asks coach.example."]
    assert PAUSE_S - 10 < naps.seconds[0] <= PAUSE_S


def test_one_who_waits_for_long_is_told_again_also_where_only_the_programs_log_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(site_lock_module, "REMINDER_S", 0.01)
    told: list[str] = []
    with held_by_another(tmp_path, "run 1") as leave:

        def tell(text: str) -> None:
            told.append(text)
            if len(told) == 3:
                leave.set()

        with site_lock(tmp_path).hold("run 2", tell):
            pass
    assert set(told) == {f"Waiting: run 1 {ME} asks coach.example."}
    assert caplog.messages[0] == f"Waiting for 1 second: run 1 {ME} asks coach.example."


def test_one_who_waits_too_long_gives_up_without_asking_and_may_try_again(tmp_path: Path) -> None:
    with (
        held_by_another(tmp_path, "run 1a2b3c4d"),
        pytest.raises(SourceBusy) as raised,
        site_lock(tmp_path).hold("run 2", lambda _: None, wait_s=0.0),
    ):
        pytest.fail("the lock is held by another")
    assert str(raised.value) == (
        f"coach.example is asked by run 1a2b3c4d {ME}; gave up after 1 second. A rerun can clear this."
    )


def test_another_site_is_asked_meanwhile_and_another_path_of_the_same_is_not(tmp_path: Path) -> None:
    with held_by_another(tmp_path, "run 1"):
        with site_lock(tmp_path, url="http://coach.example:8080").hold("run 2", print, wait_s=0.0):
            pass
        same = site_lock(tmp_path, url="https://Coach.Example/").hold("run 2", print, wait_s=0.0)
        with pytest.raises(SourceBusy), same:
            pass


def test_a_killed_holder_holds_up_nobody_but_for_the_pause(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    process = context.Process(target=_die_while_holding, args=(tmp_path,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    naps, told = Naps(), list[str]()
    with site_lock(tmp_path, naps).hold("run 2", told.append, wait_s=0.0):
        pass
    assert (naps.seconds, told) == ([PAUSE_S], [])


def _die_while_holding(folder: Path) -> None:
    with site_lock(folder).hold("run 1", print):
        os.kill(os.getpid(), signal.SIGKILL)


def test_an_error_while_asking_gives_the_lock_back(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no posts"), site_lock(tmp_path).hold("run 1", print):
        raise ValueError("no posts")
    with site_lock(tmp_path).hold("run 2", print, wait_s=0.0):
        pass


def test_where_no_lock_can_be_made_the_site_is_asked_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "locks").write_text("a file where the folder should be")
    told: list[str] = []
    with site_lock(tmp_path).hold("run 1", told.append):
        pass
    assert len(told) == 1
    assert told[0].startswith(f"{tmp_path}/locks/coach.example.lock cannot be locked (")
    assert told[0].endswith("): others may ask coach.example at the same time.")


def test_a_clock_that_was_set_back_makes_the_pause_no_longer(tmp_path: Path) -> None:
    with site_lock(tmp_path).hold("run 1", print):
        pass
    os.utime(tmp_path / "locks" / "coach.example.holder", (4e9, 4e9))
    naps = Naps()
    with site_lock(tmp_path, naps).hold("run 2", print):
        pass
    assert naps.seconds == [PAUSE_S]
