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


def doubled_s(attempt: int, *, first_s: float, longest_s: float) -> float:
    """Seconds to wait before retry `attempt` (from 0): `first_s`, doubled each time up to `longest_s`."""
    doublings = min(attempt, 30)  # 2.0 ** 1024 would overflow, and 2 ** 30 seconds are 34 years
    return min(longest_s, first_s * 2.0**doublings)


def backoff_s(attempt: int, *, first_s: float, longest_s: float) -> float:
    """`doubled_s`, cut at random by up to a half, so that several clients do not stay in step."""
    longest = doubled_s(attempt, first_s=first_s, longest_s=longest_s)
    return _RANDOM.uniform(longest / 2, longest)
