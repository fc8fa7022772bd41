"""Which posts of a week the site sent otherwise than WordPress does, and which are not read whole. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wod_pipeline.program import ParsedPost, RawPost, Weekly
from wod_pipeline.wording import shorten

CUT = "post_cut"
"""The code of the diagnostic of a post that goes beyond a bound."""
MALFORMED = "malformed_post"
"""The diagnostic of such a post."""
_LONGEST_NAME = 60


def malformed_posts(week: Weekly[Any]) -> Iterator[tuple[str, str]]:
    """Each malformed post of a week of raw or parsed posts: its name for people, and what is wrong with it."""
    for post in week.posts:
        if problems := _problems_of(post):
            yield f"post {_id_of(post)}", problems
    for post in week.without_id:
        yield f"a post without an id ({name_post(post)})", f"{'; '.join(post.problems)}; it was left out"


def cut_posts(week: Weekly[ParsedPost]) -> Iterator[tuple[int | None, str]]:
    """Each post without a session that goes beyond a bound: its id, and what is not read of it.

    The sessions of others carry it.
    """
    for post in week.posts:
        for found in post.diagnostics:
            if found.code == CUT and not post.sessions:
                yield post.source.post_id, found.message


def name_post(post: RawPost) -> str:
    """A post without an id as people may recognise it: by title, slug or the start of its JSON."""
    return shorten(post.title.rendered or post.slug or post.received, _LONGEST_NAME)


def _problems_of(post: RawPost | ParsedPost) -> str:
    if isinstance(post, RawPost):
        return "; ".join(post.problems)
    return " ".join(d.message for d in post.diagnostics if d.code == MALFORMED)


def _id_of(post: RawPost | ParsedPost) -> int | None:
    return post.id if isinstance(post, RawPost) else post.source.post_id
