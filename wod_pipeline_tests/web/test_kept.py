"""Which answers are kept in memory, and until when."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.responses import Response
from starlette.testclient import TestClient

from wod_pipeline.reading.index import SessionIndex
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.web import kept
from wod_pipeline.web.app import create_app
from wod_pipeline.web.kept import KeptAnswers
from wod_pipeline_tests.builders import MONDAY, raw_post, week_records
from wod_pipeline_tests.web.conftest import MAXES, TODAY, ZONE, noon_of

KEPT = (
    *(
        "/lifts",
        "/lifts/back_squat",
        "/charts/lift/back_squat.svg",
        "/load",
        "/charts/load.svg",
        "/search?q=squat",
    ),
    *("/api/v1/weeks", "/api/v1/movements", "/api/v1/movements/snatch/history", "/api/v1/load"),
    *("/api/v1/search?q=squat", "/api/v1/sessions"),
)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = noon_of(TODAY)()

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(table: SqliteSessionTable, clock: Clock) -> Iterator[TestClient]:
    with TestClient(create_app(table, ZONE, now=clock)) as client:
        yield client


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each answer that was made and not taken from memory."""
    made: list[str] = []
    put = KeptAnswers._put

    def counted(self: KeptAnswers, key: bytes, response: Response) -> None:
        made.append(key.hex())
        put(self, key, response)

    monkeypatch.setattr(KeptAnswers, "_put", counted)
    return made


@pytest.mark.parametrize("path", KEPT)
def test_an_answer_is_made_once_and_is_the_same_from_memory(
    site: TestClient, made: list[str], path: str
) -> None:
    first, second = site.get(path), site.get(path)
    assert first.status_code == 200
    assert len(made) == 1
    assert (first.content, dict(first.headers)) == (second.content, dict(second.headers))
    for accept in ("gzip", "identity"):
        assert site.get(path, headers={"Accept-Encoding": accept}).content == first.content
    known = {"If-None-Match": first.headers["etag"]}
    assert site.get(path, headers=known).status_code == site.head(path, headers=known).status_code == 304
    assert len(made) == 1


def test_other_parameters_maxes_and_zones_have_other_answers(site: TestClient, made: list[str]) -> None:
    for cookies in ({}, {"maxes": MAXES}, {"tz": "Australia/Sydney"}):
        for path in ("/load", "/load?by=day"):
            site.cookies.clear()
            site.cookies.update(cookies)
            site.get(path)
    assert len(set(made)) == len(made) == 6


def test_what_an_address_does_not_read_makes_no_other_answer(site: TestClient, made: list[str]) -> None:
    site.get("/lifts")
    for more in ("/lifts?utm_source=mail", "/lifts?x=1&x=2"):
        site.get(more)
    site.cookies.update({"other": "x", "maxes": "x" * 4_000})
    site.get("/lifts")
    assert len(made) == 1


def test_the_next_day_has_its_own_answer(site: TestClient, clock: Clock) -> None:
    today = site.get("/load?by=day").text
    clock.now += dt.timedelta(days=3)
    assert site.get("/load?by=day").text != today


def test_a_changed_session_is_shown_when_the_index_has_it(tmp_path: Path) -> None:
    table = SqliteSessionTable(tmp_path / "sessions.sqlite")
    app = create_app(table, ZONE, now=noon_of(MONDAY))
    app.state.context.index_cache._check_after_s = 0
    with TestClient(app) as client:
        for lift in ("Snatch", "Back Squat"):
            table.replace_week(week_records(raw_post("Monday", "A.", f"{lift} x 3 reps @ 70%")))
            assert [each["name"] for each in client.get("/api/v1/movements").json()["movements"]] == [lift]


def test_a_mistake_is_not_kept(site: TestClient, made: list[str]) -> None:
    for path in ("/lifts/nothing", "/api/v1/search", "/api/v1/load?by=year", "/api/v1/weeks?x=1"):
        assert site.get(path).status_code in {404, 422}
    assert made == []


def test_what_is_kept_is_bounded_in_number_and_bytes() -> None:
    async def fill(answers: KeptAnswers) -> list[str]:
        index, made = SessionIndex(), []

        async def make(n: int) -> Response:
            made.append(str(n))
            return Response(b"x" * 10)

        for n in (*range(12), 11, 10, 0):
            await answers.answer(bytes([n]), index, lambda n=n: make(n))
        return made

    expected = [*map(str, range(12)), "0"]
    assert asyncio.run(fill(KeptAnswers(most=5))) == expected
    assert asyncio.run(fill(KeptAnswers(most_bytes=50))) == expected


def test_of_many_who_ask_at_once_one_makes_the_answer_and_after_a_failure_the_next() -> None:
    async def ask() -> tuple[int, list[object]]:
        answers, index, tries = KeptAnswers(), SessionIndex(), 0

        async def make() -> Response:
            nonlocal tries
            tries += 1
            await asyncio.sleep(0)
            if tries == 1:
                raise RuntimeError("once")
            return Response(b"answer")

        asking = [answers.answer(b"key", index, make) for _ in range(20)]
        results: list[object] = await asyncio.gather(*asking, return_exceptions=True)
        return tries, results

    tries, results = asyncio.run(ask())
    assert tries == 2
    assert [type(each) for each in results] == [RuntimeError] + [Response] * 19


def test_every_cookie_that_decides_on_an_answer_is_part_of_its_key() -> None:
    from wod_pipeline.web import days, maxes

    assert kept._COOKIES == {
        maxes.COOKIE: maxes.LONGEST_COOKIE,
        days.DAYS_COOKIE: days.LONGEST_DAYS_COOKIE,
        days.ZONE_COOKIE: days.LONGEST_ZONE,
    }
