"""From settings to the things they name: the source, the lake, the table, the ledger, the notifier.

The one place that knows every adapter. Each is imported when chosen, so that local mode never loads boto3 and
a reader of the table never loads an HTML parser. Dagster's resources and the command line both come here.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING

from wod_pipeline.settings import SAMPLE, WORDPRESS, Settings
from wod_pipeline.weeks import monday_of

if TYPE_CHECKING:
    from wod_pipeline.messages.delivery import Notifier
    from wod_pipeline.storage import Lake, Ledger, SessionTable
    from wod_pipeline.wordpress import PostSource
    from wod_pipeline.wordpress.credentials import Login

log = logging.getLogger(__name__)

WORDPRESS_FIRST_WEEK = dt.date(2016, 1, 4)
"""Where the archive of a site starts when WOD_START_WEEK does not say."""


def today(settings: Settings) -> dt.date:
    """The current day in the program's time zone."""
    return dt.datetime.now(settings.zone).date()


def open_source(settings: Settings) -> PostSource:
    """Where posts come from. Raises `SourceError` when a folder cannot be read or a login does not hold."""
    if settings.source == SAMPLE:
        from wod_pipeline.demo import SampleSource

        return SampleSource(settings.sample_date or today(settings), settings.timezone)
    if settings.source == WORDPRESS:
        return _open_wordpress(settings)
    from wod_pipeline.wordpress import FolderSource

    return FolderSource(settings.source_path)


def _open_wordpress(settings: Settings) -> PostSource:
    from wod_pipeline.wordpress import WordPressSource

    return WordPressSource(
        settings.wordpress_url,
        category=settings.wordpress_category,
        user_agent=settings.wordpress_user_agent,
        page_pause_s=settings.wordpress_pause_s,
        credentials=wordpress_login(settings),
    )


def wordpress_login(settings: Settings) -> Login | None:
    """The site's login: from Secrets Manager, else the environment, else none. Where it is from is logged."""
    from wod_pipeline.wordpress.credentials import wordpress_credentials

    found = wordpress_credentials(
        secret_name=settings.secret_name,
        username=settings.wordpress_user,
        password=settings.wordpress_password,
        region=settings.aws_region,
        endpoint_url=settings.aws_endpoint_url,
    )
    log.info("WordPress login: %s", found.source)
    return found.login


def first_week(settings: Settings) -> dt.date:
    """Monday of the first partition: as set, else what fits the source."""
    if settings.start_week:
        return settings.start_week
    if settings.source == SAMPLE:
        from wod_pipeline.demo import sample_first_week

        return sample_first_week(settings.sample_date or today(settings))
    if settings.source == WORDPRESS:
        return WORDPRESS_FIRST_WEEK
    return _oldest_week(settings)


def _oldest_week(settings: Settings) -> dt.date:
    from wod_pipeline.parsing import week_of

    posts = open_source(settings).fetch_published(dt.date.min, dt.date.max)
    return min((week_of(post) for post in posts), default=monday_of(today(settings)))


def open_lake(settings: Settings) -> Lake:
    """Where stages of weeks are kept as objects."""
    if settings.on_aws:
        from wod_pipeline.aws import client
        from wod_pipeline.storage.s3 import S3Lake

        s3 = client("s3", region=settings.aws_region, endpoint_url=settings.aws_endpoint_url)
        return S3Lake(s3, settings.s3_bucket, settings.s3_prefix)
    from wod_pipeline.storage.folder import FolderLake

    return FolderLake(settings.lake_path)


def where_kept(settings: Settings) -> str:
    """Say where values are kept, for people."""
    if settings.on_aws:
        return f"s3://{settings.s3_bucket}/{settings.s3_prefix} and DynamoDB table {settings.sessions_table}"
    return f"{settings.lake_path} and {settings.database_path}"


def open_table(settings: Settings) -> SessionTable:
    """Where finished sessions are kept."""
    if settings.on_aws:
        from wod_pipeline.aws import client
        from wod_pipeline.storage.dynamodb import DynamoSessionTable

        dynamodb = client(
            "dynamodb", region=settings.aws_region, endpoint_url=settings.aws_endpoint_url, validate=False
        )
        return DynamoSessionTable(dynamodb, settings.sessions_table)
    from wod_pipeline.storage.sqlite import SqliteSessionTable

    return SqliteSessionTable(settings.database_path)


def open_ledger(settings: Settings) -> Ledger:
    """Where it is marked that a message was sent."""
    if settings.on_aws:
        from wod_pipeline.aws import SHORT_WAITS, client
        from wod_pipeline.storage.dynamodb import DynamoLedger

        dynamodb = client(
            "dynamodb", region=settings.aws_region, endpoint_url=settings.aws_endpoint_url, **SHORT_WAITS
        )
        return DynamoLedger(dynamodb, settings.ledger_table)
    from wod_pipeline.storage.sqlite import SqliteLedger

    return SqliteLedger(settings.database_path)


def open_notifier(settings: Settings) -> Notifier:
    """Where messages to people go: the SNS topic or phone number, else the log."""
    from wod_pipeline.messages.delivery import ConsoleNotifier, SnsNotifier

    ledger = open_ledger(settings)
    if settings.sns_topic_arn or settings.sns_phone:
        from wod_pipeline.aws import SHORT_WAITS, client

        sns = client("sns", region=settings.aws_region, endpoint_url=settings.aws_endpoint_url, **SHORT_WAITS)
        return SnsNotifier(
            sns,
            topic_arn=settings.sns_topic_arn,
            phone_number=settings.sns_phone,
            ledger=ledger,
            warn=log.warning,
        )
    return ConsoleNotifier(log.warning, ledger)
