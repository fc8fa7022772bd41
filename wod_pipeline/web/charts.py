"""Charts as SVG, drawn on the server: without scripts or other files, readable on light and dark pages.

The pages show each as an image with a text alternative, and list the same numbers.
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
"""Sessions in a chart; more would overlap: at its width each has about four pixels."""
LABELS = 5

_ZONES = ("#9ec5e8", "#3d8bcc", "#e0912b", "#c8372d", "#b9bfc8")
"""Lifts below 70 %, from 70, from 80, from 90 %, and of unknown percentage."""
_GREY = "#6f7b8a"
_DARK = "inline:@media (prefers-color-scheme: dark) { text { fill: #a9b4c2 !important } }"


def _style(*colours: str) -> Style:
    return Style(
        background="transparent",
        plot_background="transparent",
        foreground=_GREY,
        foreground_strong=_GREY,
        foreground_subtle=_GREY,
        guide_stroke_color=f"{_GREY}55",
        major_guide_stroke_color=f"{_GREY}55",
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
    """The highest percentage prescribed on each date, in order of date. A date without one is a gap in the line."""
    chart = _chart(pygal.Line, _style("#3d8bcc"), dots_size=4, stroke_style={"width": 3}, show_legend=False)
    _label(chart, [day for day, _ in points])
    chart.value_formatter = lambda value: f"{value:g}%"
    chart.add("Highest %", [top for _, top in points])
    return bytes(chart.render())


@lru_cache(maxsize=16)
def load_chart(points: tuple[tuple[dt.date, tuple[Number, ...]], ...]) -> bytes:
    """Lifts of each period, in order of date, stacked: one number per zone, then those of unknown percentage."""
    chart = _chart(pygal.StackedBar, _style(*_ZONES), legend_at_bottom=True, legend_at_bottom_columns=5)
    _label(chart, [start for start, _ in points])
    for n, name in enumerate([*(f"{zone}%" for zone in ZONES), "no %"]):
        chart.add(name, [lifts[n] for _, lifts in points])
    return bytes(chart.render())


def _label(chart: pygal.graph.graph.Graph, days: list[dt.date]) -> None:
    """Put dates below the chart, about `LABELS` of them."""
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
        no_data_text="no data",
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
    """The chart without the script in which pygal stores its settings."""
    for parent in list(root.iter()):
        for child in [child for child in parent if str(child.tag).endswith("script")]:
            parent.remove(child)
    return root
