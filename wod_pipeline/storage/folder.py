"""The lake as a folder: one file per object, written atomically.

A write goes to a temporary file beside its target, is flushed to disk, and then replaces the target in one step.
A killed process leaves at most its temporary file, whose name starts with ``.wod-`` and is never a key. The next
write into the same folder deletes it: a lock on the file shows whether its writer is still running.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from wod_pipeline.errors import NotStored, StorageCorrupt, StorageError, StorageRefused, StorageUnavailable
from wod_pipeline.own_files import make_data_folder, mode_inside, mode_of_file
from wod_pipeline.storage import Written
from wod_pipeline.storage._keys import validate_key
from wod_pipeline.storage._workers import run_all

_TEMPORARY = ".wod-"
_WORKERS = 8
"""Files at once: a write waits for the disk to flush, and disks flush several files together."""
_TRANSIENT = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ESTALE, errno.EAGAIN}
"""Errors that pass: space is freed, another process closes its files, a network file system comes back."""
_DAMAGED = {errno.EISDIR, errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENXIO}
"""Errors of one object that is no file, or that nobody may read."""
_FREE_SPACE = "Free some space, or set WOD_DATA_DIR to a folder on another disk."
_PERMISSION = "Give this user write permission there, or set WOD_DATA_DIR to a folder they can write to."
_MOVE_FILE = "A file is in the way of a folder: move it elsewhere."
_FIXES = {
    errno.ENOSPC: _FREE_SPACE,
    errno.EDQUOT: _FREE_SPACE,
    errno.EACCES: _PERMISSION,
    errno.EPERM: _PERMISSION,
    errno.EROFS: "That disk is read-only: set WOD_DATA_DIR to a folder on another disk.",
    errno.ENOTDIR: _MOVE_FILE,
    errno.EEXIST: _MOVE_FILE,
    errno.EISDIR: "A folder is in the way of a file: move it elsewhere.",
}


class FolderLake:
    """Objects as files under `root`, a folder that the first write creates."""

    def __init__(self, root: Path) -> None:
        self._root = Path(root)

    def read(self, key: str) -> bytes:
        path = self._path(key)
        data = self._read(path)
        if data is None:
            raise NotStored(f"{path} does not exist.", fix="Materialize the asset and week it belongs to.")
        return data

    def write(self, key: str, data: bytes) -> Written:
        path = self._path(key)
        # An equal file is not replaced, so that its modification time says when its contents changed.
        if self._read_if_sound(path) == data:
            return Written(self.uri(key), changed=False)
        with _errors_in_words(path), self._temporary_file(path.parent, data) as temporary:
            temporary.replace(path)
            flush_folder(path.parent)
        return Written(self.uri(key), changed=True)

    def write_once(self, key: str, data: bytes) -> Written:
        path = self._path(key)
        stored = self._read_if_sound(path)
        if stored is None and not path.exists():
            if self._link(path, data):
                return Written(self.uri(key), changed=True)
            stored = self._read(path)  # another writer was first
        if stored != data:
            raise StorageRefused(
                f"{path} exists with other contents and is never overwritten; it is unchanged."
            )
        # A writer killed after it linked the object leaves its temporary file, which no later write would delete.
        with _errors_in_words(path):
            _delete_orphans(path.parent)
        return Written(self.uri(key), changed=False)

    def read_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        objects = run_all(lambda key: self._read(self._path(key)), keys, workers=_WORKERS)
        return {key: data for key, data in objects.items() if data is not None}

    def write_many(self, objects: Mapping[str, bytes], *, once: bool = False) -> dict[str, Written]:
        write = self.write_once if once else self.write
        return run_all(lambda key: write(key, objects[key]), objects, workers=_WORKERS)

    def keys(self, prefix: str) -> Iterator[str]:
        folder = self._root / prefix.rpartition("/")[0]
        with _errors_in_words(folder):
            paths = [Path(parent, name) for parent, _, names in _walk(folder) for name in names]
        keys = (path.relative_to(self._root).as_posix() for path in paths if not path.name.startswith("."))
        yield from sorted(key for key in keys if key.startswith(prefix))

    def uri(self, key: str) -> str:
        return "file://" + quote(self._path(key).absolute().as_posix(), safe="/=")

    def check(self) -> str:
        with _errors_in_words(self._root), self._temporary_file(self._root, b"check"):
            free_bytes = shutil.disk_usage(self._root).free
        return f"{self._root} can be written; {free_bytes / 1e9:.1f} GB are free"

    def _temporary_file(self, folder: Path, data: bytes) -> contextlib.AbstractContextManager[Path]:
        make_data_folder(self._root.parent)
        return _temporary_file(folder, data)

    def _path(self, key: str) -> Path:
        return self._root / validate_key(key)

    def _read(self, path: Path) -> bytes | None:
        with _errors_in_words(path):
            try:
                return _read_file(path)
            except FileNotFoundError:
                return None
            except OSError as error:
                # Where the folder is closed, so is every object in it.
                if error.errno not in _DAMAGED or not os.path.lexists(path):
                    raise
                raise StorageCorrupt(
                    f"{path} cannot be read: {error.strerror}.",
                    fix="Run its week again, which makes it anew"
                    + ("; move the folder elsewhere first." if path.is_dir() else "."),
                ) from error

    def _read_if_sound(self, path: Path) -> bytes | None:
        """The bytes that a write would replace; None when nobody can read them."""
        try:
            return self._read(path)
        except StorageCorrupt:
            return None

    def _link(self, path: Path, data: bytes) -> bool:
        """Create the file unless it exists: of several writers at once, exactly one succeeds."""
        with _errors_in_words(path), self._temporary_file(path.parent, data) as temporary:
            try:
                os.link(temporary, path)
            except FileExistsError:
                return False
            flush_folder(path.parent)
        return True


def _read_file(path: Path) -> bytes:
    """The bytes of a plain file. A pipe would be waited for, and a device may have no end."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.ENXIO, "It is a pipe or a device", str(path))
        with open(descriptor, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _temporary_file(folder: Path, data: bytes) -> Iterator[Path]:
    """A file in `folder` that holds `data`, flushed to disk; deleted at the end unless it was renamed."""
    _make_folder(folder)
    _delete_orphans(folder)
    temporary, descriptor = _create_locked_file(folder)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
        yield temporary
    finally:
        # Before the lock is released: an unlocked file counts as an orphan.
        temporary.unlink(missing_ok=True)
        os.close(descriptor)


def _create_locked_file(folder: Path) -> tuple[Path, int]:
    """A new locked file and its descriptor."""
    while True:
        path = folder / f"{_TEMPORARY}{secrets.token_hex(8)}"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode_of_file(folder))
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        # Another writer may have deleted the file as an orphan between its creation and the lock.
        if os.fstat(descriptor).st_nlink:
            return path, descriptor
        os.close(descriptor)


