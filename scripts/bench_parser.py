"""The parser against the plain cut of the text that people start with, over the same generated posts.

The cut (`plain_cut`) takes the text of a post and splits it by weekday and by letter, no more. What it costs is
what BeautifulSoup with Python's own HTML parser costs.

A coach repeats lines from week to week, and the parser remembers them; so it is measured twice, with every line
seen before and with none, and once with a post of a megabyte in which no line is like another.
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
from wod_pipeline.wordpress import read_post
from wod_pipeline_tests.servers.posts import generate_posts

WEEKDAY = re.compile(r"^\s*(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b", re.MULTILINE)
MEGABYTE = 1_000_000
LIFTS = ("Back Squat", "Power Snatch", "Clean & Jerk", "Front Squat", "Romanian Deadlift")
PASSES = 5
FULL_WEEK = 174
"""Lines of a full week's post, as coaches write it with warm-ups and remarks."""
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


def plain_cut(post: RawPost) -> dict[str, dict[str, str]]:
    """Weekday → letter → text."""
    text = BeautifulSoup(post.content.rendered, "html.parser").get_text("\n")
    days = WEEKDAY.split(text)[1:]
    cut = {}
    for name, day in zip(days[::2], days[1::2], strict=True):
        parts = LETTER.split(day)
        cut[name] = {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}
    return cut


def forget_lines() -> None:
    """Empty the parser's memory, as before its first post."""
    for name, module in sys.modules.items():
        if name.startswith("wod_pipeline.parsing"):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


def parse_unprepared(post: RawPost) -> None:
    forget_lines()
    parse_post(post)


def megabyte_of_lines() -> RawPost:
    """A post no two lines of which are alike."""
    written = ["<p>Monday</p>"]
    for n in range(MEGABYTE // 42):
        line = FORMS[n % len(FORMS)].format(n=n, lift=LIFTS[n % len(LIFTS)])
        written.append(f"<p>{html.escape(line)}</p>\n")
    return RawPost(id=1, slug="june-1-7-2020", content=Rendered("".join(written)))


def posts_per_second(work: Callable[[RawPost], object], posts: list[RawPost], passes: int = 1) -> float:
    """Processor seconds count, and the best pass: what other programs do to caches and clocks is not the parser's."""
    return max(len(posts) / cpu_s_of(work, posts) for _ in range(passes))


def cpu_s_of(work: Callable[[RawPost], object], posts: list[RawPost]) -> float:
    begun = time.process_time()
    for post in posts:
        work(post)
    return time.process_time() - begun


def main(weeks: int) -> None:
    """Print the rates as JSON."""
    made = generate_posts(weeks, dt.date(2015, 1, 5))
    posts = [read_post(post, "generated") for post in made]
    lines = sum(len(parse_post(post).lines) for post in posts) / len(posts)
    ours, cut = (posts_per_second(work, posts, PASSES) for work in (parse_post, plain_cut))
    new = posts_per_second(parse_unprepared, posts)
    huge = megabyte_of_lines()
    rows = {
        "parser, HTML to structured ParsedPost": {
            "posts per s and core": ours,
            "lines a post": lines,
            f"posts of {FULL_WEEK} lines": ours * lines / FULL_WEEK,
        },
        "the same, no line seen before": {"posts per s and core": new},
        f"a post of {len(huge.content.rendered):,} characters, every line different": {
            "CPU s": 1 / posts_per_second(parse_unprepared, [huge])
        },
        "plain text cut by weekday and letter": {"posts per s and core": cut},
        "time of the parser ÷ time of the cut": {"ratio": cut / ours},
    }
    print(json.dumps(rows))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
