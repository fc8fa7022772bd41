"""How many facts of each fixture the parser reads right: the table that `make score` prints.

A fact is one field of one node: a block's interval, an exercise's reps, a line's role. A node of the expected and
one of the actual ParsedPost are the same when both have the same level and are the n-th to start on the same line.
A cell reads `right/total`; `total` counts every fact that either side has, so an invented fact costs as much as a
missed one. Wording (messages, names as written, titles) does not count as facts; the tests compare it as well.

    python scripts/score.py                  every fixture
    python scripts/score.py --posts DIR      every NAME.post.json + NAME.week.json in DIR
    python scripts/score.py --post POST.json --gold GOLD.json
                                             one post; its labels may hold `sha8` instead of the lines' text
    python scripts/score.py --misses         also print every fact that differs

This script only compares; the parser is `wod_pipeline.parsing`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wod_pipeline.parsing import parse_post
from wod_pipeline.program import RawPost, decode, encode

Json = dict[str, Any]
Place = tuple[str, str, str]
"""Level, node, field."""
Facts = dict[Place, str]
Tally = dict[str, tuple[int, int]]
"""Right and total facts by level."""

POSTS = Path(__file__).resolve().parent.parent / "wod_pipeline_tests" / "posts"
LEVELS = (
    "week", "sessions", "segments", "blocks", "exercises", "loads", "set_rows", "notes", "links", "lines",
    "diagnostics",
)  # fmt: skip
CHILDREN = {"sessions": "segments", "segments": "blocks", "blocks": "exercises", "exercises": "set_rows"}
WORDING_OR_CHILDREN = {"label", "title", "notes", "load", "parts", *CHILDREN.values()}
OWNERS = {
    "sessions": "session", "segments": "segment", "blocks": "block", "exercises": "exercise",
    "set_rows": "set_row", "notes": "note", "preamble": "note",
}  # fmt: skip


# ------------------------------------------------------------------------------------------ a ParsedPost as facts
def facts_of(week: Json) -> Facts:
    """Flatten a ParsedPost to its facts. A field that is absent, null, empty or false is not a fact."""
    seen: Counter[tuple[str, int]] = Counter()
    facts: Facts = {}
    for level, node, field, value in (*_week(week), *_lines(week), *_nodes(week, "sessions", seen)):
        pruned = _prune(value)
        if pruned is not None:
            facts[level, node, field] = json.dumps(pruned, sort_keys=True)
    return facts


RawFacts = Iterator[tuple[str, str, str, Any]]


def _week(week: Json) -> RawFacts:
    for field in ("week", "program", "dates"):
        yield "week", "", field, week.get(field)
    yield from _notes(week.get("preamble"), "week")
    for diagnostic in week.get("diagnostics") or []:
        yield "diagnostics", str(diagnostic.get("line")), diagnostic["code"], True


def _lines(week: Json) -> RawFacts:
    for line in week.get("lines") or []:
        node = str(line["n"])
        yield "lines", node, "role", (line["role"], _owner_kind(line["owner"]))
        yield "lines", node, "text", line.get("sha8") or _sha8(line["text"])
        for link in line.get("links") or []:
            yield "links", node, link["href"], (link["start"], link["end"])


def _nodes(parent: Json, level: str, seen: Counter[tuple[str, int]]) -> RawFacts:
    for child in parent.get(level) or []:
        first = child["lines"][0]
        seen[level, first] += 1
        yield from _node(child, level, f"{first}.{seen[level, first]}")
        if level in CHILDREN:
            yield from _nodes(child, CHILDREN[level], seen)


def _node(child: Json, level: str, node: str) -> RawFacts:
    for field in child.keys() - WORDING_OR_CHILDREN:
        yield level, node, field, child[field]
    if level == "segments":
        yield level, node, "label", child.get("label")
    for field, value in (child.get("load") or {}).items():
        yield "loads", f"{level} {node}", field, value
    yield from _parts(child.get("parts") or [], node)
    yield from _notes(child.get("notes"), OWNERS[level])


def _parts(parts: list[Json], node: str) -> RawFacts:
    for place, part in enumerate(parts, 1):
        yield "exercises", node, f"movement {place}", part.get("movement_id") or "unknown"
        yield "exercises", node, f"pause {place}", "pause" if part.get("pause") == {} else part.get("pause")
        yield "links", node, f"video {place}", part.get("video_url")
        if len(parts) > 1:
            yield "exercises", node, f"reps {place}", part.get("reps") or 1


def _notes(notes: list[Json] | None, on: str) -> RawFacts:
    for note in notes or []:
        yield "notes", str(note["lines"]), "kind", note["kind"]
        yield "notes", str(note["lines"]), "on", on


def _owner_kind(pointer: str) -> str:
    return OWNERS[[step for step in pointer.split("/") if step and not step.isdigit()][-1]]


def _sha8(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]


def _prune(value: Any) -> Any:
    """`value` without its nulls; None when nothing is left."""
    if isinstance(value, dict):
        value = {key: kept for key, item in value.items() if (kept := _prune(item)) is not None}
    return None if value is None or value is False or value in ({}, []) else value


# ----------------------------------------------------------------------------------------------- comparison
def misses(expected: Facts, parsed: Facts) -> list[Place]:
    """The places where the two sides differ, sorted."""
    return sorted(
        place for place in expected.keys() | parsed.keys() if expected.get(place) != parsed.get(place)
    )


def tally(expected: Facts, parsed: Facts) -> Tally:
    """The right and all facts, by level and under `total`."""
    places = expected.keys() | parsed.keys()
    total = Counter(level for level, _, _ in places)
    wrong = Counter(level for level, _, _ in misses(expected, parsed))
    counts = {level: (total[level] - wrong[level], total[level]) for level in LEVELS}
    return {**counts, "total": (len(places) - wrong.total(), len(places))}


def add_up(tallies: list[Tally]) -> Tally:
    """The sum of the tallies, level by level."""
    return {
        level: (sum(t[level][0] for t in tallies), sum(t[level][1] for t in tallies))
        for level in (*LEVELS, "total")
    }


def table(tallies: dict[str, Tally]) -> str:
    """One row per fixture and one for all of them; a dot where a level has no facts."""
    rows = [["", *LEVELS, "total", "%"]]
    for name, counts in {**tallies, f"all {len(tallies)}": add_up([*tallies.values()])}.items():
        right, total = counts["total"]
        cells = [f"{r}/{of}" if of else "·" for r, of in counts.values()]
        rows.append([name, *cells, f"{100 * right / total if total else 100:.2f}"])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    )


# ---------------------------------------------------------------------------------------------- command line
def read_pair(post: Path, gold: Path) -> tuple[Facts, Facts]:
    """Read a pair, parse the post, and return the expected and the parsed facts."""
    week = parse_post(decode(post.read_bytes(), RawPost))
    return facts_of(json.loads(gold.read_bytes())), facts_of(json.loads(encode(week)))


def pairs_in(posts: Path) -> dict[str, tuple[Path, Path]]:
    """The pairs of a folder by name."""
    paths = {path.name.removesuffix(".post.json"): path for path in sorted(posts.glob("*.post.json"))}
    return {name: (path, posts / f"{name}.week.json") for name, path in paths.items()}


def main(arguments: list[str] | None = None) -> int:
    """Print the table, and with `--misses` every fact that differs. Returns 1 when there is nothing to score."""
    parser = argparse.ArgumentParser(description="Score the parser against labelled posts.")
    parser.add_argument("--posts", type=Path, default=POSTS, help="folder of NAME.post.json + NAME.week.json")
    parser.add_argument("--post", type=Path, help="one post instead; needs --gold")
    parser.add_argument("--gold", type=Path, help="its labels")
    parser.add_argument("--misses", action="store_true", help="print every fact that differs")
    options = parser.parse_args(arguments)
    if (options.post is None) != (options.gold is None):
        parser.error("--post and --gold go together")
    pairs = {options.post.stem: (options.post, options.gold)} if options.post else pairs_in(options.posts)
    if not pairs:
        print(f"No NAME.post.json in {options.posts}: nothing to score.", file=sys.stderr)
        return 1
    facts = {name: read_pair(*pair) for name, pair in pairs.items()}
    if options.misses:
        for name, (expected, parsed) in facts.items():
            for place in misses(expected, parsed):
                print(name, *place, "expected", expected.get(place), "parsed", parsed.get(place))
    print(table({name: tally(*sides) for name, sides in facts.items()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
