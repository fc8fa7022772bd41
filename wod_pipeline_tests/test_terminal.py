"""What a post, a site or an address says reaches the terminal without what could rewrite it, whatever the command."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import wod_pipeline
from wod_pipeline.errors import SettingsError, hide_logins
from wod_pipeline.terminal import confirm, keep_colours, styled, write, write_json

ROOT = Path(wod_pipeline.__file__).parent
HOSTILE = "a\x1b[31m\x07\x9b2J\u202eb\u2066c\rd\u200be"
CLEAN = "a[31m2Jbcde"
GONE_ROUND = {"echo", "secho", "echo_via_pager", "style", "confirm", "prompt", "pause", "clear", "edit"}
STREAMS = {"stdout", "stderr", "__stdout__", "__stderr__"}
IMPORTED = GONE_ROUND | STREAMS | {"print"}
DECIDES_ABOUT_STREAMS = "cli/output.py"


def other_ways(path: Path) -> Iterator[str]:
    """Each place of a file that prints without the writer."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        place = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            of, name = node.value.id, node.attr
            prints = of == "click" and name in GONE_ROUND
            prints |= of == "sys" and name in STREAMS and not place.startswith(DECIDES_ABOUT_STREAMS)
            prints |= of == "console" and name in {"print", "log", "out"}
            prints |= of == "os" and name == "write"
            if prints:
                yield f"{place} {of}.{name}"
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"print", "rprint"}
        ):
            yield f"{place} {node.func.id}"
        elif isinstance(node, ast.ImportFrom) and node.module in {"click", "sys", "rich"}:
            yield from (f"{place} {alias.name}" for alias in node.names if alias.name in IMPORTED)


@pytest.mark.parametrize("room", ["cli", "running"])
def test_commands_print_through_the_one_writer_only(room: str) -> None:
    files = list((ROOT / room).glob("*.py"))
    assert files
    assert [way for path in files for way in other_ways(path)] == [], "print by wod_pipeline.terminal"


def test_the_walk_finds_every_other_way_to_print(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    ways = "import click\nclick.echo(1)\nprint(1)\nsys.stdout.write('')\npartial(click.echo, err=True)\n"
    (tmp_path / "a.py").write_text(f"{ways}console.print(1)\nfrom click import secho\nclick.style('')\n")
    assert len(list(other_ways(tmp_path / "a.py"))) == 7


# ------------------------------------------------------------------------------------------------------ words
def test_control_and_bidirectional_characters_are_removed_but_lines_stay(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(HOSTILE, "\n\tö 💪 ", HOSTILE)
    write(HOSTILE, error=True)
    assert capsys.readouterr() == (f"{CLEAN}\n\tö 💪 {CLEAN}\n", f"{CLEAN}\n")


def test_only_our_own_colours_reach_a_terminal() -> None:
    assert styled(HOSTILE, "red") == f"\x1b[31m{CLEAN}\x1b[0m"
    assert (
        keep_colours("\x1b[1mMonday\x1b[0m\x1b[8mhidden\x1b]0;title\x07")
        == "\x1b[1mMonday\x1b[0m[8mhidden]0;title"
    )


def test_json_on_a_terminal_has_escapes_and_the_same_values(capsys: pytest.CaptureFixture[str]) -> None:
    write_json(json.dumps({"title": HOSTILE}, ensure_ascii=False).encode())
    out = capsys.readouterr().out
    assert json.loads(out) == {"title": HOSTILE}
    assert out.strip().isprintable()


def test_a_question_is_cleaned_too(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("click.confirm", lambda question, **_: asked.append(question))
    confirm(f"Remove {HOSTILE}?")
    assert asked == [f"Remove {CLEAN}?"]


# ------------------------------------------------------------------------------------------------------ logins
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://coach:secret@example.com/x", "https://[login]@example.com/x"),
        ("HTTP://coach@example.com", "HTTP://[login]@example.com"),
        ("http://u:p@a http://v:q@b", "http://[login]@a http://[login]@b"),
        ("https://u:p@ss@example.com", "https://[login]@example.com"),
        ("https://u:p/ss@example.com", "https://[login]@example.com"),
        ("https://www.youtube.com/@coach", "https://www.youtube.com/@coach"),
        ("http://127.0.0.1:8000/@coach", "http://127.0.0.1:8000/@coach"),
        ("mail me@example.com, see https://example.com", "mail me@example.com, see https://example.com"),
    ],
)
def test_the_login_of_an_address_is_hidden_wherever_it_is_printed_or_raised(
    text: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hide_logins(text) == shown
    write(text)
    assert capsys.readouterr().out == f"{shown}\n"
    error = SettingsError(f"WOD_X={text}", fix=f"Not {text}")
    assert str(error).startswith(f"WOD_X={shown} Not {shown}")
    assert (error.what, error.fix, error.args) == (f"WOD_X={shown}", f"Not {shown}", (f"WOD_X={shown}",))
