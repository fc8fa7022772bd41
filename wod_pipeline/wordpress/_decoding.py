"""From JSON to `RawPost`: a post as WordPress sends it exactly, an odd one as far as it can be read.

One odd post must not cost the others of its page. So each post is read on its own, each field of an odd one too;
what was wrong is said in `RawPost.problems`, and `RawPost.received` keeps the JSON. No network and no files here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, get_type_hints

import msgspec

from wod_pipeline.bounds import LARGEST_POST_ID
from wod_pipeline.errors import SourceMalformed
from wod_pipeline.program import RawPost, Rendered
from wod_pipeline.wording import shorten

_TYPES = {
    name: type_
    for name, type_ in get_type_hints(RawPost).items()
    if name not in {"problems", "received", "habits"}
}
FIELDS = tuple(_TYPES)
"""The fields of a post that are asked for."""
_TIMES = ("date", "date_gmt", "modified", "modified_gmt")
_LONGEST_TIME = 40
_LONGEST_NAME = 60
_DIGITS = re.compile(f"[0-9]{{1,{len(str(LARGEST_POST_ID))}}}")


def decode_posts(value: object, where: str) -> list[RawPost]:
    """The posts of a decoded JSON list; `where` names the list in errors. Raises `SourceMalformed` for no list."""
    if not isinstance(value, list):
        raise SourceMalformed(f"{where} is {_describe(value)} instead of a list of posts.")
    return [decode_post(item) for item in value]


def decode_post(value: object) -> RawPost:
    """One post of decoded JSON: unknown fields are ignored, absent and null ones get their default.

    Never raises: a post that WordPress would not send has `problems`, and the id 0 if it has none of its own.
    """
    fields = _storable({name: value.get(name) for name in FIELDS}) if isinstance(value, dict) else {}
    try:
        post = msgspec.convert(fields, RawPost)
    except msgspec.ValidationError:
        return _decode_odd(value, fields)
    is_sound = _is_id(post.id) and "rendered" in fields.get("content", {})
    return post if is_sound and not any(map(_is_long_time, fields.items())) else _decode_odd(value, fields)


def require_ids(posts: Iterable[RawPost], where: str) -> None:
    """Raise `SourceMalformed` when there are items and none has an id or content: it is something else."""
    first = None
    for post in posts:
        if post.id or post.content.rendered:
            return
        first = first or post
    if first:
        raise SourceMalformed(
            f"{where} holds nothing with a post's id; the first item: {shorten(first.received, _LONGEST_NAME)}"
        )


def choose_post(versions: Iterable[RawPost]) -> RawPost:
    """Which of the posts with the same id counts: one without problems, else the one edited last.

    When they differ it says so, and `received` keeps the JSON of all.
    """
    different = {msgspec.json.encode(post): post for post in versions}
    chosen = max(different.values(), key=lambda post: (not post.problems, post.modified_gmt))
    if len(different) == 1:
        return chosen
    received = ", ".join(post.received or encoded.decode() for encoded, post in different.items())
    problems = [*chosen.problems, "another post has the same id"]
    return msgspec.structs.replace(chosen, problems=problems, received=f"[{received}]")


def _decode_odd(value: object, fields: dict[str, Any]) -> RawPost:
    """What can be read of a post, field by field."""
    if not isinstance(value, dict):
        return RawPost(
            id=0, problems=[f"it is {_describe(value)} instead of an object"], received=_json(value)
        )
    post_id, problems = _read_id(fields.get("id"))
    kept: dict[str, Any] = {}
    for name in FIELDS[1:]:
        if name in fields:
            kept[name], found = _read_field(name, fields[name])
            problems += found
    if "content" not in fields or fields["content"] == {}:
        problems.append("content is missing")
    readable = {name: field for name, field in kept.items() if field is not None}
    return RawPost(id=post_id, **readable, problems=problems, received=_json(value))


def _read_id(value: object) -> tuple[int, list[str]]:
    """The id, also of digits in quotes, with what is wrong with it; 0 when there is none."""
    if _is_id(value):
        return value, []  # type: ignore[return-value]  # `_is_id` has looked
    if value is None:
        return 0, ["id is missing"]
    known = int(value) if isinstance(value, str) and _DIGITS.fullmatch(value) else 0
    return known if _is_id(known) else 0, [f"id is {_describe(value)} instead of a number above 0"]


def _is_id(value: object) -> bool:
    return type(value) is int and 0 < value <= LARGEST_POST_ID


def _is_long_time(field: tuple[str, Any]) -> bool:
    """Whether it is a time that is none: each session carries them, and a table takes no item of any size."""
    name, value = field
    return name in _TIMES and isinstance(value, str) and len(value) > _LONGEST_TIME


def _read_field(name: str, value: Any) -> tuple[Any, list[str]]:
    """A field's value, None when it cannot be read, with what is wrong with it."""
    if _is_long_time((name, value)):
        return None, [f"{name} is a text of {len(value):,} characters instead of a time"]
    try:
        return msgspec.convert(value, _TYPES[name]), []
    except msgspec.ValidationError:
        pass
    if _TYPES[name] is not Rendered:
        wanted = "text" if _TYPES[name] is str else "a list of numbers"
        return None, [f"{name} is {_describe(value)} instead of {wanted}"]
    if isinstance(value, str):
        return Rendered(value), [f"{name} is a text instead of an object, and taken as it is"]
    if not isinstance(value, dict):
        return None, [f"{name} is {_describe(value)} instead of an object"]
    text, protected = value.get("rendered"), value.get("protected")
    wrong = [
        f"{name}.{part} is {_describe(inner)} instead of {wanted}"
        for part, inner, kind, wanted in (
            ("rendered", text, str, "text"),
            ("protected", protected, bool, "true or false"),
        )
        if inner is not None and type(inner) is not kind
    ]
    return Rendered(text if isinstance(text, str) else "", protected is True), wrong


def _storable(value: Any) -> Any:
    """The value without nulls, and with ``?`` for each lone surrogate, which UTF-8 cannot encode."""
    if isinstance(value, dict):
        return {k: _storable(v) for k, v in value.items() if v is not None}
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _json(value: object) -> str:
    """The JSON of a decoded value, in ASCII."""
    return json.dumps(value, sort_keys=True)


def _describe(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    names: dict[type, str] = {dict: "an object", list: "a list", str: "a text"}
    return names.get(type(value), "a number")
