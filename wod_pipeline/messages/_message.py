"""One message to people, in the forms that every channel needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Message:
    """Something that people should know."""

    kind: str
    """Which event it is about: `week_late`, `run_failed`, …"""
    severity: Literal["info", "warn", "critical"]
    subject: str
    """One line."""
    text: str
    """The whole message as plain text of several lines."""
    sms: str
    """One line of at most 140 characters."""
    data: Mapping[str, Any]
    """The facts as JSON values, for programs."""
    identifier: str
    """What it is deduplicated by: the same for the same event, and different for any other."""
    week: str | None = None
    """The Monday of the week it is about, as an ISO date; None when it is about no single week."""
