"""The movements by id: their names and families, and finding one by what a person types.

Reads the vocabulary's data file alone, so that showing a session does not load the parser.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from importlib import resources

import msgspec
from msgspec import Struct


class Movement(Struct, frozen=True):
    """An entry of the vocabulary, as far as it matters once a post is parsed."""

    id: str
    name: str
    family: str
    ref_chain: list[str] = []
    aliases: list[str] = []


@cache
def movements() -> dict[str, Movement]:
    """Every known movement by id."""
    data = resources.files("wod_pipeline").joinpath("parsing", "movements.json").read_bytes()
    return {movement.id: movement for movement in msgspec.json.decode(data, type=list[Movement])}


def movement_name(movement_id: str) -> str:
    """`clean_and_jerk` → Clean & Jerk; an id the vocabulary does not have reads as its words."""
    known = movements().get(movement_id)
    return known.name if known else movement_id.replace("_", " ").title()


def movement_family(movement_id: str | None) -> str | None:
    """The family a movement's lifts are counted under; None when the movement is not known."""
    known = movements().get(movement_id or "")
    return known.family if known else None


def find_movement(text: str) -> str | None:
    """The id of the movement a person names by id, name or alias: `Clean & Jerk`, `c&j`, `snatches`."""
    wanted = _plain(text)
    names = _names()
    return names.get(wanted) or names.get(wanted.removesuffix("s")) or names.get(wanted.removesuffix("es"))


def nearest_movements(text: str, count: int = 3) -> list[str]:
    """Ids of the movements whose names are most like `text`, most alike first; may be empty."""
    names = _names()
    found = get_close_matches(_plain(text)[:80], names, n=3 * count, cutoff=0.6)
    return list(dict.fromkeys(names[name] for name in found))[:count]


@cache
def _names() -> dict[str, str]:
    """Every plain name → movement id; ids and names win over aliases."""
    known = movements().values()
    by_alias = {_plain(alias): movement.id for movement in known for alias in movement.aliases}
    by_name = {_plain(name): movement.id for movement in known for name in (movement.name, movement.id)}
    return {**by_alias, **by_name}


def _plain(text: str) -> str:
    words = re.sub(r"[^a-z0-9]+", " ", text.lower().replace("&", " and ").replace("_", " "))
    return " ".join(words.split())
