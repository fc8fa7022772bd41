"""The resources of a code location: chosen by the settings, under the keys that assets and sensors name."""

from typing import Any

from wod_pipeline.resources.lake import FolderLakeResource, LakeIOManager, LakeResource
from wod_pipeline.resources.launchpad import shown_of
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
    settings = settings.with_absolute_paths()
    lake, table, ledger = _stores(settings)
    return {
        **_aws_services(settings),
        "source": source_resource(settings),
        "lake": lake,
        "session_table": table,
        "notifier": _notifier(settings, ledger),
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


def _stores(settings: Settings) -> tuple[LakeResource, SessionTableResource, LedgerResource]:
    if settings.on_aws:
        return _stores_on_aws(settings)
    return (
        FolderLakeResource(settings=settings),
        SqliteSessionTableResource(settings=settings),
        SqliteLedgerResource(settings=settings),
    )


def _stores_on_aws(settings: Settings) -> tuple[LakeResource, SessionTableResource, LedgerResource]:
    from wod_pipeline.aws import LARGE_ITEMS, SENSOR_TICK
    from wod_pipeline.resources.aws import DynamoLedgerResource, DynamoSessionTableResource, dynamodb
    from wod_pipeline.resources.s3 import S3LakeResource, s3

    return (
        S3LakeResource(
            s3=s3(settings),
            bucket=shown_of(settings, "s3_bucket"),
            prefix=shown_of(settings, "s3_prefix"),
            settings=settings,
        ),
        DynamoSessionTableResource(
            dynamodb=dynamodb(settings, LARGE_ITEMS),
            table=shown_of(settings, "sessions_table"),
            settings=settings,
        ),
        DynamoLedgerResource(
            dynamodb=dynamodb(settings, SENSOR_TICK),
            table=shown_of(settings, "ledger_table"),
            settings=settings,
        ),
    )


def _notifier(settings: Settings, ledger: LedgerResource) -> NotifierResource:
    """SNS when a topic or phone is set, wherever the sessions are kept; otherwise the log."""
    if settings.sns_topic_arn or settings.sns_phone:
        from wod_pipeline.resources.aws import notifier_on_sns

        return notifier_on_sns(settings, ledger)
    return ConsoleNotifierResource(ledger=ledger)
