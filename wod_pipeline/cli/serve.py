"""`wod serve`: the athlete's page and the API, served by this process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from wod_pipeline.cli.context import check_stored
from wod_pipeline.errors import NotStored, SettingsError
from wod_pipeline.terminal import warn

if TYPE_CHECKING:
    from wod_pipeline.settings import Settings


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on; 0 takes any free one.",
)
@click.option(
    "--allowed-host",
    "allowed_hosts",
    multiple=True,
    metavar="NAME",
    callback=lambda _context, _option, texts: check_hosts(texts),
    help="Name or address by which the page may be opened, beside localhost, the address it listens on, the host of "
    "WOD_PAGE_URL and those of WOD_ALLOWED_HOSTS; * for every one. May be repeated.",
)
def serve(host: str, port: int, allowed_hosts: tuple[str, ...]) -> None:
    """Serve the athlete's page and the API. Only this machine can reach them, unless --host names another address."""
    from wod_pipeline.settings import load_settings, refuses_colour

    try:
        import uvicorn

        from wod_pipeline.web import app, server
    except ImportError as error:
        raise SettingsError(
            f"The web extra is not installed ({error.name} is missing).",
            fix="Install it: pip install 'wod_pipeline[web]'.",
        ) from error
    settings = load_settings(no_source=True)
    _warn_of_empty_folder(settings)
    uvicorn.run(
        app.open_app(settings, (*allowed_hosts, *check_hosts([host]))),
        host=host,
        port=port,
        use_colors=False if refuses_colour() else None,
        **server.server_options(settings.trusted_proxies),
    )


def check_hosts(texts: Sequence[str]) -> tuple[str, ...]:
    """The hosts in their normal form. Raises click's error for one that is none."""
    from wod_pipeline.settings import read_host

    try:
        return tuple(map(read_host, texts))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _warn_of_empty_folder(settings: Settings) -> None:
    """Name a data folder without sessions, which may be mistyped. What is stored there later is shown."""
    try:
        check_stored(settings)
    except NotStored as error:
        warn(f"wod: {error.what} {error.fix}")
