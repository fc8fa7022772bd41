"""The bundled sample program: an invented coach's site, so that everything runs without a network.

A sample post is built from `_calendar` (what is published when), `program/week-NN.txt` (the training, one file per
week, meant to be edited) and `_markup` (how the text becomes HTML); `SampleSource` serves the posts. The sample is
deterministic: every call for a date returns equal posts, and the post of a calendar week is the same on every
date. Parsing the posts belongs in `parsing`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from functools import lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

from wod_pipeline.demo import _calendar
from wod_pipeline.demo._markup import as_html, as_title
from wod_pipeline.program import RawPost, Rendered
from wod_pipeline.weeks import as_day
from wod_pipeline.wording import count

__all__ = ["SampleSource", "sample_first_week", "sample_posts"]

SITE_ZONE = "America/Los_Angeles"
"""Where the sample's coach lives. Posts are stamped by the site's clock, wherever they are read: by the reader's,
another `WOD_TIMEZONE` would make stored posts newer than the site's.
"""
_SITE = "https://barbell.example.com"
_CATEGORY = 7


def sample_first_week(today: dt.date) -> dt.date:
    """Monday of the sample's first week on `today`; it changes only once in 56 weeks."""
    return _calendar.first_week(today)


def sample_posts(today: dt.date, timezone: str = SITE_ZONE) -> list[RawPost]:
    """Every post the sample site lists at the start of `today`, oldest week first.

    The current and the coming week are always included.
    """
    weeks = _calendar.listed_weeks(today)
    zone = ZoneInfo(timezone)
    programs = [_post(_calendar.program_posting(week), _program_file(week), zone) for week in weeks]
    announcements = [
        _post(posting, "announcement", zone)
        for posting in map(_calendar.announcement_posting, weeks)
        if posting and posting.published.date() < today
    ]
    return sorted(programs + announcements, key=lambda post: post.id)


class SampleSource:
    """The sample site on `today`, as a source of posts."""

    name = "sample"

    def __init__(self, today: dt.date, timezone: str = SITE_ZONE) -> None:
        self._posts = {post.id: post for post in sample_posts(today, timezone)}

    def fetch_published(self, first: dt.date, last: dt.date) -> list[RawPost]:
        """The posts published on a site-local day in `[first, last]`."""
        first, last = as_day(first), as_day(last)
        return [post for post in self._posts.values() if post.was_published_within(first, last)]

    def fetch_modified(self, since: dt.datetime) -> list[RawPost]:
        """The posts edited at `since` (UTC when without zone) or later."""
        return [post for post in self._posts.values() if post.was_modified_since(since)]

    def fetch_ids(self, ids: Collection[int]) -> list[RawPost]:
        """The posts with these ids that the site lists."""
        return [post for post in self._posts.values() if post.id in ids]

    def list_ids(self) -> set[int]:
        """The id of every post."""
        return set(self._posts)

    def check(self) -> str:
        """Say how many posts the sample holds."""
        return f"The bundled sample program holds {count(self._posts, 'post')}."


def _program_file(week: dt.date) -> str:
    return f"week-{_calendar.program_week(week):02}"


def _post(posting: _calendar.Posting, file: str, zone: ZoneInfo) -> RawPost:
    return RawPost(
        id=posting.post_id,
        date=posting.published.isoformat(),
        date_gmt=_as_utc(posting.published, zone),
        modified=posting.modified.isoformat(),
        modified_gmt=_as_utc(posting.modified, zone),
        slug=posting.slug,
        link=f"{_SITE}/program/{posting.slug}/",
        title=Rendered(as_title(posting.title)),
        content=Rendered(_read_as_html(file)),
        categories=[_CATEGORY],
    )


def _as_utc(local: dt.datetime, zone: ZoneInfo) -> str:
    return local.replace(tzinfo=zone).astimezone(dt.timezone.utc).replace(tzinfo=None).isoformat()


@lru_cache(maxsize=_calendar.PROGRAM_WEEKS + 1)
def _read_as_html(file: str) -> str:
    text = resources.files(__name__).joinpath("program", f"{file}.txt").read_text(encoding="utf-8")
    return as_html(text)
