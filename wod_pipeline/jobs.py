"""The jobs a person or a schedule launches."""

import dagster as dg

TRAINING_WEEK = "training_week"
SESSIONS = ("raw_posts", "plain_text_posts", "daily_sessions", "segmented_exercises", "session_records")
"""From the site to the session table, each made from the one before."""
DERIVED = ("training_load", "session_calendar")
"""Made from the session table; nothing else waits for them."""

training_week_job = dg.define_asset_job(
    TRAINING_WEEK,
    selection=dg.AssetSelection.assets(*SESSIONS, *DERIVED),
    description="From the site's posts to sessions, load and calendar, for one week or a range of weeks.",
)
