"""What a record takes from its post: key, texts, lines, notes and diagnostics, all through the reader."""

from __future__ import annotations

import datetime as dt

import msgspec

from wod_pipeline.parser_version import PARSER_VERSION
from wod_pipeline.parsing import heading_digest
from wod_pipeline.program import Outcome, ParsedPost, PostStamp, SessionRecord, Weekly
from wod_pipeline.records import records_of
from wod_pipeline_tests.builders import MONDAY, parsed_post

LINES = (
    "Welcome to the week.",
    "Monday",
    "Sleep well.",
    "Warm-Up",
    "Two sets of:",
    "Dips x 5",
    "A.",
    "Three sets of:",
    "Back Squat x 5 reps @ 70%",
    "Sled Tango x 9 meters",
    "B1. Dips 3 x 8",
    "B2. Rows 3 x 8",
    "Cool-Down",
    "Easy row",
    "Monday (Session Two)",
    "A.",
    "Clean x 3 reps @ 70%",
    "Wednesday",
    "A. Learn to breathe",
    "A.",
    "Jerk x 3 reps @ 70%",
)


def parsed(*lines: str) -> ParsedPost:
    return parsed_post(*lines, number=9)


def weekly(*posts: ParsedPost, outcome: Outcome = Outcome.PUBLISHED) -> Weekly[ParsedPost]:
    return Weekly(MONDAY, outcome, list(posts), gone=[3], moved=[5, 8], parser=PARSER_VERSION)


POST = parsed(*LINES)


def first_two() -> tuple[SessionRecord, SessionRecord]:
    """The records of both Monday sessions."""
    first, second, *_ = records_of(weekly(POST)).records
    return first, second


def test_a_week_s_records_keep_the_week_its_outcome_and_the_posts_that_moved() -> None:
    week = records_of(weekly(POST))
    assert (week.week, week.outcome, week.withdrawn) == (MONDAY, Outcome.PUBLISHED, [5, 8])
    heading = heading_digest(POST.title, POST.source.slug, POST.source.published)
    assert week.posts == [
        PostStamp(9, "gym-plan", "2026-03-02T01:00:00", POST.source.content_sha256, heading, PARSER_VERSION)
    ]


def test_every_record_says_which_version_of_the_parser_made_it() -> None:
    assert {record.parser for record in records_of(weekly(POST)).records} == {PARSER_VERSION}


def test_a_published_post_without_a_session_makes_a_week_without_one() -> None:
    announcement = parsed("The gym is closed.")
    assert records_of(weekly(announcement)).outcome is Outcome.NO_SESSION
    assert records_of(weekly(outcome=Outcome.NOT_PUBLISHED)).outcome is Outcome.NOT_PUBLISHED
    assert records_of(weekly(outcome=Outcome.NOT_PUBLISHED)).records == []


def test_records_come_in_order_of_posts_and_sessions_with_one_key_each() -> None:
    other = parsed_post("Monday", "A.", "Snatch x 3 reps @ 70%", number=4)
    keys = [(record.date, record.session) for record in records_of(weekly(POST, other)).records]
    assert keys[:2] == [(MONDAY, "gym-plan/9/1"), (MONDAY, "gym-plan/9/2")]
    assert keys[2] == (MONDAY + dt.timedelta(days=2), "gym-plan/9/1"), "counted by date"
    assert keys[-1] == (MONDAY, "gym-plan/4/1")


def test_a_post_without_an_id_counts_as_number_0() -> None:
    nameless = msgspec.structs.replace(POST, source=msgspec.structs.replace(POST.source, post_id=None))
    week = records_of(weekly(nameless))
    assert week.posts[0].post_id == week.records[0].post_id == 0
    assert week.records[0].session == "gym-plan/0/1"


def test_a_record_says_where_it_comes_from() -> None:
    first, second = first_two()
    assert (first.week, first.program, first.post_id) == (MONDAY, "gym-plan", 9)
    assert (first.post_title, first.post_url) == (POST.title, "https://coach.example/9/")
    assert (first.modified_gmt, first.content_sha256) == ("2026-03-02T01:00:00", POST.source.content_sha256)
    assert (first.weekday, first.label, first.kind, first.ordinal) == ("mon", "Monday", "training", None)
    assert (second.label, second.ordinal) == ("Monday (Session Two)", 2)
    assert first.segments == POST.sessions[0].segments
    assert first.notes == POST.sessions[0].notes


def test_each_segment_is_plain_text_under_its_name() -> None:
    first, second = first_two()
    assert first.texts == {
        "session_notes": "Sleep well.",
        "warm_up": "Warm-Up\nTwo sets of:\nDips x 5",
        "segment_a": "A.\nThree sets of:\nBack Squat x 5 reps @ 70%\nSled Tango x 9 meters",
        "segment_b1": "B1. Dips 3 x 8",
        "segment_b2": "B2. Rows 3 x 8",
        "cool_down": "Cool-Down\nEasy row",
    }
    assert list(second.texts) == ["segment_a"]


def test_segments_of_one_name_are_numbered_from_the_second_on() -> None:
    lines = (
        "Monday",
        "A.",
        "Dips x 5",
        "Conditioning",
        "Burpees x 9",
        "Metcon",
        "Run 400m",
        "Metcon",
        "Row 500m",
    )
    (record,) = records_of(weekly(parsed(*lines))).records
    assert list(record.texts) == ["segment_a", "conditioning", "conditioning_2", "conditioning_3"]


def test_a_label_of_several_words_is_one_name() -> None:
    (record,) = records_of(weekly(parsed("Monday", "Event 1:", "Dips x 5", "Part B.", "Row 500m"))).records
    assert list(record.texts) == ["segment_event_1", "segment_part_b"]


def test_a_record_holds_its_own_lines_and_the_post_s_introduction() -> None:
    first, second = first_two()
    assert [line.text for line in first.preamble] == ["Welcome to the week."]
    assert [line.text for line in first.lines] == list(LINES[1:14])
    assert [line.n for line in second.lines] == [14, 15, 16]
    assert second.preamble == first.preamble


def test_owners_of_lines_are_relative_to_the_record() -> None:
    first, second = first_two()
    assert first.lines[0].owner == second.lines[0].owner == ""
    assert [line.owner for line in second.lines[1:]] == ["/segments/0", "/segments/0/blocks/0/exercises/0"]


def test_a_record_has_the_diagnostics_of_its_lines_and_of_the_whole_post() -> None:
    undated = msgspec.structs.replace(
        POST, diagnostics=[*POST.diagnostics, msgspec.structs.replace(POST.diagnostics[0], line=None)]
    )
    first, second, *_ = records_of(weekly(undated)).records
    assert [(d.code, d.line) for d in first.diagnostics] == [
        ("unknown_movement", 9),
        ("unknown_movement", None),
    ]
    assert [d.line for d in second.diagnostics] == [None]


def test_diagnostics_of_the_first_and_last_line_belong_to_the_record() -> None:
    found = POST.diagnostics[0]
    edges = [msgspec.structs.replace(found, line=n) for n in (0, 1, 13, 14, 16, 17)]
    first, second, *_ = records_of(weekly(msgspec.structs.replace(POST, diagnostics=edges))).records
    assert [d.line for d in first.diagnostics] == [1, 13]
    assert [d.line for d in second.diagnostics] == [14, 16]
