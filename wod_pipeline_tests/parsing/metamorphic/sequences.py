"""Blocks of more than one exercise or after one another: choices, falling reps, tabata, caps and connectors."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from wod_pipeline_tests.parsing.metamorphic.clauses import COUNTED, HOLDS, LIFTS, plural
from wod_pipeline_tests.parsing.metamorphic.rows import Prescription, in_sets

Maker = Callable[[Random], Prescription]


def choices(random: Random) -> Prescription:
    """Work of which one or the other is done."""
    first, second = random.sample(COUNTED, 2)
    reps, rounds = random.sample(range(5, 20), 2), random.randint(2, 5)
    line = f"{reps[0]} {plural(first.name)} {random.choice(('or', 'OR'))} {reps[1]} {plural(second.name)}"
    exercises = [
        {"parts": [each.id], "reps": count, "choice": 1}
        for each, count in zip((first, second), reps, strict=True)
    ]
    return Prescription(
        (f"{rounds} Rounds:", line), [{"scheme": "rounds", "sets": rounds, "exercises": exercises}]
    )


def falling_reps(random: Random) -> Prescription:
    """Reps that differ from set to set, for all movements or behind one."""
    reps = sorted(random.sample(range(3, 30), 3), reverse=True)
    written = "-".join(map(str, reps))
    if random.random() < 0.5:
        lift = random.choice(LIFTS)
        return Prescription(
            (f"{lift.name} {written}",), [in_sets(3, {"parts": [lift.id], "rep_scheme": reps})]
        )
    moves = random.sample(COUNTED, 2)
    lines = (f"{written} reps, for time of:", *(plural(each.name) for each in moves))
    exercises = [{"parts": [each.id], "rep_scheme": reps} for each in moves]
    return Prescription(lines, [{"scheme": "for_time", "sets": 3, "exercises": exercises}])


def tabata(random: Random) -> Prescription:
    """Eight times twenty seconds of work and ten of rest, or as the lines below say."""
    move, sets, on, off = random.choice([*COUNTED, *HOLDS]), random.randint(4, 10), random.randint(15, 40), 15
    block = {"scheme": "tabata", "sets": 8, "rest": {"s": 10}}
    exercise = {"parts": [move.id], "duration_s": 20}
    lines = [f"Tabata {move.name}"]
    if random.random() < 0.5:
        lines += [f"{on} seconds on", f"{off} seconds off", f"{sets} rounds"]
        block |= {"sets": sets, "rest": {"s": off}}
        exercise["duration_s"] = on
    return Prescription(tuple(lines), [{**block, "exercises": [exercise]}])


def with_a_cap(random: Random) -> Prescription:
    """Work for time, with the minutes after which it ends."""
    moves, minutes = random.sample(COUNTED, 2), random.randint(5, 20)
    reps = random.sample(range(5, 40), 2)
    lines = [f"{count} {plural(each.name)}" for each, count in zip(moves, reps, strict=True)]
    exercises = [{"parts": [each.id], "reps": count} for each, count in zip(moves, reps, strict=True)]
    cap = random.choice((f"Time Cap: {minutes} Minutes", f"Time cap: {minutes}:00"))
    block = {"scheme": "for_time", "cap_s": 60 * minutes, "exercises": exercises}
    return Prescription(("For time:", *lines, cap), [block])


def one_after_another(first: Maker, second: Maker) -> Maker:
    """A maker of both, with words between them that say when the second starts."""

    def made(random: Random) -> Prescription:
        minutes = random.randint(2, 30)
        words, facts = random.choice(
            (
                ("Followed by…", {}),
                (f"Rest {minutes} minutes, then:", {"rest_before_s": 60 * minutes}),
                (f"At the {minutes} minute mark…", {"start_s": 60 * minutes}),
                (f"When the running clock reaches {minutes}:30…", {"start_s": 60 * minutes + 30}),
                (f"[On the {minutes}:00]", {"start_s": 60 * minutes}),
            )
        )
        one, two = first(random), second(random)
        start, *others = two.blocks
        return Prescription((*one.lines, words, *two.lines), [*one.blocks, {**start, **facts}, *others])

    return made
