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
from filelock import FileLock

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


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def site_lock(
    folder: Path, naps: Naps | None = None, url: str = SITE, clock: Clock | None = None
) -> SiteLock:
    return SiteLock(folder / "locks", url, PAUSE_S, sleep=naps or Naps(), clock=clock or Clock())


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


def test_one_who_waits_for_long_is_warned_again_with_the_time_it_has_waited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_lock_module, "REMINDER_S", 0.01)
    told, warned, clock = list[str](), list[str](), Clock()
    with held_by_another(tmp_path, "run 1") as leave:

        def warn(text: str) -> None:
            warned.append(text)
            clock.now_s += 60
            if len(warned) == 3:
                leave.set()

        with site_lock(tmp_path, clock=clock).hold("run 2", told.append, warn=warn):
            pass
    assert told == [f"Waiting: run 1 {ME} asks coach.example."]
    assert warned[:3] == [
        f"Waiting for {waited}: run 1 {ME} asks coach.example."
        for waited in ("1 second", "1 minute", "2 minutes")
    ]


def test_one_in_the_pause_before_its_first_request_is_named_already(tmp_path: Path) -> None:
    holder, names = tmp_path / "locks" / "coach.example.holder", list[str]()
    lock = SiteLock(tmp_path / "locks", SITE, PAUSE_S, sleep=lambda _: names.append(holder.read_text()))
    with lock.hold("run 1", print):
        pass
    assert names == [f"run 1 {ME}"]


def test_a_holder_that_comes_again_at_once_is_behind_one_who_waits(tmp_path: Path) -> None:
    order, waiting = list[str](), threading.Event()

    def wait() -> None:
        with site_lock(tmp_path).hold("run 2", lambda _: waiting.set()):
            order.append("run 2")

    thread = threading.Thread(target=wait)
    with site_lock(tmp_path).hold("run 1", print):
        thread.start()
        assert waiting.wait(60)
    with site_lock(tmp_path).hold("run 1", print):
        order.append("run 1 again")
    thread.join()
    assert order == ["run 2", "run 1 again"]


def test_one_who_is_next_and_does_not_go_on_holds_up_the_others_for_a_minute_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_lock_module, "REMINDER_S", 0.01)
    (tmp_path / "locks").mkdir()
    told: list[str] = []
    with FileLock(tmp_path / "locks" / "coach.example.next"), site_lock(tmp_path).hold("run 2", told.append):
        pass
    assert told == [
        "Waiting: another process asks coach.example.",
        "Waiting for 1 second: another process asks coach.example.",
    ]


def test_one_who_waits_gives_up_after_an_hour_behind_one_holder_however_many_there_were_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_lock_module, "REMINDER_S", 0.01)
    warned, clock = list[str](), Clock()
    holder = tmp_path / "locks" / "coach.example.holder"
    with held_by_another(tmp_path, "run 1"):

        def warn(text: str) -> None:
            warned.append(text)
            clock.now_s += 50 * 60
            if len(warned) <= 3:
                holder.write_text(f"run {len(warned) + 1}")
                os.utime(holder, (len(warned), len(warned)))

        held = site_lock(tmp_path, clock=clock).hold("run 9", print, warn=warn)
        with pytest.raises(SourceBusy) as raised, held:
            pytest.fail("the lock is held by another")
    assert raised.value.what == "coach.example is asked by run 4; gave up after 4 hours."
    assert len(warned) == 5


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
