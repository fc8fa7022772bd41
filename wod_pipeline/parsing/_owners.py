"""§2 Owners: the JSON pointer of the one node that owns each line."""

from __future__ import annotations

from collections.abc import Iterable

from wod_pipeline.parsing._drafts import BlockDraft, Draft, NoteDraft, SessionDraft


def pointers(sessions: list[SessionDraft], preamble: list[NoteDraft]) -> dict[Draft, str]:
    """Where each node stands in the ParsedPost."""
    at: dict[Draft, str] = {}
    _number(at, "/preamble", preamble)
    _number(at, "/sessions", sessions)
    for session in sessions:
        _number(at, f"{at[session]}/notes", session.notes)
        _number(at, f"{at[session]}/segments", session.segments)
        for segment in session.segments:
            _number(at, f"{at[segment]}/notes", segment.notes)
            _number(at, f"{at[segment]}/blocks", segment.blocks)
            for block in segment.blocks:
                _number_in_block(at, block)
    return at


def _number_in_block(at: dict[Draft, str], block: BlockDraft) -> None:
    _number(at, f"{at[block]}/notes", block.notes)
    _number(at, f"{at[block]}/exercises", block.exercises)
    for exercise in block.exercises:
        if exercise.notes or exercise.rows:
            _number(at, f"{at[exercise]}/notes", exercise.notes)
            _number(at, f"{at[exercise]}/set_rows", exercise.rows)


def _number(at: dict[Draft, str], list_at: str, nodes: Iterable[Draft]) -> None:
    for k, node in enumerate(nodes):
        at[node] = f"{list_at}/{k}"
