"""The stores and the notifier on AWS, as Dagster resources. Imported only when the settings choose AWS.

Importing dagster_aws takes seconds, which local mode must not pay.
"""

import logging
from typing import Any

import dagster as dg
from dagster_aws.s3 import S3Resource
from pydantic import PrivateAttr

from wod_pipeline.messages.delivery import Notifier, SnsNotifier
from wod_pipeline.resources.dynamodb import DynamoDBResource
from wod_pipeline.resources.lake import LakeResource
from wod_pipeline.resources.notifier import LedgerResource, NotifierResource
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.resources.sns import SNSResource
from wod_pipeline.settings import Settings
from wod_pipeline.storage import Lake, Ledger, SessionTable
from wod_pipeline.storage.dynamodb import DynamoLedger, DynamoSessionTable
from wod_pipeline.storage.s3 import S3Lake


class S3LakeResource(LakeResource):
    """A lake in an S3 bucket, under a prefix."""

    s3: dg.ResourceDependency[S3Resource]
    bucket: str
    prefix: str = ""
    _lake: Lake | None = PrivateAttr(default=None)

    def open(self) -> Lake:
        """Open the bucket, once: a new client of S3 takes longer than what most steps ask of it."""
        if self._lake is None:
            self._lake = S3Lake(self.s3.get_client(), self.bucket, self.prefix)
        return self._lake


class DynamoSessionTableResource(SessionTableResource):
    """A session table in DynamoDB."""

    dynamodb: dg.ResourceDependency[DynamoDBResource]
    table: str

    def open(self) -> SessionTable:
        """Open the table."""
        return DynamoSessionTable(self.dynamodb.get_client(), self.table)


class DynamoLedgerResource(LedgerResource):
    """A ledger in DynamoDB."""

    dynamodb: dg.ResourceDependency[DynamoDBResource]
    table: str

    def open(self) -> Ledger:
        """Open the table."""
        return DynamoLedger(self.dynamodb.get_client(), self.table)


class SnsNotifierResource(NotifierResource):
    """Messages through an SNS topic or to a phone."""

    sns: dg.ResourceDependency[SNSResource]
    ledger: dg.ResourceDependency[LedgerResource]
    topic_arn: str = ""
    phone_number: str = ""

    def open(self) -> Notifier:
        """Return a notifier that publishes."""
        return SnsNotifier(
            self.sns.get_client(),
            self.ledger.open(),
            logging.getLogger("wod_pipeline.messages.delivery").warning,
            topic_arn=self.topic_arn,
            phone_number=self.phone_number,
        )


def lake_on_s3(settings: Settings) -> LakeResource:
    """Make the lake the settings name."""
    s3 = S3Resource(region_name=settings.aws_region, endpoint_url=settings.aws_endpoint_url or None)
    return S3LakeResource(s3=s3, bucket=settings.s3_bucket, prefix=settings.s3_prefix)


def table_on_dynamodb(settings: Settings) -> SessionTableResource:
    """Make the session table the settings name."""
    return DynamoSessionTableResource(dynamodb=_dynamodb(settings), table=settings.sessions_table)


def ledger_on_dynamodb(settings: Settings) -> LedgerResource:
    """Make the ledger the settings name."""
    impatient = _dynamodb(settings, connect_timeout_s=3.0, read_timeout_s=5.0, max_attempts=2)
    return DynamoLedgerResource(dynamodb=impatient, table=settings.ledger_table)


def notifier_on_sns(settings: Settings, ledger: LedgerResource) -> NotifierResource:
    """Make the notifier the settings name."""
    return SnsNotifierResource(
        sns=SNSResource(region_name=settings.aws_region, endpoint_url=settings.aws_endpoint_url or None),
        ledger=ledger,
        topic_arn=settings.sns_topic_arn,
        phone_number=settings.sns_phone,
    )


def _dynamodb(settings: Settings, **bounds: Any) -> DynamoDBResource:
    return DynamoDBResource(
        region_name=settings.aws_region,
        endpoint_url=settings.aws_endpoint_url or None,
        parameter_validation=False,
        **bounds,
    )
