"""`wod dev`: the Dagster UI and daemon, on the instance in which `wod materialize` records its runs."""

from __future__ import annotations

import os
import sys

import click


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("options", metavar="[DAGSTER_OPTIONS]...", nargs=-1, type=click.UNPROCESSED)
def dev(options: tuple[str, ...]) -> None:
    """Start the Dagster UI and daemon, on the instance in which `wod materialize` records its runs.

    DAGSTER_OPTIONS are those of `dagster dev`, such as --port 3001.
    """
    from wod_pipeline.settings import load_settings, use_dagster_home, write_instance_config

    write_instance_config(use_dagster_home(load_settings()))
    os.execv(sys.executable, [sys.executable, "-m", "dagster", "dev", *options])  # noqa: S606 the process needs no shell
