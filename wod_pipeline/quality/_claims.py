"""What a claim is, the claims themselves, read once from `claims.toml`, and every threshold they are judged by.

The asset checks, `wod check` and the table in `docs/operations.md` are made from `CLAIMS`. Which function judges
which claim is in `_verdicts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

Grade = Literal["warn", "error"]
Stage = Literal["parsed", "stored"]


@dataclass(frozen=True)
class Claim:
    """Something that should hold for every week; the asset check of the same name reports it.

    `says` states it, `act` is what to do when it is breached. `grade` is the worst that a breach counts as: an
    error of a `blocking` claim keeps the week out of the session table. `stage` is what it is judged on: the
    parsed week before it is stored, or the stored one.
    """

    name: str
    grade: Grade
    says: str
    act: str
    blocking: bool = False
    stage: Stage = "parsed"


@dataclass(frozen=True)
class Limits:
    """Every threshold of every claim."""

    past_weeks: int = 26
    """How many earlier weeks with sessions a week is compared with."""
    least_past_weeks: int = 8
    """With fewer earlier weeks nothing counts as unusual."""
    warn_beyond_z: float = 1.645
    """Robust z-score beyond which 10 % of a normal distribution lies (two-sided)."""
    error_beyond_z: float = 3.291
    """Robust z-score beyond which 0.1 % of a normal distribution lies (two-sided)."""
    usual_day_share: float = 0.9
    """A weekday with a session in at least this share of the past weeks is a usual training day."""
    least_read_share: float = 0.75
    """Least share of the words of work to be understood, as a fraction."""
    unknown_movement_share: float = 0.05
    """Largest share of exercises whose movement may be unknown, as a fraction."""


LIMITS = Limits()

_TOML = Path(__file__).with_name("claims.toml").read_bytes()
CLAIMS = {claim.name: claim for claim in msgspec.toml.decode(_TOML, type=dict[str, list[Claim]])["claims"]}
"""Every claim by name, in the order of the file."""
BLOCKING = tuple(claim.name for claim in CLAIMS.values() if claim.blocking)
