"""A folder of post JSON files as a source of posts, for archives, fixtures and work offline.

Each file holds one post, or a list of posts, as the WordPress REST API returns them. Hidden files, subfolders and
files that do not end in ``.json`` are ignored. The folder is read again at every call, so that an edited file is
an edited post.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from pathlib import Path

from wod_pipeline.bounded_json import load_json
from wod_pipeline.errors import SourceMalformed, SourceRefused
from wod_pipeline.program import RawPost
from wod_pipeline.weeks import as_day
from wod_pipeline.wording import count
from wod_pipeline.wordpress._decoding import decode_posts, require_ids
from wod_pipeline.wordpress._source import as_utc


class FolderSource:
    """Posts from the ``*.json`` files of one folder; of several revisions of a post, the newest."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path).expanduser()

    @property
    def name(self) -> str:
        """``folder <path>``."""
        return f"folder {self._path}"

    def fetch_published(self, first: dt.date, last: dt.date) -> list[RawPost]:
        """The posts published on a day in `[first, last]`, and those without a valid date."""
        return [post for post in self._read() if post.was_published_within(as_day(first), as_day(last))]

    def fetch_modified(self, since: dt.datetime) -> list[RawPost]:
        """The posts edited at `since` (UTC when without zone) or later, and those without a valid time."""
        return [post for post in self._read() if post.id and post.was_modified_since(as_utc(since))]

    def fetch_ids(self, ids: Collection[int]) -> list[RawPost]:
        """The posts with these ids that are in the folder."""
        return [post for post in self._read() if post.id and post.id in ids]

    def list_ids(self) -> set[int]:
        """The ids of all posts in the folder."""
        return {post.id for post in self._read() if post.id}

    def check(self) -> str:
        """Read the folder and say how many posts it holds."""
        return f"{self._path} holds {count(self._read(), 'post')}."

    def _read(self) -> list[RawPost]:
        posts = [post for file in self._files() for post in _read_file(file)]
        by_revision = sorted(posts, key=lambda post: post.modified_gmt)
        # Of equal keys, the last one stays. Posts without an id are told apart by their JSON.
        newest = {post.id or post.received: post for post in by_revision}
        return sorted(newest.values(), key=lambda post: (post.date, post.id))

    def _files(self) -> list[Path]:
        try:
            files = sorted(self._path.iterdir())
        except OSError as e:
            raise SourceRefused(
                f"The folder of posts {self._path} cannot be read: {e.strerror}.",
                fix="Choose an existing folder of post JSON files.",
            ) from e
        return [
            file
            for file in files
            if file.suffix.lower() == ".json" and not file.name.startswith(".") and file.is_file()
        ]


def _read_file(file: Path) -> list[RawPost]:
    try:
        value = load_json(file.read_bytes())
    except OSError as e:
        raise SourceRefused(f"The post file {file} cannot be read: {e.strerror}.") from e
    except ValueError as e:
        raise SourceMalformed(
            f"The post file {file} is not valid JSON ({e}).", fix="Repair it, or move it out of the folder."
        ) from e
    posts = decode_posts([value] if isinstance(value, dict) else value, str(file))
    require_ids(posts, str(file))
    return posts
