"""The OpenAPI description of the API: schemas from the types of the answers, with one example of each.

FastAPI describes paths and parameters itself. The answers are msgspec types, which it does not know; their
schemas are added here. The examples in `examples.json` are answers of this application over one short post: a
test makes them again and compares, and `python -m wod_pipeline_tests.web.examples` rewrites the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from importlib import resources
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from wod_pipeline.web.http import Json, Problem

PROBLEMS = {
    404: "Nothing is stored for that.",
    422: "A parameter is wrong.",
    503: "The sessions cannot be read for now.",
}
# A type without an example has the example null, until the file is written again.
_EXAMPLES = msgspec.json.decode(
    resources.files("wod_pipeline.web").joinpath("examples.json").read_bytes(), type=dict[str, Any]
)
_HEADERS = {
    "ETag": {
        "description": "The answer's version; sent back in `If-None-Match` it saves an answer that is the same",
        "schema": {"type": "string"},
    },
    "Link": {
        "description": "Addresses of the next and the previous page (RFC 8288), where there is one",
        "schema": {"type": "string"},
    },
}
_NOT_MODIFIED = {"description": "The answer is still that of the `If-None-Match` of the request."}
_REF = "#/components/schemas/{name}"
EndpointT = TypeVar("EndpointT", bound=Callable[..., Json[Any]])


def get(router: APIRouter, path: str, *statuses: int) -> Callable[[EndpointT], EndpointT]:
    """Register an endpoint for GET whose answer is described by its return type `Json[T]`.

    Every endpoint may answer 422 and 503, one with a parameter in its path 404; `statuses` are others.
    """

    def register(endpoint: EndpointT) -> EndpointT:
        kind = _answer_type(endpoint)
        content = _content("application/json", kind, _EXAMPLES.get(kind.__name__))
        headers = {name: _HEADERS[name] for name in ("ETag", *(("Link",) if _is_list(endpoint) else ()))}
        answer: dict[int | str, dict[str, Any]] = {200: {**content, "headers": headers}, 304: _NOT_MODIFIED}
        problems = {*statuses, *((404,) if "{" in path else ()), 422, 503}
        responses = answer | problem_responses(*sorted(problems))
        return router.get(path, response_model=None, response_description="Found", responses=responses)(
            endpoint
        )

    return register


def _is_list(endpoint: Callable[..., object]) -> bool:
    return "page" in get_type_hints(endpoint)


def _answer_type(endpoint: Callable[..., Json[Any]]) -> type:
    """The `T` of an endpoint that returns `Json[T]`."""
    kind: type = get_args(get_type_hints(endpoint)["return"])[0]
    return kind


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The descriptions of the answers with these statuses, each a `Problem`."""
    return {status: _problem_response(status, PROBLEMS[status]) for status in statuses}


def _problem_response(status: int, detail: str) -> dict[str, Any]:
    example = msgspec.to_builtins(Problem(HTTPStatus(status).phrase, status, detail))
    return {"description": detail, **_content("application/problem+json", Problem, example)}


def _content(media_type: str, kind: type, example: object) -> dict[str, Any]:
    return {"content": {media_type: {"schema": schema_ref(kind.__name__), "example": example}}}


def schema_ref(name: str) -> dict[str, Any]:
    """A reference to a schema of the description."""
    return {"$ref": _REF.format(name=name)}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of an optional parameter; a parameter is left out, but an address cannot say null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    return {**kinds[0], **{name: value for name, value in schema.items() if name != "anyOf"}}


def add_schemas(app: FastAPI, router: APIRouter, parameters: Mapping[str, Any]) -> None:
    """Add the schemas of this router's answers, and these of parameters, to the description of the application."""
    describe = app.openapi
    kinds = {_answer_type(route.endpoint) for route in router.routes if isinstance(route, APIRoute)}

    def openapi() -> dict[str, Any]:
        document = describe()
        if "components" not in document:
            _, schemas = msgspec.json.schema_components([Problem, *kinds], ref_template=_REF)
            document["components"] = {"schemas": {**schemas, **parameters}}
            for path in document["paths"].values():
                for parameter in path["get"].get("parameters", ()):
                    parameter["schema"] = _without_null(parameter["schema"])
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend it
