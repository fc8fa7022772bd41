"""What the page of a day and the page of a week show: which sessions, in which order, or why there are none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from wod_pipeline.absence import Phrase, phrase_absence
from wod_pipeline.program import SessionRecord, WeekRecords
from wod_pipeline.reading.day import read_day
from wod_pipeline.reading.undated import DayChoices, chosen_day, undated_of
from wod_pipeline.reading.upcoming import LOOK_AHEAD, next_training_after, undated_between
from wod_pipeline.rendering import SessionView, view_session
from wod_pipeline.training import Athlete
from wod_pipeline.web.context import AppContext
from wod_pipeline.web.days import DayField, day_fields
from wod_pipeline.weeks import WEEK, monday_of


@dataclass(frozen=True)
class Visit:
    """What of a visitor decides on the sessions they are shown: their maxes and the days of their choice."""

    athlete: Athlete | None
    choices: DayChoices
    whole: bool = False
    """Whether sessions are shown whole that go beyond the bounds."""

    def views(self, records: Iterable[SessionRecord]) -> list[SessionView]:
        """The sessions as shown to them; one without a day has the day of their choice."""
        return [self._view(record) for record in records]

    def _view(self, record: SessionRecord) -> SessionView:
        view, day = view_session(record, self.athlete, whole=self.whole), chosen_day(record, self.choices)
        return replace(view, date=day, is_chosen=True) if day else view


@dataclass(frozen=True)
class ShownDay:
    """A day: its sessions, those of its week without a day, and what stands in place of sessions.

    `absence` is why there is no session, `newest_week` another week to go to, both where they apply. `next_day` is
    the next training day with its sessions, `next_undated` a week before it with sessions that have no day.
    """

    views: Sequence[SessionView]
    undated: Sequence[SessionView]
    absence: Sequence[Phrase]
    newest_week: dt.date | None
    next_day: dt.date | None
    later: Sequence[SessionView]
    next_undated: dt.date | None


@dataclass(frozen=True)
class ShownWeek:
    """A week: its sessions by day, those without a day and the form for these; otherwise as in `ShownDay`."""

    views: Sequence[SessionView]
    undated: Sequence[SessionView]
    fields: Sequence[DayField]
    absence: Sequence[Phrase]
    newest_week: dt.date | None


def show_day(context: AppContext, visit: Visit, day: dt.date, today: dt.date) -> ShownDay:
    """What the page of a day shows. Raises `StorageError`."""
    monday = monday_of(day)
    dated, undated, week = read_day(context.table, day)
    chosen = [record for record in undated if chosen_day(record, visit.choices) == day]
    records = [*dated, *chosen]
    is_training = any(record.kind != "rest" for record in records)
    later = None if is_training else next_training_after(context.table, day, visit.choices)
    next_day, next_records = later or (None, [])
    return ShownDay(
        views=visit.views(records),
        undated=[view for view in visit.views(undated) if view.date is None],
        absence=[] if records else _absence(context, monday, week, today),
        newest_week=None if records else _other_week(context, monday, week),
        next_day=next_day,
        later=visit.views(next_records),
        next_undated=None if is_training else _next_undated(context, visit, monday, next_day),
    )


def _next_undated(
    context: AppContext, visit: Visit, monday: dt.date, next_day: dt.date | None
) -> dt.date | None:
    """The first later week before that of `next_day` that holds sessions without a day."""
    last = monday_of(next_day) - WEEK if next_day else monday + LOOK_AHEAD
    return next(iter(undated_between(context.table, monday + WEEK, last, visit.choices)), None)


def show_week(context: AppContext, visit: Visit, monday: dt.date, today: dt.date) -> ShownWeek:
    """What the page of a week shows. Raises `StorageError`."""
    stored = context.table.read_week(monday)
    records = stored.records if stored else []
    undated, views = undated_of(records), visit.views(records)
    return ShownWeek(
        views=sorted((view for view in views if view.date), key=lambda view: view.date or monday),
        undated=[view for view in views if view.date is None],
        fields=day_fields(undated, visit.choices),
        absence=[] if records else _absence(context, monday, stored, today),
        newest_week=_other_week(context, monday, stored),
    )


def _absence(
    context: AppContext, monday: dt.date, stored: WeekRecords | None, today: dt.date
) -> list[Phrase]:
    return phrase_absence(context.absence_of(monday, stored), context.now(), today)


def _other_week(context: AppContext, monday: dt.date, stored: WeekRecords | None) -> dt.date | None:
    """The newest week with sessions, to go to from a week without any."""
    newest = None if stored and stored.records else context.table.newest_week()
    return newest.week if newest and newest.week != monday else None
