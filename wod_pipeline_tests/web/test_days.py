"""Whose today it is, why a day is empty, and sessions without a day, on the pages and in the API."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from wod_pipeline.looks import Look, LookFailure, SiteLook
from wod_pipeline.program import WeekRecords
from wod_pipeline.storage.looks import write_site_look, write_week_looks
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.web import days
from wod_pipeline.web.app import create_app
from wod_pipeline.web.cookies import COOKIE_AGE_S
from wod_pipeline.weeks import DAY, WEEK
from wod_pipeline_tests.builders import MONDAY, not_published, raw_post, week_records
from wod_pipeline_tests.fakes import MemoryLake
from wod_pipeline_tests.web.conftest import ZONE, noon_of

UTC = dt.timezone.utc
DAILY = tuple(
    line
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    for line in (day, "A.", f"{day} Dips x 6 reps")
)
NUMBERED = (
    "Day 1",
    "A.",
    "Dips x 6 reps",
    "Day 2",
    "A.",
    "Lunges x 6 reps",
    "Day 3",
    "A.",
    "Snatch x 2 reps",
)
NOW = dt.datetime(2026, 3, 4, 20, tzinfo=UTC)
"""Wednesday noon of the week, in the program's zone."""


def site(
    tmp_path: Path, *weeks: WeekRecords, now: dt.datetime = NOW, lake: MemoryLake | None = None
) -> TestClient:
    """The pages over these weeks at this moment."""
    table = SqliteSessionTable(tmp_path / "sessions.sqlite")
    for week in weeks:
        table.replace_week(week)
    return TestClient(create_app(table, ZONE, now=lambda: now, lake=lake or MemoryLake()))


def text_of(page: str) -> str:
    """The words of a page's main part."""
    main = re.sub(r"(?s)^.*<main.*?>|</main>.*$", "", page)
    return " ".join(re.sub(r"<[^>]+>", "", main).split()).replace("&#39;", "'")


# --------------------------------------------------------------------------------------------------- today
@pytest.mark.parametrize(
    ("zone", "now", "today"),
    [
        ("Australia/Sydney", "2026-03-06T21:00Z", "Saturday 7 March"),
        ("America/Los_Angeles", "2026-03-06T21:00Z", "Friday 6 March"),
        ("Pacific/Honolulu", "2026-03-07T09:59Z", "Friday 6 March"),
        ("Pacific/Honolulu", "2026-03-07T10:00Z", "Saturday 7 March"),
        ("Pacific/Kiritimati", "2026-03-06T10:00Z", "Saturday 7 March"),
        ("America/Los_Angeles", "2026-03-08T07:59Z", "Saturday 7 March"),  # before clocks go forward
        ("America/Los_Angeles", "2026-03-08T08:00Z", "Sunday 8 March"),
        ("America/Los_Angeles", "2026-03-09T06:59Z", "Sunday 8 March"),  # after it: an hour earlier in UTC
        ("America/Los_Angeles", "2026-03-09T07:00Z", "Monday 9 March"),
        ("America/Los_Angeles", "2026-11-01T06:59Z", "Saturday 31 October"),  # before clocks go back
        ("America/Los_Angeles", "2026-11-01T07:00Z", "Sunday 1 November"),
        ("America/Los_Angeles", "2026-11-02T07:59Z", "Sunday 1 November"),  # after it: an hour later in UTC
        ("America/Los_Angeles", "2026-11-02T08:00Z", "Monday 2 November"),
    ],
)
def test_today_is_the_visitor_s_day(tmp_path: Path, zone: str, now: str, today: str) -> None:
    client = site(tmp_path, week_records(raw_post(*DAILY)), now=dt.datetime.fromisoformat(now))
    client.cookies.set("tz", zone)
    assert f"<h1>{today}</h1>" in client.get("/").text


