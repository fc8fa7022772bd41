"""The `dagster.yaml` of a new Dagster instance."""

from __future__ import annotations

import os
from pathlib import Path

from wod_pipeline.errors import SettingsError

INSTANCE_CONFIG = Path(__file__).with_name("dagster.yaml").read_text(encoding="utf-8")
"""A new instance sends nothing to Dagster's makers, asks nobody to sign up, keeps its SQLite files open, and forgets
old ticks of schedules and sensors."""

_WRITTEN_BY_0_1_0 = b"telemetry:\n  enabled: false\nnux:\n  enabled: false\n"


def write_instance_config(home: Path) -> None:
    """Write `INSTANCE_CONFIG` as the `dagster.yaml` of a new instance, and over the one that version 0.1.0 wrote.

    A file that somebody else wrote or changed stays as it is. Raises `SettingsError` when it cannot be written.
    """
    config = home / "dagster.yaml"
    try:
        # An empty file is what a full disk leaves; with it Dagster would send telemetry.
        if not config.exists() or config.read_bytes().strip() in {b"", _WRITTEN_BY_0_1_0.strip()}:
            draft = home / f"dagster.yaml.{os.getpid()}"  # renamed when complete, so nobody reads half of it
            draft.write_text(INSTANCE_CONFIG, encoding="utf-8")
            draft.replace(config)
    except OSError as error:
        raise SettingsError(
            f"The configuration of the Dagster instance, {config}, cannot be written: {error.strerror}.",
            fix="Set WOD_DATA_DIR to a folder that can be written.",
        ) from error
