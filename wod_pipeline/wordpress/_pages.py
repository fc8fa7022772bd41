"""The posts of all pages of one question, whether they are complete, and the bounds on how many there may be.

Which pages are requested, and when they are read again, belongs in `_client`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from wod_pipeline.bounds import BYTES_LISTED, PAGES_LISTED, POSTS_LISTED, SECONDS_LISTED
from wod_pipeline.errors import SourceMalformed
from wod_pipeline.program import RawPost
from wod_pipeline.wording import plural
from wod_pipeline.wordpress._decoding import choose_post

_TOO_MUCH = "The site is broken or answers for another one: check its address and category, or ask its owner."


@dataclass(frozen=True)
class ReadingBounds:
    """The most that one reading of a site may come to."""

    posts: int = POSTS_LISTED.most
    pages: int = PAGES_LISTED.most
    size_bytes: int = BYTES_LISTED.most
    seconds: float = SECONDS_LISTED.most


@dataclass
class PageSet:
    """The posts of all pages of one query, by id, and the number of posts each page announced in total.

    Posts without an id are told apart by their JSON.
    """

    versions: dict[int | str, list[RawPost]] = field(default_factory=dict)
    """What was received under each id."""
    totals: list[int] = field(default_factory=list)
    order: list[int | str] = field(default_factory=list)
    """The keys of `versions` as they were received, also one that came again."""

    @property
    def complete(self) -> bool:
        """Whether every page announced exactly the posts that were received.

        An item without an id that equals an earlier one counts, since the site counts it too.
        """
        return set(self.totals) == {len(self.versions) + len(self._again(str))}

    def chosen(self) -> list[RawPost]:
        """Each post once. Chosen when all are known, since one may come thousands of times."""
        return [choose_post(posts) if len(posts) > 1 else posts[0] for posts in self.versions.values()]

    def is_repeated(self, earlier: list[int | str] | None) -> bool:
        """Whether its order is the `earlier` one, item by item: then an id that came twice is listed twice.

        A post that shifted to another page while they were read would not do so a second time.
        """
        return earlier == self.order and set(self.totals) == {len(self.order)}

    def listed_twice(self) -> list[int | str]:
        """The ids that came more than once."""
        return sorted(set(self._again(int)))

    def add(self, posts: list[RawPost], total: int) -> bool:
        """Add a page; return whether it held any new post."""
        before = len(self.versions)
        self.totals.append(total)
        for post in posts:
            key = post.id or post.received
            self.order.append(key)
            self.versions.setdefault(key, []).append(post)
        return len(self.versions) > before

    def check_bounds(self, bounds: ReadingBounds, page_count: int, where: str) -> None:
        """Raise `SourceMalformed` when the site announces, or has sent, more than a reading follows."""
        posts = max(self.totals[-1], len(self.order))
        if posts > bounds.posts:
            what = _many(posts, "post")
        elif page_count > bounds.pages:
            what = f"{_many(page_count, 'page')} of posts"
        else:
            return
        raise SourceMalformed(
            f"{where} lists {what}; at most {_many(bounds.posts, 'post')} on {_many(bounds.pages, 'page')} are read. "
            "No post of this read was used.",
            fix=_TOO_MUCH,
        )

    def _again(self, kind: type) -> list[Any]:
        counted = Counter(key for key in self.order if isinstance(key, kind))
        return [key for key, times in counted.items() for _ in range(times - 1)]


def _many(number: int, noun: str) -> str:
    return f"{number:,} {plural(number, noun)}"
