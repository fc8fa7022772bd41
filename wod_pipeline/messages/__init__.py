"""The words of every message to a person: what happened, since when, what was last seen, what to do.

Pure: facts in, `Message` out. When a message is due is decided in `watching`; `delivery` sends it, each message once.
Each has a plain text with a link when there is one, a line of at most 140 characters for phones, and an
identifier that is the same for the same event and no other.
"""

from wod_pipeline.messages._daily import prescription, tomorrow
from wod_pipeline.messages._freshness import LastSeen, freshness
from wod_pipeline.messages._message import Message
from wod_pipeline.messages._posts import posts_gone, source_back, source_down
from wod_pipeline.messages._runs import backfill_finished, run_failed, week_landed, week_lines, weeks_landed
from wod_pipeline.messages._words import SMS, Links

__all__ = [
    "SMS",
    "LastSeen",
    "Links",
    "Message",
    "backfill_finished",
    "freshness",
    "posts_gone",
    "prescription",
    "run_failed",
    "source_back",
    "source_down",
    "tomorrow",
    "week_landed",
    "week_lines",
    "weeks_landed",
]
