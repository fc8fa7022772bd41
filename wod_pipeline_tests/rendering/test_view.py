"""The view of a session: what is said, in which order, and that nothing of the post is lost."""

from __future__ import annotations

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from wod_pipeline.program import Diagnostic, Line, Link, Note, SegmentKind, SessionKind
from wod_pipeline.rendering import (
    BlockView,
    SegmentView,
    SessionView,
    as_lines,
    as_text,
    clean,
    exercises_of,
    facts_of,
    lines_of,
    view_exercise,
    view_session,
    without_repeated_warnings,
)
from wod_pipeline.rendering._sets import BarView, SetView
from wod_pipeline.rendering._view import ExerciseView, NoteView, TextRun
from wod_pipeline.training import Athlete, Rack, Weight
from wod_pipeline_tests.builders import exercise_of, raw_post, record_of, week_records

LIFTER = Athlete(Rack(), {("snatch", 1): Weight(Fraction(100), "kg")})


def blocks_of(view: SessionView) -> list[BlockView]:
    segments = [item for item in view.items if isinstance(item, SegmentView)]
    return [item for segment in segments for item in segment.items if isinstance(item, BlockView)]


def shown(*lines: str, athlete: Athlete | None = None) -> list[str]:
    """The lines of the blocks of a session, without indentation."""
    view = view_session(record_of(*lines), athlete)
    return [line.strip() for block in blocks_of(view) for line in as_lines(block, width=200)]


@pytest.mark.parametrize(
    ("scheme", "sentence"),
    [
        ("Every 2 minutes, for 16 minutes (8 sets):", "Every 2:00 for 16:00 (8 sets)"),
        ("Every 45 seconds, for 3 minutes (4 sets):", "Every 45 s for 3:00 (4 sets)"),
        ("Three sets of:", "3 sets"),
        ("3-4 sets of 5 reps:", "3–4 sets"),
        ("2 Rounds:", "2 rounds"),
        ("AMRAP 7:", "As many rounds as possible in 7:00"),
        ("For time:", "For time"),
        ("Four rounds for time of:", "4 rounds for time"),
        ("21-15-9 reps, for time of:", "21-15-9 reps for time"),
        ("In 6 sets, build to a heavy double:", "Build to a heavy set of 2 in 6 sets"),
    ],
)
def test_a_scheme_is_one_sentence(scheme: str, sentence: str) -> None:
    assert shown("A.", scheme, "Back Squat")[0] == sentence


def test_a_build_to_a_max_says_the_max_and_the_time() -> None:
    assert shown("A.", "In 24 minutes, build to a 3-RM Back Squat") == [
        "Build to a 3-RM in 24:00",
        "Back Squat",
    ]


def test_caps_clock_times_and_rests_belong_to_the_sentence() -> None:
    assert shown("A.", "For time:", "Time Cap: 6 Minutes", "Row 500m")[0] == "For time, time cap 6:00"
    assert shown("A.", "Three sets of:", "Dips x 6 reps", "Rest 90 seconds")[0] == "3 sets, rest 1:30"
    lines = shown("A.", "Row 500m", "Rest 2 minutes, then:", "Three sets of:", "Dips x 6 reps")
    assert lines[-2] == "After 2:00 of rest, 3 sets"


def test_sets_say_repetitions_percentage_weight_and_plates() -> None:
    assert shown(
        "A.",
        "Every 2 minutes, for 8 minutes (4 sets):",
        "Snatch",
        "*Sets 1-2 = 2 reps @ 70% of 1-RM Snatch",
        "*Sets 3-4 = 1 rep @ 80-85% of 1-RM Snatch",
        athlete=LIFTER,
    ) == [
        "Every 2:00 for 8:00 (4 sets)",
        "Snatch, % of 1-RM Snatch",
        "Sets 1–2: 2 reps, 70% → 70 kg (25 a side)",
        "Sets 3–4: 1 rep, 80–85% → 80–85 kg (25 + 5 to 25 + 5 + 2.5 a side)",
    ]


