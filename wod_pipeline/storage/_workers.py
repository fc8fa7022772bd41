"""Running many blocking calls concurrently in a limited number of threads; independent of what the calls do."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from wod_pipeline.errors import StorageError

T = TypeVar("T")
R = TypeVar("R")


def run_each(
    work: Callable[[T], R], items: Iterable[T], *, workers: int
) -> Iterator[tuple[T, R | StorageError]]:
    """Every item with the result of `work` or the `StorageError` it raised, in the order of `items`.

    At most `workers` calls run at once and as many wait, so `items` may be an endless stream.
    """
    with ThreadPoolExecutor(workers, thread_name_prefix="wod-storage") as pool:
        for item, future in _submit(pool, work, items, most_pending=2 * workers):
            result: R | StorageError
            try:
                result = future.result()
            except StorageError as error:
                result = error
            yield item, result


def run_all(work: Callable[[T], R], items: Iterable[T], *, workers: int) -> dict[T, R]:
    """The result of `work` for every item. The first `StorageError` is raised when all calls have ended."""
    results: dict[T, R] = {}
    failures: list[StorageError] = []
    for item, result in run_each(work, items, workers=workers):
        if isinstance(result, StorageError):
            failures.append(result)
        else:
            results[item] = result
    if failures:
        raise failures[0]
    return results


def _submit(
    pool: ThreadPoolExecutor, work: Callable[[T], R], items: Iterable[T], *, most_pending: int
) -> Iterator[tuple[T, Future[R]]]:
    """Submit the items in order, and yield the oldest when `most_pending` have been submitted but not yielded."""
    pending: deque[tuple[T, Future[R]]] = deque()
    for item in items:
        pending.append((item, pool.submit(work, item)))
        if len(pending) >= most_pending:
            yield pending.popleft()
    while pending:
        yield pending.popleft()
