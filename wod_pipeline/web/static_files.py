"""Style sheets, icon and web manifest, at addresses that a browser may cache for ever.

`static_address` is the one function that names a file's address. It carries a digest of the whole folder, so a
changed file has a new address, and files may refer to one another by relative links. At any other address, such as
one without the digest or with an older one, the file is answered too, but asked for again at each visit.
"""

from __future__ import annotations

import hashlib
from importlib import resources
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.exceptions import HTTPException
from starlette.responses import Response

from wod_pipeline.web.http import ConditionalRoute

_FOLDER = resources.files("wod_pipeline.web") / "static"
_FILES = {file.name: file.read_bytes() for file in _FOLDER.iterdir() if file.is_file()}
_MEDIA_TYPES = {
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "webmanifest": "application/manifest+json",
}
_FOR_EVER = "public, max-age=31536000, immutable"
"""A year, the longest that RFC 2616 allowed; caches treat more alike."""
_ASK_AGAIN = "public, no-cache"

router = APIRouter(route_class=ConditionalRoute, include_in_schema=False)
FileName = Annotated[str, Path(max_length=60)]


def digest_of(files: dict[str, bytes]) -> str:
    """12 hexadecimal digits that change with the name or the content of any of the files."""
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name} {len(content)} ".encode())
        digest.update(content)
    return digest.hexdigest()[:12]


VERSION = digest_of(_FILES)


def static_address(name: str) -> str:
    """The address of a file of `static/` with its version. Raises `LookupError` when there is no such file."""
    if name not in _FILES:
        raise LookupError(f"static/ holds no file {name!r}")
    return f"/static/{VERSION}/{name}"


@router.get("/static/{name}")
async def current_file(name: FileName) -> Response:
    """A file at its plain address."""
    return _file(name, _ASK_AGAIN)


@router.get("/static/{version}/{name}")
async def versioned_file(version: FileName, name: FileName) -> Response:
    """A file at its address with a version. With an older one the present file, so that a cached page has a style."""
    return _file(name, _FOR_EVER if version == VERSION else _ASK_AGAIN)


def _file(name: str, cache_control: str) -> Response:
    if name not in _FILES:
        raise HTTPException(404, "There is no such file.")
    media_type = _MEDIA_TYPES[name.rpartition(".")[2]]
    return Response(_FILES[name], media_type=media_type, headers={"Cache-Control": cache_control})
