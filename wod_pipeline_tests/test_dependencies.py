"""What pyproject.toml declares, compared with what is imported and with the releases in `locks/`."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wod_pipeline_tests.test_readme import MAKEFILE

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
EXTRAS = PROJECT["optional-dependencies"]
BUILD = PYPROJECT["dependency-groups"]["build"]
BASE = [Requirement(line) for line in PROJECT["dependencies"]]
WEB = [Requirement(line) for line in EXTRAS["web"]]
DEV = [Requirement(line) for line in EXTRAS["dev"] if not line.startswith("wod_pipeline[")]
OTHERS = [Requirement(line) for line in [*EXTRAS["mutants"], *BUILD, *PYPROJECT["build-system"]["requires"]]]

LOCK_PYTHON = re.findall(r"^LOCK_PYTHON := (\S+)$", MAKEFILE, re.MULTILINE)[0]
LOCKS = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "locks").glob("*.txt"))}
LOCKED = {
    "run.txt": [*BASE, *WEB, *map(Requirement, BUILD)],
    "dev.txt": [*BASE, *WEB, *DEV, *map(Requirement, BUILD)],
}
PIN = re.compile(r"^([a-z0-9-]+)==(\S+) \\\n((?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", re.MULTILINE)
"""A release and its hashes."""


def names(requirements: list[Requirement]) -> set[str]:
    return {canonicalize_name(each.name) for each in requirements}


def versions(lock: str) -> dict[str, str]:
    return {name: version for name, version, _ in PIN.findall(LOCKS[lock])}


def run_time_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Every node of a module, without what only type checkers read."""
    yield node
    is_for_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    for child in () if is_for_types else ast.iter_child_nodes(node):
        yield from run_time_nodes(child)


def imported_packages(folder: str) -> set[str]:
    """The distributions that the modules of a folder import, also late, at run time."""
    nodes = [
        node
        for path in (ROOT / folder).rglob("*.py")
        for node in run_time_nodes(ast.parse(path.read_text(encoding="utf-8")))
    ]
    modules = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    modules += [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    own = {"wod_pipeline", "wod_pipeline_tests", *(path.stem for path in (ROOT / "scripts").glob("*.py"))}
    tops = {module.split(".")[0] for module in modules} - sys.stdlib_module_names - own
    found = packages_distributions()
    return {canonicalize_name(found.get(top, [top])[0]) for top in tops - {"tomllib"}}


@pytest.mark.parametrize(
    ("folder", "declared"),
    [
        ("wod_pipeline", [*BASE, *WEB]),
        ("wod_pipeline_tests", [*BASE, *WEB, *DEV]),
        ("scripts", [*BASE, *WEB, *DEV, *OTHERS]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_whatever_is_imported_is_declared(folder: str, declared: list[Requirement]) -> None:
    assert imported_packages(folder) - names(declared) == set()


def test_the_package_without_its_pages_needs_no_extra() -> None:
    inside = {path.name for path in (ROOT / "wod_pipeline").iterdir() if path.is_dir()} - {
        "web",
        "cli",
        "__pycache__",
    }
    packages = set().union(*(imported_packages(f"wod_pipeline/{room}") for room in inside))
    assert packages - names(BASE) == set()


def bounds(requirement: Requirement) -> set[str]:
    """`lower` and `upper`, as far as the requirement has them."""
    operators = {specifier.operator for specifier in requirement.specifier}
    return {"lower" for each in operators if each == ">="} | {"upper" for each in operators if each == "<"}


@pytest.mark.parametrize("requirement", [*BASE, *WEB, *DEV, *OTHERS], ids=str)
def test_every_dependency_has_a_lower_and_an_upper_bound(requirement: Requirement) -> None:
    assert bounds(requirement) == {"lower", "upper"}


# ----------------------------------------------------------------------------------------------------- locks
def test_there_are_the_locks_that_make_lock_writes() -> None:
    assert set(LOCKS) == set(LOCKED) == set(re.findall(r"-o locks/(\S+)", MAKEFILE))


@pytest.mark.parametrize("lock", LOCKED)
def test_a_lock_has_nothing_but_releases_with_their_hashes(lock: str) -> None:
    """So neither the address of an index, nor a path of the machine that wrote it, nor a file without a hash."""
    without_comments = re.sub(r"^ *#.*\n", "", LOCKS[lock], flags=re.MULTILINE)
    assert PIN.sub("", without_comments) == ""
    assert not re.search(r"://|(?<!wod-pipeline )\((?!pyproject)|/(?!txt)[a-z]+/", LOCKS[lock])


@pytest.mark.parametrize("lock", LOCKED)
def test_every_declared_dependency_is_locked_within_its_bounds(lock: str) -> None:
    locked = versions(lock)
    for requirement in LOCKED[lock]:
        if requirement.marker and not requirement.marker.evaluate({"python_version": LOCK_PYTHON}):
            continue
        version = locked.get(canonicalize_name(requirement.name))
        assert version, f"{requirement.name} is not in locks/{lock}: run `make lock`"
        assert requirement.specifier.contains(version, prereleases=True), (
            f"{requirement}: {version} is locked"
        )


def test_tests_run_on_the_releases_that_are_deployed() -> None:
    assert versions("run.txt").items() <= versions("dev.txt").items()


def test_no_release_is_locked_twice() -> None:
    for lock, text in LOCKS.items():
        assert len(PIN.findall(text)) == len(versions(lock)), lock
