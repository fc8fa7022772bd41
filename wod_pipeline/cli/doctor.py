"""`wod doctor`: try everything the settings name, and print one line for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from wod_pipeline.cli.output import no_colour_option
from wod_pipeline.errors import WodError
from wod_pipeline.terminal import styled, write

if TYPE_CHECKING:
    from wod_pipeline.settings import Settings


@click.command()
@no_colour_option
def doctor() -> None:
    """Check the settings and every service they name. Prints one line for each: ok, or what to do.

    Stored data is not changed, and nothing is sent. The exit code is 1 when a service failed.

    \b
    wod doctor
    WOD_SOURCE=wordpress wod doctor
    """
    from wod_pipeline.settings import load_settings

    settings = load_settings()
    _print_result("settings", True, _summary(settings))
    results = [_run_check(what, check) for what, check in _checks(settings)]
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
    verdict = styled("ok  ", "green") if ok else styled("fail", "red")
    write(verdict, f"  {what:9} {' '.join(text.split())}")
