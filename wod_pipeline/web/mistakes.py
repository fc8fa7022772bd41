"""What is wrong with the address of a page, said to the person who opened it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from wod_pipeline.rendering import clean
from wod_pipeline.weeks import FIRST_DAY, LAST_DAY
from wod_pipeline.wording import shorten

LONGEST_QUOTE = 40


def mistake_words(error: Mapping[str, Any]) -> str:
    """One of pydantic's errors as a sentence: `“foo” is not a day. Write it as 2026-11-27: year, month, day.`"""
    quoted = f"“{shorten(clean(str(error['input'])), LONGEST_QUOTE)}”"
    name, limits = error["loc"][-1], error.get("ctx", {})
    if name == "day" and _is_outside(str(error["input"])):
        return f"{quoted} is outside of the days that can be shown: {FIRST_DAY} to {LAST_DAY}."
    if name == "day":
        return f"{quoted} is not a day. Write it as 2026-11-27: year, month, day."
    if name == "page":
        return f"{quoted} is not the number of a page. Pages are numbered 1, 2, 3 and so on, up to 2000."
    if "max_length" in limits:
        return f"{quoted} is too long: at most {limits['max_length']} characters are read."
    if "expected" in limits:
        return f"{quoted} is not known here. Choose {limits['expected']}.".replace("'", "")
    return f"{quoted} cannot be used as “{name}”."


def _is_outside(text: str) -> bool:
    """Whether the text is a day before the first or after the last that can be shown."""
    try:
        return not FIRST_DAY <= dt.date.fromisoformat(text) <= LAST_DAY
    except ValueError:
        return False
