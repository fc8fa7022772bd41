"""What Dagster resources over an AWS service have in common: the configuration of dagster-aws, and one client.

A service gets a class of its own (`dynamodb`, `sns`); which tables or topics are used is not configured here.
"""

import threading
from typing import Any, ClassVar

import dagster as dg
from boto3.session import Session
from pydantic import Field, PrivateAttr

from wod_pipeline.aws import client_config


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
    max_attempts: int = Field(default=5, description="How often a request is sent at most, in all.")
    connect_timeout_s: float = Field(default=5.0, description="Seconds to wait for a connection.")
    read_timeout_s: float = Field(default=20.0, description="Seconds to wait for an answer.")

    parameter_validation: bool = Field(
        default=True, description="Whether to check requests before sending; for large items that is slow."
    )

    _client: Any = PrivateAttr(default=None)
    _lock: Any = PrivateAttr(default_factory=threading.Lock)

    def get_client(self) -> Any:
        """Return the service's client: the same for every call, to be used from any thread."""
        with self._lock:
            if self._client is None:
                self._client = self.session().client(self.service_name, **self.connection())  # type: ignore[call-overload]
            return self._client

    def session(self) -> Session:
        """Make a boto3 session with this configuration."""
        return Session(
            region_name=self.region_name,
            profile_name=self.profile_name,
            aws_access_key_id=self.aws_access_key_id,
            aws_secret_access_key=self.aws_secret_access_key,
            aws_session_token=self.aws_session_token,
        )

    def connection(self) -> dict[str, Any]:
        """Return how a client or a boto3 resource of this service is to connect."""
        return {
            "endpoint_url": self.endpoint_url,
            "use_ssl": self.use_ssl,
            "verify": self.verify,
            "config": client_config(
                self.connect_timeout_s,
                self.read_timeout_s,
                self.max_attempts,
                validate=self.parameter_validation,
            ),
        }
