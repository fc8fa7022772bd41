"""Which resources a code location gets: chosen by the settings, keyed as the assets and sensors ask for them."""

from typing import Any

from wod_pipeline.resources.lake import FolderLakeResource, LakeIOManager, LakeResource
from wod_pipeline.resources.notifier import ConsoleNotifierResource
from wod_pipeline.resources.session_table import (
    SessionTableIOManager,
    SessionTableResource,
    SqliteSessionTableResource,
)
from wod_pipeline.resources.source import source_resource
from wod_pipeline.settings import Settings


def build_resources(settings: Settings, *, allow_empty: bool = False) -> dict[str, Any]:
    """Every resource of the code location by key."""
    lake, table = _stores(settings)
    return {
        "source": source_resource(settings),
        "lake": lake,
        "session_table": table,
        "notifier": ConsoleNotifierResource(ledger_path=str(settings.database_path)),
        "lake_io_manager": LakeIOManager(lake=lake),
        "session_table_io_manager": SessionTableIOManager(
            session_table=table, lake=lake, allow_empty=allow_empty
        ),
    }


def _stores(settings: Settings) -> tuple[LakeResource, SessionTableResource]:
    """The lake and the table of the settings; the AWS ones are imported only when chosen."""
    if settings.on_aws:
        from wod_pipeline.resources.aws import aws_stores

        return aws_stores(settings)
    data = settings.data_dir.resolve()
    return FolderLakeResource(path=str(data / "lake")), SqliteSessionTableResource(
        path=str(data / "sessions.sqlite")
    )
