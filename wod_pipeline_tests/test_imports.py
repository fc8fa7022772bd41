"""The rules of who may import whom, read from the source: a wrong import fails with the rule it breaks."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import wod_pipeline

ROOT = Path(__file__).parents[1] / "wod_pipeline"
MODULES = sorted(ROOT.rglob("*.py"))

LINE = re.compile(r"^ +([a-z_]+)(\.py|/) {2,}(\S.*)$", re.MULTILINE)
MAP = {name: says for name, _, says in LINE.findall(wod_pipeline.__doc__ or "")}
"""Room → what the package's docstring says of it, in the order in which rooms may import one another."""
ORDER = list(MAP)
PURE = {room for room, says in MAP.items() if says.endswith("; pure")}
IO_LIBRARIES = {"dagster", "dagster_aws", "boto3", "botocore", "requests", "sqlite3", "fastapi"}


def room_of(path: Path) -> str:
    """The top-level part of the package a file belongs to."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    """Every module and name imported anywhere in the file, functions included, with dots."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    sources = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    names = {f"{node.module}.{alias.name}" for node in sources for alias in node.names}
    return modules | {str(node.module) for node in sources} | names


def test_the_map_names_every_room_of_the_package_and_no_other() -> None:
    rooms = {room_of(path) for path in MODULES} - {"__init__"}
    assert set(ORDER) == rooms, "the map in the package's docstring must name each room once"


def test_the_readme_shows_the_same_map() -> None:
    readme = (ROOT.parent / "README.md").read_text(encoding="utf-8")
    tree = readme.split("\nwod_pipeline/\n", 1)[1].split("\nwod_pipeline_tests/", 1)[0]
    assert LINE.findall(tree) == LINE.findall(wod_pipeline.__doc__ or "")


def test_every_folder_of_tests_has_its_room_or_is_named_by_the_readme() -> None:
    readme = (ROOT.parent / "README.md").read_text(encoding="utf-8")
    told = readme.split("\nwod_pipeline_tests/", 1)[1].split("\ndocs/", 1)[0]
    folders = {path.name for path in Path(__file__).parent.glob("[a-z]*/") if list(path.glob("[a-z]*.*"))}
    assert folders - MAP.keys() == set(re.findall(r"(\w+)/", told))


@pytest.mark.parametrize("room", sorted(ROOT.glob("*/__init__.py")), ids=lambda p: str(p.parent.name))
def test_a_list_of_modules_in_a_rooms_docstring_is_complete(room: Path) -> None:
    modules = {path.stem for path in room.parent.glob("*.py")} - {"__init__"}
    text = ast.get_docstring(ast.parse(room.read_text(encoding="utf-8"))) or ""
    listed = set(re.findall(r"^- `(\w+)`:", text, re.MULTILINE))
    assert not listed & modules or listed == modules


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_room_imports_only_rooms_above_it(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    above = ORDER[: ORDER.index(room) + 1]
    for name in imports_of(path):
        package, _, inner = name.partition(".")
        imported = inner.split(".")[0]
        if package == "wod_pipeline" and imported in MAP:
            assert imported in above, f"{room} may not import {imported}: it stands below it in the map"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_room_imports_a_private_module_of_another(path: Path) -> None:
    foreign = [
        name
        for name in imports_of(path)
        if name.startswith("wod_pipeline.")
        and name.split(".")[1] != room_of(path)
        and any(part.startswith("_") and part != "__version__" for part in name.split("."))
    ]
    assert not foreign


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
    assert readers == ["settings/__init__.py"]


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
