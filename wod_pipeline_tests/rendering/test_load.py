"""Training load in Markdown: the table of days and the chart of weeks, exactly."""

from __future__ import annotations

from wod_pipeline.rendering import chart_markdown, days_markdown
from wod_pipeline.training import LoadRow, Period, load_by, session_doses
from wod_pipeline_tests.builders import raw_post, week_records

WEEK = week_records(
    raw_post(
        *(
            "Monday",
            "A.",
            "Every 2 minutes, for 10 minutes (5 sets):",
            "Snatch x 2 reps @ 65% of 1-RM Snatch",
        ),
        *("Tuesday", "A.", "Five sets of:", "Back Squat x 5 reps @ 92% of 1-RM Back Squat"),
        *("Friday", "A.", "Five sets of:", "Clean x 3 reps"),
    )
)


def rows(by: Period) -> list[LoadRow]:
    return load_by(by, map(session_doses, WEEK.records))


def test_a_week_is_a_table_with_a_line_for_each_day() -> None:
    assert days_markdown(rows("day")).splitlines() == [
        "| day | lifts | average % | &lt;70 | 70–79 | 80–89 | ≥90 | hard sets |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
        "| 2026-03-02 | 10 | 65.0 | 10 | 0 | 0 | 0 | 0 |",
        "| 2026-03-03 | 25 | 92.0 | 0 | 0 | 0 | 25 | 5 |",
        "| 2026-03-06 | 0 | – | 0 | 0 | 0 | 0 | 0 |",
    ]


def test_weeks_are_bars_of_a_character_for_ten_lifts() -> None:
    assert chart_markdown(rows("week")).splitlines() == [
        "```text",
        "░ <70%  ▒ 70–79%  ▓ 80–89%  █ ≥90%  (one block: 10 lifts)",
        "2026-03-02    35 ░██",
        "```",
    ]
