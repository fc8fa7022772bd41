"""The claims of `quality` as Dagster asset checks, judged on what was parsed and on what was stored.

The parsed weeks are judged before the table changes, so a week that breaches a blocking claim is not stored. A run
over one week ends there. In a run over many weeks the others go on, the table's IO manager refuses the breaching
weeks, and each claim has one result that lists them. Run alone, without a partition, the checks judge every stored
week.

The checks have no partitions of their own: one result per claim and week would take as long as the runs they
judge, and in a run over years Dagster would show every week without one as skipped. So a result names the weeks it
judged, and fails while any stored week breaches its claim (`earlier_breaches`): a run does not paint over another's.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from wod_pipeline.assets.earlier_breaches import as_metadata, earlier_breaches
from wod_pipeline.assets.previews import TABLE_ROWS
from wod_pipeline.assets.stale_weeks import check_result, check_spec, stale_weeks
from wod_pipeline.errors import RERUN_HELPS, NotStored, StorageCorrupt, StorageError, rerun_clears_all
from wod_pipeline.pacing import batched
from wod_pipeline.program import ParsedPost, Weekly
from wod_pipeline.quality import (
    CLAIMS,
    LIMITS,
    Case,
    Claim,
    Stage,
    TableContent,
    Verdict,
    Volume,
    cut_posts,
    judge,
    judge_stored,
    malformed_posts,
    volume_of,
)
from wod_pipeline.resources.empty_weeks import EmptyWeeksResource
from wod_pipeline.resources.lake import LakeIOManager
from wod_pipeline.resources.records import RecordsResource
from wod_pipeline.resources.run_log import warnings_in_run_log
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.resources.weekly import failures_in_words
from wod_pipeline.storage import SessionTable
from wod_pipeline.storage.fitting import fit_week
from wod_pipeline.storage.stages import BATCH
from wod_pipeline.weeks import WEEK, key_of, weeks_of
from wod_pipeline.wording import count, first_of

ParsedWeeks = Mapping[dt.date, Weekly[ParsedPost]]
Unreadable = dict[dt.date, StorageError]
"""The weeks that could not be judged, since they cannot be read nor made again."""

PARSED = dg.AssetKey("segmented_exercises")
RECORDS = dg.AssetKey("session_records")
LOGGED = 5
"""Breaches of a claim written out in the log; the check's table has all."""


def build_checks() -> list[dg.AssetChecksDefinition]:
    """Both steps of checks."""

    @dg.multi_asset_check(name="parsed_week_checks", specs=_specs(PARSED, "parsed"), can_subset=True)
    def parsed_week_checks(
        context: dg.AssetCheckExecutionContext,
        lake_io_manager: dg.ResourceParam[LakeIOManager],
        session_table: SessionTableResource,
        week_records: RecordsResource,
        empty_weeks: EmptyWeeksResource,
    ) -> Iterator[dg.AssetCheckResult]:
        unreadable: Unreadable = {}
        with failures_in_words(), warnings_in_run_log(context.log):
            table = session_table.open()
            parsed = _parsed_weeks(context, lake_io_manager, table)
            may_empty = empty_weeks.may_empty(parsed)
            cases = cases_of(parsed, week_records, table, unreadable, may_empty=may_empty)
            verdicts = [verdict for case in cases for verdict in judge(case)]
        _log_breaches(context, verdicts)
        earlier = _earlier(context.instance, PARSED)
        if verdicts or not unreadable:
            yield from _selected(context, results(PARSED, "parsed", verdicts, earlier, unreadable))
        _fail_for(unreadable)

    @dg.multi_asset_check(
        name="stored_week_checks", specs=[*_specs(RECORDS, "stored"), check_spec(RECORDS)], can_subset=True
    )
    def stored_week_checks(
        context: dg.AssetCheckExecutionContext,
        lake_io_manager: dg.ResourceParam[LakeIOManager],
        session_table: SessionTableResource,
        week_records: RecordsResource,
    ) -> Iterator[dg.AssetCheckResult]:
        unreadable: Unreadable = {}
        with failures_in_words(), warnings_in_run_log(context.log):
            table = session_table.open()
            parsed = _parsed_weeks(context, lake_io_manager, table)
            verdicts = list(read_back(parsed, week_records, table, unreadable))
            stale = stale_weeks(table.weeks())
        _log_breaches(context, verdicts)
        earlier = _earlier(context.instance, RECORDS)
        judged = (
            results(RECORDS, "stored", verdicts, earlier, unreadable) if verdicts or not unreadable else ()
        )
        yield from _selected(context, (*judged, check_result(RECORDS, stale)))
        _fail_for(unreadable)

    return [parsed_week_checks, stored_week_checks]


