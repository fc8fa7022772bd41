"""Where posts come from: a WordPress site or a folder of post files, and which of them fill a training week.

- `_source`: what a source is, and how JSON becomes a `RawPost`
- `_http`: JSON over HTTP, with retries and typed errors
- `_client`: `WordPressSource`, over the site's REST API
- `_folder`: `FolderSource`, with the same face
- `_windows`: `gather_weeks`, the posts of each week and what became of those stored before

A source answers completely or raises a `SourceError`: a failed read never looks like an empty site. What a
post means is decided in `parsing`; keeping posts, in `storage`.
"""

from __future__ import annotations

from wod_pipeline.wordpress._client import DEFAULT_USER_AGENT, WordPressSource
from wod_pipeline.wordpress._folder import FolderSource
from wod_pipeline.wordpress._http import Timeouts
from wod_pipeline.wordpress._source import PostSource, read_post
from wod_pipeline.wordpress._windows import CHUNK_WEEKS, gather_weeks

__all__ = [
    "CHUNK_WEEKS",
    "DEFAULT_USER_AGENT",
    "FolderSource",
    "PostSource",
    "Timeouts",
    "WordPressSource",
    "gather_weeks",
    "read_post",
]
