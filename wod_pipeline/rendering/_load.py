"""Training load in Markdown: the days of a week as a table, weeks as bars."""

from __future__ import annotations

from collections.abc import Sequence

from wod_pipeline.training import ZONES, LoadRow, TrainingLoad, as_number

_LIFTS_PER_CHARACTER = 10
_SHADES = "░▒▓█"


def days_markdown(rows: Sequence[LoadRow]) -> str:
    """The training load of each day as a Markdown table."""
    zone_heads = "".join(f" {zone} |".replace("<", "&lt;") for zone in ZONES)
    lines = [f"| day | lifts | average % |{zone_heads} hard sets |", "|---|" + "---:|" * (len(ZONES) + 3)]
    for row in rows:
        load = row.summary.total
        zone_cells = "".join(f" {as_number(lifts)} |" for lifts in load.zones)
        average = "–" if load.average_intensity is None else load.average_intensity
        lines.append(
            f"| {row.start} | {as_number(load.lifts)} | {average} |{zone_cells} {as_number(load.hard_sets)} |"
        )
    return "\n".join(lines)


def chart_markdown(rows: Sequence[LoadRow]) -> str:
    """Lifts of each week as bars, one shade per intensity zone, in a code block."""
    legend = "  ".join(f"{shade} {zone}%" for shade, zone in zip(_SHADES, ZONES, strict=True))
    bars = [f"{row.start} {as_number(row.summary.total.lifts):>5} {_bar(row.summary.total)}" for row in rows]
    return "\n".join(["```text", f"{legend}  (one block: {_LIFTS_PER_CHARACTER} lifts)", *bars, "```"])


def _bar(load: TrainingLoad) -> str:
    return "".join(
        shade * round(lifts / _LIFTS_PER_CHARACTER) for shade, lifts in zip(_SHADES, load.zones, strict=True)
    )
