"""The jobs a person or a schedule launches."""

import dagster as dg

TRAINING_WEEK = "training_week"

training_week_job = dg.define_asset_job(
    TRAINING_WEEK,
    selection=dg.AssetSelection.assets(
        "raw_posts", "plain_text_posts", "daily_sessions", "segmented_exercises", "session_records"
    ),
    description="From the site's posts to session records, for one week or a range of weeks.",
)
