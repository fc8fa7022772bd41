"""§8 Percents and loads of the past: how much, and the maximum or the day that the line says it is of.

Which lift a percent is of when the line does not say so is decided in the structure.
"""

from __future__ import annotations

from msgspec.structs import replace

from wod_pipeline.parsing.grammar.measures import Read
from wod_pipeline.parsing.grammar.names import name_at
from wod_pipeline.parsing.grammar.readings import ReadLoad
from wod_pipeline.parsing.grammar.tables import one_of, phrases, skip, words_of
from wod_pipeline.parsing.grammar.tokens import Token, Tokens
from wod_pipeline.program import Load, Range
from wod_pipeline.vocabulary import has_reference

BOUNDS = phrases("bound")
BOUNDS_BEHIND = phrases("bound_behind")
_RAMPS = phrases("ramp")
_PAST = phrases("past")
_ABOUT = words_of("about") | one_of("at slowly up from to .")
_YOUR = one_of("your the a an his her their my current best estimated est training today's")
_ITSELF = phrases("itself")
_USED = one_of("what that you we used did lifted hit had worked with on in from for as the one weight load")


# ----------------------------------------------------------------------------------------- compared with the past
_USE = one_of("use the at")
_SAME_WHAT = one_of("load loads weight weights percentage percentages %")


def same(t: Tokens, i: int) -> Read[ReadLoad]:
    """``["use"] ["the"] "same" ["load" | "weight"] ["as" | "from"] … PAST``."""
    i = skip(t, i, _USE)
    if t.all[i].text != "same":
        return None
    j = skip(t, i + 1, _SAME_WHAT)
    j = skip(t, j, _USED)
    past = _past(t, j)
    return (ReadLoad(Load("relative_past", past=past[0], delta_pct=Range(0, 0))), past[1]) if past else None


def _past(t: Tokens, i: int) -> Read[str]:
    """``["last"] (PAST | weekday) ["'s"]``."""
    found = _PAST.match(t, i)
    if found is None and t.all[i].text in {"last", "the"}:
        found = _PAST.match(t, i + 1)
    return found


_LESS = words_of("difference", "less")
_COMPARED = words_of("difference")


_THE_WEIGHT = one_of("the weight from of load")


def _compared(t: Tokens, i: int, pct: Range) -> Read[ReadLoad]:
    """Behind a percent: ``("more" | "less") ["than" … PAST] | "of" PAST``; less is a negative difference."""
    if t.all[i].text in _COMPARED:
        less = t.all[i].text in _LESS
        if less and pct.min is not None and pct.max is not None:
            pct = Range(-pct.max, -pct.min)
        j = i + 1 + (t.all[i + 1].text in {"than", "on", "from", "of"})
        past = _past(t, skip(t, j, _USED)) if j > i + 1 else None
        read = ReadLoad(Load("relative_past", past=past[0] if past else None, delta_pct=pct))
        return read, (past[1] if past else j)
    if t.all[i].text in {"of", "from"}:
        past = _past(t, skip(t, i + 1, _THE_WEIGHT))
        if past:
            return ReadLoad(Load("relative_past", past=past[0], pct=pct)), _behind_past(t, past[1])
    return None


_OF_THAT_DAY = one_of("heavy single double triple weight load max best top set")


def _behind_past(t: Tokens, i: int) -> int:
    """`90% of today's heavy double`, `… of last week's weight`: what of that day is meant."""
    return skip(t, i, _OF_THAT_DAY)


# ---------------------------------------------------------------------------------------------------- percents
def percent(t: Tokens, i: int) -> Read[ReadLoad]:
    """``[RAMP] [BOUND] ["about"] PERCENT [BOUND BEHIND] [RAMP "to" PERCENT] [REFERENCE]``."""
    ramp = _RAMPS.match(t, i)
    j = skip(t, ramp[1], _ABOUT) if ramp else i
    bound = BOUNDS.match(t, j)
    j = skip(t, bound[1] if bound else j, _ABOUT)
    found = _percent_figure(t, j)
    if not found:
        return None
    pct, j = found
    if t.all[j].text in _NO_MAXIMUM or (
        t.all[j].text == "of" and t.all[j + 1].text in {"max", "effort"} and t.all[j + 2].text == "effort"
    ):
        return None
    behind = BOUNDS_BEHIND.match(t, j)
    if behind and t.all[behind[1]].text != "than":
        bound, j = behind, behind[1]
    compared = _compared(t, j, pct)
    if compared:
        return compared
    rising = _rising_to(t, j)
    if rising:
        pct, j = Range(pct.min, rising[0].max), rising[1]
    pct = bounded(pct, bound[0] if bound else "")
    read = ReadLoad(Load("percent", pct=pct, ramp=bool(ramp or rising)))
    return with_reference(t, j, read)


_NO_MAXIMUM = one_of("effort speed pace hr heart")
"""What a percent is of when it says no weight."""


def _percent_figure(t: Tokens, i: int) -> Read[Range]:
    """``PERCENT | N "-" PERCENT`` with a dash between spaces: `70 - 75 %`."""
    token = t.all[i]
    if token.kind == "percent" and token.value and not token.paired:
        return token.value, i + 1
    if token.kind == "number" and t.all[i + 1].text in {"-", "to"} and t.all[i + 2].kind == "percent":
        low, high = token.value, t.all[i + 2].value
        if low and high and not token.paired:
            return Range(low.min, high.max), i + 3
    return None


