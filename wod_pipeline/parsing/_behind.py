"""§6 What stands behind a scheme on its line: words that say nothing more, movements, or an aside."""

from __future__ import annotations

import re

from wod_pipeline.parsing._connectors import read_connector
from wod_pipeline.parsing._text import Form, ReadValue
from wod_pipeline.parsing.grammar.movements import read_movements
from wod_pipeline.parsing.grammar.readings import MovementLine, Spans

QUALIFIER = re.compile(
    r"""
    (?:
      (?:[ ]?[,-])?[ ]?
      (?:
        of
        |the[ ](?:following(?:[ ]complex|[ ]exercises|[ ]movements)?|complex)
        |as[ ]follows
        |for[ ]quality
        |not[ ]for[ ]time
        |nft
        |alternat(?:ing|e)(?:[ ]between)?
        |complete
        |perform
        |with[ ](?:a[ ])?partner
        |at[ ](?:an?[ ])?[a-z]+[ ](?:pace|effort)
        |for[ ](?:max(?:imum)?[ ])?(?:loads?|weight|reps|times?)
        |unbroken
        |total
        |each
      )(?![a-z'])
    )*(?P<end>[ :.\u2026,;-]*)
    """,
    re.VERBOSE,
)


class Behind(ReadValue, frozen=True):
    """What stands behind a scheme: the movements it holds, or the words that no rule used."""

    movements: MovementLine | None = None
    unread: Spans = ()


_MOST_UNREAD = 5
"""So many words behind a comma, or in front of a colon at the end, are an aside; more are a sentence."""
_WORD = re.compile(r"[^ ,;()]+")


def read_behind(form: Form, at: int) -> Behind | None:
    """The rest of a scheme line; None when it is a sentence, so that the line is no scheme."""
    at, asides = behind_qualifiers(form, at)
    if at >= len(form.text):
        return Behind(unread=asides)
    plain = read_movements(form, at)
    movements = plain if plain and not plain.unread else read_movements(form, at, lenient=True) or plain
    aside = None if movements else _aside(form, at)
    if not movements and not aside:
        return None
    return Behind(movements, (*asides, *(aside.unread if aside else ())))


_BRACKET = re.compile(r"[ ,]*\((?P<said>[^()]*)\)(?P<end>[ :.\u2026,;-]*)")
_SAID_ELSEWHERE = re.compile(
    r"[0-9]{1,2} (?:sets?|rounds?|times) (?:of )?each|emom|amrap|[0-9:]* ?(?:min\w*|cap|time cap).*"
)


def behind_qualifiers(form: Form, at: int) -> tuple[int, Spans]:
    """Where the words that say nothing more end, and the brackets among them that no rule used."""
    asides: list[tuple[int, int]] = []
    while True:
        words = QUALIFIER.match(form.text, at)
        at = words.end() if words else at
        bracket = _BRACKET.match(form.text, at)
        if not bracket or not (bracket.end() == len(form.text) or bracket["end"].strip() or words):
            return at, tuple(asides)
        if bracket["said"] and "+" in bracket["said"]:
            return at, tuple(asides)
        if not _SAID_ELSEWHERE.fullmatch(bracket["said"]):
            asides.append(bracket.span("said"))
        at = bracket.end()


def _aside(form: Form, at: int) -> Behind | None:
    """``["," | "("] WORDS [":"]``: a few words that say how, and nothing the notation knows."""
    text = form.text.rstrip(" .:")
    words = _WORD.findall(text, at)
    apart = form.text[:at].rstrip()[-1:] in {",", "(", "-"} or form.text.endswith(":") or len(words) == 1
    said = not apart or len(words) > _MOST_UNREAD or "=" in words
    if said or read_connector(form, at):
        return None
    return Behind(unread=((at, len(text)),))
