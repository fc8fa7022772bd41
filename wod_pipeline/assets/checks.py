"""The claims of `quality` as Dagster asset checks, judged on what was parsed and on what was stored.

The parsed weeks are judged before the table changes, so a breached blocking claim keeps its week out of it. In a
run over one week that stops the run. In a run over many the others go on, and the table refuses the breaching
weeks itself; each claim then has one result that lists them. Run on their own, without a partition, the checks
judge every stored week.

The checks have no partitions of their own: a result per claim and week would cost more than the runs they judge,
and in a run over years Dagster would show every week without one as skipped.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from wod_pipeline.pacing import batched
from wod_pipeline.program import ParsedPost, PostStamp, Weekly
from wod_pipeline.quality import (
    CLAIMS,
    LIMITS,
    Case,
    Claim,
    Stage,
    TableContent,
    Verdict,
    Volume,
    judge,
    judge_stored,
    volume_of,
)
from wod_pipeline.records import records_of
from wod_pipeline.resources.lake import LakeResource, StoredWeeks
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.storage import Lake, SessionTable
from wod_pipeline.storage.stages import BATCH
from wod_pipeline.weeks import WEEK

ParsedWeeks = Mapping[str, Weekly[ParsedPost]]

PARSED = dg.AssetKey("segmented_exercises")
STORED = dg.AssetKey("session_records")
TABLE_ROWS = 50
"""Rows shown of a table; the sentence counts all."""
LOGGED = 5
"""Breaches of a claim written out in the log; the check's table has all."""


def build_checks(*, allow_empty: bool = False) -> list[dg.AssetChecksDefinition]:
    """Both steps of checks. `allow_empty`: a person said that weeks may lose their sessions."""

    @dg.multi_asset_check(name="parsed_week_checks", specs=_specs(PARSED, "parsed"), can_subset=True)
    def parsed_week_checks(
        context: dg.AssetCheckExecutionContext, lake: LakeResource, session_table: SessionTableResource
    ) -> Iterator[dg.AssetCheckResult]:
        table = session_table.open()
        parsed = weeks_of_run(context, lake.open(), table)
        verdicts = [v for case in cases_of(parsed, table, may_empty=allow_empty) for v in judge(case)]
        _log_breaches(context, verdicts)
        yield from _selected(context, results(PARSED, "parsed", verdicts))

    @dg.multi_asset_check(name="stored_week_checks", specs=_specs(STORED, "stored"))
    def stored_week_checks(
        context: dg.AssetCheckExecutionContext, lake: LakeResource, session_table: SessionTableResource
    ) -> Iterator[dg.AssetCheckResult]:
        table = session_table.open()
        verdicts = list(read_back(weeks_of_run(context, lake.open(), table), table))
        _log_breaches(context, verdicts)
        yield from results(STORED, "stored", verdicts)

    return [parsed_week_checks, stored_week_checks]


def _selected(
    context: dg.AssetCheckExecutionContext, found: Iterable[dg.AssetCheckResult]
) -> Iterator[dg.AssetCheckResult]:
    """Only the results that were asked for: in the UI a person may run one check alone."""
    names = {key.name for key in context.selected_asset_check_keys}
    return (result for result in found if result.check_name in names)


def _specs(asset: dg.AssetKey, stage: Stage) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(
            claim.name, asset=asset, description=f"{claim.says} {claim.act}", blocking=claim.blocking
        )
        for claim in CLAIMS.values()
        if claim.stage == stage
    ]


# ----------------------------------------------------------------------------------------------- cases
def weeks_of_run(context: dg.AssetCheckExecutionContext, lake: Lake, table: SessionTable) -> ParsedWeeks:
    """The parsed weeks of the run; in a run without partitions, of every stored week. Raises `NotStored`."""
    if context.has_partition_key or context.has_partition_key_range:
        return StoredWeeks(lake, PARSED.path[-1], list(context.partition_keys))
    return StoredWeeks(lake, PARSED.path[-1], sorted(week.week.isoformat() for week in table.weeks()))


