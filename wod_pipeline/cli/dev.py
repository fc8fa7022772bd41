"""`wod dev`: the Dagster UI and daemon, on the instance in which `wod materialize` records its runs."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import click


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("options", metavar="[DAGSTER_OPTIONS]...", nargs=-1, type=click.UNPROCESSED)
def dev(options: tuple[str, ...]) -> None:
    """Start the Dagster UI and daemon, on the instance in which `wod materialize` records its runs.

    In the project's folder, with its development tools installed, this is `dg dev`, otherwise `dagster dev`.
    DAGSTER_OPTIONS are those of that command, such as --port 3001.
    """
    from wod_pipeline.settings import load_settings, use_dagster_home, write_instance_config

    write_instance_config(use_dagster_home(load_settings()))
    module = "dagster_dg_cli.cli" if _has_dg(Path.cwd()) else "dagster"
    os.execv(sys.executable, [sys.executable, "-m", module, "dev", *options])  # noqa: S606 the process needs no shell


def _has_dg(folder: Path) -> bool:
    """Whether `dg` is installed and knows the folder as its project."""
    project = folder / "pyproject.toml"
    return (
        find_spec("dagster_dg_cli") is not None
        and project.is_file()
        and "[tool.dg]" in project.read_text(encoding="utf-8", errors="replace")
    )
