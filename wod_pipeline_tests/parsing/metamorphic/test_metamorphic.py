"""Each relation fails exactly where `known.txt` says, and nowhere else."""

from __future__ import annotations

import pytest

from wod_pipeline_tests.parsing.metamorphic.tally import PAIRS, failures, known_failures, trials_of

KNOWN = known_failures()
COMMAND = "python -m wod_pipeline_tests.parsing.metamorphic"


@pytest.mark.parametrize(("relation", "source"), PAIRS)
def test_a_relation_fails_only_where_it_is_known_to(relation: str, source: str) -> None:
    trials = trials_of(relation, source)
    assert trials
    assert failures(trials) == KNOWN.get((relation, source), {}), (
        f"`{COMMAND} --list {relation}` names the failures; `{COMMAND} --write` renews known.txt where they shrank"
    )
