"""Calendars that programs subscribe to: the public one, and one whose address carries the athlete."""

from __future__ import annotations

import datetime as dt
import html
import os
import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from icalendar import Calendar
from starlette.testclient import TestClient

from wod_pipeline.bounds import CALENDAR_BYTES
from wod_pipeline.errors import StorageUnavailable
from wod_pipeline.feed_key import FeedKey
from wod_pipeline.program import WeekRecords
from wod_pipeline.reading import calendar as events_of_sessions
from wod_pipeline.reading.calendar import week_calendar
from wod_pipeline.rendering import as_text, view_session
from wod_pipeline.storage.folder import FolderLake
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.storage.stages import calendar_key
from wod_pipeline.training import Athlete
from wod_pipeline.web import context, feed, maxes, personal
from wod_pipeline.web.app import create_app
from wod_pipeline.web.recent_calendars import RecentCalendars
from wod_pipeline.weeks import WEEK
from wod_pipeline_tests.builders import MONDAY, raw_post, week_records
from wod_pipeline_tests.web.conftest import FEED_KEY, MAXES, TODAY, ZONE, noon_of

LIFTER = maxes.athlete_of(MAXES) or Athlete()
WEDNESDAY = dt.date(2026, 3, 4)
LINES = (
    "Monday",
    "AM Session",
    "A.",
    "3 sets of 2 reps:",
    "Snatch @ 70%",
    "PM Session",
    "A.",
    "3 sets of 5 reps:",
    "Back Squat @ 75%",
    "Wednesday (Rest Day)",
    "Walk",
)


def week_of(*lines: str) -> WeekRecords:
    return week_records(raw_post(*lines))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[TestClient]:
    """A site over one week, whose calendar in the lake still has a session that was removed."""
    table, lake = SqliteSessionTable(tmp_path / "sessions.sqlite"), FolderLake(tmp_path / "lake")
    published = week_calendar(MONDAY, week_of(*LINES, "Saturday", "A.", "Dips x 6 reps"), b"", ZONE)
    lake.write(calendar_key(MONDAY), published)
    table.replace_weeks([week_of(*LINES)])
    app = create_app(table, ZONE, now=noon_of(WEDNESDAY), lake=lake, feed_key=FEED_KEY)
    with TestClient(app, base_url="http://192.168.1.20:8000") as client:
        yield client


def events(data: bytes) -> dict[str, dict[str, str]]:
    """UID → status, address and description of each event."""
    return {
        str(event["UID"]): {name: str(event[name]) for name in ("STATUS", "URL", "DESCRIPTION")}
        for event in Calendar.from_ical(data).walk("VEVENT")
    }


def addresses_on(page: str) -> tuple[str, str]:
    """The address to copy and the one to click."""
    copied = re.search(r'class="address">([^<]+)<', page)
    clicked = re.search(r'href="(webcal:[^"]+)"', page)
    assert copied
    assert clicked
    return html.unescape(copied[1]), html.unescape(clicked[1])


def make_address(client: TestClient, cookie: str = MAXES, **form: str) -> str:
    """The path of a new address, made by a visitor with these maxes."""
    client.cookies.set("maxes", cookie)
    page = client.post("/calendar", data=form or {"rest": "yes"})
    client.cookies.clear()
    assert page.status_code == 200
    copied, clicked = addresses_on(page.text)
    assert clicked == copied.replace("http://", "webcal://")
    return copied.removeprefix("http://192.168.1.20:8000")


# ------------------------------------------------------------------------------------------------- public feed
def test_events_link_to_their_day_at_the_address_the_visitor_came_by(site: TestClient) -> None:
    found = events(site.get("/calendar.ics").content)
    assert {event["URL"] for event in found.values()} == {
        f"http://192.168.1.20:8000/day/2026-03-0{day}" for day in (2, 4, 7)
    }
    assert all("The post: https://" in event["DESCRIPTION"] for event in found.values())


def test_events_link_to_the_address_that_is_set(table: SqliteSessionTable) -> None:
    app = create_app(table, ZONE, now=noon_of(TODAY), page_url="https://gym.example/wod")
    with TestClient(app) as client:
        found = events(client.get("/calendar.ics").content)
        assert found["2026-11-17-1-5-day-barbell-program@wod_pipeline"]["URL"] == (
            "https://gym.example/wod/day/2026-11-17"
        )
        assert addresses_on(client.get("/calendar").text) == (
            "https://gym.example/wod/calendar.ics",
            "webcal://gym.example/wod/calendar.ics",
        )


