"""`wod serve`: the athlete's page and the API, served by this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wod_pipeline.cli.context import check_stored
from wod_pipeline.errors import NotStored, SettingsError

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
def serve(host: str, port: int) -> None:
    """Serve the athlete's page and the API. Only this machine can reach them, unless --host names another address."""
    from wod_pipeline.settings import load_settings, refuses_colour

    try:
        import uvicorn

        from wod_pipeline.web import app
        from wod_pipeline.web.access_log import log_config
    except ImportError as error:
        raise SettingsError(
            f"The web extra is not installed ({error.name} is missing).",
            fix="Install it: pip install 'wod_pipeline[web]'.",
        ) from error
    settings = load_settings(no_source=True)
    _warn_of_empty_folder(settings)
    uvicorn.run(
        app.open_app(settings),
        host=host,
        port=port,
        log_config=log_config(),
        log_level="info",
        use_colors=False if refuses_colour() else None,
        server_header=False,
        proxy_headers=False,
    )


def _warn_of_empty_folder(settings: Settings) -> None:
    """Name a data folder without sessions, which may be mistyped. What is stored there later is shown."""
    try:
        check_stored(settings)
    except NotStored as error:
        click.echo(f"wod: {error.what} {error.fix}", err=True)
