"""A visitor's maxes in their own browser: written to and read from one cookie, never kept on the server.

The cookie holds the same table as the athlete file, as a query string: `unit=kg&bar=20&step=2.5&snatch=100&
back_squat.3=150`. It is data from outside: bounded, checked by the same code as the file, and whatever is wrong
in it is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlencode

from wod_pipeline.athlete import Checked, athlete_from
from wod_pipeline.training import Athlete, decimal_text

COOKIE = "maxes"
MAX_AGE_S = 400 * 24 * 3600
LONGEST = 3_500
"""Bytes of a cookie that is read or written; browsers keep 4096 with its attributes."""
MOST_FIELDS = 150
LONGEST_VALUE = 20


def athlete_of(cookie: str | None) -> Athlete | None:
    """The athlete a cookie describes, without what is wrong in it; None without a cookie."""
    if not cookie or len(cookie) > LONGEST:
        return None
    return check_fields(_pairs(cookie)).athlete


def check_fields(pairs: Iterable[tuple[str, str]]) -> Checked:
    """The athlete of the form's or the cookie's fields. An empty field is a max that is not known."""
    return athlete_from(_table((name, value.strip()[:LONGEST_VALUE]) for name, value in pairs))


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, max_num_fields=MOST_FIELDS, errors="replace")
    except ValueError:
        return []


def form_fields(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form as a browser posts it; empty when there are too many."""
    return _pairs(body.decode("ascii", "replace"))


def _table(fields: Iterable[tuple[str, str]]) -> Mapping[str, object]:
    """The athlete file's table: `snatch` is a 1-RM, `back_squat.3` a 3-RM."""
    table: dict[str, object] = {"unit": "kg", "bar": {}}
    bar: dict[str, object] = {}
    for name, value in fields:
        if not value:
            continue
        if name == "unit":
            table["unit"] = value
        elif name in ("bar", "step"):
            bar["weight" if name == "bar" else "step"] = value
        else:
            movement, _, reps = name.rpartition(".") if "." in name else (name, "", "1")
            maxes = table.setdefault(f"{reps[:2]}-RM", {})
            if isinstance(maxes, dict):
                maxes[movement[:60]] = value
    return {**table, "bar": bar}


def cookie_of(athlete: Athlete) -> str:
    """The athlete as a cookie's value. Raises `ValueError` when it would not fit into one."""
    rack = athlete.rack
    fields = {"unit": rack.unit, "bar": decimal_text(rack.bar), "step": decimal_text(rack.step)}
    fields |= {
        field_name(movement, reps): weight_text(athlete, movement, reps) for movement, reps in athlete.maxes
    }
    text = urlencode(fields)
    if len(text) > LONGEST:
        raise ValueError("too many maxes for a cookie")
    return text


def field_name(movement: str, reps: int) -> str:
    """The form's field for a max: `snatch`, `back_squat.3`."""
    return movement if reps == 1 else f"{movement}.{reps}"


def weight_text(athlete: Athlete | None, movement: str, reps: int) -> str:
    """A max as it is typed: the number alone in the athlete's unit, else with its unit; empty when not known."""
    weight = athlete.maxes.get((movement, reps)) if athlete else None
    if athlete is None or weight is None:
        return ""
    return decimal_text(weight.amount) if weight.unit == athlete.rack.unit else str(weight)
