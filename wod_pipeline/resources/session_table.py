"""The session table in Dagster: SQLite as a resource, and the IO manager that replaces whole weeks in it."""

import datetime as dt
from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import Field

from wod_pipeline.adapters import sqlite_table
from wod_pipeline.errors import NotStored, StaleRevision, StorageError, UnsoundWeek
from wod_pipeline.messages import week_changes
from wod_pipeline.pacing import batched
from wod_pipeline.program import PostStamp, SessionRecord, StoredWeek, WeekRecords
from wod_pipeline.quality import unsound
from wod_pipeline.resources.empty_weeks import EmptyWeeksResource
from wod_pipeline.resources.lake import LakeResource
from wod_pipeline.resources.run_log import with_warnings
from wod_pipeline.resources.weekly import (
    ROW_COUNT,
    Metadata,
    WeeklyIOManager,
    WriteReport,
    complete_weeks,
    failures_in_words,
)
from wod_pipeline.settings import Settings
from wod_pipeline.storage import SessionTable, WeekChange, Written
from wod_pipeline.storage.stages import BATCH, read_stored_records, write_each, write_records
from wod_pipeline.storage.withdrawal import (
    Withdrawal,
    Withdrawn,
    find_stale_posts,
    posts_to_withdraw,
    withdraw_posts,
)
from wod_pipeline.weeks import key_of, weeks_of

CHANGES, POSTS_WITHDRAWN = "changes", "posts_withdrawn"
"""Metadata of a week that was stored before: what is different, and the posts whose sessions left it."""
POSTS_CHANGED = "posts_changed"
"""Metadata: whether the week's posts are others than before, or other revisions. Else only the parser is another."""
MAX_CHANGES = 100
"""Lines of `CHANGES` kept with a materialization."""


class SessionTableResource(dg.ConfigurableResource[SessionTable]):
    """A table of session records."""

    @abstractmethod
    def open(self) -> SessionTable:
        """Return the table, ready for use."""


class SqliteSessionTableResource(SessionTableResource):
    """A session table in a SQLite file of this machine."""

    path: str = Field(default="", description="The file; if empty, sessions.sqlite in WOD_DATA_DIR.")
    settings: dg.ResourceDependency[Settings]

    def open(self) -> SessionTable:
        """Open the file, which is made by the first write."""
        return sqlite_table(Path(self.path or self.settings.database_path))


