"""The server's end of a connection: clients that keep it waiting are dropped.

uvicorn has a limit for a connection that is silent after an answer (`timeout_keep_alive`), and for the bytes of a
request's head (`h11_max_incomplete_event_size`). It has none for a client that connects and says nothing, that sends
its request a byte at a time, or that does not read its answer; nor for connections of one address. They are here.
"""

from __future__ import annotations

import asyncio
import ipaddress
import resource
import socket
import struct
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from wod_pipeline.web.http import SECURITY_HEADERS, problem

LARGEST_HEAD = 16_384
"""Bytes of a request's first line and headers that are read while they are incomplete."""
NO_REQUEST = f"It has to name one Host, and its head may have {LARGEST_HEAD:,} bytes."
_DISCARD = struct.pack("ii", 1, 0)
"""Of `SO_LINGER`: on, for no seconds."""
_OTHER_FILES = 124
"""Files that the process may open beside connections."""


@dataclass(frozen=True)
class Patience:
    """How long a connection waits for its client, in seconds, and how many connections there may be.

    `request_s` is from the connection's start, or the last answer, to the end of a request; `idle_s` is the silence
    allowed between an answer and the next request. Of an answer, `least_bytes` have to be taken in every `answer_s`.
    """

    request_s: float = 15.0
    idle_s: int = 5
    answer_s: float = 20.0
    least_bytes: int = 32_768
    connections: int = 0
    """0: as many as the process may open files."""

    @property
    def most(self) -> int:
        """Connections at once."""
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        return self.connections or max(16, min(2_000, soft - _OTHER_FILES))

    @property
    def most_of_one(self) -> int:
        """Connections of one address at once: the others keep a third."""
        return max(1, self.most * 2 // 3)


class Connections:
    """All connections of a server. Of too many, the one is dropped that has waited longest for its client.

    Those of a proxy count as of many addresses.
    """

    def __init__(self, patience: Patience, proxies: Collection[str] = ()) -> None:
        self.patience = patience
        self._proxies = [ipaddress.ip_network(proxy) for proxy in proxies]
        self._waiting: dict[GuardedProtocol, None] = {}
        self._of: Counter[str] = Counter()

    def add(self, protocol: GuardedProtocol) -> None:
        """Count a new connection, and drop one when there are too many."""
        self._of[protocol.peer] += 1
        if self._of[protocol.peer] > self.patience.most_of_one and not self._is_proxy(protocol.peer):
            self._drop_one(protocol.peer, protocol)
        elif self._of.total() > self.patience.most:
            self._drop_one(max(self._of, key=self._of.__getitem__), protocol)

    def remove(self, protocol: GuardedProtocol) -> None:
        """Count a connection no more."""
        self.stop_waiting(protocol)
        self._of[protocol.peer] -= 1
        if not self._of[protocol.peer]:
            del self._of[protocol.peer]

    def wait(self, protocol: GuardedProtocol) -> None:
        """Remember that the connection waits for its client."""
        self._waiting.setdefault(protocol)

    def stop_waiting(self, protocol: GuardedProtocol) -> None:
        """Remember that the client waits for us."""
        self._waiting.pop(protocol, None)

    def _is_proxy(self, peer: str) -> bool:
        return bool(peer) and any(ipaddress.ip_address(peer) in network for network in self._proxies)

    def _drop_one(self, peer: str, newest: GuardedProtocol) -> None:
        """Drop the connection of this address that has waited longest, otherwise the new one."""
        dropped = next((each for each in self._waiting if each.peer == peer and each is not newest), newest)
        dropped.drop()


class GuardedProtocol(H11Protocol):
    """HTTP/1.1 with deadlines for the client."""

    shared: Connections

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.peer = ""
        self._request_timer: asyncio.TimerHandle | None = None
        self._answer_timer: asyncio.TimerHandle | None = None

    # ------------------------------------------------------------------------------------------- of uvicorn
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to wait for a request."""
        super().connection_made(transport)
        self.peer = self.client[0] if self.client else ""
        self._await_request()
        self.shared.add(self)

    def data_received(self, data: bytes) -> None:
        """Take what the client sent."""
        super().data_received(data)
        self._await_request()

    def on_response_complete(self) -> None:
        """Wait for the next request, or for the client to take the rest of the answer."""
        super().on_response_complete()
        if self._unsent():
            self._await_reading()
        self._await_request()

    def pause_writing(self) -> None:
        """Wait for the client to take what is written."""
        super().pause_writing()
        self._await_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        for timer in (self._request_timer, self._answer_timer):
            if timer is not None:
                timer.cancel()
        self.shared.remove(self)
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request."""
        answer = problem(400, f"{msg} {NO_REQUEST}")
        headers = {**SECURITY_HEADERS, "Content-Type": answer.headers["content-type"], "Connection": "close"}
        head = h11.Response(status_code=400, headers=list(headers.items()), reason=b"Bad Request")
        for event in (head, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    # --------------------------------------------------------------------------------------------- deadlines
    def drop(self) -> None:
        """End the connection at once, whatever is unsent; the system keeps nothing of it for the client either."""
        self.shared.stop_waiting(self)
        connection = self.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _DISCARD)
        self.transport.abort()

    def _await_request(self) -> None:
        """Start the clock when a request has to come, stop it when one has come completely."""
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self.shared.wait(self)
            if self._request_timer is None:
                self._request_timer = self.loop.call_later(self.shared.patience.request_s, self.drop)
        elif self._request_timer is not None:
            self._request_timer.cancel()
            self._request_timer = None
            self.shared.stop_waiting(self)

    def _await_reading(self) -> None:
        """Start the clock for the client to take a part of what is written."""
        if self._answer_timer is None:
            before = self._unsent()
            self._answer_timer = self.loop.call_later(
                self.shared.patience.answer_s, self._check_reading, before
            )

    def _check_reading(self, before: int) -> None:
        """Drop a client that has taken too little of it; wait for the rest of another."""
        self._answer_timer, unsent = None, self._unsent()
        if unsent and before - unsent < self.shared.patience.least_bytes:
            self.drop()
        elif unsent:
            self._await_reading()

    def _unsent(self) -> int:
        return self.transport.get_write_buffer_size()


def protocol_with(shared: Connections) -> type[GuardedProtocol]:
    """The protocol of a server with these connections."""
    return type("Protocol", (GuardedProtocol,), {"shared": shared})