def test_without_a_zone_it_is_the_program_s_day_and_the_page_says_so(tmp_path: Path) -> None:
    client = site(tmp_path, week_records(raw_post(*DAILY)), now=dt.datetime(2026, 3, 7, 7, tzinfo=UTC))
    page = client.get("/").text
    assert "<h1>Friday 6 March</h1>" in page
    assert "Today in America/Los_Angeles, the program's time zone" in text_of(page)
    client.cookies.set("tz", "Australia/Sydney")
    page = client.get("/").text
    assert "<h1>Saturday 7 March</h1>" in page
    assert "time zone" not in text_of(page)


@pytest.mark.parametrize(
    "zone", ["Mars/Olympus", "../../etc/passwd", "x" * 4_000, "", "localtime\x00", "utc"]
)
def test_any_zone_cookie_is_bounded_and_harmless(tmp_path: Path, zone: str) -> None:
    client = site(tmp_path, week_records(raw_post(*DAILY)))
    page = client.get("/", headers={"Cookie": f"tz={zone}".encode("latin-1")})
    assert page.status_code == 200
    assert "the program's time zone" in text_of(page.text)


def test_the_week_and_the_load_follow_the_visitor_s_day_too(tmp_path: Path) -> None:
    client = site(tmp_path, week_records(raw_post(*DAILY)), now=dt.datetime(2026, 3, 1, 20, tzinfo=UTC))
    assert "Mon 23 Feb – Sun 1 Mar" in client.get("/week").text
    client.cookies.set("tz", "Australia/Sydney")
    assert "Mon 2 – Sun 8 Mar" in client.get("/week").text
    assert 'data-today="2026-03-02"' in client.get("/load").text


def test_the_api_takes_the_zone_as_a_parameter(tmp_path: Path) -> None:
    client = site(tmp_path, week_records(raw_post(*DAILY)), now=dt.datetime(2026, 3, 6, 21, tzinfo=UTC))

    def day(query: str) -> str:
        (session,) = client.get(f"/api/v1/sessions/today{query}").json()["sessions"]
        return session["session"]["date"]

    assert day("") == "2026-03-06"
    assert day("?tz=Australia/Sydney") == "2026-03-07"
    client.cookies.set("tz", "Australia/Sydney")
    assert day("") == "2026-03-06", "a program that asks the API has no browser"


def test_the_zone_is_documented_where_today_matters(tmp_path: Path) -> None:
    description = site(tmp_path).get("/api/v1/openapi.json").json()["paths"]
    with_zone = {
        path.rpartition("/api/v1")[2]
        for path, route in description.items()
        if any(parameter["name"] == "tz" for parameter in route["get"].get("parameters", []))
    }
    assert with_zone == {"/health", "/sessions", "/sessions/today", "/load"}


# ------------------------------------------------------------------------------------------------ absences
def test_a_week_that_is_not_published_says_so_everywhere(tmp_path: Path) -> None:
    lake = MemoryLake()
    write_week_looks(lake, {MONDAY: Look(NOW - dt.timedelta(minutes=12))})
    client = site(tmp_path, not_published(MONDAY), lake=lake)
    words = "This week's post is not published yet; last looked 12 minutes ago."
    for path in ("/", "/day/2026-03-05", "/week"):
        page = client.get(path).text
        assert words in text_of(page)
        assert '<time datetime="2026-03-04T19:48:00+00:00">12 minutes ago</time>' in page
        assert "No session" not in page
    assert (
        client.get("/api/v1/sessions/2026-03-04").json()["detail"]
        == f"Nothing is stored for 2026-03-04. {words}"
    )
    absence = {"week": "2026-03-02", "reason": "not_published", "looked_at": "2026-03-04T19:48:00Z"}
    assert client.get("/api/v1/weeks/2026-03-04").json()["absence"] == absence
    assert client.get("/api/v1/health").json()["absence"] == absence


