"""A message of every kind, in all its forms, and the file that shows them as people receive them.

After a change of wording that is meant, write `messages.txt` anew with
``python -m wod_pipeline_tests.messages.catalogue``, read the difference as its readers would, and commit it.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from wod_pipeline import messages
from wod_pipeline.messages import LastSeen, Links, Message
from wod_pipeline.messages._freshness import CAUSES
from wod_pipeline.program import Outcome, RawPost, Weekly
from wod_pipeline.removals import RemovedPost
from wod_pipeline.watching.freshness import Cause, Deadlines, Episode, Notice, Standing
from wod_pipeline.watching.outage import Outage
from wod_pipeline.watching.runs import StepFailure
from wod_pipeline.weeks import parse_weekly_time
from wod_pipeline_tests.builders import STORED_MONDAY as WEEK
from wod_pipeline_tests.builders import plain_week

FILE = Path(__file__).with_name("messages.txt")
ZONE = ZoneInfo("America/Los_Angeles")
DEADLINES = Deadlines(ZONE, parse_weekly_time("sun 21:00"), parse_weekly_time("mon 05:00"))
LINKS = Links("http://dagster.example/")
SINCE = dt.datetime(2021, 3, 1, 5, tzinfo=dt.timezone.utc)
LEFT = Weekly[RawPost](
    WEEK,
    Outcome.NOT_PUBLISHED,
    [],
    moved_to=[(7, WEEK - dt.timedelta(weeks=1))],
    removed=[
        RemovedPost(8, "strength", "March 1 - 7 Strength", SINCE, 12),
        RemovedPost(9, "strength", "March 1 - 7 Strength", SINCE),
    ],
)
OUTAGE = Outage(SINCE, 4, SINCE, "no answer")


def late(cause: Cause, kind: str = "warn") -> Message:
    notice = Notice(kind, Episode(WEEK, SINCE, cause), Standing(cause))  # type: ignore[arg-type]
    return messages.freshness(notice, DEADLINES, LastSeen(WEEK - dt.timedelta(weeks=1), 5), LINKS)


def one_of_each() -> list[Message]:
    """A message of every kind, in all its forms."""
    next_week = WEEK + dt.timedelta(weeks=1)
    no_answer = StepFailure("raw_posts", "The site did not answer within 30 s.", True)
    refused = StepFailure("session_records", "2021-03-01: Permission denied.", False)
    again = Episode(WEEK, SINCE + dt.timedelta(days=2), Cause.COULD_NOT_LOOK, None, SINCE)
    blind = Standing(Cause.COULD_NOT_LOOK, "The site answers 503.")
    return [
        *[late(cause) for cause in CAUSES],
        late(Cause.NOT_PUBLISHED, "critical"),
        messages.freshness(Notice("warn", again, blind), DEADLINES, None, LINKS),
        messages.freshness(
            Notice("recovered", Episode(WEEK, SINCE, Cause.NOT_PUBLISHED), Standing(None, sessions=1)),
            DEADLINES,
            None,
            LINKS,
        ),
        messages.source_down("https://coach.example", OUTAGE, ZONE, LINKS),
        messages.source_down(
            "https://coach.example",
            Outage(SINCE + dt.timedelta(hours=1), 1, SINCE, "401.", transient=False),
            ZONE,
            LINKS,
        ),
        messages.source_down(
            "https://coach.example",
            Outage(
                SINCE + dt.timedelta(hours=2),
                5,
                SINCE,
                "A page (text/html) instead of JSON.",
                challenged=True,
                fix="Open it in a browser.",
            ),
            ZONE,
            LINKS,
        ),
        messages.source_back("https://coach.example", OUTAGE, ZONE, LINKS),
        messages.posts_gone("https://coach.example", {7: WEEK}, LINKS),
        messages.posts_gone("https://coach.example", {7: WEEK, 8: next_week}, LINKS),
        messages.posts_gone("https://coach.example", {9: WEEK}, LINKS, in_doubt=True),
        messages.week_landed(plain_week(), before=False, run_id="r1", links=LINKS),
        messages.week_landed(plain_week(days=(0,)), before=True, run_id="r2", links=LINKS),
        messages.week_landed(
            plain_week(),
            before=True,
            run_id="r3",
            links=LINKS,
            changes=[f"new: day {n}, Jerk" for n in range(14)],
        ),
        messages.week_landed(plain_week(), before=True, run_id="r4", links=LINKS, changes=[]),
        messages.week_landed(
            plain_week(),
            before=True,
            run_id="r5",
            links=LINKS,
            changes=[messages.READ_ANEW, "Mon 1 Mar: A Back Squat 5x3 70% → A Back Squat 5x3 70% of 1-RM"],
        ),
        messages.week_withdrawn(WEEK, messages.reasons_of_leaving([7], LEFT), run_id="r1", links=LINKS),
        messages.week_withdrawn(
            WEEK, messages.reasons_of_leaving([7, 8, 9, 10], LEFT), run_id="r2", links=LINKS
        ),
        messages.weeks_landed([WEEK, next_week], 10, new=[WEEK, next_week], run_id="r1", links=LINKS),
        messages.weeks_landed([WEEK, next_week], 10, new=[next_week], run_id="r2", links=LINKS),
        messages.weeks_landed([WEEK, next_week], 10, new=[], run_id="r3", links=LINKS),
        messages.run_failed("training_week", (WEEK, WEEK), [no_answer], "r1", LINKS),
        messages.run_failed("training_week", (WEEK, next_week), [no_answer, refused], "r1", LINKS),
        messages.run_failed("other_job", None, [], "r1", LINKS),
        messages.backfill_finished("b1", 3, {"success": 2, "canceled": 1}, succeeded=True, links=LINKS),
        messages.backfill_finished(
            "b2",
            1,
            {"success": 1, "failure": 2},
            [no_answer, no_answer, refused],
            succeeded=False,
            links=LINKS,
        ),
        messages.backfill_finished("b3", 0, {}, succeeded=False, links=LINKS),
        messages.tomorrow(WEEK, plain_week().records[:2]),
    ]


def as_text(message: Message) -> str:
    """Everything in a message, as `messages.txt` shows it."""
    lines = [
        f"=== {message.kind} | {message.severity} | {message.week} | {message.identifier}",
        message.subject,
        "",
        message.text,
        "",
        f"SMS: {message.sms}",
        f"data: {msgspec.json.encode(message.data, order='sorted').decode()}",
    ]
    return "\n".join(lines)


def catalogue() -> str:
    """Every message of `one_of_each`, one after the other."""
    return "\n\n".join(map(as_text, one_of_each())) + "\n"


if __name__ == "__main__":
    FILE.write_text(catalogue(), encoding="utf-8")
