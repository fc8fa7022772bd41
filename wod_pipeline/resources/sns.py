"""SNS as a Dagster resource of general use; nothing here knows what is sent."""

from typing import TYPE_CHECKING, ClassVar, cast

from pydantic import Field

from wod_pipeline.aws import SENSOR_TICK
from wod_pipeline.resources.aws_service import AwsServiceResource

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


class SNSResource(AwsServiceResource):
    """Gives ops, assets and sensors access to Amazon SNS; its timeouts are short enough for a sensor's tick.

    ::

        @dg.asset
        def nightly_report(sns: SNSResource) -> None:
            sns.get_client().publish(TopicArn=REPORTS, Subject="Nightly report", Message="All is well.")

        dg.Definitions([nightly_report], resources={"sns": SNSResource(region_name="us-west-2")})
    """

    service_name: ClassVar[str] = "sns"

    max_attempts: int = Field(
        default=SENSOR_TICK.max_attempts, description="How often a request is sent at most, in all."
    )
    connect_timeout_s: float = Field(
        default=SENSOR_TICK.connect_timeout_s, description="Seconds to wait for a connection."
    )
    read_timeout_s: float = Field(
        default=SENSOR_TICK.read_timeout_s, description="Seconds to wait for an answer."
    )

    def get_client(self) -> "SNSClient":
        """Return the client; one for every thread."""
        return cast("SNSClient", super().get_client())
