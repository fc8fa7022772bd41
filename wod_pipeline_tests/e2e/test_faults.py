"""Whatever goes wrong at whatever moment: nothing half-written is stored, and running again heals it."""

from __future__ import annotations

import errno
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import dagster as dg
import pytest

from wod_pipeline.assets import posts
from wod_pipeline.errors import StorageUnavailable
from wod_pipeline.resources import session_table
from wod_pipeline.storage import sqlite, stages
from wod_pipeline.storage.folder import FolderLake
from wod_pipeline.wordpress import WordPressSource
from wod_pipeline_tests.e2e.house import CHUNK, FIRST, RANGE, WEEK, WEEKS, House, die, on_call, without_link
from wod_pipeline_tests.servers.faults import Fault
from wod_pipeline_tests.servers.wordpress import FakeWordPress
from wod_pipeline_tests.servers.wordpress_site import Reply, Request

MOMENTS: dict[str, Callable[[], None]] = {
    "before the first fetch": on_call(1, WordPressSource, "fetch_published", die),
    "fetching the second chunk": on_call(2, WordPressSource, "fetch_published", die),
    "before a lake file takes its name": on_call(7, Path, "replace", die),
    "flushing a lake file": on_call(40, os, "fsync", die),
    "within a transaction of the table": on_call(3, sqlite, "_carry_out", die),
    "between table and lake": on_call(1, session_table, "write_records", die),
    "recording what was done": on_call(100, dg.DagsterInstance, "handle_new_event", die),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_after_a_kill_the_same_command_ends_where_an_undisturbed_one_does(
    moment: str, house: House, undisturbed: House
) -> None:
    killed = house.materialize(before=MOMENTS[moment])
    assert killed.code == -signal.SIGKILL
    assert set(house.lake.items()) <= set(undisturbed.lake.items())
    again = house.materialize()
    assert again.code == 0, again.said
    assert house.content == undisturbed.content
    assert house.run_statuses()[0] in {"SUCCESS", "FAILURE"}
    assert house.run_statuses()[-1] == "SUCCESS"
    assert list((house.folder / "data" / "dagster" / "running").iterdir()) == []


def test_a_chunk_that_cannot_be_fetched_is_named_and_costs_only_itself(
    wordpress: FakeWordPress, tmp_path: Path, undisturbed: House
) -> None:
    house = House(tmp_path, wordpress.url)
    second = FIRST + CHUNK * WEEK
    wordpress.intercept = _refusing_posts_before(str(second))
    ended = house.materialize()
    assert ended.code == 1
    assert f"{FIRST} to {second - WEEK}" in ended.said
    assert "Traceback" not in ended.said
    assert house.states(*RANGE) == ["stored"] * (WEEKS - CHUNK) + ["missing"] * CHUNK
    wordpress.intercept = lambda request: None
    assert house.materialize(*RANGE, "--missing").code == 0
    assert house.content == undisturbed.content


def test_a_category_that_does_not_exist_is_named_with_those_of_the_site_and_stores_nothing(
    wordpress: FakeWordPress, tmp_path: Path
) -> None:
    house = House(tmp_path, wordpress.url, WOD_WORDPRESS_CATEGORY="9999")
    ended = house.materialize()
    assert ended.code == 1
    said = " ".join(ended.said.split())
    assert "Category 9999 does not exist" in said
    assert (
        f"Set WOD_WORDPRESS_CATEGORY to the program's category; the site has 213 Barbell ({WEEKS} posts)"
        in said
    )
    assert set(house.states(*RANGE)) == {"missing"}


def test_a_challenge_page_in_the_middle_costs_a_retry_and_nothing_else(
    wordpress: FakeWordPress, tmp_path: Path, undisturbed: House
) -> None:
    house = House(tmp_path, wordpress.url)
    wordpress.faults.fail_next(Fault.PORTAL, Fault.PORTAL)
    ended = house.materialize()
    assert ended.code == 0, ended.said
    assert house.content == undisturbed.content


def _refusing_posts_before(day: str) -> Callable[[Request], Reply | None]:
    """Trouble for every read that starts long before a day: the first chunk's."""

    def intercept(request: Request) -> Reply | None:
        early = request.query.get("after", day) < f"{FIRST - 9 * WEEK}"
        return Reply(500, b"<html>Error establishing a database connection</html>") if early else None

    return intercept


def test_one_odd_post_costs_only_itself(wordpress: FakeWordPress, tmp_path: Path, undisturbed: House) -> None:
    house = House(tmp_path, wordpress.url)
    revisions = [key for key in undisturbed.lake if key.startswith("raw_post_revisions/")]
    odd = min(int(key.partition("post=")[2].partition("/")[0]) for key in revisions)
    wordpress.intercept = lambda request: without_link(wordpress, request, odd)
    ended = house.materialize()
    assert ended.code == 0, ended.said
    assert house.states(*RANGE) == ["stored"] * WEEKS
    assert f"post {odd} was sent damaged: link is false instead of text" in house.wod("status", *RANGE).said
    wordpress.intercept = lambda request: None
    assert house.materialize().code == 0
    assert "damaged" not in house.wod("status", *RANGE).said
    assert len(house.rows) == len(undisturbed.rows)


def test_a_site_that_dies_and_returns_costs_nothing_but_a_second_run(
    wordpress: FakeWordPress, tmp_path: Path, undisturbed: House
) -> None:
    house = House(tmp_path, wordpress.url)
    requests = iter(range(1, 1000))

    def die_at_the_second(request: Request) -> None:
        if next(requests) == 2:
            wordpress.down()

    wordpress.intercept = die_at_the_second
    ended = house.materialize()
    assert ended.code == 1
    assert "A rerun can clear this." in ended.said
    wordpress.intercept = lambda request: None
    wordpress.up()
    assert house.materialize().code == 0
    assert house.content == undisturbed.content


def test_every_kind_of_bad_answer_is_overcome_without_losing_a_post(
    wordpress: FakeWordPress, tmp_path: Path, undisturbed: House
) -> None:
    house = House(tmp_path, wordpress.url)
    wordpress.faults.delay_s, wordpress.faults.retry_after = 0.01, "0"
    kinds = list(Fault)
    wordpress.faults.fail_next(*kinds[:4])
    for part in (kinds[4:8], kinds[8:]):
        assert house.materialize().code == 0
        wordpress.faults.fail_next(*part)
    assert house.materialize().code == 0
    assert house.content == undisturbed.content


def test_a_week_that_cannot_be_written_fails_alone_and_the_others_go_all_the_way(
    house: House, undisturbed: House
) -> None:
    bad = str(FIRST + WEEK)

    def arrange() -> None:
        write = FolderLake.write

        def refusing(self: FolderLake, key: str, data: bytes) -> Any:
            if key == f"plain_text_posts/week={bad}/posts.json":
                raise stages.StorageError("That sector is gone.")
            return write(self, key, data)

        FolderLake.write = refusing  # type: ignore[method-assign]

    ended = house.materialize(before=arrange)
    assert ended.code == 1
    assert f"{bad}: That sector is gone." in ended.said
    stored = {row[1] for row in house.rows if row[0] == "#weeks"}
    assert stored == {str(FIRST + n * WEEK) for n in range(WEEKS)} - {bad}
    assert house.materialize(*RANGE, "--missing").code == 0
    assert house.content == undisturbed.content


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            StorageUnavailable("The lake does not answer."),
            "Failed: raw_posts: The lake does not answer. A rerun can clear this.\n",
        ),
        (KeyError("password=hunter2"), "Failed: raw_posts: KeyError; the run's log has the details.\n"),
    ],
)
def test_an_error_of_ours_is_shown_without_its_class_and_any_other_is_only_named(
    house: House, error: Exception, line: str
) -> None:
    def arrange() -> None:
        mock.patch.object(posts, "gather_weeks", side_effect=error).start()

    ended = house.materialize("--week", str(FIRST), before=arrange)
    assert ended.code == 1
    assert line in ended.said
    assert "hunter2" not in ended.said
    assert "wod_pipeline.errors" not in ended.said


