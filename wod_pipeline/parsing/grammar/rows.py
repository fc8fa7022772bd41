"""§8 Set rows: lines, table rows and clauses that say what single sets of an exercise prescribe."""

from __future__ import annotations

from typing import Literal

from wod_pipeline.parsing._text import ReadValue, exact
from wod_pipeline.parsing.grammar.loads import load as read_load
from wod_pipeline.parsing.grammar.measures import REPS, Read, joined_counts
from wod_pipeline.parsing.grammar.readings import ReadLoad, ReadRow
from wod_pipeline.parsing.grammar.tables import meanings, one_of, skip
from wod_pipeline.parsing.grammar.tokens import COUNTING, Token, Tokens, count_of, is_whole
from wod_pipeline.program import Range


class Repetitions(ReadValue, frozen=True):
    """How often, in one set: a number, and of a complex each part's; a cluster has no number."""

    reps: Range | None
    part_reps: tuple[int, ...] = ()


_TIMES = one_of("x for")
_HIGHEST_REPS = 999


# -------------------------------------------------------------------------------------------------- repetitions
def repetitions(t: Tokens, i: int) -> Read[Repetitions]:
    """``N ["reps"] | N "+" N {"+" N} | N "(" N "+" N ")" | N.N.N``, brackets around it or none."""
    if t.all[i].text == "(":
        inner = repetitions(t, i + 1)
        return (inner[0], inner[1] + 1) if inner and t.all[inner[1]].text == ")" else None
    token = t.all[i]
    if token.kind == "cluster" or (_counts(token) and "." in token.text.removesuffix(".")):
        return Repetitions(None), skip(t, i + 1, REPS)
    if not _counts(token) or token.value is None or token.paired or _is_huge(token.value):
        return None
    counts, j = joined_counts(t, i)
    if len(counts) > 1:
        return Repetitions(None, counts), skip(t, j, REPS)
    return _with_parts(t, j, token.value) or _plain_repetitions(t, i)


def _counts(token: Token) -> bool:
    return token.kind in COUNTING


def _with_parts(t: Tokens, i: int, reps: Range) -> Read[Repetitions]:
    """``"(" N "+" N ")"`` behind a number: of each part."""
    counts, j = joined_counts(t, i + 1) if t.all[i].text == "(" else ((), i)
    return (Repetitions(reps, counts), j + 1) if len(counts) > 1 and t.all[j].text == ")" else None


def _plain_repetitions(t: Tokens, i: int) -> tuple[Repetitions, int]:
    value, j = _loose_range(t, i)
    return Repetitions(value), skip(t, j, REPS)


def _is_huge(value: Range) -> bool:
    return any(n is not None and (n > _HIGHEST_REPS or n != int(n)) for n in (value.min, value.max))


def _loose_range(t: Tokens, i: int) -> tuple[Range | None, int]:
    """A number, or two with a dash between spaces that only one unit follows: `4 - 6 reps`."""
    first, last = t.all[i], t.all[i + 2] if t.all[i + 1].text in {"-", "to"} else None
    if last is not None and first.kind == "number" and last.kind == "reps" and last.value and first.value:
        return Range(first.value.min, last.value.max), i + 3
    return first.value, i + 1


# --------------------------------------------------------------------------------------------------- one row
def row(t: Tokens, i: int) -> Read[ReadRow]:
    """``[N "x"] REPS "x" PERCENT | [N ("x" | "sets of")] REPS "@" LOAD | LOAD ["x" REPS ["x" SETS]] | …``."""
    if t.all[i].text in {"@", "at"} and t.all[i + 1].kind != "end":
        return _load_first(t, i + 1, marked=True)
    if t.all[i].text in {"max", "maximum", "amrap"}:
        return _most(t, i)
    return _reps_first(t, i) or _load_first(t, i, marked=False)


_MOST_WHAT = one_of("rep reps effort")


def _most(t: Tokens, i: int) -> Read[ReadRow]:
    """``"max" ["reps"] "@" LOAD``."""
    j = skip(t, i + 1, _MOST_WHAT)
    if t.all[j].text != "@":
        return None
    load, k = load_or_words(t, j + 1)
    return ReadRow(None, None, 1, None, load), k


_BEFORE_LOAD = one_of(", with using - (")
_COMMAS = one_of(", ;")
CLOSES = one_of(")")


