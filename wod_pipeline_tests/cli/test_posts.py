"""`wod posts`: what is gone, and dropping it, by the command and by the job of the UI."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import dagster as dg
import msgspec
import pytest
from click.testing import CliRunner, Result
from icalendar import Calendar

from wod_pipeline.adapters import open_lake, open_table
from wod_pipeline.cli.materialize import materialize
from wod_pipeline.cli.posts import posts
from wod_pipeline.definitions import build_defs
from wod_pipeline.program import RawPost, encode
from wod_pipeline.running import run_weeks
from wod_pipeline.settings import Settings, load_settings
from wod_pipeline.storage.stages import calendar_key, read_stage
from wod_pipeline.weeks import WEEK
from wod_pipeline_tests.builders import MONDAY, raw_post, slug_of

OLD = raw_post("Monday", "A.", "Snatch x 3", number=1)
OTHER = raw_post("Monday", "A.", "Clean x 3", number=2, slug=slug_of(MONDAY, "masters"))


class Site:
    """A folder of posts as the source, and what was stored of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "posts"
        self.folder.mkdir()

    def list(self, *listed: RawPost) -> None:
        for path in self.folder.glob("*.json"):
            path.unlink()
        for post in listed:
            (self.folder / f"{post.id}.json").write_bytes(encode(post))

    @property
    def settings(self) -> Settings:
        return load_settings()

    def run(self) -> None:
        assert run_weeks(self.settings, [MONDAY])

    def ids(self) -> list[int]:
        value = open_table(self.settings).read_week(MONDAY)
        assert value is not None
        return [record.post_id for record in value.records]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Site:
    """A week of two programs, stored; the site has dropped the first of them, and another run has seen it."""
    monkeypatch.chdir(tmp_path)
    site = Site(tmp_path)
    monkeypatch.setenv("WOD_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    monkeypatch.setenv("WOD_SOURCE", str(site.folder))
    monkeypatch.setenv("WOD_START_WEEK", str(MONDAY))
    site.list(OLD, OTHER)
    site.run()
    site.list(OTHER)
    site.run()
    return site


def wod(*args: str, answer: str = "") -> Result:
    return CliRunner().invoke(posts, args, input=answer)


def test_a_gone_post_is_listed_with_its_week_program_and_title(site: Site) -> None:
    assert site.ids() == [1, 2]
    (line,) = wod("gone").output.splitlines()
    number, week, program, day, _, fate, *_ = line.split()
    assert (number, week, program, fate) == ("1", "2026-03-02", "gym-plan", "kept")
    assert day.startswith(str(dt.datetime.now(dt.timezone.utc).year))
    (row,) = json.loads(wod("gone", "--json").output)
    assert (row["post_id"], row["replaced_by"], row["kept"]) == (1, None, True)
    assert row["title"] == "March 2, 2026 - March 8, 2026 Gym Plan"


def test_a_dropped_post_leaves_its_week_for_good_and_is_listed_as_dropped(site: Site) -> None:
    result = wod("drop", "1", answer="y\n")
    assert result.exit_code == 0, result.output
    assert "Week 2026-03-02: 1 session removed, 1 session left." in result.output
    site.run()
    assert site.ids() == [2]
    assert "dropped" in wod("gone").output
    site.list(OLD, OTHER)
    site.run()
    assert site.ids() == [1, 2]


def test_nothing_is_dropped_without_a_yes(site: Site) -> None:
    result = wod("drop", "1", answer="n\n")
    assert (result.exit_code, site.ids()) == (1, [1, 2])
    assert "Remove the sessions of post 1 “March 2, 2026 - March 8, 2026 Gym Plan” from week 2026-03-02?" in (
        result.output
    )


def test_a_post_that_the_site_still_lists_is_not_dropped(site: Site) -> None:
    assert "The site still lists post 2" in str(wod("drop", "2", "--yes").exception)
    assert site.ids() == [1, 2]


def test_a_post_of_no_stored_week_is_named(site: Site) -> None:
    assert "No stored week was made from post 77." in str(wod("drop", "77", "--yes").exception)


def test_the_only_post_of_a_week_is_dropped_only_when_that_is_said_and_a_message_tells_of_it(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    assert wod("drop", "1", "--yes").exit_code == 0
    assert "withdrawn" not in caplog.text
    site.list()
    assert "without it the week has none" in str(wod("drop", "2", "--yes").exception)
    assert wod("drop", "2", "--yes", "--allow-empty").exit_code == 0
    assert "was withdrawn; its post 2 “March 2, 2026 - March 8, 2026 Gym Plan” was dropped" in caplog.text
    assert site.ids() == []
    site.run()
    assert site.ids() == []


@pytest.mark.parametrize("old_first", [True, False])
def test_a_post_dated_for_another_week_leaves_its_old_one_whichever_is_run_first(
    site: Site, old_first: bool
) -> None:
    later = MONDAY + WEEK
    moved = msgspec.structs.replace(
        raw_post("Monday", "A.", "Clean x 3", monday=later, number=2), modified_gmt="2026-03-20T00:00:00"
    )
    site.list(moved)
    dated = []
    for week in [MONDAY, later] if old_first else [later, MONDAY]:
        assert run_weeks(site.settings, [week])
        dated.append(
            [(r.post_id, r.week) for r in open_table(site.settings).read_dates(MONDAY, later + WEEK)]
        )
    assert dated[-1] == [(1, MONDAY), (2, later)]
    assert (2, MONDAY) not in dated[0]


def test_a_run_says_which_week_lost_its_sessions_and_which_to_run_next(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    later = MONDAY + WEEK
    moved = [
        msgspec.structs.replace(
            raw_post("Monday", "A.", "Jerk x 3", monday=later, number=number),
            modified_gmt="2026-03-20T00:00:00",
        )
        for number in (1, 2)
    ]
    site.list(*moved)
    capsys.readouterr()
    site.run()
    said = capsys.readouterr().out
    assert (
        "  2026-03-02 lost 2 sessions: post 1 is now dated Mon 9 Mar; post 2 is now dated Mon 9 Mar" in said
    )
    assert "    run that week too: wod materialize --week 2026-03-09" in said


def test_a_run_of_the_new_week_says_that_the_old_one_lost_its_sessions(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    later = MONDAY + WEEK
    moved = raw_post("Monday", "A.", "Jerk x 3", monday=later, number=2)
    site.list(msgspec.structs.replace(moved, modified_gmt="2026-03-20T00:00:00"))
    capsys.readouterr()
    assert run_weeks(site.settings, [later])
    assert "  2026-03-02 lost 1 session: its post is now dated Mon 9 Mar" in capsys.readouterr().out
    assert site.ids() == [1]


def test_a_run_says_when_a_run_of_the_new_week_would_not_find_the_post(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = [
        msgspec.structs.replace(
            raw_post("Monday", "A.", "Jerk x 3", monday=to, number=number, date=post.date),
            modified_gmt="2026-03-20T00:00:00",
        )
        for post, number, to in ((OLD, 1, MONDAY + WEEK), (OTHER, 2, MONDAY - 60 * WEEK))
    ]
    site.list(*moved)
    site.run()
    far = [line for line in capsys.readouterr().out.splitlines() if "it finds post" in line]
    said = (
        "    it finds post 2 only when the sensor new_posts requests it, since the post was published on 2026-03-01, "
        "far from that week: if the date in the title is wrong, correct it"
    )
    assert far == [said]


def test_a_loss_names_the_posts_that_left_now_and_not_one_that_left_before(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    later = MONDAY + WEEK

    def dated(monday: dt.date, number: int, edit: int) -> RawPost:
        post = raw_post("Monday", "A.", "Jerk x 3", monday=monday, number=number)
        return msgspec.structs.replace(post, modified_gmt=f"2026-03-{edit}T00:00:00")

    site.list(dated(later, 1, 20), OTHER)
    site.run()
    site.list(dated(MONDAY, 1, 21), dated(later, 2, 21))
    capsys.readouterr()
    assert run_weeks(site.settings, [later])
    said = capsys.readouterr().out
    assert "  2026-03-02 lost 1 session: its post is now dated Mon 9 Mar\n" in said


def test_a_post_restored_with_an_older_time_is_never_in_two_weeks_and_the_named_runs_bring_it_back(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    later = MONDAY + WEEK
    moved = raw_post("Monday", "A.", "Jerk x 3", monday=later, number=2)
    site.list(msgspec.structs.replace(moved, modified_gmt="2026-03-20T00:00:00"))
    assert run_weeks(site.settings, [later])
    site.list(OTHER)
    assert not run_weeks(site.settings, [MONDAY])
    said = capsys.readouterr()
    assert "newer revisions are stored of post 2 in week 2026-03-09" in said.out + said.err
    assert site.ids() == [1]
    for week in (later, MONDAY):
        assert run_weeks(site.settings, [week])
    assert site.ids() == [1, 2]
    assert open_table(site.settings).read_dates(later, later + WEEK) == []


def test_the_job_drops_a_post_and_records_the_week(site: Site) -> None:
    job = build_defs(site.settings).resolve_job_def("drop_post")
    config = {"ops": {"drop_gone_post": {"config": {"post_id": 1}}}}
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(run_config=config, instance=instance)
        (event,) = result.asset_materializations_for_node("drop_gone_post")
    assert (event.partition, event.metadata["sessions_deleted"].value) == ("2026-03-02", 1)
    assert site.ids() == [2]
    raw = read_stage(open_lake(site.settings), "raw_posts", [MONDAY])[MONDAY]
    assert [post.post_id for post in raw.removed] == [1]


@pytest.mark.parametrize("post_id", [0, -1, 2**63])
def test_a_number_that_no_post_has_is_refused_by_the_job_and_by_the_command(site: Site, post_id: int) -> None:
    job = build_defs(site.settings).resolve_job_def("drop_post")
    config = {"ops": {"drop_gone_post": {"config": {"post_id": post_id}}}}
    data = job.execute_in_process(run_config=config, raise_on_error=False).failure_data_for_node(
        "drop_gone_post"
    )
    assert data is not None
    assert data.user_failure_data is not None
    assert "The ids of posts are 1 to 9223372036854775807." in (data.user_failure_data.description or "")
    assert wod("drop", "--yes", "--", str(post_id)).exit_code == 2


def test_the_job_refuses_to_empty_a_week_in_a_sentence_that_says_what_to_write_into_the_launchpad(
    site: Site,
) -> None:
    assert wod("drop", "1", "--yes").exit_code == 0
    site.list()
    site.run()
    job = build_defs(site.settings).resolve_job_def("drop_post")
    config = {"ops": {"drop_gone_post": {"config": {"post_id": 2}}}}
    result = job.execute_in_process(run_config=config, raise_on_error=False)
    data = result.failure_data_for_node("drop_gone_post")
    assert data is not None
    assert data.user_failure_data is not None
    assert (data.user_failure_data.description or "").endswith(
        "Nothing was changed. If they are to go all the same: wod posts drop 2 --allow-empty, or in the launchpad of "
        "the job drop_post ops: {drop_gone_post: {config: {post_id: 2, allow_empty: true}}}. A rerun alone will not "
        "help."
    )
    assert site.ids() == [2]

    config["ops"]["drop_gone_post"]["config"]["allow_empty"] = True
    assert job.execute_in_process(run_config=config).success
    assert site.ids() == []


def stored_events(site: Site, week: dt.date) -> list[str]:
    """Post's day and status of every event in the week's stored calendar."""
    calendar = Calendar.from_ical(open_lake(site.settings).read(calendar_key(week)))
    return [f"{event.decoded('dtstart')} {event['STATUS']}" for event in calendar.walk("VEVENT")]


def test_load_and_calendar_follow_a_dropped_post_by_the_commands_that_are_named(site: Site) -> None:
    assert run_weeks(site.settings, [], derived=[MONDAY])
    assert stored_events(site, MONDAY) == ["2026-03-02 CONFIRMED"] * 2
    said = wod("drop", "1", "--yes").output
    command = f"wod materialize --week {MONDAY} --derived"
    assert said.endswith(
        f"Load and calendar follow by the sensor derived_assets, or at once with:\n  {command}\n"
    )
    assert CliRunner().invoke(materialize, command.split()[2:]).exit_code == 0
    assert sorted(stored_events(site, MONDAY)) == ["2026-03-02 CANCELLED", "2026-03-02 CONFIRMED"]


def test_load_and_calendar_of_the_week_that_a_moved_post_left_are_made_again_with_those_of_its_new_week(
    site: Site,
) -> None:
    assert run_weeks(site.settings, [], derived=[MONDAY])
    later = MONDAY + WEEK
    moved = msgspec.structs.replace(
        raw_post("Monday", "A.", "Clean x 3", monday=later, number=2), modified_gmt="2026-03-20T00:00:00"
    )
    site.list(moved)
    assert run_weeks(site.settings, [later], derived=[later])
    assert sorted(stored_events(site, MONDAY)) == ["2026-03-02 CANCELLED", "2026-03-02 CONFIRMED"]
    assert stored_events(site, later) == ["2026-03-09 CONFIRMED"]
