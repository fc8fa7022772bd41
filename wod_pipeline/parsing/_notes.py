"""§10 Notes: what kind of note a line is, and what a note adds to the exercises it stands with (§8)."""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec.structs import replace

from wod_pipeline.parsing._text import MAX_MATCHED, NUM, ReadValue, form_of
from wod_pipeline.parsing.grammar.loads import load_in
from wod_pipeline.parsing.grammar.readings import ReadLoad
from wod_pipeline.program import Load, Range


class Added(ReadValue, frozen=True):
    """What a note says about the load of the exercises it stands with."""

    at_most: ReadLoad | None = None
    at_least: ReadLoad | None = None
    empty_bar: bool = False
    ramp: bool = False
    load: ReadLoad | None = None
    done_with: tuple[str, ...] = ()  # words of the implement whose weight it is; empty: of all that is lifted
    of_all: bool = False  # it speaks of the whole block


_LATER = re.compile(
    r"""
    \b(?:coming|next|following)[ ](?:(?:few|couple[ ]of|[0-9]+)[ ])?weeks?\b
    |\b(?:weeks[ ]to[ ]come|over[ ]the[ ]cycle|(?:later|further)[ ]in[ ]the[ ]cycle)\b
    """,
    re.VERBOSE,
)
"""What says that a note is about weeks to come."""
_OF_ALL = re.compile(r"\b(?:all|both|each|everything)\b")
_AT = re.compile(
    r"""
    \b(?:(?:all|every|each)[ ](?:of[ ]the[ ]|your[ ]|working[ ])*(?:reps?|sets?|lifts?)|everything)
    (?:[ ](?:is|are|should[ ]be|done|performed|today))*[ ](?:at|@)[ ](?=[0-9])
    """,
    re.VERBOSE,
)
_RX = re.compile(r"\A\(?rx(?:'?d)? ?[:=-] ?\(?(?=[0-9])")
_IMPLEMENTS = {
    "dumbbell": ("db", "dumbbell"),
    "db": ("db", "dumbbell"),
    "kettlebell": ("kb", "kettlebell"),
    "kb": ("kb", "kettlebell"),
    "barbell": ("barbell",),
    "wall ball": ("wall",),
    "medball": ("wall", "medicine"),
}
_IMPLEMENT = re.compile(rf"\A\(?(?P<name>{'|'.join(_IMPLEMENTS)})s? ?[:=-] ?\(?(?=[0-9])")
_BY_PERCENT = re.compile(
    r"""
    \b(?:increase|add)(?:[ ](?P<pct>[0-9. -]{1,9}%)[ ](?:to|on))?[ ](?P<past>[a-z' ]{4,24}?)[ ]
    (?:weight|load)s?(?:[ ]by[ ](?P<pct2>[0-9. -]{1,9}%))?
    """,
    re.VERBOSE,
)


def _told(text: str) -> Added:
    """The load a note tells: `All reps at 80% of your best snatch`, `Rx: 95/65 lbs`, `Add 3% to last Friday's`."""
    at = _AT.search(text) or _RX.match(text) or _IMPLEMENT.match(text)
    if at:
        read = load_in(text[at.end() :])
        named = _IMPLEMENTS[at["name"]] if at.re is _IMPLEMENT else ()
        return Added(load=read, done_with=named, of_all=True) if read and read.load else NOTHING
    found = _BY_PERCENT.search(text)
    if not found or not (found["pct"] or found["pct2"]):
        return NOTHING
    read = load_in(f"{found['pct'] or found['pct2']} more than {found['past']}")
    past = read.load.past if read and read.load else None
    return Added(load=read) if past else NOTHING


