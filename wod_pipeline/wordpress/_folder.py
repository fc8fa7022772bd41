"""A folder of post JSON files as a source: the same face as a site, for archives, fixtures and work offline.

Each file holds one post, or a list of posts, as the WordPress REST API writes them. Files that do not end in
``.json``, hidden files and subfolders are not looked at. The folder is read afresh at every call, so that an
edited file is an edited post.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from pathlib import Path

from wod_pipeline.errors import SourceMalformed, SourceRefused
from wod_pipeline.program import RawPost
from wod_pipeline.wordpress._source import (
    as_day,
    as_utc,
    parse_time,
    read_post,
    read_posts,
    was_modified_since,
)


class FolderSource:
    """Posts from the ``*.json`` files of one folder; of several revisions of a post the newest counts."""

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path).expanduser()

    @property
    def name(self) -> str:
        """``folder`` and its path."""
        return f"folder {self._path}"

    def fetch_published(self, first: dt.date, last: dt.date) -> list[RawPost]:
        """The posts published on a day in `[first, last]`, and those that do not say when they were."""
        return [p for p in self._read() if _published_within(p, as_day(first), as_day(last))]

    def fetch_modified(self, since: dt.datetime) -> list[RawPost]:
        """The posts edited at `since` (UTC when without zone) or later, and those that do not say."""
        return [post for post in self._read() if was_modified_since(post, as_utc(since))]

    def fetch_ids(self, ids: Collection[int]) -> list[RawPost]:
        """Those of the posts that are in the folder."""
        return [post for post in self._read() if post.id in ids]

    def list_ids(self) -> set[int]:
        """The ids of all posts in the folder."""
        return {post.id for post in self._read()}

    def check(self) -> str:
        """Read everything once and say how much there is."""
        return f"{self._path} holds {len(self._read())} posts."

    def _read(self) -> list[RawPost]:
        posts = [post for file in self._files() for post in _read_file(file)]
        newest_last = sorted(posts, key=lambda post: post.modified_gmt)
        return sorted({post.id: post for post in newest_last}.values(), key=lambda post: (post.date, post.id))

    def _files(self) -> list[Path]:
        try:
            found = sorted(self._path.iterdir())
        except OSError as e:
            raise SourceRefused(
                f"The folder of posts {self._path} cannot be read: {e.strerror}.",
                fix="Name an existing folder of post JSON files.",
            ) from e
        return [
            f for f in found if f.suffix.lower() == ".json" and not f.name.startswith(".") and f.is_file()
        ]


def _published_within(post: RawPost, first: dt.date, last: dt.date) -> bool:
    published = parse_time(post.date)
    return published is None or first <= published.date() <= last


def _read_file(file: Path) -> list[RawPost]:
    try:
        value = json.loads(file.read_bytes())
    except OSError as e:
        raise SourceRefused(f"The post file {file} cannot be read: {e.strerror}.") from e
    except (ValueError, RecursionError) as e:
        raise SourceMalformed(
            f"The post file {file} is no JSON ({e}).", fix="Repair it, or move it out of the folder."
        ) from e
    return read_posts(value, str(file)) if isinstance(value, list) else [read_post(value, str(file))]
