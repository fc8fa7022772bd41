"""§2 Owners: the JSON pointer of the one node that owns each line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from wod_pipeline.parsing._drafts import Draft, NoteDraft, SessionDraft


def pointers(sessions: list[SessionDraft], preamble: list[NoteDraft]) -> dict[Draft, str]:
    """Where each node stands in the Week."""
    return dict(_all(sessions, preamble))


def _all(sessions: list[SessionDraft], preamble: list[NoteDraft]) -> Iterator[tuple[Draft, str]]:
    yield from _numbered("/preamble", preamble)
    for session, at in _numbered("/sessions", sessions):
        yield session, at
        yield from _numbered(f"{at}/notes", session.notes)
        for segment, at_segment in _numbered(f"{at}/segments", session.segments):
            yield segment, at_segment
            yield from _numbered(f"{at_segment}/notes", segment.notes)
            for block, at_block in _numbered(f"{at_segment}/blocks", segment.blocks):
                yield block, at_block
                yield from _numbered(f"{at_block}/notes", block.notes)
                for exercise, at_exercise in _numbered(f"{at_block}/exercises", block.exercises):
                    yield exercise, at_exercise
                    yield from _numbered(f"{at_exercise}/notes", exercise.notes)
                    yield from _numbered(f"{at_exercise}/set_rows", exercise.rows)


DraftT = TypeVar("DraftT", bound=Draft)


def _numbered(at: str, nodes: Iterable[DraftT]) -> Iterator[tuple[DraftT, str]]:
    return ((node, f"{at}/{k}") for k, node in enumerate(nodes))
