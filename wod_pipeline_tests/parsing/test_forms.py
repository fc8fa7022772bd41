"""Forms of the notation, rule by rule and two rules at a time: forms.txt, weeks from titles, lines from HTML.

The first word of a fact says what is compared (`role`, `session`, `segment`, `block`, `exercise`, `note`, `code`): of
each kind that a case names, the post holds exactly what is written.
"""

from __future__ import annotations

import pytest

from wod_pipeline.parsing import read_lines
from wod_pipeline_tests.parsing.facts import check
from wod_pipeline_tests.parsing.forms import ABOVE_WORK, POSTS, WORK
from wod_pipeline_tests.parsing.reading import codes, read

# title, slug, local publication → first and last day, basis, confidence, program, diagnostics
DATES = [
    ("June 2-6, 2020", "plan", "2020-05-31", "06-02 06-06 title exact plan"),
    ("Mar. 30th – Apr. 5th, 2020", "plan", "2020-03-29", "03-30 04-05 title exact plan"),
    ("JUNE 29-5, 2020", "plan", "2020-06-28", "06-29 07-05 title exact plan"),
    (
        "Week of June 3, 2020",
        "week-of-june-3-2020-gym-plan-2",
        "2020-05-31",
        "06-03 06-07 title exact gym-plan",
    ),
    ("June 3, 2020 at 5:30 PM", "5-day-plan-june-3-2020", "2020-05-31", "06-03 06-03 title exact 5-day-plan"),
    ("Gym Plan", "december-30-january-5-2020-plan", "2019-12-29", "12-30 01-05 slug exact plan"),
    ("Agust 3-9", "august-3-9-2020-plan", "2020-08-02", "08-03 08-09 slug exact plan"),
    ("Agust 3-9", "plan", "2020-08-02", "08-03 08-09 title repaired plan date_repaired"),
    ("January 4-10", "plan", "2020-12-30", "01-04 01-10 title repaired plan date_repaired"),
    ("December 28 - January 3", "plan", "2020-12-27", "12-28 01-03 title repaired plan date_repaired"),
    ("Gym Plan", "jnue-1-7-2020-plan", "2020-05-31", "06-01 06-07 slug repaired plan date_repaired"),
    (
        "May 4-10, 2020",
        "may-11-17-2020-plan",
        "2020-05-03",
        "05-04 05-10 title exact plan title_slug_mismatch",
    ),
    ("June 1-7, 2020", "plan", "2020-06-15", "06-01 06-07 title exact plan"),
    ("June 1-7, 2020", "plan", "2020-06-16", "06-01 06-07 title exact plan date_contradiction"),
    ("Part 2 – 5 Day Plan", "plan", "2020-05-03", "05-04 05-10 published inferred plan date_inferred"),
    ("February 30, 2020", "plan", "2020-05-02", "04-27 05-03 published inferred plan date_inferred"),
]

HTML = {
    "Di<!-- no -->ps <x-y>x</x-y> 4": ["Dips x 4"],
    "<p>One<p>Two<div>Three<div>Four</div>Five": ["One", "Two", "Three", "Four", "Five"],
    "<style>p{}</style><iframe>no</iframe>Rest<template><p>no</p></template><title>no</title>": ["Rest"],
    "<table><caption>Sets</caption><tr><th>Set</th><th>Load</th></tr><tr><td>1<br>2</td><td></td></tr></table>": [
        "Sets",
        "Set | Load",
        "1 2 |",
    ],
    "A\u200b.\u2003\u202f\u3000B\u00ad &amp;nbsp; &lt;br&gt; &frac12;": ["A. B &nbsp; <br> ½"],
    "\u200b<br>\u00a0<p> </p>3 < 5 & 6 > 2": ["3 < 5 & 6 > 2"],
}


@pytest.mark.parametrize("case", POSTS, ids=POSTS)
def test_a_post_is_cut_as_the_notation_says(case: str) -> None:
    check(*POSTS[case])


@pytest.mark.parametrize("case", WORK, ids=WORK)
def test_work_below_a_label_reads_as_the_notation_says(case: str) -> None:
    check(*WORK[case], below=ABOVE_WORK)


@pytest.mark.parametrize(("title", "slug", "published", "expected"), DATES, ids=[row[0] for row in DATES])
def test_a_week_is_dated_from_title_slug_and_publication(
    title: str, slug: str, published: str, expected: str
) -> None:
    week = read("Monday\nA.\nDips x 5", title=title, slug=slug, published=f"{published}T16:00:00")
    days = [f"{day:%m-%d}" for day in (week.dates.start, week.dates.end) if day]
    found = [code for code, _ in codes(week)]
    assert [*days, week.dates.basis, week.dates.confidence, week.program, *found] == expected.split()


@pytest.mark.parametrize("html", HTML)
def test_lines_are_those_a_browser_shows(html: str) -> None:
    assert [line.text for line in read_lines(html)] == HTML[html]
