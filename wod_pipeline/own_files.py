"""Who may read what is made in the data folder: nobody else, unless the folder was made for others too.

A data folder that this program makes is closed to others (0700), and so to them is all in it, Dagster's databases
too. One that exists keeps its permissions, and what is made in it has no more than the folder it stands in: a group
shares a data folder by making it beforehand.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

PRIVATE_FOLDER = 0o700


def make_data_folder(folder: Path) -> None:
    """Make the folder, closed to others, unless it exists. Missing folders above it get the usual permissions."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    except FileExistsError as error:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from error


def mode_inside(folder: Path) -> int:
    """The permissions of a new folder or, without those to enter, file in this one; the umask takes more away."""
    return folder.stat().st_mode & 0o777 | PRIVATE_FOLDER


def mode_of_file(folder: Path) -> int:
    """The permissions of a new file in this folder."""
    return mode_inside(folder) & 0o666


def make_folder_inside(folder: Path) -> None:
    """Make a folder of a data folder, and that one, unless they exist."""
    make_data_folder(folder.parent)
    folder.mkdir(mode_inside(folder.parent), exist_ok=True)


def open_own(path: str | Path, flags: int) -> int:
    """An `opener` for `open`: a new file has the permissions of `mode_of_file`."""
    return os.open(path, flags, mode_of_file(Path(path).parent))


def narrow_umask(folder: Path) -> None:
    """Let this process and its children, as Dagster's, make nothing that is open to whom the folder is not."""
    before = os.umask(0o077)  # a umask is read by setting another one
    os.umask(before | 0o777 & ~mode_inside(folder))
