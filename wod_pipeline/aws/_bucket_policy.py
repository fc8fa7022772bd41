"""The statement of a bucket policy that refuses requests without TLS, beside whatever statements others put there."""

from __future__ import annotations

from typing import Any

_SID = "WodDenyInsecureTransport"
_SECURE = "aws:securetransport"
"""Compared in lower case, as AWS compares names of condition keys."""


class SidTakenError(Exception):
    """A statement of another meaning has the id of ours, and ids are unique within a policy."""

    sid = _SID


def refuses_plain_http(policy: dict[str, Any], bucket: str, partition: str) -> bool:
    """Whether a statement, of whomever, denies everybody every request to bucket and objects without TLS."""
    return any(_denies(statement, bucket, partition) for statement in _statements(policy))


def with_tls_only(policy: dict[str, Any], bucket: str, partition: str) -> dict[str, Any]:
    """The policy with our statement after those it has, which stay as they are. Raises `SidTakenError`."""
    statements = _statements(policy)
    if any(statement.get("Sid") == _SID for statement in statements):
        raise SidTakenError
    return {"Version": "2012-10-17", **policy, "Statement": [*statements, _deny(bucket, partition)]}


def _deny(bucket: str, partition: str) -> dict[str, Any]:
    return {
        "Sid": _SID,
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": _resources(bucket, partition),
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _resources(bucket: str, partition: str) -> list[str]:
    arn = f"arn:{partition}:s3:::{bucket}"
    return [arn, f"{arn}/*"]


def _statements(policy: dict[str, Any]) -> list[dict[str, Any]]:
    return list(_listed(policy.get("Statement", [])))


def _denies(statement: dict[str, Any], bucket: str, partition: str) -> bool:
    resources = _listed(statement.get("Resource", []))
    return (
        statement.get("Effect") == "Deny"
        and _is_everybody(statement.get("Principal"))
        and bool({"s3:*", "*"} & {str(action).lower() for action in _listed(statement.get("Action", []))})
        and ("*" in resources or set(_resources(bucket, partition)) <= set(resources))
        and _is_without_tls(statement.get("Condition", {}))
    )


def _is_everybody(principal: Any) -> bool:
    return principal == "*" or (isinstance(principal, dict) and "*" in _listed(principal.get("AWS", [])))


def _is_without_tls(condition: dict[str, Any]) -> bool:
    """Whether a statement applies to each request without TLS: with a second condition it would not."""
    if list(condition) not in (["Bool"], ["BoolIfExists"]):
        return False
    tested = {name.lower(): value for name, value in next(iter(condition.values())).items()}
    return list(tested) == [_SECURE] and [str(one).lower() for one in _listed(tested[_SECURE])] == ["false"]


def _listed(value: Any) -> list[Any]:
    """AWS lets a list of one be written without brackets."""
    return value if isinstance(value, list) else [value]
