"""The counts of every relation on every source, and the failures of today that they are held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from wod_pipeline_tests.parsing.metamorphic.figures import figure_trials
from wod_pipeline_tests.parsing.metamorphic.orders import order_trials
from wod_pipeline_tests.parsing.metamorphic.passages import Passage, fixture_passages, sample_passages
from wod_pipeline_tests.parsing.metamorphic.prescriptions import random_prescriptions
from wod_pipeline_tests.parsing.metamorphic.round_trip import GENERATED, generated_passages, round_trip_trial
from wod_pipeline_tests.parsing.metamorphic.spellings import spelling_trials
from wod_pipeline_tests.parsing.metamorphic.trials import Trial
from wod_pipeline_tests.parsing.metamorphic.unknown_words import unknown_word_trials

Counts = Mapping[str, int]
"""Outcome → number of trials."""

KNOWN = Path(__file__).with_name("known.txt")
RELATIONS: Mapping[str, Callable[[Passage], Iterator[Trial]]] = {
    "figures": figure_trials,
    "unknown_words": unknown_word_trials,
    "orders": order_trials,
    "spellings": spelling_trials,
}
SOURCES: Mapping[str, Callable[[], list[Passage]]] = {
    "fixtures": fixture_passages,
    "sample": sample_passages,
    "generated": generated_passages,
}
ROUND_TRIP = "round_trip"
PAIRS = (*((relation, source) for relation in RELATIONS for source in SOURCES), (ROUND_TRIP, "generated"))
"""Each relation with each source that it is tried on."""


@cache
def passages_from(source: str) -> list[Passage]:
    """The passages of a source, read once."""
    return SOURCES[source]()


def trials_of(relation: str, source: str) -> list[Trial]:
    """Every trial of a relation on a source."""
    if relation == ROUND_TRIP:
        return [round_trip_trial(made) for made in random_prescriptions(GENERATED)]
    return trials_on(relation, passages_from(source))


def trials_on(relation: str, passages: Iterable[Passage]) -> list[Trial]:
    """Every trial of a relation on these passages."""
    return [trial for passage in passages for trial in RELATIONS[relation](passage)]


def failures(trials: Iterable[Trial]) -> dict[str, int]:
    """How many trials have each outcome but `right`."""
    return dict(sorted(Counter(trial.outcome for trial in trials if trial.outcome != "right").items()))


def known_failures() -> dict[tuple[str, str], dict[str, int]]:
    """What `known.txt` says: relation and source → outcome → number."""
    known: dict[tuple[str, str], dict[str, int]] = {}
    for line in KNOWN.read_text("utf-8").splitlines():
        relation, source, outcome, count = line.split()
        known.setdefault((relation, source), {})[outcome] = int(count)
    return known


def write_known(found: Mapping[tuple[str, str], Counts]) -> None:
    """Write these failures as the known ones, unless a relation has more of them than before, or no file is there.

    Raises:
        ValueError: the relation, the source and both numbers, where there are more.
    """
    known = known_failures() if KNOWN.exists() else dict(found)
    for pair, counts in found.items():
        before, now = sum(known.get(pair, {}).values()), sum(counts.values())
        if now > before:
            raise ValueError(f"{' of '.join(pair)}: {now} failures, {before} are known")
    rows = [(*pair, outcome, str(count)) for pair in PAIRS for outcome, count in found[pair].items()]
    KNOWN.write_text("".join(f"{' '.join(row)}\n" for row in rows), "utf-8")
