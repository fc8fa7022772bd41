"""DynamoDB and SNS as Dagster resources: used in a job as anybody would."""

from decimal import Decimal
from typing import Any

import dagster as dg
import pytest

from wod_pipeline.aws.setup import ensure_ledger_table
from wod_pipeline.resources.aws_service import session_of
from wod_pipeline.resources.dynamodb import DynamoDBResource
from wod_pipeline.resources.sns import SNSResource
from wod_pipeline_tests.servers.aws import AwsServer


@dg.asset
def inventory(dynamodb: DynamoDBResource) -> None:
    item: Any = {"idempotency_key": "barbell", "kg": Decimal("20.5")}
    dynamodb.get_table("inventory").put_item(Item=item)


@dg.asset
def report(sns: SNSResource) -> str:
    return sns.get_client().create_topic(Name="reports")["TopicArn"]


def test_an_asset_writes_to_a_table_and_the_client_reads_it(aws: AwsServer) -> None:
    dynamodb = DynamoDBResource(region_name=aws.region, endpoint_url=aws.endpoint_url)
    ensure_ledger_table(dynamodb.get_client(), "inventory")
    assert dg.materialize([inventory], resources={"dynamodb": dynamodb}).success
    key: Any = {"idempotency_key": {"S": "barbell"}}
    assert dynamodb.get_client().get_item(TableName="inventory", Key=key)["Item"]["kg"] == {"N": "20.5"}


def test_an_asset_uses_sns(aws: AwsServer) -> None:
    sns = SNSResource(region_name=aws.region, endpoint_url=aws.endpoint_url)
    result = dg.materialize_to_memory([report], resources={"sns": sns})
    assert result.output_for_node("report").endswith(":reports")


def test_a_client_is_made_once_with_the_configured_bounds(aws_environment: None) -> None:
    sns = SNSResource(region_name="eu-central-1")
    client = sns.get_client()
    assert sns.get_client() is client
    config = client.meta.config
    assert (config.region_name, config.connect_timeout, config.read_timeout) == ("eu-central-1", 3.0, 5.0)
    assert config.retries["total_max_attempts"] == 2


def test_keys_are_read_from_the_environment_when_given_as_variables(
    aws: AwsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTHER_KEY", "AKIAOTHER")
    monkeypatch.setenv("OTHER_SECRET", "hidden")
    seen: list[str] = []

    @dg.asset
    def whose(dynamodb: DynamoDBResource) -> None:
        credentials = session_of(dynamodb).get_credentials()
        assert credentials is not None
        seen.append(credentials.access_key)

    resource = DynamoDBResource(
        region_name=aws.region,
        aws_access_key_id=dg.EnvVar("OTHER_KEY"),
        aws_secret_access_key=dg.EnvVar("OTHER_SECRET"),
    )
    assert dg.materialize_to_memory([whose], resources={"dynamodb": resource}).success
    assert seen == ["AKIAOTHER"]
    assert "hidden" not in repr(resource)
