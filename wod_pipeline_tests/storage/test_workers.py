"""Concurrent calls: results in order, a limited number of threads, an error for each call."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator

import pytest

from wod_pipeline.errors import StorageUnavailable
from wod_pipeline.storage._workers import run_all, run_each


def odd_fails(n: int) -> int:
    if n % 2:
        raise StorageUnavailable(f"number {n}")
    return n * 10


def test_results_come_in_the_order_of_the_items_with_errors_beside_them() -> None:
    found = [(n, str(outcome)) for n, outcome in run_each(odd_fails, range(4), workers=3)]
    assert found[0] == (0, "0")
    assert found[2] == (2, "20")
    assert found[3] == (3, "number 3 A rerun can clear this.")


def test_the_first_error_is_raised_when_all_have_ended() -> None:
    done: list[int] = []

    def work(n: int) -> int:
        done.append(n)
        return odd_fails(n)

    with pytest.raises(StorageUnavailable, match="number 1"):
        run_all(work, range(6), workers=2)
    assert sorted(done) == list(range(6))


def test_an_endless_stream_is_taken_only_as_far_as_is_needed() -> None:
    taken = 0

    def stream() -> Iterator[int]:
        nonlocal taken
        for n in itertools.count():
            taken = n
            yield n

    results = run_each(lambda n: n, stream(), workers=2)
    assert [next(results)[1] for _ in range(3)] == [0, 1, 2]
    results.close()  # type: ignore[attr-defined]
    assert taken < 8


def test_no_more_than_the_bound_run_at_once() -> None:
    running, most, lock = 0, 0, threading.Lock()
    barrier = threading.Barrier(3)

    def work(_: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        barrier.wait(timeout=30)
        with lock:
            running -= 1

    run_all(work, range(9), workers=3)
    assert most == 3


def test_an_error_of_another_kind_is_not_held_back() -> None:
    with pytest.raises(ZeroDivisionError):
        run_all(lambda n: 1 // n, [1, 0], workers=2)
