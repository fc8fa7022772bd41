"""§8 References: which lift a percent is of, and by which rule that was decided.

The policy, which lift a variation refers to unless the line says so, is data: the `ref_chain` of the vocabulary,
and over it whatever a user passes. An ambiguous reference names no lift, so nobody can be shown a weight for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wod_pipeline.program import Reference, RefSource
from wod_pipeline.vocabulary import MOVEMENTS

Policy = Mapping[str, Sequence[str]]
"""By movement id, the lifts a percent of it is of: one lift decides, several (or none) leave it open."""

NO_OVERRIDES: Policy = {}

_OLYMPIC = frozenset(("snatch", "clean", "clean+jerk", "jerk"))
_ASSISTING = frozenset(("pull", "squat", "press"))
_SNATCH_SIDE = frozenset(("snatch", "power_snatch", "overhead_squat"))
_CLEAN_SIDE = frozenset(("clean", "power_clean"))
_JERK_SIDE = frozenset(("jerk", "power_jerk"))
_BOTH_SIDES = {
    "clean_and_jerk": ("clean", "jerk"),
    "power_clean_and_power_jerk": ("power_clean", "power_jerk"),
}
_POWER = frozenset(("power_clean", "power_jerk"))
_SHARED = (
    (_SNATCH_SIDE, "snatch"),
    (_CLEAN_SIDE, "clean"),
    (_JERK_SIDE, "jerk"),
    (_POWER, "power_clean_and_power_jerk"),
    (_CLEAN_SIDE | _JERK_SIDE, "clean_and_jerk"),
)
"""Lifts several parts can share, each with the lift a percent of them together is of; the narrowest first."""


def named_reference(ids: Sequence[str], rm: int, policy: Policy = NO_OVERRIDES) -> Reference:
    """Rule 1: the lift the line names; a pair such as clean and jerk counts as the lift made of both."""
    if len(ids) == 1:
        return Reference(ids[0], rm, "explicit")
    found = infer_reference(ids, rm, policy)
    return found if found.movement_id is None else Reference(found.movement_id, rm, "explicit")


def infer_reference(ids: Sequence[str | None], rm: int = 1, policy: Policy = NO_OVERRIDES) -> Reference:
    """Rules 3 to 6: what a percent of these movements, done as one exercise, is of."""
    known = [movement_id for movement_id in ids if movement_id in MOVEMENTS]
    if len(ids) == 1:
        return _single(known, rm, policy)
    families = {MOVEMENTS[movement_id].family for movement_id in known}
    if families & _OLYMPIC:
        known = [movement_id for movement_id in known if MOVEMENTS[movement_id].family not in _ASSISTING]
    chains = [chain for movement_id in known if (chain := _chain(movement_id, policy))]
    lifts = list(dict.fromkeys(chain[0] for chain in chains))
    decided = _shared_lift(lifts)
    if decided is None:
        return _reference(None, rm, "ambiguous", lifts)
    return _reference(decided, rm, "inferred")


def _single(known: list[str], rm: int, policy: Policy) -> Reference:
    if not known:
        return _reference(None, rm, "ambiguous")
    chain = _chain(known[0], policy)
    if not chain or _is_open(known[0], policy):
        return _reference(None, rm, "ambiguous", chain)
    return _reference(chain[0], rm, "inferred")


def _reference(
    movement_id: str | None, rm: int, source: RefSource, candidates: Sequence[str] = ()
) -> Reference:
    return Reference(movement_id, rm, source, tuple(candidates))


def _chain(movement_id: str, policy: Policy) -> Sequence[str]:
    return policy[movement_id] if movement_id in policy else MOVEMENTS[movement_id].ref_chain


def _is_open(movement_id: str, policy: Policy) -> bool:
    return len(policy[movement_id]) != 1 if movement_id in policy else MOVEMENTS[movement_id].ref_ambiguous


def _shared_lift(lifts: list[str]) -> str | None:
    """Rule 3: the one lift several parts share."""
    if len(lifts) == 1:
        return lifts[0]
    every = {side for lift in lifts for side in _BOTH_SIDES.get(lift, (lift,))}
    shared = (lift for lifts_of_side, lift in _SHARED if every <= lifts_of_side)
    return next(shared, None) if every else None
