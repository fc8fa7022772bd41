"""A visitor's maxes, kept in one cookie of their browser or given as parameters, and never kept on the server.

The cookie holds the same table as the athlete file, as a query string: `unit=kg&bar=20&step=2.5&plate.20=2&
snatch=100&back_squat.3=150`. A cookie is untrusted input: its size is limited, the code for the file checks it,
and what is wrong in it is ignored. Parameters (`max=back_squat.3:150&plate=20:2&unit=kg`) say the same, one max or
kind of plate each; what is wrong in them is named.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from urllib.parse import parse_qsl, urlencode

from wod_pipeline.athlete import Checked, athlete_from
from wod_pipeline.rendering import clean
from wod_pipeline.training import STANDARD_RACKS, Athlete, Rack, Unit, decimal_text
from wod_pipeline.vocabulary import find_movement, nearest_movements
from wod_pipeline.wording import shorten

COOKIE = "maxes"
MAX_AGE_S = 400 * 24 * 3600
"""400 days, the longest that browsers keep a cookie."""
LONGEST_COOKIE = 3_500
"""Characters of a cookie that is read or written; browsers keep 4096 bytes with its attributes."""
MOST_FIELDS = 150
LONGEST_VALUE = 20


def athlete_of(cookie: str | None) -> Athlete | None:
    """The athlete in a cookie, without what is wrong in it; None without a cookie."""
    if not cookie or len(cookie) > LONGEST_COOKIE:
        return None
    return check_fields(_pairs(cookie)).athlete


def check_fields(pairs: Iterable[tuple[str, str]]) -> Checked:
    """The athlete in the fields of the form or the cookie, with every problem. Empty fields are left out."""
    return athlete_from(_table((name, value.strip()[:LONGEST_VALUE]) for name, value in pairs))


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, max_num_fields=MOST_FIELDS, errors="replace")
    except ValueError:
        return []


def form_fields(body: bytes) -> list[tuple[str, str]]:
    """The fields of a posted form; empty when there are more than `MOST_FIELDS`."""
    return _pairs(body.decode("ascii", "replace"))


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
        elif name.startswith(_PLATE):
            plates[name.removeprefix(_PLATE)] = int(value) if value.isdecimal() else value
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
    return urlencode(_fields_of(athlete))


def _fields_of(athlete: Athlete) -> dict[str, str]:
    rack = athlete.rack
    fields = {"unit": rack.unit, "bar": bar_text(rack), "step": decimal_text(rack.step)}
    fields |= {plate_field(plate): str(pairs) for plate, pairs in rack.plates}
    return fields | {
        field_name(movement, reps): weight_text(athlete, movement, reps) for movement, reps in athlete.maxes
    }


def convert_fields(fields: Iterable[tuple[str, str]], before: Athlete | None) -> list[tuple[str, str]]:
    """The fields of a form in which the unit was changed: what is still as `before` is converted to the new unit.

    The bar and the step become the usual ones of the unit. Plates are left out: none weighs the same in both.
    What was typed anew is taken as it is.
    """
    fields = list(fields)
    unit = changed_unit(fields, before)
    if before is None or unit is None:
        return fields
    maxes = {key: weight.to(unit) for key, weight in before.maxes.items()}
    old, new = _fields_of(before), _fields_of(Athlete(STANDARD_RACKS[unit], maxes))
    return [
        (name, new.get(name, value) if value.strip() == old.get(name) else value)
        for name, value in fields
        if not name.startswith(_PLATE)
    ]


def changed_unit(fields: Iterable[tuple[str, str]], before: Athlete | None) -> Unit | None:
    """The unit that a form changes to; None when it changes none, or there is nothing to convert."""
    unit = dict(fields).get("unit")
    if before is None or unit == before.rack.unit:
        return None
    return "kg" if unit == "kg" else "lb" if unit == "lb" else None


# ---------------------------------------------------------------------------------------------- parameters
_REPS = "[1-9]|1[0-9]|20"
WEIGHT_PATTERN = r"^[0-9]{1,4}([.,][0-9]{1,3})? ?([kK][gG]|[lL][bB])?$"
MAX_PATTERN = rf"^[^:.]{{1,60}}(\.({_REPS}))?:{WEIGHT_PATTERN.removeprefix('^')}"
PLATE_PATTERN = r"^[0-9]{1,3}(\.[0-9]{1,2})?:[0-9]{1,2}$"
_MAX = re.compile(rf"([^:.]{{1,60}})(?:\.({_REPS}))?:(.{{1,{LONGEST_VALUE}}})")


def athlete_of_parameters(
    maxes: Iterable[str], plates: Iterable[str], rack: Mapping[str, str]
) -> tuple[Athlete, list[tuple[str, str]]]:
    """The athlete of parameters, and what is wrong in them as (parameter, sentence).

    `maxes` are such as `back_squat.3:150`, `plates` such as `20:2`; `rack` holds `unit`, `bar` and `step`.
    """
    problems: list[tuple[str, str]] = []
    fields: dict[str, str] = {}
    for parameter, read, texts in (("max", _read_max, maxes), ("plate", _read_plate, plates)):
        for text in texts:
            try:
                name, value = read(text)
            except ValueError as error:
                problems.append((parameter, f"{shorten(clean(text), 60)!r} {error}"))
                continue
            if name in fields:
                problems.append((parameter, f"{shorten(clean(text), 60)!r} is given already"))
            fields[name] = value
    problems += [
        (name, "'' is not a weight; write a number, or '205 lb'.")
        for name, text in rack.items()
        if not text.strip()
    ]
    checked = check_fields([*rack.items(), *fields.items()])
    return checked.athlete, problems + [_about_parameter(problem) for problem in checked.problems]


def _read_max(text: str) -> tuple[str, str]:
    """The form's field and value. Raises `ValueError` unless it names a known movement and a weight."""
    match = _MAX.fullmatch(text)
    if match is None:
        raise ValueError("is no max; write movement:weight or movement.reps:weight, such as back_squat.3:150")
    movement = find_movement(match[1])
    if movement is None:
        near = ", ".join(nearest_movements(match[1]))
        raise ValueError("names no known movement" + (f"; nearest: {near}" if near else ""))
    return field_name(movement, int(match[2] or 1)), match[3]


