"""What Dagster resources over an AWS service have in common: the configuration of dagster-aws, and one client.

A service gets a class of its own (`dynamodb`, `sns`); which tables or topics are used is not configured here.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, ClassVar

import dagster as dg
from pydantic import Field, PrivateAttr

from wod_pipeline.aws import STANDARD, ClientOptions, client, session

if TYPE_CHECKING:
    from boto3.session import Session
    from dagster_aws.s3 import S3Resource


class AwsServiceResource(dg.ConfigurableResource[Any]):
    """An AWS service, reached as boto3 reaches it: every value left out is found by boto3 itself.

    The options are those of dagster-aws, under the same names, and timeouts, which dagster-aws leaves at a minute
    for connecting and for reading: long enough to stall a sensor.
    """

    service_name: ClassVar[str]

    region_name: str | None = Field(default=None, description="Region of the service.")
    endpoint_url: str | None = Field(default=None, description="Another address, such as a test server's.")
    profile_name: str | None = Field(default=None, description="Profile of the AWS configuration file.")
    aws_access_key_id: str | None = Field(default=None, description="Access key; give it as an EnvVar.")
    aws_secret_access_key: str | None = Field(default=None, description="Secret key; give it as an EnvVar.")
    aws_session_token: str | None = Field(default=None, description="Session token; give it as an EnvVar.")
    use_ssl: bool = Field(default=True, description="Whether to use TLS where the address does not say.")
    verify: bool | None = Field(default=None, description="Whether to verify certificates; by default yes.")
    max_attempts: int = Field(
        default=STANDARD.max_attempts, description="How often a request is sent at most, in all."
    )
    connect_timeout_s: float = Field(
        default=STANDARD.connect_timeout_s, description="Seconds to wait for a connection."
    )
    read_timeout_s: float = Field(
        default=STANDARD.read_timeout_s, description="Seconds to wait for an answer."
    )
    parameter_validation: bool = Field(
        default=True, description="Whether to check requests before sending; for large items that is slow."
    )

    _client: Any = PrivateAttr(default=None)
    _lock: Any = PrivateAttr(default_factory=threading.Lock)

    def get_client(self) -> Any:
        """Return the service's client: the same for every call, to be used from any thread."""
        with self._lock:
            if self._client is None:
                self._client = client_with(self, self.service_name, self.options())
            return self._client

    def options(self) -> ClientOptions:
        """Return how a client waits and tries again."""
        return ClientOptions(
            self.connect_timeout_s, self.read_timeout_s, self.max_attempts, self.parameter_validation
        )


def client_with(resource: AwsServiceResource | S3Resource, service: str, options: ClientOptions) -> Any:
    """Build a client with the address and login that the resource is configured with."""
    return client(service, options, session=session_of(resource), **connection_of(resource))


def session_of(resource: AwsServiceResource | S3Resource) -> Session:
    """Make a boto3 session with the region and login that the resource is configured with."""
    return session(
        region_name=resource.region_name,
        profile_name=resource.profile_name,
        aws_access_key_id=resource.aws_access_key_id,
        aws_secret_access_key=resource.aws_secret_access_key,
        aws_session_token=resource.aws_session_token,
    )


def connection_of(resource: AwsServiceResource | S3Resource) -> dict[str, Any]:
    """Return how a client or a boto3 resource is to connect."""
    return {"endpoint_url": resource.endpoint_url, "use_ssl": resource.use_ssl, "verify": resource.verify}
