"""`wod check`: stored weeks judged by the same claims as the asset checks, with the evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click
import msgspec

from wod_pipeline.cli.dates import DATE
from wod_pipeline.program import ParsedPost, Weekly
from wod_pipeline.quality import CLAIMS, LIMITS, Case, Verdict, judge, judge_stored, volume_of
from wod_pipeline.records import records_of
from wod_pipeline.rendering import clean
from wod_pipeline.weeks import WEEK, monday_of

if TYPE_CHECKING:
    from wod_pipeline.settings import Settings

USUAL_WEEKS = 4
EVIDENCE = 5
"""Rows of evidence shown for a breach; `--json` has all."""
COLOURS = {"error": "red", "warn": "yellow"}


@click.command()
@click.option(
    "--week", type=DATE, help="A day of the week to judge; the newest four stored weeks when left out."
)
@click.option("--all", "all_weeks", is_flag=True, help="Judge every stored week.")
@click.option("--json", "as_json", is_flag=True, help="One JSON list of every verdict.")
def check(week: dt.date | None, all_weeks: bool, as_json: bool) -> None:
    """Judge stored weeks by the claims of the asset checks. Exit code 1 when one is breached as an error.

    \b
    wod check
    wod check --week 2020-12-21
    wod check --all --json
    """
    from wod_pipeline.adapters import open_table
    from wod_pipeline.settings import load_settings

    settings = load_settings()
    weeks = [stored.week for stored in open_table(settings).weeks()]
    chosen = _chosen(weeks, monday_of(week) if week else None, all_weeks)
    verdicts = list(_judged(settings, chosen))
    if as_json:
        click.echo(msgspec.json.encode(verdicts).decode())
    else:
        _print(verdicts)
    if any(not verdict.passed and verdict.grade == "error" for verdict in verdicts):
        raise SystemExit(1)


def _chosen(weeks: list[dt.date], week: dt.date | None, all_weeks: bool) -> list[dt.date]:
    """The weeks to judge, oldest first; `weeks` are those stored, newest first."""
    if week:
        if week not in weeks:
            raise click.UsageError(
                f"The week of {week} is not stored. Materialize it: wod materialize --week {week}."
            )
        return [week]
    if not weeks:
        raise click.UsageError("No week is stored yet. Fetch some: wod materialize.")
    return sorted(weeks if all_weeks else weeks[:USUAL_WEEKS])


def _judged(settings: Settings, weeks: Sequence[dt.date]) -> Iterator[Verdict]:
    """Every verdict on every week, from the table and, as far as it is there, the lake."""
    from wod_pipeline.adapters import open_lake, open_table
    from wod_pipeline.storage.stages import read_stage

    parsed = read_stage(open_lake(settings), "segmented_exercises", weeks)
    first = weeks[0] - LIMITS.past_weeks * WEEK
    stored = {value.week: value for value in open_table(settings).read_weeks(first, weeks[-1])}
    past = [volume_of(value) for value in stored.values()]
    for week in weeks:
        made_from: Weekly[ParsedPost] | None = parsed.get(week)
        yield from judge(Case(stored[week], past=past, gone=made_from.gone if made_from else ()))
        if made_from:
            yield judge_stored(records_of(made_from), stored[week])


def _print(verdicts: Sequence[Verdict]) -> None:
    breaches = [verdict for verdict in verdicts if not verdict.passed]
    for week in dict.fromkeys(verdict.week for verdict in verdicts):
        of_week = [verdict for verdict in breaches if verdict.week == week]
        click.echo(f"{week}  " + (f"{len(of_week)} breached" if of_week else click.style("good", fg="green")))
        for verdict in of_week:
            _print_breach(verdict)
    errors = sum(verdict.grade == "error" for verdict in breaches)
    click.echo(f"{len(verdicts)} claims judged, {errors} errors, {len(breaches) - errors} warnings")


def _print_breach(verdict: Verdict) -> None:
    grade = click.style(f"{verdict.grade:<5}", fg=COLOURS[verdict.grade])
    click.echo(f"  {grade} {verdict.claim}: {verdict.says}")
    for row in verdict.rows[:EVIDENCE]:
        click.echo(f"        {_row(row)}")
    if len(verdict.rows) > EVIDENCE:
        click.echo(f"        … and {len(verdict.rows) - EVIDENCE} more")
    click.echo(f"        → {CLAIMS[verdict.claim].act}")


def _row(row: Mapping[str, object]) -> str:
    return "  ".join(f"{name} {clean(str(value))}" for name, value in row.items() if value not in ("", None))
