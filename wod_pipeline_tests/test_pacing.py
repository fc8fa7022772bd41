"""Batches hold everything once and in order; pauses double up to their limit and differ between clients."""

from __future__ import annotations

from itertools import count, islice

import pytest

from wod_pipeline.pacing import backoff_s, batched, doubled_s


@pytest.mark.parametrize(
    ("size", "batches"), [(1, [[0], [1], [2]]), (2, [[0, 1], [2]]), (3, [[0, 1, 2]]), (4, [[0, 1, 2]])]
)
def test_batches_have_at_most_that_size_and_keep_the_order(size: int, batches: list[list[int]]) -> None:
    assert list(batched(range(3), size)) == batches
    assert list(batched([], size)) == []


def test_an_endless_stream_is_read_no_further_than_asked() -> None:
    assert list(islice(batched(count(), 2), 2)) == [[0, 1], [2, 3]]


def test_a_pause_doubles_up_to_its_limit() -> None:
    assert [doubled_s(n, first_s=5, longest_s=60) for n in range(6)] == [5, 10, 20, 40, 60, 60]
    assert doubled_s(0, first_s=90, longest_s=60) == 60
    assert doubled_s(100_000, first_s=5, longest_s=60) == 60


def test_a_backoff_is_the_doubled_pause_or_down_to_half_of_it() -> None:
    pauses = [backoff_s(2, first_s=5, longest_s=60) for _ in range(500)]

    assert 10 <= min(pauses) < 11
    assert 19 < max(pauses) <= 20
    assert 30 <= backoff_s(9, first_s=5, longest_s=60) <= 60
