"""The wording of every message to people: what happened, since when, what was seen last, what to do.

One function per kind of message, named after the kind: facts in, `Message` out, pure. `watching` decides when a
message is due, and `delivery` sends it, once. A message has a text with a link to the Dagster UI, a line of at
most 140 characters for phones, and an identifier by which it is deduplicated.
"""

from wod_pipeline.messages._changes import READ_ANEW, week_changes
from wod_pipeline.messages._daily import tomorrow
from wod_pipeline.messages._freshness import LastSeen, freshness
from wod_pipeline.messages._message import Message
from wod_pipeline.messages._posts import posts_gone, source_back, source_down
from wod_pipeline.messages._runs import backfill_finished, run_failed, week_landed, weeks_landed
from wod_pipeline.messages._withdrawn import reasons_of_leaving, week_withdrawn
from wod_pipeline.messages._words import Links

__all__ = [
    "READ_ANEW",
    "LastSeen",
    "Links",
    "Message",
    "backfill_finished",
    "freshness",
    "posts_gone",
    "reasons_of_leaving",
    "run_failed",
    "source_back",
    "source_down",
    "tomorrow",
    "week_changes",
    "week_landed",
    "week_withdrawn",
    "weeks_landed",
]
