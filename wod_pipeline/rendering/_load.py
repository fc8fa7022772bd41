"""Training load in Markdown: the days of a week as a table, weeks as bars."""

from __future__ import annotations

from collections.abc import Sequence

from wod_pipeline.training import ZONES, LoadRow, TrainingLoad, as_number

BAR_LIFTS = 10
"""Lifts that one block of the chart stands for."""
_SHADES = "░▒▓█"


def days_markdown(rows: Sequence[LoadRow]) -> str:
    """The days of a week as a Markdown table."""
    zones = "".join(f" {zone} |".replace("<", "&lt;") for zone in ZONES)
    lines = [f"| day | lifts | average % |{zones} hard sets |", "|---|" + "---:|" * (len(ZONES) + 3)]
    for row in rows:
        load = row.summary.total
        counts = "".join(f" {as_number(lifts)} |" for lifts in load.zones)
        average = "–" if load.average_intensity is None else load.average_intensity
        lines.append(
            f"| {row.start} | {as_number(load.lifts)} | {average} |{counts} {as_number(load.hard_sets)} |"
        )
    return "\n".join(lines)


def chart_markdown(rows: Sequence[LoadRow]) -> str:
    """Lifts of each week as bars in the shades of their zones, in a block of fixed-width text."""
    legend = "  ".join(f"{shade} {zone}%" for shade, zone in zip(_SHADES, ZONES, strict=True))
    bars = [f"{row.start} {as_number(row.summary.total.lifts):>5} {_bar(row.summary.total)}" for row in rows]
    return "\n".join(["```text", f"{legend}  (one block: {BAR_LIFTS} lifts)", *bars, "```"])


def _bar(load: TrainingLoad) -> str:
    return "".join(shade * round(lifts / BAR_LIFTS) for shade, lifts in zip(_SHADES, load.zones, strict=True))
