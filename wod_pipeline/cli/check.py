"""`wod check`: judge stored weeks by the claims of the asset checks, and print the evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click
import msgspec

from wod_pipeline.cli.context import open_stored_table
from wod_pipeline.cli.dates import DATE
from wod_pipeline.cli.output import no_colour_option, warn_of_corrupt
from wod_pipeline.program import ParsedPost, Weekly
from wod_pipeline.quality import (
    CLAIMS,
    LIMITS,
    Case,
    Verdict,
    cut_posts,
    judge,
    judge_stored,
    malformed_posts,
    volume_of,
)
from wod_pipeline.records import records_of
from wod_pipeline.rendering import clean
from wod_pipeline.terminal import Colour, styled, write, write_json
from wod_pipeline.weeks import WEEK, key_of, monday_of
from wod_pipeline.wording import count, first_of

if TYPE_CHECKING:
    from wod_pipeline.errors import StorageCorrupt
    from wod_pipeline.settings import Settings

DEFAULT_WEEKS = 4
EVIDENCE_ROWS = 5
"""Rows of evidence printed per breach; `--json` has all."""
COLOURS: dict[str, Colour] = {"error": "red", "warn": "yellow"}


@click.command()
@click.option(
    "--week", type=DATE, help="Check one week, by any day of it; default: the four newest stored weeks."
)
@click.option("--all", "all_weeks", is_flag=True, help="Check every stored week.")
@click.option("--json", "as_json", is_flag=True, help="Print every verdict as one JSON list.")
@no_colour_option
def check(week: dt.date | None, all_weeks: bool, as_json: bool) -> None:
    """Check stored weeks by the claims of the asset checks. The exit code is 1 when one is breached as an error.

    It is also 1 when a week cannot be read.

    \b
    wod check
    wod check --week 2020-12-21
    wod check --all --json
    """
    from wod_pipeline.settings import load_settings

    settings = load_settings(no_source=True)
    corrupt: set[str] = set()

    def note(key: dt.date | str, error: StorageCorrupt) -> None:
        warn_of_corrupt(key, error)
        corrupt.add(str(key))

    weeks = [stored.week for stored in open_stored_table(settings).weeks(note)]
    if week and key_of(monday_of(week)) in corrupt:
        raise SystemExit(1)
    listed = frozenset(corrupt)
    chosen = _weeks_to_judge(weeks, monday_of(week) if week else None, all_weeks)
    verdicts = list(_judge_weeks(settings, chosen, note))
    # Of the weeks before the chosen ones, which are only compared with, one may be missing.
    unread = corrupt & {*map(key_of, chosen), *(() if week else listed)}
    if as_json:
        write_json(msgspec.json.encode(verdicts))
    else:
        _print(verdicts)
    if unread or any(not verdict.passed and verdict.grade == "error" for verdict in verdicts):
        raise SystemExit(1)


def _weeks_to_judge(weeks: list[dt.date], week: dt.date | None, all_weeks: bool) -> list[dt.date]:
    """The weeks to judge, oldest first. `weeks` are the stored ones, newest first."""
    if week:
        if week not in weeks:
            raise click.UsageError(
                f"The week of {week} is not stored. Materialize it: wod materialize --week {week}."
            )
        return [week]
    if not weeks:
        raise click.UsageError("No week is stored yet. Fetch some: wod materialize.")
    return sorted(weeks if all_weeks else weeks[:DEFAULT_WEEKS])


def _judge_weeks(
    settings: Settings, weeks: Sequence[dt.date], note: Callable[[dt.date | str, StorageCorrupt], None]
) -> Iterator[Verdict]:
    """Every verdict on every week, from the table and, where the lake has the parsed posts, from those."""
    from wod_pipeline.adapters import open_lake, open_table
    from wod_pipeline.storage.fitting import fit_week
    from wod_pipeline.storage.stages import read_stage

    parsed_weeks = read_stage(open_lake(settings), "segmented_exercises", weeks, note)
    first = weeks[0] - LIMITS.past_weeks * WEEK
    read = open_table(settings).read_weeks(first, weeks[-1], note)
    stored = {value.week: value for value in read}
    past = [volume_of(value) for value in stored.values()]
    for week in [week for week in weeks if week in stored]:
        parsed: Weekly[ParsedPost] | None = parsed_weeks.get(week)
        malformed = tuple(malformed_posts(parsed)) if parsed else ()
        cut = tuple(cut_posts(parsed)) if parsed else ()
        gone = parsed.gone if parsed else ()
        yield from judge(Case(stored[week], past=past, gone=gone, malformed=malformed, cut=cut))
        if parsed:
            yield judge_stored(fit_week(records_of(parsed)), stored[week])


def _print(verdicts: Sequence[Verdict]) -> None:
    breaches = [verdict for verdict in verdicts if not verdict.passed]
    for week in dict.fromkeys(verdict.week for verdict in verdicts):
        of_week = [verdict for verdict in breaches if verdict.week == week]
        write(f"{week}  ", f"{count(of_week, 'claim')} breached" if of_week else styled("good", "green"))
        for verdict in of_week:
            _print_breach(verdict)
    errors = sum(verdict.grade == "error" for verdict in breaches)
    warnings = len(breaches) - errors
    write(f"{count(verdicts, 'verdict')}: {count(errors, 'error')}, {count(warnings, 'warning')}")


def _print_breach(verdict: Verdict) -> None:
    grade = styled(f"{verdict.grade:<5}", COLOURS[verdict.grade])
    write("  ", grade, f" {verdict.claim}: {verdict.says}")
    for line in first_of([_evidence(row) for row in verdict.rows], EVIDENCE_ROWS):
        write(f"        {line}")
    write(f"        → {CLAIMS[verdict.claim].act}")


def _evidence(row: Mapping[str, object]) -> str:
    return "  ".join(f"{name} {clean(str(value))}" for name, value in row.items() if value not in ("", None))
