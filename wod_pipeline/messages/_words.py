"""Dates, counts, links and lengths as every message writes them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from wod_pipeline.wording import short_day, shorten

SMS = 140
"""Characters of a text message in one part."""


@dataclass(frozen=True)
class Links:
    """Where to look in the Dagster UI; without a base address there are no links."""

    base_url: str = ""

    def week(self, week: dt.date) -> str:
        """The week's partition of the last asset."""
        return self._link(f"assets/session_records?view=partitions&partition={week}")

    def run(self, run_id: str) -> str:
        """One run."""
        return self._link(f"runs/{run_id}")

    def automation(self) -> str:
        """Schedules and sensors with their last ticks."""
        return self._link("automation")

    def backfill(self, backfill_id: str) -> str:
        """One backfill."""
        return self._link(f"runs/b/{backfill_id}")

    def _link(self, path: str) -> str:
        return f"{self.base_url.rstrip('/')}/{path}" if self.base_url else ""


def moment(when: dt.datetime, zone: ZoneInfo) -> str:
    """``Sun 22 Nov 2026, 21:00 PST``."""
    local = when.astimezone(zone)
    return f"{short_day(local)} {local.year}, {local:%H:%M %Z}"


def weeks_words(weeks: tuple[dt.date, dt.date]) -> str:
    """First and last week of a run in words."""
    return f"the week of {weeks[0]}" if weeks[0] == weeks[1] else f"the weeks {weeks[0]} to {weeks[1]}"


def text_of(lines: Sequence[str], link: str) -> str:
    """The lines of a message, and where to look."""
    return "\n".join([*lines, *([f"Look: {link}"] if link else [])])


def sms(*sentences: str) -> str:
    """The first sentence, and as many of the others as fit."""
    text = sentences[0]
    for sentence in sentences[1:]:
        if sentence and len(text) + len(sentence) + 2 <= SMS:
            text = f"{text}. {sentence}"
    return shorten(text, SMS)


def digest(values: Iterable[object]) -> str:
    """A short name for these values, in this order."""
    return hashlib.sha256("|".join(str(value) for value in values).encode()).hexdigest()[:16]