def test_a_ramp_lists_the_weight_of_every_set() -> None:
    lines = shown(
        "A.",
        "Three sets of:",
        "Snatch x 2 reps @ 60-70% of 1-RM Snatch",
        "Work up over the sets.",
        athlete=LIFTER,
    )
    assert lines[2:5] == [
        "Set 1: 60–70%, building up → 60 kg (20 a side), even steps, work up as it feels",
        "Set 2: 65 kg (20 + 2.5 a side), even step",
        "Set 3: 70 kg (25 a side), even step",
    ]


def test_the_load_of_a_ramp_stands_only_with_its_first_set() -> None:
    lines = ("A.", "Three sets of:", "Snatch x 2 reps @ 60-70% of 1-RM Snatch", "Work up over the sets.")
    (exercise,) = exercises_of(view_session(record_of(*lines), LIFTER).items)
    words = tuple(replace(row, working=None) for row in exercise.sets[1:])
    assert words == (
        SetView(
            "Set 2", weight="65 kg", plates="20 + 2.5", note="even step", bars=(BarView("65 kg", "20 + 2.5"),)
        ),
        SetView("Set 3", weight="70 kg", plates="25", note="even step", bars=(BarView("70 kg", "25"),)),
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Snatch x 2 reps @ 70%+ of 1-RM Snatch", "70% or more → from 70 kg (25 a side)"),
        (
            "Snatch x 2 reps, no more than 55% of 1-RM Snatch",
            "at most 55% → at most 55 kg (15 + 2.5 a side)",
        ),
        ("Snatch x 2 reps @ 10% of 1-RM Snatch", "10% → 20 kg, the empty bar, is 20%"),
    ],
)  # fmt: skip
def test_open_ends_and_the_empty_bar_are_said(line: str, told: str) -> None:
    assert shown("A.", "Three sets of:", line, athlete=LIFTER)[2] == told


@pytest.mark.parametrize(
    ("line", "load"),
    [
        ("Power Snatch x 7 reps @ 75/55 lb", "75/55 lb"),
        ("Strict Press x 8 reps @ RPE 7-8", "RPE 7–8"),
        ("Strict Press x 8 reps @ 60", "60 (no unit given)"),
        ("Back Squat x 5 reps @ same load as last Monday", "same load as last Monday"),
        ("Back Squat x 5 reps @ 4-6% more than last week", "4–6% more than last week"),
        ("Back Squat x 5 reps, 5% less than last week", "5% less than last week"),
        ("Back Squat x 5 reps @ 90% of today's heavy double", "90% of earlier today"),
        ("Hang Clean x 2 reps @ 70%", "70% (of 1-RM Clean, assumed)"),
        ("Clean x 2 reps @ 70%", "70% of 1-RM Clean"),
        ("Romanian Deadlift x 8 reps @ 60%", "60% (the post does not say of which max)"),
    ],
)
def test_a_load_is_said_as_prescribed_and_an_assumption_as_one(line: str, load: str) -> None:
    assert load in shown("A.", "Three sets of:", line)[1]


def test_no_weight_is_invented_and_what_is_missing_is_said_once() -> None:
    record = record_of(
        "A.", "Three sets of:", "Clean x 2 reps @ 70%", "Clean Pull x 2 reps @ 90% of 1-RM Clean"
    )
    view = view_session(record, LIFTER)
    assert view.missing == ("your 1-RM Clean is not given",)
    assert not any(row.weight for exercise in exercises_of(view.items) for row in exercise.sets)
    assert "Some weights are missing: your 1-RM Clean is not given." in as_text(view)
    assert view_session(record).missing == (), "without any maxes there is nothing to miss one by one"


