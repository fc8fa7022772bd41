"""The key of personal calendars: where it comes from, that all processes have the same one, and who may read it."""

from __future__ import annotations

import errno
import multiprocessing
import stat
from pathlib import Path

import pytest

from wod_pipeline import feed_key
from wod_pipeline.adapters import check_feed_key, open_feed_key
from wod_pipeline.errors import SettingsError, StorageRefused, StorageUnavailable
from wod_pipeline.feed_key import FeedKey, new_key, read_or_make_file
from wod_pipeline.settings import Settings, load_settings

KEY = "0123456789abcdef0123456789abcdef"


def settings_of(folder: Path, **more: str) -> Settings:
    return load_settings({"WOD_DATA_DIR": str(folder), **more}, dotenv=folder / ".env")


# -------------------------------------------------------------------------------------------------- a setting
def test_the_setting_is_the_key_and_no_file_is_made(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, WOD_FEED_KEY=f" {KEY} ")
    assert open_feed_key(settings).current() == KEY.encode()
    assert (
        check_feed_key(settings) == "personal calendars are signed with the key in the setting WOD_FEED_KEY"
    )
    assert KEY not in repr(settings)
    assert not list(tmp_path.iterdir())


def test_a_short_key_is_refused_without_being_shown(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        settings_of(tmp_path, WOD_FEED_KEY="correct horse battery")
    assert "WOD_FEED_KEY = (hidden): use 32 to 1,000 random characters" in str(refused.value)
    assert "horse" not in str(refused.value)


# ----------------------------------------------------------------------------------------------------- a file
def test_the_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    assert check_feed_key(settings) == f"the key of personal calendars will be made in {tmp_path}/feed.key"
    assert not list(tmp_path.iterdir()), "looking makes nothing"
    first, second = open_feed_key(settings).current(), open_feed_key(settings).current()
    assert first == second
    assert len(first) >= feed_key.SHORTEST_KEY
    assert [path.name for path in tmp_path.iterdir()] == ["feed.key"]
    assert stat.S_IMODE((tmp_path / "feed.key").stat().st_mode) == 0o600
    assert check_feed_key(settings) == f"personal calendars are signed with the key in {tmp_path}/feed.key"
    (tmp_path / "feed.key").chmod(0o640)
    assert check_feed_key(settings).endswith(f", which others may read: chmod 600 {tmp_path}/feed.key")


def _make_at_once(path: Path, barrier, keys) -> None:
    barrier.wait()
    keys.put(read_or_make_file(path))


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    barrier, keys = context.Barrier(4), context.Queue()
    workers = [
        context.Process(target=_make_at_once, args=(tmp_path / "feed.key", barrier, keys)) for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    made = {keys.get(timeout=30) for _ in workers}
    for worker in workers:
        worker.join()
    assert made == {(tmp_path / "feed.key").read_text().strip()}
    assert [path.name for path in tmp_path.iterdir()] == ["feed.key"]


def test_a_process_that_comes_second_reads_the_key_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "feed.key"

    def key_while_another_makes_one() -> str:
        path.write_text(f"{KEY}\n")
        return new_key()

    monkeypatch.setattr(feed_key, "new_key", key_while_another_makes_one)
    assert read_or_make_file(path) == KEY
    assert [each.name for each in tmp_path.iterdir()] == ["feed.key"]


@pytest.mark.parametrize("content", [b"", b"\n", b"short", b"\xff" * 64])
def test_a_file_with_something_else_is_not_taken_for_a_key(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "feed.key"
    path.write_bytes(content)
    with pytest.raises(
        SettingsError, match=r"holds no key of personal calendars. Delete it: a new one is made"
    ):
        read_or_make_file(path)
    assert path.read_bytes() == content


def test_a_folder_that_does_not_exist_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StorageRefused, match=r"cannot be kept in .*No such file or directory"):
        read_or_make_file(tmp_path / "mistyped" / "feed.key")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_read_only_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.EROFS, "Read-only file system")

    settings = settings_of(tmp_path)  # before: it reads a file itself
    monkeypatch.setattr(feed_key.os, "open", refuse)
    monkeypatch.setattr(feed_key.os, "access", lambda *_: False)
    with pytest.raises(
        StorageRefused, match=r"Read-only file system\. Let this user .*, or set WOD_FEED_KEY"
    ):
        read_or_make_file(tmp_path / "feed.key")
    with pytest.raises(StorageRefused, match="permission denied"):
        check_feed_key(settings)


# ------------------------------------------------------------------------------------------- kept and retried
def test_a_key_is_read_once_and_a_failure_is_tried_again_after_a_while(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now, reads, answers = [1_000.0], [0], [StorageUnavailable("The network is gone."), KEY]
    monkeypatch.setattr(feed_key.time, "monotonic", lambda: now[0])

    def read() -> str:
        reads[0] += 1
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    key = FeedKey(read, "a test")
    for _ in range(3):
        with pytest.raises(StorageUnavailable):
            key.current()
    assert reads == [1]
    assert caplog.text.count("Personal calendars are off: The network is gone.") == 1
    now[0] += feed_key.RETRY_AFTER_S
    assert [key.current() for _ in range(3)] == [KEY.encode()] * 3
    assert reads == [2]


def test_nobody_waits_for_a_key_that_failed_and_is_being_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_000.0]
    monkeypatch.setattr(feed_key.time, "monotonic", lambda: now[0])

    def read() -> str:
        raise StorageUnavailable("The network is gone.")

    key = FeedKey(read, "a test")
    with pytest.raises(StorageUnavailable):
        key.current()
    now[0] += feed_key.RETRY_AFTER_S
    with key._lock, pytest.raises(StorageUnavailable):
        key.current()
