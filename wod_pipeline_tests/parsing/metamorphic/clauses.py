"""Clauses of a line made from known values: names, quantities, loads, sides, tempos, pauses, and what each states."""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

from wod_pipeline.vocabulary import MOVEMENTS

Facts = dict[str, Any]
"""Fields of a node as `reading.short` writes them."""


class Said(NamedTuple):
    """Words, and the facts that they state."""

    text: str
    facts: Facts


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
COVERED = [MOVEMENTS[name] for name in ("run", "row_erg", "sled_push", "sled_drag")]
SHORT_NAMES = {
    "sn": "snatch",
    "cln": "clean",
    "c&j": "clean_and_jerk",
    "fs": "front_squat",
    "bs": "back_squat",
}
SHORT_NAMES |= {"ohs": "overhead_squat", "dl": "deadlift"}
NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()
PLACES = {
    "at the knee": "knee",
    "below the knee": "below_knee",
    "in the dip": "dip",
    "at the bottom": "bottom",
}
PLACES |= {"at the hip": "hip", "overhead": "overhead", "at mid-thigh": "mid_thigh", "in the catch": "catch"}


def often(random: Random, likelihood: float) -> bool:
    """Whether something of this likelihood happens."""
    return random.random() < likelihood


def plural(name: str) -> str:
    """The name with an s behind it, once."""
    return name if name.endswith("s") else f"{name}s"


def exact_or_range(low: float, high: float) -> Any:
    """A number, or two with a dash."""
    return low if low == high else f"{low}-{high}"


def _words_of_range(low: int, high: int) -> str:
    return str(exact_or_range(low, high))


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
            Said(f"x {exact_or_range(low, high)} reps", {"reps": exact_or_range(low, high)}),
            Said(f"x {meters} yards", {"distance_m": round(meters * 0.9144, 2)}),
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
    pct, ref = exact_or_range(low, high), f"{'' if rm == 1 else f'{rm}-RM '}{of.id}"
    named = random.choice((f"of {rm}-RM {of.name}", f"of your {rm}-RM {of.name}", f"of {rm}RM {of.name}"))
    loads = [Said(f"@ {pct}% {named}", {"kind": "percent", "pct": pct, "ref": f"explicit {ref}"})]
    if lift is not None and lift.ref_chain and not lift.ref_ambiguous:
        inferred = {"kind": "percent", "pct": pct, "ref": f"inferred {lift.ref_chain[0]}"}
        loads += [Said(f"@ {pct}%", inferred)] * 2
        loads.append(Said(f"@ {low}%+", {**inferred, "pct": f"{low}+"}))
        loads.append(Said(f"@ no more than {low}%", {**inferred, "pct": f"≤{low}"}))
    chosen = random.choice(loads)
    return Said(chosen.text, {"load": chosen.facts})


def weight(random: Random) -> Said:
    """A weight, a pair of them, an RPE or a word."""
    heavy, light = random.randrange(40, 140, 5), random.randrange(20, 40, 5)
    rpe = random.randint(6, 9)
    in_kg = f"{heavy * 0.4536:.0f}/{light * 0.4536:.0f}"
    text, facts = random.choice(
        (
            (f"@ {heavy} kg", {"kind": "absolute", "abs": f"{heavy} kg"}),
            (f"@ {heavy}/{light} lbs", {"kind": "absolute", "abs": f"{heavy}/{light} lb"}),
            (f"({heavy}/{light} lb)", {"kind": "absolute", "abs": f"{heavy}/{light} lb"}),
            (f"({heavy}/{light}#) ({in_kg}kg)", {"kind": "absolute", "abs": f"{heavy}/{light} lb"}),
            (f"@ RPE {rpe}", {"kind": "rpe", "rpe": rpe}),
            (f"@ RPE {rpe}-{rpe + 1}", {"kind": "rpe", "rpe": f"{rpe}-{rpe + 1}"}),
            ("(light)", {"kind": "described", "word": "light"}),
            (f"@ {10 - rpe} RIR", {"kind": "rpe", "rpe": rpe}),
            ("@ 1/2 BW", {"kind": "bodyweight", "pct": 50}),
            ("@ same load as last Monday", {"kind": "relative_past", "past": "last_mon", "delta_pct": 0}),
            (
                f"@ {rpe}% more than last week",
                {"kind": "relative_past", "past": "last_week", "delta_pct": rpe},
            ),
            (
                f"@ {rpe}% less than last week",
                {"kind": "relative_past", "past": "last_week", "delta_pct": -rpe},
            ),
        )
    )
    return Said(text, {"load": facts})


def side(random: Random) -> Said:
    """What the amounts are for each of."""
    which = random.choice(("leg", "arm", "side"))
    return Said(random.choice((f"(each {which})", f"each {which}")), {"per_side": which})


def quantity_of_both_sides(random: Random) -> Said:
    """A count for both sides, and in brackets that for one, which is the one that counts."""
    count, which = random.randint(3, 10), random.choice(("leg", "arm", "side"))
    return Said(f"x {2 * count} reps ({count} each {which})", {"reps": count, "per_side": which})


def height(random: Random) -> Said:
    """The height of a box, in inches, for men and women or for all."""
    men = random.choice((20, 24, 30))
    if often(random, 0.5):
        return Said(f"({men} in)", {"height_cm": round(men * 2.54, 2)})
    women = men - 4
    heights = {"height_cm": f"{round(men * 2.54, 2)}/{round(women * 2.54, 2)}"}
    return Said(random.choice((f'({men}/{women}")', f"({men}/{women} in)")), heights)


def tempo(random: Random) -> Said:
    """Four figures: down, at the bottom, up, at the top."""
    said = "".join(random.choice(sorts) for sorts in ("2345", "0123", "01X", "0123"))
    return Said(f"@ {said}", {"tempo": said})


def pause(random: Random) -> Said:
    """How long and where, as facts of a part."""
    seconds, place = random.randint(1, 5), random.choice(sorted(PLACES))
    text = f"{random.choice(('with a', 'with', 'w/'))} {seconds} second pause {place}"
    return Said(text, {"pause": {"s": seconds, "at": PLACES[place]}})
