"""What a program's posts leave unsaid of their dates: order of day and month, and what one without a date is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DayOrder = Literal["month_first", "day_first"]
"""How a date in figures is read where both can be: `6/3` is June 3 or 6 March."""
Cadence = Literal["weekly", "daily"]
"""What a post without a date is for: the week of its publication, or that day."""


@dataclass(frozen=True)
class DateHabits:
    """The habits of one program."""

    order: DayOrder = "month_first"
    cadence: Cadence = "weekly"


US_WEEKLY = DateHabits()
"""A coach in America who posts each week's training."""
