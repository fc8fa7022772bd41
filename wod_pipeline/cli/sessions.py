"""`wod today`, `next`, `show` and `week`: print stored sessions, with weights where the athlete's maxes are known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

import click

from wod_pipeline.cli.context import ReadContext, read_options
from wod_pipeline.cli.dates import NAMED_DATE, NAMED_WEEK
from wod_pipeline.program import Outcome, SessionRecord, WeekRecords
from wod_pipeline.reading.answers import WeekAnswer, session_answers
from wod_pipeline.reading.upcoming import LOOK_AHEAD, next_training_after
from wod_pipeline.rendering import as_text, preamble_as_text, view_session
from wod_pipeline.weeks import monday_of
from wod_pipeline.wording import count, long_day

_REASONS = {
    Outcome.NOT_PUBLISHED: "The week's post was not published when the site was last read.",
    Outcome.NO_SESSION: "The week's post holds no session.",
    Outcome.PUBLISHED: "The week's post has nothing on this day.",
}


def _reason(week: dt.date, stored: WeekRecords | None) -> str:
    """Why there is no session: what is known of the week, or how to fetch it."""
    if stored is None:
        return f"The week is not stored. Fetch it: wod materialize --week {week}."
    return _REASONS[stored.outcome]


@click.command()
@read_options
def today(context: ReadContext) -> None:
    """Show today's session."""
    _print_day(context, context.today)


@click.command()
@read_options
def next(context: ReadContext) -> None:  # noqa: A001  the command's name
    """Show the sessions of the next training day after today."""
    _print_sessions(
        context,
        next_training_after(context.table, context.today),
        f"No training is stored for the {LOOK_AHEAD.days} days after {long_day(context.today)}."
        " Fetch the current and the coming week: wod materialize.\n",
    )


@click.command()
@click.argument("date", type=NAMED_DATE)
@read_options
def show(context: ReadContext, date: Callable[[dt.date], dt.date]) -> None:
    """Show the sessions of one DATE: 2020-12-21, today, tomorrow, yesterday, or a weekday of the current week.

    \b
    wod show tomorrow
    wod show friday
    """
    _print_day(context, date(context.today))


@click.command()
@click.argument("date", type=NAMED_WEEK, default="this")
@read_options
def week(context: ReadContext, date: Callable[[dt.date], dt.date]) -> None:
    """Show a whole training week: last, this (the default) or next, or the week of any DATE.

    \b
    wod week next
    wod week 2020-12-21
    """
    monday = monday_of(date(context.today))
    stored = context.table.read_week(monday)
    value = stored or WeekRecords(monday, Outcome.NOT_PUBLISHED, [], [])
    sessions = session_answers(value.records, context.athlete)
    answer = WeekAnswer(monday, value.outcome, value.posts, sessions)
    context.print(answer, lambda: _week_text(context, monday, stored))


def _print_day(context: ReadContext, day: dt.date) -> None:
    records = context.table.read_dates(day, day)
    _print_sessions(context, records, "" if records else _no_session_on(context, day))


def _no_session_on(context: ReadContext, day: dt.date) -> str:
    week = monday_of(day)
    stored = context.table.read_week(week)
    text = f"No session on {long_day(day)}. {_reason(week, stored)}\n"
    undated = sum(record.date is None for record in stored.records) if stored else 0
    if not undated:
        return text
    return f"{text}The week also holds {count(undated, 'session')} without a date: wod week {day}\n"


def _print_sessions(context: ReadContext, records: Sequence[SessionRecord], if_empty: str) -> None:
    answer = {"sessions": session_answers(records, context.athlete)}
    context.print(answer, lambda: _sessions_text(context, records) if records else if_empty)


def _sessions_text(context: ReadContext, records: Iterable[SessionRecord]) -> str:
    views = [view_session(record, context.athlete) for record in records]
    texts = [as_text(view, context.width, colour=True) for view in views]
    if context.athlete is None:
        texts.append("To see weights, enter your maxes: wod athlete init.\n")
    return "\n".join(texts)


def _week_text(context: ReadContext, monday: dt.date, stored: WeekRecords | None) -> str:
    if stored is None or not stored.records:
        return f"No session in the week of {long_day(monday)}. {_reason(monday, stored)}\n"
    # A dict keeps the order and drops repeats: every session carries the introduction of its post.
    introductions = {
        preamble_as_text(view_session(record), context.width, colour=True): None for record in stored.records
    }
    return "\n".join([*filter(None, introductions), _sessions_text(context, stored.records)])
