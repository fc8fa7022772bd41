"""Names in the environment or `.env` that look like settings and are none: most often a slip of the finger."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterable
from difflib import get_close_matches

log = logging.getLogger(__name__)
_LIKE = 0.6
_VERY_LIKE = 0.7
"""How like a setting's name another is that does not begin as ours do; it may be a name of something else."""


def warn_of_unknown(names: Iterable[str], known: frozenset[str]) -> None:
    """Log each name written like ``WOD_…`` that is not known, with the nearest one that is; never its value."""
    for name in names:
        written = name.upper().replace("-", "_")
        if (
            written.startswith("WOD")
            and name not in known
            and (nearest := _nearest(written, known)) is not None
        ):
            _warn_once(name, nearest)


def _nearest(written: str, known: frozenset[str]) -> str | None:
    """The nearest name; empty when none is near, None when it may be a name of something else."""
    is_ours = written.startswith("WOD_")
    near = get_close_matches(written, sorted(known), n=1, cutoff=_LIKE if is_ours else _VERY_LIKE)
    return near[0] if near else "" if is_ours else None


@functools.cache
def _warn_once(name: str, nearest: str) -> None:
    """Settings are read several times in one process."""
    meant = f"did you mean {nearest}?" if nearest else ".env.example lists all settings."
    log.warning("%s is set, but there is no such setting: %s", name, meant)
