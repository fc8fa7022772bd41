"""Judge a week against every claim: which function judges which claim, and what follows from its finding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

from wod_pipeline.program import WeekRecords
from wod_pipeline.quality import _findings
from wod_pipeline.quality._case import Case, Finding, Verdict
from wod_pipeline.quality._claims import BLOCKING, CLAIMS

_JUDGES: dict[str, Callable[[Case], Finding]] = {
    "every_date_falls_in_the_week": _findings.judge_dates,
    "every_session_has_its_own_key": _findings.judge_keys,
    "a_week_with_sessions_stays_filled": _findings.judge_replacement,
    "every_training_day_has_a_session": _findings.judge_training_days,
    "session_count_is_usual": partial(_findings.judge_count, of="sessions"),
    "exercise_count_is_usual": partial(_findings.judge_count, of="exercises"),
    "lift_count_is_usual": partial(_findings.judge_count, of="lifts"),
    "most_lines_are_understood": _findings.judge_lines,
    "every_load_is_readable": partial(
        _findings.judge_diagnostics, code="unreadable_load", noun="load", trouble="without a readable weight"
    ),
    "most_movements_are_known": _findings.judge_movements,
    "no_percent_is_ambiguous": partial(
        _findings.judge_diagnostics,
        code="ambiguous_reference",
        noun="percentage",
        trouble="of an ambiguous maximum",
    ),
    "no_post_is_there_twice": _findings.judge_duplicates,
    "the_week_is_published": _findings.judge_publication,
    "every_post_is_dated_near_its_publication": partial(
        _findings.judge_diagnostics,
        code="date_contradiction",
        noun="post",
        trouble="published more than two weeks from the days it names",
    ),
    "every_post_is_still_listed": _findings.judge_listing,
    "every_post_is_well_formed": _findings.judge_form,
    "every_post_is_read_whole": _findings.judge_bounds,
}
_OF_TABLE = {"a_week_with_sessions_stays_filled"}
"""Claims that are judged on what the table holds: without that they always hold."""


def judge(case: Case) -> list[Verdict]:
    """The verdict on every claim about a parsed week, in the order of the table."""
    return [_verdict(name, case.records.week, find(case)) for name, find in _JUDGES.items()]


def unsound(records: WeekRecords) -> str:
    """Why the week may not be stored, whatever the table holds; empty when it may be stored.

    The table itself refuses to lose a week's sessions, and knows what it holds when the week is replaced.
    """
    case = Case(records)
    findings = [judge(case) for name, judge in _JUDGES.items() if name in BLOCKING and name not in _OF_TABLE]
    return " ".join(finding.says for finding in findings if finding.grade == "error")


def judge_stored(parsed: WeekRecords, stored: WeekRecords | None) -> Verdict:
    """Whether the table gives back exactly what was parsed; `stored` None: the table has no such week."""
    finding = _findings.compare_stored(parsed, stored)
    return _verdict("stored_records_equal_parsed_records", parsed.week, finding)


def _verdict(name: str, week: dt.date, finding: Finding) -> Verdict:
    grade = finding.grade or CLAIMS[name].grade
    return Verdict(
        claim=name,
        week=week,
        passed=finding.grade is None,
        grade=grade,
        says=finding.says,
        rows=finding.rows,
        numbers=finding.numbers,
        blocks=finding.grade == "error" and name in BLOCKING,
    )
