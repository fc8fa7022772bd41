"""From settings to the adapters they choose: source, lake, session table, ledger, notifier.

The one place that knows every adapter. Each is imported when chosen, so that local mode never loads boto3 and
a reader of the table never loads an HTML parser. An `open_` function takes settings, for the command line. The
others take one adapter's own arguments, for these functions and for Dagster's resources alike.
"""

from __future__ import annotations

import datetime as dt
import logging
import math
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from wod_pipeline.date_habits import US_WEEKLY
from wod_pipeline.settings import SAMPLE, WORDPRESS, WORDPRESS_FIRST_WEEK, Settings
from wod_pipeline.weeks import monday_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient

    from wod_pipeline.aws import ClientOptions
    from wod_pipeline.feed_key import FeedKey
    from wod_pipeline.messages.delivery import Notifier
    from wod_pipeline.reading.derived import Inputs
    from wod_pipeline.storage import Lake, Ledger, SessionTable
    from wod_pipeline.wordpress import PostSource
    from wod_pipeline.wordpress.credentials import Login
    from wod_pipeline.wordpress.site_lock import SiteLock

log = logging.getLogger(__name__)
messages_log = logging.getLogger("wod_pipeline.messages.delivery")
"""Where messages are written when no topic and no phone is set."""


# ---------------------------------------------------------------------------------------- the source of posts
def now() -> dt.datetime:
    """The current moment."""
    return dt.datetime.now(dt.timezone.utc)


def program_today(settings: Settings) -> dt.date:
    """The current day in the program's time zone, by which weeks are cut."""
    return today_in(settings.zone)


def local_today() -> dt.date:
    """The current day in the time zone of this machine: that of the person at it."""
    return now().astimezone().date()


def today_in(zone: ZoneInfo) -> dt.date:
    """The current day in a time zone."""
    return now().astimezone(zone).date()


def open_source(settings: Settings) -> PostSource:
    """Where posts come from. Raises `SourceError` for a folder that cannot be read or a login that is refused."""
    if settings.source == SAMPLE:
        return sample_source(settings.sample_date, settings.timezone)
    if settings.source == WORDPRESS:
        site = wordpress_source(**site_of(settings), login=wordpress_login(settings))
        return with_habits(site, settings)
    return with_habits(folder_source(settings.source_path), settings)


def sample_source(day: dt.date | None, timezone: str) -> PostSource:
    """The bundled sample program, laid out around `day` or else today in that time zone."""
    from wod_pipeline.demo import SampleSource

    return SampleSource(day or today_in(ZoneInfo(timezone)))


def with_habits(source: PostSource, settings: Settings) -> PostSource:
    """The source, its posts with the program's habits where those are not the usual ones."""
    if settings.date_habits == US_WEEKLY:
        return source
    from wod_pipeline.wordpress import HabitualSource

    return HabitualSource(source, settings.date_habits)


def folder_source(path: Path) -> PostSource:
    """A folder of post JSON files. Raises `SourceError` when it cannot be read."""
    from wod_pipeline.wordpress import FolderSource

    return FolderSource(path)


def wordpress_source(
    *,
    url: str,
    category: int,
    child_categories: bool,
    user_agent: str,
    page_pause_s: float,
    login: Login | None,
    limit_s: float | None = None,
) -> PostSource:
    """A WordPress site, asked for at most `limit_s` in all."""
    from wod_pipeline.wordpress import WordPressSource

    return WordPressSource(
        url,
        category=category,
        child_categories=child_categories,
        user_agent=user_agent,
        page_pause_s=page_pause_s,
        credentials=login,
        limit_s=math.inf if limit_s is None else limit_s,
    )


def reserve_site(
    settings: Settings, reader: str, tell: Callable[[str], None]
) -> AbstractContextManager[None]:
    """Ask the settings' site within this context, as `reader`; `tell` is called with whom one waits for."""
    if settings.source != WORDPRESS:
        return nullcontext()
    lock = site_lock(settings.site_locks_path, settings.wordpress_url, settings.wordpress_pause_s)
    return lock.hold(reader, tell)