def bounded(value: Range, bound: str) -> Range:
    """The range cut open at one end: `at_most`, `at_least`; any other bound leaves it as it is."""
    if bound == "at_most":
        return Range(None, value.max if value.max is not None else value.min)
    return Range(value.min, None) if bound == "at_least" else value


_AND = one_of(", and")
_UP = one_of("up")


def _rising_to(t: Tokens, i: int) -> Read[Range]:
    """``[","] ["and"] RAMP "to" PERCENT | "→" PERCENT``."""
    j = skip(t, i, _AND)
    ramp = _RAMPS.match(t, j)
    if ramp:
        j = skip(t, ramp[1], _UP)
        if t.all[j].text != "to":
            return None
        j += 1
    elif t.all[i].text in {"→", "=", "-"} and t.all[i + 1].text == ">":
        j = i + 2
    elif t.all[i].text == "→":
        j = i + 1
    else:
        return None
    token = t.all[j]
    return (token.value, j + 1) if token.kind == "percent" and token.value else None


def rm_weight(t: Tokens, i: int) -> Read[ReadLoad]:
    """``["your"] N-RM NAME ["weight"]``: all of that maximum."""
    j = skip(t, i, _YOUR)
    if t.all[j].kind != "rm":
        return None
    return with_reference(t, j, ReadLoad(Load("percent", pct=Range(100, 100))))


def with_reference(t: Tokens, i: int, read: ReadLoad) -> tuple[ReadLoad, int]:
    """Add the maximum the line names, in brackets or not.

    ``["of"] ["your"] [N-RM | "max"] (NAME | "this exercise") ["weight"]``
    """
    j = i + (t.all[i].text == "," and t.all[i + 1].text == "of")
    if t.all[j].text != "(":
        return _with_maximum(t, j, read, first=i - 1) or _bare_reference(t, i, read)
    of_maximum = t.all[j + 1].text == "of" or t.all[skip(t, j + 1, _YOUR)].kind == "rm"
    found = _with_maximum(t, j + 1, read, first=i - 1) if of_maximum else None
    return (found[0], found[1] + (t.all[found[1]].text == ")")) if found else (read, i)


def _with_maximum(t: Tokens, i: int, read: ReadLoad, *, first: int) -> Read[ReadLoad]:
    """``"of" … | N-RM …``: what the percent at token `first` is of; None where neither stands."""
    of = t.all[i].text == "of"
    j = skip(t, i + of, _YOUR)
    marked = t.all[j].kind == "rm" or (t.all[j].text in {"max", "maximum"} and of)
    if not (of or marked):
        return None
    rm, j = (_rm(t.all[j]), j + 1) if marked else (1, j)
    read = replace(read, rm=rm)
    found = _reference(t, j, read)
    if found:
        return found
    if marked:
        unknown = t.all[j].kind == "word" and t.all[j].text not in _NO_NAME
        return replace(read, unknown_lift=unknown), j
    if t.all[j].kind == "end" or t.all[j].text in _ENDS_OF:
        return read, j
    last = clause_end(t, j)
    return ReadLoad(None, words=t.text(first, last)), last


_ENDS_OF = one_of(". , ; : )")
_NO_NAME = one_of(
    "for each every on in with and then x to per across over today this but or at as if all from weight load"
    " same only here again by until the"
)


def _rm(token: Token) -> int:
    return int(token.value.min or 1) if token.kind == "rm" and token.value else 1


def _reference(t: Tokens, i: int, read: ReadLoad) -> Read[ReadLoad]:
    """``("in" | "of" | "for") "this exercise" | NAME {("or" | "+") NAME} ["weight"]``."""
    j = i + (t.all[i].text in {"in", "of", "for"})
    itself = _ITSELF.match(t, j)
    if itself:
        return replace(read, named=()), itself[1]
    named = _lift(t, i)
    if not named:
        return None
    ids, j = named
    either = False
    while t.all[j].text in {"or", "+", "/"} and (also := _lift(t, j + 1)):
        either = either or t.all[j].text != "+"
        ids, j = (*ids, *also[0]), also[1]
    j += t.all[j].text in {"weight", "max", "best"} and t.all[j + 1].text != "of"
    return replace(read, named=ids, either=either), j


def _lift(t: Tokens, i: int) -> Read[tuple[str, ...]]:
    """``["your"] NAME`` of lifts that have a maximum: their ids."""
    i = skip(t, i, _YOUR)
    found = name_at(t, i, t.size)
    ids = tuple(part.movement_id for part in found[0] if part.movement_id) if found else ()
    return (ids, found[1]) if found and any(map(has_reference, ids)) else None


def _bare_reference(t: Tokens, i: int, read: ReadLoad) -> tuple[ReadLoad, int]:
    """``PERCENT NAME``: a lift directly behind the percent, and nothing else, is what it is of: `70% Clean`."""
    named = _lift(t, i) if t.all[i].kind == "word" else None
    if named and ends_clause(t, named[1]):
        return replace(read, named=named[0]), named[1]
    return read, i


_ENDS = one_of(", ; : ( . for then with x @ ) -")


def ends_clause(t: Tokens, i: int) -> bool:
    """Whether a clause about load ends in front of token `i`."""
    token = t.all[i]
    return token.kind == "end" or token.text in _ENDS


def clause_end(t: Tokens, i: int) -> int:
    """The token where the clause that token `i` stands in ends: a comma, a bracket that closes, the line's end."""
    while t.all[i].kind != "end" and t.all[i].text not in {",", ";", ")"}:
        i += 1
    return i
