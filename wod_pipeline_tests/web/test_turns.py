"""Whose request is answered next, and how many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from starlette.types import Message, Receive, Scope, Send

from wod_pipeline.web.turns import Limits, TurnQueue, Turns, client_of

AnswerT = TypeVar("AnswerT")


def run(coroutine: Coroutine[Any, Any, AnswerT]) -> AnswerT:
    return asyncio.run(asyncio.wait_for(coroutine, 20))


async def settle() -> None:
    """Let everything go on that can."""
    for _ in range(20):
        await asyncio.sleep(0)


def test_one_client_has_some_turns_at_once_and_all_have_a_few_more() -> None:
    async def count() -> list[str]:
        queue, has_turn = TurnQueue(Limits(running=3, running_of_one=2, wait_s=5)), []

        async def enter(client: str) -> None:
            assert await queue.enter(client)
            has_turn.append(client)

        tasks = [asyncio.ensure_future(enter(client)) for client in "aaaabbbb"]
        await settle()
        begun = sorted(has_turn)
        for _ in range(8):
            queue.leave(has_turn.pop(0))
            await settle()
        await asyncio.gather(*tasks)
        return begun

    assert run(count()) == ["a", "a", "b"]


def test_clients_take_turns_and_of_one_the_newest_request_is_next() -> None:
    async def order() -> list[str]:
        queue, order = TurnQueue(Limits(running=1, running_of_one=1, wait_s=5)), []

        async def ask(client: str, name: str) -> None:
            assert await queue.enter(client)
            order.append(name)
            queue.leave(client)

        assert await queue.enter("first")
        tasks = []
        for client, name in (("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1"), ("c", "c1")):
            tasks.append(asyncio.ensure_future(ask(client, name)))
            await settle()
        queue.leave("first")
        await asyncio.gather(*tasks)
        return order

    assert run(order()) == ["a3", "b1", "c1", "a2", "a1"]


def test_who_waits_too_long_is_refused_and_leaves_no_trace() -> None:
    async def refuse() -> tuple[bool, bool]:
        queue = TurnQueue(Limits(running=1, running_of_one=1, wait_s=0.01))
        assert await queue.enter("a")
        refused = await queue.enter("b")
        queue.leave("a")
        return refused, await queue.enter("c")

    assert run(refuse()) == (False, True)


def test_who_is_cancelled_gives_the_turn_on() -> None:
    async def cancel() -> bool:
        queue = TurnQueue(Limits(running=1, running_of_one=1, wait_s=5))
        assert await queue.enter("a")
        waiting = asyncio.ensure_future(queue.enter("b"))
        await settle()
        queue.leave("a")
        waiting.cancel()
        await settle()
        return await queue.enter("c")

    assert run(cancel())


def scope_of(path: str = "/", method: str = "GET", client: str = "203.0.113.9") -> Scope:
    return {
        "type": "http", "method": method, "path": path, "query_string": b"", "headers": [], "client": (client, 1)
    }  # fmt: skip


def test_a_request_that_is_too_late_reads_when_to_come_again() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(1)

    async def ask() -> list[Message]:
        turns, sent = Turns(app, Limits(running=1, running_of_one=1, wait_s=0.01)), []

        async def send(message: Message) -> None:
            sent.append(message)

        first = asyncio.ensure_future(turns(scope_of(), no_body, send))
        await settle()
        await turns(scope_of("/api/v1/weeks"), no_body, send)
        first.cancel()
        return sent

    start, _ = run(ask())
    assert start["status"] == 503
    assert (b"retry-after", b"5") in start["headers"]


async def no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def test_a_form_that_is_still_arriving_and_an_answer_that_is_not_taken_have_no_turn() -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def never(*_: object) -> Any:
        await asyncio.sleep(3600)

    async def ask() -> list[Message]:
        turns, sent = Turns(app, Limits(running=1, running_of_one=1, wait_s=5)), []

        async def send(message: Message) -> None:
            sent.append(message)

        slow = [
            asyncio.ensure_future(turns(scope_of(method="POST"), never, send)),
            asyncio.ensure_future(turns(scope_of(), no_body, never)),
        ]
        await settle()
        await turns(scope_of(), no_body, send)
        for task in slow:
            task.cancel()
        return sent

    assert [message["type"] for message in run(ask())] == ["http.response.start", "http.response.body"]


def test_who_leaves_before_the_form_is_complete_costs_no_answer() -> None:
    async def never_asked(*_: object) -> None:
        raise AssertionError

    async def ask() -> list[Message]:
        messages = iter(
            [{"type": "http.request", "body": b"a=", "more_body": True}, {"type": "http.disconnect"}]
        )
        sent: list[Message] = []

        async def receive() -> Message:
            return next(messages)

        async def send(message: Message) -> None:
            sent.append(message)

        await Turns(never_asked)(scope_of(method="POST"), receive, send)
        return sent

    assert run(ask()) == []


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:0:1:aaaa::1", "2001:db8:0:1::/64"),
        ("2001:db8:0:1::2", "2001:db8:0:1::/64"),
        ("testclient", "testclient"),
    ],
)
def test_of_ipv6_a_client_is_a_household(address: str, client: str) -> None:
    assert client_of(scope_of(client=address)) == client
