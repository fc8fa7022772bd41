"""Print the counts of every relation; `--list RELATION` prints the failing trials, `--write` renews `known.txt`.

Files given are posts as WordPress returns them, in place of the fixtures, the sample program and generated lines.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from wod_pipeline_tests.parsing.metamorphic.passages import passages_in
from wod_pipeline_tests.parsing.metamorphic.tally import (
    PAIRS,
    RELATIONS,
    ROUND_TRIP,
    failures,
    trials_of,
    trials_on,
    write_known,
)
from wod_pipeline_tests.parsing.metamorphic.trials import Trial

OUTCOMES = ("right", "silent", "lost", "flagged")


def main() -> None:
    """Count, print, and list or write what is asked for."""
    given = _arguments()
    rows = _trials(given.posts)
    found = {}
    _say(f"{'relation':14}{'source':11}{'trials':>8}" + "".join(f"{name:>9}" for name in OUTCOMES))
    for (relation, source), trials in rows:
        found[relation, source] = failures(trials)
        counts = Counter(trial.outcome for trial in trials)
        _say(f"{relation:14}{source:11}{len(trials):8}" + "".join(f"{counts[name]:9}" for name in OUTCOMES))
        if relation == given.list:
            failing = dict.fromkeys(trial for trial in trials if trial.outcome != "right")
            _say(*(f"  {trial}" for trial in failing))
    if given.write:
        write_known(found)


def _say(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m wod_pipeline_tests.parsing.metamorphic", description=__doc__)
    parser.add_argument("posts", nargs="*", type=Path, metavar="POST.json")
    parser.add_argument("--list", choices=(*RELATIONS, ROUND_TRIP), help="print every trial that fails")
    parser.add_argument("--write", action="store_true", help="write known.txt; refused where failures grew")
    given = parser.parse_args()
    if given.write and given.posts:
        parser.error("--write takes no posts")
    return given


def _trials(posts: list[Path]) -> Iterator[tuple[tuple[str, str], list[Trial]]]:
    if posts:
        passages = list(passages_in(posts))
        yield from (((relation, "posts"), trials_on(relation, passages)) for relation in RELATIONS)
    else:
        yield from ((pair, trials_of(*pair)) for pair in PAIRS)


if __name__ == "__main__":
    main()
