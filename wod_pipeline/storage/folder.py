"""The lake as a folder: a file for an object, written whole or not at all.

A write goes to a temporary file beside its target, is flushed to the disk, and takes the target's name in one
step. What a killed process leaves behind is a name that starts with ``.wod-``, which is never a key and is
swept by the next write into the same folder: its lock tells whether the writer still lives.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from wod_pipeline.errors import NotStored, StorageError, StorageRefused, StorageUnavailable
from wod_pipeline.storage import Written
from wod_pipeline.storage._keys import checked_key
from wod_pipeline.storage._workers import all_of

_TEMPORARY = ".wod-"
_WORKERS = 8
_PASSING = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ESTALE, errno.EAGAIN}
_ADVICE = {
    errno.ENOSPC: "Free some space, or point WOD_DATA_DIR at another disk.",
    errno.EDQUOT: "Free some space, or point WOD_DATA_DIR at another disk.",
    errno.EACCES: "Give this user the right to write there, or set WOD_DATA_DIR to a folder of their own.",
    errno.EPERM: "Give this user the right to write there, or set WOD_DATA_DIR to a folder of their own.",
    errno.EROFS: "That disk is read-only: set WOD_DATA_DIR to a folder that can be written.",
    errno.ENOTDIR: "A file stands where a folder is needed: move it away.",
    errno.EEXIST: "A file stands where a folder is needed: move it away.",
    errno.EISDIR: "A folder stands where a file is needed: move it away.",
}


class FolderLake:
    """Objects as files under `root`, which is made when first written to."""

    def __init__(self, root: Path) -> None:
        self._root = Path(root)

    def read(self, key: str) -> bytes:
        path = self._path(key)
        data = self._bytes(path)
        if data is None:
            raise NotStored(f"There is no {path}.", fix="Materialize the asset and week it belongs to.")
        return data

    def write(self, key: str, data: bytes) -> Written:
        path = self._path(key)
        if self._bytes(path) == data:
            return Written(self.uri(key), changed=False)
        with _explained(path), _temporary_for(path, data) as temporary:
            temporary.replace(path)
            _flush_folder(path.parent)
        return Written(self.uri(key), changed=True)

    def write_once(self, key: str, data: bytes) -> Written:
        path = self._path(key)
        held = self._bytes(path)
        if held is None and self._link(path, data):
            return Written(self.uri(key), changed=True)
        if (self._bytes(path) if held is None else held) != data:
            raise StorageRefused(f"{path} is kept for good and holds something else; it stays as it was.")
        with _explained(path):
            _sweep(path.parent)
        return Written(self.uri(key), changed=False)

    def read_many(self, keys: Sequence[str]) -> dict[str, bytes]:
        found = all_of(lambda key: (key, self._bytes(self._path(key))), keys, workers=_WORKERS)
        return {key: data for key, data in found if data is not None}

    def write_many(self, objects: Mapping[str, bytes], *, once: bool = False) -> dict[str, Written]:
        write = self.write_once if once else self.write
        return dict(all_of(lambda pair: (pair[0], write(*pair)), objects.items(), workers=_WORKERS))

    def keys(self, prefix: str) -> Iterator[str]:
        folder = self._root / prefix.rpartition("/")[0]
        with _explained(folder):
            paths = [Path(where, name) for where, _, names in _walk(folder) for name in names]
        keys = (path.relative_to(self._root).as_posix() for path in paths if not path.name.startswith("."))
        yield from sorted(key for key in keys if key.startswith(prefix))

    def uri(self, key: str) -> str:
        return "file://" + quote(self._path(key).absolute().as_posix(), safe="/=")

    def check(self) -> str:
        with _explained(self._root), _temporary_for(self._root / "check", b"check"):
            free = shutil.disk_usage(self._root).free
        return f"{self._root} can be written; {free / 1e9:.1f} GB are free"

    def _path(self, key: str) -> Path:
        return self._root / checked_key(key)

    def _bytes(self, path: Path) -> bytes | None:
        with _explained(path):
            try:
                return path.read_bytes()
            except FileNotFoundError:
                return None

    def _link(self, path: Path, data: bytes) -> bool:
        """Put the file unless there is one; of several who try at once, one succeeds."""
        with _explained(path), _temporary_for(path, data) as temporary:
            try:
                os.link(temporary, path)
            except FileExistsError:
                return False
            _flush_folder(path.parent)
        return True


@contextlib.contextmanager
def _temporary_for(path: Path, data: bytes) -> Iterator[Path]:
    """A complete, flushed file beside `path` that holds `data`; gone at the end unless it was renamed."""
    _make_folder(path.parent)
    _sweep(path.parent)
    temporary, descriptor = _locked_file(path.parent)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)
        os.close(descriptor)


def _locked_file(folder: Path) -> tuple[Path, int]:
    """A new file that only we hold: locked, and not swept between its creation and the lock."""
    while True:
        path = folder / f"{_TEMPORARY}{secrets.token_hex(8)}"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return path, descriptor
        os.close(descriptor)


def _sweep(folder: Path) -> None:
    """Remove temporary files whose writer is dead: nobody holds their lock."""
    for orphan in folder.glob(f"{_TEMPORARY}*"):
        with contextlib.suppress(FileNotFoundError, BlockingIOError), orphan.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            orphan.unlink()


def _make_folder(folder: Path) -> None:
    """Make the folder and those above it, each flushed into the one that holds it."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir()
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    _flush_folder(folder.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _walk(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """`os.walk`, except that a folder which cannot be listed is an error and not an empty one."""

    def refuse(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise error

    return os.walk(folder, onerror=refuse)


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what the system says about `path` into what a person can act on."""
    try:
        yield
    except OSError as error:
        kind: type[StorageError] = StorageUnavailable if error.errno in _PASSING else StorageRefused
        raise kind(
            f"The lake cannot use {error.filename or path}: {error.strerror or error}.",
            fix=_ADVICE.get(error.errno or 0, ""),
        ) from error