def _delete_orphans(folder: Path) -> None:
    """Delete temporary files that are not locked: their writer has ended."""
    for orphan in folder.glob(f"{_TEMPORARY}*"):
        with contextlib.suppress(FileNotFoundError, BlockingIOError), orphan.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            orphan.unlink()


def _make_folder(folder: Path) -> None:
    """Create the folder and its parents, flushing each new entry to disk."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    # FileExistsError: another writer has created the folder, or a file has its name.
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode_inside(folder.parent))
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    flush_folder(folder.parent)


def flush_folder(folder: Path) -> None:
    """Make a rename or a new entry in the folder survive a power cut: fsync of a file does not cover its name."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _walk(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """`os.walk` that raises for a folder it cannot list; by default it would treat that folder as empty."""

    def fail(error: OSError) -> None:
        # A folder that does not exist holds no objects.
        if not isinstance(error, FileNotFoundError):
            raise error

    return os.walk(folder, onerror=fail)


@contextlib.contextmanager
def _errors_in_words(path: Path) -> Iterator[None]:
    """Raise a `StorageError` for an `OSError`, with the path, the system's reason and a fix."""
    try:
        yield
    except OSError as error:
        kind: type[StorageError] = StorageUnavailable if error.errno in _TRANSIENT else StorageRefused
        raise kind(
            f"The lake cannot use {error.filename2 or error.filename or path}: {error.strerror or error}.",
            fix=_FIXES.get(error.errno or 0, ""),
        ) from error
