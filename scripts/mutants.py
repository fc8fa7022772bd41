"""How many small changes to the pure rooms the tests notice: the table that `make mutants` prints.

mutmut changes one operator, number, string, argument or value at a time and runs the tests that call the
changed function. A changed program is a mutant; one whose tests fail is killed. `[tool.mutmut]` in
`pyproject.toml` names the rooms and their tests. Not mutated: module-level tables, default values that are
calls, and functions under a decorator (`property`, `lru_cache`).

    python scripts/mutants.py               every room
    python scripts/mutants.py rendering     the rooms named
    python scripts/mutants.py --last        the table of the last run again

`mutants/survivors.diff` then holds what each survivor changed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code

ROOT = Path(__file__).resolve().parent.parent
MUTANTS = ROOT / "mutants"
COLUMNS = ("killed", "timeout", "survived", "no tests")

_STATUS = defaultdict(lambda: "suspicious", status_by_exit_code) | {255: "not run"}
"""mutmut takes 255 for a timeout, yet gives it itself when pytest refuses the tests' names."""
Statuses = dict[str, tuple[Path, str]]
"""Mutant → the file it changes and what became of it."""


def run(rooms: list[str]) -> None:
    """Mutate the package afresh and test every mutant of the rooms (none named: of all)."""
    shutil.rmtree(MUTANTS, ignore_errors=True)
    names = [f"wod_pipeline.{room}.*" for room in rooms]
    # CI: Hypothesis takes the same examples each time and has no deadline, so that neither chance nor a busy
    # machine kills a mutant. Plugins: pytest would load them again for each mutant, and none is needed.
    environment = os.environ | {"CI": "true", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    mutmut = Path(sys.executable).with_name("mutmut")
    subprocess.run([mutmut, "run", *names], cwd=ROOT, env=environment, check=True)


def statuses() -> Statuses:
    """What became of every mutant tested."""
    results: Statuses = {}
    for path in sorted(MUTANTS.rglob("*.py.meta")):
        source = path.relative_to(MUTANTS).with_suffix("")
        codes = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        results |= {name: (source, _STATUS[code]) for name, code in codes.items() if code is not None}
    return results


def table(results: Statuses) -> str:
    """A line per room, and the total: mutants by what became of them, and the percentage noticed."""
    rooms: dict[str, Counter[str]] = defaultdict(Counter)
    for name, (_, status) in results.items():
        rooms[name.split(".")[1]][status] += 1
    rooms["total"] = sum(rooms.values(), Counter())
    return "\n".join(
        [line(["room", "mutants", *COLUMNS, "other", "% noticed"])]
        + [line([room, *cells(counts)]) for room, counts in rooms.items()]
    )


def cells(counts: Mapping[str, int]) -> list[str]:
    total = sum(counts.values())
    known = [counts[column] for column in COLUMNS]
    noticed = 100 * (counts["killed"] + counts["timeout"]) / total if total else 0
    return [str(number) for number in (total, *known, total - sum(known))] + [f"{noticed:.1f}"]


def line(words: list[str]) -> str:
    return words[0].ljust(12) + "".join(word.rjust(11) for word in words[1:])


def write_survivors(results: Statuses) -> None:
    """The changes that no test noticed, one diff after the other."""
    diffs = [
        f"# {name}: {status}\n{get_diff_for_mutant(name, path=source)}\n"
        for name, (source, status) in results.items()
        if status not in ("killed", "timeout")
    ]
    (MUTANTS / "survivors.diff").write_text("\n".join(diffs), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Count the small changes that the tests of the pure rooms notice."
    )
    parser.add_argument(
        "rooms", nargs="*", help="only these rooms, as the package's map names them, without .py"
    )
    parser.add_argument("--last", action="store_true", help="print the last run's table; run nothing")
    options = parser.parse_args()
    os.chdir(ROOT)
    if not options.last:
        run(options.rooms)
    results = statuses()
    write_survivors(results)
    print(table(results))


if __name__ == "__main__":
    main()
