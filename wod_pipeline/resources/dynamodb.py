"""DynamoDB as a Dagster resource of general use; nothing here knows what is stored in it."""

from typing import TYPE_CHECKING, ClassVar, cast

from wod_pipeline.aws import table
from wod_pipeline.resources.aws_service import AwsServiceResource, connection_of, session_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.service_resource import Table


class DynamoDBResource(AwsServiceResource):
    """Gives ops and assets access to Amazon DynamoDB.

    ::

        @dg.asset
        def inventory(dynamodb: DynamoDBResource) -> None:
            dynamodb.get_table("inventory").put_item(Item={"sku": "barbell-20", "count": 4})

        dg.Definitions([inventory], resources={"dynamodb": DynamoDBResource(region_name="us-west-2")})
    """

    service_name: ClassVar[str] = "dynamodb"

    def get_client(self) -> "DynamoDBClient":
        """Return the low-level client, whose items are typed attributes; one for every thread."""
        return cast("DynamoDBClient", super().get_client())

    def get_table(self, name: str) -> "Table":
        """Return the table as boto3's own object, whose items are plain dicts; a new one for every call.

        Such an object may not be shared between threads, and takes numbers as `int` or `Decimal` only.
        """
        return table(name, self.options(), session=session_of(self), **connection_of(self))