class SessionTableIOManager(WeeklyIOManager):
    """Keeps session records in the table, and beside it in the lake as JSON Lines.

    A week is replaced atomically and fails alone: the other weeks of the run are stored, then the run fails and
    names the weeks that were not, whose old content is untouched.
    """

    session_table: dg.ResourceDependency[SessionTableResource]
    lake: dg.ResourceDependency[LakeResource]
    empty_weeks: dg.ResourceDependency[EmptyWeeksResource]

    @with_warnings
    def handle_output(self, context: dg.OutputContext, obj: Mapping[dt.date, WeekRecords]) -> None:
        """Replace every week of the run. Raises `dg.Failure` naming each week that could not be."""
        report = WriteReport(context, obj, self.progress)
        posts: dict[dt.date, list[PostStamp]] = {}
        with failures_in_words():
            allow_empty = self.empty_weeks.may_empty(obj)
            others = [entry for entry in self.session_table.open().weeks() if entry.week not in obj]
        for weeks in batched(complete_weeks(context, obj), BATCH):
            values = report.make(weeks)
            report.failed |= self._refusals(values, others)
            self._store(values, report, allow_empty=allow_empty)
            posts |= {week: value.posts for week, value in values.items() if week not in report.failed}
        self._withdraw_moved(context, posts, set(obj), report)
        report.finish()

    @with_warnings
    def load_input(self, context: dg.InputContext) -> Mapping[dt.date, WeekRecords]:
        """Read the weeks of the run. Raises `NotStored` naming the first that was never stored."""
        table = self.session_table.open()
        return {week: _read_week(table, week) for week in weeks_of(context.asset_partition_keys)}

    def _refusals(
        self, values: Mapping[dt.date, WeekRecords], others: Collection[StoredWeek]
    ) -> dict[dt.date, UnsoundWeek | StaleRevision]:
        """Why weeks must not be stored; `others` are the stored weeks outside the run."""
        stamps = {week: value.posts for week, value in values.items()}
        unfit = {week: error for week, value in values.items() if (error := _refusal(value))}
        return {**find_stale_posts(self.lake.open(), others, stamps), **unfit}

    def _store(
        self, values: Mapping[dt.date, WeekRecords], report: WriteReport, *, allow_empty: bool
    ) -> None:
        """Replace the weeks in the table, and those that were replaced there in the lake as well."""
        sound = [value for week, value in values.items() if week not in report.failed]
        changes: dict[dt.date, WeekChange] = {}
        replaced = self.session_table.open().replace_weeks(sound, allow_empty=allow_empty)
        for week, change in replaced.items():
            if isinstance(change, WeekChange):
                changes[week] = change
            else:
                report.failed[week] = change
        good = {week: values[week] for week in changes}
        news = self._differences(good, changes)
        for week, written in write_each(partial(write_records, self.lake.open()), good).items():
            if isinstance(written, Written):
                metadata = {**change_metadata(changes[week], written), **news.get(week, {})}
                report.add_stored(week, values[week], metadata, changed=changes[week].changed)
            else:
                report.failed[week] = written

    def _differences(
        self, values: Mapping[dt.date, WeekRecords], changes: Mapping[dt.date, WeekChange]
    ) -> dict[dt.date, Metadata]:
        """What is different in weeks that were stored before, while the lake still has their old records."""
        weeks = [
            week for week, change in changes.items() if change.replaced and (change.put or change.deleted)
        ]
        if not weeks:
            return {}
        before = read_stored_records(self.lake.open(), weeks)
        return {week: difference_metadata(records, values[week]) for week, records in before.items()}

    def _withdraw_moved(
        self,
        context: dg.OutputContext,
        posts: Mapping[dt.date, Sequence[PostStamp]],
        of_run: Collection[dt.date],
        report: WriteReport,
    ) -> None:
        """Take the posts of the stored weeks out of weeks outside the run that hold older revisions of them."""
        table, lake = self.session_table.open(), self.lake.open()
        for week, moved_to in posts_to_withdraw(lake, table, posts, of_run).items():
            try:
                result = withdraw_posts(lake, table, week, Withdrawal(moved_to))
            except StorageError as error:
                report.failed[week] = error
                continue
            context.log.warning("Posts of week %s are dated for another week now: %s", week, moved_to)
            context.log_event(withdrawal_event(result))


def difference_metadata(before: Sequence[SessionRecord], after: WeekRecords) -> Metadata:
    """Say what is different in a week, a line each, and which posts took their sessions with them."""
    with_sessions = {record.post_id for record in before}
    return {
        CHANGES: week_changes(before, after.records)[:MAX_CHANGES],
        POSTS_WITHDRAWN: sorted(with_sessions & set(after.withdrawn)),
    }


def withdrawal_event(result: Withdrawn) -> dg.AssetMaterialization:
    """The materialization of a week that posts were taken out of, outside a run over that week."""
    metadata = {
        "outcome": result.after.outcome.value,
        "sessions": len(result.after.records),
        ROW_COUNT: len(result.after.records),
        **_counts(result.change),
        **difference_metadata(result.before.records, result.after),
    }
    return dg.AssetMaterialization("session_records", partition=key_of(result.after.week), metadata=metadata)


def change_metadata(change: WeekChange, written: Written) -> dict[str, Any]:
    """Say what replacing the week did to the table, and where its JSON Lines are."""
    return {
        **_counts(change),
        "stored_at": dg.MetadataValue.url(written.uri),
    }


def _counts(change: WeekChange) -> dict[str, int | bool]:
    return {
        "sessions_put": change.put,
        "sessions_deleted": change.deleted,
        "sessions_unchanged": change.unchanged,
        "sessions_restamped": change.restamped,
        POSTS_CHANGED: change.week_changed,
    }


def _refusal(value: WeekRecords) -> UnsoundWeek | None:
    """Why the week must not be stored. In a run over many weeks a failed check does not stop this step."""
    reason = unsound(value)
    fix = "Its checks show what to look at; correct the post or the parser and run the week again."
    return UnsoundWeek(reason, fix=fix) if reason else None


def _read_week(table: SessionTable, week: dt.date) -> WeekRecords:
    value = table.read_week(week)
    if value is None:
        raise NotStored(
            f"The session table has nothing for week {key_of(week)}.",
            fix=f"Materialize it: wod materialize --week {key_of(week)}.",
        )
    return value