def test_exercises_of_one_line_stay_together_and_alternatives_say_or() -> None:
    assert shown(
        "Warm-Up", "With empty bar:", "5 Back Squats, 5 Good Mornings", "3 Muscle Snatches", "A.", "Dips"
    ) == [
        "With the empty bar",
        "Back Squats, 5 reps · Good Mornings, 5 reps",
        "Muscle Snatches, 3 reps",
        "Dips",
    ]
    assert "or Ring Dips, 9 reps" in " ".join(
        shown("A.", "Two sets of:", "Push-Ups x 8 reps OR Ring Dips x 9 reps")
    )


def test_quantity_tempo_minute_and_rest_stand_beside_the_name() -> None:
    lines = (
        "A.",
        "Three sets of:",
        "Goblet Squat x 8-10 reps each leg @ 3011",
        "Rest 45 seconds",
        "Run 1 mile",
    )
    assert shown(*lines)[1:] == [
        "Goblet Squat, 8–10 reps each leg, tempo 3011, then rest 45 s",
        "Run, 1 mile (1.61 km)",
    ]


def test_notes_stay_in_reading_order_between_what_was_understood() -> None:
    lines = shown(
        "A.", "Two sets of:", "Dips x 6 reps", "Keep the chest proud.", "Push-Ups x 8 reps", "Breathe."
    )
    assert lines == ["2 sets", "Dips, 6 reps", "Keep the chest proud.", "Push-Ups, 8 reps", "Breathe."]


def test_a_video_is_a_link_on_the_movement_and_another_link_is_kept_beside_it() -> None:
    content = (
        "<p>Monday</p><p>A.</p><p>Two sets of:</p>"
        '<p><a href="https://example.com/v">Snatch</a> x 2 reps @ 70% (<a href="https://example.com/w">read</a>)</p>'
    )
    post = raw_post(content=content)
    (record,) = week_records(post).records
    (exercise,) = exercises_of(view_session(record).items)
    assert exercise.name == (TextRun("Snatch", "https://example.com/v"),)
    assert exercise.links == (TextRun("read", "https://example.com/w"),)


def test_every_link_of_a_post_is_kept_even_on_a_scheme_or_beside_other_exercises() -> None:
    content = (
        '<p>Monday</p><p>A.</p><p><a href="https://example.com/s">Two sets of:</a></p>'
        '<p>5 Dips, <a href="https://example.com/l">9 Lunges</a> (<a href="https://example.com/w">read</a>)</p>'
        '<p>Rows x 6 reps (<a href="https://example.com/r">how</a>)</p>'
    )
    post = raw_post(content=content)
    (record,) = week_records(post).records
    view = view_session(record)
    linked = [run.href for exercise in exercises_of(view.items) for run in (*exercise.name, *exercise.links)]
    assert {"https://example.com/l", "https://example.com/w", "https://example.com/r"} <= set(linked)
    assert linked.count("https://example.com/w") == 1, "two exercises share its line"
    written = next(item for item in view.items if isinstance(item, SegmentView)).as_written
    assert "https://example.com/s" in {run.href for line in written for run in line.runs}


def test_only_web_links_are_links() -> None:
    record = record_of("A.", "Two sets of:", "Dips x 6 reps", "Read this.")
    links = (Link(0, 4, "javascript:alert(1)"), Link(2, 99, "https://example.com/"))
    record.lines = [
        replace(line, links=links) if line.text == "Read this." else line for line in record.lines
    ]
    (block,) = blocks_of(view_session(record))
    assert block.items[-1] == NoteView((TextRun("Read"), TextRun(" this.")), "cue")


def test_the_coach_s_introduction_is_kept() -> None:
    (record,) = week_records(raw_post("Welcome to a hard week.", "Monday", "A.", "Dips x 6 reps")).records
    assert view_session(record).preamble == (NoteView((TextRun("Welcome to a hard week."),), "program"),)


