"""The words of the messages: complete, short enough for a phone, and safe with whatever a post holds."""

from __future__ import annotations

import datetime as dt
import difflib
import inspect
import re
import typing

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wod_pipeline import messages
from wod_pipeline.messages import Links, Message
from wod_pipeline.messages._daily import fit_parts, prescription
from wod_pipeline.messages._freshness import CAUSES
from wod_pipeline.messages._runs import week_lines
from wod_pipeline.messages._words import SMS_CHARACTERS, fit_sms
from wod_pipeline.program import Block, Exercise, Part, Range, Segment, SessionRecord
from wod_pipeline.watching.freshness import Cause
from wod_pipeline.watching.runs import StepFailure
from wod_pipeline_tests.builders import STORED_MONDAY as WEEK
from wod_pipeline_tests.builders import exercise_of, not_published, plain_week, segments_of, with_session
from wod_pipeline_tests.messages.catalogue import FILE, LINKS, OUTAGE, ZONE, catalogue, late, one_of_each


def test_every_message_reads_as_in_the_file_of_messages() -> None:
    expected, made = FILE.read_text(encoding="utf-8"), catalogue()
    changes = difflib.unified_diff(
        expected.splitlines(), made.splitlines(), FILE.name, "messages", lineterm=""
    )
    assert made == expected, (
        "The messages differ from messages.txt. If the change is meant, run "
        "`python -m wod_pipeline_tests.messages.catalogue` and commit the difference.\n" + "\n".join(changes)
    )


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


def test_a_site_that_passes_by_itself_and_one_that_does_not_are_told_apart() -> None:
    refused = msgspec.structs.replace(OUTAGE, transient=False)

    assert "Nothing yet" in messages.source_down("site", OUTAGE, ZONE, LINKS).text
    assert "Waiting will not help" in messages.source_down("site", refused, ZONE, LINKS).text


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
        (
            ["Snatch Push Press + Overhead Squat 70% x 3+1 x 4"],
            "Snatch Push Press + Overhead Squat 4x(3+1) 70%",
        ),
        (["Power Clean + Jerk 70% x 2 (1+1) x 4"], "Power Clean + Jerk 4x2x(1+1) 70%"),
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


def parts_of(record: SessionRecord) -> list[str]:
    """The lines of a day with this session, without the date."""
    return messages.tomorrow(WEEK, [record]).text.splitlines()[1:]


def test_a_day_is_told_by_its_main_work_each_exercise_with_the_label_of_its_segment() -> None:
    (plank,) = segments_of("A. 5 sets of:", "Plank x 3")
    around = [msgspec.structs.replace(plank, kind=kind) for kind in ("warm_up", "cool_down")]
    main = segments_of("A. 5 sets of:", "Snatch x 3", "Clean x 3")
    unlabelled = msgspec.structs.replace(plank, label="", kind="accessory")
    record = with_session(plain_week(), 0, segments=[around[0], *main, unlabelled, around[1]]).records[0]

    assert parts_of(record) == ["- A Snatch 5x3", "- A Clean 5x3", "- Plank 5x3"]


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"kind": "rest", "segments": []}, "rest day"),
        ({"kind": "rest", "label": "Sunday"}, "A Back Squat 5x3 70%"),
        ({"segments": [], "label": "Wednesday"}, "Wednesday"),
        ({"segments": [], "label": None}, "see the post"),
    ],
)
def test_a_session_without_an_exercise_is_told_by_its_label(changes: dict[str, object], part: str) -> None:
    assert parts_of(with_session(plain_week(), 0, **changes).records[0]) == [f"- {part}"]


def test_a_day_without_a_session_belongs_to_no_week() -> None:
    assert messages.tomorrow(WEEK, []).week is None


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (16, "Day: one; two; 3"),
        (15, "Day: one;…"),
        (100, "Day: one; two; 3"),
    ],
)
def test_parts_that_fit_exactly_are_all_shown(limit: int, text: str) -> None:
    assert fit_parts("Day: ", ["one", "two", "3"], limit) == text


