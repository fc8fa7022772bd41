"""The weight of a set is the same in terminal, Markdown, page, API and calendar."""

from __future__ import annotations

import html
import json
import re
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given
from icalendar import Calendar

from wod_pipeline.reading.answers import session_answers
from wod_pipeline.reading.calendar import as_calendar
from wod_pipeline.rendering import as_markdown, as_text, exercises_of, view_session
from wod_pipeline.rendering._sets import SetView
from wod_pipeline.rendering._text import note_alone, set_line
from wod_pipeline.training import Athlete
from wod_pipeline.web import pages
from wod_pipeline_tests.builders import record_of
from wod_pipeline_tests.strategies import athletes, percent_words

SESSION = pages._ENVIRONMENT.get_template("_session.html").module.session  # type: ignore[attr-defined]


def on_page(markup: str, kind: str) -> list[str]:
    """The texts of the page's elements of a class, without tags."""
    found = re.findall(rf'<(strong|span) class="{kind}">((?:[^<]|<span.*?</span>)*)</\1>', markup)
    return [html.unescape(re.sub("<[^>]*>", "", text)).strip() for _, text in found]


def numbers(text: str) -> set[str]:
    return set(re.findall(r"[\d.]+", text))


@given(athletes(), percent_words())
def test_every_medium_shows_the_same_weight(who: Athlete, words: str) -> None:
    record = record_of("A.", "Three sets of:", f"Snatch x 2 reps {words}")
    view = view_session(record, who)
    (row,) = (row for exercise in exercises_of(view.items) for row in exercise.sets)
    line = set_line(row)
    assert line in " ".join(as_text(view, width=1_000).split())
    assert line in html.unescape(as_markdown(view).replace("\\", ""))
    page = SESSION(view)
    assert on_page(page, "weight") == [bar.weight for bar in row.bars]
    assert [plates.removesuffix(" a side") for plates in on_page(page, "plates")] == [
        bar.plates for bar in row.bars if bar.plates
    ]
    assert on_page(page, "fit") == [note_alone(row)] * bool(row.note)
    assert on_page(page, "load") == [row.load]
    assert numbers(" ".join(bar.weight for bar in row.bars)) - {"0"} == numbers(row.weight) - {"0"}
    assert numbers(" ".join(bar.plates for bar in row.bars)) >= numbers(row.plates)
    answer = json.loads(msgspec.json.encode(session_answers([record], who)))[0]["view"]
    stored = answer["items"][0]["items"][0]["items"][0]["sets"][0]
    assert msgspec.convert(stored, SetView) == row
    (event,) = Calendar.from_ical(as_calendar([record], ZoneInfo("UTC"), who)).walk("VEVENT")
    assert line in event["description"]
