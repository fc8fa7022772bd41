"""§6 Variants: lines that only say which version of the work stands below them."""

from __future__ import annotations

from wod_pipeline.parsing.grammar.tables import words_of

_WORDS = words_of("variant")
_BEHIND = (" division", " option", " version")


def read_variant(text: str) -> str | None:
    """``WORD {"," WORD} ["Division" | "Option" | "Version"] [":"]`` and nothing else: the first word; else None."""
    said = text.strip(" .:-()[]")
    for behind in _BEHIND:
        said = said.removesuffix(behind)
    words = said.split(", ")
    return words[0] if _WORDS.issuperset(words) else None
