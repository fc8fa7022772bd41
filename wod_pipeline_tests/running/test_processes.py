"""How chunks are shared out among processes. What the processes do is tested end to end."""

from __future__ import annotations

import pytest

from wod_pipeline.running import _processes
from wod_pipeline.running._processes import MAX_PROCESSES, shares

CHUNKS = [[str(n)] for n in range(10)]


@pytest.mark.parametrize(
    ("chunks", "cores", "lengths"),
    [(10, 2, [5, 5]), (3, 2, [2, 1]), (1, 8, [1]), (0, 8, [0]), (10, 1, [10]), (10, 64, [2, 3, 3, 2])],
)
def test_every_process_gets_a_stretch_of_about_the_same_length(
    chunks: int, cores: int, lengths: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_processes, "_cores", lambda: cores)
    found = shares(CHUNKS[:chunks])
    assert sorted(map(len, found)) == sorted(lengths)
    assert [chunk for share in found for chunk in share] == CHUNKS[:chunks]
    assert len(found) <= MAX_PROCESSES


def test_a_process_has_at_least_the_core_it_runs_on() -> None:
    assert _processes._cores() >= 1
