"""Creating and encrypting the topic that messages go to, and reporting what already existed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wod_pipeline.aws import AwsFailure, code_of, in_words
from wod_pipeline.aws.setup import SetupStep

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

AWS_MANAGED_KEY = "alias/aws/sns"
"""The key that AWS keeps for SNS in every account."""


def ensure_topic(client: SNSClient, *, arn: str = "", name: str = "") -> tuple[str, list[SetupStep]]:
    """The topic with that ARN, otherwise the one with that name; returns its ARN too.

    Subscribing is left to a person, and a topic without a subscriber is reported as missing one.
    """
    try:
        known = arn or _topic_named(client, name)
        if known and _topic_exists(client, known):
            return known, [SetupStep(f"topic {known}", "exists"), _subscriber_step(client, known)]
        created = client.create_topic(Name=name or arn.rpartition(":")[2])["TopicArn"]
        if arn and created != arn:
            fix = f"Set WOD_SNS_TOPIC_ARN={created}, which has been created."
            return created, [SetupStep(f"topic {arn} (of another account or region)", "missing", fix)]
        return created, [SetupStep(f"topic {created}", "created"), _subscriber_step(client, created)]
    except AwsFailure as error:
        raise in_words(error, f"Topic {arn or name} could not be created") from error


def ensure_topic_encryption(client: SNSClient, arn: str, key: str) -> SetupStep:
    """The topic encrypted with a KMS key: its id, ARN or alias, or empty for one that is there or AWS's own."""
    what = f"topic {arn} is encrypted"
    try:
        current = client.get_topic_attributes(TopicArn=arn)["Attributes"].get("KmsMasterKeyId", "")
        wanted = key or current or AWS_MANAGED_KEY
        if current != wanted:
            client.set_topic_attributes(TopicArn=arn, AttributeName="KmsMasterKeyId", AttributeValue=wanted)
    except AwsFailure as error:
        raise in_words(error, f"Topic {arn} could not be encrypted") from error
    return SetupStep(f"{what} with {wanted}", "exists" if current == wanted else "created", _cost_of(wanted))


def _cost_of(key: str) -> str:
    """What whoever publishes to a topic encrypted with that key needs."""
    if key.endswith(AWS_MANAGED_KEY):
        return (
            "Logins of this account publish as before; other accounts and services such as CloudWatch cannot."
        )
    return (
        "Whoever publishes needs kms:GenerateDataKey* and kms:Decrypt on that key, this program's role too."
    )


def _topic_named(client: SNSClient, name: str) -> str:
    arns = (
        topic["TopicArn"]
        for page in client.get_paginator("list_topics").paginate()
        for topic in page["Topics"]
    )
    return next((arn for arn in arns if arn.rpartition(":")[2] == name), "")


def _topic_exists(client: SNSClient, arn: str) -> bool:
    try:
        client.get_topic_attributes(TopicArn=arn)
    except AwsFailure as error:
        if code_of(error) in {"NotFound", "NotFoundException"}:
            return False
        raise
    return True


def _subscriber_step(client: SNSClient, arn: str) -> SetupStep:
    subscriptions = client.list_subscriptions_by_topic(TopicArn=arn).get("Subscriptions", [])
    if any(one.get("SubscriptionArn") != "PendingConfirmation" for one in subscriptions):
        return SetupStep("the topic has a subscriber", "exists")
    fix = f"aws sns subscribe --topic-arn {arn} --protocol email --notification-endpoint you@example.com"
    return SetupStep("the topic has a subscriber", "missing", f"{fix} (and confirm the e-mail)")