def test_what_may_be_wrong_is_said_with_the_line_it_is_about() -> None:
    lines = ("A.", "Dips x 6 reps", "B.", "Every 75 seconds, for 5 minutes (5 sets):", "Dips x 6 reps")
    view = view_session(record_of(*lines))
    first, second = view.items
    assert isinstance(first, SegmentView)
    assert isinstance(second, SegmentView)
    assert second.warnings == (
        "The interval, the time and the number of sets do not agree. “Every 75 seconds, for 5 minutes (5 sets):”",
    )
    assert (first.warnings, view.warnings, view.post_warnings) == ((), (), ()), (
        "it stands where it applies, once"
    )


def test_a_warning_about_the_day_stands_at_the_session() -> None:
    records = week_records(raw_post("Monday", "A.", "Dips x 6 reps", "A.", "Lunges x 6 reps")).records
    unheaded = view_session(records[1])
    assert len(unheaded.warnings) == 1
    assert unheaded.warnings[0].startswith(
        "This session has no heading in the post; its date is not certain."
    )
    assert [item.warnings for item in unheaded.items if isinstance(item, SegmentView)] == [()]


def test_a_warning_about_the_post_is_told_with_its_first_session_only() -> None:
    fields = {"title": "Gym Plan", "slug": "gym-plan"}
    records = week_records(
        raw_post("Monday", "A.", "Dips x 6 reps", "Tuesday", "A.", "Dips", **fields)
    ).records
    views = without_repeated_warnings(map(view_session, records))
    assert [len(view.post_warnings) for view in views] == [1, 0]


def test_a_warning_about_the_whole_post_quotes_no_line() -> None:
    record = record_of("A.", "Dips x 6 reps", title="Gym Plan", slug="gym-plan")
    assert view_session(record).post_warnings == (
        "The post names no date; the week follows from when it was published.",
    )


def test_a_warning_about_a_line_of_another_session_quotes_none() -> None:
    record = record_of("A.", "Dips x 6 reps")
    record.diagnostics += [Diagnostic("for_machines", "info", 0), Diagnostic("set_rows_gap", "warn", 900)]
    assert view_session(record).warnings == ("The sets listed do not cover every set exactly once.",)


@pytest.mark.parametrize(
    ("kind", "title"),
    [("training", "Session"), ("rest", "Rest day"), ("optional", "Optional session"), ("test", "Test")],
)
def test_a_session_without_a_heading_is_named_by_its_kind(kind: SessionKind, title: str) -> None:
    record = record_of("A.", "Dips x 6 reps")
    record.label, record.kind = None, kind
    assert view_session(record).title == title


def test_a_note_keeps_its_kind() -> None:
    (block,) = blocks_of(view_session(record_of("A.", "Two sets of:", "Dips x 6", "Score is total time.")))
    assert block.items[-1] == NoteView((TextRun("Score is total time."),), "score")


def test_a_ramp_over_an_open_number_of_sets_shows_its_two_ends() -> None:
    lines = ("A.", "3-4 sets of:", "Snatch x 2 reps @ 60-70% of 1-RM Snatch", "Work up over the sets.")
    assert shown(*lines, athlete=LIFTER)[2] == ("60–70%, building up → 60–70 kg (20 to 25 a side)")


def test_a_ramp_by_minutes_has_a_step_for_each_turn() -> None:
    lines = (
        "EMOM x 6:",
        "Minute 1 – Snatch x 2 reps @ 60-70% of 1-RM Snatch",
        "Work up over the sets.",
        "Minute 2 – Dips x 5",
    )
    snatch, _ = exercises_of(view_session(record_of("A.", *lines), LIFTER).items)
    assert [row.weight for row in snatch.sets] == ["60 kg", "65 kg", "70 kg"]


