"""`wod parse` and `wod explain`: run the parser on one post or one line, without storing anything."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec

from wod_pipeline.bounded_json import load_json
from wod_pipeline.cli.context import print_json
from wod_pipeline.errors import SourceMalformed
from wod_pipeline.terminal import write

_ONE_POST = "Give the JSON of one WordPress post, as its REST API returns it."


@click.command()
@click.argument("post", type=click.Path(path_type=Path, allow_dash=True))
def parse(post: Path) -> None:
    """Print a WordPress post as a structured ParsedPost. POST is a JSON file, or - for standard input.

    \b
    wod parse post.json > week.json
    curl -s https://example.com/wp-json/wp/v2/posts/123 | wod parse -
    """
    from wod_pipeline.parsing import parse_post
    from wod_pipeline.program import encode
    from wod_pipeline.settings import load_settings
    from wod_pipeline.wordpress import decode_post

    data = _read_json(post)
    if isinstance(data, list) and len(data) == 1:
        data = data[0]
    if not isinstance(data, dict):
        raise SourceMalformed(f"{_name(post)} is not a post.", fix=_ONE_POST)
    habits = load_settings(no_source=True).date_habits
    raw = msgspec.structs.replace(decode_post({"id": 1, **data}), habits=habits)
    # A draft written by hand has no id yet.
    parsed = parse_post(raw if "id" in data else msgspec.structs.replace(raw, id=0))
    print_json(encode(parsed))


@click.command()
@click.argument("line")
def explain(line: str) -> None:
    """Show step by step how one LINE of a post is read, and mark what could not be read.

    \b
    wod explain "Snatch x 1 rep @ 60-70% of 1-RM Snatch"
    """
    from wod_pipeline.parsing import explain_line

    write(explain_line(line).render())


def _name(path: Path) -> str:
    return "standard input" if str(path) == "-" else str(path)


def _read_json(path: Path) -> object:
    try:
        return load_json(sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SourceMalformed(
            f"{path} cannot be read: {error.strerror}.", fix="Name the JSON file of a post."
        ) from error
    except ValueError as error:
        raise SourceMalformed(
            f"{_name(path)} is not a post: {error}.",
            fix=_ONE_POST,
        ) from error
