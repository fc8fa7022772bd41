"""The athlete file: maxes, bar, plates and smallest step as TOML, checked completely before it is used.

`athlete_from` turns a table (of the file, or of the web page's form) into an `Athlete` and names everything
that is wrong with it; `read_athlete` reads the file, `EXAMPLE` is one to start from. The weights that follow
from an athlete are worked out in `training`.
"""

from __future__ import annotations

import codecs
import math
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path

from wod_pipeline.errors import AthleteFileError
from wod_pipeline.small_files import read_start
from wod_pipeline.training import STANDARD_RACKS, Athlete, Rack, Unit, Weight, decimal_text
from wod_pipeline.vocabulary import find_movement, movement_name, nearest_movements
from wod_pipeline.wording import first_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

EXAMPLE = Path(__file__).with_name("athlete.example.toml").read_text(encoding="utf-8")
"""The file that `wod athlete init` writes."""

LONGEST_FILE = 65_536
"""Bytes of a file that is read; far more than a real file has."""
HEAVIEST: Mapping[Unit, int] = {"kg": 700, "lb": 1500}
"""Heavier maxes, bars and plates are refused as mistakes."""

_RM_TABLE = re.compile(r"(\d{1,2})-?rm", re.IGNORECASE)
_WEIGHT = re.compile(r"\s*(\d{1,4}(?:\.\d{1,3}|,\d{1,2})?)\s*(kgs?|lbs?)?\s*", re.IGNORECASE)
"""A comma is for decimals, of which three could be thousands: `1,000`."""
_STEPS = (Fraction("0.1"), Fraction(20))
"""The finest and the coarsest smallest step, in either unit."""
_HEAVIEST_BAR = 100
_SHOWN = 40
_PROBLEMS_SHOWN = 50
_MOST_KINDS_OF_PLATE = 16
_MOST_PAIRS = 20
MOST_SUMS = 4_000
"""Different weights that one side may hold: a gym of everything has about 2,300. More would take long to work out."""


@dataclass
class Checked:
    """An athlete as far as the table could be read, and a sentence for each problem; none when all could be read."""

    athlete: Athlete
    problems: list[str] = field(default_factory=list)


def read_athlete(path: Path) -> Athlete | None:
    """The athlete of a file; None when there is no file. Raises `AthleteFileError` with every problem."""
    try:
        data = read_start(path, LONGEST_FILE + 1)  # one more shows that it is longer, whatever it is
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AthleteFileError(
            f"{path} cannot be read: {error.strerror}.", fix="Check the file's permissions."
        ) from error
    return athlete_of_text(data, str(path))


def athlete_of_text(data: bytes, where: str) -> Athlete:
    """The athlete of a file's bytes. Raises `AthleteFileError` with the first 50 problems."""
    checked = check_text(data, where)
    if checked.problems:
        raise AthleteFileError(
            "\n  ".join([f"{where} cannot be used:", *first_of(checked.problems, _PROBLEMS_SHOWN)]),
            fix="Correct it and try `wod athlete check`.",
        )
    return checked.athlete


def check_text(data: bytes, where: str) -> Checked:
    """The athlete of a file's bytes. Raises `AthleteFileError` when they are not TOML, or too many."""
    if len(data) > LONGEST_FILE:
        raise AthleteFileError(
            f"{where} is longer than {LONGEST_FILE:,} bytes.", fix="Is it the athlete file?"
        )
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise AthleteFileError(f"{where} is not a TOML file: it is saved as UTF-16.", fix="Save it as UTF-8.")
    try:
        text = data.decode("utf-8").replace("\ufeff", " ")  # a byte order mark is white space
        table = tomllib.loads(text, parse_float=_decimal)
    except (ValueError, RecursionError) as error:
        raise AthleteFileError(
            f"{where} is not a TOML file: {_trouble(error)}.",
            fix="`wod athlete init` writes one to start from.",
        ) from error
    return athlete_from(table)


def _trouble(error: ValueError | RecursionError) -> str:
    """Why TOML cannot be read, also where Python's reader gives up on it."""
    if isinstance(error, (tomllib.TOMLDecodeError, UnicodeDecodeError, _NotANumberError)):
        return str(error)
    return "it is nested too deeply" if isinstance(error, RecursionError) else "a number has too many digits"


