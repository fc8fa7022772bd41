"""What README.md, CONTRIBUTING.md and the docs say, compared with what is there."""

import json
import re
from pathlib import Path

import pytest

from wod_pipeline.cli import COMMANDS
from wod_pipeline.program import encode
from wod_pipeline_tests.builders import parsed_post

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
PAGES = "".join(page.read_text(encoding="utf-8") for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The first fenced block of the language."""
    match = re.search(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert match, f"the README has no {language} block"
    return match[1]


def test_the_first_example_is_what_the_parser_makes_of_it() -> None:
    lines = ["Monday", "A.", *block("text").splitlines()]
    session = json.loads(encode(parsed_post(*lines)))["sessions"][0]
    assert session["segments"][0]["blocks"] == [json.loads(block("json"))]


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"make ([a-z0-9-]+)", README + CONTRIBUTING + SECURITY)))
)
def test_every_make_command_exists(command: str) -> None:
    assert re.search(rf"^{command}:", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("command", sorted(set(re.findall(r"(?:bin/|`|\$ )wod ([a-z]+)", PAGES))))
def test_every_wod_command_exists(command: str) -> None:
    assert command in COMMANDS


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"\]\(((?!http)[^)#]+)", README + CONTRIBUTING + SECURITY)))
)
def test_every_file_linked_is_there(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`(wod_pipeline\w*/[\w/.-]*)`", CONTRIBUTING + SECURITY)))
)
def test_every_file_to_open_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_readme_and_contributing_lead_to_the_threat_model() -> None:
    assert all("](SECURITY.md)" in page for page in (README, CONTRIBUTING))


@pytest.mark.parametrize("module", sorted(set(re.findall(r"-m (wod_pipeline_tests[\w.]+)", CONTRIBUTING))))
def test_every_module_to_run_is_there(module: str) -> None:
    path = ROOT / module.replace(".", "/")
    assert path.with_suffix(".py").exists() or (path / "__main__.py").exists()


def test_the_rule_shown_is_one_of_the_grammar() -> None:
    shown = re.findall(r"```python\n(def .*?)```", CONTRIBUTING, re.DOTALL)
    clauses = (ROOT / "wod_pipeline" / "parsing" / "grammar" / "clauses.py").read_text(encoding="utf-8")
    assert len(shown) == 1
    assert shown[0] in clauses


MESSAGES = OPERATIONS.split("\n## Messages\n", 1)[1].split("\n#", 1)[0]


@pytest.mark.parametrize("kind", re.findall(r"^\| `(\w+)` ", MESSAGES, re.MULTILINE))
def test_the_search_for_a_kind_of_message_finds_its_words(kind: str) -> None:
    assert 'search `"week_late"` in `wod_pipeline/messages/`' in CONTRIBUTING
    modules = (ROOT / "wod_pipeline" / "messages").glob("_*.py")
    assert any(f'"{kind}"' in module.read_text(encoding="utf-8") for module in modules)
