"""The lake in a folder: objects after a kill, on a full disk, without permission, and beside other programs."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
import textwrap
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from wod_pipeline.errors import (
    NotStored,
    StorageCorrupt,
    StorageError,
    StorageRefused,
    StorageUnavailable,
)
from wod_pipeline.storage import folder
from wod_pipeline.storage.folder import FolderLake
from wod_pipeline.storage.stages import read_sound

KEY = "raw_posts/week=2021-03-01/posts.json"

HERE = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "lake"


@pytest.fixture
def lake(root: Path) -> FolderLake:
    return FolderLake(root)


def files(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_an_unchanged_object_keeps_its_time(lake: FolderLake, root: Path) -> None:
    lake.write(KEY, b"a")
    os.utime(root / KEY, (1, 1))
    lake.write(KEY, b"a")
    lake.write_once(KEY, b"a")
    assert (root / KEY).stat().st_mtime == 1


def test_nothing_but_the_objects_is_left(lake: FolderLake, root: Path) -> None:
    lake.write(KEY, b"a")
    lake.write(KEY, b"b")
    lake.write_once("r/1", b"c")
    lake.check()
    assert files(root) == ["r/1", KEY]


def test_a_reader_of_an_old_object_is_not_disturbed(lake: FolderLake, root: Path) -> None:
    lake.write(KEY, b"old")
    with (root / KEY).open("rb") as reader:
        lake.write(KEY, b"new and longer")
        assert reader.read() == b"old"


def test_the_temporary_file_of_a_killed_writer_is_not_a_key_and_is_deleted_by_the_next_write(
    lake: FolderLake, root: Path
) -> None:
    lake.write(KEY, b"a")
    orphan = (root / KEY).with_name(".wod-0123")
    orphan.write_bytes(b"half a po")
    assert list(lake.keys("")) == [KEY]
    lake.write(KEY, b"b")
    assert files(root) == [KEY]


def test_the_temporary_file_of_a_running_writer_is_not_deleted(lake: FolderLake, root: Path) -> None:
    lake.write(KEY, b"a")
    other = (root / KEY).with_name(".wod-0123")
    with other.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        lake.write(KEY, b"b")
        assert other.exists()


@pytest.mark.parametrize(
    ("number", "kind", "advice"),
    [
        (errno.ENOSPC, StorageUnavailable, "Free some space"),
        (errno.EDQUOT, StorageUnavailable, "Free some space"),
        (errno.EIO, StorageUnavailable, "Input/output error"),
        (errno.EACCES, StorageRefused, "write permission"),
        (errno.EROFS, StorageRefused, "read-only"),
    ],
)
def test_a_write_that_fails_says_why_and_leaves_the_old_object(
    lake: FolderLake,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    kind: type[StorageError],
    advice: str,
) -> None:
    lake.write(KEY, b"old")
    for step in ("write", "fsync", "open"):
        with monkeypatch.context() as patch:
            patch.setattr(os, step, failing(number))
            with pytest.raises(kind, match=advice) as caught:
                lake.write(KEY, b"new")
        assert str(root) in str(caught.value)
        assert os.strerror(number) in str(caught.value)
        assert lake.read(KEY) == b"old"
        assert files(root) == [KEY]


def failing(number: int) -> Callable[..., object]:
    def fail(*_: object, **__: object) -> object:
        raise OSError(number, os.strerror(number))

    return fail


def test_a_file_where_a_folder_is_needed_is_reported(lake: FolderLake, root: Path) -> None:
    lake.write("raw_posts", b"x")
    with pytest.raises(StorageRefused, match=r"raw_posts.*A file is in the way of a folder"):
        lake.write(KEY, b"x")
    with pytest.raises(StorageRefused, match="A file is in the way"):
        lake.read(KEY)


def test_a_folder_where_a_file_is_needed_is_reported(lake: FolderLake) -> None:
    lake.write(KEY, b"x")
    with pytest.raises(StorageRefused, match=r"raw_posts: .*A folder is in the way of a file"):
        lake.write("raw_posts", b"x")
    with pytest.raises(
        StorageCorrupt, match=r"raw_posts cannot be read: Is a directory\. .*move the folder else"
    ):
        lake.read("raw_posts")


def test_an_object_that_nobody_may_read_is_corrupt_and_written_over(
    lake: FolderLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.write(KEY, b"x")
    with monkeypatch.context() as patch:
        patch.setattr(folder, "_read_file", failing(errno.EACCES))
        with pytest.raises(StorageCorrupt, match=f"{KEY} cannot be read"):
            lake.read(KEY)
        with pytest.raises(StorageRefused, match="write permission"):  # not this object, but its folder
            lake.read("closed/x")
        assert lake.write(KEY, b"y").changed
    assert lake.read(KEY) == b"y"


@pytest.mark.parametrize("kind", ["pipe", "loop of links", "link to a device", "link to a folder"])
def test_what_is_no_file_is_a_corrupt_object_that_is_not_waited_for_and_written_over(
    lake: FolderLake, root: Path, kind: str
) -> None:
    lake.write("other/x", b"x")
    path = root / KEY
    path.parent.mkdir(parents=True)
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to({"loop of links": path, "link to a device": "/dev/zero"}.get(kind, root / "other"))
    with pytest.raises(StorageCorrupt, match=f"{KEY} cannot be read: "):
        lake.read(KEY)
    assert read_sound(lake, [KEY, "other/x", "none/x"]) == {"other/x": b"x"}
    assert lake.write(KEY, b"y").changed
    assert (lake.read(KEY), path.is_symlink(), lake.read("other/x")) == (b"y", False, b"x")


def test_a_name_too_long_is_refused(lake: FolderLake) -> None:
    with pytest.raises(StorageRefused, match="too long"):
        lake.write("x" * 300, b"x")


def test_a_folder_that_cannot_be_listed_is_not_an_empty_one(
    lake: FolderLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.write(KEY, b"x")
    monkeypatch.setattr(os, "scandir", failing(errno.EACCES))
    with pytest.raises(StorageRefused, match="write permission"):
        list(lake.keys(""))


def test_reading_creates_nothing(lake: FolderLake, root: Path) -> None:
    with pytest.raises(NotStored):
        lake.read(KEY)
    assert lake.read_many([KEY]) == {}
    assert list(lake.keys("raw_posts/")) == []
    assert not root.exists()


def test_the_uri_opens_the_file(lake: FolderLake, root: Path) -> None:
    lake.write(KEY, b"x")
    assert lake.uri(KEY) == f"file://{root}/{KEY}"
    with urllib.request.urlopen(lake.uri(KEY)) as opened:
        assert opened.read() == b"x"


@pytest.mark.parametrize("step", ["os.fsync", "os.link", "os.write"])
def test_a_killed_writer_leaves_the_old_object_or_the_new_one(root: Path, step: str) -> None:
    """The writer is killed from within, right before or after a step: more exactly than a timer could."""
    lake = FolderLake(root)
    for when in ("before", "after"):
        lake.write(KEY, b"old")
        killed = run_and_kill(root, step, when)
        assert killed.returncode == -signal.SIGKILL
        assert lake.read(KEY) in {b"old", b"n" * 100_000}
        assert lake.read_many(["once/1"]).get("once/1", b"n") == b"n"
        lake.write(KEY, b"n" * 100_000)
        lake.write_once("once/1", b"n")
        assert files(root) == ["once/1", KEY]
        (root / "once/1").unlink()


def run_and_kill(root: Path, step: str, when: str) -> subprocess.CompletedProcess[bytes]:
    program = f"""
        import os, signal, sys
        from pathlib import Path
        from wod_pipeline.storage import folder
        from wod_pipeline.storage.folder import FolderLake
        real = {step}
        def step(*args, **more):
            if {when!r} == "after":
                real(*args, **more)
            os.kill(os.getpid(), signal.SIGKILL)
        {step} = step
        lake = FolderLake(Path({str(root)!r}))
        lake.write_once("once/1", b"n")
        lake.write({KEY!r}, b"n" * 100_000)
    """
    return subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=False, cwd=HERE)
