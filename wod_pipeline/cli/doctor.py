"""`wod doctor`: try everything the settings name, and print one line for each."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from wod_pipeline.cli.output import no_colour_option
from wod_pipeline.errors import WodError
from wod_pipeline.terminal import Styled, styled, write

if TYPE_CHECKING:
    from wod_pipeline.aws.setup import SetupStep
    from wod_pipeline.settings import Settings

_NOTE = styled("note", "yellow")
MANY_REVISIONS = 1_000
"""Kept revisions of one post beyond which the doctor names it."""
_POSTS_NAMED = 3
_MANY_ADVICE = (
    "Find out what edits it: a program on the site, or somebody who took it over. Runs do not read them."
)


@click.command()
@no_colour_option
def doctor() -> None:
    """Check the settings and every service they name. Prints one line for each: ok, or what to do.

    Stored data is not changed, and nothing is sent. The exit code is 1 when a service failed. A line that starts with
    note names a post with thousands of kept revisions, or says what the set-up on AWS lacks beside what is needed to
    run, and the command that adds it.

    \b
    wod doctor
    WOD_SOURCE=wordpress wod doctor
    """
    from wod_pipeline.settings import load_settings

    settings = load_settings(no_source=True)
    _print_result("settings", True, _summary(settings))
    results = [_run_check(what, check) for what, check in _checks(settings)]
    _print_many_revisions(settings)
    if settings.on_aws:
        _print_set_up(settings)
    if not all(results):
        raise click.exceptions.Exit(1)


def _checks(settings: Settings) -> list[tuple[str, Callable[[], str]]]:
    from wod_pipeline import adapters

    return [
        ("source", lambda: adapters.open_source(settings).check()),
        ("lake", lambda: adapters.open_lake(settings).check()),
        ("sessions", lambda: adapters.open_table(settings).check()),
        ("ledger", lambda: adapters.open_ledger(settings).check()),
        ("messages", lambda: adapters.open_notifier(settings).check()),
        ("calendar", lambda: adapters.check_feed_key(settings)),
    ]


def _print_many_revisions(settings: Settings) -> None:
    """Print which posts have more kept revisions than a person makes."""
    from wod_pipeline import adapters
    from wod_pipeline.storage.stages import count_revisions

    with contextlib.suppress(WodError):  # the check of the lake has said so
        kept = count_revisions(adapters.open_lake(settings))
        for post_id, number in kept.most_common(_POSTS_NAMED):
            if number > MANY_REVISIONS:
                says = f"{number:,} revisions of post {post_id} are kept. {_MANY_ADVICE}"
                _print_line(_NOTE, "revisions", says)


def _print_set_up(settings: Settings) -> None:
    """Print what `wod aws init` would add, one line each; a login may lack the rights to look."""
    lacks = [lack for look in _set_up_parts(settings) for lack in _lacks_of(look)]
    for lack in lacks:
        _print_line(_NOTE, "set-up", lack)
    if not lacks:
        _print_result("set-up", True, "bucket and tables have all that `wod aws init` sets")


def _set_up_parts(settings: Settings) -> list[Callable[[], list[SetupStep]]]:
    from wod_pipeline import adapters
    from wod_pipeline.aws import setup

    bucket, region, prefix = settings.s3_bucket, settings.aws_region, settings.s3_prefix
    return [
        lambda: setup.ensure_bucket(adapters.open_s3(settings), bucket, region, prefix=prefix, change=False),
        lambda: setup.ensure_sessions_table(
            adapters.aws_client(settings, "dynamodb"), settings.sessions_table, change=False
        ),
        lambda: setup.ensure_ledger_table(
            adapters.aws_client(settings, "dynamodb"), settings.ledger_table, change=False
        ),
    ]


def _lacks_of(look: Callable[[], list[SetupStep]]) -> list[str]:
    try:
        return [f"not so: {step.what}. {_advice(step.fix)}" for step in look() if step.state == "missing"]
    except WodError as error:
        return [f"not looked at: {error} The role that runs the program need not have that right."]


def _advice(fix: str) -> str:
    return f"Run: {fix}" if fix == "wod aws init" else fix


def _summary(settings: Settings) -> str:
    return f"{settings.storage} storage, source {settings.source}, time zone {settings.timezone}"


def _run_check(what: str, check: Callable[[], str]) -> bool:
    try:
        ok, text = True, check()
    except WodError as error:
        ok, text = False, str(error)
    _print_result(what, ok, text)
    return ok


def _print_result(what: str, ok: bool, text: str) -> None:
    _print_line(styled("ok  ", "green") if ok else styled("fail", "red"), what, text)


def _print_line(verdict: Styled, what: str, text: str) -> None:
    write(verdict, f"  {what:9} {' '.join(text.split())}")