def _read_plate(text: str) -> tuple[str, str]:
    if not re.fullmatch(PLATE_PATTERN, text):
        raise ValueError("is no plate; write weight:pairs, such as 2.5:1")
    weight, _, pairs = text.partition(":")
    return plate_field(Fraction(weight)), pairs


_PARAMETERS = {"[bar] weight:": "bar", "[bar] step:": "step", "[plates]": "plate", "unit": "unit"}


def _about_parameter(problem: str) -> tuple[str, str]:
    """A sentence about a field of the athlete file as one about the parameter that it came from."""
    for field, parameter in _PARAMETERS.items():
        if problem.startswith(field):
            return parameter, problem.removeprefix(field).strip()
    return "max", problem


_IN_ADDRESS = re.compile(r"(?<=[?&])(max|unit|bar|step|plate)=[^&\s]*")


class HideMaxes(logging.Filter):
    """Leave the values of maxes parameters out of the lines that uvicorn logs for requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record and let it pass."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                _IN_ADDRESS.sub(r"\1=…", value) if isinstance(value, str) else value for value in record.args
            )
        return True


_PLATE = "plate."


def plate_field(plate: Fraction) -> str:
    """The form's field for the pairs of a plate: `plate.20`, `plate.2.5`."""
    return f"{_PLATE}{decimal_text(plate)}"


def bar_text(rack: Rack) -> str:
    """The bar as typed in the form: a number in the unit of the plates, otherwise with its unit."""
    return decimal_text(rack.bar) if rack.own_bar.unit == rack.unit else str(rack.own_bar)


def field_name(movement: str, reps: int) -> str:
    """The form's field for a max: `snatch`, `back_squat.3`."""
    return movement if reps == 1 else f"{movement}.{reps}"


def weight_text(athlete: Athlete | None, movement: str, reps: int) -> str:
    """A max as typed in the form: a number in the athlete's unit, otherwise with its unit; empty when unknown."""
    weight = athlete.maxes.get((movement, reps)) if athlete else None
    if athlete is None or weight is None:
        return ""
    return decimal_text(weight.amount) if weight.unit == athlete.rack.unit else str(weight)