@pytest.mark.parametrize("host", ["[", "a b", "x" * 400, "gym.example?x", "me@gym.example", "\xff"])
def test_a_host_that_cannot_be_one_is_not_put_into_events(site: TestClient, host: str) -> None:
    answer = site.get("/calendar.ics", headers={"Host": host.encode("latin-1")})
    assert answer.status_code == 200
    sites = {event["URL"].partition("/day/")[0] for event in events(answer.content).values()}
    assert sites in ({"http://192.168.1.20:8000"}, {week_of(*LINES).records[0].post_url})
    assert len(answer.content) < 10_000


def test_the_days_of_a_request_hold_for_what_was_published_too(site: TestClient) -> None:
    found = events(site.get("/calendar.ics?from=2026-03-03&to=2026-03-06").content)
    assert [uid[:10] for uid in found] == ["2026-03-04"]


def test_rest_days_are_left_out_when_asked(site: TestClient) -> None:
    assert "2026-03-04" in site.get("/calendar.ics?rest=yes").text
    without = events(site.get("/calendar.ics?rest=no").content)
    assert {uid[:12]: event["STATUS"] for uid, event in without.items()} == {
        "2026-03-02-1": "CONFIRMED",
        "2026-03-02-2": "CONFIRMED",
        "2026-03-07-1": "CANCELLED",
    }
    assert site.get("/calendar.ics?rest=perhaps").status_code == 422


def test_the_description_names_the_parameters(site: TestClient) -> None:
    paths = site.get("/api/openapi.json", follow_redirects=True).json()["paths"]
    named = {each["name"]: each["description"] for each in paths["/calendar.ics"]["get"]["parameters"]}
    assert set(named) >= {"from", "to", "rest"}
    assert "`no`" in named["rest"]
    assert set(paths["/calendar/{token}.ics"]["get"]["responses"]) >= {"200", "404", "503"}


def test_a_calendar_is_made_anew_only_when_something_in_it_changed(
    site: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made: list[object] = []

    def counted(*arguments: object, **more: object) -> bytes:
        made.append(more)
        return events_of_sessions.as_calendar(*arguments, **more)  # type: ignore[arg-type]

    def get(path: str = "/calendar.ics", **headers: str) -> tuple[str, int]:
        return site.get(path, headers=headers).text, len(made)

    monkeypatch.setattr(feed, "as_calendar", counted)
    first, _ = get()
    assert get() == (first, 1)
    others = [get("/calendar.ics?rest=no"), get("/calendar.ics?to=2026-03-04"), get(Host="localhost")]
    others.append(get(Cookie=f"maxes={MAXES}"))
    assert [count for _, count in others] == [2, 3, 4, 5]
    assert len({first, *(text for text, _ in others)}) == 5
    assert get() == (first, 5)
    context_of(site).index_cache._check_after_s = 0
    SqliteSessionTable(tmp_path / "sessions.sqlite").replace_weeks([week_of(*LINES[:5])])
    edited, count = get()
    assert (edited.count("CANCELLED"), count) == (3, 6)
    FolderLake(tmp_path / "lake").write(calendar_key(MONDAY), b"")
    text, count = get()
    assert (text.count("CANCELLED"), text.count("BEGIN:VEVENT"), count) == (0, 1, 7)


def test_a_stored_calendar_that_cannot_be_read_costs_only_its_cancelled_events_and_is_named(
    site: TestClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = site.get("/calendar.ics").text
    FolderLake(tmp_path / "lake").write(calendar_key(MONDAY), b"BEGIN:VCALENDAR\r\nCut off")
    answer = site.get("/calendar.ics")
    assert answer.status_code == 200
    assert answer.text.count("STATUS:CONFIRMED") == before.count("STATUS:CONFIRMED") > 0
    assert "CANCELLED" in before
    assert "CANCELLED" not in answer.text
    assert f"left out: {calendar_key(MONDAY)} (it is no whole calendar)" in caplog.text


def context_of(client: TestClient) -> context.AppContext:
    return client.app.state.context  # type: ignore[attr-defined, no-any-return]


def test_only_the_last_calendars_are_kept_within_bounds_of_number_and_bytes() -> None:
    for recent in (RecentCalendars(most=9), RecentCalendars(most_bytes=9)):
        for n in range(12):
            assert recent.get_or_make(n, lambda n=n: b"%x" % n)[0] == b"%x" % n
        assert recent.get_or_make(3, lambda: b"n")[0] == b"3"
        assert recent.get_or_make(2, lambda: b"n")[0] == b"n"


def test_a_calendar_is_made_once_for_all_who_ask_at_the_same_time() -> None:
    recent, made = RecentCalendars(), []

    def make() -> bytes:
        made.append(threading.get_ident())
        time.sleep(0.05)
        return b"calendar"

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: recent.get_or_make("one", make), range(8)))
    assert len(made) == 1
    assert set(answers) == {(b"calendar", recent.etag("one"))}


