"""`wod today`, `next`, `show` and `week`: stored sessions with the weights of the athlete file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import click

from wod_pipeline.cli.dates import DATE
from wod_pipeline.cli.reading import Reading, reading_options
from wod_pipeline.program import Outcome, SessionRecord, WeekRecords
from wod_pipeline.reading.answers import WeekAnswer, session_answer
from wod_pipeline.rendering import as_text, preamble_as_text, view_session
from wod_pipeline.weeks import DAY, monday_of
from wod_pipeline.wording import long_day

LOOK_AHEAD = dt.timedelta(days=28)
_BEHIND = {
    Outcome.NOT_PUBLISHED: "That week's post was not published when it was last looked for.",
    Outcome.NO_SESSION: "That week's post holds no session.",
    Outcome.PUBLISHED: "The post of that week has nothing on this day.",
    None: "That week is not stored: `wod materialize` fetches the current and the coming week.",
}


@click.command()
@reading_options
def today(reading: Reading) -> None:
    """Show what is to be lifted today."""
    _print_day(reading, reading.today)


@click.command()
@reading_options
def next(reading: Reading) -> None:  # noqa: A001  the command's name
    """Show the next training day after today."""
    later = reading.table.read_dates(reading.today + DAY, reading.today + LOOK_AHEAD)
    training = [record for record in later if record.kind != "rest"]
    days = [record.date for record in training[:1]]
    _print_sessions(
        reading,
        [record for record in training if record.date in days],
        f"No training is stored for the {LOOK_AHEAD.days} days after {long_day(reading.today)}.\n"
        f"{_BEHIND[None]}\n",
    )


@click.command()
@click.argument("date", type=DATE)
@reading_options
def show(reading: Reading, date: dt.date) -> None:
    """Show the sessions of one DATE, such as 2020-12-21."""
    _print_day(reading, date)


@click.command()
@click.argument("date", type=DATE, required=False)
@reading_options
def week(reading: Reading, date: dt.date | None) -> None:
    """Show a whole training week, by any DATE of it; the current one without."""
    monday = monday_of(date or reading.today)
    stored = reading.table.read_week(monday)
    value = stored or WeekRecords(monday, Outcome.NOT_PUBLISHED, [], [])
    answer = WeekAnswer(
        monday,
        value.outcome,
        value.posts,
        [session_answer(record, reading.athlete) for record in value.records],
    )
    reading.print(answer, lambda: _week_text(reading, monday, stored))


def _print_day(reading: Reading, day: dt.date) -> None:
    records = reading.table.read_dates(day, day)
    nothing = "" if records else _nothing_on(reading, day)
    _print_sessions(reading, records, nothing)


def _nothing_on(reading: Reading, day: dt.date) -> str:
    stored = reading.table.read_week(monday_of(day))
    text = f"No session on {long_day(day)}. {_BEHIND[stored.outcome if stored else None]}\n"
    undated = sum(record.date is None for record in stored.records) if stored else 0
    return text + (
        f"{undated} of its sessions name no date; `wod week {day}` shows them.\n" if undated else ""
    )


def _print_sessions(reading: Reading, records: Sequence[SessionRecord], nothing: str) -> None:
    answer = {"sessions": [session_answer(record, reading.athlete) for record in records]}
    reading.print(answer, lambda: _sessions_text(reading, records) if records else nothing)


def _sessions_text(reading: Reading, records: Iterable[SessionRecord]) -> str:
    views = [view_session(record, reading.athlete) for record in records]
    told = [as_text(view, reading.width, colour=True) for view in views]
    if reading.athlete is None:
        told.append("Weights follow once your maxes are known: `wod athlete init`.\n")
    return "\n".join(told)


def _week_text(reading: Reading, monday: dt.date, stored: WeekRecords | None) -> str:
    if stored is None or not stored.records:
        return (
            f"No session in the week of {long_day(monday)}. {_BEHIND[stored.outcome if stored else None]}\n"
        )
    introductions = {
        preamble_as_text(view_session(record), reading.width, colour=True): None for record in stored.records
    }
    return "\n".join([*filter(None, introductions), _sessions_text(reading, stored.records)])
