"""A visitor's maxes, kept in one cookie of their browser and never on the server.

The cookie holds the same table as the athlete file, as a query string: `unit=kg&bar=20&step=2.5&snatch=100&
back_squat.3=150`. A cookie is untrusted input: its size is limited, the code for the file checks it, and what is
wrong in it is ignored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlencode

from wod_pipeline.athlete import Checked, athlete_from
from wod_pipeline.training import Athlete, decimal_text

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
    """The athlete as a cookie's value; one longer than `LONGEST_COOKIE` cannot be read again."""
    rack = athlete.rack
    fields = {"unit": rack.unit, "bar": decimal_text(rack.bar), "step": decimal_text(rack.step)}
    fields |= {
        field_name(movement, reps): weight_text(athlete, movement, reps) for movement, reps in athlete.maxes
    }
    return urlencode(fields)


def field_name(movement: str, reps: int) -> str:
    """The form's field for a max: `snatch`, `back_squat.3`."""
    return movement if reps == 1 else f"{movement}.{reps}"


def weight_text(athlete: Athlete | None, movement: str, reps: int) -> str:
    """A max as typed in the form: a number in the athlete's unit, otherwise with its unit; empty when unknown."""
    weight = athlete.maxes.get((movement, reps)) if athlete else None
    if athlete is None or weight is None:
        return ""
    return decimal_text(weight.amount) if weight.unit == athlete.rack.unit else str(weight)
