"""§8 Loads: what is said behind an `@`, in brackets, or in a clause about load.

Reads how heavy; which lift a percent is of when the line does not say so is decided in `_references`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace

from wod_pipeline.parsing._quantities import scaled
from wod_pipeline.parsing._text import NUM, ReadValue, number, tidy
from wod_pipeline.program import AbsoluteLoad, Load, Range
from wod_pipeline.vocabulary import has_reference, resolve


class ReadLoad(ReadValue, frozen=True):
    """A load as one line states it.

    `named` are the movements the line says the percent is of: None when it names none, empty when it says the
    exercise itself; `unknown_lift` when it names one that is not in the vocabulary. `load` None: something stands
    there that could not be read.
    """

    load: Load | None
    start: int
    end: int
    rm: int = 1
    named: tuple[str, ...] | None = None
    unit_missing: bool = False
    unknown_lift: bool = False
    words: str = ""


PERCENT = (
    rf"(?P<a>{NUM}) ?%?(?: ?(?:-|to) ?(?P<b>{NUM}))?(?P<plus>\+)? ?(?:%|percent)"
    r"(?P<plus2> ?\+| (?:and|or) (?:up|more|above|heavier|higher)(?![a-z])(?! than))?"
    r"(?P<less2> (?:and|or) (?:less|lower|below|under|lighter)(?![a-z])(?! than))?"
)
RM = r"(?P<rm>[0-9]{1,2})[ -]?(?:rm|rep[ -]max)"
_DAY_NAMES = (
    r"mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs?|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
)
PAST = (
    rf"(?:(?P<today>today)|(?P<previous>(?:the )?previous|the last|yesterday|last time)"
    rf"|(?:last )?(?P<day>{_DAY_NAMES})|last (?P<last>week|session|workout))(?:'?s)?(?![a-z])"
)
_UNITS = r"(?P<unit>kgs?|kilo(?:gram)?s?|lbs?|pounds?|#|poods?)(?![a-z])\.?"
_BELOW = (
    r"(?:no|not) more than|up to|(?:stay(?:ing)? |keep(?:ing)? (?:it |this |these )?)?(?:at or )?(?:below|under)"
    r"|not over|not above|(?:not to|don't|do not) exceed|no heavier than|at most|less than"
)
_ABOVE = r"start(?:ing)? (?:at|from)|at least|no less than|not (?:below|under)|over|above|more than"
_RAMP_WORDS = r"(?:ramp|work|build|climb)(?:ing)?(?: up)?|increas(?:e|ing)"
_RAMP = rf"(?:slowly )?(?:{_RAMP_WORDS})(?: (?:from|to|up))*"
_PERCENT = re.compile(
    rf"(?:(?P<ramp>{_RAMP}) )?(?:(?P<below>{_BELOW}) |(?P<above>{_ABOVE}) )?(?:(?P<sign>[<>]=?) ?)?(?:about "
    rf"|around |roughly |approx(?:imately|\.)? |~ ?|at )?{PERCENT}"
)
_OF = re.compile(
    r",? ?(?:\((?=of ))?(?P<of>of )?(?:(?:your|the|a|his|her|their|my|current|best|estimated|training) )*"
    rf"(?:(?:{RM}|(?P<max>max)(?:imum)?)(?![a-z]) ?)?(?P<rest>.*)"
)
_RISING_TO = re.compile(rf"(?:,? ?(?:and )?(?:{_RAMP_WORDS}) to| ?(?:\u2192|-+>|=+>)) ?{PERCENT}")
_NOT_A_MAXIMUM = re.compile(r" ?(?:effort|speed|pace|hr|heart|(?:of )?max effort)\b")
_MORE_PERCENTS = re.compile(r" ?(?:,|/|then|and)(?: then)? ?[0-9]{1,3}(?:-[0-9]{1,3})? ?%")
_RM_WEIGHT = re.compile(rf"(?:(?:your|the|a) )*{RM}(?![a-z]) ?(?P<rest>.*)")
_ITSELF = re.compile(r"(?:in |of |for )?(?:this|the same|that) (?:exercise|movement|lift|complex)")
_NO_NAME = re.compile(
    r" *(?:\Z|[^a-z ]|(?:for|each|every|on|in|with|and|then|x|to|per|across|over|today|this|but|or|at|as|if|all|from"
    r"|weight|load|from|same|only|here|again|by|until|if|the)(?![a-z]))"
)
_NAME_STOP = re.compile(r"[,;:(.]| - | for | then | with | x |@|\Z")
_USED = r"(?: (?:what|that))?(?: (?:you|we))?(?: (?:used|did|lifted|hit|had|worked with))?(?: (?:on|in|from|for))?"
_SAME = re.compile(
    rf"(?:(?:the|use|at) )*same(?: (?:loads?|weights?|percentages?|%))?(?: as| from| on)*{_USED}(?: (?:the )?)"
    rf"(?:one )?{PAST}"
)
_MORE = re.compile(
    rf"{PERCENT} (?:(?P<more>more|heavier|higher|above|over|up)|(?P<less>less|lighter|lower|below|under|down))"
    rf"(?: (?:than|on|from|of))?(?:{_USED} {PAST})?(?![a-z])"
)
_OF_PAST = re.compile(rf"{PERCENT} (?:of|from) (?:the )?(?:weight (?:from|of) )?{PAST}")
_BODY = re.compile(
    rf"(?:(?P<n>{NUM})(?:/(?P<d>{NUM}))? ?(?P<sign>%|percent|x|times)? ?(?:of )?)?(?:your )?(?:bw"
    r"|body[ -]?weight)(?![a-z])(?! ?\+)"
)
_RPE = re.compile(
    rf"(?:@ ?)?(?:rpe ?(?:of )?[:=]? ?(?P<a>{NUM})(?: ?(?:-|to) ?(?P<b>{NUM}))?|(?P<a2>{NUM})(?:-"
    rf"(?P<b2>{NUM}))? ?rpe)(?![a-z])"
)
_RIR = re.compile(
    rf"(?:leav(?:e|ing) )?(?P<a>{NUM})(?:-(?P<b>{NUM}))? ?(?:rir|reps? in (?:reserve|the tank))(?![a-z])"
    rf"|rir ?(?P<a2>{NUM})(?:-(?P<b2>{NUM}))?"
)
_ABSOLUTE = re.compile(rf"(?P<a>{NUM})(?: ?(?:kgs?|lbs?|#)? ?(?P<slash>/|-|to ) ?(?P<b>{NUM}))?[ -]?{_UNITS}")
_BARE = re.compile(
    rf"(?P<a>{NUM})(?: ?(?P<slash>/|-|to) ?(?P<b>{NUM}))?(?= ?(?:[,;.()]|\Z|each\b|per\b|for\b|x \b))"
)
_MORE_THAN = re.compile(r" (?:more|less|heavier|lighter|over|under|above|below)\b")
_EMPTY_BAR = re.compile(r"(?:with |w/ ?|using |just )*(?:the |an? )?empty (?:bar(?:bell)?s?)(?![a-z])")
_DESCRIBED = re.compile(
    r"(?:as )?(?:an? )?(?P<word>light|moderate|medium|heavy)(?:er)?(?: (?:weights?|loads?|bar|as possible))*"
    r"(?![a-z-])"
)
_WHAT_IT_IS = re.compile(
    r"(?:[ /]+(?:dbs?|kbs?|dumb-?bells?|kettle-?bells?|(?:bar)?bells?|bars?|plates?|bumpers?"
    r"|(?:med(?:icine)? ?|wall ?|slam ?)?balls?|vests?|sand-?bags?|total|or|for (?:wo)?men|each|per|in|on|a|the"
    r"|hands?|arms?|sides?|to(?= [0-9a])|target|across|(?:for )?all(?: [0-9]+)? sets"
    r"|[0-9]{1,2}(?:/[0-9]{1,2})?(?:ft|'|[^a-z0-9 ])))*"
)
"""What may stand behind a load in brackets: the thing it is in, in which hand, how far it is thrown."""
_WORDS = {"light": "light", "moderate": "moderate", "medium": "moderate", "heavy": "heavy"}


# ----------------------------------------------------------------------------------------- one form each
def _same(found: re.Match[str]) -> ReadLoad:
    return _read(found, Load("relative_past", past=_past(found), delta_pct=Range(0, 0)))


def _more(found: re.Match[str]) -> ReadLoad:
    """``PERCENT more|less than PAST``: less is a negative difference."""
    pct = _percent_range(found)
    if found["less"] and pct.min is not None and pct.max is not None:
        pct = Range(-pct.max, -pct.min)
    return _read(found, Load("relative_past", past=_past(found), delta_pct=pct))


def _of_past(found: re.Match[str]) -> ReadLoad:
    return _read(found, Load("relative_past", past=_past(found), pct=_percent_range(found)))


def _past(found: re.Match[str]) -> str | None:
    if found["today"]:
        return "today"
    if found["day"]:
        return f"last_{found['day'][:3]}"
    if found["last"]:
        return "last_session" if found["last"] == "workout" else f"last_{found['last']}"
    return "previous" if found["previous"] else None


def _body(found: re.Match[str]) -> ReadLoad:
    """``[FACTOR | FRACTION | PERCENT] BW``: the share of the body's weight in percent."""
    pct = None
    if found["n"]:
        share = number(found["n"]) / (number(found["d"]) or 1) if found["d"] else number(found["n"])
        percent = tidy(share * (1 if found["sign"] in {"%", "percent"} else 100))
        pct = Range(percent, percent)
    return _read(found, Load("bodyweight", pct=pct))


