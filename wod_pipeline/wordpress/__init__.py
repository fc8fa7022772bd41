"""Reading posts from a WordPress site or a folder of post files, and assigning them to training weeks.

- `_source`: the protocol `PostSource`
- `_decoding`: how JSON becomes a `RawPost`, an odd post included
- `_connections`: the deadline of an exchange, and which addresses a redirect may lead to
- `_http`: JSON over HTTP, with retries and typed errors
- `_category`: whether the site has the category, and which lie below it
- `_pages`: the posts of all pages of one question, and the bounds on them
- `_client`: `WordPressSource`, which reads the site's REST API
- `_folder`: `FolderSource`, which reads post files
- `_habits`: posts with the habits of their program
- `_gone`: which posts that are no longer listed another post replaces
- `_windows`: `gather_weeks`, the posts of each week and which of the stored ones were moved or removed
- `credentials`: the site's login
- `site_lock`: one process at a time asks a site, with a pause between two

A source returns every post asked for or raises a `SourceError`, so that a failed read never looks like an empty
site. Parsing posts belongs in `parsing`, storing them in `storage`.
"""

from __future__ import annotations

from wod_pipeline.wordpress._client import WordPressSource
from wod_pipeline.wordpress._decoding import decode_post
from wod_pipeline.wordpress._folder import FolderSource
from wod_pipeline.wordpress._habits import HabitualSource
from wod_pipeline.wordpress._source import PostSource
from wod_pipeline.wordpress._windows import CHUNK_WEEKS, gather_weeks, is_published_near

__all__ = [
    "CHUNK_WEEKS",
    "FolderSource",
    "HabitualSource",
    "PostSource",
    "WordPressSource",
    "decode_post",
    "gather_weeks",
    "is_published_near",
]
