"""Every claim, held and breached: what the verdict says, how badly it counts, and what it shows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wod_pipeline.program import Diagnostic, Line, Outcome, PostStamp, SessionRecord, WeekRecords
from wod_pipeline.quality import (
    CLAIMS,
    LIMITS,
    Case,
    TableContent,
    Verdict,
    Volume,
    judge,
    judge_stored,
    unsound,
    volume_of,
)
from wod_pipeline.quality._claims import BLOCKING
from wod_pipeline.quality._volume import past_of, robust_z, usual_range
from wod_pipeline_tests.builders import STORED_MONDAY as WEEK
from wod_pipeline_tests.builders import not_published, plain_week, record_of, weeks_before, with_session


def a_diagnostic(code: str, line: int | None = 3) -> Diagnostic:
    return Diagnostic(code, "warn", line, "says why")


def session_of(*lines: str) -> SessionRecord:
    """The Monday of the plain week, with other lines."""
    return record_of(*lines, monday=WEEK, number=7, program="Strength")


def verdict_on(claim: str, records: WeekRecords, **case: object) -> Verdict:
    return next(v for v in judge(Case(records, **case)) if v.claim == claim)


def check(claim: str, records: WeekRecords, expected: str, **case: object) -> Verdict:
    """Judge one claim; `expected` is ``holds``, ``warn`` or ``error``, then what is said."""
    verdict = verdict_on(claim, records, **case)
    outcome = "holds" if verdict.passed else verdict.grade
    assert f"{outcome}: {verdict.says}" == expected
    return verdict


PAST = [volume_of(week) for week in weeks_before(WEEK, 10)]


def test_a_plain_week_with_a_plain_past_holds_every_claim() -> None:
    verdicts = judge(Case(plain_week(), past=PAST))

    assert [v.claim for v in verdicts if not v.passed] == []
    assert [v.claim for v in verdicts] == [c.name for c in CLAIMS.values() if c.stage == "parsed"]


def test_a_week_is_unsound_for_what_its_blocking_verdicts_say() -> None:
    week = with_session(plain_week(), 0, date=WEEK + dt.timedelta(days=30))

    assert unsound(week) == " ".join(v.says for v in judge(Case(week, past=PAST)) if v.blocks) != ""


def test_a_week_is_counted_once_for_all_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[dt.date] = []
    monkeypatch.setattr(
        "wod_pipeline.quality._case.volume_of", lambda week: counted.append(week.week) or volume_of(week)
    )
    judge(Case(plain_week(), past=PAST))

    assert counted == [WEEK]


# ----------------------------------------------------------------------------------------------- dates
def test_a_session_dated_in_another_week_blocks_and_is_shown() -> None:
    records = with_session(plain_week(), 0, date=dt.date(2021, 3, 31))

    verdict = check(
        "every_date_falls_in_the_week", records, "error: 1 session dated outside the week of 2021-03-01."
    )
    assert verdict.blocks
    assert verdict.rows == (
        {"date": "2021-03-31", "session": "strength/7/1", "heading": "Monday", "post_id": 7},
    )


def test_a_session_without_a_heading_is_shown_without_one() -> None:
    week = with_session(plain_week(), 0, date=dt.date(2021, 3, 31), label=None)
    assert verdict_on("every_date_falls_in_the_week", week).rows[0]["heading"] == ""


def test_a_session_without_a_date_is_not_outside_the_week() -> None:
    check(
        "every_date_falls_in_the_week",
        with_session(plain_week(), 0, date=None),
        "holds: 5 sessions, none dated outside the week.",
    )


def test_two_sessions_under_one_key_block() -> None:
    records = with_session(plain_week(), 1, date=WEEK)

    verdict = check("every_session_has_its_own_key", records, "error: 1 key used more than once.")
    assert verdict.blocks
    assert verdict.rows == ({"date": "2021-03-01", "session": "strength/7/1", "times": 2},)
    check("every_session_has_its_own_key", plain_week(), "holds: 5 keys, each used once.")


def test_sessions_without_a_date_may_share_a_key_too() -> None:
    records = with_session(with_session(plain_week(), 0, date=None), 1, date=None)

    verdict = check("every_session_has_its_own_key", records, "error: 1 key used more than once.")
    assert verdict.rows == ({"date": "", "session": "strength/7/1", "times": 2},)


# --------------------------------------------------------------------------------------------- emptied
EMPTY = msgspec.structs.replace(plain_week(), records=[], outcome=Outcome.NO_SESSION)
IN_TABLE = TableContent(5, (PostStamp(7, "Gym Plan", "2026-02-01T00:00:00", "other words"),))


def test_a_week_that_would_lose_its_sessions_blocks() -> None:
    verdict = check(
        "a_week_with_sessions_stays_filled",
        EMPTY,
        "error: 5 stored sessions would be lost to a week without any: its post holds no session. "
        f"If they really are gone: wod materialize --week {EMPTY.week} --allow-empty.",
        table=IN_TABLE,
    )
    assert verdict.blocks
    assert verdict.numbers == {"sessions_stored": 5, "sessions_parsed": 0}
    assert verdict.rows == ()


def test_a_week_that_only_another_parser_would_empty_names_the_command_that_needs_no_site() -> None:
    check(
        "a_week_with_sessions_stays_filled",
        EMPTY,
        "error: 5 stored sessions would be lost to a week without any: its post holds no session. "
        f"If they really are gone: wod materialize --from-stored --week {EMPTY.week} --allow-empty.",
        table=TableContent(5, tuple(msgspec.structs.replace(post, parser=0) for post in EMPTY.posts)),
    )


def test_a_week_whose_post_vanished_from_the_site_blocks_too() -> None:
    check(
        "a_week_with_sessions_stays_filled",
        not_published(),
        "error: 5 stored sessions would be lost to a week without any: no post is published. "
        f"If they really are gone: wod materialize --week {not_published().week} --allow-empty.",
        table=IN_TABLE,
    )


@pytest.mark.parametrize(
    ("records", "case", "says"),
    [
        (plain_week(), {"table": IN_TABLE}, "Stored sessions are not replaced by an empty week."),
        (EMPTY, {}, "Stored sessions are not replaced by an empty week."),
        (
            msgspec.structs.replace(EMPTY, withdrawn=[7]),
            {"table": IN_TABLE},
            "The week empties because its posts were withdrawn: moved to another week, replaced or dropped.",
        ),
        (EMPTY, {"table": IN_TABLE, "may_empty": True}, "The week empties because a person allowed it."),
    ],
)
def test_a_week_may_be_empty_when(records: WeekRecords, case: dict[str, object], says: str) -> None:
    verdict = check("a_week_with_sessions_stays_filled", records, f"holds: {says}", **case)
    assert verdict.rows == ()
    assert verdict.numbers == {
        "sessions_stored": 5 if "table" in case else 0,
        "sessions_parsed": len(records.records),
    }


# ---------------------------------------------------------------------------------------- completeness
def test_a_training_day_without_an_exercise_is_a_warning_and_shown() -> None:
    verdict = check(
        "every_training_day_has_a_session",
        with_session(plain_week(), 2, segments=[]),
        "warn: 1 of 5 training days without a single exercise.",
    )
    assert [row["heading"] for row in verdict.rows] == ["Wednesday"]


def test_a_week_of_which_no_training_day_was_understood_is_an_error_that_does_not_block() -> None:
    verdict = check(
        "every_training_day_has_a_session",
        with_session(plain_week(days=(0,)), 0, segments=[]),
        "error: 1 of 1 training day without a single exercise.",
    )
    assert not verdict.blocks


def test_a_rest_day_needs_no_exercise() -> None:
    check(
        "every_training_day_has_a_session",
        with_session(plain_week(), 2, segments=[], kind="rest"),
        "holds: Every training day has a session.",
    )


def test_a_usual_training_weekday_that_is_absent_is_a_warning() -> None:
    verdict = check(
        "every_training_day_has_a_session",
        plain_week(days=(0, 1, 2, 5)),
        "warn: 1 usual training day without a session: Friday.",
        past=PAST,
    )
    assert verdict.rows == ({"weekday": "fri"},)


def test_a_weekday_is_usual_when_nine_of_ten_past_weeks_have_it() -> None:
    nine, eight = PAST[1:], PAST[2:]
    without = [volume_of(plain_week(WEEK - dt.timedelta(weeks=n), days=(0, 1, 2))) for n in (20, 21)]
    week = plain_week(days=(0, 1, 2))
    claim = "every_training_day_has_a_session"

    verdict = check(
        claim,
        week,
        "warn: 2 usual training days without a session: Friday, Saturday.",
        past=[*nine, without[0]],
    )
    assert verdict.rows == ({"weekday": "fri"}, {"weekday": "sat"})
    check(claim, week, "holds: Every training day has a session.", past=[*eight, *without])
    check(claim, not_published(), "holds: Every training day has a session.", past=PAST)
    check(claim, week, "warn: 2 usual training days without a session: Friday, Saturday.", past=PAST[2:])


def test_an_absent_usual_weekday_counts_beyond_the_past_26_weeks_no_more() -> None:
    old = [volume_of(plain_week(WEEK - dt.timedelta(weeks=n))) for n in range(27, 60)]
    recent = [volume_of(plain_week(WEEK - dt.timedelta(weeks=n), days=(0,))) for n in range(1, 27)]

    check(
        "every_training_day_has_a_session",
        plain_week(days=(0,)),
        "holds: Every training day has a session.",
        past=[*old, *recent],
    )
    check(
        "session_count_is_usual",
        plain_week(days=(0,)),
        "holds: 1 session, against 1 each in the past 26 weeks.",
        past=[*old, *recent],
    )


def test_seven_past_weeks_are_too_few_to_miss_a_weekday() -> None:
    check(
        "every_training_day_has_a_session",
        plain_week(days=(0, 1, 2, 5)),
        "holds: Every training day has a session.",
        past=PAST[:7],
    )


def test_an_unpublished_week_and_a_published_week_without_sessions_are_told_apart() -> None:
    check("the_week_is_published", not_published(), "warn: The coach has not published a post for this week.")
    check("the_week_is_published", EMPTY, "warn: 1 post published (7), but without a session.")
    two = msgspec.structs.replace(EMPTY, posts=[EMPTY.posts[0], PostStamp(8, "gymnastics", "", "bb")])
    check("the_week_is_published", two, "warn: 2 posts published (7, 8), but without a session.")
    check("the_week_is_published", plain_week(), "holds: 1 post with 5 sessions.")


def test_an_unpublished_week_breaches_nothing_but_being_published() -> None:
    breached = [v.claim for v in judge(Case(not_published(), past=PAST)) if not v.passed]

    assert breached == ["the_week_is_published"]


def test_a_post_gone_from_the_site_is_named() -> None:
    verdict = check(
        "every_post_is_still_listed",
        plain_week(),
        "warn: 1 post no longer listed by the site; the sessions are kept.",
        gone=[7],
    )
    assert verdict.rows == ({"post_id": 7},)
    check("every_post_is_still_listed", plain_week(), "holds: The site lists every post of the week.")


def test_a_post_that_was_sent_damaged_is_named_with_what_is_wrong() -> None:
    verdict = check(
        "every_post_is_well_formed",
        plain_week(),
        "warn: 1 post sent with missing or wrong fields.",
        malformed=[("post 7", "link is false instead of text")],
    )
    assert verdict.rows == ({"which": "post 7", "problem": "link is false instead of text"},)
    check("every_post_is_well_formed", plain_week(), "holds: Every post was sent as WordPress does.")


@pytest.mark.parametrize(
    ("changes", "shared"),
    [
        ({"post_id": 8, "program": "gymnastics"}, "content"),
        ({"post_id": 8, "content_sha256": "bb" * 32}, "program"),
        ({}, "id and content and program"),
    ],
)
def test_posts_that_repeat_each_other_are_a_warning(changes: dict[str, Any], shared: str) -> None:
    (stamp,) = plain_week().posts
    records = msgspec.structs.replace(plain_week(), posts=[stamp, msgspec.structs.replace(stamp, **changes)])

    check("no_post_is_there_twice", records, f"warn: Posts of the week share their {shared}.")


def test_what_posts_share_is_listed_with_its_value() -> None:
    records = msgspec.structs.replace(
        plain_week(), posts=[PostStamp(n, "strength", "", f"{n}" * 64) for n in (7, 8, 9)]
    )
    verdict = verdict_on("no_post_is_there_twice", records)

    assert verdict.rows == ({"same": "program", "value": "strength", "posts": 3},)


def test_two_programs_in_a_week_are_fine() -> None:
    posts = [*plain_week().posts, PostStamp(8, "gymnastics", "2021-02-28T20:00:00", "bb" * 32)]
    records = msgspec.structs.replace(plain_week(), posts=posts)

    check("no_post_is_there_twice", records, "holds: 2 posts, all different.")


# ---------------------------------------------------------------------------------------------- volume
def test_one_session_less_than_ever_is_a_warning_and_two_are_an_error() -> None:
    check(
        "session_count_is_usual",
        plain_week(days=(0, 1, 2, 4)),
        "warn: 4 sessions, against 5 each in the past 10 weeks.",
        past=PAST,
    )
    check(
        "session_count_is_usual",
        plain_week(days=(0, 1, 2)),
        "error: 3 sessions, against 5 each in the past 10 weeks.",
        past=PAST,
    )


def test_too_little_history_is_silent_and_eight_weeks_are_enough() -> None:
    claim, week = "session_count_is_usual", plain_week(days=(0,))
    uncompared = "holds: 1 session, not compared with the past"

    verdict = check(claim, week, f"{uncompared}: 7 earlier weeks with sessions, 8 needed.", past=PAST[:7])
    assert verdict.rows == ()
    assert verdict.numbers == {"sessions": 1, "past_weeks": 7}
    check(claim, week, f"{uncompared}: 1 earlier week with sessions, 8 needed.", past=PAST[:1])
    check(claim, week, "error: 1 session, against 5 each in the past 8 weeks.", past=PAST[:8])


def test_weeks_that_come_later_or_hold_nothing_are_no_past() -> None:
    later = [volume_of(plain_week(WEEK + dt.timedelta(weeks=n))) for n in range(1, 20)]
    empty = [volume_of(not_published(WEEK - dt.timedelta(weeks=n))) for n in range(1, 20)]

    check(
        "exercise_count_is_usual",
        plain_week(days=(0,)),
        "holds: 1 exercise, not compared with the past: 0 earlier weeks with sessions, 8 needed.",
        past=later + empty,
    )


def test_a_misread_repetition_count_stands_out_as_lifts() -> None:
    misread = session_of("A.", "5 sets of:", "Back Squat x 300 reps @ 70%")
    records = msgspec.structs.replace(plain_week(), records=[misread, *plain_week().records[1:]])

    verdict = check(
        "lift_count_is_usual", records, "error: 1560 lifts, against 75 each in the past 10 weeks.", past=PAST
    )
    assert verdict.numbers["lifts"] == 1560


def test_a_week_s_volume_counts_every_exercise_and_the_lifts_of_the_training_load() -> None:
    lines = (
        "4 sets of:",
        "Back Squat or Front Squat x 5 @ 70%",
        "Snatch or Power Snatch x 3 @ 70%",
        "B.",
        "Three sets of:",
        "Dips x 8 reps",
    )
    undated = msgspec.structs.replace(plain_week().records[0], date=None, weekday=None, segments=[])
    records = msgspec.structs.replace(plain_week(), records=[session_of("A.", *lines), undated])

    assert volume_of(records) == Volume(
        WEEK, sessions=2, exercises=5, lifts=4 * (5 + 3), training_days=frozenset({"mon"})
    )


def test_a_range_of_repetitions_makes_whole_lifts() -> None:
    session = session_of("A.", "3 sets of:", "Back Squat x 2-3 reps @ 70%")
    volume = volume_of(msgspec.structs.replace(plain_week(), records=[session]))

    assert (volume.lifts, type(volume.lifts)) == (8, int), "3 × 2.5 is 7.5, and half goes to the even number"


def test_an_unpublished_week_is_not_compared_with_the_past() -> None:
    check(
        "lift_count_is_usual",
        not_published(),
        "holds: 0 lifts, not compared with the past: the week has no session.",
        past=[volume_of(week) for week in weeks_before(WEEK, 26)],
    )


def test_a_past_that_varies_is_told_by_its_ends() -> None:
    check(
        "session_count_is_usual",
        plain_week(),
        "holds: 5 sessions, against 4 to 5 in the past 10 weeks.",
        past=[*PAST[1:], volume_of(plain_week(WEEK - dt.timedelta(weeks=11), days=(0, 1, 2, 4)))],
    )


def test_a_breach_is_compared_with_what_is_usual_not_with_the_ends_of_the_past() -> None:
    past = [
        replace(volume, lifts=lifts)
        for volume, lifts in zip(PAST, (41, *range(185, 200, 2), 302), strict=True)
    ]
    (breach,) = (
        verdict for verdict in judge(Case(plain_week(), past=past)) if verdict.claim == "lift_count_is_usual"
    )
    assert breach.says == "75 lifts, against a usual 177 to 207 in the past 10 weeks."


@given(st.lists(st.integers(0, 500), min_size=8, max_size=26), st.integers(0, 600))
def test_the_usual_range_holds_exactly_the_values_that_are_no_breach(past: list[int], value: int) -> None:
    least, most = usual_range(past, 1.645)
    assert (least <= value <= most) == (abs(robust_z(value, past)) <= 1.645)


def test_the_robust_z_of_a_constant_past_is_finite() -> None:
    assert robust_z(4, [5] * 10) == -2
    assert robust_z(5, [5] * 10) == 0


def test_the_robust_z_is_the_distance_from_the_median_in_median_deviations() -> None:
    past = [2, 4, 6, 8, 10]  # median 6, median absolute deviation 2
    assert robust_z(9, past) == pytest.approx(3 * 0.6745 / 2)
    assert robust_z(3, past) == pytest.approx(-3 * 0.6745 / 2)
    assert robust_z(110, [100] * 8) == pytest.approx(2), "10 in units of a twentieth of the median"


def test_the_past_is_the_newest_earlier_weeks_with_sessions_in_order() -> None:
    weeks = [volume_of(week) for week in weeks_before(WEEK, 4)]
    empty = volume_of(not_published(WEEK - dt.timedelta(weeks=9)))
    this = volume_of(plain_week())

    assert past_of(WEEK, [this, *reversed(weeks), empty], 26) == weeks
    assert past_of(WEEK, weeks, 3) == weeks[1:]


def test_rest_days_and_optional_days_are_no_training_days() -> None:
    kinds = ("training", "test", "rest", "optional")
    week = plain_week(days=range(4))
    for n, kind in enumerate(kinds):
        week = with_session(week, n, kind=kind)

    assert volume_of(week).training_days == {"mon", "tue"}
    assert volume_of(with_session(week, 0, weekday=None)).training_days == {"tue"}


@pytest.mark.parametrize(
    ("lifts", "outcome"),
    [(75, "holds"), (81, "holds"), (82, "warn"), (87, "warn"), (88, "error"), (62, "error")],
)
def test_a_count_beyond_a_z_of_1_645_is_a_warning_and_beyond_3_291_an_error(lifts: int, outcome: str) -> None:
    """The past does not vary, so a z of 1 is a twentieth of 75 lifts: 3.75."""
    lines = ("A.", "1 set of:", f"Snatch x {lifts} reps @ 70%")
    records = WeekRecords(WEEK, Outcome.PUBLISHED, [], [session_of(*lines)])
    verdict = verdict_on("lift_count_is_usual", records, past=PAST)

    assert ("holds" if verdict.passed else verdict.grade) == outcome
    assert verdict.rows == ()
    assert verdict.numbers == {
        "lifts": lifts,
        "past_weeks": 10,
        "robust_z": round((lifts - 75) / 3.75, 2),
    }


@given(st.lists(st.integers(0, 500), min_size=8, max_size=26), st.integers(0, 500))
def test_the_robust_z_grows_with_the_value_and_is_never_infinite(past: list[int], value: int) -> None:
    assert robust_z(value, past) < robust_z(value + 1, past) < float("inf")


# --------------------------------------------------------------------------------------- understanding
def test_a_week_of_notes_shows_the_lines_that_were_not_understood() -> None:
    verdict = check(
        "most_lines_are_understood",
        plain_week(days=(0,), notes=("Stay tight 0", "Stay tight 1")),
        "warn: 65% of 17 words of work understood.",
    )
    assert verdict.rows[0] == {"post_id": 7, "line": 4, "text": "Stay tight 0", "unread": 3}
    assert verdict.numbers == {"words": 17, "unread": 6, "share_read": 0.6471}


def test_talk_without_a_figure_is_no_work_that_was_not_understood() -> None:
    week = plain_week(days=(0,), notes=["Stay tight"] * 9)
    assert verdict_on("most_lines_are_understood", week).numbers["unread"] == 0
    assert verdict_on("most_lines_are_understood", not_published()).numbers["share_read"] == 1


def test_words_left_unread_in_a_line_of_work_are_counted() -> None:
    line = "Back Squat x 5 reps @ 70% like a gazelle"
    week = msgspec.structs.replace(plain_week(days=(0,)), records=[session_of("A.", line)])
    assert verdict_on("most_lines_are_understood", week).numbers["unread"] == 3


def test_other_versions_of_the_work_are_not_counted_as_exercises() -> None:
    lines = ("A.", "Three sets of:", "Dips x 6 reps", "Scaled:", "Rows x 6 reps")
    week = msgspec.structs.replace(plain_week(days=(0,)), records=[session_of(*lines)])
    assert volume_of(week).exercises == 1


def test_a_preamble_carried_by_every_record_counts_once() -> None:
    week = plain_week()
    preamble = [Line(99, "Stay tight 3", "note", "")]
    records = [msgspec.structs.replace(r, preamble=preamble) for r in week.records]

    verdict = verdict_on("most_lines_are_understood", msgspec.structs.replace(week, records=records))
    assert verdict.numbers["unread"] == 3


@pytest.mark.parametrize(
    ("claim", "code", "says"),
    [
        ("every_load_is_readable", "unreadable_load", "1 load without a readable weight."),
        ("no_percent_is_ambiguous", "ambiguous_reference", "1 percentage of an ambiguous maximum."),
        (
            "every_post_is_dated_near_its_publication",
            "date_contradiction",
            "1 post published more than two weeks from the days it names.",
        ),
    ],
)
def test_a_diagnostic_is_shown_with_its_line(claim: str, code: str, says: str) -> None:
    verdict = check(claim, with_session(plain_week(), 0, diagnostics=[a_diagnostic(code)]), f"warn: {says}")

    assert verdict.rows == (
        {
            "date": "2021-03-01",
            "post_id": 7,
            "line": 3,
            "text": "Back Squat x 3 reps @ 70%",
            "message": "says why",
        },
    )


def test_a_diagnostic_about_the_whole_post_counts_once() -> None:
    week = plain_week()
    found = [a_diagnostic("unreadable_load", None)]
    records = [msgspec.structs.replace(r, diagnostics=found) for r in week.records]

    verdict = verdict_on("every_load_is_readable", msgspec.structs.replace(week, records=records))
    assert len(verdict.rows) == 1


def test_a_diagnostic_of_the_whole_post_has_no_line_and_no_text() -> None:
    record = with_session(plain_week(), 0, date=None, diagnostics=[a_diagnostic("unreadable_load", None)])
    (row,) = verdict_on("every_load_is_readable", record).rows

    assert row == {"date": "", "post_id": 7, "line": None, "text": "", "message": "says why"}


def test_a_diagnostic_of_a_line_the_record_lacks_has_no_text() -> None:
    record = with_session(plain_week(), 0, diagnostics=[a_diagnostic("unreadable_load", 99)])
    (row,) = verdict_on("every_load_is_readable", record).rows

    assert (row["line"], row["text"]) == (99, "")


def test_an_undated_training_day_without_an_exercise_is_shown_without_a_date() -> None:
    week = with_session(plain_week(), 0, date=None, segments=[])
    assert verdict_on("every_training_day_has_a_session", week).rows[0]["date"] == ""


def test_a_count_exactly_at_a_threshold_is_within_it() -> None:
    """Five sessions in each past week: one session is a z of 2."""
    limits = replace(LIMITS, warn_beyond_z=2.0, error_beyond_z=4.0)
    for sessions, outcome in ((4, "holds"), (3, "warn"), (2, "error")):
        week = plain_week(days=range(sessions))
        verdict = verdict_on("session_count_is_usual", week, past=PAST, limits=limits)
        assert ("holds" if verdict.passed else verdict.grade) == outcome


def test_the_same_line_of_two_posts_is_two_lines() -> None:
    week = plain_week()
    found = [a_diagnostic("unreadable_load")]
    first, second = (msgspec.structs.replace(r, diagnostics=found) for r in week.records[:2])
    records = [first, msgspec.structs.replace(second, post_id=8)]

    check(
        "every_load_is_readable",
        msgspec.structs.replace(week, records=records),
        "warn: 2 loads without a readable weight.",
    )


def test_a_complex_with_one_unknown_part_has_an_unknown_movement() -> None:
    record = session_of("A.", "3 sets of:", "(Clean + Zercher Wobble) x 2 @ 60 kg", "Snatch x 2 @ 60 kg")
    verdict = verdict_on("most_movements_are_known", WeekRecords(WEEK, Outcome.PUBLISHED, [], [record]))

    assert verdict.numbers == {"exercises": 2, "unknown": 1}


def test_one_unknown_movement_in_five_is_too_many_and_is_named() -> None:
    strange = session_of("A.", "3 sets of:", "Sled Tango x 9 meters")
    records = msgspec.structs.replace(plain_week(), records=[strange, *plain_week().records[1:]])

    verdict = check("most_movements_are_known", records, "warn: 1 of 5 exercises with an unknown movement.")
    assert verdict.rows[0]["text"] == "Sled Tango x 9 meters"


def test_one_unknown_movement_in_twenty_is_few_and_one_in_nineteen_is_not() -> None:
    for known, outcome in ((19, "holds: 1 of 20"), (18, "warn: 1 of 19")):
        lines = ("A.", "3 sets of:", *["Back Squat x 3 reps @ 70%"] * known, "Sled Tango x 9 meters")
        records = msgspec.structs.replace(plain_week(), records=[session_of(*lines)])

        verdict = check("most_movements_are_known", records, f"{outcome} exercises with an unknown movement.")
        assert verdict.numbers == {"exercises": known + 1, "unknown": 1}
        assert len(verdict.rows) == (not verdict.passed)


# ---------------------------------------------------------------------------------------------- stored
def test_records_that_read_back_as_parsed_hold() -> None:
    verdict = judge_stored(plain_week(), plain_week())

    assert verdict.passed
    assert verdict.says == "5 sessions, all read back as parsed."


def test_every_difference_between_table_and_posts_is_named() -> None:
    week = plain_week(days=(0, 1, 2, 4))
    parsed = msgspec.structs.replace(week, records=week.records[:3])
    found = with_session(msgspec.structs.replace(week, records=week.records[1:]), 0, label="other")

    verdict = judge_stored(parsed, found)
    assert not verdict.passed
    assert verdict.grade == "error"
    assert [(row["date"], row["stored"]) for row in verdict.rows] == [
        ("2021-03-01", "missing"),
        ("2021-03-02", "different"),
        ("2021-03-05", "unexpected"),
    ]


def test_a_week_the_table_does_not_have_is_an_error() -> None:
    verdict = judge_stored(plain_week(), None)
    assert (verdict.passed, verdict.grade) == (False, "error")
    assert verdict.says == "The session table does not have this week."


def test_another_outcome_in_the_table_is_an_error() -> None:
    assert judge_stored(not_published(), EMPTY).grade == "error"
    assert not judge_stored(not_published(), EMPTY).passed
    assert judge_stored(not_published(), EMPTY).week == WEEK
    assert judge_stored(not_published(), EMPTY).says == "Stored as no_session, parsed as not_published."


def test_sessions_under_other_keys_are_missing_and_unexpected() -> None:
    verdict = judge_stored(plain_week(days=(0,)), with_session(plain_week(days=(0,)), 0, session="x/7/1"))

    assert verdict.says == "2 sessions stored differently from what was parsed."
    assert verdict.rows == (
        {"date": "2021-03-01", "session": "strength/7/1", "stored": "missing"},
        {"date": "2021-03-01", "session": "x/7/1", "stored": "unexpected"},
    )


def test_why_a_week_may_not_be_stored_is_said_in_one_text() -> None:
    assert unsound(plain_week()) == ""
    week = with_session(plain_week(), 0, date=dt.date(2021, 3, 31))
    assert unsound(week) == "1 session dated outside the week of 2021-03-01."
    twice = with_session(with_session(week, 1, date=WEEK), 2, date=WEEK)
    assert unsound(twice) == "1 session dated outside the week of 2021-03-01. 1 key used more than once."


# ------------------------------------------------------------------------------------------- the table
def test_severities_and_thresholds() -> None:
    assert BLOCKING == (
        "every_date_falls_in_the_week",
        "every_session_has_its_own_key",
        "a_week_with_sessions_stays_filled",
    )
    assert [name for name, claim in CLAIMS.items() if claim.stage == "stored"] == [
        "stored_records_equal_parsed_records"
    ]
    assert [name for name, claim in CLAIMS.items() if claim.grade == "warn"] == [
        "most_lines_are_understood",
        "every_load_is_readable",
        "most_movements_are_known",
        "no_percent_is_ambiguous",
        "no_post_is_there_twice",
        "the_week_is_published",
        "every_post_is_dated_near_its_publication",
        "every_post_is_still_listed",
        "every_post_is_well_formed",
        "every_post_is_read_whole",
    ]


def test_a_breach_is_never_graded_worse_than_the_table_says() -> None:
    spoilt = with_session(plain_week(days=(0,), notes=["Stay tight"] * 9), 0, date=None, segments=[])
    for verdict in judge(Case(spoilt, past=PAST, table=IN_TABLE, gone=[7])):
        assert verdict.grade == CLAIMS[verdict.claim].grade or verdict.grade == "warn"


def test_every_claim_is_a_sentence_and_says_what_to_do() -> None:
    for claim in CLAIMS.values():
        assert claim.says.endswith(".")
        assert len(claim.act) > 40
        assert claim.grade == "error" or not claim.blocking
