"""A visitor's maxes, kept in one cookie of their browser and never on the server.

The cookie holds the same table as the athlete file, as a query string: `unit=kg&bar=20&step=2.5&plate.20=2&
snatch=100&back_squat.3=150`. A cookie is untrusted input: its size is limited, the code for the file checks it,
and what is wrong in it is ignored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from urllib.parse import urlencode

from wod_pipeline.athlete import Checked, athlete_from
from wod_pipeline.training import (
    STANDARD_RACKS,
    WOMENS_BARS,
    Athlete,
    Rack,
    Unit,
    Weight,
    as_number,
    decimal_text,
)
from wod_pipeline.web.forms import parse_fields

COOKIE = "maxes"
LONGEST_COOKIE = 3_500
"""Characters of a cookie that is read or written; browsers keep 4096 bytes with its attributes."""
MOST_FIELDS = 150
"""Fields of the form or the cookie that are read."""
LONGEST_VALUE = 20


def athlete_of(cookie: str | None) -> Athlete | None:
    """The athlete in a cookie, without what is wrong in it; None without a cookie."""
    if not cookie or len(cookie) > LONGEST_COOKIE:
        return None
    return check_fields(parse_fields(cookie, MOST_FIELDS)).athlete


def check_fields(pairs: Iterable[tuple[str, str]]) -> Checked:
    """The athlete in the fields of the form or the cookie, with every problem. Empty fields are left out."""
    return athlete_from(_table((name, value.strip()[:LONGEST_VALUE]) for name, value in pairs))


def _table(fields: Iterable[tuple[str, str]]) -> Mapping[str, object]:
    """The athlete file's table: `snatch` is a 1-RM, `back_squat.3` a 3-RM, `plate.2.5` pairs of a plate."""
    table: dict[str, object] = {"unit": "kg"}
    bar: dict[str, object] = {}
    plates: dict[str, object] = {}
    for name, value in fields:
        if not value:
            continue
        if name == "unit":
            table["unit"] = value
        elif name in ("bar", "step"):
            bar["weight" if name == "bar" else "step"] = value
        elif name.startswith(PLATE):
            plates[name.removeprefix(PLATE)] = int(value) if value.isdecimal() else value
        else:
            movement, _, reps = name.rpartition(".") if "." in name else (name, "", "1")
            maxes = table.setdefault(f"{reps[:2]}-RM", {})
            if isinstance(maxes, dict):
                maxes[movement[:60]] = value
    converted = f"{bar.get('weight')} {table['unit']}"
    if converted in _CONVERTED_BARS:
        bar["weight"] = _CONVERTED_BARS[converted]
    return {**table, "bar": bar, "plates": plates}


_CONVERTED_BARS = {
    "44.09 lb": "20 kg",
    "33.07 lb": "15 kg",
    "20.41 kg": "45 lb",
    "15.88 kg": "35 lb",
}
"""Bars of the other unit as older cookies hold them, in which every bar is in the unit of the plates."""


def cookie_of(athlete: Athlete) -> str:
    """The athlete as a cookie's value; one longer than `LONGEST_COOKIE` cannot be read again."""
    return urlencode(fields_of(athlete))


def fields_of(athlete: Athlete) -> dict[str, str]:
    """The athlete as fields of the form, each as one would type it."""
    rack = athlete.rack
    fields = {"unit": rack.unit, "bar": bar_text(rack), "step": decimal_text(rack.step)}
    fields |= {plate_field(plate): str(pairs) for plate, pairs in rack.plates}
    return fields | {
        field_name(movement, reps): weight_text(athlete, movement, reps) for movement, reps in athlete.maxes
    }


def convert_fields(fields: Iterable[tuple[str, str]], before: Athlete | None) -> list[tuple[str, str]]:
    """The fields of a form in which the unit was changed: what is still as `before` is converted to the new unit.

    The bar and the step become the usual ones of the unit, a women's bar a women's. Plates are left out: none
    weighs the same in both. What was typed anew is taken as it is.
    """
    fields = list(fields)
    unit = changed_unit(fields, before)
    if before is None or unit is None:
        return fields
    maxes = {key: _converted(weight, unit) for key, weight in before.maxes.items()}
    old, new = fields_of(before), fields_of(Athlete(_usual_rack(before.rack, unit), maxes))
    return [
        (name, new.get(name, value) if value.strip() == old.get(name) else value)
        for name, value in fields
        if not name.startswith(PLATE)
    ]


def _converted(weight: Weight, unit: Unit) -> Weight:
    """The weight by as few decimals as come back to what it was: 205 lb → 92.99 kg → 205 lb, not 205.01."""
    amount = weight.to(unit).amount
    short = (Weight(round(amount, digits), unit) for digits in (0, 1))
    fine = Weight(round(amount, 2), unit)
    return next((each for each in short if str(each.to(weight.unit)) == str(weight)), fine)


def _usual_rack(rack: Rack, unit: Unit) -> Rack:
    usual = STANDARD_RACKS[unit]
    is_womens = rack.own_bar.amount == WOMENS_BARS[rack.own_bar.unit]
    return replace(usual, bar=WOMENS_BARS[unit]) if is_womens else usual


def changed_unit(fields: Iterable[tuple[str, str]], before: Athlete | None) -> Unit | None:
    """The unit that a form changes to; None when it changes none, or there is nothing to convert."""
    unit = dict(fields).get("unit")
    if before is None or unit == before.rack.unit:
        return None
    return "kg" if unit == "kg" else "lb" if unit == "lb" else None


PLATE = "plate."
"""The start of the names of the fields of plates."""


def plate_field(plate: Fraction) -> str:
    """The form's field for the pairs of a plate: `plate.20`, `plate.2.5`."""
    return f"{PLATE}{decimal_text(plate)}"


def bar_text(rack: Rack) -> str:
    """The bar as typed in the form: a number in the unit of the plates, otherwise with its unit."""
    return str(as_number(rack.bar)) if rack.own_bar.unit == rack.unit else str(rack.own_bar)


def field_name(movement: str, reps: int) -> str:
    """The form's field for a max: `snatch`, `back_squat.3`."""
    return movement if reps == 1 else f"{movement}.{reps}"


def weight_text(athlete: Athlete | None, movement: str, reps: int) -> str:
    """A max as typed in the form: a number in the athlete's unit, otherwise with its unit; empty when unknown."""
    weight = athlete.maxes.get((movement, reps)) if athlete else None
    if athlete is None or weight is None:
        return ""
    number = str(as_number(weight.amount))
    return number if weight.unit == athlete.rack.unit else f"{number} {weight.unit}"
