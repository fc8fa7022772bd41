"""Lines of prescriptions made from known values: what a segment says, and the blocks that it must become.

Each maker takes a `Random`; clauses are made by `clauses`, sets by rows by `rows`, choices, tabata and what follows
one another by `sequences`. `random_prescriptions` gives the same ones on every machine, `prescriptions` is the same
as a Hypothesis strategy. Blocks are written as `reading.short` writes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

from hypothesis import strategies as st

from wod_pipeline_tests.parsing.metamorphic.clauses import (
    COUNTED,
    COVERED,
    HOLDS,
    LIFTS,
    NUMBERS,
    Facts,
    Said,
    height,
    often,
    pause,
    percent,
    plural,
    quantity,
    quantity_of_both_sides,
    side,
    tempo,
    weight,
)
from wod_pipeline_tests.parsing.metamorphic.rows import (
    Prescription,
    rows_behind_a_name,
    rows_below,
    rows_of_a_complex,
    rows_of_another_lift,
    sets_of_reps,
)
from wod_pipeline_tests.parsing.metamorphic.sequences import (
    choices,
    falling_reps,
    one_after_another,
    tabata,
    with_a_cap,
)


# ----------------------------------------------------------------------------------------------- exercises
def lift_line(random: Random) -> Said:
    """``NAME [pause] x Q [side] [load] [tempo]``."""
    lift = random.choice(LIFTS if often(random, 0.7) else COUNTED)
    part: Any = lift.id
    clauses = [lift.name]
    if often(random, 0.2):
        paused = pause(random)
        part = {"movement": lift.id, **paused.facts}
        clauses.append(paused.text)
    facts: Facts = {"parts": [part]}
    for likelihood, clause in _clauses_of(random, lift):
        if often(random, likelihood):
            said = clause(random)
            clauses.append(said.text)
            facts |= said.facts
    return Said(" ".join(clauses), facts)


def _clauses_of(random: Random, lift: Any) -> Sequence[tuple[float, Callable[[Random], Said]]]:
    def load(random: Random) -> Said:
        return percent(random, lift) if lift.ref_chain and often(random, 0.7) else weight(random)

    one_side, both_sides = ((1, quantity), (0.2, side)), ((1, quantity_of_both_sides),)
    return (*(both_sides if often(random, 0.1) else one_side), (0.7, load), (0.2, tempo))


def complex_line(random: Random) -> Said:
    """``(A + B) x N reps [load]`` or ``A + 2 B x N reps [load]``: counts in one rep of the complex."""
    lifts = random.sample([each for each in LIFTS if each.family in {"snatch", "clean", "jerk"}], 2)
    counts = [1, random.randint(2, 3)] if often(random, 0.5) else [1, 1]
    terms = [
        each.name if count == 1 else f"{count} {each.name}" for each, count in zip(lifts, counts, strict=True)
    ]
    reps = random.randint(1, 4)
    load = percent(random, None) if often(random, 0.5) else weight(random)
    joined = " + ".join(terms)
    text = f"({joined}) x {reps} reps" if often(random, 0.5) else f"{joined} x {reps} reps"
    parts = [{"movement": each.id, "reps": count} for each, count in zip(lifts, counts, strict=True)]
    return Said(f"{text} {load.text}", {"parts": parts, "reps": reps, **load.facts})


def work_item(random: Random) -> Said:
    """``N NAME``, or a hold, a distance, calories: what conditioning is made of."""
    count, seconds = random.randint(3, 25), random.choice((20, 30, 40))
    meters, calories = random.choice((20, 200, 400)), random.randint(8, 20)
    counted, hold, covered = random.choice(COUNTED), random.choice(HOLDS), random.choice(COVERED)
    return random.choice(
        (
            Said(f"{count} {plural(counted.name)}", {"parts": [counted.id], "reps": count}),
            Said(f"{count} x {plural(counted.name)}", {"parts": [counted.id], "reps": count}),
            _box_jumps(random, count),
            Said(
                f"{count}/{count - 2} {plural(counted.name)}",
                {"parts": [counted.id], "reps": f"{count}/{count - 2}"},
            ),
            Said(f"{seconds} Second {hold.name}", {"parts": [hold.id], "duration_s": seconds}),
            Said(f"{meters}m {covered.name}", {"parts": [covered.id], "distance_m": meters}),
            Said(f"{calories} Calorie Row", {"parts": ["row_erg"], "calories": calories}),
        )
    )


def _box_jumps(random: Random, count: int) -> Said:
    tall = height(random)
    return Said(f"{count} Box Jumps {tall.text}", {"parts": ["box_jump"], "reps": count, **tall.facts})


# ------------------------------------------------------------------------------------------------- schemes
def timed_scheme(random: Random) -> Said:
    """Every so often, or so many sets."""
    sets, minutes = random.randint(3, 10), random.choice((1, 2, 3))
    interval, total = 60 * minutes, 60 * minutes * sets
    of_minutes = "minute" if minutes == 1 else f"{minutes} minutes"
    every = {"scheme": "every", "interval_s": interval, "duration_s": total, "sets": sets}
    odd = {**every, "interval_s": 90, "duration_s": 90 * sets}
    return random.choice(
        (
            Said(f"Every {of_minutes}, for {total // 60} minutes ({sets} sets):", every),
            Said(f"Every {of_minutes}, for {total // 60} minutes:", every),
            Said(f"Perform the following every {of_minutes} for {total // 60} minutes:", every),
            Said(f"Every {of_minutes}, for {total // 60} mintues ({sets} sets):", every),
            Said(f"Every {of_minutes} x {sets} sets:", every),
            Said(f"E{minutes if minutes > 1 else ''}MOM for {total // 60} minutes:", every),
            Said(f"Every 90 seconds, for {90 * sets // 60}:{90 * sets % 60:02} ({sets} sets):", odd),
            Said(f"{sets} sets of:", {"scheme": "sets", "sets": sets}),
            Said(f"{NUMBERS[sets].capitalize()} sets of:", {"scheme": "sets", "sets": sets}),
        )
    )


def conditioning_scheme(random: Random) -> Said:
    """As many rounds as possible, or so many of them."""
    count = random.randint(2, 12)
    return random.choice(
        (
            Said(f"AMRAP {count}:", {"scheme": "amrap", "duration_s": 60 * count}),
            Said(
                f"As many rounds as possible in {count} minutes of:",
                {"scheme": "amrap", "duration_s": 60 * count},
            ),
            Said(f"Complete {count} rounds of:", {"scheme": "rounds", "sets": count}),
            Said(f"{count} Rounds:", {"scheme": "rounds", "sets": count}),
            Said(f"{NUMBERS[count].capitalize()} rounds for time of:", {"scheme": "for_time", "sets": count}),
        )
    )


# -------------------------------------------------------------------------------------------- whole segments
def under_a_scheme(random: Random) -> Prescription:
    """A scheme line, then lifts or complexes, with rests in between or below."""
    scheme = timed_scheme(random)
    lines, exercises, block = [scheme.text], [], dict(scheme.facts)
    for at in range(count := random.choice((1, 1, 2, 3))):
        said = complex_line(random) if often(random, 0.2) else lift_line(random)
        lines.append(said.text)
        exercises.append(dict(said.facts))
        if often(random, 0.3):
            seconds = random.choice((30, 45, 90))
            lines.append(f"Rest {seconds} seconds")
            (block if at == count - 1 else exercises[-1])["rest"] = {"s": seconds}
    return Prescription(tuple(lines), [{**block, "exercises": exercises}])


def conditioning(random: Random) -> Prescription:
    """A scheme line, then work by lines or in one list."""
    scheme = conditioning_scheme(random)
    items = [work_item(random) for _ in range(random.randint(2, 4))]
    texts = [item.text for item in items]
    lines = [", ".join(texts)] if often(random, 0.5) else texts
    return Prescription(
        (scheme.text, *lines), [{**scheme.facts, "exercises": [item.facts for item in items]}]
    )


def slots(random: Random) -> Prescription:
    """Movements by the minute in turn."""
    count, turns = random.randint(2, 4), random.randint(2, 5)
    minutes = count * turns
    block = {"scheme": "every", "interval_s": 60, "duration_s": 60 * minutes, "sets": minutes}
    lines, exercises = [f"EMOM x {minutes}:"], []
    word = random.choice(("Minute {} –", "Station {}:", "Interval {} –", "Minute {}:"))
    for slot in range(1, count + 1):
        counted, reps = random.choice(COUNTED), random.randint(3, 20)
        lines.append(f"{word.format(slot)} {plural(counted.name)} x {reps} reps")
        exercises.append({"parts": [counted.id], "reps": reps, "slot": slot})
    return Prescription(tuple(lines), [{**block, "exercises": exercises}])


def variants(random: Random) -> Prescription:
    """Work, and below a word for another version the work in its place."""
    made = conditioning(random)
    other, word = (
        work_item(random),
        random.choice(("Scaled", "Scaling", "Masters", "Beginner", "Intermediate")),
    )
    block = {"scheme": "free", "variant": word.lower(), "exercises": [other.facts]}
    return Prescription((*made.lines, f"{word}:", other.text), [*made.blocks, block])


def unknown_names(random: Random) -> Prescription:
    """Names that are not in the vocabulary, with a count, below a scheme."""
    scheme, counts = conditioning_scheme(random), random.sample(range(3, 20), 2)
    lines = [
        f"{count} {name}" for count, name in zip(counts, ("Cossack Wobbles", "Sandbag Tangos"), strict=True)
    ]
    exercises = [{"parts": [None], "reps": count} for count in counts]
    return Prescription((scheme.text, *lines), [{**scheme.facts, "exercises": exercises}])


def build_up(random: Random) -> Prescription:
    """A maximum, or a heavy set, to be built to in some minutes."""
    lift, minutes, reps = random.choice(LIFTS), random.randint(6, 20), random.randint(1, 5)
    target, kind = random.choice(
        ((f"a {reps}-RM", "rm"), (f"a {reps} Rep Max", "rm"), (f"a heavy set of {reps}", "heavy"))
    )
    verb = random.choice(("build to", "find", "establish"))
    block = {"scheme": "build_to_max", "duration_s": 60 * minutes, "rm_target": {"reps": reps, "kind": kind}}
    name = f"of {lift.name}" if kind == "heavy" else lift.name
    line = f"In {minutes} minutes, {verb} {target} {name}"
    return Prescription((line,), [{**block, "exercises": [{"parts": [lift.id]}]}])


# ------------------------------------------------------------------------------------------------ the whole
_MAKERS = (
    under_a_scheme,
    under_a_scheme,
    conditioning,
    slots,
    variants,
    unknown_names,
    sets_of_reps,
    rows_behind_a_name,
    rows_of_another_lift,
    rows_of_a_complex,
    rows_below,
    build_up,
    choices,
    falling_reps,
    tabata,
    with_a_cap,
    one_after_another(under_a_scheme, conditioning),
    one_after_another(conditioning, under_a_scheme),
)


def prescription(random: Random) -> Prescription:
    """Any of them."""
    return random.choice(_MAKERS)(random)


def random_prescriptions(count: int) -> Iterator[Prescription]:
    """The first `count` of a fixed row of prescriptions, the same on every machine."""
    return (prescription(Random(seed)) for seed in range(count))


prescriptions = st.randoms(use_true_random=False).map(prescription)
"""The same as a strategy, which shrinks what it finds."""
