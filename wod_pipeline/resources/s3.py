"""The lake in S3, as a Dagster resource. Imports dagster_aws, which takes seconds: only where the lake is in S3."""

from typing import Any

import dagster as dg
from dagster_aws.s3 import S3Resource
from pydantic import Field, PrivateAttr

from wod_pipeline.adapters import s3_lake
from wod_pipeline.aws import STANDARD, s3_client
from wod_pipeline.resources.aws import address
from wod_pipeline.resources.aws_service import connection_of, session_of
from wod_pipeline.resources.lake import LakeResource
from wod_pipeline.settings import Settings
from wod_pipeline.storage import Lake


class S3LakeResource(LakeResource):
    """A lake in an S3 bucket, under a prefix.

    `s3` says where S3 is and with which login. The client is not dagster-aws's own, which waits up to a minute
    for a connection and for an answer.
    """

    s3: dg.ResourceDependency[S3Resource]
    bucket: str = Field(default="", description="The bucket; if empty, that of WOD_S3_BUCKET.")
    prefix: str = Field(default="", description="Prefix of every key; if empty, that of WOD_S3_PREFIX.")
    settings: dg.ResourceDependency[Settings]
    _lake: Lake | None = PrivateAttr(default=None)

    def open(self) -> Lake:
        """Open the bucket, once per run: making a client takes longer than most steps need it."""
        if self._lake is None:
            bucket = self.bucket or self.settings.s3_bucket
            prefix = self.prefix or self.settings.s3_prefix
            self._lake = s3_lake(self._client(), bucket, prefix)
        return self._lake

    def _client(self) -> Any:
        owner = self.settings.s3_bucket_owner
        return s3_client(bucket_owner=owner, session=session_of(self.s3), **connection_of(self.s3))


def s3(settings: Settings) -> S3Resource:
    """Make dagster-aws's S3 resource for the settings' region."""
    return S3Resource(**address(settings, "s3"), max_attempts=STANDARD.max_attempts)
