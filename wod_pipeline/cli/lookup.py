"""`wod search`, `history`, `movements` and `load`: everything that was ever prescribed, looked through."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

import click

from wod_pipeline.cli.reading import Reading, reading_options
from wod_pipeline.reading import answers
from wod_pipeline.rendering import as_lines, cut_long_line
from wod_pipeline.training import ZONES, Period, load_by
from wod_pipeline.vocabulary import MOVEMENTS, find_movement, movement_name, nearest_movements

_LIMIT = click.IntRange(1, 10_000)


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option("--limit", type=_LIMIT, default=20, show_default=True, help="Most sessions to show.")
@reading_options
def search(reading: Reading, text: tuple[str, ...], limit: int) -> None:
    """Find sessions whose movements or notes hold every word of TEXT, newest first."""
    query = " ".join(text)
    matches = list(reading.index.search(query))
    rows = [answers.search_row(match) for match in matches[:limit]]
    answer = answers.SearchAnswer(query, rows, len(matches))
    reading.print(answer, lambda: _search_text(answer, reading.width))


def _search_text(answer: answers.SearchAnswer, width: int) -> str:
    lines = [f"{answer.total} sessions hold {cut_long_line(answer.query, 60)!r}{_shown(answer)}."]
    for row in answer.rows:
        lines.append(f"{row.date or f'week {row.week}'}  {row.label}"[:width])
        lines += [f"    {line}"[:width] for line in row.lines]
    return "\n".join(lines) + "\n"


def _shown(answer: answers.SearchAnswer | answers.HistoryAnswer) -> str:
    return "" if len(answer.rows) == answer.total else f", the newest {len(answer.rows)} are shown"


@click.command()
@click.argument("movement", nargs=-1, required=True)
@click.option("--limit", type=_LIMIT, default=20, show_default=True, help="Most sessions to show.")
@reading_options
def history(reading: Reading, movement: tuple[str, ...], limit: int) -> None:
    """List every prescription of MOVEMENT by date, newest first, with loads."""
    wanted = _movement(" ".join(movement))
    found = reading.index.history(wanted)
    answer = answers.history_answer(wanted, found[:limit], len(found), reading.athlete)
    reading.print(answer, lambda: _history_text(answer, reading.width))


def _movement(text: str) -> str:
    found = find_movement(text)
    if found is None:
        near = ", ".join(map(movement_name, nearest_movements(text)))
        raise click.UsageError(
            f"{text!r} is no movement known here."
            + (f" Did you mean: {near}?" if near else " `wod movements` lists them.")
        )
    return found


def _history_text(answer: answers.HistoryAnswer, width: int) -> str:
    lines = [f"{answer.name}: {answer.total} sessions{_shown(answer)}."]
    for row in answer.rows:
        lines += ["", f"{row.date:%Y-%m-%d %a}" if row.date else f"week {row.week}, no date"]
        lines += itertools.chain.from_iterable(_prescription(item, width) for item in row.prescriptions)
    return "\n".join(lines) + "\n"


def _prescription(item: answers.Prescription, width: int) -> Iterator[str]:
    label = f"{item.segment[:20]} " if item.segment else ""
    lines = as_lines(item.shown, width - len(label), colour=True)
    yield from (f"{label}{line.lstrip()}" if n == 0 else line for n, line in enumerate(lines))


@click.command()
@click.argument("text", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Also those that were never prescribed.")
@reading_options
def movements(reading: Reading, text: tuple[str, ...], every: bool) -> None:
    """List the movements that were prescribed, most often first; with TEXT, those whose name holds it."""
    wanted = " ".join(text).casefold()
    chosen = answers.movement_facts(reading.index, wanted)
    answer = answers.MovementsAnswer(chosen, len(chosen))
    reading.print(answer, lambda: "\n".join([*_movement_lines(chosen), *_unused(wanted, every, chosen), ""]))


def _movement_lines(facts: Iterable[answers.MovementFacts]) -> Iterator[str]:
    for fact in facts:
        yield f"{fact.name:<32.32} {fact.id:<28.28} {fact.sessions:>4} × {fact.last}"


def _unused(wanted: str, every: bool, used: Sequence[answers.MovementFacts]) -> Iterator[str]:
    taken = {fact.id for fact in used}
    for movement in MOVEMENTS.values() if every or not used else ():
        if movement.id not in taken and wanted in f"{movement.id} {movement.name}".casefold():
            yield f"{movement.name:<32.32} {movement.id:<28.28}    –"


@click.command()
@click.option("--by", type=click.Choice(["day", "week", "month"]), default="week", show_default=True)
@click.option("--last", type=_LIMIT, default=12, show_default=True, help="How many of them, the newest.")
@click.option("--families", is_flag=True, help="Also by family of lifts.")
@reading_options
def load(reading: Reading, by: str, last: int, families: bool) -> None:
    """Show the training load: lifts, average intensity, zones, hard sets, tonnage where maxes are known."""
    period = cast("Period", by)
    rows = load_by(period, reading.index.doses(), reading.athlete)[-last:]
    answer = answers.load_answer(period, rows, reading.athlete)
    reading.print(answer, lambda: _load_text(answer, families))


def _load_text(answer: answers.LoadAnswer, families: bool) -> str:
    if not answer.rows:
        return "No session is stored; `wod materialize` fetches some.\n"
    tonnage = f"tonnage {answer.unit}" if answer.unit else ""
    head = f"{answer.by:<12}{'lifts':>6}{'change':>9}{'avg %':>7}"
    head += "".join(f"{zone:>7}" for zone in ZONES) + f"{'hard':>6}{tonnage:>12}"
    lines = [head.rstrip()]
    for row in answer.rows:
        change = "" if row.lifts_change_percent is None else f"{row.lifts_change_percent:+.1f}%"
        lines.append(_figures_line(row.start.isoformat(), change, row.total))
        if families:
            lines += [_figures_line(f"  {name}", "", figures) for name, figures in row.families.items()]
    return "\n".join([*lines, *_unweighed(answer)]) + "\n"


def _unweighed(answer: answers.LoadAnswer) -> Iterator[str]:
    """Say what the tonnage leaves out."""
    lifts, weighed = (
        sum(getattr(row.total, name) for row in answer.rows) for name in ("lifts", "weighed_lifts")
    )
    if answer.unit and weighed < lifts:
        yield f"Tonnage counts the lifts whose max is known: {weighed} of {lifts}."


def _figures_line(name: str, change: str, figures: answers.Figures) -> str:
    intensity = figures.average_intensity_percent
    told = f"{name:<12}{figures.lifts:>6}{change:>9}{'–' if intensity is None else f'{intensity:.1f}':>7}"
    told += "".join(f"{lifts:>7}" for lifts in figures.zones.values()) + f"{figures.hard_sets:>6}"
    return told + (f"{figures.tonnage:>12,.0f}" if figures.tonnage is not None else "")
