"""§6 Variants: lines that only say which version of the work stands below them."""

from __future__ import annotations

import re

from wod_pipeline.parsing.grammar.tables import words_of

_WORDS = words_of("variant")
_AGE = re.compile(r"(?<=masters) \(?[0-9]{2}(?:\+|-[0-9]{2})?\)?(?= |\Z)")
_BEHIND = (" division", " option", " version")


def read_variant(text: str) -> str | None:
    """``WORD {"," WORD} [AGE] ["Division" | "Option" | "Version"] [":"]``: the first word.

    None when the line says anything else.
    """
    said = _AGE.sub("", text.strip(" .:-()[]"))
    for behind in _BEHIND:
        said = said.removesuffix(behind)
    words = said.split(", ")
    return words[0] if _WORDS.issuperset(words) else None
