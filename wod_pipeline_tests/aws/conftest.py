"""The AWS account of these tests: moto's, empty for each."""

from typing import Any

import pytest
from botocore.client import BaseClient

from wod_pipeline_tests.servers.aws import aws, aws_environment, dynamodb_local, moto_server

__all__ = ["aws", "aws_environment", "dynamodb_local", "moto_server"]


@pytest.fixture
def sent_operations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every operation that any AWS client sends from here on."""
    sent: list[str] = []
    send = BaseClient._make_api_call  # type: ignore[attr-defined]

    def counted(client: Any, operation_name: str, api_params: Any) -> Any:
        sent.append(operation_name)
        return send(client, operation_name, api_params)

    monkeypatch.setattr(BaseClient, "_make_api_call", counted)
    return sent
