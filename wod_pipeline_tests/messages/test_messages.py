"""The words of the messages: complete, short enough for a phone, and safe with whatever a post holds."""

from __future__ import annotations

import datetime as dt
import inspect
import typing
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wod_pipeline import messages
from wod_pipeline.messages import SMS, LastSeen, Links, Message, prescription, week_lines
from wod_pipeline.messages._freshness import CAUSES
from wod_pipeline.program import Block, Exercise, Part, Range, Segment
from wod_pipeline.watching.freshness import Cause, Episode, Notice, Rules, Standing
from wod_pipeline.watching.outage import Outage
from wod_pipeline.watching.runs import Trouble
from wod_pipeline.weeks import parse_weekly_time
from wod_pipeline_tests.builders import STORED_MONDAY as WEEK
from wod_pipeline_tests.builders import exercise_of, not_published, plain_week, segments_of, with_session

ZONE = ZoneInfo("America/Los_Angeles")
RULES = Rules(ZONE, parse_weekly_time("sun 21:00"), parse_weekly_time("mon 05:00"))
LINKS = Links("http://dagster.example/")
SINCE = dt.datetime(2021, 3, 1, 5, tzinfo=dt.timezone.utc)
OUTAGE = Outage(SINCE, 4, SINCE, "no answer")


def late(cause: Cause, kind: str = "warn") -> Message:
    notice = Notice(kind, Episode(WEEK, SINCE, cause), Standing(cause))  # type: ignore[arg-type]
    return messages.freshness(notice, RULES, LastSeen(WEEK - dt.timedelta(weeks=1), 5), LINKS)


def one_of_each() -> list[Message]:
    """A message of every kind."""
    return [
        *[late(cause) for cause in CAUSES],
        late(Cause.NOT_PUBLISHED, "critical"),
        messages.freshness(
            Notice("recovered", Episode(WEEK, SINCE, Cause.NOT_PUBLISHED), Standing(None, sessions=5)),
            RULES,
            None,
            LINKS,
        ),
        messages.source_down("https://coach.example", OUTAGE, ZONE, LINKS),
        messages.source_back("https://coach.example", OUTAGE, ZONE, LINKS),
        messages.posts_gone("https://coach.example", {7: WEEK}, LINKS),
        messages.week_landed(plain_week(), before=False, run_id="r1", links=LINKS),
        messages.week_landed(plain_week(), before=True, run_id="r1", links=LINKS),
        messages.weeks_landed([WEEK, WEEK + dt.timedelta(weeks=1)], 10, run_id="r1", links=LINKS),
        messages.run_failed(
            "training_week", (WEEK, WEEK), [Trouble("raw_posts", "no answer", True)], "r1", LINKS
        ),
        messages.backfill_finished("b1", 3, {"success": 2}, succeeded=True, links=LINKS),
        messages.tomorrow(WEEK, plain_week().records[:1]),
    ]


def test_every_message_has_words_for_every_channel_and_its_own_identifier() -> None:
    found = one_of_each()
    for message in found:
        assert message.subject
        assert message.text
        assert 0 < len(message.sms) <= SMS, message.sms
        msgspec.json.encode(message.data)
    assert len({message.identifier for message in found if message.kind != "week_late"}) == len(
        {(m.kind, m.text) for m in found if m.kind not in {"week_late", "week_updated"}}
    )


def test_every_message_but_the_daily_one_links_to_where_to_look() -> None:
    for message in one_of_each():
        assert ("Look: http://dagster.example/" in message.text) is (message.kind != "tomorrow")


def test_without_a_base_address_there_is_no_link() -> None:
    assert "Look" not in messages.source_back("site", OUTAGE, ZONE, Links()).text


def test_every_cause_is_told_but_one_that_is_waited_for() -> None:
    assert set(Cause) - set(CAUSES) == {Cause.ARRIVING}


def test_a_site_that_passes_by_itself_and_one_that_does_not_are_told_apart() -> None:
    refused = msgspec.structs.replace(OUTAGE, passing=False)

    assert "Nothing yet" in messages.source_down("site", OUTAGE, ZONE, LINKS).text
    assert "does not pass by itself" in messages.source_down("site", refused, ZONE, LINKS).text


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
    troubles = [Trouble("raw_posts", "no answer", verdict) for verdict in helps]

    assert f"What to do: {advice}" in messages.run_failed("job", None, troubles, "r1", Links()).text


def test_a_week_is_told_in_a_line_a_day_with_three_lifts_at_most() -> None:
    four = segments_of("A. 5 sets of:", *(f"{name} x 3" for name in "Snatch Clean Jerk Squat Snatch".split()))

    assert week_lines(with_session(plain_week(days=(0, 2)), 0, segments=four)) == [
        "- Mon 1 Mar: Snatch, Clean, Jerk, …",
        "- Wed 3 Mar: Back Squat",
    ]


def test_a_week_without_a_session_is_told_as_that() -> None:
    assert week_lines(not_published()) == ["no session"]


def test_a_week_of_very_many_sessions_is_cut() -> None:
    many = msgspec.structs.replace(plain_week(), records=plain_week().records * 10)

    assert week_lines(many)[-1] == "… and 36 more"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["5 sets of:", "Back Squat x 3"], "Back Squat 5x3"),
        (["Clean + Jerk"], "Clean + Jerk"),
        (["3 sets of:", "Press 5-3-1"], "Press 5-3-1"),
        (["5 sets of:", "Snatch x 2 @ 70-75%"], "Snatch 5x2 70–75%"),
        (["2 sets of:", "Jerk", "*Sets 1-2 = @ 80%"], "Jerk 80%"),
    ],
)
def test_a_prescription_in_a_few_characters(lines: list[str], expected: str) -> None:
    block, exercise = exercise_of("A.", *lines)

    assert prescription(exercise, block) == expected


def test_a_long_day_says_how_much_is_left_out() -> None:
    many = segments_of("A. 5 sets of:", *(f"Very Long Movement Name {n} x 3" for n in range(20)))
    message = messages.tomorrow(WEEK, [with_session(plain_week(), 0, segments=many).records[0]])

    assert message.sms.startswith("Mon 1 Mar: A Very Long Movement Name 0 5x3; A Very Long")
    assert message.sms.endswith(" more")


@given(st.text(max_size=400))
def test_whatever_a_post_holds_a_phone_gets_one_line_without_control_characters(words: str) -> None:
    exercise = Exercise([Part(words, None)], (2, 2), reps=Range(3, 3))
    segment = Segment("A", "main", (1, 2), [Block("sets", (1, 2), [exercise], sets=Range(5, 5))])
    record = with_session(plain_week(), 0, label=words, segments=[segment]).records[0]
    message = messages.tomorrow(WEEK, [record])

    assert len(message.sms) <= SMS
    assert not any(ord(char) < 32 for char in message.sms)


def test_every_public_message_function_is_tried_here() -> None:
    made = {
        name
        for name, function in inspect.getmembers(messages, inspect.isfunction)
        if typing.get_type_hints(function).get("return") is Message
    }
    source = inspect.getsource(one_of_each) + inspect.getsource(late)
    assert {name for name in made if f"messages.{name}(" not in source} == set()
