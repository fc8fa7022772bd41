"""The words of the messages: complete, short enough for a phone, and safe with whatever a post holds."""

from __future__ import annotations

import datetime as dt
import inspect
import typing
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wod_pipeline import messages
from wod_pipeline.messages import SMS_CHARACTERS, LastSeen, Links, Message, prescription, week_lines
from wod_pipeline.messages._freshness import CAUSES
from wod_pipeline.program import Block, Exercise, Load, Part, Range, SetRow
from wod_pipeline.watching.freshness import Cause, Deadlines, Episode, Notice, Standing
from wod_pipeline.watching.outage import Outage
from wod_pipeline.watching.runs import StepFailure
from wod_pipeline.weeks import parse_weekly_time
from wod_pipeline_tests.quality.weeks import (
    WEEK,
    a_segment,
    a_week,
    an_exercise,
    exactly,
    spoiled,
    unpublished,
)

ZONE = ZoneInfo("America/Los_Angeles")
DEADLINES = Deadlines(ZONE, parse_weekly_time("sun 21:00"), parse_weekly_time("mon 05:00"))
LINKS = Links("http://dagster.example/")
SINCE = dt.datetime(2021, 3, 1, 5, tzinfo=dt.timezone.utc)
OUTAGE = Outage(SINCE, 4, SINCE, "no answer")


def late(cause: Cause, kind: str = "warn") -> Message:
    notice = Notice(kind, Episode(WEEK, SINCE, cause), Standing(cause))  # type: ignore[arg-type]
    return messages.freshness(notice, DEADLINES, LastSeen(WEEK - dt.timedelta(weeks=1), 5), LINKS)


def one_of_each() -> list[Message]:
    """A message of every kind, in all its forms."""
    next_week = WEEK + dt.timedelta(weeks=1)
    no_answer = StepFailure("raw_posts", "The site did not answer within 30 s.", True)
    refused = StepFailure("session_records", "2021-03-01: Permission denied.", False)
    again = Episode(WEEK, SINCE + dt.timedelta(days=2), Cause.COULD_NOT_LOOK, None, SINCE)
    blind = Standing(Cause.COULD_NOT_LOOK, "The site answers 503.")
    return [
        *[late(cause) for cause in CAUSES],
        late(Cause.NOT_PUBLISHED, "critical"),
        messages.freshness(Notice("warn", again, blind), DEADLINES, None, LINKS),
        messages.freshness(
            Notice("recovered", Episode(WEEK, SINCE, Cause.NOT_PUBLISHED), Standing(None, sessions=1)),
            DEADLINES,
            None,
            LINKS,
        ),
        messages.source_down("https://coach.example", OUTAGE, ZONE, LINKS),
        messages.source_down(
            "https://coach.example",
            Outage(SINCE + dt.timedelta(hours=1), 1, SINCE, "401.", transient=False),
            ZONE,
            LINKS,
        ),
        messages.source_back("https://coach.example", OUTAGE, ZONE, LINKS),
        messages.posts_gone("https://coach.example", {7: WEEK}, LINKS),
        messages.posts_gone("https://coach.example", {7: WEEK, 8: next_week}, LINKS),
        messages.week_landed(a_week(), before=False, run_id="r1", links=LINKS),
        messages.week_landed(a_week(days=(0,)), before=True, run_id="r2", links=LINKS),
        messages.weeks_landed([WEEK, next_week], 10, run_id="r1", links=LINKS),
        messages.run_failed("training_week", (WEEK, WEEK), [no_answer], "r1", LINKS),
        messages.run_failed("training_week", (WEEK, next_week), [no_answer, refused], "r1", LINKS),
        messages.run_failed("other_job", None, [], "r1", LINKS),
        messages.backfill_finished("b1", 3, {"success": 2, "canceled": 1}, succeeded=True, links=LINKS),
        messages.backfill_finished("b2", 1, {"success": 1, "failure": 2}, succeeded=False, links=LINKS),
        messages.backfill_finished("b3", 0, {}, succeeded=False, links=LINKS),
        messages.tomorrow(WEEK, a_week().records[:2]),
    ]


def as_text(message: Message) -> str:
    """Everything in a message, as `messages.txt` shows it."""
    lines = [
        f"=== {message.kind} | {message.severity} | {message.week} | {message.identifier}",
        message.subject,
        "",
        message.text,
        "",
        f"SMS: {message.sms}",
        f"data: {msgspec.json.encode(message.data, order='sorted').decode()}",
    ]
    return "\n".join(lines)


def test_every_message_reads_as_in_the_file_of_messages() -> None:
    expected = (Path(__file__).parent / "messages.txt").read_text(encoding="utf-8")

    assert "\n\n".join(map(as_text, one_of_each())) + "\n" == expected


def test_every_message_fits_every_channel_and_its_data_are_json() -> None:
    for message in one_of_each():
        assert message.subject
        assert message.text
        assert 0 < len(message.sms) <= SMS_CHARACTERS, message.sms
        msgspec.json.encode(message.data)


