"""Answers that are kept: those that depend on the stored sessions, the address and the visitor's cookies alone.

An endpoint under `keep` is asked once for each of them. The next request is answered from memory, and
one that has the answer already (`If-None-Match`) before any work. Whoever asks while it is being made waits for it.
Everything is dropped when the stored sessions change (`IndexCache`).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar, get_origin

from fastapi.dependencies.models import Dependant
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from wod_pipeline.web import maxes
from wod_pipeline.web.context import AppContext
from wod_pipeline.web.etags import etag_of
from wod_pipeline.web.root_path import root_of

EndpointT = TypeVar("EndpointT", bound=Callable[..., Any])

MOST_ANSWERS, MOST_BYTES = 1_000, 32 * 2**20
"""Answers kept at once, and the bytes of their bodies."""
QUARTER_HOUR_S = 900
"""No answer is kept for longer. Time zones differ by quarters of an hour, so within one the day changes in none."""
_COOKIES = {maxes.COOKIE: maxes.LONGEST_COOKIE, "days": 1_500, "tz": 64}
"""Cookies on which answers depend; longer ones are not read."""
_KEPT_FOR_S = "_kept_for_s"


def keep(*, for_s: int = QUARTER_HOUR_S) -> Callable[[EndpointT], EndpointT]:
    """Say of an endpoint that its answers may be kept for so many seconds, unless they say otherwise (`lasts`)."""

    def mark(endpoint: EndpointT) -> EndpointT:
        setattr(endpoint, _KEPT_FOR_S, for_s)
        return endpoint

    return mark


def kept_for_s(endpoint: Callable[..., Any] | None) -> int | None:
    """For how long the answers of an endpoint are kept; None when they are not."""
    kept: int | None = getattr(endpoint, _KEPT_FOR_S, None)
    return kept


class KeptAnswers:
    """The answers asked for last, within bounds of number and bytes."""

    def __init__(self, most: int = MOST_ANSWERS, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._bytes = 0
        self._answers: OrderedDict[bytes, Response] = OrderedDict()
        self._making: dict[bytes, asyncio.Future[None]] = {}
        self._made_from: object = None

    async def answer(
        self, key: bytes, made_from: object, make: Callable[[], Awaitable[Response]]
    ) -> Response:
        """The kept answer, or a new one. `made_from` are the sessions; others than before drop what is kept."""
        while making := self._making.get(key):
            await asyncio.wait({making})
        if made_from is not self._made_from:
            self._clear(made_from)
        if key in self._answers:
            self._answers.move_to_end(key)
            return _copy(self._answers[key])
        done = self._making[key] = asyncio.get_running_loop().create_future()
        try:
            response = await make()
        finally:
            del self._making[key]
            done.set_result(None)
        if response.status_code == 200 and getattr(response, "lasts", True) and made_from is self._made_from:
            response.headers["ETag"] = etag_of(response.body)
            self._put(key, _copy(response))
        return response

    def _put(self, key: bytes, response: Response) -> None:
        self._answers[key] = response
        self._bytes += len(response.body)
        while len(self._answers) > self._most or self._bytes > self._most_bytes:
            _, oldest = self._answers.popitem(last=False)
            self._bytes -= len(oldest.body)

    def _clear(self, made_from: object) -> None:
        self._made_from, self._bytes = made_from, 0
        self._answers.clear()


def _copy(response: Response) -> Response:
    """An answer of its own: whoever sends it changes its headers."""
    copy = Response(response.body, response.status_code)
    copy.raw_headers = list(response.raw_headers)
    return copy


async def kept_answer(
    request: Request, dependant: Dependant, for_s: int, make: Callable[[], Awaitable[Response]]
) -> Response:
    """The answer to a request, from memory if it was made before."""
    context: AppContext = request.app.state.context
    index = await run_in_threadpool(lambda: context.index)
    key = _key(request, dependant, int(context.now().timestamp() // for_s))
    answers: KeptAnswers = request.app.state.kept_answers
    return await answers.answer(key, index, make)


def _key(request: Request, dependant: Dependant, moment: int) -> bytes:
    """A digest of all that an answer depends on, beside the sessions. Parameters that nobody reads are left out."""
    declared = {name for name, _ in declared_parameters(dependant)}
    parameters = [each for each in request.query_params.multi_items() if each[0] in declared]
    cookies = [request.cookies.get(name, "") for name in _COOKIES]
    read = [
        cookie if len(cookie) <= longest else ""
        for cookie, longest in zip(cookies, _COOKIES.values(), strict=True)
    ]
    parts = (request.scope["path"], root_of(request.scope), parameters, read, moment)
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).digest()


def declared_parameters(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """The names of the query parameters of an endpoint and its dependencies, and whether each may be repeated."""
    for field in dependant.query_params:
        yield field.alias, get_origin(field.field_info.annotation) is list
    for dependency in dependant.dependencies:
        yield from declared_parameters(dependency)
