"""Trouble between an AWS client and its server: answers replaced, lost or delayed, by botocore's own events."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from botocore.awsrequest import AWSResponse


class Answer(AWSResponse):
    """An answer that no server gave."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__("http://127.0.0.1/", status, {}, None)
        self._content = body


def answer(
    client: Any,
    operation: str,
    status: int,
    code: str,
    *,
    times: int = 1_000,
    done: bool = False,
    **more: Any,
) -> list[int]:
    """Let the next `times` answers to an operation be an error; returns a list that grows with each.

    With `done` the server does what was asked, and only its answer is lost. `more` goes into a JSON answer.
    """
    service, given = client.meta.service_model.service_name, list[int]()

    def instead(request: Any, **_: Any) -> AWSResponse | None:
        if len(given) >= times:
            return None
        given.append(len(given))
        if done:
            client._endpoint.http_session.send(request)
        return Answer(status, _body(service, code, more))

    client.meta.events.register(f"before-send.{service}.{operation}", instead)
    return given


def operations(client: Any) -> list[str]:
    """The operations sent from here on, in a list that grows."""
    sent: list[str] = []
    service = client.meta.service_model.service_name
    client.meta.events.register(f"before-call.{service}", lambda model, **_: sent.append(model.name))
    return sent


def before_next(client: Any, operation: str, act: Callable[[], object]) -> None:
    """Do something right before the next such operation is sent, once."""
    name = f"before-call.{client.meta.service_model.service_name}.{operation}"

    def once(**_: Any) -> None:
        client.meta.events.unregister(name, once)
        act()

    client.meta.events.register(name, once)


def with_parameters(client: Any, operation: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Change what is sent: a smaller page, a part of a batch."""
    name = f"provide-client-params.{client.meta.service_model.service_name}.{operation}"
    client.meta.events.register(name, lambda params, **_: change(params))


def _body(service: str, code: str, more: dict[str, Any]) -> bytes:
    if service == "s3":
        return f"<Error><Code>{code}</Code><Message>as injected</Message></Error>".encode()
    return json.dumps({"__type": f"com.amazonaws#{code}", "message": "as injected", **more}).encode()
