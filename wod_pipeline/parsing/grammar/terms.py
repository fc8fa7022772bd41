"""§7.1 Terms: one movement of a line with all that is said about it, from its head to where another begins.

The reader goes from token to token: a rule of `clauses` uses them, or they are unread. Lists, complexes and
alternatives are put together in `movements`.
"""

from __future__ import annotations

from msgspec.structs import replace

from wod_pipeline.parsing.grammar.amounts import Place
from wod_pipeline.parsing.grammar.brackets import is_group
from wod_pipeline.parsing.grammar.clauses import MARKED_RULES, RULES, SEPARATORS
from wod_pipeline.parsing.grammar.heads import head, plain_unknown
from wod_pipeline.parsing.grammar.measures import Read
from wod_pipeline.parsing.grammar.readings import ReadLoad, Term
from wod_pipeline.parsing.grammar.rows import rows_at
from wod_pipeline.parsing.grammar.slots import another_slot
from wod_pipeline.parsing.grammar.tables import one_of, words_of
from wod_pipeline.parsing.grammar.tokens import Token, Tokens
from wod_pipeline.program import Load

_FILLERS = words_of("filler") | {"each"}
_QUIET = one_of(". ! : … , ; - *")


def clauses(
    t: Tokens, j: int, end: int, term: Term, *, any_name: bool, lenient: bool = False
) -> tuple[Term, int]:
    """All that is said of a term from token `j` on, in any order, up to another term or the line's end.

    `any_name`, `lenient`: which unknown names the other term may have, as in `Names`.
    """
    unread: list[Token] = []
    term = _with_empty_bar(t, term)
    while j < end:
        lost = bool(unread) and unread[-1] is t.all[j - 1]
        found = _clause(t, j, end, term, lost=lost)
        if found is None and t.all[j].text in SEPARATORS:
            k = _behind_separators(t, j, end)
            if _starts_term(t, j, k, end, term, any_name=any_name, lenient=lenient):
                break
            found = _clause(t, k, end, term, apart=True) if k < end else None
        if found:
            term, j = found
            continue
        if t.all[j].text not in _QUIET or t.all[j].kind == "word":
            unread.append(t.all[j])
        j += 1
    side = term.side or (term.quantity.per_side if term.quantity else None)
    return replace(term, side=side, unread=(*term.unread, *_spans(t, unread))), j


def _with_empty_bar(t: Tokens, term: Term) -> Term:
    """`Empty Barbell Snatch`: the words are in the name, and are its load."""
    first, last = term.parts[0], term.parts[-1]
    named = t.form.text[first.start : last.end]
    return replace(term, load=ReadLoad(Load("empty_bar"))) if "empty bar" in named and not term.load else term


def _behind_separators(t: Tokens, j: int, end: int) -> int:
    k = j
    while k < end and t.all[k].text in SEPARATORS:
        k += 1
    return k


def _starts_term(t: Tokens, j: int, k: int, end: int, term: Term, *, any_name: bool, lenient: bool) -> bool:
    """Whether the separators from `j` to `k` end the term, since another movement stands behind them."""
    if k >= end or (t.all[k].text == "(" and not is_group(t, k, end)):
        return False
    if is_group(t, k, end) or another_slot(t, k, None)[0]:
        return True
    if rows_at(t, k) and not term.quantity and t.all[j].text in {",", ";"}:
        return False
    loose = any_name and (t.all[j].text != "or")
    unknown = (any_name and "+" in t.text(j, k)) or (lenient and t.all[k].kind == "number")
    found = head(t, k, end, any_name=loose) or (plain_unknown(t, k, end) if unknown else None)
    return found is not None


def _spans(t: Tokens, tokens: list[Token]) -> tuple[tuple[int, int], ...]:
    """The places of tokens, neighbours as one span."""
    spans: list[tuple[int, int]] = []
    for token in tokens:
        if spans and not t.form.text[spans[-1][1] : token.start].strip(" -'&/"):
            spans[-1] = (spans[-1][0], token.end)
        else:
            spans.append((token.start, token.end))
    return tuple(spans)


def _clause(
    t: Tokens, j: int, end: int, term: Term, *, apart: bool = False, lost: bool = False
) -> Read[Term]:
    """The clause at token `j`, added to the term. `apart`: a comma stands in front; `lost`: an unread word does."""
    token = t.all[j]
    at = Place(t, j, end, apart)
    for rule in MARKED_RULES if lost else RULES:
        found = rule(at, term)
        if found and found[1] <= end and found[1] > j:
            return found
    return (term, j + 1) if token.text in _FILLERS and token.kind == "word" else None