def test_a_program_that_has_the_calendar_is_told_so_before_it_is_made(
    site: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = context_of(site)
    for path in ("/calendar.ics", make_address(site)):
        known = {"If-None-Match": site.get(path).headers["etag"]}
        context.recent_calendars.most = 0
        context.recent_calendars.get_or_make("another", lambda: b"")  # so none is in memory
        with monkeypatch.context() as patched:
            patched.setattr(feed, "as_calendar", None)
            for method in ("GET", "HEAD"):
                answer = site.request(method, path, headers=known)
                assert (answer.status_code, answer.headers["etag"]) == (304, known["If-None-Match"])
        context.recent_calendars.most = 9


# ----------------------------------------------------------------------------------------------- personal feed
def test_a_personal_calendar_has_the_weights_without_a_cookie(site: TestClient) -> None:
    path = make_address(site)
    answer = site.get(path)
    assert answer.headers["content-type"].startswith("text/calendar")
    found = events(answer.content)
    assert "70% → 70 kg" in found["2026-03-02-1-gym-plan@wod_pipeline"]["DESCRIPTION"]
    assert "75% → 120 kg" in found["2026-03-02-2-gym-plan@wod_pipeline"]["DESCRIPTION"]


def test_its_text_is_what_the_command_line_shows_with_the_same_maxes(site: TestClient) -> None:
    path = make_address(site)
    who, records = maxes.athlete_of(MAXES), week_of(*LINES).records
    shown = [as_text(view_session(record, who), width=1_000) for record in records]
    described = [event["DESCRIPTION"] for event in events(site.get(path).content).values()]
    assert described[:3] == [f"{text}\nThe post: {records[0].post_url}\n" for text in shown]


def test_it_has_the_uids_of_the_public_one_cancelled_ones_included(site: TestClient) -> None:
    public, own = (events(site.get(path).content) for path in ("/calendar.ics", make_address(site)))
    assert list(public) == list(own)
    assert {uid: event["STATUS"] for uid, event in own.items()} == {
        uid: event["STATUS"] for uid, event in public.items()
    }
    assert [event["STATUS"] for event in own.values()] == ["CONFIRMED"] * 3 + ["CANCELLED"]


def test_its_address_says_whether_rest_days_are_in_it(site: TestClient) -> None:
    with_rest, without = (make_address(site, **form) for form in ({"rest": "yes"}, {"other": "x"}))
    assert "2026-03-04" in site.get(with_rest).text
    assert "2026-03-04-1" not in site.get(without).text


def test_it_has_sessions_without_a_day_on_the_weekday_the_athlete_chose(tmp_path: Path) -> None:
    table = SqliteSessionTable(tmp_path / "sessions.sqlite")  # not the one that all tests share
    table.replace_weeks([week_of("Day 1", "A.", "3 sets of 2 reps:", "Snatch @ 70%", "Day 2", "A.", "Dips")])
    app = create_app(table, ZONE, now=noon_of(WEDNESDAY), feed_key=FEED_KEY)
    with TestClient(app, base_url="http://192.168.1.20:8000") as site:
        site.cookies.set("days", "gym-plan.1=thu")
        chosen = events(site.get(make_address(site)).content)
        site.cookies.set("days", "gym-plan.1=sat")
        moved = events(site.get(make_address(site)).content)
        public = events(site.get("/calendar.ics").content)
        site.cookies.set("days", "gym-plan.1=sat")
        downloaded = events(site.get("/calendar.ics").content)
    ((uid, event),) = chosen.items()
    assert event["URL"] == "http://192.168.1.20:8000/day/2026-03-05"
    assert "70% → 70 kg" in event["DESCRIPTION"]
    assert "On Thursday by your choice: the post names no day." in event["DESCRIPTION"]
    assert [(name, other["URL"][-10:]) for name, other in moved.items()] == [(uid, "2026-03-07")]
    assert public == {}
    assert list(downloaded) == [uid]


def test_a_visitors_cookie_does_not_change_it(site: TestClient) -> None:
    path = make_address(site)
    before = site.get(path).content
    site.cookies.set("maxes", "unit=kg&snatch=50")
    assert site.get(path).content == before


def test_it_is_private_and_not_indexed_and_named_after_nobody(site: TestClient) -> None:
    path = make_address(site)
    answer = site.get(path)
    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-disposition"] == 'inline; filename="training.ics"'
    again = site.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.headers["x-robots-tag"]) == (304, "noindex")
    assert site.head(path).status_code == 200


def test_every_address_that_is_not_valid_gets_the_same_answer(site: TestClient) -> None:
    """So that the answer tells nothing about what is wrong with it."""
    path = make_address(site)
    other_key = personal.as_token(personal.PersonalCalendar(LIFTER), b"o" * 43)
    wrong = (
        f"/calendar/{other_key}.ics",
        f"{path[:-5]}A.ics" if path[-5] != "A" else f"{path[:-5]}B.ics",
        "/calendar/a.ics",
        f"/calendar/{'a' * 100}.ics",
        f"/calendar/{'a' * 20_000}.ics",
        "/calendar/%F0%9F%94%A5.ics",
    )
    answers = {(answer.status_code, answer.text) for answer in map(site.get, wrong)}
    assert len(answers) == 1
    ((status, text),) = answers
    assert status == 404
    assert "mistyped or cut off, or it was revoked" in text


