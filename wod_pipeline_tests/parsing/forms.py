"""The cases of forms.txt, by their sentence.

A case is a sentence, a post (its lines with `⏎` between them) and, behind `=`, the facts that must come out.
"""

from __future__ import annotations

from pathlib import Path

_SECTIONS = Path(__file__).with_name("forms.txt").read_text(encoding="utf-8").split("== ")[1:]


def _cases(section: str) -> dict[str, tuple[str, ...]]:
    blocks = [block.strip().split("\n") for block in section.split(" ==\n")[1].strip().split("\n\n")]
    return {name: (post.strip(), *(fact.strip(" =") for fact in told)) for name, post, *told in blocks}


POSTS, WORK = map(_cases, _SECTIONS)
"""Whole posts, and work that stands below `ABOVE_WORK`."""
ABOVE_WORK = ("Monday", "A.")


def lines_of(text: str) -> list[str]:
    """The lines of a case's post."""
    return text.split(" ⏎ ")
