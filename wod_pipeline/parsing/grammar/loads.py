"""§8 Loads: what is said behind an `@`, in brackets, or in a clause about load.

Reads how heavy; which lift a percent is of when the line does not say so is decided in the structure.
"""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from wod_pipeline.parsing._text import tidy
from wod_pipeline.parsing.grammar.measures import Read
from wod_pipeline.parsing.grammar.names import name_at
from wod_pipeline.parsing.grammar.readings import ReadLoad
from wod_pipeline.parsing.grammar.tables import one_of, phrases, skip
from wod_pipeline.parsing.grammar.tokens import Token, Tokens, tokens_in, weight_unit
from wod_pipeline.program import AbsoluteLoad, Load, Range
from wod_pipeline.vocabulary import has_reference

T = TypeVar("T")

_BOUNDS = phrases("bound")
_BOUNDS_BEHIND = phrases("bound_behind")
_RAMPS = phrases("ramp")
_PAST = phrases("past")
_DEGREES = phrases("degree")
_ABOUT = one_of("about around roughly approx approximately ~ at slowly up from to .")
_YOUR = one_of("your the a an his her their my current best estimated est training today's")
_ITSELF = frozenset((
    "this exercise", "this movement", "this lift", "this complex", "the same exercise", "the same movement",
    "the same lift", "that exercise", "that movement", "that lift", "the same complex", "that complex",
))  # fmt: skip
_USED = one_of("what that you we used did lifted hit had worked with on in from for as the one weight load")


def load(t: Tokens, i: int, *, marked: bool = True) -> Read[ReadLoad]:
    """The load at token `i`. `marked`: an `@` or brackets say that there is one, so words and bare numbers do too.

    ``load = "same" … PAST | [RAMP] [BOUND] PERCENT … | [N] "BW" | "RPE" N | N "RIR" | WEIGHT | "empty bar"``,
    and with `marked` ``| "light" | "heavy" | … | N-RM NAME | N``.
    """
    for rule in _ANYWHERE:
        found = rule(t, i)
        if found:
            return found
    if marked:
        return _described(t, i) or _rm_weight(t, i) or _bare(t, i)
    return None


# ----------------------------------------------------------------------------------------- compared with the past
_USE = one_of("use the at")
_SAME_WHAT = one_of("load loads weight weights percentage percentages %")


def _same(t: Tokens, i: int) -> Read[ReadLoad]:
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


_MORE = one_of("more heavier higher above over up")
_LESS = one_of("less lighter lower below under down")
_COMPARED = _MORE | _LESS


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
def _percent(t: Tokens, i: int) -> Read[ReadLoad]:
    """``[RAMP] [BOUND] ["about"] PERCENT [BOUND BEHIND] [RAMP "to" PERCENT] [REFERENCE]``."""
    ramp = _RAMPS.match(t, i)
    j = skip(t, ramp[1], _ABOUT) if ramp else i
    bound = _BOUNDS.match(t, j)
    j = skip(t, bound[1] if bound else j, _ABOUT)
    found = _percent_figure(t, j)
    if not found:
        return None
    pct, j = found
    if t.all[j].text in _NO_MAXIMUM or (
        t.all[j].text == "of" and t.all[j + 1].text in {"max", "effort"} and t.all[j + 2].text == "effort"
    ):
        return None
    behind = _BOUNDS_BEHIND.match(t, j)
    if behind and t.all[behind[1]].text != "than":
        bound, j = behind, behind[1]
    compared = _compared(t, j, pct)
    if compared:
        return compared
    rising = _rising_to(t, j)
    if rising:
        pct, j = Range(pct.min, rising[0].max), rising[1]
    bounded = _bounded(pct, bound[0] if bound else "")
    read = ReadLoad(Load("percent", pct=bounded, ramp=bool(ramp or rising)))
    return _with_reference(t, j, read)


_NO_MAXIMUM = one_of("effort speed pace hr heart")
"""What a percent is of when it says no weight."""


