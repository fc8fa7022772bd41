"""The OpenAPI description of the API: schemas from the types of the answers, with one example of each.

FastAPI describes paths and parameters itself. The answers are msgspec types, which it does not know; their
schemas are added here, and so are HEAD, OPTIONS and the problems, which hold for every path. The examples in
`examples.json` are answers of this application over one short post: a test makes them again and compares, and
`python -m wod_pipeline_tests.web.examples` rewrites the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec
from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from wod_pipeline.web.http import ConditionalRoute, Json, Problem
from wod_pipeline.web.root_path import root_of

MEANINGS: Mapping[int, str] = {
    400: "The request names no host or several, or is no request.",
    404: "Nothing is stored for that, or there is no such address.",
    405: "The address answers other methods, named in the header `Allow`.",
    414: "The address is too long.",
    421: "The request names a host that the server does not know itself as.",
    422: "A parameter is wrong or unknown; `errors` names each.",
    431: "The headers are too long.",
    500: "The server failed; `detail` and `X-Request-ID` have the id under which its log says why.",
    503: "The sessions cannot be read for now, or too many requests wait (then with `Retry-After`). Try again.",
}
"""When each problem is answered."""
_OF_EVERY_PATH = (400, 414, 421, 431, 500, 503)
"""Answered before an endpoint is asked, or by any when it fails."""
# A type without an example has the example null, until the file is written again.
_EXAMPLES = msgspec.json.decode(
    resources.files("wod_pipeline.web").joinpath("examples.json").read_bytes(), type=dict[str, Any]
)
_HEADERS = {
    name: {"description": description, "schema": {"type": kind}}
    for name, description, kind in (
        (
            "ETag",
            "The answer's version; sent back in `If-None-Match` it saves an answer that is the same",
            "string",
        ),
        ("Link", "Addresses of the next and the previous page (RFC 8288), where there is one", "string"),
        ("Allow", "The methods that this address answers", "string"),
        ("X-Request-ID", "The id under which the server's log says why", "string"),
        ("Retry-After", "Seconds after which to try again, where too many requests wait", "integer"),
    )
}
_PROBLEM_HEADERS = {405: ("Allow",), 500: ("X-Request-ID",), 503: ("Retry-After",)}
_REF = "#/components/schemas/{name}"
EndpointT = TypeVar("EndpointT", bound=Callable[..., Json[Any]])
_Described = dict[str, Any]


# ------------------------------------------------------------------------------------------------ endpoints
def get(router: APIRouter, path: str, *statuses: int) -> Callable[[EndpointT], EndpointT]:
    """Register an endpoint for GET whose answer is described by its return type `Json[T]`.

    Every endpoint may answer 422, one with a parameter in its path 404; `statuses` are others.
    """

    def register(endpoint: EndpointT) -> EndpointT:
        kind = _answer_type(endpoint)
        example = {"schema": schema_ref(kind.__name__), "example": _EXAMPLES.get(kind.__name__)}
        headers = _headers("ETag", *(("Link",) if _is_list(endpoint) else ()))
        answer: dict[int | str, _Described] = {
            200: {"content": {"application/json": example}, "headers": headers},
            304: _not_modified(),
        }
        problems = sorted({*statuses, *((404,) if "{" in path else ()), 422})
        responses = answer | {status: _problem_ref(status) for status in problems}
        return router.get(path, response_model=None, response_description="Found", responses=responses)(
            endpoint
        )

    return register


def calendar_responses(*statuses: int) -> dict[int | str, _Described]:
    """The answers of a calendar: with its ETag, unchanged, and the problems with these statuses."""
    answer: dict[int | str, _Described] = {200: {"headers": _headers("ETag")}, 304: _not_modified()}
    return answer | {status: _problem_ref(status) for status in statuses}


def _is_list(endpoint: Callable[..., object]) -> bool:
    return "page" in get_type_hints(endpoint)


def _answer_type(endpoint: Callable[..., object]) -> type:
    """The `T` of an endpoint that returns `Json[T]`."""
    kind: type = get_args(get_type_hints(endpoint)["return"])[0]
    return kind


def _headers(*names: str) -> _Described:
    return {name: _HEADERS[name] for name in names}


def _not_modified() -> _Described:
    meaning = "The answer is still that of the `If-None-Match` of the request."
    return {"description": meaning, "headers": _headers("ETag")}


def _problem_ref(status: int) -> _Described:
    """A reference to the description of the problem with this status."""
    return {"description": MEANINGS[status], "$ref": f"#/components/responses/Problem{status}"}


def schema_ref(name: str) -> _Described:
    """A reference to a schema of the description."""
    return {"$ref": _REF.format(name=name)}


# ----------------------------------------------------------------------------------------------- description
def describe(
    app: FastAPI,
    router: APIRouter,
    path: str,
    parameters: Mapping[str, Any],
    problems: Mapping[int, Mapping[str, Problem]],
) -> None:
    """Complete the description of the application and answer it at `path`.

    The schemas are those of the answers of the router. `parameters` are schemas of parameters, `problems` the
    examples of each status by name.
    """
    describe_paths = app.openapi
    kinds = [_answer_type(route.endpoint) for route in router.routes if isinstance(route, APIRoute)]
    schemas = msgspec.json.schema_components([Problem, *kinds], ref_template=_REF)[1]

    @cache
    def openapi() -> _Described:
        document = describe_paths()
        responses = {f"Problem{status}": _problem(status, problems[status]) for status in MEANINGS}
        document["components"] = {"schemas": {**schemas, **parameters}, "responses": responses}
        items = {path: _path_item(path, item["get"]) for path, item in document["paths"].items()}
        document["paths"] = items
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    app.include_router(_description_router(path, openapi))


def _problem(status: int, examples: Mapping[str, Problem]) -> _Described:
    content = {
        "schema": schema_ref("Problem"),
        "examples": {name: {"value": msgspec.to_builtins(example)} for name, example in examples.items()},
    }
    answer = {"description": MEANINGS[status], "content": {"application/problem+json": content}}
    headers = _headers(*_PROBLEM_HEADERS.get(status, ()))
    return {**answer, "headers": headers} if headers else answer


def _path_item(path: str, described: _Described) -> _Described:
    """The methods of a path, from FastAPI's description of GET."""
    parameters = [
        {**each, "schema": _without_null(each["schema"])} for each in described.get("parameters", ())
    ]
    responses = described["responses"] | {str(status): _problem_ref(status) for status in _OF_EVERY_PATH}
    if "422" in responses and "$ref" not in responses["422"]:
        del responses["422"]  # FastAPI adds its own, for a path whose parameter may be any text
    got = {**described, "parameters": parameters, "responses": dict(sorted(responses.items()))}
    return {"get": got, "head": _head(got), "options": _options(path, got)}