def _rpe(found: re.Match[str]) -> ReadLoad:
    low = number(found["a"] or found["a2"])
    high = number(found["b"] or found["b2"] or str(low))
    return _read(found, Load("rpe", rpe=Range(low, high)))


def _rir(found: re.Match[str]) -> ReadLoad:
    """Repetitions in reserve, as the effort they leave: 2 RIR is RPE 8."""
    few = number(found["a"] or found["a2"])
    many = number(found["b"] or found["b2"] or str(few))
    return _read(found, Load("rpe", rpe=Range(tidy(10 - max(few, many)), tidy(10 - min(few, many)))))


def _absolute(found: re.Match[str]) -> ReadLoad:
    if _MORE_THAN.match(found.string, found.end()):
        return ReadLoad(None, found.start(), len(found.string), words=found.string[found.start() :])
    written = found.groupdict().get("unit") or ""
    unit = {"k": "kg", "l": "lb", "#": "lb", "po": "pood"}.get(written[:1]) or (
        "pood" if written[:3] == "poo" else None
    )
    unit = "lb" if written.startswith("pound") else unit
    low = scaled(found["a"])
    high = scaled(found["b"]) if found["b"] else low
    amount = (
        AbsoluteLoad(unit, low, low, high)  # type: ignore[arg-type]
        if found["slash"] == "/"
        else AbsoluteLoad(unit, min(low, high), max(low, high))  # type: ignore[arg-type]
    )
    return _read(found, Load("absolute", abs=amount), unit_missing=unit is None)


