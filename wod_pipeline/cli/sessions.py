"""`wod today`, `next`, `show` and `week`: print stored sessions, with weights where the athlete's maxes are known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

import click

from wod_pipeline.absence import Absence, AbsenceReason, say_absence
from wod_pipeline.cli.context import ReadContext, read_options
from wod_pipeline.cli.dates import NAMED_DATE, NAMED_WEEK
from wod_pipeline.program import SessionRecord
from wod_pipeline.reading.absence import find_absence
from wod_pipeline.reading.answers import SessionsAnswer, WeekAnswer, session_answers
from wod_pipeline.reading.day import read_day
from wod_pipeline.reading.upcoming import LOOK_AHEAD, next_training_after, undated_between
from wod_pipeline.rendering import as_text, preamble_as_text, view_session, without_repeated_warnings
from wod_pipeline.weeks import WEEK, monday_of
from wod_pipeline.wording import count, long_day


@click.command()
@read_options
def today(context: ReadContext) -> None:
    """Show today's session, today in the time zone of this machine."""
    _print_day(context, context.today)


@click.command()
@read_options
def next(context: ReadContext) -> None:  # noqa: A001  the command's name
    """Show the sessions of the next training day after today, in the time zone of this machine."""
    found = next_training_after(context.table, context.today)
    records = found[1] if found else []
    answer = SessionsAnswer(session_answers(records, context.athlete), len(records))
    context.print(answer, lambda: _next_day(context, *found) if found else _no_next_day(context))


def _next_day(context: ReadContext, day: dt.date, records: Iterable[SessionRecord]) -> str:
    before = _without_a_day(context, monday_of(day) - WEEK)
    notice = f"Before that, without a day in the post: {before}.\n\n" if before else ""
    return notice + _sessions_text(context, records)


def _without_a_day(context: ReadContext, last: dt.date) -> str:
    """The sessions without a day from the current week to that of `last`, counted by week."""
    undated = undated_between(context.table, monday_of(context.today), last)
    return ", ".join(f"{count(n, 'session')} of the week of {week}" for week, n in undated.items())


def _no_next_day(context: ReadContext) -> str:
    text = f"No training is stored for the {LOOK_AHEAD.days} days after {long_day(context.today)}."
    if without_a_day := _without_a_day(context, monday_of(context.today) + LOOK_AHEAD):
        return f"{text} Without a day in the post: {without_a_day}.\n"
    return f"{text} Fetch the current and the coming week: wod materialize.\n"


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
    sessions = session_answers(stored.records, context.athlete) if stored else []
    absence = None if sessions else find_absence(context.lake, monday, stored)
    outcome, posts = (stored.outcome, stored.posts) if stored else (None, [])
    answer = WeekAnswer(monday, outcome, posts, sessions, absence)
    context.print(answer, lambda: _week_text(context, answer))


def _print_day(context: ReadContext, day: dt.date) -> None:
    stored = read_day(context.table, day)
    answer = SessionsAnswer(
        session_answers(stored.records, context.athlete),
        len(stored.records),
        undated=session_answers(stored.undated, context.athlete),
        absence=None if stored.records else find_absence(context.lake, monday_of(day), stored.week),
    )
    context.print(answer, lambda: _day_text(context, day, answer))


def _day_text(context: ReadContext, day: dt.date, answer: SessionsAnswer) -> str:
    records, undated = ([each.session for each in found] for found in (answer.sessions, answer.undated))
    parts = [f"No session on {long_day(day)}. {_reason(context, answer.absence)}\n"] if answer.absence else []
    if undated:
        verb = "has" if len(undated) == 1 else "have"
        parts.append(f"{count(undated, 'session')} of this week {verb} no day in the post.\n")
    if records or undated:
        parts.append(_sessions_text(context, [*records, *undated]))
    return "\n".join(parts)


def _reason(context: ReadContext, absence: Absence) -> str:
    """Why there is no session, and how to fetch the week where that can help."""
    says = say_absence(absence, context.now, context.today)
    if absence.reason not in _FETCHABLE:
        return says
    return f"{says} Fetch it: wod materialize --week {absence.week}."


_FETCHABLE = {AbsenceReason.NOT_STORED, AbsenceReason.NOT_READ, AbsenceReason.COULD_NOT_LOOK}


def _sessions_text(context: ReadContext, records: Iterable[SessionRecord]) -> str:
    views = without_repeated_warnings(view_session(record, context.athlete) for record in records)
    texts = [as_text(view, context.width, colour=True) for view in views]
    if context.athlete is None:
        texts.append("To see weights, enter your maxes: wod athlete init.\n")
    return "\n".join(texts)


def _week_text(context: ReadContext, answer: WeekAnswer) -> str:
    if answer.absence:
        return f"No session in the week of {long_day(answer.week)}. {_reason(context, answer.absence)}\n"
    records = [each.session for each in answer.sessions]
    # A dict keeps the order and drops repeats: every session carries the introduction of its post.
    introductions = {
        preamble_as_text(each.view, context.width, colour=True): None for each in answer.sessions
    }
    return "\n".join([*filter(None, introductions), _sessions_text(context, records)])