def _head(got: _Described) -> _Described:
    """HEAD of a path: the answers to GET without their bodies."""
    responses = {
        status: {name: value for name, value in response.items() if name in ("description", "headers")}
        for status, response in got["responses"].items()
    }
    for status, names in _PROBLEM_HEADERS.items():
        if str(status) in responses:
            responses[str(status)]["headers"] = _headers(*names)
    description = "The headers of the answer to GET."
    named = {"operationId": f"{got['operationId']}_head", "description": description}
    return {**got, **named, "responses": responses}


def _options(path: str, got: _Described) -> _Described:
    """OPTIONS of a path: it reads nothing of the request but the path."""
    parameters = [
        {"name": each["name"], "in": "path", "required": True, "schema": {"type": "string"}}
        for each in got["parameters"]
        if each["in"] == "path"
    ]
    statuses = sorted({*_OF_EVERY_PATH, *((404,) if "{" in path else ())})
    return {
        "tags": got["tags"],
        "summary": f"Methods of {got['summary']}",
        "description": "The methods that this address answers; to a browser that asks for a page of another site, "
        "whether it may read the answer (200 or 400, by the setting `WOD_API_ORIGINS`).",
        "operationId": f"{got['operationId']}_options",
        "parameters": parameters,
        "responses": {
            "200": {"description": "The page of the other site may read the answer."},
            "204": {"description": "The header `Allow` has the methods.", "headers": _headers("Allow")},
            **{str(status): _problem_ref(status) for status in statuses},
            "400": {"description": f"{MEANINGS[400]} Or the page of the other site may not read the answer."},
        },
    }


def _without_null(schema: _Described) -> _Described:
    """The schema of an optional parameter; a parameter is left out, but an address cannot say null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    return {**kinds[0], **{name: value for name, value in schema.items() if name != "anyOf"}}


def _description_router(path: str, openapi: Callable[[], _Described]) -> APIRouter:
    """The description as an answer; below a root path it names that."""
    router = APIRouter(route_class=ConditionalRoute, include_in_schema=False)

    @cache
    def body(root: str) -> bytes:
        servers = {"servers": [{"url": root}]} if root else {}
        return msgspec.json.encode({**openapi(), **servers})

    @router.get(path)
    def description(request: Request) -> Response:
        headers = {"Cache-Control": "public, no-cache"}
        return Response(body(root_of(request.scope)), media_type="application/json", headers=headers)

    return router
