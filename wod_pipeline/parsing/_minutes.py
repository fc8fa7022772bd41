"""§7.7 Minutes of an interval: `Minute 2 –` in front of a movement says in which of them it is done."""

from __future__ import annotations

import re

_MINUTE = re.compile(
    r"(?:(?P<several>min(?:ute)?s? ?#?[0-9]{1,2}(?: ?(?:-|to|,|&|and) ?[0-9]{1,2})+)"
    r"|(?:minute|min) ?#?(?P<n>[0-9]{1,2})|(?P<nth>[0-9])(?:st|nd|rd|th) minute"
    r"|(?P<turn>odd|even)(?: min(?:ute)?s?)?) ?(?:-|:|=|\)) ?"
)


def read_minute(text: str, at: int) -> tuple[int | None, int]:
    """``("Minute" N | "Odd" | "Even" | "Minutes" N "-" M) ("-" | ":")`` at `at`: the minute, and where it ends.

    Odd minutes are the first of two and even ones the second; minutes from one to another have no single number.
    """
    found = _MINUTE.match(text, at)
    if not found:
        return None, at
    if found["turn"]:
        return (1 if found["turn"] == "odd" else 2), found.end()
    number = found["n"] or found["nth"]
    return (int(number) if number else None), found.end()
