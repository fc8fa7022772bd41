"""`wod parse` and `wod explain` as a person runs them."""

import json
from pathlib import Path

import pytest

from wod_pipeline.cli import main
from wod_pipeline.parsing import parse_post
from wod_pipeline.program import encode
from wod_pipeline_tests.builders import raw_post


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command."""
    with pytest.raises(SystemExit) as exit_:
        main(list(args))
    out, err = capsys.readouterr()
    return int(exit_.value.code or 0), out, err


@pytest.fixture
def post_file(tmp_path: Path) -> Path:
    path = tmp_path / "post.json"
    path.write_bytes(encode(raw_post()))
    return path


def test_parse_prints_the_whole_week_as_json(post_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "parse", str(post_file))
    assert code == 0
    assert json.loads(out) == json.loads(encode(parse_post(raw_post())))


def test_parse_takes_the_list_a_site_answers_with(
    post_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    post_file.write_text(f"[{post_file.read_text()}]")
    code, out, _ = run(capsys, "parse", str(post_file))
    assert (code, json.loads(out)["week"]) == (0, "2026-03-02")


@pytest.mark.parametrize("text", ["", "<html>maintenance</html>", "[" * 100_000, '"words"', "[]"])
def test_what_is_no_post_is_one_clear_error(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "post.json"
    path.write_text(text)
    code, out, err = run(capsys, "parse", str(path))
    assert (code, out) == (1, "")
    assert err.startswith("wod: ")
    assert "post.json" in err
    assert "Traceback" not in err


def test_a_file_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "parse", str(tmp_path / "none.json"))
    assert code == 1
    assert "none.json cannot be read: No such file or directory." in err


def test_explain_shows_the_line_and_what_it_becomes(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "explain", "Back Squat x 5 reps @ 75%")
    assert code == 0
    assert "back_squat" in out


def test_a_misspelt_command_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "materialise")
    assert code == 2
    assert "Did you mean 'materialize'?" in err
