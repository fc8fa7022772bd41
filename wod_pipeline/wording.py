"""How counts, days, weeks, long texts and addresses are worded, wherever people read them. Pure; no sentences."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence, Sized
from typing import Literal
from urllib.parse import urlsplit


def count(of: int | Sized, noun: str) -> str:
    """A number with its noun: ``1 session``, ``5 sessions``."""
    number = of if isinstance(of, int) else len(of)
    return f"{number} {plural(number, noun)}"


def plural(number: object, noun: str) -> str:
    """The noun as it reads after a number: ``post`` after 1, otherwise ``posts``."""
    return noun if number == 1 else f"{noun}s"


def short_day(day: dt.date, today: dt.date | None = None) -> str:
    """``Mon 23 Nov``; with the year when it is not that of `today`: ``Mon 21 Dec 2020``."""
    year = "" if today is None or today.year == day.year else f" {day.year}"
    return f"{day:%a} {day.day} {day:%b}{year}"


def day_span(first: dt.date, last: dt.date, today: dt.date) -> str:
    """``Mon 23 – Sun 29 Nov``; what both share is said once, the year only when it is not that of `today`."""
    if (first.year, first.month) == (last.year, last.month):
        start = f"{first:%a} {first.day}"
    else:
        start = short_day(first) if first.year == last.year else short_day(first, today)
    return f"{start} – {short_day(last, today)}"


def long_day(day: dt.date) -> str:
    """``Monday 23 November 2026``."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def ago(moment: dt.datetime, now: dt.datetime) -> str:
    """How long before `now` a moment was, rounded down: ``12 minutes ago``; ``just now`` below ten seconds.

    A moment in the future, as from a clock that is ahead, is ``just now`` too.
    """
    seconds = int((now - moment).total_seconds())
    for unit, size, shortest in _UNITS:
        if seconds >= shortest:
            return f"{count(seconds // size, unit)} ago"
    return "just now"


_UNITS = (
    ("week", 604_800, 1_209_600),
    ("day", 86_400, 172_800),
    ("hour", 3_600, 3_600),
    ("minute", 60, 60),
    ("second", 1, 10),
)
"""A unit, its seconds, and the seconds from which it is used: 36 hours say more than one day."""


def duration(seconds: float) -> str:
    """A length of time in its largest whole unit, rounded up: ``10 minutes``, ``1 second``."""
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= size:
            return count(-int(-seconds // size), unit)
    return count(max(1, -int(-seconds // 1)), "second")


def elapsed(seconds: float) -> str:
    """A time that has passed, in its largest whole unit, rounded down: ``2 hours`` after 2 h 59 min."""
    size = next((size for size in (86_400, 3_600, 60) if seconds >= size), 1)
    return duration(seconds // size * size)


def name_weeks(weeks: tuple[dt.date, dt.date]) -> str:
    """``the week of 2026-11-23``, or ``the weeks 2026-11-23 to 2026-12-07``."""
    return f"the week of {weeks[0]}" if weeks[0] == weeks[1] else f"the weeks {weeks[0]} to {weeks[1]}"


def emptying_command(week: dt.date, *, from_stored: bool) -> str:
    """The command that lets a week lose its sessions; `from_stored` where its posts need not be fetched for that."""
    return f"wod materialize {'--from-stored ' if from_stored else ''}--week {week} --allow-empty"


def shorten(text: str, longest: int) -> str:
    """The text in at most `longest` characters, cut after a word where there is one, with ``…`` when cut."""
    if len(text) <= longest:
        return text
    cut = text[: longest - 1]
    return f"{cut.rpartition(' ')[0].rstrip() or cut}…"


_NORMALIZED_AT_ONCE = 1_000


def normalized(form: Literal["NFC", "NFKD"], text: str) -> str:
    """The text in a normal form of Unicode, in linear time: a long text is taken in pieces of 1,000 characters.

    Python sorts a run of combining marks in quadratic time: a text of 40,000 took seconds. A character
    and a mark on it stay apart where a piece ends between them.
    """
    starts = range(0, len(text), _NORMALIZED_AT_ONCE)
    return "".join(unicodedata.normalize(form, text[n : n + _NORMALIZED_AT_ONCE]) for n in starts)


def first_of(lines: Sequence[str], most: int) -> list[str]:
    """The first `most` lines, and how many more there are."""
    more = [f"… and {len(lines) - most} more"] if len(lines) > most else []
    return [*lines[:most], *more]


def is_site_address(address: str) -> bool:
    """Whether it is the address of a site or a folder of one: a plain web address without query and fragment."""
    return is_plain_web_address(address) and not {"?", "#"} & set(address)


def is_plain_web_address(address: str) -> bool:
    """Whether it is http or https, names a host, has a valid port if any, and holds no login."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port  # reading an invalid port raises
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and "@" not in parts.netloc


def is_web_address(address: str) -> bool:
    """Whether a click on the address opens it over http or https, and nothing else."""
    return address[:8].lower().startswith(("http://", "https://"))


_CLOCK_TROUBLE = (
    "certificate is not yet valid",
    "certificate has expired",
    "signature expired",
    "not yet current",
)


def is_clock_trouble(message: str) -> bool:
    """Whether a message of TLS or of a service's signature check is one that a wrong clock causes."""
    return any(words in message.lower() for words in _CLOCK_TROUBLE)


def clock_advice(here: dt.datetime, there: dt.datetime | None = None) -> str:
    """What to do about it, with the time (UTC) here and, where it is known, at the other end."""
    other = f", the other side {there:%Y-%m-%d %H:%M}" if there else ""
    return f"Set this machine's clock, if it is wrong: it says {here:%Y-%m-%d %H:%M} UTC{other}."