def _percent_figure(t: Tokens, i: int) -> Read[Range]:
    """``PERCENT | N "-" PERCENT`` with a dash between spaces, or dashes all the way: `70 - 75 %`."""
    token = t.all[i]
    if token.kind == "percent" and token.value and not token.paired:
        return token.value, i + 1
    if token.kind == "number" and t.all[i + 1].text in {"-", "to"} and t.all[i + 2].kind == "percent":
        low, high = token.value, t.all[i + 2].value
        if low and high and not token.paired:
            return Range(low.min, high.max), i + 3
    if token.kind == "list" and t.all[i + 1].text == "%":
        return Range(min(token.numbers), max(token.numbers)), i + 2
    return None


def _bounded(value: Range, bound: str) -> Range:
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


def _rm_weight(t: Tokens, i: int) -> Read[ReadLoad]:
    """``["your"] N-RM NAME ["weight"]``: all of that maximum."""
    j = skip(t, i, _YOUR)
    if t.all[j].kind != "rm":
        return None
    return _with_reference(t, j, ReadLoad(Load("percent", pct=Range(100, 100))))


def _with_reference(t: Tokens, i: int, read: ReadLoad) -> tuple[ReadLoad, int]:
    """Add the maximum the line names: ``["of"] ["your"] [N-RM | "max"] (NAME | "this exercise") ["weight"]``, in brackets too."""
    j = i + (t.all[i].text == "," and t.all[i + 1].text == "of")
    bracketed = t.all[j].text == "("
    j += bracketed
    of = t.all[j].text == "of"
    if bracketed and not (of or t.all[skip(t, j, _YOUR)].kind == "rm"):
        return read, i
    j = skip(t, j + of, _YOUR)
    marked = t.all[j].kind == "rm" or (t.all[j].text in {"max", "maximum"} and of)
    rm, j = (_rm(t.all[j]), j + 1) if marked else (1, j)
    read = replace(read, rm=rm)
    if not (of or marked):
        return _bare_reference(t, i, read)
    found = _reference(t, j, read)
    if found:
        close = found[1] + (bracketed and t.all[found[1]].text == ")")
        return found[0], close
    if marked:
        unknown = t.all[j].kind == "word" and t.all[j].text not in _NO_NAME
        return replace(read, unknown_lift=unknown), j + (bracketed and t.all[j].text == ")")
    if t.all[j].kind == "end" or t.all[j].text in {".", ",", ";", ":", ")"}:
        return replace(read, rm=rm), j
    last = _clause_end(t, j)
    return ReadLoad(None, words=t.text(i - 1, last)), last


_NO_NAME = one_of(
    "for each every on in with and then x to per across over today this but or at as if all from weight load same only"
    " here again by until the"
)


def _rm(token: Token) -> int:
    return int(token.value.min or 1) if token.kind == "rm" and token.value else 1


def _reference(t: Tokens, i: int, read: ReadLoad) -> Read[ReadLoad]:
    """``("in" | "of" | "for") "this exercise" | NAME {("or" | "+") NAME} ["weight"]``."""
    j = i + (t.all[i].text in {"in", "of", "for"})
    for count in (3, 2):
        if j + count <= t.size and t.text(j, j + count) in _ITSELF:
            return replace(read, named=()), j + count
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
    i = skip(t, i, _YOUR)
    found = name_at(t, i, t.size)
    ids = tuple(part.movement_id for part in found[0] if part.movement_id) if found else ()
    return (ids, found[1]) if found and any(map(has_reference, ids)) else None


def _bare_reference(t: Tokens, i: int, read: ReadLoad) -> tuple[ReadLoad, int]:
    """``PERCENT NAME``: a lift directly behind the percent, and nothing else, is what it is of: `70% Clean`."""
    named = _lift(t, i) if t.all[i].kind == "word" else None
    if named and _ends_clause(t, named[1]):
        return replace(read, named=named[0]), named[1]
    return read, i


