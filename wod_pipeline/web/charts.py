"""Charts as SVG, drawn on the server: no script, no reference to another file, readable light and dark.

Each is shown as an image with its own text alternative; the page has the same numbers as a table.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from xml.etree.ElementTree import Element

import pygal
from pygal.style import Style

from wod_pipeline.program import Number
from wod_pipeline.training import ZONES

WIDTH, HEIGHT = 520, 300
MOST_POINTS = 120
LABELS = 5

_ZONES = ("#9ec5e8", "#3d8bcc", "#e0912b", "#c8372d", "#b9bfc8")
"""Below 70 %, from 70, from 80, from 90, unknown."""
_QUIET = "#6f7b8a"
_DARK = "inline:@media (prefers-color-scheme: dark) { text { fill: #a9b4c2 !important } }"


def _style(*colours: str) -> Style:
    return Style(
        background="transparent",
        plot_background="transparent",
        foreground=_QUIET,
        foreground_strong=_QUIET,
        foreground_subtle=_QUIET,
        guide_stroke_color=f"{_QUIET}55",
        major_guide_stroke_color=f"{_QUIET}55",
        guide_stroke_dasharray="2,4",
        major_guide_stroke_dasharray="2,4",
        opacity="1",
        font_family="system-ui, sans-serif",
        label_font_size=14,
        major_label_font_size=14,
        legend_font_size=14,
        no_data_font_size=18,
        colors=colours,
    )


@lru_cache(maxsize=64)
def lift_chart(points: tuple[tuple[dt.date, Number | None], ...]) -> bytes:
    """The highest percentage prescribed at each date, in order. Dates without a percentage are gaps."""
    chart = _chart(pygal.Line, _style("#3d8bcc"), dots_size=4, stroke_style={"width": 3}, show_legend=False)
    _label(chart, [day for day, _ in points])
    chart.value_formatter = lambda value: f"{value:g}%"
    chart.add("Highest %", [top for _, top in points])
    return bytes(chart.render())


@lru_cache(maxsize=16)
def load_chart(points: tuple[tuple[dt.date, tuple[Number, ...]], ...]) -> bytes:
    """Lifts of each period in order, stacked: those of each zone, and those whose percentage is not known."""
    chart = _chart(pygal.StackedBar, _style(*_ZONES), legend_at_bottom=True, legend_at_bottom_columns=5)
    _label(chart, [start for start, _ in points])
    for n, name in enumerate([*(f"{zone}%" for zone in ZONES), "no %"]):
        chart.add(name, [lifts[n] for _, lifts in points])
    return bytes(chart.render())


def _label(chart: pygal.graph.graph.Graph, days: list[dt.date]) -> None:
    """Dates below the chart, as many as have room."""
    chart.x_labels = [f"{day.day} {day:%b} {day:%y}" for day in days]
    chart.x_labels_major = chart.x_labels[:: max(1, -(-len(days) // LABELS))]
    chart.show_minor_x_labels = False


def _chart(kind: type, style: Style, **options: object) -> pygal.graph.graph.Graph:
    chart = kind(
        style=style,
        width=WIDTH,
        height=HEIGHT,
        js=(),
        css=("file://style.css", "file://graph.css", _DARK),
        explicit_size=False,
        no_data_text="nothing to draw",
        x_label_rotation=0,
        truncate_label=-1,
        min_scale=3,
        max_scale=6,
        margin=6,
        margin_right=34,
        **options,
    )
    chart.add_xml_filter(_without_scripts)
    return chart


def _without_scripts(root: Element) -> Element:
    """Pygal puts its settings into a script of every chart; no chart of ours needs one."""
    for parent in list(root.iter()):
        for child in [child for child in parent if str(child.tag).endswith("script")]:
            parent.remove(child)
    return root