def test_a_row_for_one_set_is_in_the_singular() -> None:
    rows = ("*Sets 1-2 = 2 reps @ 70%", "*Set 3 = 1 rep @ 80%")
    assert shown("A.", "Three sets of:", "Snatch", *rows)[2:] == [
        "Sets 1–2: 2 reps, 70%",
        "Set 3: 1 rep, 80%",
    ]


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (["*Set 1 = 2 reps", "*Set 2 = 1 rep"], ["Set 1: 2 reps", "Set 2: 1 rep"]),
        (["*Set 1 @ 70%", "*Set 2 @ 80%"], ["Set 1: 70%", "Set 2: 80%"]),
    ],
)
def test_a_row_says_only_what_is_given_for_its_sets(rows: list[str], lines: list[str]) -> None:
    assert shown("A.", "Two sets of:", "Snatch", *rows)[2:] == lines


def test_an_exercise_without_a_load_has_no_rows() -> None:
    (exercise,) = exercises_of(view_session(record_of("A.", "Two sets of:", "Dips x 6 reps")).items)
    assert exercise.sets == ()


def test_only_a_free_block_with_the_empty_bar_throughout_is_said_to_be_with_it() -> None:
    assert shown("A.", "Snatch x 2 reps @ 70%") == ["Snatch, 2 reps, 70% of 1-RM Snatch"]


def test_an_exercise_of_one_minute_names_it() -> None:
    lines = ("A.", "EMOM 10:", "Minute 1: Dips x 6 reps", "Minute 2: Row x 10 calories")
    assert shown(*lines)[1:] == ["Dips, 6 reps, minute 1", "Row, 10 calories, minute 2"]


def test_what_a_percentage_is_of_is_said_once_for_all_sets_and_with_each_when_it_differs() -> None:
    lines = ("A.", "Two sets of:", "Snatch")
    same = shown(*lines, "*Set 1 = 2 reps @ 70% of 1-RM Clean", "*Set 2 = 1 rep @ 80% of 1-RM Clean")
    assert same[1:] == ["Snatch, % of 1-RM Clean", "Set 1: 2 reps, 70%", "Set 2: 1 rep, 80%"]
    other = shown(*lines, "*Set 1 = 2 reps @ 70% of 1-RM Clean", "*Set 2 = 1 rep @ 80% of 1-RM Snatch")
    assert other[1:] == [
        "Snatch",
        "Set 1: 2 reps, 70% of 1-RM Clean",
        "Set 2: 1 rep, 80% of 1-RM Snatch",
    ]
    assumed = shown("A.", "Two sets of:", "Hang Clean", "*Set 1 @ 70%", "*Set 2 @ 75%")
    assert assumed[1:] == ["Hang Clean, % (of 1-RM Clean, assumed)", "Set 1: 70%", "Set 2: 75%"]


@pytest.mark.parametrize(
    ("load", "bars"),
    [
        ("72-76%", [("72.5 kg", "25 + 1.25"), ("75 kg", "25 + 2.5")]),
        ("70%", [("70 kg", "25")]),
        ("101%+", [("from 102.5 kg", "25 + 15 + 1.25")]),
        ("95/65 lb", [("42.5 kg", "10 + 1.25"), ("30 kg", "5")]),
        ("10%", [("20 kg", "")]),
        ("RPE 7", []),
    ],
)
def test_each_bar_of_a_range_or_pair_has_its_plates(load: str, bars: list[tuple[str, str]]) -> None:
    record = record_of("A.", "Two sets of:", f"Snatch x 2 reps @ {load}")
    (exercise,) = exercises_of(view_session(record, LIFTER).items)
    assert [(bar.weight, bar.plates) for bar in exercise.sets[0].bars] == bars


def test_a_note_between_set_rows_follows_the_exercise_they_belong_to() -> None:
    rows = ("*Set 1 = 2 reps", "Keep it smooth.", "*Set 2 = 1 rep")
    assert shown("A.", "Two sets of:", "Snatch", *rows) == [
        "2 sets",
        "Snatch",
        "Set 1: 2 reps",
        "Set 2: 1 rep",
        "Keep it smooth.",
    ]