def test_could_not_look_is_a_third_thing_and_names_no_host(tmp_path: Path) -> None:
    lake = MemoryLake()
    look = Look(NOW - dt.timedelta(hours=3), NOW - dt.timedelta(minutes=5), LookFailure.NO_ANSWER)
    write_site_look(lake, SiteLook(look, NOW - 4 * WEEK))
    client = site(tmp_path, lake=lake)
    assert (
        "Could not look for this week's post 5 minutes ago: the site did not answer."
        " It was not published at the last look that succeeded, 3 hours ago." in text_of(client.get("/").text)
    )
    assert "5 minutes ago: the site did not answer" in client.get("/api/v1/weeks/2026-03-04").json()["detail"]


def test_a_day_of_a_stored_week_without_a_session_is_not_called_unpublished(tmp_path: Path) -> None:
    client = site(tmp_path, week_records(raw_post("Monday", "A.", "Dips x 6 reps")))
    assert "This week's post has nothing on this day." in text_of(client.get("/").text)
    detail = client.get("/api/v1/sessions/2026-03-04").json()["detail"]
    assert detail == "Nothing is stored for 2026-03-04. This week's post has nothing on this day."


def test_without_the_current_week_the_newest_one_is_linked(tmp_path: Path) -> None:
    before = week_records(raw_post(*DAILY, monday=MONDAY - WEEK))
    client = site(tmp_path, before, not_published(MONDAY))
    for path in ("/", "/day/2026-03-05", "/week"):
        assert '<a href="/week/2026-02-23">The newest stored week: Mon 23 Feb</a>' in client.get(path).text
    assert "newest stored week" not in client.get("/week/2026-02-23").text
    assert "newest stored week" not in client.get("/day/2026-02-28").text


def test_only_the_reader_s_week_is_called_this_week(tmp_path: Path) -> None:
    client = site(tmp_path, not_published(MONDAY + WEEK), now=dt.datetime(2026, 3, 9, 2, tzinfo=UTC))
    for path in ("/day/2026-03-11", "/week/2026-03-09"):
        page = text_of(client.get(path).text)
        assert "The post for the week of Mon 9 Mar is not published yet" in page
        assert "his week" not in page
    client.cookies.set("tz", "Australia/Sydney")
    assert "This week's post is not published yet" in text_of(client.get("/week/2026-03-09").text)
    last = client.get("/day/1999-03-10").text
    assert "The week of Mon 8 Mar 1999 is not stored yet: nobody has looked for its post." in text_of(last)


def test_a_week_is_over_when_it_is_over_for_the_reader(tmp_path: Path) -> None:
    client = site(tmp_path, not_published(MONDAY), now=dt.datetime(2026, 3, 9, 2, tzinfo=UTC))
    assert "This week's post is not published yet" in text_of(client.get("/").text), "Sunday evening"
    client.cookies.set("tz", "Australia/Sydney")
    words = "The site has no post for the week of Mon 2 Mar"
    assert words in text_of(client.get("/day/2026-03-08").text)


def test_a_page_without_sessions_does_not_ask_for_maxes(tmp_path: Path) -> None:
    client = site(tmp_path, week_records(raw_post("Monday", "A.", "Snatch x 2 reps @ 70%")))
    assert "Enter my maxes" in client.get("/day/2026-03-02").text
    assert "Enter my maxes" not in client.get("/day/2026-03-03").text


def test_the_first_and_the_last_day_lead_nowhere_further(tmp_path: Path) -> None:
    client = site(tmp_path)
    assert 'rel="prev"' not in client.get("/day/1990-01-01").text + client.get("/week/1990-01-03").text
    assert 'rel="next"' not in client.get("/day/2999-12-31").text + client.get("/week/2999-12-31").text


def test_a_look_that_is_newer_makes_another_answer(tmp_path: Path) -> None:
    lake = MemoryLake()
    client = site(tmp_path, not_published(MONDAY), lake=lake)
    write_week_looks(lake, {MONDAY: Look(NOW - dt.timedelta(minutes=12))})
    etag = client.get("/").headers["etag"]
    write_week_looks(lake, {MONDAY: Look(NOW)})
    assert client.get("/", headers={"If-None-Match": etag}).status_code == 200


