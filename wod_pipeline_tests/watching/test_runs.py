"""Runs by their tags, and failures in a sentence."""

from __future__ import annotations

import datetime as dt

from wod_pipeline.errors import SourceRefused, SourceUnavailable
from wod_pipeline.watching.runs import Trouble, explain

MONDAY = dt.date(2026, 11, 23)


def test_our_own_error_is_shown_with_what_a_rerun_would_do() -> None:
    error = SourceUnavailable("https://coach.example did not answer within 30 s.", fix="Is it up?")
    chain = [
        ("DagsterExecutionStepExecutionError", "Error occurred while executing op raw_posts:"),
        ("SourceUnavailable", f"wod_pipeline.errors.SourceUnavailable: {error}\n"),
    ]

    assert explain("raw_posts", chain) == Trouble(
        "raw_posts", "https://coach.example did not answer within 30 s. Is it up?", True
    )


def test_what_an_asset_told_on_purpose_is_shown_and_one_permanent_reason_is_enough() -> None:
    told = f"2026-11-23: {SourceRefused('401.')}\n2026-11-30: {SourceUnavailable('503.')}"

    trouble = explain("raw_posts", [("Failure", "dagster.Failure")], told)
    assert trouble.rerun_helps is False
    assert trouble.says == "2026-11-23: 401. 2026-11-30: 503."


def test_a_strangers_text_is_never_passed_on() -> None:
    trouble = explain("raw_posts", [("OuterError", "x"), ("KeyError", "KeyError: 'password=hunter2'")])

    assert trouble == Trouble("raw_posts", "KeyError; the run's log has the details.", None)


def test_a_long_reason_is_cut_at_a_word() -> None:
    trouble = explain("raw_posts", [], "word " * 200)

    assert len(trouble.says) < 310
    assert trouble.says.endswith("word…")