def _ends_clause(t: Tokens, i: int) -> bool:
    token = t.all[i]
    return token.kind == "end" or token.text in {
        ",",
        ";",
        ":",
        "(",
        ".",
        "for",
        "then",
        "with",
        "x",
        "@",
        ")",
        "-",
    }


def _clause_end(t: Tokens, i: int) -> int:
    """The token where the clause that token `i` stands in ends: a comma, a bracket that closes, the line's end."""
    while t.all[i].kind != "end" and t.all[i].text not in {",", ";", ")"}:
        i += 1
    return i


# --------------------------------------------------------------------------------------------- weights and efforts
_BODY = one_of("bw bodyweight")


_YOUR_OWN = one_of("your")
_TIMES = one_of("x times of")


def _body(t: Tokens, i: int) -> Read[ReadLoad]:
    """``[FACTOR | FRACTION | PERCENT] ["x" | "times"] ["of"] ["your"] ("BW" | "body" "weight")``."""
    j, share = i, None
    token = t.all[i]
    if token.kind in {"number", "percent", "reps"} and token.value and token.value.min is not None:
        if token.kind == "reps" and token.unit != "times":
            return None
        j = skip(t, i + 1, _TIMES)
        share = _share(token)
    j = skip(t, j, _YOUR_OWN)
    if t.all[j].text in _BODY:
        j += 1
    elif t.all[j].text == "body":
        j += 1 + (t.all[j + 1].text == "-")
        if t.all[j].text != "weight":
            return None
        j += 1
    else:
        return None
    if t.all[j].text == "+":
        return None
    pct = Range(share, share) if share is not None else None
    return ReadLoad(Load("bodyweight", pct=pct)), j


def _share(token: Token) -> int | float:
    value = token.value
    low = (value.min if value else 0) or 0
    if token.paired and value and value.f:
        low = low / value.f
    return tidy(low * (1 if token.kind == "percent" else 100))


_OF_SIGN = one_of("of : =")


def _rpe(t: Tokens, i: int) -> Read[ReadLoad]:
    """``"RPE" ["of" | ":"] N ["-" N] | N "RPE"``."""
    j = i + (t.all[i].text == "@")
    if t.all[j].text == "rpe":
        k = skip(t, j + 1, _OF_SIGN)
        found = _number_range(t, k)
        return (ReadLoad(Load("rpe", rpe=found[0])), found[1]) if found else None
    found = _number_range(t, j)
    if found and t.all[found[1]].text == "rpe":
        return ReadLoad(Load("rpe", rpe=found[0])), found[1] + 1
    return None


def _rir(t: Tokens, i: int) -> Read[ReadLoad]:
    """``["leave"] N ("RIR" | "reps in reserve")``: as the effort they leave: 2 RIR is RPE 8."""
    j = i + (t.all[i].text in {"leave", "leaving"})
    if t.all[j].text == "rir":
        found = _number_range(t, j + 1)
        return _in_reserve(*found) if found else None
    token = t.all[j]
    if token.kind not in {"number", "reps"} or token.value is None:
        return None
    k = j + 1
    if token.kind == "number" and t.all[k].text == "rir":
        return _in_reserve(token.value, k + 1)
    tail = tuple(t.all[k + n].text for n in range(3) if k + n < len(t.all))
    if token.kind == "reps" and tail[:2] == ("in", "reserve"):
        return _in_reserve(token.value, k + 2)
    if token.kind == "reps" and tail == ("in", "the", "tank"):
        return _in_reserve(token.value, k + 3)
    return None


def _in_reserve(left: Range, j: int) -> Read[ReadLoad]:
    if left.min is None or left.max is None:
        return None
    return ReadLoad(Load("rpe", rpe=Range(tidy(10 - left.max), tidy(10 - left.min)))), j


def _number_range(t: Tokens, i: int) -> Read[Range]:
    token = t.all[i]
    if token.kind != "number" or token.value is None or token.paired:
        return None
    if t.all[i + 1].text in {"-", "to"} and t.all[i + 2].kind == "number":
        return Range(token.value.min, t.all[i + 2].value.max), i + 3  # type: ignore[union-attr]
    return token.value, i + 1


