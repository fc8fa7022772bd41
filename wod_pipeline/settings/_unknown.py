"""Names in the environment or `.env` that look like settings and are none: most often a slip of the finger."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterable
from difflib import get_close_matches

log = logging.getLogger(__name__)


def warn_of_unknown(names: Iterable[str], known: frozenset[str]) -> None:
    """Log each ``WOD_…`` name that is not known, with the nearest one that is; never its value."""
    for name in names:
        if name.startswith("WOD_") and name not in known:
            _warn_once(name, known)


@functools.cache
def _warn_once(name: str, known: frozenset[str]) -> None:
    """Settings are read several times in one process."""
    nearest = get_close_matches(name, known, n=1)
    meant = f"did you mean {nearest[0]}?" if nearest else ".env.example lists all settings."
    log.warning("%s is set, but there is no such setting: %s", name, meant)
