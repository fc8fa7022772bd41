"""Lines of prescriptions made from known values: what a segment says, and the blocks that it must become.

Each maker takes a `Random` and draws from the tables below: `random_prescriptions` gives the same ones on every
machine, `prescriptions` is the same as a Hypothesis strategy. Blocks are written as `reading.short` writes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any, NamedTuple

from hypothesis import strategies as st

from wod_pipeline.vocabulary import MOVEMENTS

Facts = dict[str, Any]


class Said(NamedTuple):
    """Words, and the facts that they state."""

    text: str
    facts: Facts


class Prescription(NamedTuple):
    """The lines of a segment below its label, and its blocks."""

    lines: tuple[str, ...]
    blocks: list[Facts]


# -------------------------------------------------------------------------------------------------- tables
_PLAIN = [each for each in MOVEMENTS.values() if not set(each.name) & set("0123456789&+(")]
LIFTS = [each for each in _PLAIN if each.ref_chain and not each.ref_ambiguous]
REFERENCES = [each for each in LIFTS if each.ref_chain[0] == each.id]
HOLDS = [each for each in _PLAIN if each.name.endswith(("Hold", "Plank", "Wall Sit"))]
COUNTED = [
    MOVEMENTS[name]
    for name in "dip push_up pull_up chin_up sit_up burpee goblet_squat ring_row lunge air_squat v_up".split()
    if name in MOVEMENTS and MOVEMENTS[name] in _PLAIN
]
COVERED = [MOVEMENTS[name] for name in "run row ski sled_push sled_drag".split() if name in MOVEMENTS]
NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()
PLACES = {"at the knee": "knee", "below the knee": "below_knee", "in the dip": "dip", "at the bottom": "bottom"}
PLACES |= {"at the hip": "hip", "overhead": "overhead", "at mid-thigh": "mid_thigh", "in the catch": "catch"}


def _range(low: float, high: float) -> Any:
    return low if low == high else f"{low}-{high}"


def _words_of_range(low: int, high: int) -> str:
    return str(_range(low, high))


# ------------------------------------------------------------------------------------------------- clauses
def quantity(random: Random) -> Said:
    """``x Q``: reps, a range of them, a time, a distance, or as many as possible."""
    low = random.randint(2, 12)
    high = low + random.choice((0, 0, 2))
    seconds, meters = random.choice((20, 30, 45)), random.choice((15, 20, 40))
    return random.choice(
        (
            Said(f"x {low} reps", {"reps": low}),
            Said(f"x {low}", {"reps": low}),
            Said(f"x {_words_of_range(low, high)} reps", {"reps": _range(low, high)}),
            Said("x 1 rep", {"reps": 1}),
            Said(f"x {seconds} seconds", {"duration_s": seconds}),
            Said(f"x {meters} meters", {"distance_m": meters}),
            Said("x Max Reps", {"max_of": "reps"}),
        )
    )


def percent(random: Random, lift: Any) -> Said:
    """``@ P`` of the lift itself, of its first reference, or of another that is named."""
    low = random.randrange(40, 95)
    high = low + random.choice((0, 0, 5))
    of, rm = random.choice(REFERENCES), random.choice((1, 1, 2, 3))
    pct, ref = _range(low, high), f"{'' if rm == 1 else f'{rm}-RM '}{of.id}"
    named = random.choice((f"of {rm}-RM {of.name}", f"of your {rm}-RM {of.name}", f"of {rm}RM {of.name}"))
    loads = [Said(f"@ {pct}% {named}", {"kind": "percent", "pct": pct, "ref": f"explicit {ref}"})]
    if lift is not None and lift.ref_chain and not lift.ref_ambiguous:
        inferred = {"kind": "percent", "pct": pct, "ref": f"inferred {lift.ref_chain[0]}"}
        loads += [Said(f"@ {pct}%", inferred)] * 2
        loads.append(Said(f"@ {low}%+", {**inferred, "pct": f"{low}+"}))
    chosen = random.choice(loads)
    return Said(chosen.text, {"load": chosen.facts})


def weight(random: Random) -> Said:
    """A weight, a pair of them, an RPE or a word."""
    heavy, light = random.randrange(40, 140, 5), random.randrange(20, 40, 5)
    rpe = random.randint(6, 9)
    text, facts = random.choice(
        (
            (f"@ {heavy} kg", {"kind": "absolute", "abs": f"{heavy} kg"}),
            (f"@ {heavy}/{light} lbs", {"kind": "absolute", "abs": f"{heavy}/{light} lb"}),
            (f"({heavy}/{light} lb)", {"kind": "absolute", "abs": f"{heavy}/{light} lb"}),
            (f"@ RPE {rpe}", {"kind": "rpe", "rpe": rpe}),
            (f"@ RPE {rpe}-{rpe + 1}", {"kind": "rpe", "rpe": f"{rpe}-{rpe + 1}"}),
            ("(light)", {"kind": "described", "word": "light"}),
        )
    )
    return Said(text, {"load": facts})


def side(random: Random) -> Said:
    """What the amounts are for each of."""
    which = random.choice(("leg", "arm", "side"))
    return Said(random.choice((f"(each {which})", f"each {which}")), {"per_side": which})


def tempo(random: Random) -> Said:
    """Four figures: down, at the bottom, up, at the top."""
    said = "".join(random.choice(sorts) for sorts in ("2345", "0123", "01X", "0123"))
    return Said(f"@ {said}", {"tempo": said})


def pause(random: Random) -> Said:
    """How long and where, as facts of a part."""
    seconds, place = random.randint(1, 5), random.choice(sorted(PLACES))
    text = f"{random.choice(('with a', 'with', 'w/'))} {seconds} second pause {place}"
    return Said(text, {"pause": {"s": seconds, "at": PLACES[place]}})


# ----------------------------------------------------------------------------------------------- exercises
def _often(random: Random, likelihood: float) -> bool:
    return random.random() < likelihood


def lift_line(random: Random) -> Said:
    """``NAME [pause] x Q [side] [load] [tempo]``."""
    lift = random.choice(LIFTS if _often(random, 0.7) else COUNTED)
    part: Any = lift.id
    clauses = [lift.name]
    if _often(random, 0.2):
        paused = pause(random)
        part = {"movement": lift.id, **paused.facts}
        clauses.append(paused.text)
    facts: Facts = {"parts": [part]}
    for likelihood, clause in _clauses_of(lift):
        if _often(random, likelihood):
            said = clause(random)
            clauses.append(said.text)
            facts |= said.facts
    return Said(" ".join(clauses), facts)


def _clauses_of(lift: Any) -> Sequence[tuple[float, Callable[[Random], Said]]]:
    def load(random: Random) -> Said:
        return percent(random, lift) if lift.ref_chain and _often(random, 0.7) else weight(random)

    return ((1, quantity), (0.2, side), (0.7, load), (0.2, tempo))


def complex_line(random: Random) -> Said:
    """``(A + B) x N reps [load]`` or ``A + 2 B x N reps [load]``: counts in one rep of the complex."""
    lifts = random.sample([each for each in LIFTS if each.family in {"snatch", "clean", "jerk"}], 2)
    counts = [1, random.randint(2, 3)] if _often(random, 0.5) else [1, 1]
    terms = [each.name if count == 1 else f"{count} {each.name}" for each, count in zip(lifts, counts, strict=True)]
    reps = random.randint(1, 4)
    load = percent(random, None) if _often(random, 0.5) else weight(random)
    joined = " + ".join(terms)
    text = f"({joined}) x {reps} reps" if _often(random, 0.5) else f"{joined} x {reps} reps"
    parts = [{"movement": each.id, "reps": count} for each, count in zip(lifts, counts, strict=True)]
    return Said(f"{text} {load.text}", {"parts": parts, "reps": reps, **load.facts})


def work_item(random: Random) -> Said:
    """``N NAME``, or a hold, a distance, calories: what conditioning is made of."""
    count, seconds = random.randint(3, 25), random.choice((20, 30, 40))
    meters, calories = random.choice((20, 200, 400)), random.randint(8, 20)
    counted, hold, covered = random.choice(COUNTED), random.choice(HOLDS), random.choice(COVERED)
    return random.choice(
        (
            Said(f"{count} {_plural(counted.name)}", {"parts": [counted.id], "reps": count}),
            Said(f"{count}/{count - 2} {_plural(counted.name)}", {"parts": [counted.id], "reps": f"{count}/{count - 2}"}),
            Said(f"{seconds} Second {hold.name}", {"parts": [hold.id], "duration_s": seconds}),
            Said(f"{meters}m {covered.name}", {"parts": [covered.id], "distance_m": meters}),
            Said(f"{calories} Calorie Row", {"parts": ["row"], "calories": calories}),
        )
    )


def _plural(name: str) -> str:
    return name if name.endswith("s") else f"{name}s"


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
            Said(f"Every {of_minutes} x {sets} sets:", every),
            Said(f"E{minutes}MOM for {total // 60} minutes:", every),
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
                f"As many rounds as possible in {count} minutes of:", {"scheme": "amrap", "duration_s": 60 * count}
            ),
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
        said = complex_line(random) if _often(random, 0.2) else lift_line(random)
        lines.append(said.text)
        exercises.append(dict(said.facts))
        if _often(random, 0.3):
            seconds = random.choice((30, 45, 90))
            lines.append(f"Rest {seconds} seconds")
            (block if at == count - 1 else exercises[-1])["rest"] = {"s": seconds}
    return Prescription(tuple(lines), [{**block, "exercises": exercises}])


def conditioning(random: Random) -> Prescription:
    """A scheme line, then work by lines or in one list."""
    scheme = conditioning_scheme(random)
    items = [work_item(random) for _ in range(random.randint(2, 4))]
    texts = [item.text for item in items]
    lines = [", ".join(texts)] if _often(random, 0.5) else texts
    return Prescription((scheme.text, *lines), [{**scheme.facts, "exercises": [item.facts for item in items]}])


def sets_of_reps(random: Random) -> Prescription:
    """``NAME k x r [@ P]``: a block of its own."""
    lift, sets, reps = random.choice(LIFTS), random.randint(2, 8), random.randint(1, 12)
    load = percent(random, lift) if _often(random, 0.7) else Said("", {})
    text = f"{lift.name} {sets} x {reps} {load.text}".strip()
    return Prescription((text,), [_sets(sets, {"parts": [lift.id], "reps": reps, **load.facts})])


def rows_behind_a_name(random: Random) -> Prescription:
    """``NAME P x r [x s], P x r``: a set row each, the reference inferred."""
    lift, first, rows, terms = random.choice(LIFTS), 1, [], []
    for pct in sorted(random.sample(range(50, 100), random.randint(2, 4))):
        reps, sets = random.randint(1, 6), random.choice((1, 1, 2, 3))
        terms.append(f"{pct}% x {reps}" + (f" x {sets}" if sets > 1 else ""))
        load = {"kind": "percent", "pct": pct, "ref": f"inferred {lift.ref_chain[0]}"}
        rows.append({"from": first, "to": first + sets - 1, "reps": reps, "load": load})
        first += sets
    exercise = {"parts": [lift.id], "set_rows": rows}
    return Prescription((f"{lift.name} {', '.join(terms)}",), [_sets(first - 1, exercise)])


def rows_below(random: Random) -> Prescription:
    """A name under a scheme, and a line for each of its sets."""
    lift, sets = random.choice(LIFTS), random.randint(2, 4)
    lines, rows = [f"{sets} sets of:", lift.name], []
    for number in range(1, sets + 1):
        reps, pct = random.randint(1, 6), random.randint(50, 95)
        form = random.choice(("*Set {0} = {1} reps @ {2}%", "Set {0} – {2}% x {1}", "Set #{0} – {2}% x {1} reps"))
        lines.append(form.format(number, reps, pct))
        load = {"kind": "percent", "pct": pct, "ref": f"inferred {lift.ref_chain[0]}"}
        rows.append({"from": number, "to": number, "reps": reps, "load": load})
    return Prescription(tuple(lines), [_sets(sets, {"parts": [lift.id], "set_rows": rows})])


def build_up(random: Random) -> Prescription:
    """A maximum, or a heavy set, to be built to in some minutes."""
    lift, minutes, reps = random.choice(LIFTS), random.randint(6, 20), random.randint(1, 5)
    target, kind = random.choice(((f"a {reps}-RM", "rm"), (f"a {reps} Rep Max", "rm"), (f"a heavy set of {reps}", "heavy")))
    verb = random.choice(("build to", "find", "establish"))
    block = {"scheme": "build_to_max", "duration_s": 60 * minutes, "rm_target": {"reps": reps, "kind": kind}}
    name = f"of {lift.name}" if kind == "heavy" else lift.name
    line = f"In {minutes} minutes, {verb} {target} {name}"
    return Prescription((line,), [{**block, "exercises": [{"parts": [lift.id]}]}])


def _sets(count: int, exercise: Facts) -> Facts:
    return {"scheme": "sets", "sets": count, "exercises": [exercise]}


# ------------------------------------------------------------------------------------------------ the whole
_MAKERS = (under_a_scheme, under_a_scheme, conditioning, sets_of_reps, rows_behind_a_name, rows_below, build_up)


def prescription(random: Random) -> Prescription:
    """Any of them."""
    return random.choice(_MAKERS)(random)


def random_prescriptions(count: int) -> Iterator[Prescription]:
    """The first `count` of a fixed row of prescriptions, the same on every machine."""
    return (prescription(Random(seed)) for seed in range(count))


prescriptions = st.randoms(use_true_random=False).map(prescription)
"""The same as a strategy, which shrinks what it finds."""
