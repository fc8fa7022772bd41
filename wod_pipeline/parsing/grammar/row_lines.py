"""§8 Lines that are set rows, numbered or not; the rows of such a line in `rows`."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from wod_pipeline.parsing._text import ReadValue, exact
from wod_pipeline.parsing.grammar.measures import Read, rest
from wod_pipeline.parsing.grammar.names import name_at
from wod_pipeline.parsing.grammar.readings import ReadLoad, ReadRow, Spans
from wod_pipeline.parsing.grammar.rows import (
    BETWEEN,
    CLOSES,
    SINGLES,
    is_loaded,
    load_or_words,
    repetitions,
    row,
    rows_at,
    target_behind,
)
from wod_pipeline.parsing.grammar.tables import SENTENCE, meanings, one_of, skip
from wod_pipeline.parsing.grammar.tokens import OPENING, ORDINAL_ENDS, Tokens, count_of, is_whole
from wod_pipeline.program import Range


class RowLine(ReadValue, frozen=True):
    """The set rows a line is, and the spans of it that no rule used."""

    rows: tuple[ReadRow, ...] = ()
    unread: Spans = ()
    builds: tuple[int, Literal["rm", "heavy"]] | None = None


NO_ROWS = RowLine()


# --------------------------------------------------------------------------------------------- lines of rows
_THEN = one_of(", ; then and")
_BEFORE_REST = one_of(", ; - (")


def row_line(t: Tokens, i: int) -> RowLine:
    """The set rows a line is; none when it is no row line.

    ``row = ("Set" | "Sets" | "Attempt") N ["-" M] ("=" | ":" | "-") [REPS] ["@" LOAD]``; or unnumbered
    ``REPS "@" LOAD``, ``LOAD "x" REPS ["x" SETS]``, ``[SETS "x"] REPS "x" PERCENT``, several by commas.
    """
    found = _numbered_rows(t, i) or _few(t, i) or _counted_sets(t, i) or _plain_rows(t, i)
    if not found:
        return NO_ROWS
    rows, j = found
    builds = target_behind(t, skip(t, j, _THEN))
    j = builds[1] if builds else j
    resting = rest(t, skip(t, j, _BEFORE_REST))
    if resting:
        rows = (*rows[:-1], replace(rows[-1], rest=resting[0].rest))
        j = resting[1]
    unread = _left(t, j)
    return RowLine(rows, unread, builds[0] if builds else None) if unread is not None else NO_ROWS


_MOST_LEFT = 3


def _left(t: Tokens, j: int) -> Spans | None:
    """What stands behind the rows, as unread spans; None when that is so much that the line is none of rows."""
    left = [token for token in t.all[j : t.size] if token.kind != "sign"]
    if not left:
        return ()
    apart = t.all[j].kind == "sign"
    if not apart and (len(left) > _MOST_LEFT or left[0].text in SENTENCE):
        return None
    return ((left[0].start, left[-1].end),)


def _plain_rows(t: Tokens, i: int) -> Read[tuple[ReadRow, ...]]:
    """``["x"] ROWS``."""
    return rows_at(t, i + (t.all[i].text == "x"))


def _few(t: Tokens, i: int) -> Read[tuple[ReadRow, ...]]:
    """``N ["x"] ("singles" | "doubles" | "triples") "@" LOAD``."""
    if not is_whole(t.all[i]) or t.all[i].kind != "number":
        return None
    j = i + 1 + (t.all[i + 1].text == "x")
    reps = SINGLES.get(t.all[j].text)
    if reps is None or not is_loaded(t, j + 1):
        return None
    count = count_of(t.all[i])
    load, k = load_or_words(t, j + 2)
    return (ReadRow(None, None, count, exact(reps), load),), k


def _counted_sets(t: Tokens, i: int) -> Read[tuple[ReadRow, ...]]:
    """``N "sets" "@" LOAD | N ("sets of" | "x") REPS ["@" LOAD]``."""
    token = t.all[i]
    if not is_whole(token) or token.kind not in {"sets", "number"}:
        return None
    count = count_of(token)
    if _is_loaded_sets(t, i):
        return _loaded_sets(t, i)
    if t.all[i + 1].text not in ({"of", "x"} if token.kind == "sets" else {"x"}):
        return None
    found = repetitions(t, i + 2)
    if not found:
        return None
    reps, j = found
    load: ReadLoad | None = None
    if is_loaded(t, j):
        load, j = load_or_words(t, j + 1)
    return (ReadRow(None, None, count, reps.reps, load, part_reps=reps.part_reps),), j


def _is_loaded_sets(t: Tokens, i: int) -> bool:
    marked = is_loaded(t, i + 1)
    return t.all[i].kind == "sets" and is_whole(t.all[i]) and marked


def _loaded_sets(t: Tokens, i: int) -> Read[tuple[ReadRow, ...]]:
    """``N "sets" "@" LOAD {"," N "sets" "@" LOAD}``."""
    rows: list[ReadRow] = []
    end = i
    while _is_loaded_sets(t, i):
        said, end = load_or_words(t, i + 2)
        if said.load is None:
            return None
        rows.append(ReadRow(None, None, count_of(t.all[i]), None, said))
        i = skip(t, end, BETWEEN)
    return tuple(rows), end


# ------------------------------------------------------------------------------------------- numbered sets
_NAME_MOVEMENTS = one_of("round rounds minute minutes")
"""Words with a number that mostly say when a movement is done, not how heavy."""
_OF = one_of("set sets attempt attempts") | _NAME_MOVEMENTS
_NTH = {word: int(n) for word, n in meanings("nth").items()}
_TO = one_of("- to thru through")


_BETWEEN_NUMBERED = one_of(", ; / * then ] )")


def _numbered_rows(t: Tokens, i: int) -> Read[tuple[ReadRow, ...]]:
    """``numbered {[","] numbered}``."""
    rows: list[ReadRow] = []
    while found := _numbered(t, i):
        rows += found[0]
        end = found[1]
        i = skip(t, end, _BETWEEN_NUMBERED)
    return (tuple(rows), end) if rows else None


def _numbered(t: Tokens, i: int) -> Read[tuple[ReadRow, ...]]:
    """``("Set" | "Attempt") ["#"] NUMBERS ("=" | ":" | "-") BODY | ("first" | "2nd") "set" … BODY``."""
    i += t.all[i].text in OPENING
    head = _numbers(t, i) or _nth(t, i)
    if not head:
        return None
    word, readings = head
    for spans, j in readings:
        body = _body(t, j, loaded=word in _NAME_MOVEMENTS)
        if body:
            read, k = body
            k += i > 0 and t.all[i - 1].text in OPENING and t.all[k].text in {")", "]"}
            return tuple(replace(read, first=first, last=last) for first, last in spans), k
    return None


Numbers = list[tuple[list[tuple[int, int]], int]]
"""What the numbers of sets can be, each with the token where the body begins; the likelier first."""


_NUMBER = one_of("# number no .")


def _numbers(t: Tokens, i: int) -> tuple[str, Numbers] | None:
    """A dash between spaces ends the numbers (`Set 1 - 3 @ 60%`), unless several sets are announced
    (`Sets 1 - 3 @ 60%`) or nothing can be read behind it (`Set 1 - 3 = 60%`).
    """
    word = t.all[i].text
    if word not in _OF:
        return None
    j = skip(t, i + 1, _NUMBER)
    tight, loose = _spans(t, j, loose=False), _spans(t, j, loose=True)
    order = (loose, tight) if word.endswith("s") else (tight, loose)
    found = [(spans, behind) for spans, k in order if spans and (behind := _separator(t, k)) is not None]
    return (word, found) if found else None


_AND = one_of(", and & #")


def _spans(t: Tokens, i: int, *, loose: bool) -> tuple[list[tuple[int, int]], int]:
    """``N ["-" M] {("," | "and" | "&") N ["-" M]}``: neighbours are joined."""
    spans: list[tuple[int, int]] = []
    while (span := _span(t, i, loose=loose)) is not None:
        (first, last), i = span
        if spans and spans[-1][1] + 1 == first:
            first = spans.pop()[0]
        spans.append((first, last))
        j = skip(t, i, _AND)
        if j == i or _span(t, j, loose=loose) is None:
            break
        i = j
    return spans, i


_MOST_SETS = 999


def _span(t: Tokens, i: int, *, loose: bool) -> Read[tuple[int, int]]:
    """``N ["-" M]``; `loose`: with a dash between spaces too."""
    token = t.all[i]
    if token.kind == "list":
        return (token.numbers[0], token.numbers[-1]), i + 1
    value = token.value
    if token.kind != "number" or value is None or token.paired or value.min is None or value.max is None:
        return None
    if value.max > _MOST_SETS or value.min != int(value.min):
        return None
    last = t.all[i + 2] if t.all[i + 1].text in _TO else None
    joined = last is not None and (loose or t.all[i + 1].text != "-")
    if joined and last and last.kind == "number" and is_whole(last) and value.min == value.max:
        return (int(value.min), int(last.value.min or 0)), i + 3  # type: ignore[union-attr]
    return (int(value.min), int(value.max)), i + 1


_EQUALS = one_of("= : - .")


def _separator(t: Tokens, i: int) -> int | None:
    """The token where the body begins: behind ``=``, ``:``, ``-``, ``.``, a closing bracket, or before a figure."""
    j = skip(t, i, CLOSES)
    k = skip(t, j, _EQUALS)
    if k > j:
        return k
    figure = (
        t.all[k].text == "@"
        or t.all[k].kind == "percent"
        or (
            t.all[k].text == "("
            and (t.all[k + 1].kind in {"number", "reps", "percent"} or t.all[k + 1].text == "@")
        )
    )
    return k if figure else None


_THE = one_of("the your")


def _nth(t: Tokens, i: int) -> tuple[str, Numbers] | None:
    """``["the"] ("first" | "2nd") ("set" | "attempt")``."""
    j = skip(t, i, _THE)
    if t.all[j].text in _NTH:
        n, j = _NTH[t.all[j].text], j + 1
    elif t.all[j].kind == "number" and t.all[j + 1].text in ORDINAL_ENDS and is_whole(t.all[j]):
        n, j = int(t.all[j].value.min or 0), j + 2  # type: ignore[union-attr]
    else:
        return None
    if t.all[j].text not in {"set", "attempt"}:
        return None
    behind = _separator(t, j + 1)
    return (t.all[j].text, [([(n, n)], behind)]) if behind is not None else None


def _body(t: Tokens, i: int, *, loaded: bool) -> Read[ReadRow]:
    """``["("] (row | REPS | "same" … | build | named) [")"]``; of rounds and minutes a load at least (`loaded`)."""
    bracketed = t.all[i].text == "(" and not _is_sum(t, i + 1)
    i += bracketed
    found = row(t, i) or _reps_alone(t, i)
    readable = found is not None and found[0].load is not None and found[0].load.load is not None
    found = found if found and (readable or _is_whole_body(t, found[1])) else None
    if loaded:
        found = found if found and found[0].load else None
    elif found is None and t.all[i].text == "same":
        words, j = load_or_words(t, i)
        found = ReadRow(None, None, 1, None, ReadLoad(None, words=words.words or t.text(i, j))), j
    elif found is None:
        found = _builds(t, i) or _named(t, i)
    return (found[0], found[1] + (bracketed and t.all[found[1]].text == ")")) if found else None


def _is_sum(t: Tokens, i: int) -> bool:
    return t.all[i + 1].text == "+"


def _is_whole_body(t: Tokens, j: int) -> bool:
    """Whether what numbered sets prescribe may end in front of token `j`."""
    token = t.all[j]
    return token.kind in {"end", "sign"} or token.text in {
        "then",
        "rest",
        "set",
        "sets",
        "each",
        "for",
        "on",
        "in",
    }


def _reps_alone(t: Tokens, i: int) -> Read[ReadRow]:
    """``["x"] REPS``."""
    i += t.all[i].text == "x"
    if t.all[i].kind not in {"number", "reps", "cluster"} and t.all[i].text != "(":
        return None
    found = repetitions(t, i)
    return (
        (ReadRow(None, None, 1, found[0].reps, None, part_reps=found[0].part_reps), found[1])
        if found
        else None
    )


_TARGETS = one_of("max maximum heavy challenging tough hard")


_UP_TO = one_of("up to a an your the today's")
_TARGET_OF = one_of("single double triple set of for the day")


def _builds(t: Tokens, i: int) -> Read[ReadRow]:
    """``("build" | "work") ["up"] "to" ["a"] (N-RM | "max" | "heavy" ["single"])``."""
    if t.all[i].text not in {"build", "building", "work", "working"}:
        return None
    j = skip(t, i + 1, _UP_TO)
    if t.all[j].kind != "rm" and t.all[j].text not in _TARGETS:
        return None
    j = skip(t, j + 1, _TARGET_OF)
    return ReadRow(None, None, 1, None, None), j


def _named(t: Tokens, i: int) -> Read[ReadRow]:
    """``[N] NAME {"+" [N] NAME} ["x" REPS] ["@" LOAD]``: the exercise named again."""
    names = _counted_names(t, i)
    if not names:
        return None
    ids, counts, i = names
    reps: Range | None = None
    if t.all[i].text == "x" and (read := repetitions(t, i + 1)):
        reps, i = read[0].reps, read[1]
    load: ReadLoad | None = None
    if t.all[i].text == "@":
        load, i = load_or_words(t, i + 1)
    if not (reps or load) or t.all[i].kind not in {"end", "sign"}:
        return None
    if len(ids) == 1 and reps is None and counts[0] is not None:
        reps = exact(counts[0])
    each = tuple(count or 1 for count in counts)
    part_reps = each if len(each) == len(ids) > 1 and set(each) != {1} else ()
    return ReadRow(None, None, 1, reps, load, named=ids, part_reps=part_reps), i


def _counted_names(t: Tokens, i: int) -> tuple[tuple[str | None, ...], list[int | None], int] | None:
    """``[N] NAME {"+" [N] NAME}``: the movements, how often each name is done, and the token behind them."""
    ids: tuple[str | None, ...] = ()
    counts: list[int | None] = []
    while True:
        counted = t.all[i].kind == "number" and is_whole(t.all[i])
        found = name_at(t, i + counted, t.size)
        if not found:
            return None
        counts.append(count_of(t.all[i]) if counted else None)
        ids = (*ids, *(part.movement_id for part in found[0]))
        i = found[1]
        if t.all[i].text != "+":
            return ids, counts, i
        i += 1