def test_as_many_parts_as_fit_are_shown_and_the_rest_counted() -> None:
    parts = ["first part", "second part", "third part", "fourth part"]
    whole = "Day: first part; second part; third part; fourth part"

    assert fit_parts("Day: ", parts, len(whole)) == whole
    assert fit_parts("Day: ", parts, len(whole) - 1) == "Day: first part; second part; third part +1 more"
    assert fit_parts("Day: ", parts, 40) == "Day: first part; second part +2 more"
    assert fit_parts("Day: ", parts, 23) == "Day: first part +3 more"
    assert fit_parts("Day: ", parts, 22) == "Day: first part;…"


@pytest.mark.parametrize(
    ("date", "label", "line"),
    [
        (WEEK, "Monday", "- Mon 1 Mar: Snatch + Jerk, Clean, Squat"),
        (None, "Test day", "- Test day: Snatch + Jerk, Clean, Squat"),
        (None, None, "- no date: Snatch + Jerk, Clean, Squat"),
    ],
)
def test_a_session_is_told_by_its_date_or_label_and_at_most_three_lifts(
    date: dt.date | None, label: str | None, line: str
) -> None:
    main = segments_of("A. 5 sets of:", "Snatch + Jerk", "Clean x 3", "Squat x 3")
    week = with_session(plain_week(days=(0,)), 0, date=date, label=label, segments=main)

    assert week_lines(week) == [line]


def test_a_session_without_main_lifts_is_told_by_its_kind() -> None:
    assert week_lines(with_session(plain_week(days=(0,)), 0, kind="test", segments=[])) == [
        "- Mon 1 Mar: test"
    ]


def test_weeks_of_one_run_are_named_from_the_first_to_the_last() -> None:
    weeks = [WEEK + n * dt.timedelta(weeks=1) for n in range(16)]
    message = messages.weeks_landed(weeks, 80, new=weeks[:1], run_id="r1", links=Links())

    assert message.subject == "16 training weeks here (1 new, 15 updated): 2021-03-01 to 2021-06-14"
    assert message.text.splitlines() == [
        "80 sessions in 16 weeks:",
        f"- {weeks[0]}, new",
        *[f"- {week}, updated" for week in weeks[1:14]],
        "… and 2 more",
    ]


def test_a_link_joins_the_base_address_and_the_page_with_one_slash() -> None:
    assert Links("http://dagster.example").run("r1") == "http://dagster.example/runs/r1"
    assert Links("http://dagster.example/X/").run("r1") == "http://dagster.example/X/runs/r1"
    assert Links("http://dagster.example/X").run("r1") == "http://dagster.example/X/runs/r1"


def test_a_text_message_takes_every_further_sentence_that_still_fits() -> None:
    fits = "x" * (SMS_CHARACTERS - len("Head. "))

    assert fit_sms("Head", fits) == f"Head. {fits}"
    assert fit_sms("Head", fits + "x", "y") == "Head. y"
    assert fit_sms("Head", "", "y") == "Head. y"
    assert fit_sms("word " * 40) == "word " * 26 + "word…"


def test_no_message_says_one_of_many_or_many_of_one() -> None:
    nouns = "week|session|post|run|time|failure|day|training week|lift|message|line"
    for message in one_of_each():
        told = f"{message.subject}\n{message.text}\n{message.sms}"
        assert not re.search(rf"(?<![\w.:-])1 (?:{nouns})s\b", told), told
        assert not re.search(rf"(?<![\w.:-])(?:0|[2-9]|\d\d+) (?:{nouns})\b(?!-)", told), told


@pytest.mark.parametrize(
    ("edited", "named"),
    [("2021-02-28T17:00:00", "1 Mar"), ("2022-02-27T17:00:00", "1 Mar 2021"), ("", "1 Mar")],
)
def test_a_week_of_another_year_than_its_posts_last_edit_is_named_with_its_year(
    edited: str, named: str
) -> None:
    week = plain_week()
    stamps = [msgspec.structs.replace(stamp, modified_gmt=edited) for stamp in week.posts]
    week = msgspec.structs.replace(week, posts=stamps)
    message = messages.week_landed(week, before=False, run_id="r1", links=LINKS)
    assert message.subject.startswith(f"Training week of Mon {named} is here")