def _empty_bar(found: re.Match[str]) -> ReadLoad:
    return _read(found, Load("empty_bar"))


def _described(found: re.Match[str]) -> ReadLoad:
    return _read(found, Load("described", word=_WORDS[found["word"]]))  # type: ignore[arg-type]


def _percent(found: re.Match[str]) -> ReadLoad:
    """``[RAMP] [BOUND] PERCENT ["building to" PERCENT] ["of" [N-RM] NAME]``."""
    text = found.string
    pct, ramp, end = _percent_range(found), bool(found["ramp"]), found.end()
    rising = _RISING_TO.match(text, end)
    if rising:
        pct, ramp, end = Range(pct.min, _percent_range(rising).max), True, rising.end()
    read = ReadLoad(Load("percent", pct=pct, ramp=ramp), found.start(), end)
    if _NOT_A_MAXIMUM.match(text, end) or _MORE_PERCENTS.match(text, end):
        return replace(read, load=None, end=len(text), words=text[found.start() :])
    of = _OF.match(text, end)
    return _with_reference(read, of) if of else read


def _rm_weight(found: re.Match[str]) -> ReadLoad:
    """``N-RM NAME ["weight"]``: all of that maximum."""
    return _with_reference(_read(found, Load("percent", pct=Range(100, 100))), found)


def _with_reference(read: ReadLoad, of: re.Match[str]) -> ReadLoad:
    """Add the maximum the line names: ``["of"] [N-RM] (NAME | "in this exercise")``."""
    groups = of.groupdict()
    marked = bool(of["rm"] or groups.get("max"))
    if not (marked or groups.get("of")):
        return _with_bare_name(read, of)
    rm = int(of["rm"] or 1)
    at = of.start("rest")
    itself = _ITSELF.match(of["rest"])
    if itself:
        return replace(read, rm=rm, named=(), end=at + itself.end())
    names, length = _longest_name(of["rest"])
    if names:
        return replace(read, rm=rm, named=names, end=at + length)
    if marked or not of["rest"].strip(" .,;:)"):
        return replace(read, rm=rm, end=at, unknown_lift=not _NO_NAME.match(of["rest"]))
    return replace(read, load=None, end=len(of.string), words=of.string[read.start :])


def _with_bare_name(read: ReadLoad, of: re.Match[str]) -> ReadLoad:
    """``PERCENT NAME``: a lift directly behind the percent, and nothing else, is what it is of: `70% Clean`."""
    if read.end + 1 != of.start("rest") or not "a" <= of["rest"][:1] <= "z":
        return read
    names, length = _longest_name(of["rest"])
    stop = _NAME_STOP.search(of["rest"])
    whole = names and stop and length == len(of["rest"][: stop.start()].rstrip(" ."))
    return replace(read, named=names, end=of.start("rest") + length) if whole else read