def test_a_link_in_a_note_between_set_rows_stays_in_the_note() -> None:
    note = 'Keep <a href="https://example.com/w">it</a> smooth.'
    rows = "".join(f"<p>{row}</p>" for row in ("Snatch", "*Set 1 = 2 reps", note, "*Set 2 = 1 rep"))
    view = view_session(record_of(content=f"<p>Monday</p><p>A.</p><p>Two sets of:</p>{rows}"))
    (block,) = blocks_of(view)
    exercise, shown_note = block.items
    assert isinstance(exercise, ExerciseView)
    assert exercise.links == ()
    runs = (TextRun("Keep "), TextRun("it", "https://example.com/w"), TextRun(" smooth."))
    assert shown_note == NoteView(runs)


def test_a_view_carries_the_key_of_its_record() -> None:
    record = record_of("A.", "Dips x 6 reps")
    assert view_session(record).key == record.session == "gym-plan/1/1"


def test_a_part_is_headed_by_label_and_title_or_by_its_kind() -> None:
    record = record_of("Warm-Up", "5 Dips", "A. Speed", "Dips x 6 reps", "B.", "Dips")
    assert [item.heading for item in view_session(record).items] == ["Warm-Up", "A · Speed", "B"]
    assert [item.heading for item in view_session(record_of("Dips x 6 reps")).items] == ["Accessory"]


@pytest.mark.parametrize(("kind", "heading"), [("cool_down", "Cool-down"), ("main", "Main"), ("other", "")])
def test_a_part_without_label_and_title_is_headed_by_its_kind(kind: SegmentKind, heading: str) -> None:
    record = record_of("A.", "Dips x 6 reps")
    record.segments = [replace(record.segments[0], label=None, title=None, kind=kind)]
    assert [item.heading for item in view_session(record).items] == [heading]


def test_links_that_cannot_be_are_dropped_and_the_next_one_stays() -> None:
    record = record_of("A.", "Dips x 6 reps", "Read this now.")
    web = "https://example.com/"
    links = (Link(0, 4, web), Link(2, 8, web), Link(9, 9, web), Link(10, 13, f"{web}now"))
    record.lines = [
        replace(line, links=links) if line.text == "Read this now." else line for line in record.lines
    ]
    (block,) = blocks_of(view_session(record))
    assert block.items[-1] == NoteView(
        (TextRun("Read", web), TextRun(" this "), TextRun("now", f"{web}now"), TextRun(".")), "cue"
    )


def test_a_complex_is_one_line_with_a_plus_between_its_parts() -> None:
    assert shown("A.", "Three sets of:", "(Snatch + 2 Overhead Squats) x 2 reps")[1:] == [
        "Snatch + 2 Overhead Squats, 2 reps"
    ]


def test_a_load_without_a_max_puts_no_weight_or_plates_on_the_bar() -> None:
    view = view_session(record_of("A.", "Three sets of:", "Snatch x 2 reps @ RPE 7"), LIFTER)
    (exercise,) = exercises_of(view.items)
    assert exercise.sets == (SetView("", load="RPE 7"),)


def test_a_weight_that_the_plates_cannot_make_is_shown_without_plates() -> None:
    finer = Athlete(Rack(step=Fraction(1, 10)), LIFTER.maxes)
    lines = ("A.", "Three sets of:", "Snatch x 2 reps @ 70-70.1% of 1-RM Snatch")
    assert shown(*lines, athlete=finer)[2] == "70–70.1% → 70–70.1 kg"


def test_one_exercise_is_shown_under_its_scheme_without_notes() -> None:
    block, exercise = exercise_of("A.", "Three sets of:", "Snatch x 2 reps @ 70%", "Breathe.")
    assert list(as_lines(view_exercise(block, exercise, LIFTER))) == [
        "  3 sets",
        "    Snatch, 2 reps, % of 1-RM Snatch",
        "      70% → 70 kg (25 a side)",
    ]
    assert list(as_lines(view_exercise(block, exercise)))[1:] == ["    Snatch, 2 reps, 70% of 1-RM Snatch"]


