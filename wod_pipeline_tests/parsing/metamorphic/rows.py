"""Sets of a lift by rows: percents, reps and sets behind a name, or a line for each set, and what each states."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple

from wod_pipeline_tests.parsing.metamorphic.clauses import (
    LIFTS,
    REFERENCES,
    SHORT_NAMES,
    Facts,
    Said,
    often,
    percent,
)


class Prescription(NamedTuple):
    """The lines of a segment below its label, and its blocks."""

    lines: tuple[str, ...]
    blocks: list[Facts]


class Row(NamedTuple):
    """So many sets of so many reps at a percent."""

    pct: int
    reps: int
    sets: int


def sets_of_reps(random: Random) -> Prescription:
    """``NAME k x r [@ P]``: a block of its own."""
    lift, sets, reps = random.choice(LIFTS), random.randint(2, 8), random.randint(1, 12)
    load = percent(random, lift) if often(random, 0.7) else Said("", {})
    text = f"{lift.name} {sets} x {reps} {load.text}".strip()
    return Prescription((text,), [in_sets(sets, {"parts": [lift.id], "reps": reps, **load.facts})])


FORMS = {
    "{pct}% x {reps} x {sets}": "{pct}% x {reps}",
    "{pct}% - {sets} x {reps}": "{pct}% - 1 x {reps}",
    "{pct}% {reps} rep{s} x {sets} sets": "{pct}% x {reps} rep{s}",
    "{sets}x{reps}x{pct}%": "{reps}x{pct}%",
    "{pct}%/{reps}": "{pct}%/{reps}",
}
"""How a row of several sets is written, and beside it one of a single set; the last form has no sets."""


def rows_behind_a_name(random: Random) -> Prescription:
    """``NAME ROW, ROW``, with or without commas, the reference inferred; behind the rows at times a heavy single."""
    lift, form = random.choice(LIFTS), random.choice(sorted(FORMS))
    rows = [row if "{sets}" in form else row._replace(sets=1) for row in some_rows(random)]
    joint = random.choice((", ", ", ", " ")) if form.startswith("{pct}% x") else ", "
    refs = [f"inferred {lift.ref_chain[0]}"] * len(rows)
    blocks = [_in_rows([lift.id], rows, refs)]
    text = f"{lift.name} {joint.join(_written(form, rows))}"
    if joint == ", " and often(random, 0.3):
        words, target = random.choice(
            (("heavy single", {"reps": 1, "kind": "heavy"}), ("5RM", {"reps": 5, "kind": "rm"}))
        )
        text += f", {words}"
        blocks.append({"scheme": "build_to_max", "rm_target": target, "exercises": [{"parts": [lift.id]}]})
    return Prescription((text,), blocks)


def rows_of_another_lift(random: Random) -> Prescription:
    """``NAME P (of LIFT) x r x s, P x r x s``: explicit in the first row, inherited below it."""
    lift, rows = random.choice(LIFTS), some_rows(random)
    short, of = random.choice([*SHORT_NAMES.items(), *((each.name.lower(), each.id) for each in REFERENCES)])
    terms = [
        f"{row.pct}%{' (of ' + short + ')' if row is rows[0] else ''} x {row.reps} x {row.sets}"
        for row in rows
    ]
    refs = [f"explicit {of}", *[f"inherited {of}"] * (len(rows) - 1)]
    return Prescription((f"{lift.name} {', '.join(terms)}",), [_in_rows([lift.id], rows, refs)])


def rows_of_a_complex(random: Random) -> Prescription:
    """``A + B P (of LIFT) x m+n x s``: counts of the parts in a row."""
    first, second = random.sample([each for each in LIFTS if each.family in {"snatch", "clean", "jerk"}], 2)
    of, (row, *_), counts = (
        random.choice(REFERENCES),
        some_rows(random),
        [random.randint(1, 4), random.randint(1, 4)],
    )
    text = f"{first.name} + {second.name} {row.pct}% (of {of.name.lower()}) x {counts[0]}+{counts[1]} x {row.sets}"
    parts = [{"movement": each.id, "reps": 1} for each in (first, second)]
    block = _in_rows(parts, [row], [f"explicit {of.id}"])
    (written,) = block["exercises"][0]["set_rows"]
    del written["reps"]
    written["part_reps"] = tuple(counts)
    return Prescription((text,), [block])


def some_rows(random: Random) -> list[Row]:
    """Two to four rows, heavier and heavier."""
    percents = sorted(random.sample(range(50, 100), random.randint(2, 4)))
    return [Row(pct, random.randint(1, 6), random.choice((1, 1, 2, 3))) for pct in percents]


def _written(form: str, rows: Sequence[Row]) -> list[str]:
    forms = [form if row.sets > 1 else FORMS[form] for row in rows]
    return [
        each.format(**row._asdict(), s="" if row.reps == 1 else "s")
        for each, row in zip(forms, rows, strict=True)
    ]


def _in_rows(parts: list[Any], rows: Sequence[Row], refs: Sequence[str]) -> Facts:
    """The block of one exercise with a set row for each row, counted from the first set on."""
    written, first = [], 1
    for row, ref in zip(rows, refs, strict=True):
        load = {"kind": "percent", "pct": row.pct, "ref": ref}
        written.append({"from": first, "to": first + row.sets - 1, "reps": row.reps, "load": load})
        first += row.sets
    return in_sets(first - 1, {"parts": parts, "set_rows": written})


def rows_below(random: Random) -> Prescription:
    """A name under a scheme, and a line for each of its sets."""
    lift, sets = random.choice(LIFTS), random.randint(2, 4)
    lines, rows = [f"{sets} sets of:", lift.name], []
    for number in range(1, sets + 1):
        reps, pct = random.randint(1, 6), random.randint(50, 95)
        form = random.choice(
            ("*Set {0} = {1} reps @ {2}%", "Set {0} – {2}% x {1}", "Set #{0} – {2}% x {1} reps")
        )
        lines.append(form.format(number, reps, pct))
        load = {"kind": "percent", "pct": pct, "ref": f"inferred {lift.ref_chain[0]}"}
        rows.append({"from": number, "to": number, "reps": reps, "load": load})
    return Prescription(tuple(lines), [in_sets(sets, {"parts": [lift.id], "set_rows": rows})])


def in_sets(count: int, exercise: Facts) -> Facts:
    """The block of so many sets of one exercise."""
    return {"scheme": "sets", "sets": count, "exercises": [exercise]}