def test_a_full_disk_is_one_clear_error_and_leaves_what_was_stored(house: House, undisturbed: House) -> None:
    assert house.materialize("--week", str(FIRST)).code == 0
    ended = house.materialize(before=_room_for(300_000))
    assert ended.code == 1
    assert "No space left on device" in ended.said
    assert "Traceback" not in ended.said
    assert set(house.lake.items()) <= set(undisturbed.lake.items())
    assert house.materialize().code == 0
    assert house.content == undisturbed.content


def _room_for(size: int) -> Callable[[], None]:
    """A disk with room for this many more bytes of the lake."""

    def arrange() -> None:
        write, space = os.write, {"left": size}

        def full(descriptor: int, data: Any) -> int:
            space["left"] -= len(data)
            if space["left"] < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return write(descriptor, data)

        os.write = full

    return arrange


def test_no_room_for_dagsters_own_log_is_one_clear_error_too(house: House, undisturbed: House) -> None:
    assert house.materialize("--week", str(FIRST)).code == 0
    files = house.folder / "data" / "dagster" / "history" / "runs"
    largest = max(path.stat().st_size for path in files.iterdir())
    limit = max(largest + 4096, 250_000)
    ended = house.materialize(before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    assert ended.code == 1
    assert "Dagster's instance" in ended.said
    assert "Traceback" not in ended.said
    assert house.materialize().code == 0
    assert house.content == undisturbed.content


def test_a_table_in_use_elsewhere_is_one_clear_error_and_stays_as_it_was(lived_in: House) -> None:
    before = lived_in.content
    with sqlite3.connect(lived_in.folder / "data" / "sessions.sqlite", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        ended = lived_in.materialize("--week", str(FIRST), before=_impatient)
        other.execute("ROLLBACK")
    assert ended.code == 1
    assert "is in use by another program" in ended.said
    assert "A rerun can clear this." in ended.said
    assert lived_in.content == before


def _impatient() -> None:
    sqlite.SqliteSessionTable.__init__.__kwdefaults__["busy_timeout_s"] = 0.05


def test_a_folder_that_cannot_be_read_is_an_error_that_names_it(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "posts"
    folder.mkdir()
    (folder / "week.json").write_text('{"id": 7, "title"')
    house.environment |= {
        "WOD_SOURCE": str(folder),
        "COLUMNS": "400",
    }  # no path is broken at the end of a line
    ended = house.materialize("--week", str(FIRST))
    assert ended.code == 1
    assert "week.json" in ended.said
    assert "Traceback" not in ended.said


def test_ctrl_c_stops_with_a_sentence_and_the_run_is_recorded_as_cancelled(
    wordpress: FakeWordPress, tmp_path: Path, undisturbed: House
) -> None:
    house = House(tmp_path, wordpress.url)
    asked, go_on = threading.Event(), threading.Event()

    def hold(request: Request) -> None:
        asked.set()
        go_on.wait(20)

    wordpress.intercept = hold
    # What a shell starts in the background ignores interrupts, and so would the command.
    hearing = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [sys.executable, "-c", f"{hearing}; from wod_pipeline.cli import main; main()"]
    command += ["materialize", *RANGE]
    environment = {**house.environment, "PYTHONPATH": os.pathsep.join(sys.path)}  # the code under test
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    assert asked.wait(60)
    process.send_signal(signal.SIGINT)
    go_on.set()
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.decode().startswith("wod: stopped.")
    assert house.run_statuses() == ["CANCELED"]
    wordpress.intercept = lambda request: None
    assert house.materialize().code == 0
    assert house.content == undisturbed.content
