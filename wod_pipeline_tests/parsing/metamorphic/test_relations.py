"""What each relation changes in a line, and what becomes of a generated line whatever the reader knows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from wod_pipeline_tests.parsing.metamorphic.passages import Passage, Reading
from wod_pipeline_tests.parsing.metamorphic.prescriptions import Prescription, prescriptions
from wod_pipeline_tests.parsing.metamorphic.spellings import spelling_trials
from wod_pipeline_tests.parsing.metamorphic.tally import RELATIONS
from wod_pipeline_tests.parsing.metamorphic.trials import outcome_of

TRIALS = {
    (
        "figures",
        "2. Dips x 5-6 reps @ 3011",
    ): "Dips x 6-6 reps @ 3011 | Dips x 5-7 reps @ 3011 | Dips x 5-6 reps @ 3012",
    ("figures", "3-Position Snatch x 9 reps"): "4-Position Snatch x 9 reps | 3-Position Snatch x 10 reps",
    ("unknown_words", "Dips x 5 reps (each leg), rest 60 seconds"): (
        "Dips x 5 reps ? (each leg), rest 60 seconds | Dips x 5 reps (each leg) ?, rest 60 seconds"
        " | Dips x 5 reps (each leg), ? rest 60 seconds | Dips x 5 reps (each leg), rest 60 seconds ?"
    ),
    (
        "unknown_words",
        "(Clean + Jerk) x 2 reps @ 70% of 1-RM Jerk",
    ): "(Clean + Jerk) x 2 reps ? @ 70% of 1-RM Jerk",
    ("unknown_words", "Three sets of:"): "",
    ("unknown_words", "5 Dips, 9 Lunges"): "5 Dips, ? 9 Lunges",
    (
        "orders",
        "Dips x 5 reps @ 60 kg (each side)",
    ): "Dips @ 60 kg x 5 reps (each side) | Dips x 5 reps (each side) @ 60 kg",
    ("orders", "5 Dips, 9 Lunges"): "9 Lunges, 5 Dips",
    ("orders", "Every 2 minutes, for 10 minutes (5 sets):"): "For 10 minutes, every 2 minutes (5 sets):",
}
"""A relation and a line → the changed texts of its trials, `?` for the unknown word."""


@pytest.mark.parametrize(("relation", "line"), TRIALS)
def test_a_relation_tries_each_change_of_a_line(relation: str, line: str) -> None:
    trials = RELATIONS[relation](Passage("", ("A.", line)))
    tried = [trial.changed.replace("blorfen", "?").removeprefix("2. ") for trial in trials if trial.n == 1]
    assert " | ".join(tried) == TRIALS[relation, line]


def test_every_spelling_of_a_line_is_tried() -> None:
    tried = {
        trial.changed for trial in spelling_trials(Passage("", ("A.", "For time:", "5 Dips x 30 seconds")))
    }
    assert {"FOR TIME:", "for time:", "• For time:", "five Dips x 30 seconds", "5 Dips × 30 seconds"} <= tried


def test_a_change_that_makes_a_note_of_a_line_has_lost_it() -> None:
    before, note, other = (Reading(("A.", line)) for line in ("Dips x 5", "Stay tall", "Dips x 6"))
    assert outcome_of(before, note, 1, is_right=False) == "lost"
    assert outcome_of(before, other, 1, is_right=False) == "silent"
    assert outcome_of(before, other, 1, is_right=True) == "right"


def test_a_change_with_a_new_diagnostic_on_the_line_is_flagged() -> None:
    before, changed = (Reading(("A.", line)) for line in ("Dips x 5", "Sandbag Tango x 5"))
    assert outcome_of(before, changed, 1, is_right=False) == "flagged"


@given(prescriptions)
@settings(max_examples=40, derandomize=True, deadline=None)
def test_any_generated_line_means_the_same_in_every_spelling(made: Prescription) -> None:
    failing = [
        str(each) for each in spelling_trials(Passage("", ("A.", *made.lines))) if each.outcome != "right"
    ]
    assert failing == []
