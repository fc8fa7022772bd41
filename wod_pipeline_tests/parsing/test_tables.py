"""§1.2 Tables that lay out a week, with cells that cover several columns or rows, days struck out, tables within."""

from __future__ import annotations

import re

import pytest

from wod_pipeline.parsing import parse_post, read_lines
from wod_pipeline_tests.parsing.reading import post


def texts(rows: str) -> list[str]:
    """The lines of a table, its rows by `/`, its cells by `|`; attributes of a cell in braces before its text."""
    return [line.text for line in read_lines(table(rows))]


def table(rows: str) -> str:
    return f"<table>{''.join(f'<tr>{_cells(row)}</tr>' for row in re.split('(?<!<)/', rows))}</table>"


def _cells(row: str) -> str:
    cells = (cell.strip().removeprefix("{").partition("}") for cell in row.split("|"))
    return "".join(f"<td {a}>{text}</td>" if text else f"<td>{a}</td>" for a, _, text in cells)


@pytest.mark.parametrize(
    ("rows", "days"),
    [
        # a day of several rows
        (
            "{rowspan=2}Mon|A. Snatch 5 x 2/B. Dips 3 x 9/Fri|Jerk 5 x 2",
            "Mon/A. Snatch 5 x 2/B. Dips 3 x 9/Fri/Jerk 5 x 2",
        ),
        (
            "Mon|Snatch 5 x 2/|Dips 3 x 9/Fri|Jerk 5 x 2/&nbsp;|Rows x 8",
            "Mon/Snatch 5 x 2/Dips 3 x 9/Fri/Jerk 5 x 2/Rows x 8",
        ),
        (
            "Mon|A.|Snatch 5 x 2/|B.|Dips 3 x 9/Fri|A.|Jerk 5 x 2",
            "Mon/A./Snatch 5 x 2/B./Dips 3 x 9/Fri/A./Jerk 5 x 2",
        ),
        ("Mon|Snatch 5 x 2/PM|Dips 3 x 9/Fri|Jerk 5 x 2", "Mon/Snatch 5 x 2/PM/Dips 3 x 9/Fri/Jerk 5 x 2"),
        # a day of several columns
        ("{colspan=2}Mon|{colspan=2}Fri/Snatch|5 x 2|Jerk|5 x 3", "Mon/Snatch/5 x 2/Fri/Jerk/5 x 3"),
        ("Mon||Fri|/Snatch 5 x 2|70%|Jerk 5 x 2|75%", "Mon/Snatch 5 x 2/70%/Fri/Jerk 5 x 2/75%"),
        # a cell of several days
        (
            "Mon|Wed|Fri/{colspan=2}Snatch 5 x 2|Jerk 5 x 2",
            "Mon/Snatch 5 x 2/Wed/Snatch 5 x 2/Fri/Jerk 5 x 2",
        ),
        ("Mon|Fri/{colspan=2}AM/Snatch 5 x 2|Jerk 5 x 2", "Mon/AM/Snatch 5 x 2/Fri/AM/Jerk 5 x 2"),
        (
            "|Mon|Fri/{rowspan=2}A.|Snatch 5 x 2|Jerk 5 x 2/Dips 3 x 9|Rows x 8",
            "Mon/A./Snatch 5 x 2/Dips 3 x 9/Fri/A./Jerk 5 x 2/Rows x 8",
        ),
        # days below days, and what stands above them
        (
            "Mon|Tue/Snatch 5 x 2|Rest/Thu|Fri/Jerk 5 x 2|Dips x 9",
            "Mon/Snatch 5 x 2/Tue/Rest/Thu/Jerk 5 x 2/Fri/Dips x 9",
        ),
        ("{colspan=2}Week 3/Mon|Fri/Snatch 5 x 2|Jerk 5 x 2", "Week 3/Mon/Snatch 5 x 2/Fri/Jerk 5 x 2"),
        (
            "{rowspan=2}Week 1|Mon|Snatch x 2/Fri|Jerk x 2/{rowspan=2}Week 2|Mon|Snatch x 3/Fri|Jerk x 3",
            "Week 1/Mon/Snatch x 2/Fri/Jerk x 2/Week 2/Mon/Snatch x 3/Fri/Jerk x 3",
        ),
        # a day's work in the cell of its heading
        ("Mon<br>A. Snatch 5 x 2|Fri<br>A. Jerk 5 x 2", "Mon/A. Snatch 5 x 2/Fri/A. Jerk 5 x 2"),
        (
            "Mon<br>A. Snatch 5 x 2|early/Fri<br>A. Jerk 5 x 2|late",
            "Mon/A. Snatch 5 x 2/early/Fri/A. Jerk 5 x 2/late",
        ),
        ("<p>Mon</p><p>A.</p><p>Snatch 5 x 2</p>", "Mon/A./Snatch 5 x 2"),
        ("Mon<br>(June 1)|Fri<br>6-5/Snatch x 2|Jerk x 2", "Mon (June 1)/Snatch x 2/Fri 6-5/Jerk x 2"),
    ],
)
def test_the_work_of_a_week_s_table_stands_below_its_day(rows: str, days: str) -> None:
    assert texts(rows) == days.split("/")


