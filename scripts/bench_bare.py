"""What the backfill is compared with: the same work without Dagster, and Dagster without the work.

    python scripts/bench_bare.py script URL FOLDER FIRST LAST    fetch, parse and store those weeks
    python scripts/bench_bare.py empty HOME WEEKS                the same number of empty materializations

`script` writes the same objects and rows as `wod materialize`, through the same adapters. `empty` materializes five
assets without values over a range of weeks, on an unmodified Dagster with its default SQLite instance.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import sys
import warnings
from pathlib import Path


def script(url: str, folder: str, first: str, last: str) -> None:
    """Fetch, parse and store the weeks from `first` to `last` (Mondays) into the folder."""
    from wod_pipeline.parser_version import PARSER_VERSION
    from wod_pipeline.parsing import outline_post, read_post, structure_post
    from wod_pipeline.records import records_of
    from wod_pipeline.storage.folder import FolderLake
    from wod_pipeline.storage.sqlite import SqliteSessionTable
    from wod_pipeline.storage.stages import write_records, write_stage
    from wod_pipeline.weeks import chunks_of, weeks_between
    from wod_pipeline.wordpress import CHUNK_WEEKS, WordPressSource, gather_weeks

    source = WordPressSource(url, page_pause_s=0)
    lake, table = FolderLake(Path(folder, "lake")), SqliteSessionTable(Path(folder, "sessions.sqlite"))
    start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    for weeks in chunks_of(weeks_between(start, end), CHUNK_WEEKS):
        raw = gather_weeks(source, weeks, {})
        plain = {
            key: week.with_posts(list(map(read_post, week.posts)), PARSER_VERSION)
            for key, week in raw.items()
        }
        days = {
            key: week.with_posts(list(map(outline_post, week.posts)), PARSER_VERSION)
            for key, week in plain.items()
        }
        parsed = {
            key: week.with_posts(list(map(structure_post, week.posts)), PARSER_VERSION)
            for key, week in days.items()
        }
        records = {key: records_of(week) for key, week in parsed.items()}
        write_stage(lake, "raw_posts", raw)
        write_stage(lake, "plain_text_posts", plain)
        write_stage(lake, "daily_sessions", days)
        write_stage(lake, "segmented_exercises", parsed)
        table.replace_weeks(records.values())
        write_records(lake, records)


def empty(home: str, weeks: str) -> None:
    """Materialize five empty assets over so many weeks, recorded in an instance in the folder `home`."""
    import dagster as dg

    warnings.simplefilter("ignore")
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    os.environ["DAGSTER_HOME"] = home
    Path(home, "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    partitions = dg.WeeklyPartitionsDefinition("2000-01-03", day_offset=1)
    keys = partitions.get_partition_keys()[: int(weeks)]

    class NullIOManager(dg.IOManager):
        def handle_output(self, context: dg.OutputContext, obj: object) -> None:
            """Store nothing."""

        def load_input(self, context: dg.InputContext) -> None:
            """Load nothing."""

    def asset(n: int) -> dg.AssetsDefinition:
        ins = {"before": dg.AssetIn(f"asset_{n - 1}")} if n else {}
        return dg.asset(
            name=f"asset_{n}",
            ins=ins,
            partitions_def=partitions,
            backfill_policy=dg.BackfillPolicy.single_run(),
        )((lambda before: None) if n else (lambda: None))  # noqa: ARG005

    result = dg.materialize(
        [asset(n) for n in range(5)],
        instance=dg.DagsterInstance.get(),
        resources={"io_manager": NullIOManager()},
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        tags={"dagster/asset_partition_range_start": keys[0], "dagster/asset_partition_range_end": keys[-1]},
    )
    assert result.success


if __name__ == "__main__":
    {"script": script, "empty": empty}[sys.argv[1]](*sys.argv[2:])