def test_the_page_that_shows_an_address_is_kept_nowhere(site: TestClient) -> None:
    site.cookies.set("maxes", MAXES)
    page = site.post("/calendar", data={"rest": "yes"}, follow_redirects=False)
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
    assert "etag" not in page.headers
    assert "shown only once" in page.text
    assert site.post("/calendar", headers={"If-None-Match": "*"}).status_code == 200


def test_without_maxes_there_is_no_address(site: TestClient) -> None:
    answer = site.post("/calendar", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/maxes")
    assert "Enter <a" in site.get("/calendar").text
    assert "Make the address" not in site.get("/maxes").text


@pytest.mark.parametrize("path", ["/maxes", "/calendar"])
def test_a_visitor_with_maxes_can_make_an_address(site: TestClient, path: str) -> None:
    site.cookies.set("maxes", MAXES)
    assert "Make the address" in site.get(path).text


def test_the_form_of_another_site_makes_no_address(site: TestClient) -> None:
    site.cookies.set("maxes", MAXES)
    headers = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    assert site.post("/calendar", data={"rest": "yes"}, headers=headers).status_code == 403
    assert site.post("/calendar", content=b"a" * 20_000).status_code == 413


def test_more_maxes_than_an_address_holds_are_said_so(
    site: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(personal, "LONGEST_TOKEN", 100)
    site.cookies.set("maxes", MAXES)
    answer = site.post("/calendar", data={"rest": "yes"})
    assert answer.status_code == 422
    assert "more maxes and chosen days than fit into an address" in answer.text


def test_an_address_of_this_computer_is_said_to_be_one(site: TestClient) -> None:
    hint = "only calendars on the computer that runs the server can read this address"
    assert hint not in site.get("/calendar").text
    for host in ("localhost:8000", "127.0.0.1:8000", "[::1]:8000"):
        assert hint in site.get("/calendar", headers={"Host": host}).text


# ------------------------------------------------------------------------------------------------ without a key
def unavailable() -> str:
    raise StorageUnavailable("/secret/place/feed.key: Read-only file system")


@pytest.mark.parametrize("key", [None, FeedKey(unavailable, "a test")])
def test_without_a_key_only_personal_calendars_are_off(
    table: SqliteSessionTable, key: FeedKey | None, site: TestClient
) -> None:
    path = make_address(site)
    app = create_app(table, ZONE, now=noon_of(TODAY), feed_key=key)
    with TestClient(app, cookies={"maxes": MAXES}) as client:
        answer = client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert "not available for now" in answer.text
        for page in (client.get("/maxes"), client.get("/calendar"), client.post("/calendar")):
            assert "Calendars with weights are not available for now" in page.text
            assert "Make the address" not in page.text
            assert "secret" not in page.text
        assert client.post("/calendar").status_code == 503
        assert client.get("/calendar.ics").status_code == 200


def test_a_week_that_cannot_be_read_keeps_its_published_events(
    site: TestClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with sqlite3.connect(tmp_path / "sessions.sqlite") as connection:
        connection.execute("UPDATE sessions SET item = 'x' WHERE date = ?", (str(WEDNESDAY),))
    answer = site.get("/calendar.ics")
    assert answer.status_code == 200
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert len(events) == 4
    assert "CANCELLED" not in answer.text
    assert "cannot be read" in caplog.text
    sessions = site.get(f"/api/v1/sessions?from={MONDAY}&to={WEDNESDAY}").json()
    assert (sessions["total"], sessions["corrupt_weeks"]) == (0, [str(MONDAY)])


@pytest.mark.parametrize("kind", ["folder", "pipe", "too large"])
def test_a_stored_calendar_that_nobody_can_read_costs_only_its_cancelled_events(
    kind: str, site: TestClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lake, other = FolderLake(tmp_path / "lake"), calendar_key(MONDAY - WEEK)
    lake.write(other, b" " * (CALENDAR_BYTES.most + 1) if kind == "too large" else b"")
    if kind != "too large":
        path = tmp_path / "lake" / other
        path.unlink()
        path.mkdir() if kind == "folder" else os.mkfifo(path)
    answer = site.get("/calendar.ics")
    assert answer.status_code == 200
    assert len(Calendar.from_ical(answer.content).walk("VEVENT")) == 4
    assert answer.text.count("CANCELLED") == 1  # of the week that can be read
    assert f"{other}" in caplog.text
    assert "cancelled events are left out" in caplog.text
