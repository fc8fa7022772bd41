"""The commands that read stored sessions, as a person runs them."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import time
from pathlib import Path

import pandas as pd
import pytest
from icalendar import Calendar

from wod_pipeline.athlete import EXAMPLE
from wod_pipeline.cli import main
from wod_pipeline.demo import sample_posts
from wod_pipeline.looks import Look
from wod_pipeline.storage.folder import FolderLake
from wod_pipeline.storage.looks import write_week_looks
from wod_pipeline.storage.sqlite import SqliteSessionTable
from wod_pipeline_tests.builders import not_published, raw_post, week_records, weeks_of

TODAY = dt.date(2026, 11, 17)
MAXES = """
[1-RM]
snatch = 100
clean_and_jerk = 125
power_clean = 105
strict_press = 65
back_squat = 160
"""


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that holds the sample program."""
    folder = tmp_path_factory.mktemp("data")
    results = SqliteSessionTable(folder / "sessions.sqlite").replace_weeks(weeks_of(sample_posts(TODAY)))
    assert not [result for result in results.values() if isinstance(result, Exception)]
    return folder


@pytest.fixture
def folder(stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stored sample on a Tuesday, with an athlete file to write to."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WOD_DATA_DIR", str(stored))
    monkeypatch.setenv("WOD_ATHLETE_FILE", str(tmp_path / "athlete.toml"))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("wod_pipeline.adapters.local_today", lambda: TODAY)
    return tmp_path


Capture = pytest.CaptureFixture[str]


