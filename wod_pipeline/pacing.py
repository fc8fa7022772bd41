"""How much to ask of a store or a site at once, and how long to wait before asking again. Pure but for chance."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
_RANDOM = secrets.SystemRandom()


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """`items` in lists of at most `size`, in order; `items` may be an endless stream."""
    stream = iter(items)
    while batch := list(islice(stream, size)):
        yield batch


def backoff_s(attempt: int, *, first_s: float, longest_s: float) -> float:
    """Seconds to wait before retry `attempt` (from 0): doubled each time up to `longest_s`, then cut at random by
    up to a half, so that several clients do not stay in step.
    """
    longest = min(longest_s, first_s * 2.0**attempt)
    return _RANDOM.uniform(longest / 2, longest)