def _selected(
    context: dg.AssetCheckExecutionContext, results: Iterable[dg.AssetCheckResult]
) -> Iterator[dg.AssetCheckResult]:
    """Only the results of selected checks: in the UI a person may run one check alone."""
    names = {key.name for key in context.selected_asset_check_keys}
    return (result for result in results if result.check_name in names)


def _specs(asset: dg.AssetKey, stage: Stage) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(
            claim.name, asset=asset, description=f"{claim.says} {claim.act}", blocking=claim.blocking
        )
        for claim in CLAIMS.values()
        if claim.stage == stage
    ]


# ----------------------------------------------------------------------------------------------- cases
def _parsed_weeks(
    context: dg.AssetCheckExecutionContext, lake: LakeIOManager, table: SessionTable
) -> ParsedWeeks:
    """The parsed weeks of the run; in a run without partitions, of every stored week. Raises `NotStored`."""
    if context.has_partition_key or context.has_partition_key_range:
        return lake.stored_weeks(PARSED.path[-1], weeks_of(context.partition_keys))
    return lake.stored_weeks(PARSED.path[-1], sorted(week.week for week in table.weeks()))


def _readable(parsed: ParsedWeeks, unreadable: Unreadable) -> Iterator[tuple[dt.date, Weekly[ParsedPost]]]:
    """Each week in order. One that cannot be read is noted and left out: it costs no other week its verdict."""
    for week in sorted(parsed):
        try:
            value = parsed[week]
        except (NotStored, StorageCorrupt) as error:
            unreadable[week] = error
            continue
        yield week, value


def cases_of(
    parsed: ParsedWeeks,
    records: RecordsResource,
    table: SessionTable,
    unreadable: Unreadable,
    *,
    may_empty: bool,
) -> Iterator[Case]:
    """Each week in order, with what the table holds of it and what was usual before; others go to `unreadable`.

    Raises `StorageError` when a store cannot be used.
    """
    if not parsed:
        return
    stored = {week.week: TableContent(week.sessions, week.posts) for week in table.weeks()}
    past = _past_volumes(table, min(parsed))
    for week, posts in _readable(parsed, unreadable):
        value, malformed, cut = records.of(posts), tuple(malformed_posts(posts)), tuple(cut_posts(posts))
        case = Case(value, stored.get(week, TableContent()), past, posts.gone, malformed, cut, may_empty)
        yield case
        if value.records:
            past = [*past, case.volume][-LIMITS.past_weeks :]


def _past_volumes(table: SessionTable, first: dt.date) -> list[Volume]:
    """Volumes of the stored weeks before the run's first."""
    return [volume_of(week) for week in table.read_weeks(first - LIMITS.past_weeks * WEEK, first - WEEK)]


def read_back(
    parsed: ParsedWeeks, records: RecordsResource, table: SessionTable, unreadable: Unreadable
) -> Iterator[Verdict]:
    """Whether the table holds each week as it was parsed; a week that cannot be read goes to `unreadable`.

    Raises `StorageError` when a store cannot be used.
    """
    for batch in batched(_readable(parsed, unreadable), BATCH):
        (first, _), (last, _) = batch[0], batch[-1]
        stored = {value.week: value for value in table.read_weeks(first, last)}
        for week, posts in batch:
            yield judge_stored(fit_week(records.of(posts)), stored.get(week))


def _fail_for(unreadable: Unreadable) -> None:
    """Fail the step for the weeks that could not be judged, after the results on the others."""
    if unreadable:
        judged = f"{count(unreadable, 'week')} could not be judged; the results are those of the others:"
        raise dg.Failure(
            description="\n".join([judged, *(f"{week}: {error}" for week, error in unreadable.items())]),
            metadata={
                "weeks_failed": [key_of(week) for week in unreadable],
                RERUN_HELPS: rerun_clears_all(unreadable.values()),
            },
        )


# ------------------------------------------------------------------------------------------------- results
Earlier = Callable[[str], set[dt.date]]
"""The weeks that breach a claim by the results of earlier runs, by the claim's name."""


def _earlier(instance: dg.DagsterInstance, asset: dg.AssetKey) -> Earlier:
    return lambda claim: earlier_breaches(instance, dg.AssetCheckKey(asset, claim))


def results(
    asset: dg.AssetKey,
    stage: Stage,
    verdicts: Sequence[Verdict],
    earlier: Earlier = lambda _: set(),
    unreadable: Collection[dt.date] = (),
) -> Iterator[dg.AssetCheckResult]:
    """One result per claim: the verdict on a single week, or a summary of many, and other weeks that breach it.

    Of `unreadable` weeks the earlier results stay.
    """
    by_claim = _by_claim(verdicts)
    for claim in CLAIMS.values():
        if claim.stage == stage:
            yield _result(asset, claim, by_claim.get(claim.name, []), earlier(claim.name), unreadable)