def cases_of(parsed: ParsedWeeks, table: SessionTable, *, may_empty: bool) -> Iterator[Case]:
    """Each week in order, with what the table holds of it and what was usual before. Raises `StorageError`."""
    if not parsed:
        return
    stored = {week.week: TableContent(week.sessions, _ids(week.posts)) for week in table.weeks()}
    past = _past_volumes(table, min(parsed))
    for key in sorted(parsed):
        week = parsed[key]
        records = records_of(week)
        yield Case(records, stored.get(week.week, TableContent()), past, week.gone, may_empty)
        if records.records:
            past = [*past, volume_of(records)][-LIMITS.past_weeks :]


def _ids(posts: Iterable[PostStamp]) -> frozenset[int]:
    return frozenset(post.post_id for post in posts)


def _past_volumes(table: SessionTable, key: str) -> list[Volume]:
    """Volumes of the stored weeks before the run's first."""
    first = dt.date.fromisoformat(key)
    return [volume_of(week) for week in table.read_weeks(first - LIMITS.past_weeks * WEEK, first - WEEK)]


def read_back(parsed: ParsedWeeks, table: SessionTable) -> Iterator[Verdict]:
    """Whether the table holds each week as it was parsed. Raises `StorageError`."""
    for keys in batched(sorted(parsed), BATCH):
        first, last = dt.date.fromisoformat(keys[0]), dt.date.fromisoformat(keys[-1])
        stored = {value.week: value for value in table.read_weeks(first, last)}
        for key in keys:
            value = records_of(parsed[key])
            yield judge_stored(value, stored.get(value.week))


# ------------------------------------------------------------------------------------------------- results
def results(asset: dg.AssetKey, stage: Stage, verdicts: Sequence[Verdict]) -> Iterator[dg.AssetCheckResult]:
    """One result a claim: the verdict on a single week, or a summary of many."""
    by_claim = _by_claim(verdicts)
    for claim in CLAIMS.values():
        if claim.stage == stage:
            found = by_claim.get(claim.name, [])
            yield _result(asset, found[0]) if len(found) == 1 else _summary(asset, claim, found)


def _result(asset: dg.AssetKey, verdict: Verdict) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=verdict.claim,
        passed=verdict.passed,
        severity=_severity([verdict]),
        description=f"Week {verdict.week}: {verdict.says}",
        metadata={
            "week": verdict.week.isoformat(),
            **verdict.numbers,
            **_evidence(CLAIMS[verdict.claim], [] if verdict.passed else [verdict]),
        },
    )


def _summary(asset: dg.AssetKey, claim: Claim, verdicts: Sequence[Verdict]) -> dg.AssetCheckResult:
    """One claim over many weeks. A blocking one only warns: one bad week must not stop the others."""
    breaches = [verdict for verdict in verdicts if not verdict.passed]
    kept_out = sum(verdict.blocks for verdict in breaches)
    says = f"{len(breaches) or 'None'} of {len(verdicts)} weeks breach it"
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=claim.name,
        passed=not breaches,
        severity=dg.AssetCheckSeverity.WARN if claim.blocking else _severity(breaches),
        description=f"{says}; {kept_out} of them are kept out of the table." if kept_out else f"{says}.",
        metadata={
            "weeks": len(verdicts),
            "weeks_breaching": [verdict.week.isoformat() for verdict in breaches],
            **_evidence(claim, breaches),
        },
    )


def _severity(verdicts: Iterable[Verdict]) -> dg.AssetCheckSeverity:
    """The gravest."""
    error = any(verdict.grade == "error" for verdict in verdicts)
    return dg.AssetCheckSeverity.ERROR if error else dg.AssetCheckSeverity.WARN


def _evidence(claim: Claim, breaches: Sequence[Verdict]) -> dict[str, Any]:
    """What lets a person act on a breach: the finding for each week, what to look at, what to do."""
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
    """One line a claim: a line a breach would cost more than the run when there are years of them."""
    for name, found in _by_claim(verdicts).items():
        breaches = [f"week {verdict.week}: {verdict.says}" for verdict in found if not verdict.passed]
        if breaches:
            context.log.warning("%s, %d weeks: %s", name, len(breaches), " ".join(breaches[:LOGGED]))


def _by_claim(verdicts: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    found: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        found.setdefault(verdict.claim, []).append(verdict)
    return found
