"""What is kept of a post that was taken out of its week. Pure, and part of the data model (`program`)."""

from __future__ import annotations

import datetime as dt

from msgspec import Struct

from wod_pipeline.bounds import PostId


class RemovedPost(Struct, frozen=True, omit_defaults=True):
    """A post the source no longer lists whose sessions were taken out of its week. Its revisions stay in the lake."""

    post_id: PostId
    program: str
    title: str
    gone_since: dt.datetime
    replaced_by: PostId | None = None
    """The post of the week that takes its place; None when a person dropped it."""