class _NotANumberError(ValueError):
    """A number with a point or exponent that is beyond all bounds."""


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent of 19 digits; `InvalidOperation` is no ValueError
        raise _NotANumberError(f"{_shown(text)} is too large or too small") from None


def athlete_from(table: Mapping[str, object]) -> Checked:
    """Read the file's table: `unit`, `[bar]`, `[plates]` and any number of `[N-RM]` tables."""
    unit, problems = _unit(table.get("unit", "kg"))
    rack = _rack(table, unit, problems)
    maxes: dict[tuple[str, int], Weight] = {}
    for name, value in table.items():
        if name in ("unit", "bar", "plates"):
            continue
        matched = _RM_TABLE.fullmatch(name)
        if matched is None or not 1 <= int(matched[1]) <= 20:
            problems.append(
                f"[{name[:_SHOWN]}] is not known: use unit, [bar], [plates], [1-RM], [3-RM] and the like."
            )
        elif isinstance(value, Mapping):
            maxes.update(_maxes(int(matched[1]), value, unit, problems))
        else:
            problems.append(f"{name} must be a table of movements: [{name}] on a line of its own.")
    return Checked(Athlete(rack, maxes), problems)


def _unit(value: object) -> tuple[Unit, list[str]]:
    if value == "kg" or value == "lb":  # noqa: PLR1714  mypy narrows only the comparison
        return value, []
    return "kg", [f"unit is {_shown(value)}: use kg or lb."]


def _shown(value: object) -> str:
    """The start of a value of the file, texts in quotes."""
    return repr(value[:_SHOWN]) if isinstance(value, str) else _written(value)[:_SHOWN]


def _written(value: object) -> str:
    """A value of the file as text; TOML has numbers longer and tables deeper than Python writes."""
    try:
        return str(value)
    except ValueError:
        return "a number of thousands of digits"
    except RecursionError:
        return "a table of hundreds of levels"


# -------------------------------------------------------------------------------------------------- maxes
def _maxes(
    reps: int, table: Mapping[str, object], unit: Unit, problems: list[str]
) -> Iterator[tuple[tuple[str, int], Weight]]:
    names: dict[str, str] = {}
    for name, value in table.items():
        movement = find_movement(name)
        weight = as_weight(value, unit)
        if movement is None:
            problems.append(f"[{reps}-RM] {_shown(name)} is not a known movement{_meant(name)}.")
        elif movement in names:
            both = f"{names[movement]!r} and {name!r}"
            problems.append(f"[{reps}-RM] {both} are both {movement_name(movement)}: write it once.")
        elif isinstance(weight, str):
            problems.append(f"[{reps}-RM] {name}: {weight}.")
        else:
            names[movement] = name
            yield (movement, reps), weight


def _meant(name: str) -> str:
    near = [f"{movement_name(id_)} ({id_})" for id_ in nearest_movements(name)]
    return f"; nearest: {', '.join(near)}" if near else "; `wod movements` lists them"


def as_weight(value: object, unit: Unit) -> Weight | str:
    """A weight written as a number in `unit` or as `"205 lb"`; a sentence when it cannot be one."""
    text = _written(value)
    matched = _WEIGHT.fullmatch(text) if isinstance(value, (int, Decimal, str)) else None
    if matched is None or isinstance(value, bool):
        return f"{_shown(text)} is not a weight; write a number, or {'205 lb'!r}"
    written: Unit = unit if matched[2] is None else "kg" if matched[2].lower().startswith("kg") else "lb"
    amount = Fraction(matched[1].replace(",", "."))
    if not 0 < amount <= HEAVIEST[written]:
        return f"{matched[1]} {written} is not between 0 and {HEAVIEST[written]} {written}"
    return Weight(amount, written)


# --------------------------------------------------------------------------------------------------- rack
def _rack(table: Mapping[str, object], unit: Unit, problems: list[str]) -> Rack:
    standard = STANDARD_RACKS[unit]
    bar = table.get("bar", {})
    if not isinstance(bar, Mapping):
        problems.append("bar must be a table: [bar] with weight and step.")
        return standard
    problems += [
        f"[bar] {name[:_SHOWN]} is not known: use weight and step." for name in set(bar) - {"weight", "step"}
    ]
    own_bar = _bar(bar.get("weight"), unit, problems)
    return Rack(
        unit,
        own_bar.to(unit).amount,
        _step(bar.get("step"), unit, problems),
        _plates(table.get("plates", {}), problems),
        None if own_bar.unit == unit else own_bar.unit,
    )


