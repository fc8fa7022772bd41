"""How a setting is declared: its variable of the environment, as a field of `Settings`. It is read in `settings`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wod_pipeline.settings._readers import optional, read_url


@dataclass(frozen=True)
class Variable:
    """One environment variable: what it means and how its text is read.

    `read` turns the text into the value and raises `ValueError` with what to write instead. An empty variable
    counts as not set. Of several `names`, the first that is set counts. The value of a secret is never shown.
    """

    field: str
    names: tuple[str, ...]
    meaning: str
    default: str
    read: Callable[[str], Any]
    example: str
    secret: bool

    @property
    def name(self) -> str:
        """The name shown to people."""
        return self.names[0]

    def text_in(self, environ: Mapping[str, str]) -> str:
        """The text in the environment, otherwise the default."""
        return next((environ[name] for name in self.names if environ.get(name)), self.default)


def setting(
    meaning: str,
    *,
    default: str = "",
    read: Callable[[str], Any] = str,
    example: str = "",
    names: tuple[str, ...] = (),
    secret: bool = False,
) -> Any:
    """Declare a field of `Settings`, read from ``WOD_`` and its name in capitals unless `names` are given."""
    variable = Variable("", names, meaning, default, read, example, secret)
    return dataclasses.field(repr=not secret, metadata={"variable": variable})


def endpoint(service: str) -> Any:
    """Declare the address of one AWS service, read from the variable that boto3 reads."""
    return setting(
        f"address used for {service} instead of AWS_ENDPOINT_URL",
        read=optional(read_url, ""),
        example="http://127.0.0.1:9000",
        names=(f"AWS_ENDPOINT_URL_{service.replace(' ', '_').upper()}",),
    )
