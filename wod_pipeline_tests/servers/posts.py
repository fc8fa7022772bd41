"""Many synthetic weekly posts, as a coach's site would hold them: for benchmarks and fault runs.

Each post is a full training week of 120 to 170 lines in the usual structure (day headings, warm-ups, lettered
segments, percentages, set rows, videos), different every week and the same for the same seed.
"""

from __future__ import annotations

import datetime as dt
import html
import random
from typing import Any
from zoneinfo import ZoneInfo

Lines = list[str]

FIRST_ID = 20_000
PLAN = "5 Day Barbell Plan"
ORDINALS = ("One", "Two", "Three", "Four", "Five")
DAYS = ("Monday", "Tuesday", "Wednesday", "Friday", "Saturday")
SNATCHES = ("Snatch", "Power Snatch", "Hang Snatch", "Slow Pull Snatch", "Hang Power Snatch", "Tall Snatch")
CLEANS = ("Clean", "Power Clean", "Hang Clean", "Slow Pull Clean", "Hang Power Clean", "Tall Clean")
OVERHEAD = ("Jerk", "Power Jerk", "Push Press", "Split Jerk", "Push Jerk")
SQUATS = ("Back Squat", "Front Squat", "Overhead Squat", "Pause Front Squat")
PULLS = ("Deadlift", "Clean Pull", "Snatch Pull", "Romanian Deadlift", "Snatch High Pull")
ACCESSORIES = (
    "Strict Pull-Ups x 6-8 reps",
    "Single-Arm DB Row x 10 reps each arm",
    "Weighted Plank x 40 seconds",
    "Barbell Lunges x 8 reps each leg",
    "Stationary Dips x 9 reps",
    "Bearhug Sandbag Carry x 60 meters",
    "GHD Sit-Ups x 15 reps",
    "Reverse Hyper x 12 reps",
)
WARM_UPS = ("Air Squats", "Pushups", "Lunges", "V-Ups", "Burpees", "Jumping Jacks", "Inchworms")
BAR_WORK = (
    "Deadlift",
    "Muscle Snatch",
    "Overhead Squat",
    "Press",
    "Front Squat",
    "Power Clean",
    "Push Press",
)
REMARKS = (
    "*Keep the bar close and finish every pull.",
    "*Leave two reps in the tank today.",
    "(hold the last rep for a breath)",
    "Build over the course of the sets.",
    "*Note what you lifted, we come back to this next week.",
    "*If your shoulders complain, take a narrower grip instead.",
)


def generate_posts(
    weeks: int, first: dt.date, seed: int = 1, *, category: int = 213, timezone: str = "America/Los_Angeles"
) -> list[dict[str, Any]]:
    """One post for each of `weeks` weeks from the Monday `first`, as the REST API shows it."""
    return [
        _post(n, first + dt.timedelta(weeks=n), random.Random(f"{seed}/{n}"), category, ZoneInfo(timezone))
        for n in range(weeks)
    ]


def week_title(monday: dt.date) -> str:
    """``March 1-7, 2021``; with both months, or both years, where the week crosses them."""
    sunday = monday + dt.timedelta(days=6)
    if monday.year != sunday.year:
        return f"{monday:%B} {monday.day}, {monday.year} - {sunday:%B} {sunday.day}, {sunday.year}"
    if monday.month != sunday.month:
        return f"{monday:%B} {monday.day} - {sunday:%B} {sunday.day}, {sunday.year}"
    return f"{monday:%B} {monday.day}-{sunday.day}, {sunday.year}"


def _post(n: int, monday: dt.date, dice: random.Random, category: int, zone: ZoneInfo) -> dict[str, Any]:
    published = dt.datetime.combine(monday - dt.timedelta(days=1), dt.time(17, n % 60))
    modified = published - dt.timedelta(hours=dice.randrange(72)) if n % 3 else published
    title = f"{week_title(monday)} &#8211; {PLAN}"
    slug = "-".join(f"{week_title(monday)} {PLAN}".lower().replace(",", "").replace("-", " ").split())
    return {
        "id": FIRST_ID + 7 * n,
        "date": published.isoformat(),
        "date_gmt": _gmt(published, zone),
        "modified": modified.isoformat(),
        "modified_gmt": _gmt(modified, zone),
        "slug": slug,
        "status": "publish",
        "type": "post",
        "link": f"https://coach.example/{slug}/",
        "title": {"rendered": title},
        "content": {"rendered": _week_html(n, dice), "protected": False},
        "meta": [],
        "categories": [category],
    }