def site_lock(folder: Path, url: str, pause_s: float) -> SiteLock:
    """The lock under which one process with this data folder at a time asks the site."""
    from wod_pipeline.wordpress.site_lock import SiteLock

    return SiteLock(folder, url, pause_s)


def site_of(settings: Settings) -> dict[str, Any]:
    """What `wordpress_source` takes, without the login: what Dagster may show."""
    return {
        "url": settings.wordpress_url,
        "category": settings.wordpress_category,
        "child_categories": settings.wordpress_child_categories == "on",
        "user_agent": settings.wordpress_user_agent,
        "page_pause_s": settings.wordpress_pause_s,
    }


def wordpress_login(settings: Settings) -> Login | None:
    """The site's login: from Secrets Manager, otherwise as set, otherwise none. Where it is from is logged."""
    from wod_pipeline.wordpress.credentials import wordpress_credentials

    credentials = wordpress_credentials(
        secret_name=settings.secret_name,
        username=settings.wordpress_user,
        password=settings.wordpress_password,
        open_secrets=lambda: aws_client(settings, "secretsmanager"),
    )
    log.info("WordPress login: %s", credentials.source)
    return credentials.login


def first_week(settings: Settings) -> dt.date:
    """Monday of the first partition: as set, otherwise what fits the source."""
    if settings.start_week:
        return settings.start_week
    if settings.source == SAMPLE:
        from wod_pipeline.demo import sample_first_week

        return sample_first_week(settings.sample_date or program_today(settings))
    if settings.source == WORDPRESS:
        return WORDPRESS_FIRST_WEEK
    return _oldest_week(settings)


def _oldest_week(settings: Settings) -> dt.date:
    from wod_pipeline.parsing import week_of

    posts = open_source(settings).fetch_published(dt.date.min, dt.date.max)
    return min((week_of(post) for post in posts), default=monday_of(program_today(settings)))


# ------------------------------------------------------------------------------------ stores and messages
def open_feed_key(settings: Settings) -> FeedKey:
    """The key that signs personal calendars: as set, otherwise in a secret on AWS, otherwise in the data folder."""
    from wod_pipeline.feed_key import FeedKey, read_or_make_file

    if settings.feed_key:
        return FeedKey(lambda: settings.feed_key, "the setting WOD_FEED_KEY")
    if settings.on_aws:
        return FeedKey(lambda: _feed_secret(settings), f"the secret {settings.feed_secret_name!r}")
    path = settings.feed_key_path
    return FeedKey(lambda: read_or_make_file(path), f"the file {path}")


def check_feed_key(settings: Settings) -> str:
    """Where the key of personal calendars is, in words; nothing is made. Raises as `FeedKey.current` does."""
    from wod_pipeline.feed_key import check_file

    if not settings.feed_key and not settings.on_aws:
        return check_file(settings.feed_key_path)
    feed_key = open_feed_key(settings)
    feed_key.current()
    return f"personal calendars are signed with the key in {feed_key.source}"


def _feed_secret(settings: Settings) -> str:
    """A visitor waits for it, so with short timeouts."""
    from wod_pipeline.aws import SENSOR_TICK
    from wod_pipeline.feed_key import read_secret

    return read_secret(aws_client(settings, "secretsmanager", SENSOR_TICK), settings.feed_secret_name)


def open_lake(settings: Settings) -> Lake:
    """Where stages of weeks are kept as objects."""
    if settings.on_aws:
        return s3_lake(open_s3(settings), settings.s3_bucket, settings.s3_prefix)
    return folder_lake(settings.lake_path)


def folder_lake(path: Path) -> Lake:
    """A lake in a folder, which is made by the first write."""
    from wod_pipeline.storage.folder import FolderLake

    return FolderLake(path)


def s3_lake(client: S3Client, bucket: str, prefix: str) -> Lake:
    """A lake in a bucket, under a prefix."""
    from wod_pipeline.storage.s3 import S3Lake

    return S3Lake(client, bucket, prefix)


def lake_uri(settings: Settings) -> str:
    """The address of the lake, which the URIs of its objects start with. The lake is not opened."""
    if settings.on_aws:
        return f"s3://{'/'.join(filter(None, (settings.s3_bucket, settings.s3_prefix.strip('/'))))}/"
    return f"{settings.lake_path.as_uri()}/"