_MORE_THAN = one_of("more less heavier lighter over under above below")


def _weight(t: Tokens, i: int) -> Read[ReadLoad]:
    """``[BOUND] WEIGHT``: kilograms, pounds or poods, one or from–to, or men's and women's."""
    bound = _BOUNDS.match(t, i)
    j = bound[1] if bound else i
    found = _weight_figure(t, j)
    if not found:
        return None
    amount, k = found
    if t.all[k].text in _MORE_THAN:
        last = _clause_end(t, k)
        return ReadLoad(None, words=t.text(i, last)), last
    behind = _BOUNDS_BEHIND.match(t, k)
    if behind:
        bound, k = behind, behind[1]
    value = _bounded(Range(amount.min, amount.max, amount.f), bound[0] if bound else "")
    return ReadLoad(Load("absolute", abs=AbsoluteLoad(amount.unit, value.min, value.max, value.f))), k


def _weight_figure(t: Tokens, i: int) -> Read[AbsoluteLoad]:
    token = t.all[i]
    if token.kind == "weight" and token.value:
        value = token.value
        last = t.all[i + 2] if t.all[i + 1].text in {"/", "-", "to"} else None
        if last and last.kind == "weight" and last.value and weight_unit(last) == weight_unit(token):
            return _two_weights(token, last, pair=t.all[i + 1].text == "/"), i + 3
        women = value.min if token.paired and value.f is None else value.f
        return AbsoluteLoad(weight_unit(token), value.min, value.max, women), i + 1
    if token.kind == "number" and token.value and t.all[i + 1].text in {"/", "-", "to"}:
        last = t.all[i + 2]
        if last.kind == "weight" and last.value:
            return _two_weights(token, last, pair=t.all[i + 1].text == "/"), i + 3
    return None


def _two_weights(first: Token, last: Token, *, pair: bool) -> AbsoluteLoad:
    low, high = first.value.min or 0, last.value.max or 0  # type: ignore[union-attr]
    if pair:
        return AbsoluteLoad(weight_unit(last), low, low, high)
    return AbsoluteLoad(weight_unit(last), min(low, high), max(low, high))


_WITH = one_of("with w / using just the an a")


def _empty_bar(t: Tokens, i: int) -> Read[ReadLoad]:
    """``["with" | "just"] ["the" | "an"] "empty" ("bar" | "barbell")``."""
    j = skip(t, i, _WITH)
    if t.all[j].text == "empty" and t.all[j + 1].text in {"bar", "bars", "barbell", "barbells"}:
        return ReadLoad(Load("empty_bar")), j + 2
    return None


_AS_A = one_of("as a an")
_DESCRIBED_WHAT = one_of("weight weights load loads bar as possible")


def _described(t: Tokens, i: int) -> Read[ReadLoad]:
    """``["as"] ["a"] ("light" | "moderate" | "heavy") ["weight" | "as possible"]``."""
    j = skip(t, i, _AS_A)
    found = _DEGREES.match(t, j)
    if not found or (t.all[found[1]].text == "-" and not t.all[found[1]].spaced):
        return None
    k = skip(t, found[1], _DESCRIBED_WHAT)
    return ReadLoad(Load("described", word=found[0])), k  # type: ignore[arg-type]


def _bare(t: Tokens, i: int) -> Read[ReadLoad]:
    """A number where only a weight can stand, its unit not said."""
    token = t.all[i]
    if token.kind != "number" or token.value is None:
        return None
    value, j = token.value, i + 1
    if t.all[j].text in {"-", "to", "/"} and t.all[j + 1].kind == "number":
        last = t.all[j + 1].value
        value = Range(value.min, value.min, last.min) if t.all[j].text == "/" else Range(value.min, last.max)  # type: ignore[union-attr]
        j += 2
    if not (t.all[j].kind == "end" or t.all[j].text in _BEHIND_BARE):
        return None
    women = value.min if token.paired and value.f is None else value.f
    return ReadLoad(
        Load("absolute", abs=AbsoluteLoad(None, value.min, value.max, women)), unit_missing=True
    ), j


