"""Batches and the seconds between attempts."""

from __future__ import annotations

from itertools import count, islice

import pytest

from wod_pipeline.pacing import backoff_s, batched, doubled_s


def test_batches_keep_the_order_and_hold_at_most_their_size() -> None:
    assert list(batched(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(batched(range(6), 3)) == [[0, 1, 2], [3, 4, 5]]
    assert list(batched([], 3)) == []


def test_an_endless_stream_is_batched_as_it_comes() -> None:
    assert list(islice(batched(count(), 2), 2)) == [[0, 1], [2, 3]]


@pytest.mark.parametrize(
    ("attempt", "longest"), [(0, 0.5), (1, 1.0), (2, 2.0), (3, 4.0), (4, 5.0), (10, 5.0)]
)
def test_a_wait_doubles_up_to_a_bound_and_is_cut_by_at_most_a_half(attempt: int, longest: float) -> None:
    waits = [backoff_s(attempt, first_s=0.5, longest_s=5.0) for _ in range(400)]
    assert longest / 2 <= min(waits) < 0.6 * longest
    assert 0.9 * longest < max(waits) <= longest


def test_a_pause_doubles_up_to_its_limit_however_often_it_is_asked_for() -> None:
    assert [doubled_s(n, first_s=5, longest_s=60) for n in range(6)] == [5, 10, 20, 40, 60, 60]
    assert doubled_s(0, first_s=90, longest_s=60) == 60
    assert doubled_s(100_000, first_s=5, longest_s=60) == 60
