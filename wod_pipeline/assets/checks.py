"""The claims of `quality` as Dagster asset checks, judged per week on what was parsed and on what was stored.

The parsed week is judged before the table changes, so a breached blocking claim keeps the week out of it. In
a run over one week that stops the run. In a run over many weeks the others go on: every breach is reported
for its week, a summary per claim says how many there are, and the table refuses the breaching weeks itself.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from wod_pipeline.program import PostStamp, Week, Weekly
from wod_pipeline.quality import (
    CLAIMS,
    LIMITS,
    Case,
    Claim,
    Held,
    Verdict,
    Volume,
    judge,
    judge_stored,
    volume_of,
)
from wod_pipeline.records import records_of
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.storage import SessionTable
from wod_pipeline.storage.stages import batched

ParsedWeeks = Mapping[str, Weekly[Week]]
Evaluations = Iterator[dg.AssetCheckResult | dg.AssetCheckEvaluation]

PARSED = dg.AssetKey("segmented_exercises")
STORED = dg.AssetKey("session_records")
TABLE_ROWS = 50
"""Rows of evidence shown; the claim's sentence counts all."""
LOGGED = 5
"""Breaches of a claim written out in the log; the check's table has all."""


def build_checks(
    weeks: dg.PartitionsDefinition[str], *, allow_empty: bool = False
) -> list[dg.AssetChecksDefinition]:
    """Both steps of checks over these weeks. `allow_empty`: a person said that weeks may lose their sessions."""

    @dg.multi_asset_check(
        name="parsed_week_checks",
        specs=[_spec(claim, PARSED, weeks) for claim in CLAIMS.values() if claim.stage == "parsed"],
        ins={"segmented_exercises": PARSED},
    )
    def parsed_week_checks(
        context: dg.AssetCheckExecutionContext,
        segmented_exercises: Any,
        session_table: SessionTableResource,
    ) -> Evaluations:
        cases = cases_of(segmented_exercises, session_table.open(), may_empty=allow_empty)
        verdicts = [verdict for case in cases for verdict in judge(case)]
        _log_breaches(context, verdicts)
        yield from evaluations(PARSED, verdicts, len(segmented_exercises))

    @dg.multi_asset_check(
        name="stored_week_checks",
        specs=[_spec(claim, STORED, weeks) for claim in CLAIMS.values() if claim.stage == "stored"],
        ins={"segmented_exercises": PARSED},
    )
    def stored_week_checks(
        context: dg.AssetCheckExecutionContext,
        segmented_exercises: Any,
        session_table: SessionTableResource,
    ) -> Evaluations:
        verdicts = list(read_back(segmented_exercises, session_table.open()))
        _log_breaches(context, verdicts)
        yield from evaluations(STORED, verdicts, len(segmented_exercises))

    return [parsed_week_checks, stored_week_checks]


def _spec(claim: Claim, asset: dg.AssetKey, weeks: dg.PartitionsDefinition[str]) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        claim.name,
        asset=asset,
        description=f"{claim.says} {claim.act}",
        blocking=claim.blocking,
        additional_deps=[] if asset == PARSED else [PARSED],
        partitions_def=weeks,
    )


# ----------------------------------------------------------------------------------------------- cases
def cases_of(parsed: ParsedWeeks, table: SessionTable, *, may_empty: bool) -> Iterator[Case]:
    """Each week with what the table holds of it and what was usual before it. Raises `StorageError`."""
    held = {week.week: Held(week.sessions, _ids(week.posts)) for week in table.weeks()}
    past = [*_past_volumes(table, min(parsed)), *(volume_of(records_of(week)) for week in parsed.values())]
    for week in parsed.values():
        yield Case(
            records_of(week),
            held=held.get(week.week, Held()),
            past=past,
            gone=week.gone,
            may_empty=may_empty,
        )


def _ids(posts: Iterable[PostStamp]) -> frozenset[int]:
    return frozenset(post.post_id for post in posts)


def _past_volumes(table: SessionTable, key: str) -> list[Volume]:
    """Volumes of the stored weeks before the run's first."""
    first = dt.date.fromisoformat(key)
    back = dt.timedelta(weeks=LIMITS.past_weeks)
    return [volume_of(week) for week in table.read_weeks(first - back, first - dt.timedelta(weeks=1))]


def read_back(parsed: ParsedWeeks, table: SessionTable) -> Iterator[Verdict]:
    """Whether the table holds each week as it was parsed. Raises `StorageError`."""
    for keys in batched(sorted(parsed)):
        first, last = dt.date.fromisoformat(keys[0]), dt.date.fromisoformat(keys[-1])
        stored = {value.week: value for value in table.read_weeks(first, last)}
        for key in keys:
            value = records_of(parsed[key])
            yield judge_stored(value, stored.get(value.week))


# ----------------------------------------------------------------------------------------- evaluations
def evaluations(asset: dg.AssetKey, verdicts: Sequence[Verdict], weeks: int) -> Evaluations:
    """What Dagster is told: of one week every verdict, of many every breach and a summary per claim."""
    if weeks == 1:
        yield from (_result(asset, verdict) for verdict in verdicts)
        return
    yield from (_evaluation(asset, verdict) for verdict in verdicts if not verdict.passed)
    yield from (_summary(asset, found) for found in _by_claim(verdicts).values())


def _result(asset: dg.AssetKey, verdict: Verdict) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=verdict.claim,
        passed=verdict.passed,
        severity=_severity(verdict),
        description=verdict.says,
        metadata=_metadata(verdict),
    )


def _evaluation(asset: dg.AssetKey, verdict: Verdict) -> dg.AssetCheckEvaluation:
    return dg.AssetCheckEvaluation(
        asset_key=asset,
        check_name=verdict.claim,
        passed=verdict.passed,
        severity=_severity(verdict),
        description=verdict.says,
        metadata=_metadata(verdict),
        partition=verdict.week.isoformat(),
        blocking=False,  # True would stop the other weeks of the run
    )


def _summary(asset: dg.AssetKey, verdicts: Sequence[Verdict]) -> dg.AssetCheckResult:
    """One claim over all weeks of a run; only ever a warning, since one bad week must not stop the others."""
    breaches = [verdict for verdict in verdicts if not verdict.passed]
    kept_out = [verdict for verdict in breaches if verdict.blocks]
    says = f"{len(breaches) or 'None'} of {len(verdicts)} weeks breach it"
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=verdicts[0].claim,
        passed=not breaches,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{says}; {len(kept_out)} of them are kept out of the table." if kept_out else f"{says}.",
        metadata={
            "weeks": len(verdicts),
            "weeks_breaching": [verdict.week.isoformat() for verdict in breaches],
            "findings": _table([{"week": str(v.week), "grade": v.grade, "says": v.says} for v in breaches]),
        },
    )


def _severity(verdict: Verdict) -> dg.AssetCheckSeverity:
    return dg.AssetCheckSeverity.ERROR if verdict.grade == "error" else dg.AssetCheckSeverity.WARN


def _metadata(verdict: Verdict) -> dict[str, Any]:
    """The week, the numbers, what to look at, and what to do when the claim is breached."""
    metadata: dict[str, Any] = {"week": verdict.week.isoformat(), **verdict.numbers}
    if not verdict.passed:
        metadata["what_to_do"] = CLAIMS[verdict.claim].act
    if verdict.rows:
        metadata["evidence"] = _table(verdict.rows)
    return metadata


def _table(rows: Sequence[Mapping[str, str | int | float | None]]) -> dg.TableMetadataValue:
    """Rows as a table; text is shown as text."""
    columns = [dg.TableColumn(name) for name in (rows[0] if rows else ())]
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