def test_a_table_whose_days_are_rows_of_their_own_stays_a_line_a_row() -> None:
    rows = "{colspan=3}Mon/Snatch|5 x 2|70%/{colspan=3}Fri/Jerk|5 x 3|75%"
    assert texts(rows) == ["Mon", "Snatch | 5 x 2 | 70%", "Fri", "Jerk | 5 x 3 | 75%"]


def test_a_table_in_a_day_s_cell_keeps_its_rows() -> None:
    sets = "<table><tr><td>1<td>3<td>70%<tr><td>2<td>3<td>75%</table>"
    html = f"<table><tr><td>Mon<td>Fri<tr><td>Snatch{sets}<td>Jerk 5 x 2</table>"
    assert [line.text for line in read_lines(html)] == [
        "Mon", "Snatch", "1 | 3 | 70%", "2 | 3 | 75%", "Fri", "Jerk 5 x 2",
    ]  # fmt: skip


def test_a_table_that_only_places_another_is_not_read_as_its_row() -> None:
    html = f"<table><tr><td>{table('Mon|Fri/Snatch 5 x 2|Jerk 5 x 2')}</td></tr></table>"
    assert [line.text for line in read_lines(html)] == ["Mon", "Snatch 5 x 2", "Fri", "Jerk 5 x 2"]


@pytest.mark.parametrize(
    "html",
    [
        table("Mon|<s>Wed</s>|Fri/Snatch 5 x 2|Clean 5 x 2|Jerk 5 x 2"),
        table("Mon|Snatch 5 x 2/<s>Wed</s>|Clean 5 x 2/Fri|Jerk 5 x 2"),
        table("Mon|Snatch 5 x 2/<s>Wed</s>|<s>Clean 5 x 2</s>/Fri|Jerk 5 x 2"),
    ],
)
def test_the_work_of_a_day_whose_heading_is_struck_out_in_a_table_is_withdrawn(html: str) -> None:
    lines = [(line.text, line.struck) for line in read_lines(html)]
    assert lines == [
        ("Mon", ()),
        ("Snatch 5 x 2", ("Wed", "Clean 5 x 2")),
        ("Fri", ()),
        ("Jerk 5 x 2", ()),
    ]


def test_a_line_struck_out_whole_in_a_cell_stands_with_the_line_above() -> None:
    rows = "Mon|Fri/<s>Dips x 9</s><br>Snatch x 2<br><s>Rows x 8</s>|<s>Jerk x 2</s><br>Clean x 3"
    week = parse_post(post((), content=table(rows)))
    assert [(line.text, line.struck) for line in week.lines] == [
        ("Mon", ("Dips x 9",)),
        ("Snatch x 2", ("Rows x 8",)),
        ("Fri", ("Jerk x 2",)),
        ("Clean x 3", ()),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        "<tr><td>Mon<td>Dips x 5" * 600,
        "<tr>" + "<td>Mon" * 600 + "<tr><td>Dips x 5",
        "<tr><td>x<td>y" * 600 + "<tr><td>Mon<td>Dips x 5" * 600,
        "<tr><td>Mon<td>Fri" + "<tr><td rowspan=65000 colspan=900>Dips x 5" * 600,
        "<tr><td>Mon<td>Fri<tr>" + "<td rowspan=65000>Dips x 5" * 600 + "<tr><td>Rows x 5" * 600,
    ],
)
def test_a_huge_table_gives_no_more_than_some_lines_a_cell(rows: str) -> None:
    assert len(read_lines(f"<table>{rows}</table>")) <= 3 * rows.count("<td")
