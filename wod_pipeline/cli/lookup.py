"""`wod search`, `history`, `movements` and `load`: stored prescriptions, searched and summed up."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

import click

from wod_pipeline.cli.context import ReadContext, read_options
from wod_pipeline.reading import answers
from wod_pipeline.rendering import as_lines, cut_long_line
from wod_pipeline.training import ZONES, Period, load_by
from wod_pipeline.vocabulary import MOVEMENTS, find_movement, movement_name, nearest_movements
from wod_pipeline.wording import count

_LIMIT = click.IntRange(1, 10_000)


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option("--limit", type=_LIMIT, default=20, show_default=True, help="Show at most this many sessions.")
@read_options
def search(context: ReadContext, text: tuple[str, ...], limit: int) -> None:
    """Find sessions whose movements or notes contain every word of TEXT, best first.

    Whole words come before parts of words, a prescribed movement before a mentioned one, main work before warm-ups,
    then the newest.
    """
    query = " ".join(text)
    if not query.strip():
        raise click.UsageError("TEXT has no word to look for.")
    matches = context.index.search(query)
    rows = [answers.search_row(match) for match in matches[:limit]]
    answer = answers.SearchAnswer(query, rows, len(matches))
    context.print(answer, lambda: _search_text(answer, context.width))


def _search_text(answer: answers.SearchAnswer, width: int) -> str:
    order = ", best match first" if len(answer.rows) > 1 else ""
    lines = [f"{cut_long_line(answer.query, 60)!r}: {_total(answer, 'best')}{order}."]
    for row in answer.rows:
        lines.append(f"{row.date or f'week {row.week}'}  {row.label}"[:width])
        lines += [f"    {line}"[:width] for line in row.lines]
    return "\n".join(lines) + "\n"


def _total(answer: answers.SearchAnswer | answers.HistoryAnswer, first: str = "newest") -> str:
    limited = "" if len(answer.rows) == answer.total else f", the {first} {len(answer.rows)} shown"
    return count(answer.total, "session") + limited


@click.command()
@click.argument("movement", nargs=-1, required=True)
@click.option("--limit", type=_LIMIT, default=20, show_default=True, help="Show at most this many sessions.")
@read_options
def history(context: ReadContext, movement: tuple[str, ...], limit: int) -> None:
    """List every prescription of MOVEMENT by date, newest first, with loads."""
    movement_id = _movement_id(" ".join(movement))
    sessions = context.index.history(movement_id)
    answer = answers.history_answer(movement_id, sessions[:limit], len(sessions), context.athlete)
    context.print(answer, lambda: _history_text(answer, context.width))


def _movement_id(text: str) -> str:
    """The movement of that name. Raises `click.UsageError` that names the nearest ones when there is none."""
    movement_id = find_movement(text)
    if movement_id is None:
        nearest = ", ".join(map(movement_name, nearest_movements(text)))
        raise click.UsageError(
            f"{text!r} is not a known movement."
            + (f" Did you mean: {nearest}?" if nearest else " `wod movements --all` lists all of them.")
        )
    return movement_id


def _history_text(answer: answers.HistoryAnswer, width: int) -> str:
    lines = [f"{answer.name}: {_total(answer)}."]
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
@click.option("--all", "unused_too", is_flag=True, help="Also list movements that were never prescribed.")
@read_options
def movements(context: ReadContext, text: tuple[str, ...], unused_too: bool) -> None:
    """List the prescribed movements, the most frequent first. With TEXT: those whose name contains it."""
    query = " ".join(text).casefold()
    used = answers.movement_facts(context.index, query)
    answer = answers.MovementsAnswer(used, len(used))
    context.print(answer, lambda: _movements_text(query, used, unused_too or not used))


def _movements_text(query: str, used: Sequence[answers.MovementFacts], unused_too: bool) -> str:
    lines = [*_movement_lines(used), *(_unused_lines(query, used) if unused_too else ())]
    return "\n".join([*(lines or [f"No movement has {query!r} in its name."]), ""])


def _movement_lines(facts: Iterable[answers.MovementFacts]) -> Iterator[str]:
    for fact in facts:
        yield f"{fact.name:<32.32} {fact.id:<28.28} {fact.sessions:>4} × {fact.last}"


def _unused_lines(query: str, used: Iterable[answers.MovementFacts]) -> Iterator[str]:
    used_ids = {fact.id for fact in used}
    for movement in MOVEMENTS.values():
        if movement.id not in used_ids and query in f"{movement.id} {movement.name}".casefold():
            yield f"{movement.name:<32.32} {movement.id:<28.28}    –"


@click.command()
@click.option(
    "--by", type=click.Choice(["day", "week", "month"]), default="week", show_default=True, help="Sum up by."
)
@click.option("--last", type=_LIMIT, default=12, show_default=True, help="Show this many of the newest.")
@click.option("--families", is_flag=True, help="Also show each family of lifts.")
@read_options
def load(context: ReadContext, by: str, last: int, families: bool) -> None:
    """Show the training load: lifts, average intensity, zones, hard sets, and tonnage where maxes are known."""
    period = cast("Period", by)
    # One period more, since a row says how much it differs from the one before.
    sessions = context.index.newest(period, last + 1)
    rows = load_by(period, context.index.doses(sessions), context.athlete)[-last:]
    answer = answers.load_answer(period, rows, context.athlete)
    context.print(answer, lambda: _load_text(answer, families))


def _load_text(answer: answers.LoadAnswer, families: bool) -> str:
    if not answer.rows:
        return "No session is stored yet. Fetch some: wod materialize.\n"
    tonnage = f"tonnage {answer.unit}" if answer.unit else ""
    head = f"{answer.by:<12}{'lifts':>6}{'change':>9}{'avg %':>7}"
    head += "".join(f"{zone:>7}" for zone in ZONES) + f"{'hard':>6}{tonnage:>12}"
    lines = [head.rstrip()]
    for row in answer.rows:
        change = "" if row.lifts_change_percent is None else f"{row.lifts_change_percent:+.1f}%"
        lines.append(_figures_line(row.start.isoformat(), change, row.total))
        if families:
            lines += [_figures_line(f"  {name}", "", figures) for name, figures in row.families.items()]
    return "\n".join([*lines, *_tonnage_note(answer)]) + "\n"


def _tonnage_note(answer: answers.LoadAnswer) -> Iterator[str]:
    """How many lifts the tonnage leaves out, when it leaves out any."""
    lifts, weighed = (
        sum(getattr(row.total, name) for row in answer.rows) for name in ("lifts", "weighed_lifts")
    )
    if answer.unit and weighed < lifts:
        yield f"Tonnage counts the lifts whose max is known: {weighed} of {lifts}."


def _figures_line(name: str, change: str, figures: answers.Figures) -> str:
    intensity = figures.average_intensity_percent
    line = f"{name:<12}{figures.lifts:>6}{change:>9}{'–' if intensity is None else f'{intensity:.1f}':>7}"
    line += "".join(f"{lifts:>7}" for lifts in figures.zones.values()) + f"{figures.hard_sets:>6}"
    return line + (f"{figures.tonnage:>12,.0f}" if figures.tonnage is not None else "")