def test_a_rest_day_is_one() -> None:
    records = week_records(raw_post("Monday", "A.", "Dips x 6 reps", "Tuesday (Rest Day)")).records
    view = view_session(records[1])
    assert (view.kind, view.title, view.items) == ("rest", "Tuesday (Rest Day)", ())


# ----------------------------------------------------------------------------------------- nothing is lost
LINES = st.lists(
    st.sampled_from(
        [
            "A.",
            "B) Strength",
            "Warm-Up",
            "Three sets of:",
            "Every 2 minutes, for 8 minutes (4 sets):",
            "Snatch x 2 reps @ 70%",
            "*Sets 1-2 = 60%",
            "Dips, 9 Lunges or 12 Rows",
            "Rest 60 seconds",
            "(add weight if possible)",
            "Followed by…",
            "Stay below 60%.",
            "PM Session",
        ]
    )
    | st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=30),
    max_size=14,
)


def words_in(view: SessionView) -> str:
    segments = [item for item in view.items if isinstance(item, SegmentView)]
    return " ".join(line.text for segment in segments for line in segment.as_written)


def notes_in(view: SessionView) -> set[str]:
    def walk(value: object) -> set[str]:
        if isinstance(value, NoteView):
            return {value.text}
        if isinstance(value, (SegmentView, BlockView)):
            return set().union(*map(walk, value.items))
        return {note.text for note in value.notes} if isinstance(value, ExerciseView) else set()

    return set().union(*map(walk, view.items))


@given(LINES)
def test_every_line_is_shown_as_a_note_or_kept_as_written(lines: list[str]) -> None:
    for record in week_records(raw_post("Monday", "A.", "Dips x 6 reps", *lines)).records:
        view = view_session(record, LIFTER)
        written, notes = words_in(view), notes_in(view)
        for line in record.lines:
            if line.role == "note":
                assert clean(line.text) in notes
            elif line.role != "heading":
                assert clean(line.text) in written


def test_a_note_line_that_no_node_claims_is_shown_all_the_same() -> None:
    record = record_of("A.", "Dips x 6 reps")
    record.lines.append(Line(99, "Left over.", "note", ""))
    assert view_session(record).items[-1] == NoteView((TextRun("Left over."),))


def test_spans_that_point_nowhere_do_no_harm() -> None:
    record = record_of("A.", "Dips x 6 reps")
    record.notes.append(Note("cue", (500, 900)))
    record.segments[0].lines = (7, 3)
    assert isinstance(view_session(record), SessionView)


def test_a_view_is_json_and_comes_back_the_same() -> None:
    view = view_session(record_of("A.", "Two sets of:", "Snatch x 2 reps @ 70%", "Breathe."), LIFTER)
    assert msgspec.json.decode(msgspec.json.encode(view), type=SessionView) == view


def test_a_record_of_nothing_is_a_view() -> None:
    full = record_of("A.", "Dips x 6 reps")
    record = replace(full, date=None, label=None, post_title="", segments=[], lines=[])
    view = view_session(record)
    assert (view.title, view.items) == ("Session 1", ())
    assert as_text(view) == "Session 1 (no day in the post)\n"


def test_a_session_without_a_day_goes_by_its_own_words_or_its_number() -> None:
    records = week_records(raw_post("Day 1 (Heavy)", "A.", "Dips", "Day 2", "A.", "Dips")).records
    assert [view_session(record).title for record in records] == ["Day 1 (Heavy)", "Day 2"]
    assert view_session(replace(records[1], label=None)).title == "Day 2"
    assert view_session(replace(records[1], label=None, ordinal=None)).title == "Session 2"


def test_groups_and_facts_serve_every_medium() -> None:
    (block,) = blocks_of(view_session(record_of("A.", "2 Rounds:", "5 Dips, 9 Lunges", "Breathe.")))
    first, note = lines_of(block)
    assert isinstance(first, tuple)
    assert [facts_of(exercise) for exercise in first] == [("5 reps",), ("9 reps",)]
    assert isinstance(note, NoteView)