def _reps_first(t: Tokens, i: int) -> Read[ReadRow]:
    """``[N ("x" | "sets of")] REPS ("x" FIGURE | "@" LOAD)``; behind the word `reps` a load needs no sign."""
    count, j = _count_first(t, i)
    found = repetitions(t, j)
    if not found:
        return None
    reps, k = found
    if t.all[k].text == "x" and _is_figure(t, k + 1 + (t.all[k + 1].text == "@")):  # `4x70%`
        return _with_load(t, k + 1 + (t.all[k + 1].text == "@"), count, reps)
    k = skip(t, k, _COMMAS) if t.all[k + 1].text in {"@", "at"} else k
    if is_loaded(t, k):
        return _with_load(t, k + 1, count, reps)
    has_unit = t.all[k - 1].text in REPS or t.all[k - 1].kind == "reps"
    j = skip(t, k, _BEFORE_LOAD)
    if has_unit and (_is_figure(t, j) or j > k) and (read := read_load(t, j)):
        return ReadRow(None, None, count, reps.reps, read[0], part_reps=reps.part_reps), skip(
            t, read[1], CLOSES
        )
    return None


def _count_first(t: Tokens, i: int) -> tuple[int, int]:
    """``N "x" | N "sets" ("of" | "x")`` in front of the repetitions: how many sets."""
    token = t.all[i]
    if not is_whole(token):
        return 1, i
    count = count_of(token)
    if token.kind == "sets":
        return (count, i + 2) if t.all[i + 1].text in {"of", "x"} else (1, i)
    behind = repetitions(t, i + 2) if token.kind == "number" and t.all[i + 1].text == "x" else None
    if behind and (_leads_to_load(t, behind[1])):
        return count, i + 2
    return 1, i


def _leads_to_load(t: Tokens, k: int) -> bool:
    if t.all[k].text in {"@", "at"} or (t.all[k].text in {",", ";"} and t.all[k + 1].text == "@"):
        return True
    return t.all[k].text == "x" and _is_figure(t, k + 1 + (t.all[k + 1].text == "@"))


def is_loaded(t: Tokens, i: int) -> bool:
    """Whether an `@`, or an `at` before a figure, stands at token `i`."""
    return t.all[i].text == "@" or (t.all[i].text == "at" and _is_figure(t, i + 1))


def _is_figure(t: Tokens, i: int) -> bool:
    """Whether a percent or a weight stands at token `i`."""
    if t.all[i].kind in {"percent", "weight"}:
        return True
    return t.all[i].kind == "number" and t.all[i + 1].text == "-" and t.all[i + 2].kind == "percent"


def _with_load(t: Tokens, i: int, count: int, reps: Repetitions) -> Read[ReadRow]:
    """``LOAD ["x" N "sets"]`` behind repetitions."""
    load, j = load_or_words(t, i)
    behind = _sets_behind(t, j)
    if behind:
        count, j = behind
    return ReadRow(None, None, count, reps.reps, load, part_reps=reps.part_reps), j


def _sets_behind(t: Tokens, i: int) -> Read[int]:
    """``[","] ("x" | "for") N "sets"``."""
    j = i + (t.all[i].text in {",", ")"})
    if t.all[j].text in _TIMES and t.all[j + 1].kind == "sets" and is_whole(t.all[j + 1]):
        return count_of(t.all[j + 1]), j + 2
    return None


_AT = one_of("@")


def load_or_words(t: Tokens, i: int) -> tuple[ReadLoad, int]:
    """The load behind an `@`, or the words that stand there."""
    i = skip(t, i, _AT)
    found = read_load(t, i)
    if found:
        return found
    j = i
    while t.all[j].kind != "end" and t.all[j].text not in {",", ";"}:
        j += 1
    return ReadLoad(None, words=t.text(i, j)), j


def _load_first(t: Tokens, i: int, *, marked: bool) -> Read[ReadRow]:
    """``LOAD [("x" | "for" | "-" | "/") REPS [("x" | "for") SETS]]``; behind a dash ``SETS "x" REPS``."""
    found = read_load(t, i, marked=marked)
    if not found:
        return None
    load, j = found
    counted = _sets_behind(t, j)
    if counted:
        return ReadRow(None, None, counted[0], None, load), counted[1]
    behind = _behind_load(t, j)
    if behind:
        count, reps, k = behind
        return ReadRow(None, None, count, reps.reps, load, part_reps=reps.part_reps), k
    return ReadRow(None, None, 1, None, load), j


Behind = tuple[int, Repetitions, int]
"""How many sets, how often in each, and the token behind both."""


