"""The form of a visitor's maxes: its fields with what was typed, and what is wrong with each in the page's words.

What is wrong is decided by the code for the athlete file, field by field; here it is said to someone who sees a form
and no file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from wod_pipeline.athlete import HEAVIEST
from wod_pipeline.training import STANDARD_PLATES, Athlete, Unit
from wod_pipeline.vocabulary import movement_name
from wod_pipeline.web import maxes
from wod_pipeline.web.forms import Fields
from wod_pipeline.wording import shorten

LONGEST_QUOTE = 30
"""Characters shown of what was typed where it is quoted."""
_EXAMPLES: Mapping[Unit, str] = {"kg": "120", "lb": "265"}
_NUMBER = re.compile(r"\d{1,12}(?:[.,]\d{1,3})?\s*(?:kgs?|lbs?)?", re.IGNORECASE)
_PLATES_UNIT = "plates_unit"
_PLATE = re.compile(r"plate\.(\d{1,3}(?:\.\d{1,2})?)")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a field; `field` is its name, empty when it concerns all of them."""

    field: str
    text: str


@dataclass(frozen=True)
class Field:
    """A field as shown: `value` is what was typed, or what is kept."""

    name: str
    label: str
    value: str
    problem: str = ""


def problems_of(fields: Fields) -> list[Problem]:
    """What is wrong with the fields of a posted form: a sentence each, or one about all of them; none when right."""
    unit = unit_of(fields)
    found = [*(_wrong(name, value.strip(), unit) for name, value in fields if value.strip())]
    problems = [problem for problem in found if problem is not None]
    if problems or not maxes.check_fields(fields).problems:
        return problems
    return [
        Problem("", "Together these cannot be kept. Leave out the smallest plates, and name each lift once.")
    ]


def unit_of(fields: Fields) -> Unit:
    """The unit chosen in a form; kg when it is neither."""
    return "lb" if dict(fields).get("unit") == "lb" else "kg"


def plates_unit(fields: Fields) -> Unit:
    """The unit in which the form named the plates; that of the form when it does not say."""
    return unit_of([("unit", dict(fields).get(_PLATES_UNIT, unit_of(fields)))])


def without_foreign_plates(fields: Fields) -> list[tuple[str, str]]:
    """The fields without plates that the form named in another unit than is now chosen: 20 kg are no 20 lb."""
    is_foreign = plates_unit(fields) != unit_of(fields)
    of_form = [(name, value) for name, value in fields if name != _PLATES_UNIT]
    return [pair for pair in of_form if not (is_foreign and pair[0].startswith("plate."))]


def has_plates(fields: Fields) -> bool:
    """Whether any plates are entered."""
    return any(name.startswith("plate.") and value.strip() for name, value in fields)


def _wrong(name: str, value: str, unit: Unit) -> Problem | None:
    """The problem of a field; None when it is right."""
    alone = [("unit", value)] if name == "unit" else [("unit", unit), (name, value)]
    if len(value) <= maxes.LONGEST_VALUE and not maxes.check_fields(alone).problems:
        return None
    return Problem(
        name, f"{label_of(name, unit)}: “{shorten(value, LONGEST_QUOTE)}” {_reason(name, value, unit)}"
    )


def _reason(name: str, value: str, unit: Unit) -> str:
    if name == "unit":
        return "is not a unit. Choose kg or lb."
    if name == "step":
        return f"is not a step to load in. Write a number from 0.1 to 20, in {unit}."
    if _PLATE.fullmatch(name):
        return "is not a number of pairs. Write a whole number from 0 to 20."
    return _reason_of_weight(name, value, unit)


def _reason_of_weight(name: str, value: str, unit: Unit) -> str:
    if name != "bar" and not _is_max(name, unit):
        return "is in no field of this form."
    example = "20" if name == "bar" else _EXAMPLES[unit]
    if _NUMBER.fullmatch(value) is None:
        return f"is not a weight. Write a number such as {example}."
    if name == "bar":
        return f"is not the weight of a bar. Write a number up to 100, in {unit}."
    return f"is not a weight that was ever lifted. Write a number up to {HEAVIEST[unit]}, in {unit}."


def _is_max(name: str, unit: Unit) -> bool:
    """Whether a field of this name is a max of a known movement."""
    of_rack = name in ("unit", "bar", "step") or name.startswith("plate.")
    return not of_rack and not maxes.check_fields([("unit", unit), (name, _EXAMPLES[unit])]).problems


def typed_maxes(typed: Fields) -> list[str]:
    """The names of the fields that hold a max, so that none is lost when the form is shown again."""
    unit = unit_of(typed)
    return [name for name, value in typed if value.strip() and _is_max(name, unit)]


def label_of(name: str, unit: Unit) -> str:
    """A field's label: `Back Squat, 3-RM`, `20 kg plates`, `Bar`."""
    if name in ("unit", "bar", "step"):
        return {"unit": "Unit", "bar": "Bar", "step": "Smallest step"}[name]
    if plate := _PLATE.fullmatch(name):
        return f"{plate[1]} {unit} plates"
    movement, _, reps = name.rpartition(".") if "." in name else (name, "", "1")
    return movement_name(movement) + (f", {reps}-RM" if reps != "1" else "")


def fields_for(
    names: Iterable[str], kept: Mapping[str, str], typed: Fields, problems: Iterable[Problem]
) -> list[Field]:
    """The fields of these names, each with what was typed, otherwise what is kept."""
    given, wrong = dict(typed), {problem.field: problem.text for problem in problems}
    unit = unit_of(typed) if typed else unit_of([*kept.items()])
    return [
        Field(
            name,
            label_of(name, unit),
            given.get(name, "" if typed else kept.get(name, "")),
            wrong.get(name, ""),
        )
        for name in names
    ]


def plate_names(unit: Unit, athlete: Athlete | None, typed: Fields) -> list[str]:
    """The plates to show: the usual ones of the unit, those that the athlete has, and those that were typed."""
    owned = dict(athlete.rack.plates) if athlete else {}
    named = {Fraction(match[1]) for name, value in typed if value and (match := _PLATE.fullmatch(name))}
    listed = sorted({*dict(STANDARD_PLATES[unit]), *owned, *named}, reverse=True)
    return [maxes.plate_field(plate) for plate in listed]
