"""The speed of the parser, compared with simply splitting the text, over the same generated posts.

`split_text` takes the text of a post and splits it by weekday and by letter, which is the least a reader of posts
has to do. Nearly all of its time is spent in BeautifulSoup with Python's own HTML parser.

A coach repeats lines from week to week, and the parser caches them. So it is measured with every line seen before,
with none seen before, and on a post of one megabyte without a repeated line.
"""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import sys
import time
from collections.abc import Callable

from bs4 import BeautifulSoup

from wod_pipeline.parsing import parse_post
from wod_pipeline.program import RawPost, Rendered
from wod_pipeline.wordpress import decode_post
from wod_pipeline_tests.servers.posts import generate_posts

WEEKDAY = re.compile(r"^\s*(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b", re.MULTILINE)
MEGABYTE = 1_000_000
LIFTS = ("Back Squat", "Power Snatch", "Clean & Jerk", "Front Squat", "Romanian Deadlift")
PASSES = 5
FULL_WEEK = 174
"""Lines of a full week's post with warm-ups and remarks."""
FORMS = (
    "{lift} x {n} reps @ 70%",
    "*Set {n} = 3 reps @ 75-80% of 1-RM {lift}",
    "Every {n} seconds, for 9 minutes (6 sets):",
    "{n} Air Squats, 10 Push-Ups, {n} V-Ups",
    "{n} {lift} + 2 Jerk",
    "Rest {n} seconds",
    "*Rule {n}: stay patient and keep the bar close.",
)
LETTER = re.compile(r"^\s*([A-Z])\.\s*$", re.MULTILINE)


def split_text(post: RawPost) -> dict[str, dict[str, str]]:
    """Weekday → letter → text."""
    text = BeautifulSoup(post.content.rendered, "html.parser").get_text("\n")
    days = WEEKDAY.split(text)[1:]
    parts_by_day = {}
    for name, day in zip(days[::2], days[1::2], strict=True):
        parts = LETTER.split(day)
        parts_by_day[name] = {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}
    return parts_by_day


def clear_caches() -> None:
    """Empty the parser's caches, as before its first post."""
    for name, module in sys.modules.items():
        if name.startswith("wod_pipeline.parsing"):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


def parse_with_empty_caches(post: RawPost) -> None:
    clear_caches()
    parse_post(post)


def megabyte_of_lines() -> RawPost:
    """A post without a repeated line."""
    lines = ["<p>Monday</p>"]
    for n in range(MEGABYTE // 42):
        line = FORMS[n % len(FORMS)].format(n=n, lift=LIFTS[n % len(LIFTS)])
        lines.append(f"<p>{html.escape(line)}</p>\n")
    return RawPost(id=1, slug="june-1-7-2020", content=Rendered("".join(lines)))


def posts_per_second(work: Callable[[RawPost], object], posts: list[RawPost], passes: int = 1) -> float:
    """Posts per CPU second of the fastest pass, which other programs on the machine have disturbed least."""
    return max(len(posts) / cpu_s_of(work, posts) for _ in range(passes))


def cpu_s_of(work: Callable[[RawPost], object], posts: list[RawPost]) -> float:
    start = time.process_time()
    for post in posts:
        work(post)
    return time.process_time() - start


def main(weeks: int) -> None:
    """Print the rates over so many weeks as JSON."""
    posts = [decode_post(post) for post in generate_posts(weeks, dt.date(2015, 1, 5))]
    lines = sum(len(parse_post(post).lines) for post in posts) / len(posts)
    parsed, split = (posts_per_second(work, posts, PASSES) for work in (parse_post, split_text))
    uncached = posts_per_second(parse_with_empty_caches, posts)
    huge = megabyte_of_lines()
    rows = {
        "parser, HTML to structured ParsedPost": {
            "posts per s and core": parsed,
            "lines per post": lines,
            f"posts of {FULL_WEEK} lines": parsed * lines / FULL_WEEK,
        },
        "the same, no line seen before": {"posts per s and core": uncached},
        f"a post of {len(huge.content.rendered):,} characters, every line different": {
            "CPU s": 1 / posts_per_second(parse_with_empty_caches, [huge])
        },
        "text split by weekday and letter": {"posts per s and core": split},
        "time of the parser ÷ time of the split": {"ratio": split / parsed},
    }
    print(json.dumps(rows))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