def _behind_load(t: Tokens, i: int) -> Behind | None:
    """The sets and repetitions behind a load: `x 4 x 2` and `/4` are reps first, `- 4 x 3` is sets first."""
    j = i + (t.all[i].text == "," and t.all[i + 1].text in _TIMES)
    if t.all[j].text == "-":
        return _sets_by_reps(t, j + 1) or _reps_by_sets(t, j + 1)
    if t.all[j].text in _TIMES or t.all[j].text == "/":
        return _reps_by_sets(t, j + 1)
    if t.all[i].kind == "sets" and is_whole(t.all[i]) and t.all[i + 1].text in {"x", "of"}:
        reps = repetitions(t, i + 2)
        return (count_of(t.all[i]), *reps) if reps else None
    if len(joined_counts(t, i)[0]) > 1:  # `70% 1+1 x 4`
        return _reps_by_sets(t, i)
    return _reps_by_sets(t, i) if t.all[i].kind == "reps" else None


def _reps_by_sets(t: Tokens, i: int) -> Behind | None:
    """``REPS [("x" | "for") (N | N "sets")]``."""
    found = repetitions(t, i)
    if not found:
        return None
    reps, j = found
    if t.all[j].kind == "sets" and t.all[j - 1].kind == "reps" and is_whole(t.all[j]):
        return count_of(t.all[j]), reps, j + 1
    sets = t.all[j + 1]
    if t.all[j].text in _TIMES and sets.kind in {"number", "sets"} and is_whole(sets):
        return count_of(sets), reps, j + 2
    return 1, reps, j


def _sets_by_reps(t: Tokens, i: int) -> Behind | None:
    """``N ("x" | "for") N | N "x" REPS``, the first of them no repetitions by its own words."""
    first = repetitions(t, i)
    if not first or not first[0].reps:
        return None
    sets, j = int(first[0].reps.min or 1), first[1]
    last = t.all[j + 1]
    if t.all[j].text in _TIMES and last.kind in {"number", "sets"} and is_whole(last):
        bare = last.kind == "number" and t.all[j - 1].kind == "number"
        return (sets, Repetitions(exact(count_of(last))), j + 2) if bare else None
    more = repetitions(t, j + 1) if t.all[j].text == "x" else None
    return (sets, *more) if more else None


# ---------------------------------------------------------------------------------------------- several rows
BETWEEN = one_of(", ; / then and &")


def rows_at(t: Tokens, i: int) -> Read[tuple[ReadRow, ...]]:
    """Rows one behind the other, by commas or by nothing: ``4x70%, 3x75%``, ``60% x 4, 70% x 3 80% x 2``.

    A clause that is no row ends the list and keeps the rows before it.
    """
    found: list[ReadRow] = []
    end = i
    while (read := _whole_row(t, i)) is not None and not (found and t.all[i].text == "@"):
        found.append(read[0])
        end = read[1]
        i = skip(t, end, BETWEEN)
        if t.all[i].text == "+" and is_whole(t.all[i + 1]):
            i += 1
    return (tuple(found), end) if found else None


def _whole_row(t: Tokens, i: int) -> Read[ReadRow]:
    """``row`` that says both how often and how heavy; the load must be readable."""
    if t.all[i].kind not in {"number", "percent", "weight", "cluster", "reps", "sets"} and t.all[
        i
    ].text not in {"@", "("}:
        return None
    read = row(t, i)
    if read is None or read[0].load is None or read[0].load.load is None:
        return None
    said, j = read
    says_reps = (
        said.reps is not None or bool(said.part_reps) or any(token.text == "x" for token in t.all[i:j])
    )
    return read if says_reps else None


SINGLES = {word: int(count) for word, count in meanings("few").items()}
"""How many repetitions words mean: a single, doubles, a triple."""


_BUILD_TO = one_of("a to then build up work")


def target_behind(t: Tokens, i: int) -> Read[tuple[int, Literal["rm", "heavy"]]]:
    """What is built to behind rows.

    ``["build" "to"] ["a"] ("heavy" ("single" | "double" | "triple" | "set of" N) | N-RM)``
    """
    j = skip(t, i, _BUILD_TO)
    if t.all[j].kind == "rm" and t.all[j].value:
        return (count_of(t.all[j]), "rm"), j + 1
    if t.all[j].text not in {"heavy", "challenging"}:
        return None
    few = SINGLES.get(t.all[j + 1].text)
    if few:
        return (few, "heavy"), j + 2
    if t.all[j + 1].text == "set" and t.all[j + 2].text == "of" and is_whole(t.all[j + 3]):
        return (count_of(t.all[j + 3]), "heavy"), j + 4
    return None