_BEHIND_BARE = one_of(", ; . ( ) each per for x -")
_ANYWHERE = (_same, _body, _rpe, _rir, _percent, _empty_bar, _weight)
"""Rules for what is a load wherever it stands, in the order they are tried."""


# --------------------------------------------------------------------------------------------- loads in brackets
_THINGS = one_of(
    "db dbs kb kbs dumbbell dumbbells dumb bell bells kettlebell kettlebells kettle bar bars barbell plate plates bumper"
    " bumpers ball balls medball med medicine wall slam vest vests sandbag sandbags sand bag bags total or for men women"
    " each per in on a the hand hands arm arms side sides target across all sets / - . ! ,"
)
"""What may stand behind a load in brackets: the thing it is in, in which hand."""


def bracketed_load(t: Tokens, i: int, end: int) -> ReadLoad | None:
    """The load that tokens `i` to `end` are as a whole: ``(light)``, ``(95/65 lb)``, ``(@ 70%)``."""
    at = i + (t.all[i].text == "@")
    found = load(t, at) if at < end else None
    if not found or found[1] > end:
        return None
    read, j = found
    if skip(t, j, _THINGS) < end:
        return None
    paired = read.load is not None and read.load.abs is not None and read.load.abs.f is not None
    return None if read.unit_missing and not paired and at == i else read


# ----------------------------------------------------------------------------------------- words about load
TELLING = one_of(
    "weight weights weighted load loads loading heavy heavier heaviest light lighter moderate medium challenging ahap"
    " across building ascending slow slowly controlled fast band bands db dbs dumbbell dumbbells kb kbs"
)
_AMONG = TELLING | one_of(
    "as go going stay staying keep keeping use using with w / at a an the your and but to if possible needed necessary"
    " add adding build up work working increase increasing same each every set sets over than last week day today in for"
    " this not too more able you can before previous all it of on moderately fairly pretty very quite"
)
"""What a clause about load is made of: only these words, one of the telling ones at least."""
_RISING_WORDS = one_of("build building increase increasing ascending")
_TELLING_RISE = TELLING | _RISING_WORDS
_COMPARING = one_of("heavier lighter than same not too band bands if to")
_DEGREE_WORDS = {
    "heavy": one_of("heavy heaviest ahap challenging"),
    "moderate": one_of("moderate medium"),
    "light": one_of("light"),
}


def load_words(t: Tokens, i: int) -> Read[ReadLoad]:
    """A clause of words about load up to its comma or end: as heavy as possible, building up, same weight across."""
    j, telling = i, False
    while t.all[j].text in _AMONG or (t.all[j].text == "-" and j > i and not t.all[j].spaced):
        telling = telling or t.all[j].text in _TELLING_RISE
        j += 1 + (t.all[j].text == "set" and t.all[j + 1].kind == "number")
    if not telling or not (_ends_clause(t, j) or t.all[j].text in {"!", "*"}) or t.all[j].text == "@":
        return None
    return _of_words(frozenset(token.text for token in t.all[i:j]), t.text(i, j)), j


def _of_words(said: frozenset[str], words: str) -> ReadLoad:
    """What words about load say, without a `load` when none can be written."""
    ramp = bool(said & _RISING_WORDS)
    word = next((word for word, also in _DEGREE_WORDS.items() if said & also), None)
    if said & _COMPARING or not (ramp or word):
        return ReadLoad(None)
    return ReadLoad(Load("described", ramp=True) if ramp else Load("described", word=word), words=words)  # type: ignore[arg-type]


def load_in(text: str) -> ReadLoad | None:
    """The load that a text in matching form starts with."""
    found = load(tokens_in(text), 0)
    return found[0] if found else None
