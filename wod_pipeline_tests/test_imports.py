"""The rules of who may import whom, read from the source: a wrong import fails with the rule it breaks."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "wod_pipeline"
MODULES = sorted(ROOT.rglob("*.py"))

LAYERS = (
    {"program", "errors", "weeks"},
    {"vocabulary"},
    {
        "parsing",
        "quality",
        "training",
        "athlete",
        "records",
        "rendering",
        "watching",
        "status",
    },
    {"aws"},
    {"storage", "wordpress", "demo", "messages"},
    {"reading"},
    {"settings"},
    {"adapters"},
    {"resources"},
    {"assets", "sensors", "schedules", "jobs"},
    {"definitions"},
    {"running"},
    {"cli", "web"},
)
PURE = {
    "vocabulary",
    "weeks",
    "program",
    "errors",
    "parsing",
    "quality",
    "training",
    "athlete",
    "records",
    "rendering",
    "messages",
    "watching",
}
IO_LIBRARIES = {"dagster", "dagster_aws", "boto3", "botocore", "requests", "sqlite3", "fastapi"}


def room_of(path: Path) -> str:
    """The top-level part of the package a file belongs to."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    """Every module named by an import anywhere in the file, functions included."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {
        node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
    }


def layer_of(room: str) -> int:
    found = [n for n, rooms in enumerate(LAYERS) if room in rooms]
    assert found, f"{room} is new: say in LAYERS where it lies, and in the package's docstring what it is"
    return found[0]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_towards_the_model(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] != "wod_pipeline" or len(parts) == 1:
            continue
        assert layer_of(parts[1]) <= layer_of(room), (
            f"{room} may not import {parts[1]}: it lies in a later layer"
        )


@pytest.mark.parametrize(
    "path", [p for p in MODULES if room_of(p) in PURE], ids=lambda p: str(p.relative_to(ROOT))
)
def test_pure_modules_know_no_dagster_network_or_storage(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports_of(path)} & IO_LIBRARIES


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("dagster", {"resources", "assets", "sensors", "schedules", "jobs", "definitions", "running"}),
        ("boto3", {"aws", "storage", "resources"}),
        ("bs4", {"parsing/_html.py"}),
    ],
)
def test_a_library_is_known_only_where_it_is_used(library: str, allowed: set[str]) -> None:
    users = [path for path in MODULES if library in {name.split(".")[0] for name in imports_of(path)}]
    assert users, f"nothing imports {library}: the rule is out of date"
    outside = [
        str(p.relative_to(ROOT)) for p in users if not {room_of(p), p.relative_to(ROOT).as_posix()} & allowed
    ]
    assert not outside, f"{library} may be imported only in {sorted(allowed)}"


def test_only_settings_reads_the_environment() -> None:
    readers = [
        p.relative_to(ROOT).as_posix()
        for p in MODULES
        if "os.environ" in p.read_text() or "getenv" in p.read_text()
    ]
    assert readers == ["settings.py"]


def test_nothing_imports_the_definitions_but_the_runner() -> None:
    users = [room_of(p) for p in MODULES if "wod_pipeline.definitions" in imports_of(p)]
    assert users == ["running"]


@pytest.mark.parametrize(
    "module", ["wod_pipeline.cli", "wod_pipeline.cli.sessions", "wod_pipeline.cli.parse"]
)
def test_the_command_line_starts_without_heavy_libraries(module: str) -> None:
    code = f"import sys, {module}; print(*[m for m in ('dagster', 'boto3', 'pandas', 'fastapi') if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not loaded.stdout.strip()