# ----------------------------------------------------------------------------------- sessions without a day
@pytest.fixture
def numbered(tmp_path: Path) -> Iterator[TestClient]:
    """A program of Day 1, Day 2, Day 3, this week and the next."""
    weeks = [week_records(raw_post(*NUMBERED, monday=monday)) for monday in (MONDAY, MONDAY + WEEK)]
    with site(tmp_path, *weeks) as client:
        yield client


CHOSEN = {"week": str(MONDAY), "gym-plan.1": "mon", "gym-plan.2": "wed", "gym-plan.3": ""}


def test_the_week_shows_sessions_without_a_day_by_their_names(numbered: TestClient) -> None:
    page = numbered.get("/week").text
    assert re.findall(r'<li><a href="#s\d" dir="auto">([^<]+)</a>', page) == ["Day 1", "Day 2", "Day 3"]
    assert "No date" not in page
    assert text_of(page).count("Sessions of this week without a day") == 1


def test_a_day_shows_the_sessions_of_its_week_that_have_none(numbered: TestClient) -> None:
    for path in ("/", "/day/2026-03-06"):
        page = text_of(numbered.get(path).text)
        assert "This week's post names no day for its sessions." in page
        assert "Sessions of this week without a day" in page
        assert all(words in page for words in ("Day 1", "Day 2", "Day 3", "Dips", "Lunges"))