def _gmt(local: dt.datetime, zone: ZoneInfo) -> str:
    return local.replace(tzinfo=zone).astimezone(dt.timezone.utc).replace(tzinfo=None).isoformat()


def _week_html(n: int, dice: random.Random) -> str:
    blocks: list[Lines] = [
        [f"Week {n % 4 + 1} of 4. Sleep, eat, and read the whole day before you load a bar."]
    ]
    for number, day in enumerate(DAYS):
        if day == "Friday":
            blocks.append(["<strong>Thursday (Rest Day)</strong>", "Walk, stretch, and go to bed early."])
        blocks += _day(day, number, 65 + 5 * (n % 4), dice)
    paragraphs = ["<br />\n".join(lines) for lines in blocks]
    return "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)


def _day(day: str, number: int, percent: int, dice: random.Random) -> list[Lines]:
    lifts = [SNATCHES, CLEANS] if number % 2 else [CLEANS, SNATCHES]
    segments = [
        _timed(dice.choice(lifts[0]), percent, dice),
        _by_sets(f"{dice.choice(lifts[1])} + {dice.choice(OVERHEAD)}", percent, dice),
        _squat(dice.choice(SQUATS), percent, dice),
        _timed(dice.choice(PULLS), percent + 20, dice),
        _accessories(dice),
    ]
    blocks = [[f"<strong>{day} (Session {ORDINALS[number]})</strong>", *_warm_up(dice)]]
    for letter, lines in zip("ABCDE", segments, strict=True):
        blocks.append([f"{letter}.", *lines])
    return blocks


def _warm_up(dice: random.Random) -> Lines:
    moves = dice.sample(WARM_UPS, 3)
    bar = dice.sample(BAR_WORK, dice.randrange(1, 5))
    return [
        "<strong>Suggested Warm-Up</strong>",
        f"{dice.choice((200, 400))}m run",
        f"{dice.choice((2, 3))} Rounds:",
        ", ".join(f"{dice.randrange(5, 13)} {move}" for move in moves),
        "With empty bar:",
        *(f"{dice.randrange(3, 7)} {name}" for name in bar),
    ]


def _timed(lift: str, percent: int, dice: random.Random) -> Lines:
    sets, every = dice.randrange(4, 9), dice.choice((60, 90, 120))
    return [
        f"Every {every} seconds, for {_clock(sets * every)} ({sets} sets):",
        f"{_linked(lift)} x {dice.randrange(1, 4)} reps @ {percent}-{percent + 5}%",
        *dice.sample(REMARKS, dice.randrange(2)),
    ]


def _by_sets(lift: str, percent: int, dice: random.Random) -> Lines:
    sets = dice.choice((6, 8))
    half = sets // 2
    return [
        f"Every 2 minutes, for {2 * sets} minutes ({sets} sets):",
        f"({html.escape(lift)}) x 1 rep",
        f"*Sets 1-{half} = @ {percent}% of 1-RM Clean &amp; Jerk",
        f"*Sets {half + 1}-{sets} = @ {percent + 5}-{percent + 8}%",
    ]


def _squat(lift: str, percent: int, dice: random.Random) -> Lines:
    return [
        "Every 3 minutes, for 12 minutes (4 sets):",
        _linked(lift),
        f"*Sets 1-2 = {dice.choice((5, 6, 8))} reps @ {percent}%",
        f"*Sets 3-4 = {dice.choice((2, 3, 4))} reps @ {percent + 8}%",
    ]


def _accessories(dice: random.Random) -> Lines:
    first, second = dice.sample(ACCESSORIES, 2)
    return [
        f"{dice.choice(('Two', 'Three', 'Four'))} sets of:",
        first,
        second,
        f"Rest {dice.choice((45, 60, 90))} seconds",
    ]


def _linked(lift: str) -> str:
    return f'<a href="https://videos.example/{lift.lower().replace(" ", "-")}" rel="noopener">{lift}</a>'


def _clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}:{rest:02d}" if rest else f"{minutes} minutes"
