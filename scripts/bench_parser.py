"""The parser against the plain cut of the text that people start with, over the same generated posts.

The cut (`plain_cut`) takes the text of a post and splits it by weekday and by letter, no more. What it costs is
what BeautifulSoup with Python's own HTML parser costs.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
import time
from collections.abc import Callable

from bs4 import BeautifulSoup

from wod_pipeline.parsing import parse_post
from wod_pipeline.program import RawPost
from wod_pipeline.wordpress import read_post
from wod_pipeline_tests.servers.posts import generate_posts

WEEKDAY = re.compile(r"^\s*(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b", re.MULTILINE)
LETTER = re.compile(r"^\s*([A-Z])\.\s*$", re.MULTILINE)


def plain_cut(post: RawPost) -> dict[str, dict[str, str]]:
    """Weekday → letter → text."""
    text = BeautifulSoup(post.content.rendered, "html.parser").get_text("\n")
    days = WEEKDAY.split(text)[1:]
    cut = {}
    for name, day in zip(days[::2], days[1::2], strict=True):
        parts = LETTER.split(day)
        cut[name] = {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}
    return cut


def posts_per_second(work: Callable[[RawPost], object], posts: list[RawPost]) -> float:
    """Processor seconds count, so that other programs do not."""
    begun = time.process_time()
    for post in posts:
        work(post)
    return len(posts) / (time.process_time() - begun)


def main(weeks: int) -> None:
    """Print the rates as JSON."""
    made = generate_posts(weeks, dt.date(2015, 1, 5))
    posts = [read_post(post, "generated") for post in made]
    lines = sum(len(parse_post(post).lines) for post in posts) / len(posts)
    ours, cut = posts_per_second(parse_post, posts), posts_per_second(plain_cut, posts)
    rows = {
        "parser, HTML to structured Week": {"posts per s and core": ours, "lines a post": lines},
        "plain text cut by weekday and letter": {"posts per s and core": cut},
        "time of the parser ÷ time of the cut": {"ratio": cut / ours},
    }
    print(json.dumps(rows))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