def run(capsys: Capture, *args: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command."""
    with pytest.raises(SystemExit) as exit_:
        main(list(args))
    out, err = capsys.readouterr()
    return int(exit_.value.code or 0), out, err


def test_today_with_weights_in_eighty_columns(folder: Path, capsys: Capture) -> None:
    (folder / "athlete.toml").write_text(MAXES)
    code, out, _ = run(capsys, "today")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert out.startswith("Tuesday 17 November 2026 — Tuesday (Session 2)\n")
    assert (
        "B\n"
        "  Every 2:00 for 14:00 (7 sets)\n"
        "    Power Clean + Split Jerk, 1 rep, % of 1-RM Power Clean\n"
        "      75–80% → 80–82.5 kg (25 + 5 to 25 + 5 + 1.25 a side)\n"
    ) in out
    assert "\x1b" not in out, "no colour where there is no terminal"


def test_today_without_maxes_shows_percentages_and_how_to_get_weights(folder: Path, capsys: Capture) -> None:
    _, out, _ = run(capsys, "today")
    assert "Power Clean + Split Jerk, 1 rep, 75–80% of 1-RM Power Clean\n" in out
    assert " kg" not in out
    assert out.endswith("To see weights, enter your maxes: wod athlete init.\n")


def test_json_holds_the_record_and_what_is_shown(folder: Path, capsys: Capture) -> None:
    (folder / "athlete.toml").write_text(MAXES)
    _, out, _ = run(capsys, "today", "--json")
    (session,) = json.loads(out)["sessions"]
    assert session["session"]["date"] == "2026-11-17"
    assert "80–82.5 kg" in json.dumps(session["view"], ensure_ascii=False)


def test_next_passes_over_rest_days(folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wod_pipeline.adapters.local_today", lambda: dt.date(2026, 11, 18))
    _, out, _ = run(capsys, "next")
    assert out.startswith("Friday 20 November 2026 — Friday (Session 4)\n")


def test_a_day_without_a_session_says_why(folder: Path, capsys: Capture) -> None:
    code, out, _ = run(capsys, "show", "2031-01-01")
    assert code == 0
    assert out == (
        "No session on Wednesday 1 January 2031."
        " The week of Mon 30 Dec 2030 is not stored yet: nobody has looked for its post."
        " Fetch it: wod materialize --week 2030-12-30.\n"
    )


def test_a_day_and_a_week_by_name(folder: Path, capsys: Capture) -> None:
    assert run(capsys, "show", "tomorrow")[1].startswith("Wednesday 18 November 2026 — ")
    assert run(capsys, "show", "monday")[1].startswith("Monday 16 November 2026 — ")
    weeks = [
        json.loads(run(capsys, "week", *args, "--json")[1])["week"]
        for args in ([], ["this"], ["last"], ["next"])
    ]
    assert weeks == ["2026-11-16", "2026-11-16", "2026-11-09", "2026-11-23"]


READERS = ("today", "next", "show today", "week", "status", "search a", "history snatch", "movements", "load")


@pytest.mark.parametrize("command", [*READERS, "check", "export --format csv"])
def test_a_data_folder_without_sessions_is_named_and_not_made(
    command: str, folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WOD_DATA_DIR", str(folder / "wrong"))
    code, out, err = run(capsys, *command.split())
    assert (code, out) == (1, "")
    assert err == (
        f"wod: Nothing is stored: the data folder {folder / 'wrong'} does not exist."
        " Fetch some weeks: wod materialize. If they are stored in another folder, set WOD_DATA_DIR to it."
        " A rerun alone will not help.\n"
    )
    assert not (folder / "wrong").exists()
    (folder / "wrong").mkdir()
    assert f"{folder / 'wrong'} has no sessions.sqlite" in run(capsys, *command.split())[2]
    assert not list((folder / "wrong").iterdir())


@pytest.mark.parametrize("command", ["today", "week", "load", "check", "export --format csv", "posts gone"])
def test_what_is_stored_is_shown_although_the_folder_of_posts_is_gone(
    command: str, folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = run(capsys, *command.split())
    monkeypatch.setenv("WOD_SOURCE", str(folder / "gone"))
    assert run(capsys, *command.split()) == expected


def test_a_week_shows_every_day_and_the_introduction(folder: Path, capsys: Capture) -> None:
    _, out, _ = run(capsys, "week", "2026-10-08")
    assert [line.split(" ")[0] for line in out.splitlines() if " October 2026 — " in line] == [
        *("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    ]
    assert out.startswith("Welcome to week 1")


def test_search_names_the_days_and_shows_the_lines(folder: Path, capsys: Capture) -> None:
    _, out, _ = run(capsys, "search", "hollow", "hold", "--limit", "1")
    first, day, line, *_ = out.splitlines()
    assert first.startswith("'hollow hold': ")
    assert first.endswith(" sessions, the best 1 shown.")
    _, two, _ = run(capsys, "search", "hollow", "hold", "--limit", "2")
    assert two.splitlines()[0].endswith(" sessions, the best 2 shown, best match first.")
    assert day.startswith("2026-")
    assert "hollow hold" in line.lower()


def test_history_lists_prescriptions_newest_first(folder: Path, capsys: Capture) -> None:
    (folder / "athlete.toml").write_text(MAXES)
    _, out, _ = run(capsys, "history", "back", "squat", "--limit", "3")
    days = [line[:10] for line in out.splitlines() if line.startswith("2026-")]
    assert len(days) == 3
    assert days == sorted(days, reverse=True)
    assert " kg" in out
    assert out.startswith("Back Squat: ")


def test_a_misspelt_movement_is_answered_with_the_nearest(folder: Path, capsys: Capture) -> None:
    code, _, err = run(capsys, "history", "bakc squat")
    assert code == 2
    assert "Did you mean: Back Squat" in err


def test_movements_are_listed_by_how_often(folder: Path, capsys: Capture) -> None:
    _, out, _ = run(capsys, "movements", "--json")
    facts = json.loads(out)["movements"]
    assert [fact["sessions"] for fact in facts] == sorted((fact["sessions"] for fact in facts), reverse=True)
    _, out, _ = run(capsys, "movements", "turkish", "--all")
    assert "turkish_get_up" in out
    _, out, _ = run(capsys, "movements", "zzz")
    assert out == "No movement has 'zzz' in its name.\n"


def test_a_second_search_reads_the_stored_index_and_no_week(
    folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(capsys, "search", "snatch", "--json")

    def read_no_week(*_: object) -> None:
        raise AssertionError("a week is read although the index is stored")

    monkeypatch.setattr(SqliteSessionTable, "read_weeks", read_no_week)
    monkeypatch.setattr(SqliteSessionTable, "read_week", read_no_week)
    assert run(capsys, "search", "snatch", "--json") == first
    assert first[0] == 0


def test_a_lake_that_cannot_be_written_is_no_part_of_the_answer(
    folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answer = run(capsys, "history", "snatch")
    monkeypatch.setattr("wod_pipeline.adapters.folder_lake", lambda _: FolderLake(folder / "file"))
    (folder / "file").write_text("in the way of the lake's folder")
    assert run(capsys, "history", "snatch")[:2] == answer[:2]
    assert "The stored index is not used" in caplog.text


@pytest.mark.parametrize("by", ["day", "week", "month"])
@pytest.mark.parametrize("last", [1, 2, 5, 1000])
def test_the_newest_rows_of_the_load_are_the_last_of_all_rows(
    by: str, last: int, folder: Path, capsys: Capture
) -> None:
    _, everything, _ = run(capsys, "load", "--json", "--by", by, "--last", "1000")
    _, newest, _ = run(capsys, "load", "--json", "--by", by, "--last", str(last))
    assert json.loads(newest)["rows"] == json.loads(everything)["rows"][-last:]


def test_load_by_week_fits_and_adds_up(folder: Path, capsys: Capture) -> None:
    (folder / "athlete.toml").write_text(MAXES)
    _, out, _ = run(capsys, "load", "--last", "4", "--families")
    assert max(map(len, out.splitlines())) <= 80
    assert "tonnage kg" in out
    _, out, _ = run(capsys, "load", "--by", "week", "--json", "--last", "60")
    week = next(row for row in json.loads(out)["rows"] if row["start"] == "2026-10-05")
    assert sum(week["total"]["zones"].values()) == week["total"]["rated_lifts"]
    assert sum(family["lifts"] for family in week["families"].values()) == week["total"]["lifts"]


# -------------------------------------------------------------------------------------------------- export
def test_export_csv_opens_in_pandas(folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WOD_ATHLETE_FILE")
    code, _, err = run(
        capsys, "export", "--format", "csv", "--from", "2026-11-16", "--to", "2026-11-22", "--out", "a.csv"
    )
    assert (code, err) == (0, "7 sessions in a.csv\n")
    frame = pd.read_csv(io.StringIO((folder / "a.csv").read_text(encoding="utf-8")))
    assert set(frame["week"]) == {"2026-11-16"}
    assert frame["percent_max"].max() > 70
    assert frame[frame["session_kind"] == "rest"]["exercise"].isna().all(), "a rest day has a row"


def test_export_writes_neither_through_a_link_nor_over_anything_but_a_file(
    folder: Path, capsys: Capture
) -> None:
    (folder / "real.csv").write_text("kept")
    (folder / "link.csv").symlink_to(folder / "real.csv")
    (folder / "dangling.csv").symlink_to(folder / "new.csv")
    (folder / "sub").mkdir()
    os.mkfifo(folder / "pipe")
    before = set(folder.iterdir())
    for name, what in (("link.csv", "a link"), ("dangling.csv", "a link"), ("pipe", "a pipe or device")):
        code, _, err = run(capsys, "export", "--format", "csv", "--out", name)
        assert (code, f"{name} is {what}, and is not written to." in err) == (1, True)
    assert run(capsys, "export", "--format", "csv", "--out", "sub")[0] == 2
    assert run(capsys, "export", "--format", "csv", "--out", "/dev/null")[0] == 1
    assert (folder / "real.csv").read_text() == "kept"
    assert set(folder.iterdir()) == before


def test_a_link_planted_while_export_reads_is_replaced_and_not_followed(
    folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "real.csv").write_text("kept")

    def plant(_: Path) -> None:
        if not os.path.lexists(folder / "out.csv"):
            (folder / "out.csv").symlink_to(folder / "real.csv")

    monkeypatch.setattr("wod_pipeline.cli.export._verify_target", plant)
    assert run(capsys, "export", "--format", "csv", "--out", "out.csv")[0] == 0
    assert not (folder / "out.csv").is_symlink()
    assert (folder / "real.csv").read_text() == "kept"


def test_an_export_that_cannot_be_written_leaves_nothing_behind(folder: Path, capsys: Capture) -> None:
    before = set(folder.iterdir())
    code, _, err = run(capsys, "export", "--format", "csv", "--out", "no-such-folder/a.csv")
    assert (code, err.split(".csv ")[1][:45]) == (1, "cannot be written: No such file or directory.")
    assert set(folder.iterdir()) == before


def test_export_parquet_and_json_hold_the_same_sessions(folder: Path, capsys: Capture) -> None:
    days = ("--from", "2026-11-16", "--to", "2026-11-17")
    run(capsys, "export", "--format", "parquet", *days, "--out", "a.parquet")
    run(capsys, "export", "--format", "json", *days, "--out", "a.json")
    records = json.loads((folder / "a.json").read_bytes())
    assert set(pd.read_parquet(folder / "a.parquet")["session"]) == {record["session"] for record in records}


def test_export_ics_updates_a_calendar_and_cancels_nothing_outside_its_days(
    folder: Path, capsys: Capture
) -> None:
    run(capsys, "export", "--format", "ics", "--from", "2026-11-16", "--to", "2026-11-29", "--out", "a.ics")
    before = (folder / "a.ics").read_bytes()
    run(capsys, "export", "--format", "ics", "--from", "2026-11-23", "--to", "2026-11-29", "--out", "a.ics")
    assert (folder / "a.ics").read_bytes() == before
    assert len(Calendar.from_ical(before).walk("VEVENT")) == 14


def test_export_ics_links_to_the_page_and_leaves_out_rest_days_on_request(
    folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WOD_ATHLETE_FILE")
    days = ("--from", "2026-11-16", "--to", "2026-11-22", "--out", "a.ics")
    _, _, with_rest = run(capsys, "export", "--format", "ics", *days)
    first = Calendar.from_ical((folder / "a.ics").read_bytes()).walk("VEVENT")
    monkeypatch.setenv("WOD_PAGE_URL", "https://gym.example/")
    _, _, without = run(capsys, "export", "--format", "ics", "--no-rest-days", *days)
    second = Calendar.from_ical((folder / "a.ics").read_bytes()).walk("VEVENT")
    assert [with_rest, without] == [f"{len(each)} sessions in a.ics\n" for each in (first, second)]
    assert {str(event["UID"]) for event in first if "Rest" in event["CATEGORIES"].cats} == {
        str(event["UID"]) for event in first
    } - {str(event["UID"]) for event in second}
    assert {str(event["URL"]).partition("/day/")[0] for event in second} == {"https://gym.example"}
    assert not [event for event in first if "/day/" in str(event["URL"])]


def test_export_without_rest_days_is_for_calendars(folder: Path, capsys: Capture) -> None:
    code, _, err = run(capsys, "export", "--format", "csv", "--no-rest-days")
    assert code == 2
    assert "--no-rest-days is for --format ics" in err


def test_an_athlete_file_for_json_is_refused_not_ignored(folder: Path, capsys: Capture) -> None:
    code, _, err = run(capsys, "export", "--format", "json", "--athlete", "nobody.toml")
    assert code == 2
    assert "--athlete is for csv, parquet and ics; json has what the post says, without weights." in err


def test_a_search_without_a_word_is_refused(folder: Path, capsys: Capture) -> None:
    code, out, err = run(capsys, "search", "  ")
    assert (code, out) == (2, "")
    assert "TEXT has no word to look for." in err


def test_export_refuses_to_update_a_file_that_is_not_a_calendar(folder: Path, capsys: Capture) -> None:
    (folder / "a.ics").write_text("hello")
    code, _, err = run(capsys, "export", "--format", "ics", "--out", "a.ics")
    assert code == 1
    assert "a.ics cannot be updated, because it is not a calendar" in err
    assert (folder / "a.ics").read_text() == "hello"


# ------------------------------------------------------------------------------------------------- athlete
def test_athlete_init_writes_once_and_check_reads_it(folder: Path, capsys: Capture) -> None:
    code, out, _ = run(capsys, "athlete", "init")
    assert (code, out.split(".")[0]) == (0, f"Wrote {folder / 'athlete'}")
    code, out, _ = run(capsys, "athlete", "check")
    assert (code, out.splitlines()[-1]) == (
        0,
        "It holds no maxes yet, so sessions show percentages without weights.",
    )
    code, _, err = run(capsys, "athlete", "init")
    assert code == 1
    assert "already exists" in err


def test_a_dash_for_a_file_is_standard_input_or_output(
    folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, example, _ = run(capsys, "athlete", "init", "-")
    assert (code, example) == (0, EXAMPLE)
    assert run(capsys, "export", "--format", "csv", "--out", "-")[1].startswith("date,")

    def run_with_input(*args: str) -> str:
        maxes = io.TextIOWrapper(io.BytesIO(b"[1-RM]\nsnatch = 100\n"))
        monkeypatch.setattr("sys.stdin", maxes)
        return run(capsys, *args)[1]

    assert "1-RM Snatch" in run_with_input("athlete", "check", "-")
    assert run_with_input("week", "--athlete", "-") != run(capsys, "week")[1]
    assert not (folder / "-").exists()


def test_an_athlete_file_that_is_set_and_does_not_exist_is_named(
    folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, without, err = run(capsys, "today")
    assert err == (
        f"wod: WOD_ATHLETE_FILE names {folder / 'athlete.toml'}, which does not exist, so there are no maxes."
        " `wod athlete init` creates it.\n"
    )
    monkeypatch.delenv("WOD_ATHLETE_FILE")
    assert run(capsys, "today") == (0, without, "")


def test_athlete_check_names_the_largest_percentage_of_each_lift(folder: Path, capsys: Capture) -> None:
    file = folder / "athlete.toml"
    file.write_text("[1-RM]\nback_squat = 200\nsnatch = 62.5\n[plates]\n20 = 1\n10 = 1\n")
    _, out, _ = run(capsys, "athlete", "check")
    assert out.splitlines() == [
        f"{file}: bar 20 kg, steps of 2.5 kg",
        "Pairs of plates: 1 × 20, 1 × 10",
        "  1-RM Back Squat                   200 kg      your plates make at most 40%",
        "  1-RM Snatch                       62.5 kg     your plates make at most 128%",
    ]
    file.write_text('unit = "lb"\n[bar]\nweight = "20 kg"\n[1-RM]\nsnatch = 205\n')
    _, out, _ = run(capsys, "athlete", "check")
    assert out.splitlines() == [
        f"{file}: bar 20 kg, steps of 5 lb",
        "Pairs of plates: those of a well-equipped gym",
        "  1-RM Snatch                       205 lb",
    ]


def test_athlete_check_names_plates_and_steps_that_do_not_go_together(folder: Path, capsys: Capture) -> None:
    file = folder / "athlete.toml"
    file.write_text('[1-RM]\nsnatch = 100\n[plates]\n20 = 1\n"11.3" = 2\n')
    _, out, _ = run(capsys, "athlete", "check")
    assert out.splitlines()[2] == (
        "Never used in steps of 2.5 kg: plates of 11.3 kg. Write a smaller step to use them."
    )
    file.write_text("[bar]\nstep = 0.1\n")
    _, out, _ = run(capsys, "athlete", "check")
    assert out.splitlines()[2] == (
        "The usual plates do not make steps of 0.1 kg: list yours under [plates], or weights come without plates."
    )


def test_athlete_check_names_the_nearest_movement(folder: Path, capsys: Capture) -> None:
    (folder / "athlete.toml").write_text("[1-RM]\nsnacth = 100\n")
    code, _, err = run(capsys, "athlete", "check")
    assert code == 1
    assert "nearest: Snatch (snatch)" in err
    code, _, err = run(capsys, "today")
    assert code == 1, "a file that is wrong is never half used"


def test_an_athlete_file_that_was_asked_for_has_to_exist(folder: Path, capsys: Capture) -> None:
    code, _, err = run(capsys, "today", "--athlete", "none.toml")
    assert code == 1
    assert "none.toml does not exist" in err


@pytest.mark.parametrize(
    "command", [["today"], ["search", "snatch"], ["history", "snatch"], ["movements"], ["load"]]
)
def test_reading_loads_neither_dagster_nor_boto3_nor_the_parser(folder: Path, command: list[str]) -> None:
    import subprocess
    import sys

    code = (
        "import sys\n"
        "from wod_pipeline.cli import main\n"
        f"try:\n    main({command})\nexcept SystemExit:\n    pass\n"
        "heavy = {'dagster', 'boto3', 'pandas', 'bs4', 'fastapi', 'icalendar', 'pydantic', 'pyarrow'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


# ------------------------------------------------------------------------------------------- days and weeks
NUMBERED = ("Day 1", "A.", "Dips x 6 reps", "Day 2 (Heavy)", "A.", "Lunges x 6 reps")
THIS_MONDAY = dt.date(2026, 11, 16)


@pytest.fixture
def numbered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of Day 1 and Day 2 instead of the sample, in the week of `TODAY`."""
    monkeypatch.setenv("WOD_DATA_DIR", str(folder))
    table = SqliteSessionTable(folder / "sessions.sqlite")
    table.replace_week(week_records(raw_post(*NUMBERED, monday=THIS_MONDAY)))
    return folder


def test_a_day_shows_the_sessions_of_its_week_that_have_none(numbered: Path, capsys: Capture) -> None:
    _, out, _ = run(capsys, "today")
    assert out.startswith(
        "No session on Tuesday 17 November 2026. This week's post names no day for its sessions.\n"
        "\n2 sessions of this week have no day in the post.\n"
        "\nDay 1 (no day in the post)\n"
    )
    assert "\nDay 2 (Heavy) (no day in the post)\n" in out
    assert "Lunges, 6 reps" in out


def test_json_has_the_sessions_without_a_day_apart(numbered: Path, capsys: Capture) -> None:
    _, out, _ = run(capsys, "show", "2026-11-19", "--json")
    answer = json.loads(out)
    assert answer["sessions"] == []
    assert [item["view"]["title"] for item in answer["undated"]] == ["Day 1", "Day 2 (Heavy)"]
    assert answer["absence"]["reason"] == "undated"


def test_the_next_day_of_a_program_without_days_is_not_said_to_be_missing(
    numbered: Path, capsys: Capture
) -> None:
    _, out, _ = run(capsys, "next")
    assert out == (
        "No training is stored for the 28 days after Tuesday 17 November 2026."
        " Without a day in the post: 2 sessions of the week of 2026-11-16.\n"
    )


def test_the_next_training_day_names_the_sessions_without_a_day_before_it(
    numbered: Path, capsys: Capture
) -> None:
    later = raw_post("Monday", "A.", "Dips x 6 reps", monday=THIS_MONDAY + dt.timedelta(weeks=1))
    SqliteSessionTable(numbered / "sessions.sqlite").replace_week(week_records(later))
    _, out, _ = run(capsys, "next")
    assert out.startswith("Before that, without a day in the post: 2 sessions of the week of 2026-11-16.\n\n")
    assert "Monday 23 November 2026" in out


def test_an_unpublished_week_says_when_it_was_last_looked_for(
    numbered: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = dt.datetime(2026, 11, 17, 20, tzinfo=dt.timezone.utc)
    monkeypatch.setattr("wod_pipeline.adapters.now", lambda: now)
    week = THIS_MONDAY + dt.timedelta(weeks=1)
    SqliteSessionTable(numbered / "sessions.sqlite").replace_week(not_published(week))
    write_week_looks(FolderLake(numbered / "lake"), {week: Look(now - dt.timedelta(minutes=12))})
    says = "The post for the week of Mon 23 Nov is not published yet; last looked 12 minutes ago."
    assert run(capsys, "show", "2026-11-24")[1] == f"No session on Tuesday 24 November 2026. {says}\n"
    assert (
        run(capsys, "week", "2026-11-24")[1] == f"No session in the week of Monday 23 November 2026. {says}\n"
    )


def test_today_is_the_day_of_this_machine_s_zone(
    numbered: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("WOD_DATA_DIR", str(numbered))
    monkeypatch.setattr(
        "wod_pipeline.adapters.now", lambda: dt.datetime(2026, 11, 20, 21, tzinfo=dt.timezone.utc)
    )
    try:
        for zone, day in (("Australia/Sydney", "Saturday 21"), ("America/Los_Angeles", "Friday 20")):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            assert run(capsys, "today")[1].startswith(f"No session on {day} November 2026.")
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_warning_about_the_post_is_printed_once_a_week(numbered: Path, capsys: Capture) -> None:
    post = raw_post(
        "Day 1", "A.", "Dips", "Day 2", "A.", "Dips", monday=THIS_MONDAY, title="Plan", slug="plan"
    )
    SqliteSessionTable(numbered / "sessions.sqlite").replace_week(week_records(post), allow_empty=True)
    _, out, _ = run(capsys, "week")
    assert out.count("! The post names no date") == 1


def test_a_week_that_is_not_stored_is_not_called_unpublished_in_json(numbered: Path, capsys: Capture) -> None:
    answer = json.loads(run(capsys, "week", "2031-01-01", "--json")[1])
    assert (answer["outcome"], answer["absence"]["reason"]) == (None, "not_stored")