_WORKING = r"(?:[3-9][0-9]|1[0-2][0-9])"
_AT_MOST = re.compile(
    rf"""
    \b(?:stay|keep)(?:ing)?\b[^.;]{{0,60}}?\b(?:below|under)[ ](?:about[ ]|around[ ])?
    (?P<pct>{NUM}(?:[ ]?-[ ]?{NUM})?[ ]?%)
    |\b
    (?:
      (?:do[ ]not|don't|never)[ ](?:go[ ](?:above|over|past|heavier[ ]than)|exceed)
      |not?[ ]more[ ]than
      |work(?:ing)?[ ]between
    )[ ](?P<bound>{_WORKING}(?:-{_WORKING})?[ ]?%)(?![ ]?(?:jump|each|per\b|increase|more))
    |\bstay(?:ing)?[ ](?:at|around)[ ](?P<own>{_WORKING}[ ]?%)[ ]or[ ](?:below|under|less|lower)
    """,
    re.VERBOSE,
)
_AT_LEAST = re.compile(
    rf"""
    \bstart(?:ing)?[ ](?:out[ ])?(?:at|around|from)[ ](?:about[ ]|around[ ])?
    (?P<pct>{NUM}(?:[ ]?-[ ]?{NUM})?[ ]?%)
    |\bwork(?:ing)?[ ]between[ ](?P<bound>{_WORKING}-{_WORKING}[ ]?%)(?P<own>)
    """,
    re.VERBOSE,
)
_FROM_TO = re.compile(
    rf"""
    \b(?:build|work|ramp|climb)(?:ing)?(?:[ ]up)?[ ]from[ ](?P<from>{_WORKING})(?:[ ]?%)?[ ](?:up[ ])?
    to[ ](?P<to>{_WORKING})[ ]?%
    """,
    re.VERBOSE,
)
_EMPTY = re.compile(r"\b(?:start|begin)(?:n?ing)? (?:out )?with (?:the |an? |just the )*empty bar(?:bell)?\b")
_RAMP = re.compile(
    r"""
    \bbuild(?:ing)?(?:[ ][a-z]+)?[ ](?:over|across|up|in|to)\b
    |\bwork(?:ing)?[ ]up\b
    |\badd(?:ing)?[ ]weight[ ](?:as|each|every)\b
    |\bbuild(?:ing)?[ ](?:each|every)[ ](?:set|round)\b
    |\bincreas(?:e|es|ing)\b
    |(?<!rope[ ])\bclimb(?:ing)?\b
    """,
    re.VERBOSE,
)
_CAN_RISE = re.compile("build|work|add|increas|climb")
_NEGATED = re.compile(r"(?:n't|\bnot|\bnever|\bno|\bwithout)(?: [a-z]+)? ?\Z")
NOTHING = Added()
_CAN_TELL = re.compile(r"[0-9]")


@lru_cache(maxsize=8192)
def read_added(line: str) -> Added:
    """§8 The loads a note adds: a cap, a floor, the empty bar, a rise over the sets."""
    text = form_of(line).text
    if len(text) > MAX_MATCHED:
        return NOTHING
    if _LATER.search(text):
        return NOTHING
    told = _told(text) if _CAN_TELL.search(text) else NOTHING
    if told != NOTHING:
        return told
    rising = _FROM_TO.search(text) if "from" in text else None
    if rising:
        low, high = Range(int(rising["from"]), None), Range(None, int(rising["to"]))
        at_most, at_least = (ReadLoad(Load("percent", pct=pct)) for pct in (high, low))
        return Added(at_most, at_least, ramp=True)
    percent = "%" in text
    added = Added(
        at_most=_bound(_said(_AT_MOST, text), low=False) if percent else None,
        at_least=_bound(_said(_AT_LEAST, text), low=True) if percent else None,
        of_all=_OF_ALL.search(text) is not None,
        empty_bar="empty bar" in text and _EMPTY.search(text) is not None,
        ramp=_CAN_RISE.search(text) is not None and _rises(text),
    )
    return NOTHING if added == Added(of_all=added.of_all) else added


def _rises(text: str) -> bool:
    return "in height" not in text and _said(_RAMP, text) is not None


def _said(wording: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The first place of the wording that is not directly behind a `not`."""
    said = (found for found in wording.finditer(text) if not _NEGATED.search(text[: found.start()]))
    return next(said, None)


def _bound(found: re.Match[str] | None, *, low: bool) -> ReadLoad | None:
    if found is None:
        return None
    at = (
        found.start("pct") if found["pct"] else found.start("bound") if found["bound"] else found.start("own")
    )
    read = load_in(found.string[at:])
    if read is None or read.load is None or read.load.pct is None:
        return None
    pct = read.load.pct
    bound = Range(pct.min, None) if low else Range(None, pct.max)
    return replace(read, load=Load("percent", pct=bound))