def test_a_chosen_weekday_holds_for_every_week_and_is_marked(numbered: TestClient) -> None:
    answer = numbered.post("/days", data=CHOSEN, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/week/2026-03-02")
    page = text_of(numbered.get("/").text)
    assert "Day 2 On Wednesday by your choice: the post names no day." in page
    assert "Dips" not in page, "Day 1 is on Monday"
    assert "Day 3" in page.partition("Sessions of this week without a day")[2], "it still has no day"
    for monday in (MONDAY, MONDAY + WEEK):
        assert "by your choice" in text_of(numbered.get(f"/day/{monday}").text)
    week = numbered.get("/week").text
    assert re.findall(
        r'<li><a href="#[^"]*"[^>]*>([^<]+)</a>', week.partition("</nav>\n<nav")[2] or week
    ) == ["Mon 2", "Wed 4", "Day 3"]
    assert re.findall(r'<option value="(\w*)" selected>', week) == ["mon", "wed"]


def test_the_next_training_day_knows_the_choice(numbered: TestClient) -> None:
    numbered.post("/days", data={"week": str(MONDAY), "gym-plan.1": "mon"})
    assert 'Next: <a href="/day/2026-03-09">Monday 9 March</a>' in numbered.get("/").text


def test_a_week_without_days_before_the_next_training_day_is_not_passed_over(tmp_path: Path) -> None:
    later = week_records(raw_post(*DAILY, monday=MONDAY + 2 * WEEK))
    between = week_records(raw_post(*NUMBERED, monday=MONDAY + WEEK))
    client = site(tmp_path, not_published(MONDAY), between, later)
    link = '<a href="/week/2026-03-09">Sessions without a day: the week of Mon 9 Mar</a>'
    page = client.get("/").text
    assert page.index(link) < page.index('Next: <a href="/day/2026-03-16">')
    client.post("/days", data={**CHOSEN, "gym-plan.3": "fri"})
    page = client.get("/").text
    assert link not in page
    assert 'Next: <a href="/day/2026-03-09">' in page


def test_a_choice_is_taken_back(numbered: TestClient) -> None:
    numbered.post("/days", data=CHOSEN)
    numbered.post("/days", data={"week": str(MONDAY), "gym-plan.1": "", "gym-plan.2": ""})
    assert "days" not in numbered.cookies
    assert "your choice" not in text_of(numbered.get("/").text)


def test_all_days_chosen_the_form_is_still_there(numbered: TestClient) -> None:
    numbered.post("/days", data={**CHOSEN, "gym-plan.3": "fri"})
    page = numbered.get("/week").text
    assert "without a day" not in text_of(page)
    assert "This week's post names" not in text_of(page)
    assert "Days of your choice" in page
    assert page.count("<select") == 3


def test_choices_are_in_a_cookie_that_scripts_and_other_sites_cannot_use(numbered: TestClient) -> None:
    cookie = numbered.post("/days", data=CHOSEN, follow_redirects=False).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    foreign = numbered.post("/days", data=CHOSEN, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403


@pytest.mark.parametrize(
    "cookie",
    [
        "gym-plan.1=never",
        ".=mon&.1=mon&gym-plan=mon&gym-plan.=mon",
        "&".join(f"gym-plan.{n}=mon" for n in range(100)),
        "gym-plan.1=mon" * 900,
        "%00%ff=%00",
        f"gym-plan.{'9' * 200}=mon",
    ],
)
def test_any_days_cookie_is_bounded_and_harmless(numbered: TestClient, cookie: str) -> None:
    assert days.choices_of(cookie) == {}
    page = numbered.get("/", headers={"Cookie": f"days={cookie}"})
    assert page.status_code == 200
    assert "your choice" not in text_of(page.text)


def test_more_choices_than_fit_drop_the_oldest() -> None:
    choices = {(f"program-{n}", "1"): "mon" for n in range(200)}
    cookie = days.cookie_of(choices)
    assert len(cookie) <= days.LONGEST_DAYS_COOKIE
    kept = days.choices_of(cookie)
    assert list(kept) == list(choices)[-len(kept) :]
    assert len(kept) == days.MOST_CHOICES


@pytest.mark.parametrize("week", ["", "soon", "0001-01-01", "9999-12-31"])
def test_a_form_without_its_week_is_refused(numbered: TestClient, week: str) -> None:
    assert numbered.post("/days", data={**CHOSEN, "week": week}).status_code == 422


def test_two_programs_with_the_same_numbers_are_told_apart(tmp_path: Path) -> None:
    posts = [
        raw_post(*NUMBERED, number=n, program=program) for n, program in ((1, "Gym Plan"), (2, "Masters"))
    ]
    client = site(tmp_path, week_records(*posts))
    client.cookies.set("days", urlencode({"masters.2": "wed"}))
    page = client.get("/week").text
    assert "Day 1 · gym-plan" in page
    assert page.count("by <a") == 1


def test_two_programs_on_a_day_share_its_heading_and_are_named(tmp_path: Path) -> None:
    lines = ("Wednesday", "A.", "Dips x 6 reps")
    posts = [raw_post(*lines, number=n, program=program) for n, program in ((1, "Gym Plan"), (2, "Masters"))]
    client = site(tmp_path, week_records(*posts))
    week = client.get("/week").text
    assert week.count("Wednesday 4 March") == 1
    assert re.findall(r'<li><a href="#2026-03-04" class="now">([^<]+)</a>', week) == ["Wed 4"]
    for page in (week, client.get("/").text):
        assert re.findall(r'<p class="kind" dir="auto">([^<]+)</p>', page) == ["gym-plan", "masters"]


def test_the_week_says_whose_today_it_marks(tmp_path: Path) -> None:
    client = site(tmp_path, week_records(raw_post(*DAILY)))
    words = "today is that of America/Los_Angeles, the program's time zone"
    assert words in text_of(client.get("/week").text)
    assert words not in text_of(client.get("/week/2026-03-09").text), "it marks no day"
    client.cookies.set("tz", "Australia/Sydney")
    assert words not in text_of(client.get("/week").text)


def test_the_api_says_what_has_no_day(numbered: TestClient) -> None:
    answer = numbered.get("/api/v1/sessions/2026-03-04").json()
    assert (answer["sessions"], answer["total"]) == ([], 0)
    assert [item["view"]["title"] for item in answer["undated"]] == ["Day 1", "Day 2", "Day 3"]
    assert answer["absence"] == {"week": "2026-03-02", "reason": "undated"}
    assert numbered.get("/api/v1/sessions?from=2026-03-04&to=2026-03-10").json()["undated_weeks"] == [
        "2026-03-02",
        "2026-03-09",
    ]


def test_the_calendar_invents_no_date(numbered: TestClient) -> None:
    assert "VEVENT" not in numbered.get("/calendar.ics").text


# ------------------------------------------------------------------------------------- warnings and years
MISMATCH = ("A.", "Dips x 6 reps", "B.", "Every 75 seconds, for 5 minutes (5 sets):", "Lunges x 6 reps")


def test_a_warning_stands_once_at_its_segment(tmp_path: Path) -> None:
    client = site(tmp_path, week_records(raw_post("Wednesday", *MISMATCH)))
    for path in ("/", "/week"):
        page = text_of(client.get(path).text)
        assert page.count("do not agree") == 1
        assert page.index("Dips") < page.index("do not agree") < page.index("Lunges")


def test_a_max_that_the_post_does_not_name_is_told_once(tmp_path: Path) -> None:
    lines = (
        "Wednesday",
        "A.",
        "Romanian Deadlift x 8 reps @ 60%",
        "B.",
        "Snatch x 2 reps @ 70% of 1-RM Snatch",
    )
    client = site(tmp_path, week_records(raw_post(*lines)))
    client.cookies.set("maxes", "unit=kg&clean=100")
    page = text_of(client.get("/").text)
    assert page.count("does not say of which max") == 1, "entering maxes would not help"
    assert "Your 1-RM Snatch is not given." in page


def test_a_warning_about_the_post_is_told_once_a_week(tmp_path: Path) -> None:
    post = raw_post(*DAILY, title="Gym Plan", slug="gym-plan")
    client = site(tmp_path, week_records(post))
    for path in ("/", "/week"):
        page = text_of(client.get(path).text)
        assert page.count("The post names no date; the week follows from when it was published.") == 1


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/day/2021-01-01", ("Friday 1 January 2021", "‹ Thu 31 Dec 2020", "Sat 2 Jan ›")),
        ("/day/2026-01-01", ("‹ Wed 31 Dec 2025", "Fri 2 Jan ›")),
        ("/week/2020-12-21", ("Mon 21 – Sun 27 Dec 2020", "‹ Mon 14 Dec", "Mon 28 Dec ›")),
        ("/week/2026-12-28", ("Mon 28 Dec – Sun 3 Jan 2027", "‹ Mon 21 Dec", "Mon 4 Jan 2027 ›")),
    ],
)
def test_the_year_is_named_when_it_is_not_this_one(tmp_path: Path, path: str, words: tuple[str, ...]) -> None:
    page = text_of(site(tmp_path).get(path).text)
    for each in words:
        assert each in page


def test_the_next_training_day_of_another_year_names_it(tmp_path: Path) -> None:
    monday = dt.date(2026, 12, 28)
    client = site(
        tmp_path, week_records(raw_post("Saturday", "A.", "Dips", monday=monday)), now=noon_of(monday)()
    )
    assert "Next: Saturday 2 January 2027" in text_of(client.get("/").text)
    assert "Saturday 2 January 2027" in text_of(client.get(f"/day/{monday + 5 * DAY}").text)


def test_the_script_keeps_the_zone_under_the_name_and_as_long_as_the_server_keeps_its_cookies() -> None:
    script = (Path(days.__file__).with_name("static") / "zone.js").read_text(encoding="utf-8")
    assert f"`{days.ZONE_COOKIE}=${{zone}}`" in script
    assert f"Max-Age={COOKIE_AGE_S};" in script
