"""Maxes in the parameters of a request: `max=snatch:100&max=back_squat.3:150&plate=20:2&bar=15&step=1&unit=kg`.

They say what the cookie says (`maxes`), one max or kind of plate each, for programs and other sites that have no
cookie. What is wrong in them is named. Whatever the API's description allows is taken: of a max or plate named twice
the last counts, and of plates that make too many weights the smallest are left out. The server keeps none of them,
and `access_log` leaves their values out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from wod_pipeline.athlete import plates_within_bound
from wod_pipeline.rendering import clean
from wod_pipeline.training import Athlete
from wod_pipeline.vocabulary import MOVEMENTS, find_movement, nearest_movements
from wod_pipeline.web.maxes import LONGEST_VALUE, PLATE, check_fields, field_name, plate_field
from wod_pipeline.wording import shorten

# The patterns are those of the API's description. Of maxes more is read: names and aliases, heavier ones in lb.
_REPS = "[1-9]|1[0-9]|20"
_TO_99 = r"[1-9][0-9]?(\.[0-9]{1,2})?"
_TO_699 = r"([1-9][0-9]?|[1-6][0-9]{2})(\.[0-9]{1,2})?"
MAX_PATTERN = rf"^({'|'.join(MOVEMENTS)})(\.({_REPS}))?:{_TO_699} ?(kg|lb)?$"
PLATE_PATTERN = rf"^(0\.[1-9][0-9]?|{_TO_99}|100):(1?[0-9]|20)$"
BAR_PATTERN = rf"^({_TO_99}( ?lb)?|([1-9]|[1-3][0-9]|4[0-4])(\.[0-9]{{1,2}})? ?kg)$"
STEP_PATTERN = r"^(0\.[1-9][0-9]?|([1-9]|1[0-9])(\.[0-9]{1,2})?|20)$"

_MAX = re.compile(rf"([^:.]{{1,60}})(?:\.({_REPS}))?:(.{{1,{LONGEST_VALUE}}})")
_PLATE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,2})?):([0-9]{1,2})")
LONGEST_QUOTE = 60
"""Characters of a wrong parameter that an answer repeats."""


def athlete_of_parameters(given: Iterable[tuple[str, str]]) -> tuple[Athlete, list[tuple[str, str]]]:
    """The athlete of these parameters (name and text), and what is wrong in them: name and sentence."""
    problems: list[tuple[str, str]] = []
    fields: dict[str, str] = {}
    for parameter, text in given:
        read = _READERS[parameter](text)
        if isinstance(read, str):
            problems.append((parameter, f"{shorten(clean(text), LONGEST_QUOTE)!r} {read}"))
        else:
            fields[read[0]] = read[1]
    checked = check_fields(_with_fewer_plates(fields).items())
    return checked.athlete, problems + [_about_parameter(problem) for problem in checked.problems]


def _with_fewer_plates(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields, without those of the smallest plates when all of them make too many weights."""
    owned = _owned_plates(fields)
    left_out = {plate_field(plate) for plate in owned.keys() - plates_within_bound(owned)}
    return {name: text for name, text in fields.items() if name not in left_out}


def _owned_plates(fields: Mapping[str, str]) -> dict[Fraction, int]:
    """The pairs owned of each plate. Wrong ones are not among them: they are to be named, not left out."""
    plates = [(name.removeprefix(PLATE), text) for name, text in fields.items() if name.startswith(PLATE)]
    right = (
        (weight, int(text)) for weight, text in plates if re.fullmatch(PLATE_PATTERN, f"{weight}:{int(text)}")
    )
    return {Fraction(weight): pairs for weight, pairs in right if pairs}


_Read = tuple[str, str] | str
"""A field of the maxes form and its value, or what is wrong with the text."""


def _read_max(text: str) -> _Read:
    match = _MAX.fullmatch(text)
    if match is None:
        return "is no max; write movement:weight or movement.reps:weight, such as back_squat.3:150"
    movement = find_movement(match[1])
    if movement is None:
        near = ", ".join(nearest_movements(match[1]))
        return "names no known movement" + (f"; nearest: {near}" if near else "")
    return field_name(movement, int(match[2] or 1)), match[3]


def _read_plate(text: str) -> _Read:
    match = _PLATE.fullmatch(text)
    if match is None:
        return "is no plate; write weight:pairs, such as 2.5:1"
    return plate_field(Fraction(match[1])), match[2]


def _read_bar(text: str) -> _Read:
    if not re.fullmatch(BAR_PATTERN, text):
        return "is no empty bar; write its weight in `unit` or with its own, such as 15 or 45 lb"
    return "bar", text


def _read_step(text: str) -> _Read:
    if not re.fullmatch(STEP_PATTERN, text):
        return "is no step to load in; write 0.1 to 20, in `unit`"
    return "step", text


_READERS: Mapping[str, Callable[[str], _Read]] = {
    "max": _read_max,
    "plate": _read_plate,
    "bar": _read_bar,
    "step": _read_step,
    "unit": lambda text: ("unit", text),
}


def _about_parameter(problem: str) -> tuple[str, str]:
    """A sentence about a field of the athlete file as one about the parameter that the field came from."""
    if problem.startswith("[plates] "):
        return "plate", problem.removeprefix("[plates] ")
    return "max", problem
