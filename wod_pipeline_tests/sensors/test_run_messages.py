"""The run messages over a real instance: which runs are told of, in which words, and that none is lost."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import msgspec
import pytest

from wod_pipeline import errors
from wod_pipeline.adapters import open_lake, open_table
from wod_pipeline.definitions import build_defs
from wod_pipeline.errors import (
    SourceError,
    SourceRefused,
    SourceUnavailable,
    StorageError,
    StorageRefused,
    StorageUnavailable,
)
from wod_pipeline.jobs import TRAINING_WEEK, range_tags
from wod_pipeline.messages import Links
from wod_pipeline.parser_version import PARSER_VERSION
from wod_pipeline.parsing import structure_post
from wod_pipeline.program import Diagnostic, ParsedPost, RawPost, Rendered
from wod_pipeline.resources import lake
from wod_pipeline.sensors.run_messages import (
    REMEMBERED,
    RunMessagesState,
    RunMessagesTick,
    run_messages_sensor,
)
from wod_pipeline.settings import load_settings
from wod_pipeline.weeks import WEEK
from wod_pipeline_tests.builders import MONDAY, edited, raw_post
from wod_pipeline_tests.fakes import FakeSource, lake_around, source_around, table_around, use_parser_version
from wod_pipeline_tests.sensors.world import Phone, notifier_around

UTC = dt.timezone.utc
BY_SENSOR = {"dagster/sensor_name": "new_posts"}
LOG = logging.getLogger("sensor")


class Office:
    """An instance in which runs end, and the sensor that tells of them."""

    def __init__(self, folder: Path, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        settings = load_settings({"WOD_DATA_DIR": str(folder), "WOD_START_WEEK": "2026-01-05"})
        self.source = FakeSource([raw_post(monday=MONDAY + n * WEEK, number=n + 1) for n in range(3)])
        self.table = open_table(settings)
        self.phone = Phone()
        self.lake = lake_around(open_lake(settings))
        self.job = build_defs(settings, source=source_around(self.source)).resolve_job_def(TRAINING_WEEK)
        links = Links("http://dagster.example")
        self.ticker = RunMessagesTick(instance, links, table_around(self.table), self.phone, self.lake, LOG)
        self.state = RunMessagesState(dt.datetime.now(UTC) - dt.timedelta(minutes=1))

    def run(self, tags: dict[str, str], *weeks: dt.date) -> dg.ExecuteInProcessResult:
        many = range_tags((weeks[0], weeks[-1])) if len(weeks) > 1 else {}
        return self.job.execute_in_process(
            instance=self.instance,
            partition_key=str(weeks[0]) if len(weeks) == 1 else None,
            tags={**tags, **many},
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )

    def tick(self) -> list[str]:
        """One tick, the cursor through its text form; the subjects received by it."""
        before = len(self.phone.received)
        state = msgspec.json.decode(msgspec.json.encode(self.state), type=RunMessagesState)
        self.state, _ = self.ticker.run(dt.datetime.now(UTC), state)
        return [message.subject for message in self.phone.received[before:]]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield Office(tmp_path, instance)


def test_a_week_requested_by_a_sensor_is_told_of_in_a_few_lines(office: Office) -> None:
    result = office.run(BY_SENSOR, MONDAY)

    assert office.tick() == ["Training week of Mon 2 Mar is here: 3 sessions"]
    assert office.phone.received[0].text == (
        "Monday 2 March 2026, 3 sessions:\n"
        "- Mon 2 Mar: Snatch\n"
        "- Wed 4 Mar: rest\n"
        "- Fri 6 Mar: Back Squat\n"
        f"Look: http://dagster.example/runs/{result.run_id}"
    )
    assert office.tick() == []


def test_an_edited_week_is_told_of_as_updated_and_an_unchanged_one_not_at_all(office: Office) -> None:
    office.run(BY_SENSOR, MONDAY)
    office.tick()
    office.run(BY_SENSOR, MONDAY)
    assert office.tick() == []

    office.source.posts[0] = edited(office.source.posts[0], "Snatch</a> x 2", "Snatch</a> x 3")
    office.run({"dagster/schedule_name": "weekly"}, MONDAY)
    assert office.tick() == ["Training week of Mon 2 Mar was updated: 3 sessions"]


def test_an_update_says_what_changed_in_a_line_each(office: Office) -> None:
    office.run(BY_SENSOR, MONDAY)
    office.tick()
    office.source.posts[0] = edited(office.source.posts[0], "75%", "80%")
    office.run(BY_SENSOR, MONDAY)
    office.tick()
    assert office.phone.received[1].text.splitlines()[:4] == [
        "What changed:",
        "- Fri 6 Mar: A Back Squat 3x5 75% → A Back Squat 3x5 80%",
        "The week now:",
        "Monday 2 March 2026, 3 sessions:",
    ]


def test_an_edit_of_the_date_alone_says_that_the_sessions_are_the_same(office: Office) -> None:
    office.run(BY_SENSOR, MONDAY)
    office.tick()
    later = {"date": "2026-03-01T18:00:00", "modified_gmt": "2026-03-02T02:00:00"}
    office.source.posts[0] = msgspec.structs.replace(office.source.posts[0], **later)
    office.run(BY_SENSOR, MONDAY)
    office.tick()
    assert office.phone.received[1].text.startswith("The sessions are the same;")


def test_a_week_that_a_newer_parser_reads_alike_is_not_told_of(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.run(BY_SENSOR, MONDAY)
    office.tick()
    use_parser_version(monkeypatch, PARSER_VERSION + 1)
    office.run(BY_SENSOR, MONDAY)
    assert office.tick() == []
    stored = office.table.read_week(MONDAY)
    assert stored
    assert {one.parser for one in (*stored.posts, *stored.records)} == {PARSER_VERSION + 1}


def test_of_several_weeks_those_that_a_newer_parser_reads_alike_are_not_told_of(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    weeks = MONDAY, MONDAY + WEEK
    office.run(BY_SENSOR, *weeks)
    office.tick()
    use_parser_version(monkeypatch, PARSER_VERSION + 1)
    office.source.posts[1] = edited(office.source.posts[1], "75%", "80%")
    office.run(BY_SENSOR, *weeks)
    assert office.tick() == ["Training week of Mon 9 Mar was updated: 3 sessions"]


def read_differently(monkeypatch: pytest.MonkeyPatch, change: Callable[[ParsedPost], ParsedPost]) -> None:
    """Let a newer parser make something else of each post."""
    use_parser_version(monkeypatch, PARSER_VERSION + 1)
    monkeypatch.setattr(
        "wod_pipeline.assets.sessions.structure_post", lambda post: change(structure_post(post))
    )


def test_an_update_by_a_newer_parser_says_that_the_post_is_as_it_was(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.run(BY_SENSOR, MONDAY)
    office.tick()
    read_differently(monkeypatch, lambda post: msgspec.structs.replace(post, sessions=post.sessions[1:]))
    office.run(BY_SENSOR, MONDAY)
    office.tick()
    assert office.phone.received[1].text.splitlines()[:3] == [
        "What changed:",
        "- the post is as it was; this program's parser reads it differently",
        "- no longer: Mon 2 Mar, Snatch",
    ]


def test_what_a_newer_parser_reads_differently_without_a_visible_change_is_not_told_of(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.run(BY_SENSOR, MONDAY)
    office.tick()
    found = [Diagnostic("some_code", "info", None, "By the way.")]
    read_differently(monkeypatch, lambda post: msgspec.structs.replace(post, diagnostics=found))
    office.run(BY_SENSOR, MONDAY)
    assert office.tick() == []


def redated(post: RawPost, monday: dt.date) -> RawPost:
    """The post after the coach dated it for another week."""
    other = raw_post(monday=monday, number=post.id)
    return msgspec.structs.replace(other, modified_gmt="2026-03-20T00:00:00")


@pytest.mark.parametrize("weeks", [(MONDAY,), (MONDAY + 3 * WEEK,), (MONDAY, MONDAY + 3 * WEEK)], ids=str)
def test_the_week_that_lost_its_post_gets_its_message_whichever_side_is_run(
    office: Office, weeks: tuple[dt.date, ...]
) -> None:
    office.run(BY_SENSOR, MONDAY)
    office.tick()
    office.source.posts[0] = redated(office.source.posts[0], MONDAY + 3 * WEEK)
    office.run(BY_SENSOR, *weeks)
    office.tick()
    (message,) = [message for message in office.phone.received if message.kind == "week_withdrawn"]
    assert message.week == str(MONDAY)
    assert message.text.splitlines()[0] == (
        "The week of Mon 2 Mar was withdrawn; its post is now dated Mon 23 Mar."
    )
    of_post = [r.week for r in office.table.read_dates(MONDAY, MONDAY + 4 * WEEK) if r.post_id == 1]
    assert of_post == [MONDAY + 3 * WEEK] * (3 * (MONDAY + 3 * WEEK in weeks))


MOVED = "The week of Mon 2 Mar was withdrawn; its post is now dated Mon 23 Mar."


def test_a_week_that_a_person_withdrew_is_told_and_what_the_person_stored_is_not(office: Office) -> None:
    office.run(BY_SENSOR, MONDAY)
    office.tick()
    office.source.posts[0] = redated(office.source.posts[0], MONDAY + 3 * WEEK)
    office.run({}, MONDAY + 3 * WEEK)
    assert office.tick() == [office.phone.received[-1].subject]
    assert (office.phone.received[-1].kind, office.phone.received[-1].week) == ("week_withdrawn", str(MONDAY))


def test_a_backfill_tells_of_the_weeks_it_withdrew_in_one_message_beside_its_summary(office: Office) -> None:
    of_backfill = {"dagster/backfill": "abcdef"}
    office.run(of_backfill, MONDAY, MONDAY + WEEK)
    posts = office.source.posts
    posts[0] = redated(posts[0], MONDAY + 3 * WEEK)
    office.run(of_backfill, MONDAY)
    _, one = office.ticker._messages_of_backfill("abcdef", MONDAY, succeeded=True)
    assert (one.week, one.text.splitlines()[0]) == (str(MONDAY), MOVED)
    posts[1] = redated(posts[1], MONDAY + 4 * WEEK)
    office.run(of_backfill, MONDAY + WEEK)
    _, both = office.ticker._messages_of_backfill("abcdef", MONDAY, succeeded=True)
    assert both.text.splitlines() == [
        "2 weeks had sessions and have none now:",
        "- 2026-03-02; its post is now dated Mon 23 Mar",
        "- 2026-03-09; its post is now dated Mon 30 Mar",
        "Look: http://dagster.example/runs/b/abcdef",
    ]


def test_a_run_that_withdraws_many_weeks_tells_of_them_in_one_message(office: Office) -> None:
    office.source.posts = [raw_post(monday=MONDAY + n * WEEK, number=n + 1) for n in range(4)]
    weeks = [MONDAY + n * WEEK for n in range(4)]
    office.run({}, *weeks)
    office.source.posts = [redated(post, MONDAY + 4 * WEEK) for post in office.source.posts]
    office.run({}, *weeks)
    assert office.tick() == ["4 training weeks withdrawn: 2026-03-02 to 2026-03-23"]


def test_a_week_withdrawn_before_anybody_was_told_of_it_is_told_once(office: Office) -> None:
    office.run(BY_SENSOR, MONDAY)
    office.source.posts[0] = redated(office.source.posts[0], MONDAY + 3 * WEEK)
    office.run(BY_SENSOR, MONDAY)
    assert office.tick() == ["Training week of Mon 2 Mar was withdrawn"]


def test_a_run_that_fails_after_storing_its_week_tells_of_both(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise StorageRefused("Permission denied.")

    monkeypatch.setattr("wod_pipeline.reading.calendar.week_calendar", refuse)
    assert not office.run(BY_SENSOR, MONDAY).success
    assert office.tick() == [
        "Run of training_week for the week of 2026-03-02 failed in session_calendar",
        "Training week of Mon 2 Mar is here: 3 sessions",
    ]


def test_a_replaced_post_is_named_in_the_update_of_its_week(office: Office) -> None:
    office.run(BY_SENSOR, MONDAY)
    office.tick()
    office.source.posts[0] = msgspec.structs.replace(office.source.posts[0], id=50)
    office.run(BY_SENSOR, MONDAY)
    office.tick()
    assert len(office.table.read_dates(MONDAY, MONDAY + WEEK)) == 3
    assert office.phone.received[1].text.splitlines()[:2] == [
        "What changed:",
        (
            "- its post 1 “March 2, 2026 - March 8, 2026 Gym Plan” is no longer on the site and was replaced by "
            "post 50"
        ),
    ]


def test_several_weeks_in_one_run_are_one_message(office: Office) -> None:
    office.run(BY_SENSOR, MONDAY, MONDAY + WEEK, MONDAY + 2 * WEEK)

    assert office.tick() == ["3 training weeks here: 2026-03-02 to 2026-03-16"]


def test_of_several_weeks_those_that_were_stored_before_are_told_apart(office: Office) -> None:
    office.run({}, MONDAY)
    office.tick()
    office.source.posts[0] = edited(office.source.posts[0], "Snatch</a> x 2", "Snatch</a> x 3")
    office.run(BY_SENSOR, MONDAY, MONDAY + WEEK)

    assert office.tick() == ["2 training weeks here (1 new, 1 updated): 2026-03-02 to 2026-03-09"]
    assert office.phone.received[-1].text.splitlines()[1:4] == [
        "- 2026-03-02, updated",
        "  - Mon 2 Mar: A Snatch 5x2 70% → A Snatch 5x3 70%",
        "- 2026-03-09, new",
    ]


def test_a_week_run_by_hand_needs_no_message(office: Office) -> None:
    office.run({}, MONDAY)

    assert office.tick() == []


def test_an_unpublished_week_is_no_news(office: Office) -> None:
    office.run(BY_SENSOR, MONDAY - WEEK)

    assert office.tick() == []


def test_a_failed_run_tells_step_reason_and_whether_a_rerun_helps(office: Office) -> None:
    office.source.failing = {MONDAY: SourceUnavailable("https://coach.example did not answer within 30 s.")}
    office.run(BY_SENSOR, MONDAY)

    assert office.tick() == ["Run of training_week for the week of 2026-03-02 failed in raw_posts"]
    text = office.phone.received[0].text
    assert "https://coach.example did not answer within 30 s." in text
    assert "What to do: A rerun can clear this" in text


def text_of_failure(office: Office) -> list[str]:
    """The lines of the one message about a failed run, without the link."""
    office.tick()
    (message,) = office.phone.received
    assert message.kind == "run_failed"
    return message.text.splitlines()[:-1]


HELPS = "What to do: A rerun can clear this; the next schedule or sensor tick may do it for you."
NO_HELP = "What to do: A rerun alone will not help: clear the reason first."
UNKNOWN = "What to do: Look at the run's log before running it again."


@pytest.mark.parametrize(
    ("error", "advice"), [(SourceUnavailable("x"), HELPS), (SourceRefused("x"), NO_HELP)]
)
def test_whether_a_rerun_helps_reaches_the_message_whatever_the_errors_say(
    office: Office, error: SourceError, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errors, "RERUN_SENTENCES", {True: "Once more!", False: "Never again!"})
    office.source.failing = {MONDAY: error}
    office.run(BY_SENSOR, MONDAY)

    assert text_of_failure(office) == [
        "raw_posts: These weeks could not be fetched; weeks of other chunks are stored: 2026-03-02: x",
        advice,
    ]


@pytest.mark.parametrize(
    ("second", "advice"), [(StorageUnavailable("Disk full."), HELPS), (StorageRefused("Denied."), NO_HELP)]
)
def test_weeks_that_could_not_be_stored_for_different_reasons_need_a_rerun_that_helps_them_all(
    office: Office, second: StorageError, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = {MONDAY: StorageUnavailable("Disk full."), MONDAY + WEEK: second}

    def write_stage(lake: object, stage: str, values: dict[dt.date, object]) -> dict[dt.date, object]:
        for week in values:
            raise failing[week]
        return {}

    monkeypatch.setattr(lake, "write_stage", write_stage)
    office.run(BY_SENSOR, MONDAY, MONDAY + WEEK)

    assert text_of_failure(office)[-1] == advice


def test_an_error_that_an_asset_does_not_catch_is_explained_by_its_class(office: Office) -> None:
    error = StorageUnavailable("The lake does not answer.")
    office.source.fetch_published = raising(error)  # type: ignore[method-assign]
    office.run(BY_SENSOR, MONDAY)

    assert text_of_failure(office) == ["raw_posts: The lake does not answer.", HELPS]


def test_an_error_that_is_not_ours_is_only_named(office: Office) -> None:
    office.source.fetch_published = raising(KeyError("password=hunter2"))  # type: ignore[method-assign]
    office.run(BY_SENSOR, MONDAY)

    assert text_of_failure(office) == ["raw_posts: KeyError; the run's log has the details.", UNKNOWN]


def raising(error: Exception) -> Callable[..., list[RawPost]]:
    def fails(*_: object) -> list[RawPost]:
        raise error

    return fails


def test_the_same_failure_of_a_second_try_is_not_told_again(office: Office) -> None:
    office.source.failing = {MONDAY: SourceUnavailable("https://coach.example did not answer within 30 s.")}
    office.run(BY_SENSOR, MONDAY)
    assert len(office.tick()) == 1

    office.run(BY_SENSOR, MONDAY)
    assert office.tick() == []


def test_a_blocked_week_tells_the_claim_and_that_a_rerun_alone_will_not_help(office: Office) -> None:
    office.run(BY_SENSOR, MONDAY)
    office.tick()
    emptied = Rendered("<p>No training this week.</p>")
    office.source.posts[0] = msgspec.structs.replace(
        office.source.posts[0], content=emptied, modified_gmt="2026-12-31T00:00:00"
    )
    office.run(BY_SENSOR, MONDAY)

    assert office.tick() == [
        "Run of training_week for the week of 2026-03-02 failed in a_week_with_sessions_stays_filled"
    ]
    assert office.phone.received[1].text.splitlines()[:2] == [
        (
            "a_week_with_sessions_stays_filled: Week 2026-03-02: 3 stored sessions would be lost to a week without "
            "any: its post holds no session. If they really are gone: "
            "wod materialize --week 2026-03-02 --allow-empty."
        ),
        "What to do: A rerun alone will not help: clear the reason first.",
    ]


def test_runs_of_a_backfill_are_left_to_its_summary(office: Office) -> None:
    office.run({"dagster/backfill": "abcdef"}, MONDAY)
    office.source.failing = {MONDAY: SourceUnavailable("no answer")}
    office.run({"dagster/backfill": "abcdef"}, MONDAY)

    assert office.tick() == []
    (message,) = office.ticker._messages_of_backfill("abcdef", MONDAY, succeeded=False)
    assert message.subject == "Backfill of 1 week ended with failures"
    assert message.text.splitlines()[:-1] == [
        "Runs: 1 failed, 1 succeeded.",
        "Why:",
        "- raw_posts: These weeks could not be fetched; weeks of other chunks are stored: 2026-03-02: no answer",
        "What to do: Clear the reasons, then run what is missing: wod materialize --all --missing",
    ]
    assert message.text.endswith("Look: http://dagster.example/runs/b/abcdef")


def test_a_message_lost_to_an_outage_is_sent_when_it_is_over(office: Office) -> None:
    office.run(BY_SENSOR, MONDAY)
    office.phone.down = True
    assert office.tick() == []
    assert office.tick() == []

    office.phone.down = False
    assert office.tick() == ["Training week of Mon 2 Mar is here: 3 sessions"]
    assert office.tick() == []


def test_a_message_is_still_sent_after_an_outage_of_hours(office: Office) -> None:
    office.run(BY_SENSOR, MONDAY)
    office.phone.down = True
    now = dt.datetime.now(UTC)
    state, reason = office.ticker.run(now, office.state)
    state, _ = office.ticker.run(now + dt.timedelta(hours=3), state)
    assert (state, reason) == (office.state, "0 handled; 1 message not sent yet.")

    office.phone.down = False
    state, reason = office.ticker.run(now + dt.timedelta(hours=6), state)
    assert [message.kind for message in office.phone.received] == ["week_landed"]
    assert state.read_until == now + dt.timedelta(hours=6)
    assert reason == "1 handled; 0 messages not sent yet."


def test_the_first_tick_tells_nothing_of_the_past(office: Office) -> None:
    office.run(BY_SENSOR, MONDAY)
    office.state = RunMessagesState()

    assert office.tick() == []


def test_only_the_newest_handled_runs_are_remembered(office: Office) -> None:
    result = office.run({}, MONDAY)
    office.state = msgspec.structs.replace(office.state, handled=[str(n) for n in range(REMEMBERED)])
    office.tick()

    assert office.state.handled == [*(str(n) for n in range(1, REMEMBERED)), result.run_id]


def test_the_dagster_sensor_ticks(office: Office) -> None:
    context = dg.build_sensor_context(
        instance=office.instance,
        resources={
            "session_table": table_around(office.table),
            "notifier": notifier_around(office.phone),
            "lake": office.lake,
        },
    )
    result = run_messages_sensor(load_settings({}))(context)

    assert msgspec.json.decode(result.cursor, type=RunMessagesState).read_until is not None
