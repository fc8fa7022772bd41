"""The resources of a code location: chosen by the settings, under the keys that assets and sensors name."""

from typing import Any

from wod_pipeline.resources.lake import FolderLakeResource, LakeIOManager, LakeResource
from wod_pipeline.resources.notifier import (
    ConsoleNotifierResource,
    LedgerResource,
    NotifierResource,
    SqliteLedgerResource,
)
from wod_pipeline.resources.records import RecordsResource
from wod_pipeline.resources.session_table import (
    SessionTableIOManager,
    SessionTableResource,
    SqliteSessionTableResource,
)
from wod_pipeline.resources.source import source_resource
from wod_pipeline.resources.weekly import Progress
from wod_pipeline.settings import Settings


def build_resources(
    settings: Settings, *, allow_empty: bool = False, progress: Progress | None = None
) -> dict[str, Any]:
    """Every resource of the code location by key; `progress` is called for each week that an asset has stored."""
    lake, table = _lake(settings), _session_table(settings)
    return {
        **_aws_services(settings),
        "source": source_resource(settings),
        "lake": lake,
        "session_table": table,
        "notifier": _notifier(settings),
        "week_records": RecordsResource(),
        "lake_io_manager": LakeIOManager(lake=lake, progress=progress),
        "session_table_io_manager": SessionTableIOManager(
            session_table=table, lake=lake, allow_empty=allow_empty, progress=progress
        ),
    }


def _aws_services(settings: Settings) -> dict[str, Any]:
    """The services behind the stores, for further assets to use; none in local mode."""
    if not settings.on_aws:
        return {}
    from wod_pipeline.aws import STANDARD
    from wod_pipeline.resources.aws import dynamodb, sns
    from wod_pipeline.resources.s3 import s3

    return {"dynamodb": dynamodb(settings, STANDARD), "sns": sns(settings), "s3": s3(settings)}


def _lake(settings: Settings) -> LakeResource:
    if settings.on_aws:
        from wod_pipeline.resources.s3 import lake_on_s3

        return lake_on_s3(settings)
    return FolderLakeResource(path=str(settings.lake_path.resolve()))


def _session_table(settings: Settings) -> SessionTableResource:
    if settings.on_aws:
        from wod_pipeline.resources.aws import table_on_dynamodb

        return table_on_dynamodb(settings)
    return SqliteSessionTableResource(path=str(settings.database_path.resolve()))


def _ledger(settings: Settings) -> LedgerResource:
    if settings.on_aws:
        from wod_pipeline.resources.aws import ledger_on_dynamodb

        return ledger_on_dynamodb(settings)
    return SqliteLedgerResource(path=str(settings.database_path.resolve()))


def _notifier(settings: Settings) -> NotifierResource:
    """SNS when a topic or phone is set, wherever the sessions are kept; otherwise the log."""
    if settings.sns_topic_arn or settings.sns_phone:
        from wod_pipeline.resources.aws import notifier_on_sns

        return notifier_on_sns(settings, _ledger(settings))
    return ConsoleNotifierResource(ledger=_ledger(settings))
