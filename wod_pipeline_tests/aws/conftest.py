"""The AWS account of these tests: moto's, empty for each."""

from wod_pipeline_tests.servers.aws import aws, aws_environment, moto_server

__all__ = ["aws", "aws_environment", "moto_server"]
