"""§6 Variants: lines that only say which version of the work stands below them."""

from __future__ import annotations

from wod_pipeline.parsing.grammar.tables import words_of

_WORDS = words_of("variant")
_BEHIND = (" division", " option", " version")


def read_variant(text: str) -> str | None:
    """``WORD ["Division" | "Option" | "Version"] [":"]``, and nothing else: the word; None when the line is none."""
    said = text.strip(" .:-()[]")
    for behind in _BEHIND:
        said = said.removesuffix(behind)
    return said if said in _WORDS else None
