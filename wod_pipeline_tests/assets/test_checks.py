"""The asset checks in real runs, over one week and over many: what they report, and what they keep out."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import dagster as dg
import msgspec
import pytest

from wod_pipeline.adapters import open_lake, open_table
from wod_pipeline.assets import stale_weeks
from wod_pipeline.assets.checks import RECORDS, TABLE_ROWS, name_others, read_back, results, summary
from wod_pipeline.assets.earlier_breaches import EarlierResult, fold
from wod_pipeline.definitions import build_defs
from wod_pipeline.jobs import TRAINING_WEEK, range_tags
from wod_pipeline.program import RawPost, Rendered, WeekRecords
from wod_pipeline.quality import CLAIMS, Verdict
from wod_pipeline.quality._claims import BLOCKING
from wod_pipeline.resources.records import RecordsResource
from wod_pipeline.settings import Settings, load_settings
from wod_pipeline.storage.stages import REVISIONS, read_stage, stage_key, write_stage
from wod_pipeline.weeks import WEEK
from wod_pipeline_tests.builders import MONDAY, raw_post
from wod_pipeline_tests.fakes import FakeSource, source_around

PARSED = dg.AssetKey("segmented_exercises")


class Platform:
    """The definitions over a folder and SQLite, with a source of posts in memory."""

    def __init__(self, folder: Path, posts: list[RawPost], *, allow_empty: bool = False) -> None:
        environ = {"WOD_DATA_DIR": str(folder), "WOD_START_WEEK": "2026-01-05"}
        self.settings: Settings = load_settings(environ, dotenv=folder / "none")
        self.source = FakeSource(posts)
        defs = build_defs(self.settings, allow_empty=allow_empty, source=source_around(self.source))
        self.job = defs.resolve_job_def(TRAINING_WEEK)
        self.instance: dg.DagsterInstance | None = None

    def run(self, first: dt.date, last: dt.date | None = None, *assets: str) -> dg.ExecuteInProcessResult:
        one = last is None or first == last
        tags = {} if last is None or one else range_tags((first, last))
        return self.job.execute_in_process(
            instance=self.instance,
            partition_key=str(first) if one else None,
            tags=tags,
            asset_selection=[dg.AssetKey(asset) for asset in assets] or None,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )

    def stored(self, week: dt.date) -> WeekRecords | None:
        return open_table(self.settings).read_week(week)


def emptied(post: RawPost) -> RawPost:
    """The post after the coach replaced it by an announcement."""
    return msgspec.structs.replace(
        post, content=Rendered("<p>No training this week.</p>"), modified_gmt="2026-12-31T00:00:00"
    )


def breaches(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    """What the checks found, by claim."""
    return {
        found.check_name: f"{found.severity.value}: {found.description}"
        for found in result.get_asset_check_evaluations()
        if not found.passed
    }


def test_a_good_week_holds_every_claim_and_each_says_which_week(tmp_path: Path) -> None:
    result = Platform(tmp_path, [raw_post()]).run(MONDAY)

    *found, of_all_weeks = result.get_asset_check_evaluations()
    assert result.success
    assert breaches(result) == {}
    assert of_all_weeks.check_name == stale_weeks.NAME
    assert [check.check_name for check in found] == list(CLAIMS)
    assert {check.metadata["week"].value for check in found} == {str(MONDAY)}


def test_a_week_that_would_be_emptied_blocks_and_the_table_is_unchanged(tmp_path: Path) -> None:
    platform = Platform(tmp_path, [raw_post()])
    platform.run(MONDAY)
    before = platform.stored(MONDAY)
    platform.source.posts = [emptied(raw_post())]

    result = platform.run(MONDAY)

    assert not result.success
    assert breaches(result)["a_week_with_sessions_stays_filled"] == (
        "ERROR: Week 2026-03-02: 3 stored sessions would be lost to a week without any: its post holds no session. "
        "If they really are gone: wod materialize --week 2026-03-02 --allow-empty."
    )
    assert before is not None
    assert platform.stored(MONDAY) == before


def test_a_week_is_emptied_when_a_person_allows_it(tmp_path: Path) -> None:
    platform = Platform(tmp_path, [raw_post()], allow_empty=True)
    platform.run(MONDAY)
    platform.source.posts = [emptied(raw_post())]

    assert platform.run(MONDAY).success
    stored = platform.stored(MONDAY)
    assert stored is not None
    assert stored.records == []


def test_one_bad_week_of_many_is_kept_out_and_named_and_the_others_are_stored(tmp_path: Path) -> None:
    weeks = [MONDAY + n * WEEK for n in range(4)]
    posts = [raw_post(monday=week, number=number) for number, week in enumerate(weeks, start=1)]
    platform = Platform(tmp_path, [posts[1]])
    platform.run(weeks[1])
    before = platform.stored(weeks[1])
    platform.source.posts = [posts[0], emptied(posts[1]), *posts[2:]]

    result = platform.run(weeks[0], weeks[-1])

    assert not result.success
    assert platform.stored(weeks[1]) == before
    assert all(platform.stored(week) for week in weeks)
    assert breaches(result)["a_week_with_sessions_stays_filled"] == (
        "WARN: 1 of 4 weeks breaches this check and was not stored."
    )


def test_a_range_of_good_weeks_reports_one_summary_a_claim(tmp_path: Path) -> None:
    weeks = [MONDAY + n * WEEK for n in range(3)]
    platform = Platform(
        tmp_path, [raw_post(monday=week, number=number) for number, week in enumerate(weeks, start=1)]
    )

    *found, of_all_weeks = platform.run(weeks[0], weeks[-1]).get_asset_check_evaluations()

    assert of_all_weeks.check_name == stale_weeks.NAME
    assert [(check.check_name, check.description) for check in found] == [
        (name, "None of 3 weeks breaches this check.") for name in CLAIMS
    ]


def double(settings: Settings, week: dt.date) -> None:
    """Have the parsed week hold its post twice, so that its sessions share their keys."""
    lake = open_lake(settings)
    parsed = read_stage(lake, "segmented_exercises", [week])[week]
    parsed.posts.append(parsed.posts[0])
    write_stage(lake, "segmented_exercises", {week: parsed})


def test_a_week_with_a_breach_that_blocks_is_refused_by_the_table_when_the_run_is_over_many(
    tmp_path: Path,
) -> None:
    weeks = [MONDAY, MONDAY + WEEK]
    platform = Platform(
        tmp_path, [raw_post(monday=week, number=number) for number, week in enumerate(weeks, start=1)]
    )
    platform.run(weeks[0], weeks[-1])
    before = platform.stored(MONDAY)
    double(platform.settings, MONDAY)

    result = platform.run(weeks[0], weeks[-1], "session_records")

    failure = next(event for event in result.all_events if event.is_step_failure)
    told = failure.step_failure_data.user_failure_data
    assert told is not None
    assert "used more than once" in (told.description or "")
    assert platform.stored(MONDAY) == before


def test_a_table_changed_behind_our_back_is_noticed(tmp_path: Path) -> None:
    platform = Platform(tmp_path, [raw_post()])
    platform.run(MONDAY)
    stored, table = platform.stored(MONDAY), open_table(platform.settings)
    assert stored is not None
    table.replace_week(msgspec.structs.replace(stored, records=stored.records[1:]))
    parsed = read_stage(open_lake(platform.settings), "segmented_exercises", [MONDAY])[MONDAY]

    (verdict,) = read_back({MONDAY: parsed}, RecordsResource(), table, {})
    assert not verdict.passed
    assert verdict.says == "1 session stored differently from what was parsed."


def test_an_unpublished_week_is_a_warning_not_a_failed_run(tmp_path: Path) -> None:
    result = Platform(tmp_path, []).run(MONDAY)

    assert result.success
    assert breaches(result) == {
        "the_week_is_published": "WARN: Week 2026-03-02: The coach has not published a post for this week."
    }


def test_run_on_their_own_the_checks_judge_every_stored_week(tmp_path: Path) -> None:
    weeks = [MONDAY + n * WEEK for n in range(3)]
    platform = Platform(
        tmp_path, [raw_post(monday=week, number=number) for number, week in enumerate(weeks, start=1)]
    )
    platform.run(weeks[0], weeks[-1])
    defs = build_defs(platform.settings)
    job = dg.define_asset_job("checks", selection=dg.AssetSelection.all_asset_checks())
    alone = dg.Definitions.merge(defs, dg.Definitions(jobs=[job])).resolve_job_def("checks")

    *found, of_all_weeks = alone.execute_in_process().get_asset_check_evaluations()
    assert of_all_weeks.check_name == stale_weeks.NAME
    assert {check.description for check in found} == {"None of 3 weeks breaches this check."}


def test_run_on_their_own_a_week_that_nothing_can_make_again_costs_only_its_own_verdict(
    tmp_path: Path,
) -> None:
    weeks = [MONDAY + n * WEEK for n in range(3)]
    posts = [raw_post(monday=week, number=number) for number, week in enumerate(weeks, start=1)]
    bad = msgspec.structs.replace(posts[1], content=Rendered("<p>Nothing but a line</p>"))
    platform = Platform(tmp_path, [posts[0], bad, posts[2]])
    alone = dg.Definitions.merge(
        build_defs(platform.settings),
        dg.Definitions(jobs=[dg.define_asset_job("checks", selection=dg.AssetSelection.all_asset_checks())]),
    ).resolve_job_def("checks")
    with dg.DagsterInstance.ephemeral() as instance:
        platform.instance = instance
        platform.run(weeks[0], weeks[-1])
        for stage in ("raw_posts", "segmented_exercises"):
            (tmp_path / "lake" / stage_key(stage, weeks[1])).unlink()
        shutil.rmtree(tmp_path / "lake" / REVISIONS / "post=2")
        result = alone.execute_in_process(instance=instance, raise_on_error=False)
        *found, of_all_weeks = result.get_asset_check_evaluations()
        assert (of_all_weeks.check_name, of_all_weeks.passed) == (stale_weeks.NAME, True)
        assert {check.metadata["weeks"].value for check in found} == {2}
        descriptions = {check.check_name: check.description for check in found}
        assert descriptions["no_post_is_there_twice"] == "None of 2 weeks breaches this check."
        # What was found of the week before is not forgotten, now and by the results that follow.
        for _ in range(2):
            latest_result = latest(instance, "the_week_is_published")
            assert not latest_result.passed
            assert latest_result.description.endswith(f"1 other week breaches it: {weeks[1]}.")
            alone.execute_in_process(instance=instance, raise_on_error=False)
    failures = [event for event in result.all_events if event.is_step_failure]
    assert [event.step_key for event in failures] == ["parsed_week_checks", "stored_week_checks"]
    for event in failures:
        reason = event.step_failure_data.user_failure_data.description
        assert reason.startswith("1 week could not be judged; the results are those of the others:\n")
        assert f"{weeks[1]}: The posts of week {weeks[1]} were never fetched" in reason


def test_with_nothing_stored_the_checks_hold(tmp_path: Path) -> None:
    assert [result.passed for result in results(PARSED, "parsed", [])] == [True] * 17


def of_week(week: dt.date, n: int) -> Verdict:
    rows = tuple({"line": line, "text": "a | b <script>"} for line in range(n))
    return Verdict("every_load_is_readable", week, False, "warn", f"{n} loads.", rows)


def test_evidence_is_shown_as_a_table_of_bounded_length_with_what_to_do() -> None:
    result = next(
        r
        for r in results(PARSED, "parsed", [of_week(MONDAY, TABLE_ROWS + 10)])
        if r.check_name == "every_load_is_readable"
    )

    table = result.metadata["evidence"]
    assert isinstance(table, dg.TableMetadataValue)
    assert len(table.records) == TABLE_ROWS
    assert table.records[0].data == {"week": "2026-03-02", "line": 0, "text": "a | b <script>"}
    assert result.metadata["what_to_do"].value == CLAIMS["every_load_is_readable"].act


def test_many_weeks_are_one_result_that_lists_them_newest_first() -> None:
    verdicts = [of_week(MONDAY + n * WEEK, 1) for n in range(3)]
    result = next(r for r in results(PARSED, "parsed", verdicts) if r.check_name == "every_load_is_readable")

    findings = result.metadata["findings"]
    assert isinstance(findings, dg.TableMetadataValue)
    assert result.description == "3 of 3 weeks breach this check."
    assert [record.data["week"] for record in findings.records] == ["2026-03-16", "2026-03-09", "2026-03-02"]


@pytest.mark.parametrize(
    ("weeks", "breaching", "not_stored", "says"),
    [
        (0, 0, 0, "There was no week to check."),
        (4, 0, 0, "None of 4 weeks breaches this check."),
        (4, 1, 0, "1 of 4 weeks breaches this check."),
        (4, 2, 0, "2 of 4 weeks breach this check."),
        (4, 1, 1, "1 of 4 weeks breaches this check and was not stored."),
        (4, 2, 2, "2 of 4 weeks breach this check and were not stored."),
        (4, 3, 1, "3 of 4 weeks breach this check; 1 was not stored."),
        (4, 3, 2, "3 of 4 weeks breach this check; 2 were not stored."),
    ],
)
def test_the_summary_of_a_check_is_a_sentence(weeks: int, breaching: int, not_stored: int, says: str) -> None:
    assert summary(weeks, breaching, not_stored) == says


@pytest.mark.parametrize("name", list(CLAIMS))
def test_every_claim_is_a_check_that_blocks_as_the_table_of_claims_says(tmp_path: Path, name: str) -> None:
    settings = load_settings({"WOD_DATA_DIR": str(tmp_path)}, dotenv=tmp_path / "none")
    specs = {
        spec.name: spec
        for checks in build_defs(settings).asset_checks or []
        if isinstance(checks, dg.AssetChecksDefinition)
        for spec in checks.check_specs
    }

    assert specs[name].blocking is (name in BLOCKING)
    assert CLAIMS[name].says in (specs[name].description or "")


@pytest.mark.parametrize("one", [(PARSED, "every_load_is_readable"), (RECORDS, stale_weeks.NAME)])
def test_one_check_can_be_run_alone(tmp_path: Path, one: tuple[dg.AssetKey, str]) -> None:
    platform = Platform(tmp_path, [raw_post()])
    platform.run(MONDAY)
    selection = dg.AssetSelection.checks(dg.AssetCheckKey(*one))
    job = dg.define_asset_job("one", selection=selection)
    alone = dg.Definitions.merge(build_defs(platform.settings), dg.Definitions(jobs=[job])).resolve_job_def(
        "one"
    )

    (found,) = alone.execute_in_process().get_asset_check_evaluations()
    assert (found.asset_key, found.check_name, found.passed) == (*one, True)


# ------------------------------------------------------------------------------------- one run after another
def latest(instance: dg.DagsterInstance, claim: str) -> dg.AssetCheckEvaluation:
    record = instance.get_latest_asset_check_evaluation_record(dg.AssetCheckKey(PARSED, claim))
    assert record is not None
    assert record.evaluation is not None
    return record.evaluation


def test_the_result_of_a_breaching_week_is_not_painted_over_by_the_next_run_of_another(
    tmp_path: Path,
) -> None:
    posts = [raw_post(monday=MONDAY + n * WEEK, number=n + 1) for n in range(3)]
    bad = msgspec.structs.replace(posts[0], content=Rendered("<p>Nothing but a line</p><p>and one more</p>"))
    platform = Platform(tmp_path, [bad, *posts[1:]])
    with dg.DagsterInstance.ephemeral() as instance:
        platform.instance = instance
        platform.run(MONDAY)
        assert not latest(instance, "the_week_is_published").passed
        platform.run(MONDAY + WEEK)
        found = latest(instance, "the_week_is_published")
        assert not found.passed
        assert found.severity is dg.AssetCheckSeverity.WARN
        assert found.description == (
            "Week 2026-03-09: 1 post with 3 sessions. 1 other week breaches it: 2026-03-02."
        )
        platform.run(MONDAY + WEEK, MONDAY + 2 * WEEK)
        found = latest(instance, "the_week_is_published")
        assert found.description == (
            "None of 2 weeks breaches this check. 1 other week breaches it: 2026-03-02."
        )
        assert found.metadata["weeks_judged"].value == ["2026-03-09", "2026-03-16"]
        platform.source.posts = posts
        platform.run(MONDAY)
        assert latest(instance, "the_week_is_published").passed


def an_earlier(first: int, last: int, breaching: set[int], stored: set[int]) -> EarlierResult:
    days = [frozenset(MONDAY + n * WEEK for n in weeks) for weeks in (breaching, stored)]
    return EarlierResult(MONDAY + first * WEEK, MONDAY + last * WEEK, *days)


@pytest.mark.parametrize(
    ("results", "breaching"),
    [
        ([], set()),
        ([(0, 0, {0}, {0, 7})], {0, 7}),
        ([(0, 0, {0}, {0, 7}), (7, 7, set(), {0})], {0}),
        # Two runs side by side: the newer one did not see what the older one found, nor what it mended.
        ([(0, 9, {3}, {3}), (0, 4, {1}, {1}), (5, 9, {6}, {3, 6})], {1, 6}),
    ],
)
def test_the_newest_result_that_judged_a_week_decides(
    results: list[tuple[int, int, set[int], set[int]]], breaching: set[int]
) -> None:
    assert fold(an_earlier(*each) for each in results) == {MONDAY + n * WEEK for n in breaching}


def test_few_of_many_other_weeks_are_named_newest_first() -> None:
    weeks = [MONDAY + n * WEEK for n in range(7)]
    assert name_others(weeks) == (
        " 7 other weeks breach it: 2026-04-13, 2026-04-06, 2026-03-30, 2026-03-23, 2026-03-16, … and 2 more."
    )
