"""Neither addresses of personal calendars nor maxes in parameters are in anything that the server logs."""

from __future__ import annotations

import http.client
import logging
import logging.config
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from wod_pipeline.training import Athlete
from wod_pipeline.web import maxes, personal
from wod_pipeline.web.access_log import HidePersonal, hide_addresses, log_config
from wod_pipeline_tests.web.conftest import MAXES

TOKEN = personal.as_token(personal.PersonalCalendar(maxes.athlete_of(MAXES) or Athlete()), b"k" * 43)


@pytest.mark.parametrize(
    ("logged", "shown"),
    [
        (f"GET /calendar/{TOKEN}.ics HTTP/1.1", "GET /calendar/[personal].ics HTTP/1.1"),
        (f"GET /calendar/{TOKEN}.ics?x=1", "GET /calendar/[personal].ics?x=1"),
        ("GET /calendar/short.ics", "GET /calendar/[personal].ics"),
        (f"GET /calender/{TOKEN} HTTP/1.1", "GET /calender/[personal] HTTP/1.1"),
        (f"GET /?q=http://gym.example/calendar/{TOKEN}", "GET /?q=http://gym.example/calendar/[personal]"),
        ("GET /calendar.ics?rest=no", "GET /calendar.ics?rest=no"),
        ("GET /week/2026-03-02", "GET /week/2026-03-02"),
        (f"object {'0f' * 32} is missing", f"object {'0f' * 32} is missing"),
    ],
)
def test_an_address_is_hidden_and_nothing_else(logged: str, shown: str) -> None:
    assert hide_addresses(logged) == shown


def test_arguments_and_tracebacks_are_hidden_too() -> None:
    try:
        int(f"/calendar/{TOKEN}.ics")
    except ValueError:
        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "%s took %d", (f"/{TOKEN}", 3), sys.exc_info()
        )
    assert HidePersonal().filter(record)
    text = logging.Formatter().format(record)
    assert TOKEN not in text
    assert "/[personal] took 3" in text
    assert "ValueError: invalid literal for int() with base 10: '/calendar/[personal].ics'" in text


def test_what_steers_a_terminal_is_not_logged() -> None:
    try:
        int("\x1b[2J\u202e\r1")
    except ValueError as error:
        wrong = RuntimeError(f"a post says \x1b]0;owned\x07: {error}")
        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "%s \x9b", ("\x1b[2J",), (type(wrong), wrong, None)
        )
    HidePersonal().filter(record)
    logged = logging.Formatter().format(record)
    assert logged.startswith("[2J")
    assert "a post says ]0;owned" in logged
    assert not set("\x1b\x07\x9b\r\u202e") & set(logged)


def test_the_log_of_requests_leaves_maxes_out() -> None:
    address = "/api/v1/sessions?from=2026-11-17&max=snatch:100&max=jerk%3A120&bar=15&limit=3"
    record = logging.makeLogRecord(
        {"msg": '%s - "%s %s HTTP/%s" %d', "args": ("127.0.0.1:1", "GET", address, "1.1", 200)}
    )
    assert HidePersonal().filter(record)
    assert record.getMessage() == (
        '127.0.0.1:1 - "GET /api/v1/sessions?from=2026-11-17&max=...&max=...&bar=...&limit=3 HTTP/1.1" 200'
    )


@pytest.mark.parametrize("name", ["m%61x", "MAX", "maxes", "mx", "max[]", "1;max", ""])
def test_a_max_under_a_mistyped_or_escaped_name_is_not_logged_either(name: str) -> None:
    record = logging.makeLogRecord({"msg": "%s", "args": (f"/api/v1/sessions?q=a&{name}=snatch:100&to=b",)})
    HidePersonal().filter(record)
    assert record.getMessage() == f"/api/v1/sessions?q=a&{name}=...&to=b"


def test_everything_that_is_logged_goes_through_the_filter() -> None:
    config = log_config()
    assert all(handler["filters"] == ["hide_personal"] for handler in config["handlers"].values())
    assert config["root"]["handlers"] == ["default"]


# ------------------------------------------------------------------------------------------------- a real server
@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """`wod serve` over an empty folder: its port and the file of all it prints."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path / "log"
    command = [
        sys.executable,
        "-c",
        "from wod_pipeline.cli import main; main()",
        "serve",
        "--port",
        str(port),
    ]
    environment = {"WOD_DATA_DIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])}
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            _wait_for(port, process)
            yield port, log
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if process.poll() is not None or probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)


def ask(port: int, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode("utf-8", "replace")


def test_a_real_server_logs_requests_without_their_addresses_and_names_an_empty_folder(
    server: tuple[int, Path],
) -> None:
    port, log = server
    _, page = ask(port, "POST", "/calendar", "rest=yes", Cookie=f"maxes={MAXES}")
    address = re.search(r"/calendar/([\w-]+)\.ics", page)
    assert address
    token = address[1]
    assert ask(port, "GET", f"/calendar/{token}.ics")[0] == 200
    assert ask(port, "HEAD", f"/calendar/{token}.ics")[0] == 200
    for path in (
        f"/calendar/{token[:-1]}.ics",
        f"/calendar/{token}",
        f"/calendr/{token}.ics",
        f"/calendar/%{ord(token[0]):x}{token[1:]}.ics",
        f"/search?q={quote(f'http://127.0.0.1/calendar/{token}.ics', safe='')}",
        f"/%00{token}",
    ):
        ask(port, "GET", path, Referer=f"http://127.0.0.1/calendar/{token}.ics")
    (log.parent / "sessions.sqlite").write_bytes(b"no database" * 1_000)
    assert ask(port, "GET", f"/calendar/{token}.ics")[0] in {200, 503}
    text = log.read_text()
    assert f"Nothing is stored: the data folder {log.parent} has no sessions.sqlite." in text
    assert '"GET /calendar/[personal].ics HTTP/1.1" 200' in text
    assert '"POST /calendar HTTP/1.1" 200' in text
    assert '"GET /calendr/[personal].ics HTTP/1.1" 404' in text
    assert token[1:-1] not in text
    assert token[4:40] not in text