def test_different_events_have_different_identifiers() -> None:
    """The causes of one late week share theirs: it is late once, whatever the cause at the next tick."""
    identifiers = [message.identifier for message in one_of_each()[len(CAUSES) :]]

    assert {message.identifier for message in one_of_each()[: len(CAUSES)]} == {
        late(Cause.NO_SESSION).identifier
    }
    assert len(set(identifiers)) == len(identifiers)


def test_every_message_but_the_daily_one_links_to_where_to_look() -> None:
    for message in one_of_each():
        assert ("Look: http://dagster.example/" in message.text) is (message.kind != "tomorrow")


def test_without_a_base_address_there_is_no_link() -> None:
    assert "Look" not in messages.source_back("site", OUTAGE, ZONE, Links()).text


def test_every_cause_is_told_but_one_that_is_waited_for() -> None:
    assert set(Cause) - set(CAUSES) == {Cause.ARRIVING}


@pytest.mark.parametrize(
    ("helps", "advice"),
    [
        ([True], "A rerun can clear this; the next schedule or sensor tick may do it for you."),
        ([True, False], "A rerun alone will not help: clear the reason first."),
        ([True, None], "Look at the run's log before running it again."),
        ([], "Look at the run's log before running it again."),
    ],
)
def test_a_failed_run_says_whether_running_again_helps(helps: list[bool | None], advice: str) -> None:
    failures = [StepFailure("raw_posts", "no answer", verdict) for verdict in helps]

    assert f"What to do: {advice}" in messages.run_failed("job", None, failures, "r1", Links()).text


def test_a_week_is_told_in_a_line_a_day_with_three_lifts_at_most() -> None:
    four = [a_segment(*(an_exercise(name) for name in ("Snatch", "Clean", "Jerk", "Squat", "Snatch")))]

    assert week_lines(spoiled(a_week(days=(0, 2)), 0, segments=four)) == [
        "- Mon 1 Mar: Snatch, Clean, Jerk, …",
        "- Wed 3 Mar: Back Squat",
    ]


def test_a_week_without_a_session_is_told_as_that() -> None:
    assert week_lines(unpublished()) == ["no session"]


def test_a_week_of_very_many_sessions_is_cut() -> None:
    many = msgspec.structs.replace(a_week(), records=a_week().records * 10)

    assert week_lines(many)[-1] == "… and 36 more"


@pytest.mark.parametrize(
    ("exercise", "sets", "expected"),
    [
        (an_exercise(reps=3), 5, "Back Squat 5x3"),
        (Exercise([Part("Clean", "clean"), Part("Jerk", "jerk", 2)], (0, 0)), None, "Clean + Jerk"),
        (Exercise([Part("Press", None)], (0, 0), rep_scheme=[5, 3, 1]), 3, "Press 5-3-1"),
        (
            Exercise(
                [Part("Snatch", "snatch")], (0, 0), reps=exactly(2), load=Load("percent", pct=Range(70, 75))
            ),
            5,
            "Snatch 5x2 70–75%",
        ),
        (
            Exercise(
                [Part("Jerk", "jerk")],
                (0, 0),
                set_rows=[SetRow(1, 2, (1, 1), load=Load("percent", pct=exactly(80)))],
            ),
            2,
            "Jerk 80%",
        ),
    ],
)
def test_a_prescription_in_a_few_characters(exercise: Exercise, sets: int | None, expected: str) -> None:
    block = Block("sets", (0, 0), [exercise], sets=exactly(sets) if sets else None)

    assert prescription(exercise, block) == expected


def test_a_long_day_says_how_much_is_left_out() -> None:
    many = a_segment(*(an_exercise(f"Very Long Movement Name {n}") for n in range(20)))
    message = messages.tomorrow(WEEK, [spoiled(a_week(), 0, segments=[many]).records[0]])

    assert message.sms.startswith("Mon 1 Mar: A Very Long Movement Name 0 5x3; A Very Long")
    assert message.sms.endswith(" more")


@given(st.text(max_size=400))
def test_whatever_a_post_holds_a_phone_gets_one_line_without_control_characters(words: str) -> None:
    segment = a_segment(an_exercise(words))
    record = spoiled(a_week(), 0, label=words, segments=[segment]).records[0]
    message = messages.tomorrow(WEEK, [record])

    assert len(message.sms) <= SMS_CHARACTERS
    assert not any(ord(char) < 32 for char in message.sms)


def test_every_public_message_function_is_tried_here() -> None:
    made = {
        name
        for name, function in inspect.getmembers(messages, inspect.isfunction)
        if typing.get_type_hints(function).get("return") is Message
    }
    source = inspect.getsource(one_of_each) + inspect.getsource(late)
    assert {name for name in made if f"messages.{name}(" not in source} == set()