def where_kept(settings: Settings) -> str:
    """Say where values are kept, for people."""
    if settings.on_aws:
        return f"s3://{settings.s3_bucket}/{settings.s3_prefix} and DynamoDB table {settings.sessions_table}"
    return f"{settings.lake_path} and {settings.database_path}"


def open_table(settings: Settings) -> SessionTable:
    """Where finished sessions are kept."""
    if settings.on_aws:
        from wod_pipeline.aws import LARGE_ITEMS

        return dynamodb_table(aws_client(settings, "dynamodb", LARGE_ITEMS), settings.sessions_table)
    return sqlite_table(settings.database_path)


def derived_inputs(settings: Settings) -> Inputs:
    """What load and calendar of every week are to be made from, as the session table is now."""
    from wod_pipeline.reading.derived import inputs_of

    return inputs_of(open_table(settings).weeks(), settings.timezone, settings.page_url)


def sqlite_table(path: Path) -> SessionTable:
    """A session table in a SQLite file, which is made by the first write."""
    from wod_pipeline.storage.sqlite import SqliteSessionTable

    return SqliteSessionTable(path)


def dynamodb_table(client: DynamoDBClient, name: str) -> SessionTable:
    """A session table in DynamoDB."""
    from wod_pipeline.storage.dynamodb import DynamoSessionTable

    return DynamoSessionTable(client, name)


def open_ledger(settings: Settings) -> Ledger:
    """Where sent messages are marked, so that each goes out once."""
    if settings.on_aws:
        from wod_pipeline.aws import SENSOR_TICK

        return dynamodb_ledger(aws_client(settings, "dynamodb", SENSOR_TICK), settings.ledger_table)
    return sqlite_ledger(settings.database_path)


def sqlite_ledger(path: Path) -> Ledger:
    """A ledger in a SQLite file, which is made by the first write."""
    from wod_pipeline.storage.sqlite import SqliteLedger

    return SqliteLedger(path)


def dynamodb_ledger(client: DynamoDBClient, name: str) -> Ledger:
    """A ledger in a DynamoDB table."""
    from wod_pipeline.storage.dynamodb import DynamoLedger

    return DynamoLedger(client, name)


def open_notifier(settings: Settings) -> Notifier:
    """Where messages to people go: the SNS topic or phone number, otherwise the log."""
    ledger = open_ledger(settings)
    if settings.sns_topic_arn or settings.sns_phone:
        from wod_pipeline.aws import SENSOR_TICK

        sns = aws_client(settings, "sns", SENSOR_TICK)
        return sns_notifier(sns, ledger, topic_arn=settings.sns_topic_arn, phone_number=settings.sns_phone)
    return console_notifier(ledger)


def sns_notifier(client: SNSClient, ledger: Ledger, *, topic_arn: str, phone_number: str) -> Notifier:
    """Messages through SNS; a ledger that cannot be used is logged."""
    from wod_pipeline.messages.delivery import SnsNotifier

    return SnsNotifier(client, ledger, messages_log.warning, topic_arn=topic_arn, phone_number=phone_number)


def console_notifier(ledger: Ledger) -> Notifier:
    """Messages in the log."""
    from wod_pipeline.messages.delivery import ConsoleNotifier

    return ConsoleNotifier(messages_log.warning, ledger)


def open_s3(settings: Settings) -> S3Client:
    """A client of S3 in the settings' region, which names the bucket's owner with each request."""
    from wod_pipeline.aws import s3_client

    client: S3Client = s3_client(
        bucket_owner=settings.s3_bucket_owner,
        region=settings.aws_region,
        endpoint_url=settings.endpoint_of("s3"),
    )
    return client


def aws_client(settings: Settings, service: str, options: ClientOptions | None = None) -> Any:
    """A client of an AWS service in the settings' region; `options` are `aws.STANDARD` unless given."""
    from wod_pipeline.aws import STANDARD, client

    return client(
        service,
        options or STANDARD,
        region=settings.aws_region,
        endpoint_url=settings.endpoint_of(service),
    )
