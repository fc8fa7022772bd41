"""Times, weeks, links and lengths as every message writes them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from wod_pipeline.wording import short_day, shorten

SMS_CHARACTERS = 140
"""Room in a text message of one part."""


@dataclass(frozen=True)
class Links:
    """Links to pages of the Dagster UI; empty without a base address."""

    base_url: str = ""

    def week(self, week: dt.date) -> str:
        """The week's partition of the session records."""
        return self._link(f"assets/session_records?view=partitions&partition={week}")

    def run(self, run_id: str) -> str:
        """One run."""
        return self._link(f"runs/{run_id}")

    def automation(self) -> str:
        """The schedules and sensors with their last ticks."""
        return self._link("automation")

    def backfill(self, backfill_id: str) -> str:
        """One backfill."""
        return self._link(f"runs/b/{backfill_id}")

    def _link(self, path: str) -> str:
        return f"{self.base_url.rstrip('/')}/{path}" if self.base_url else ""


def local_time(when: dt.datetime, zone: ZoneInfo) -> str:
    """``Sun 22 Nov 2026, 21:00 PST``."""
    local = when.astimezone(zone)
    return f"{short_day(local)} {local.year}, {local:%H:%M %Z}"


def join_lines(lines: Sequence[str], link: str) -> str:
    """The lines of a message's text, with the link in a last line when there is one."""
    return "\n".join([*lines, *([f"Look: {link}"] if link else [])])


def fit_sms(*sentences: str) -> str:
    """The first sentence, and those of the others that still fit into a text message."""
    text = sentences[0]
    for sentence in sentences[1:]:
        longer = f"{text}. {sentence}"
        if sentence and len(longer) <= SMS_CHARACTERS:
            text = longer
    return shorten(text, SMS_CHARACTERS)


def digest(values: Iterable[object]) -> str:
    """Sixteen hexadecimal digits that stand for these values in this order, for an identifier."""
    return hashlib.sha256("|".join(str(value) for value in values).encode()).hexdigest()[:16]