def _longest_name(text: str) -> tuple[tuple[str, ...], int]:
    """The movements named at the start of `text`, by the longest name that is one, and where it ends."""
    stop = _NAME_STOP.search(text)
    words = text[: stop.start() if stop else len(text)].rstrip(" .").split(" ")[:9]
    for count in range(len(words), 0, -1):
        name = " ".join(words[:count]).strip()
        for form in (name, name.removesuffix(" weight")):
            found = resolve(form.replace(" + ", " and "))
            if found and any(has_reference(n.movement_id) for n in found):
                return tuple(n.movement_id for n in found if n.movement_id), len(name)
    return (), 0


def _percent_range(found: re.Match[str]) -> Range:
    low = number(found["a"])
    high = number(found["b"]) if found["b"] else low
    groups = found.groupdict()
    if groups.get("below") or groups.get("less2") or (groups.get("sign") or "")[:1] == "<":
        return Range(None, high)
    if groups.get("above") or groups.get("sign") or found["plus"] or found["plus2"]:
        return Range(low, None)
    return Range(min(low, high), max(low, high))


def _read(found: re.Match[str], load: Load, *, unit_missing: bool = False) -> ReadLoad:
    return ReadLoad(load, found.start(), found.end(), unit_missing=unit_missing)


# --------------------------------------------------------------------------------------------- the forms
Form = tuple[re.Pattern[str], Callable[[re.Match[str]], ReadLoad]]
_ANYWHERE: tuple[Form, ...] = (
    (_SAME, _same),
    (_MORE, _more),
    (_OF_PAST, _of_past),
    (_BODY, _body),
    (_RPE, _rpe),
    (_RIR, _rir),
    (_PERCENT, _percent),
    (_EMPTY_BAR, _empty_bar),
    (_ABSOLUTE, _absolute),
)
"""Forms that are a load wherever they stand, in the order they are tried."""
_MARKED: tuple[Form, ...] = (
    *_ANYWHERE,
    (_DESCRIBED, _described),
    (_RM_WEIGHT, _rm_weight),
    (_BARE, _absolute),
)
"""Forms behind an `@`."""

LOAD_HINT = re.compile(r"%|percent|same|bw|body|rpe|rir|reserve|tank|kg|kilo|lb|pound|#|pood|empty")
_STARTS = re.compile(
    rf"(?:(?<=[ (])|^)(?:(?:{_RAMP}) |(?:{_BELOW}) |(?:{_ABOVE}) |at |about |around |roughly "
    r"|approx(?:imately|\.)? )*(?P<figure>[0-9.]|same|the same"
    r"|use the same|at the same|with|w/|rpe|rir|the empty|an empty|empty|body|bw|your bw|@)"
)


def read_load(text: str, at: int = 0) -> ReadLoad | None:
    """The load that starts at `at`, behind an `@`; None when none of the forms fits."""
    for pattern, build in _MARKED:
        found = pattern.match(text, at)
        if found:
            return build(found)
    return None


def read_weight(text: str) -> ReadLoad | None:
    """The weight or bare percent that `text` starts with."""
    found = _ABSOLUTE.match(text)
    if found:
        return _absolute(found)
    percent = _PERCENT.match(text)
    return ReadLoad(Load("percent", pct=_percent_range(percent)), 0, percent.end()) if percent else None


def read_further(load: Load, text: str) -> ReadLoad | None:
    """A load with the clause behind it: `building to 80%` raises a percent; a second load makes it unreadable."""
    rising = _RISING_TO.fullmatch(text)
    if rising and load.pct:
        pct = Range(load.pct.min, _percent_range(rising).max)
        return ReadLoad(Load("percent", pct=pct, ref=load.ref, ramp=True), 0, 0)
    if text[:1] in "+0123456789" and read_load(text.lstrip("+ ")):
        return ReadLoad(None, 0, 0, words=text)
    return None


def find_load(text: str) -> ReadLoad | None:
    """The first clause about load in running text, with no `@` to mark it."""
    if not LOAD_HINT.search(text):
        return None
    for place in _STARTS.finditer(text):
        if text[: place.start()].endswith("x "):  # a quantity
            continue
        for at in dict.fromkeys((place.start(), place.start("figure"))):
            for pattern, build in _ANYWHERE:
                found = pattern.match(text, at)
                if found:
                    return build(found)
    return None


def read_bracketed_load(text: str) -> ReadLoad | None:
    """The load that brackets or a clause behind a comma hold, as a whole: ``(light)``, ``(95/65 lb)``."""
    text = text.strip(" .!")
    said = text.removeprefix("@").strip()
    read = read_load(said) if text else None
    if read is None or not (read.end == len(said) or _WHAT_IT_IS.fullmatch(said, read.end)):
        return None
    return None if read.unit_missing and "/" not in text and not text.startswith("@") else read
