"""The session table, the ledger and the notifier on AWS, as Dagster resources. They import boto3; see `wiring`."""

from dataclasses import asdict
from typing import Any

import dagster as dg
from pydantic import Field

from wod_pipeline.adapters import dynamodb_ledger, dynamodb_table, sns_notifier
from wod_pipeline.aws import SENSOR_TICK, ClientOptions
from wod_pipeline.messages.delivery import Notifier
from wod_pipeline.resources.dynamodb import DynamoDBResource
from wod_pipeline.resources.launchpad import shown_of
from wod_pipeline.resources.notifier import LedgerResource, NotifierResource
from wod_pipeline.resources.session_table import SessionTableResource
from wod_pipeline.resources.sns import SNSResource
from wod_pipeline.settings import Settings
from wod_pipeline.storage import Ledger, SessionTable


class DynamoSessionTableResource(SessionTableResource):
    """A session table in DynamoDB."""

    dynamodb: dg.ResourceDependency[DynamoDBResource]
    table: str = Field(default="", description="The table; if empty, that of WOD_SESSIONS_TABLE.")
    settings: dg.ResourceDependency[Settings]

    def open(self) -> SessionTable:
        """Open the table."""
        return dynamodb_table(self.dynamodb.get_client(), self.table or self.settings.sessions_table)


class DynamoLedgerResource(LedgerResource):
    """A ledger in DynamoDB."""

    dynamodb: dg.ResourceDependency[DynamoDBResource]
    table: str = Field(default="", description="The table; if empty, that of WOD_LEDGER_TABLE.")
    settings: dg.ResourceDependency[Settings]

    def open(self) -> Ledger:
        """Open the table."""
        return dynamodb_ledger(self.dynamodb.get_client(), self.table or self.settings.ledger_table)


class SnsNotifierResource(NotifierResource):
    """Messages through an SNS topic or to a phone: if neither is given here, to that of the settings."""

    sns: dg.ResourceDependency[SNSResource]
    ledger: dg.ResourceDependency[LedgerResource]
    topic_arn: str = Field(default="", description="The topic; if empty, that of WOD_SNS_TOPIC_ARN.")
    phone_number: str = Field(default="", description="The number; if empty, that of WOD_SNS_PHONE.")
    settings: dg.ResourceDependency[Settings]

    def open(self) -> Notifier:
        """Return a notifier that publishes."""
        topic_arn, phone_number = self.topic_arn, self.phone_number
        if not topic_arn and not phone_number:
            topic_arn, phone_number = self.settings.sns_topic_arn, self.settings.sns_phone
        return sns_notifier(
            self.sns.get_client(), self.ledger.open(), topic_arn=topic_arn, phone_number=phone_number
        )


def notifier_on_sns(settings: Settings, ledger: LedgerResource) -> NotifierResource:
    """Make the notifier the settings name."""
    return SnsNotifierResource(
        sns=sns(settings),
        ledger=ledger,
        topic_arn=shown_of(settings, "sns_topic_arn"),
        phone_number=shown_of(settings, "sns_phone"),
        settings=settings,
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
