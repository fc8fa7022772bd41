"""Doing many small pieces of blocking work at once, within a bound; nothing about what the work is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from wod_pipeline.errors import StorageError

T = TypeVar("T")
R = TypeVar("R")


def each(work: Callable[[T], R], items: Iterable[T], *, workers: int) -> Iterator[tuple[T, R | StorageError]]:
    """Every item with what `work` returned or the `StorageError` it raised, in the order of `items`.

    At most `workers` run at once and as many wait, so `items` may be an endless stream.
    """

    def first_of(waiting: deque[tuple[T, Future[R]]]) -> tuple[T, R | StorageError]:
        item, future = waiting.popleft()
        return item, _outcome(future)

    with ThreadPoolExecutor(workers, thread_name_prefix="wod-storage") as pool:
        waiting: deque[tuple[T, Future[R]]] = deque()
        for item in items:
            waiting.append((item, pool.submit(work, item)))
            if len(waiting) >= 2 * workers:
                yield first_of(waiting)
        while waiting:
            yield first_of(waiting)


def all_of(work: Callable[[T], R], items: Iterable[T], *, workers: int) -> list[R]:
    """What `work` returned for every item; the first `StorageError` is raised once all have ended."""
    results: list[R] = []
    failures: list[StorageError] = []
    for _, outcome in each(work, items, workers=workers):
        if isinstance(outcome, StorageError):
            failures.append(outcome)
        else:
            results.append(outcome)
    if failures:
        raise failures[0]
    return results


def _outcome(future: Future[R]) -> R | StorageError:
    try:
        return future.result()
    except StorageError as error:
        return error
