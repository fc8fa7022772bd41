"""The steps a post goes through, each ready to be run on its own, and the CPU seconds one takes."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import functools
import gc
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
from msgspec.structs import replace

from wod_pipeline.assets.previews import of_outlined_week, of_parsed_week, of_plain_week, of_records
from wod_pipeline.messages.delivery import one_line
from wod_pipeline.parsing import outline_post, parse_post, read_lines, read_post, structure_post, week_of
from wod_pipeline.program import RawPost, Rendered, SessionRecord, Weekly, WeekRecords, encode
from wod_pipeline.quality import Case, judge, judge_stored
from wod_pipeline.reading import answers
from wod_pipeline.reading.calendar import as_calendar
from wod_pipeline.reading.entries import index_week
from wod_pipeline.reading.export import as_csv, as_parquet
from wod_pipeline.reading.index import build_index
from wod_pipeline.reading.rows import Row, RowMaker
from wod_pipeline.records import records_of
from wod_pipeline.rendering import as_markdown, as_text, view_session
from wod_pipeline.status import status_of
from wod_pipeline.storage.fitting import fit_week
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline.training import doses_of
from wod_pipeline.web.app import create_app
from wod_pipeline_tests.builders import MONDAY, parsed_weekly, raw_post, weekly

ZONE = ZoneInfo("America/Los_Angeles")
Step = Callable[[], object]


def post_of(content: str) -> RawPost:
    """The post with this HTML."""
    return raw_post(content=content)


def markup_stages(content: str) -> dict[str, Step]:
    """The reading of HTML alone."""
    return {"read HTML": lambda: read_lines(content)}


def cut_stages(content: str) -> dict[str, Step]:
    """Cutting sessions to what the table holds. Its cost is a step where a session becomes too large."""
    value = records_of(parsed_weekly(parse_post(post_of(content))))
    return {"fit for the table": lambda: fit_week(value)}


def heading_stages(text: str) -> dict[str, Step]:
    """What is read of a title, a slug and the subject of a message, each being this text."""
    plain = post_of("<p>Monday</p><p>Snatch x 3</p>")
    titled, named = replace(plain, title=Rendered(text)), replace(plain, slug=text)
    return {
        "title": lambda: (week_of(titled), parse_post(titled)),
        "slug": lambda: (week_of(named), parse_post(named)),
        "subject": lambda: one_line(text),
    }


def pure_stages(content: str) -> dict[str, Step]:
    """Every step without storage and web, by name."""
    post = post_of(content)
    plain = read_post(post)
    outlined = outline_post(plain)
    parsed = structure_post(outlined)
    week = parsed_weekly(parsed)
    value = records_of(week)
    views = [view_session(record) for record in value.records]
    raw: Weekly[RawPost] = weekly(post)
    return {
        "read HTML": lambda: read_post(post),
        "outline": lambda: outline_post(plain),
        "structure": lambda: structure_post(outlined),
        "records": lambda: records_of(week),
        "encode": lambda: (encode(week), encode(value)),
        "quality": lambda: (judge(Case(value)), judge_stored(value, value)),
        "status": lambda: status_of([MONDAY], {MONDAY: raw}, {MONDAY: value}),
        "load": lambda: [doses_of(record) for record in value.records],
        "index": lambda: index_week(MONDAY, value.records),
        "search": lambda: _search(value),
        "lift's history": lambda: history_of(value.records),
        "view": lambda: [view_session(record) for record in value.records],
        "terminal": lambda: [as_text(view) for view in views],
        "Markdown": lambda: [as_markdown(view) for view in views],
        "calendar": lambda: as_calendar(value.records, ZONE),
        "API answer": lambda: encode(answers.session_answers(value.records, None)),
        "CSV": lambda: as_csv(_rows(value)),
        "Parquet": lambda: as_parquet(_rows(value)),
        "previews": lambda: (
            of_plain_week(weekly(plain)),
            of_outlined_week(weekly(outlined)),
            of_parsed_week(week, value),
            of_records(value),
        ),
    }


def _rows(value: WeekRecords) -> Iterator[Row]:
    maker = RowMaker()
    return (row for record in value.records for row in maker.rows(record))


def history_of(records: Iterable[SessionRecord]) -> object:
    """The history of every lift of these sessions, which are of one week."""
    index = build_index({}, [index_week(MONDAY, records)])
    return [
        answers.history_answer(movement, index.history(movement), 1, None) for movement in index.by_movement
    ]


def _search(value: WeekRecords) -> object:
    index = build_index({}, [index_week(MONDAY, value.records)])
    return [answers.search_row(match) for match in index.search("squat")]


def table_of(content: str, folder: Path) -> SqliteSessionTable:
    """A table that holds the week of the post alone."""
    table = SqliteSessionTable(folder / "sessions.sqlite")
    table.replace_weeks([records_of(parsed_weekly(parse_post(post_of(content))))])
    return table


PAGES = (
    f"/day/{MONDAY}",
    f"/week/{MONDAY}",
    "/lifts/back_squat",
    "/search?q=squat",
    "/calendar.ics",
    f"/api/v1/sessions/{MONDAY}",
    f"/api/v1/weeks/{MONDAY}",
)


@contextlib.contextmanager
def page_stages(content: str) -> Iterator[dict[str, Step]]:
    """The storage of the week, and every page that shows it."""
    with tempfile.TemporaryDirectory() as folder:
        value = records_of(parsed_weekly(parse_post(post_of(content))))
        table = table_of(content, Path(folder))
        now = dt.datetime.combine(MONDAY, dt.time(20), dt.timezone.utc)

        def ask(path: str) -> int:
            return asyncio.run(_status(table, now, path))

        steps: dict[str, Step] = {"store": lambda: _store(value)}
        steps |= {f"GET {path}": functools.partial(ask, path) for path in PAGES}
        yield steps


def _store(value: WeekRecords) -> None:
    with tempfile.TemporaryDirectory() as folder:
        SqliteSessionTable(Path(folder) / "sessions.sqlite").replace_weeks([value])


async def _status(table: SqliteSessionTable, now: dt.datetime, path: str) -> int:
    app = create_app(table, ZONE, now=lambda: now)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://growth") as client:
        return (await client.get(path)).status_code


def cpu_s(step: Step, rounds: int = 3, enough_s: float = 1.0) -> float:
    """CPU seconds of the fastest of some rounds, what earlier rounds remembered forgotten; one when it is long."""
    times: list[float] = []
    while len(times) < rounds and sum(times) < enough_s:
        forget()
        start = time.process_time()
        step()
        times.append(time.process_time() - start)
    return min(times)


def forget() -> None:
    """Empty the caches of the package, so that every measurement starts from the same state."""
    for cache in _caches():
        cache.cache_clear()


@functools.cache
def _caches() -> list[functools._lru_cache_wrapper[object]]:
    wrappers: Iterable[functools._lru_cache_wrapper[object]] = (
        each for each in gc.get_objects() if isinstance(each, functools._lru_cache_wrapper)
    )
    return [each for each in wrappers if each.__module__.startswith("wod_pipeline.")]
