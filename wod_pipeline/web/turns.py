"""Whose request is answered next when there are more than can be answered at once.

A request gets its turn once it has arrived completely, and its answer is sent after the turn: a slow client has none.
At most `Limits.running` requests have a turn at once, and of one client `Limits.running_of_one`. The others
wait. Clients take turns; of one client the newest request comes first, since whoever has waited long has
often gone. One that has waited `Limits.wait_s` is refused.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wod_pipeline.web.failures import failure_answer
from wod_pipeline.web.forms import LONGEST_FORM

BUSY = "Too many requests are waiting for an answer. Try again in a few seconds."
RETRY_AFTER_S = 5
LONGEST_ADDRESS, LONGEST_HEADERS = 32_768, 32_768
"""Bytes of a request's path and query, and of all its headers: several times what the site itself makes."""
LONG_ADDRESS = f"The address is too long: at most {LONGEST_ADDRESS:,} bytes are read."
LONG_HEADERS = f"The headers are too long: at most {LONGEST_HEADERS:,} bytes are read, cookies included."
_IPV6_SITE = 64
"""Bits of an IPv6 address that one household shares (RFC 6177)."""


@dataclass(frozen=True)
class Limits:
    """How many requests have a turn at once, of all and of one client, and how long one waits for it."""

    running: int = 8
    running_of_one: int = 2
    wait_s: float = 10.0


class Turns:
    """Give each request its turn."""

    def __init__(self, app: ASGIApp, limits: Limits | None = None) -> None:
        self._app = app
        self._limits = limits or Limits()
        self._queue = TurnQueue(self._limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif problem := _too_long(scope):
            await failure_answer(scope, *problem)(scope, receive, send)
        else:
            body = await _read_body(scope, receive)
            if _has_left(body):
                return
            for message in await self._answer(scope, body, receive):
                await send(message)

    async def _answer(self, scope: Scope, body: Sequence[Message], receive: Receive) -> list[Message]:
        """The messages of the whole answer."""
        sent: list[Message] = []
        client = client_of(scope)
        if not await self._queue.enter(client):
            busy = failure_answer(scope, 503, BUSY, headers={"Retry-After": str(RETRY_AFTER_S)})
            await busy(scope, receive, _appending(sent))
            return sent
        try:
            await self._app(scope, _replaying(body, receive), _appending(sent))
        finally:
            self._queue.leave(client)
        return sent


def _too_long(scope: Scope) -> tuple[int, str] | None:
    """Status and words for a request whose address or headers are longer than is read."""
    if len(scope["path"]) + len(scope["query_string"]) > LONGEST_ADDRESS:
        return 414, LONG_ADDRESS
    if sum(len(name) + len(value) for name, value in scope["headers"]) > LONGEST_HEADERS:
        return 431, LONG_HEADERS
    return None


def client_of(scope: Scope) -> str:
    """The address of a client, of IPv6 the network it is in; empty where there is none."""
    address = (scope.get("client") or ("",))[0]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return str(address)
    return str(ipaddress.ip_network((parsed, _IPV6_SITE), strict=False)) if parsed.version == 6 else address


async def _read_body(scope: Scope, receive: Receive) -> list[Message]:
    """What the client sends, until it ends or is longer than any form. The answer to a GET depends on none."""
    read: list[Message] = []
    length, is_complete = 0, scope["method"] != "POST"
    while not is_complete and length <= LONGEST_FORM:
        message = await receive()
        read.append(message)
        length += len(message.get("body", b""))
        is_complete = not message.get("more_body", False)
    return read


def _has_left(read: Sequence[Message]) -> bool:
    """Whether the client went, or was dropped, before its form was complete: nobody is there to be answered."""
    return bool(read) and read[-1]["type"] == "http.disconnect"


def _replaying(read: Sequence[Message], receive: Receive) -> Receive:
    """Receive what was read already, then what comes."""
    messages = iter(read)

    async def receive_again() -> Message:
        return next(messages, None) or await receive()

    return receive_again


def _appending(sent: list[Message]) -> Send:
    async def send(message: Message) -> None:
        sent.append(message)

    return send


class TurnQueue:
    """Who has a turn, and who waits for one."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._running: Counter[str] = Counter()
        self._waiting: OrderedDict[str, list[asyncio.Future[None]]] = OrderedDict()

    async def enter(self, client: str) -> bool:
        """Wait for a turn; false when it took too long."""
        if client not in self._waiting and self._may_run(client):
            self._running[client] += 1
            return True
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, []).append(turn)
        try:
            await asyncio.wait({turn}, timeout=self._limits.wait_s)
        except asyncio.CancelledError:
            if turn.done():
                self.leave(client)
            raise
        finally:
            if not turn.done():
                self._forget(client, turn)
        return turn.done()

    def leave(self, client: str) -> None:
        """End a turn; the next that waits has one."""
        self._running[client] -= 1
        if not self._running[client]:
            del self._running[client]
        waiting = next((each for each in self._waiting if self._may_run(each)), None)
        if waiting is not None:
            turn = self._waiting[waiting][-1]
            self._forget(waiting, turn)
            self._running[waiting] += 1
            turn.set_result(None)

    def _may_run(self, client: str) -> bool:
        is_free = self._running.total() < self._limits.running
        return is_free and self._running[client] < self._limits.running_of_one

    def _forget(self, client: str, turn: asyncio.Future[None]) -> None:
        """Take a turn out of those waited for, and put its client behind the others."""
        self._waiting[client].remove(turn)
        if self._waiting[client]:
            self._waiting.move_to_end(client)
        else:
            del self._waiting[client]
