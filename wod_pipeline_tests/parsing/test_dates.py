"""§3 The dates a title, a slug or a heading names, form by form, and what the publication makes of them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wod_pipeline.parsing import parse_post
from wod_pipeline.parsing._date_text import DayOrder, Reading, read_dates, read_heading_date
from wod_pipeline_tests.parsing.reading import codes, post, read

WORK = "A.\nDips x 5"
SPRING = dt.date(2020, 5, 31)


def shown(reading: Reading | None) -> str:
    """`MM-DD MM-DD`, the year in front where it is not 2020, and `repaired`."""
    if reading is None:
        return "none"
    days = " ".join(str(day).removeprefix("2020-") for day in reading[:2])
    return f"{days} repaired" if reading.repaired else days


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        # months in words, the month first
        ("March 2-8, 2020", "03-02 03-08"),
        ("Mar. 30 - Apr. 5, 2020", "03-30 04-05"),
        ("December 30, 2019 – January 5, 2020", "2019-12-30 01-05"),
        ("December 30 – January 5, 2020", "2019-12-30 01-05"),
        ("June 1st–7th, 2020", "06-01 06-07"),
        ("June 28 - 4, 2020", "06-28 07-04"),
        ("Week of June 3, 2020", "06-03 06-07"),
        ("2020 June 1-7", "06-01 06-07"),
        ("June 1 through June 7 2020", "06-01 06-07"),
        ("June 1-7 Week 5", "06-01 06-07 repaired"),
        # the day first
        ("27 Jan – 2 Feb 2020", "01-27 02-02"),
        ("3-9 February 2020", "02-03 02-09"),
        ("30-5 February 2020", "01-30 02-05"),
        ("14th March 2019", "2019-03-14 2019-03-14"),
        ("1st of June 2020", "06-01 06-01"),
        ("Mon, 1 June 2020", "06-01 06-01"),
        # figures alone
        ("2020-02-03", "02-03 02-03"),
        ("2020-06-01 to 2020-06-07", "06-01 06-07"),
        ("2020/06/01", "06-01 06-01"),
        ("2/3-2/9/2020", "02-03 02-09"),
        ("6/1-7/2020", "06-01 06-07"),
        ("6/1 - 6/7", "06-01 06-07 repaired"),
        ("12/28/20 - 1/3/21", "12-28 2021-01-03"),
        ("03.14.20", "03-14 03-14"),
        ("01.06.2020-07.06.2020", "06-01 06-07"),
        ("13/2/2020", "02-13 02-13"),
        # days that nobody means as they are written
        ("December 27-21, 2020", "12-21 12-27 repaired"),
        ("June 7 - June 1, 2020", "06-01 06-07 repaired"),
        ("December 28, 2020 – January 3, 2020", "12-28 2021-01-03 repaired"),
        ("January 1 – June 30, 2020", "01-01 06-30 repaired"),
        ("June 1-7 & June 8-14, 2020", "06-01 06-07 repaired"),
        ("June 1-7, 2020 (6/1-6/7)", "06-01 06-07"),
        ("Agust 3-9", "08-03 08-09 repaired"),
        ("Murph 15, 2020", "03-15 03-15 repaired"),
        ("the 1st of June 2020 to the 7th of June 2020", "06-01 06-07"),
        ("25.-31.05.2020", "05-25 05-31"),
        ("2020/06/01 – 2020/06/07", "06-01 06-07"),
        ("2020/06/01 – 06/07", "06-01 06-07"),
        ("June 1-7, '19", "2019-06-01 2019-06-07"),
        ("June 1 - 7 (2019)", "2019-06-01 2019-06-07"),
        ("Week commencing 1 June 2020", "06-01 06-07"),
        ("Week beginning Tuesday, June 2, 2020", "06-02 06-07"),
        ("June 29 – Jully 5, 2020", "06-29 07-05 repaired"),
        # no dates
        ("Murph 11", "none"),
        ("Mar 3 x 5", "none"),
        ("May 5 rounds of fun", "none"),
        ("June 31 - July 5, 2020", "none"),
        ("WK4/8", "none"),
        ("Week 4/8/2020", "none"),
        ("Week 5 June 2020", "none"),
        ("5/3/1 cycle", "none"),
        ("3/4 depth", "none"),
        ("03.14.19", "none"),  # a year of two figures, more than a year from the publication
        ("Full 5 sets", "none"),
        ("June 5x3", "none"),
        ("June 2020", "none"),
    ],
)
def test_a_title_names_the_days_that_a_reader_would_say(title: str, expected: str) -> None:
    assert shown(read_dates(title, SPRING)) == expected


@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        ("mar-30-apr-5-2020-plan", "03-30 04-05"),
        ("27-jan-2-feb-2020-barn", "01-27 02-02"),
        ("3-9-february-2020", "02-03 02-09"),
        ("2020-06-01-2020-06-07-barn", "06-01 06-07"),
        ("06-01-2020-06-07-2020", "06-01 06-07"),
        ("june-3-5-day-program", "06-03 06-03 repaired"),
        ("june-1-7-week-5", "06-01 06-07 repaired"),
        ("barn-5-3-1", "none"),
        ("barn-5-3-2-1", "none"),
        ("barn-6-1-20", "none"),
    ],
)
def test_a_slug_names_days_alike_but_figures_only_with_a_whole_year(slug: str, expected: str) -> None:
    assert shown(read_dates(slug, SPRING, slug=True)) == expected


@pytest.mark.parametrize(
    ("title", "published", "order", "expected"),
    [
        ("03/02/2020 – 09/02/2020", "2020-02-02", "month_first", "02-03 02-09"),  # else half a year
        ("3/2/2020", "2020-02-02", "month_first", "02-03 02-03"),  # else four weeks ahead
        ("3/2/2020", "2020-03-01", "month_first", "03-02 03-02"),
        ("3/2/2020", "2020-03-01", "day_first", "03-02 03-02"),
        ("3/2/2020", "2020-06-01", "month_first", "03-02 03-02"),  # neither is near: the program's order
        ("3/2/2020", "2020-08-01", "day_first", "02-03 02-03"),
        ("9/3 - 3/9/2020", "2020-08-30", "day_first", "03-09 09-03 repaired"),
    ],
)
def test_figures_are_read_in_the_program_s_order_unless_only_the_other_makes_sense(
    title: str, published: str, order: DayOrder, expected: str
) -> None:
    assert shown(read_dates(title, dt.date.fromisoformat(published), order=order)) == expected


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Monday 6/1", "06-01 06-01 repaired"),
        ("Tuesday 2 June", "06-02 06-02 repaired"),
        ("Thursday 6/4/20", "06-04 06-04"),
        ("Monday (WK4/8)", "none"),
        ("Friday: 5/3/1", "none"),
    ],
)
def test_a_heading_may_name_its_day_in_figures_without_a_year(heading: str, expected: str) -> None:
    assert shown(read_heading_date(heading, SPRING)) == expected


@pytest.mark.parametrize(
    ("title", "published", "days", "found"),
    [
        (
            "November 23-29, 2025",
            "2026-11-22",
            "2026-11-23 2026-11-29",
            ["date_contradiction", "date_repaired"],
        ),
        (
            "December 29 – January 4, 2025",
            "2025-12-28",
            "2025-12-29 2026-01-04",
            ["date_contradiction", "date_repaired"],
        ),
        (
            "January 5-11, 2025",
            "2026-01-04",
            "2026-01-05 2026-01-11",
            ["date_contradiction", "date_repaired"],
        ),
        ("December 28, 2020 – January 3, 2020", "2020-12-27", "2020-12-28 2021-01-03", ["date_repaired"]),
        (
            "June 1-7, 2020",
            "2021-05-30",
            "2020-06-01 2020-06-07",
            ["date_contradiction"],
        ),  # begins on a Monday
        ("June 2-6, 2020", "2020-08-02", "2020-06-02 2020-06-06", ["date_contradiction"]),  # no year is near
    ],
)
def test_a_year_typed_wrong_is_put_right_by_the_publication_and_said(
    title: str, published: str, days: str, found: list[str]
) -> None:
    week = read(f"Monday\n{WORK}", title=title, slug="plan", published=f"{published}T17:00:00")
    assert f"{week.dates.start} {week.dates.end}" == days
    assert [code for code, _ in codes(week)] == found


def test_a_range_with_the_year_of_its_end_typed_wrong_goes_before_an_exact_slug() -> None:
    title = "December 28, 2020 – January 3, 2020"
    week = read(f"Monday\n{WORK}", title=title, slug="june-1-7-2020-plan", published="2020-12-27T17:00:00")
    assert week.week == dt.date(2020, 12, 28)


def test_one_dated_heading_dates_its_session_and_not_the_post() -> None:
    week = read(f"Wednesday 6/3\n{WORK}\nFriday\n{WORK}", title="Plan", slug="plan")
    assert [session.date for session in week.sessions] == [dt.date(2020, 6, 3), dt.date(2020, 6, 5)]
    assert (week.dates.start, week.dates.end) == (dt.date(2020, 6, 1), dt.date(2020, 6, 7))
    assert (week.dates.basis, week.dates.confidence) == ("published", "inferred")


@given(st.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 1)), st.integers(0, 13))
def test_a_day_and_a_range_are_the_same_in_every_form_that_says_all_of_it(start: dt.date, days: int) -> None:
    end = start + dt.timedelta(days=days)
    forms = [
        f"{start:%B} {start.day}, {start.year} – {end:%B} {end.day}, {end.year}",
        f"{start:%b}. {start.day}, {start.year} to {end:%b}. {end.day}, {end.year}",
        f"{start.day} {start:%B} {start.year} - {end.day} {end:%B} {end.year}",
        f"{start} – {end}",
        f"{start:%m/%d/%Y} - {end:%m/%d/%Y}",
    ]
    for form in forms:
        reading = read_dates(form, start)
        assert reading is not None, form
        assert (reading.start, reading.end, reading.repaired) == (start, end, False), form


@given(st.text("0123456789/-. junemay,WwkK", max_size=60))
def test_any_text_is_read_without_an_error_and_no_end_lies_before_its_start(text: str) -> None:
    for reading in (
        read_dates(text, SPRING),
        read_dates(text, None, slug=True),
        read_heading_date(text, SPRING),
    ):
        assert reading is None or reading.start <= reading.end


# ------------------------------------------------------------------------------------------- several weeks
def days_of(lines: str, **fields: str) -> list[str]:
    """The day of each session, as `MM-DD`."""
    return [str(session.date)[5:] for session in parse_post(post(lines, **fields)).sessions]


def headed(*headings: str) -> str:
    return "\n".join(f"{heading}\n{WORK}" for heading in headings)


def test_sessions_of_two_weeks_stand_on_the_days_their_headings_name() -> None:
    lines = headed("Monday 6/1", "Wednesday 6/3", "Monday 6/8", "Wednesday 6/10")
    assert days_of(lines, title="June 1-14, 2020") == ["06-01", "06-03", "06-08", "06-10"]
    assert days_of(lines, title="Plan", slug="plan") == ["06-01", "06-03", "06-08", "06-10"]


def test_sessions_of_two_weeks_without_days_are_counted_on_from_the_first() -> None:
    lines = headed("Monday", "Wednesday", "Friday", "Monday", "Wednesday")
    assert days_of(lines, title="June 1-14, 2020") == ["06-01", "06-03", "06-05", "06-08", "06-10"]


def test_a_weekday_headed_once_more_after_sunday_is_of_the_next_week() -> None:
    lines = headed("Monday", "Sunday", "Monday")
    assert days_of(lines, title="June 1-7, 2020") == ["06-01", "06-07", "06-08"]


def test_a_weekday_below_a_higher_week_number_is_of_a_later_week() -> None:
    lines = "\n".join(["Week 3", headed("Monday"), "Week 4", headed("Monday")])
    assert days_of(lines, title="June 1-7, 2020") == ["06-01", "06-08"]
    assert days_of(headed("Week 1 Monday", "Week 3 Monday"), title="June 1-7, 2020") == ["06-01", "06-15"]


def test_the_same_weekday_twice_in_one_week_is_two_sessions_of_that_day() -> None:
    assert days_of(headed("Monday", "Monday", "Tuesday"), title="June 1-7, 2020") == [
        "06-01",
        "06-01",
        "06-02",
    ]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Sunday, June 8, 2020", ["date_contradiction"]),  # a Monday
        ("Monday, June 8, 2020", []),
        ("Monday June 8 – Sunday June 14, 2020", []),
        ("Tuesday June 8 – 14, 2020", ["date_contradiction"]),
        ("Sunday 9 am open gym, June 8-14, 2020", []),
    ],
)
def test_a_title_whose_weekday_is_not_that_of_its_date_is_flagged(title: str, expected: list[str]) -> None:
    found = read(f"Monday\n{WORK}", title=title, slug="plan", published="2020-06-07").diagnostics
    assert [each.code for each in found] == expected


def test_the_contradiction_names_the_weekday_that_the_title_says() -> None:
    found = read(f"Monday\n{WORK}", title="Sunday, June 8, 2020", slug="plan", published="2020-06-07")
    assert found.diagnostics[0].message == "The post is for 2020-06-08 but its title says Sun of that day."


@pytest.mark.parametrize(
    ("title", "lines", "days"),
    [
        # a line that is only a range of days, or `Week of` one, begins a week
        ("June 1-14", "Week of June 1 ⏎ Monday ⏎ W ⏎ Week of June 8 ⏎ Thursday ⏎ W", "01 11"),
        ("June 1-14", "June 1-7 ⏎ Monday ⏎ W ⏎ Week 2: June 8-14 ⏎ Friday ⏎ W ⏎ Saturday ⏎ W", "01 12 13"),
        ("June 1-7", "June 1-7 ⏎ Monday ⏎ W ⏎ June 8-14 ⏎ Monday ⏎ W", "01 08"),
        ("June 1-14", "Monday ⏎ W ⏎ June 8-14 is a deload ⏎ Friday ⏎ W", "01 05"),
        # a day of the month alone
        ("June 1-14", "Monday 1st ⏎ W ⏎ Thursday 11th ⏎ W ⏎ Friday the 12th ⏎ W", "01 11 12"),
        # the same words twice: the next week, while the post's dates have one
        ("June 1-14", "Monday ⏎ W ⏎ Monday ⏎ W ⏎ Monday ⏎ W", "01 08 08"),
        ("June 1-14", "Monday AM ⏎ W ⏎ Monday PM ⏎ W", "01 01"),
        ("June 1-7", "Monday ⏎ W ⏎ Monday ⏎ W ⏎ Sunday ⏎ W", "01 01 07"),
        # the year of the heading typed wrong
        ("June 1-14", "Monday, June 1, 2019 ⏎ W ⏎ Tuesday, June 9, 2019 ⏎ W", "01 09"),
    ],
)
def test_each_session_of_several_weeks_has_the_day_its_lines_say(title: str, lines: str, days: str) -> None:
    text = "\n".join(WORK if line == "W" else line for line in lines.split(" ⏎ "))
    found = read(text, title=f"{title}, 2020", slug="plan", published="2020-05-31")
    assert [str(session.date) for session in found.sessions] == [f"2020-06-{day}" for day in days.split()]


def test_a_day_of_the_month_that_is_not_the_weekday_is_flagged() -> None:
    found = read(f"Thursday 11th\n{WORK}", title="June 1-7, 2020", slug="plan", published="2020-05-31")
    assert ("heading_date_mismatch", 0) in codes(found)
