"""The `dagster.yaml` of a new Dagster instance."""

from __future__ import annotations

import os
from pathlib import Path

INSTANCE_CONFIG = """\
# Written for a new instance; change it as you like, it is not written again.
telemetry:
  enabled: false
nux:
  enabled: false
storage:
  custom:
    module: wod_pipeline.resources.instance_storage
    class: PooledSqliteStorage
    config:
      base_dir:
        env: DAGSTER_HOME
"""
"""A new instance sends nothing to Dagster's makers, asks nobody to sign up, and keeps its SQLite files open."""

_WRITTEN_BY_0_1_0 = "telemetry:\n  enabled: false\nnux:\n  enabled: false\n"


def write_instance_config(home: Path) -> None:
    """Write `INSTANCE_CONFIG` as the `dagster.yaml` of a new instance, and over the one that version 0.1.0 wrote.

    A file that somebody else wrote or changed stays as it is.
    """
    config = home / "dagster.yaml"
    if not config.exists() or config.read_text(encoding="utf-8") == _WRITTEN_BY_0_1_0:
        draft = home / f"dagster.yaml.{os.getpid()}"  # renamed when complete, so nobody reads half of it
        draft.write_text(INSTANCE_CONFIG, encoding="utf-8")
        draft.replace(config)