def _bar(value: object, unit: Unit, problems: list[str]) -> Weight:
    """The empty bar in the unit it is written in; the usual one when it is not given or cannot be."""
    weight = Weight(STANDARD_RACKS[unit].bar, unit) if value is None else as_weight(value, unit)
    if isinstance(weight, str):
        problems.append(f"[bar] weight: {weight}.")
        return Weight(STANDARD_RACKS[unit].bar, unit)
    if weight.to(unit).amount > _HEAVIEST_BAR:
        problems.append(f"[bar] weight: {weight} is too much for one.")
    return weight


def _step(value: object, unit: Unit, problems: list[str]) -> Fraction:
    usual = STANDARD_RACKS[unit].step
    weight = Weight(usual, unit) if value is None else as_weight(value, unit)
    if isinstance(weight, str):
        problems.append(f"[bar] step: {weight}.")
        return usual
    finest, coarsest = _STEPS
    bounds = f"{decimal_text(finest)} to {decimal_text(coarsest)} {unit}"
    if weight.unit != unit:
        problems.append(f"[bar] step: {weight} is not in {unit}, the unit of your plates; write {bounds}.")
    elif not finest <= weight.amount <= coarsest:
        problems.append(f"[bar] step: {weight} is no step to load in; write {bounds}.")
    elif weight.amount != round(weight.amount, 2):
        problems.append(f"[bar] step: {value} {unit} has more than 2 decimals.")
    else:
        return weight.amount
    return usual


def _plates(table: object, problems: list[str]) -> tuple[tuple[Fraction, int], ...]:
    if not isinstance(table, Mapping) or len(table) > _MOST_KINDS_OF_PLATE:
        problems.append(
            f"plates must be a table of at most {_MOST_KINDS_OF_PLATE} kinds: "
            "[plates], then 20 = 2 for two pairs of 20."
        )
        return ()
    owned: dict[Fraction, int] = {}
    names: dict[Fraction, str] = {}
    for name, pairs in table.items():
        plate = _plate(name)
        if plate in names:
            problems.append(f"[plates] {names[plate]!r} and {name!r} are the same plate: write it once.")
        elif plate is None:
            problems.append(
                f"[plates] {_shown(name)} is not the weight of a plate (0.1 to 100, at most 2 decimals)."
            )
        elif isinstance(pairs, Mapping):
            problems.append(f'[plates] {name}…: put a plate with decimals in quotes, "{name}.5" = 1.')
        elif isinstance(pairs, bool) or not isinstance(pairs, int) or not 0 <= pairs <= _MOST_PAIRS:
            problems.append(
                f"[plates] {name} = {_shown(pairs)}: write the number of pairs, 0 to {_MOST_PAIRS}."
            )
        else:
            names[plate], owned[plate] = name, pairs
    owned = {plate: pairs for plate, pairs in owned.items() if pairs}
    if _sums(owned) > MOST_SUMS:
        problems.append(f"[plates] make more than {MOST_SUMS:,} different weights: leave out the smallest.")
        return ()
    return tuple(sorted(owned.items(), reverse=True))


def plates_within_bound(owned: Mapping[Fraction, int]) -> dict[Fraction, int]:
    """The plates, without the smallest ones when all make more than `MOST_SUMS` weights on one side."""
    kept = {plate: owned[plate] for plate in sorted(owned, reverse=True)}
    while _sums(kept) > MOST_SUMS:
        kept.popitem()
    return kept


def _sums(owned: Mapping[Fraction, int]) -> int:
    """At most how many different weights these plates make on one side."""
    hundredths = {int(plate * 100): pairs for plate, pairs in owned.items()}
    finest = math.gcd(*hundredths)
    by_weight = sum(plate * pairs for plate, pairs in hundredths.items()) // finest + 1 if finest else 1
    return min(by_weight, math.prod(pairs + 1 for pairs in owned.values()))


def _plate(name: str) -> Fraction | None:
    try:
        weight = Decimal(name)
    except InvalidOperation:
        return None
    fine = weight.is_finite() and Decimal("0.1") <= weight <= 100 and weight == round(weight, 2)
    return Fraction(weight) if fine else None
