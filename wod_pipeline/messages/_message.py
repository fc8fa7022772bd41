"""What is said to a person: one message, for every channel it may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Message:
    """Something a person should know.

    `subject` a line, `text` plain words, `sms` the same in 140 characters, `data` the facts for machines
    (JSON values), `identifier` the same for the same event and no other: what it is deduplicated by.
    """

    kind: str
    severity: Literal["info", "warn", "critical"]
    week: str | None
    subject: str
    text: str
    sms: str
    data: Mapping[str, Any]
    identifier: str