def _result(
    asset: dg.AssetKey,
    claim: Claim,
    verdicts: Sequence[Verdict],
    earlier: Collection[dt.date],
    unreadable: Collection[dt.date],
) -> dg.AssetCheckResult:
    """One claim. A blocking one only warns over many weeks: one bad week must not stop the others."""
    judged = [verdict.week for verdict in verdicts]
    breaches = [verdict for verdict in verdicts if not verdict.passed]
    between = {week for week in unreadable if judged and min(judged) <= week <= max(judged)}
    others = sorted(
        week for week in earlier if judged and (week in between or not min(judged) <= week <= max(judged))
    )
    known = [verdict.week for verdict in breaches] + [week for week in others if week in between]
    warns_only = claim.blocking and len(verdicts) > 1
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=claim.name,
        passed=not breaches and not others,
        severity=dg.AssetCheckSeverity.WARN if warns_only else _severity(breaches),
        description=_describe(verdicts, breaches) + name_others(others),
        metadata={
            **({"week": key_of(judged[0]), **verdicts[0].numbers} if len(verdicts) == 1 else {}),
            **({"weeks": len(verdicts)} if len(verdicts) != 1 else {}),
            **as_metadata(judged, known, {*others, *known}),
            **_evidence(claim, breaches),
        },
    )


def _describe(verdicts: Sequence[Verdict], breaches: Sequence[Verdict]) -> str:
    if len(verdicts) == 1:
        return f"Week {verdicts[0].week}: {verdicts[0].says}"
    return summary(len(verdicts), len(breaches), sum(verdict.blocks for verdict in breaches))


def name_others(weeks: Sequence[dt.date]) -> str:
    """The weeks that an earlier run found to breach the check, newest first."""
    if not weeks:
        return ""
    named = first_of([str(week) for week in reversed(weeks)], LOGGED)
    return (
        f" {count(weeks, 'other week')} {'breaches' if len(weeks) == 1 else 'breach'} it: {', '.join(named)}."
    )


def summary(weeks: int, breaching: int, not_stored: int) -> str:
    """How many weeks breach a check, and how many of these the table has refused."""
    if not breaching:
        return (
            f"None of {count(weeks, 'week')} breaches this check." if weeks else "There was no week to check."
        )
    breach = f"{breaching} of {count(weeks, 'week')} {'breaches' if breaching == 1 else 'breach'} this check"
    were = "was" if not_stored == 1 else "were"
    if not_stored == breaching:
        return f"{breach} and {were} not stored."
    return f"{breach}; {not_stored} {were} not stored." if not_stored else f"{breach}."


def _severity(verdicts: Iterable[Verdict]) -> dg.AssetCheckSeverity:
    """The highest severity among the verdicts."""
    error = any(verdict.grade == "error" for verdict in verdicts)
    return dg.AssetCheckSeverity.ERROR if error else dg.AssetCheckSeverity.WARN


def _evidence(claim: Claim, breaches: Sequence[Verdict]) -> dict[str, Any]:
    """The finding for each week, what to look at and what to do: enough to act on a breach."""
    if not breaches:
        return {}
    evidence: dict[str, Any] = {"what_to_do": claim.act}
    if len(breaches) > 1:
        findings = [{"week": str(v.week), "grade": v.grade, "says": v.says} for v in reversed(breaches)]
        evidence["findings"] = _table(findings)
    if rows := [{"week": str(v.week), **row} for v in reversed(breaches) for row in v.rows]:
        evidence["evidence"] = _table(rows)
    return evidence


def _table(rows: Sequence[Mapping[str, str | int | float | None]]) -> dg.TableMetadataValue:
    """Rows as a table, newest weeks first; text is shown as text."""
    columns = [dg.TableColumn(name) for name in rows[0]]
    records = [dg.TableRecord({name: _cell(row[name]) for name in row}) for row in rows[:TABLE_ROWS]]
    return dg.MetadataValue.table(records, schema=dg.TableSchema(columns))


def _cell(value: float | str | None) -> str | int | float:
    return "" if value is None else value


def _log_breaches(context: dg.AssetCheckExecutionContext, verdicts: Sequence[Verdict]) -> None:
    """One line per claim: with years of breaches, one line for each would take longer than the run."""
    for name, of_claim in _by_claim(verdicts).items():
        breaches = [f"week {verdict.week}: {verdict.says}" for verdict in of_claim if not verdict.passed]
        if breaches:
            context.log.warning("%s, %s: %s", name, count(breaches, "week"), " ".join(breaches[:LOGGED]))


def _by_claim(verdicts: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    by_claim: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_claim.setdefault(verdict.claim, []).append(verdict)
    return by_claim
