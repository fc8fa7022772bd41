"""The session table, the ledger and the notifier on AWS, as Dagster resources. They import boto3; see `wiring`."""

from dataclasses import asdict
from typing import Any

import dagster as dg

from wod_pipeline.adapters import dynamodb_ledger, dynamodb_table, sns_notifier
from wod_pipeline.aws import SENSOR_TICK, ClientOptions
from wod_pipeline.messages.delivery import Notifier
from wod_pipeline.resources.dynamodb import DynamoDBResource
from wod_pipeline.resources.notifier import LedgerResource, NotifierResource
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.resources.sns import SNSResource
from wod_pipeline.settings import Settings
from wod_pipeline.storage import Ledger, SessionTable


class DynamoSessionTableResource(SessionTableResource):
    """A session table in DynamoDB."""

    dynamodb: dg.ResourceDependency[DynamoDBResource]
    table: str

    def open(self) -> SessionTable:
        """Open the table."""
        return dynamodb_table(self.dynamodb.get_client(), self.table)


class DynamoLedgerResource(LedgerResource):
    """A ledger in DynamoDB."""

    dynamodb: dg.ResourceDependency[DynamoDBResource]
    table: str

    def open(self) -> Ledger:
        """Open the table."""
        return dynamodb_ledger(self.dynamodb.get_client(), self.table)


class SnsNotifierResource(NotifierResource):
    """Messages through an SNS topic or to a phone."""

    sns: dg.ResourceDependency[SNSResource]
    ledger: dg.ResourceDependency[LedgerResource]
    topic_arn: str = ""
    phone_number: str = ""

    def open(self) -> Notifier:
        """Return a notifier that publishes."""
        return sns_notifier(
            self.sns.get_client(),
            self.ledger.open(),
            topic_arn=self.topic_arn,
            phone_number=self.phone_number,
        )


def notifier_on_sns(settings: Settings, ledger: LedgerResource) -> NotifierResource:
    """Make the notifier the settings name."""
    return SnsNotifierResource(
        sns=sns(settings), ledger=ledger, topic_arn=settings.sns_topic_arn, phone_number=settings.sns_phone
    )


def dynamodb(settings: Settings, options: ClientOptions) -> DynamoDBResource:
    """Make the DynamoDB resource for the settings' region."""
    return DynamoDBResource(**address(settings, "dynamodb"), **asdict(options))


def sns(settings: Settings) -> SNSResource:
    """Make the SNS resource for the settings' region."""
    return SNSResource(**address(settings, "sns"), **asdict(SENSOR_TICK))


def address(settings: Settings, service: str) -> dict[str, Any]:
    """Where a service is reached, in the words of boto3; None where boto3 finds it."""
    endpoint = settings.endpoint_of(service)
    return {"region_name": settings.aws_region or None, "endpoint_url": endpoint or None}
