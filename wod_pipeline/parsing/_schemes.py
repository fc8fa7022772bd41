"""§6 Scheme lines: how the movements below, or on the same line, are to be done.

Reads one line each; lines that build to a maximum in `_building`. Opening blocks is `_blocks`' business.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace

from wod_pipeline.parsing._behind import read_behind
from wod_pipeline.parsing._building import SETS, ReadScheme, read_build, sets_range
from wod_pipeline.parsing._counted import read_for_time, read_rep_line, read_rounds, read_sets, seconds_of_cap
from wod_pipeline.parsing._every import read_every
from wod_pipeline.parsing._text import MAX_MATCHED, NUM, Form, exact, number
from wod_pipeline.parsing._times import TIME, time_s
from wod_pipeline.parsing.grammar.loads import load_in
from wod_pipeline.parsing.grammar.measures import read_rest
from wod_pipeline.parsing.grammar.movements import read_movements
from wod_pipeline.program import Rest, Scheme

# ---------------------------------------------------------------------------------------- amrap, tabata
_AS_MANY = (
    r"as[ ]many[ ](?:rounds?|reps?|repetitions|rounds[ ](?:and|&|/)[ ]reps|reps[ ](?:and|&)[ ]rounds)"
    r"(?:[ ]and[ ](?:reps|rounds))?[ ]as[ ]possible"
)
_AMRAP = re.compile(
    rf"""
    (?:complete[ ]|perform[ ])?
    (?:
      (?:in[ ])?(?P<first>{TIME}),?(?:[ ]of|[ ]complete|[ ]perform)?[ ](?:{_AS_MANY}|amrap)
      |(?:{_AS_MANY}(?:[ ]?\(amrap\))?|amrap)(?:[ ]?(?:in|for(?:[ ]a[ ]total[ ]of)?|x|-|:|,|of))*[ ]?\(?
      (?P<then>{TIME}|[0-9]{{1,3}}(?!:?[0-9]))?\)?
    )(?![a-z])
    """,
    re.VERBOSE,
)
_TABATA = re.compile(r"(?:1 set |1 round )?(?:of )?tabata(?![a-z])(?: (?:set|style))?(?: of)?:? ?")
_ON_OFF = re.compile(
    rf"""
    (?:{SETS}[ ](?:(?:rounds?|sets?)[ ](?:of[ ])?|x[ ]))?(?P<time>{TIME})[ ]
    (?P<way>on|off|of[ ]work|work|of[ ]rest|rest)
    (?:[ ,;/]+(?P<time2>{TIME})[ ](?P<way2>off|of[ ]rest|rest))?
    (?:,?[ ](?:x|for)[ ](?P<times>{NUM})(?:[ ](?:rounds?|sets?))?)?
    """,
    re.VERBOSE,
)


def _amrap(form: Form, at: int) -> ReadScheme | None:
    """``"AMRAP" N | "As many rounds as possible in" TIME | TIME "AMRAP"``; a bare number is minutes."""
    found = _AMRAP.match(form.text, at)
    if not found:
        return None
    written = found["first"] or found["then"]
    behind = read_behind(form, found.end())
    if behind is None:
        return None
    return ReadScheme(
        "amrap",
        duration_s=time_s(written) if written else None,
        movements=behind.movements,
        unread=behind.unread,
    )


def _tabata(form: Form, at: int) -> ReadScheme | None:
    """``"Tabata" ["of"] [":"] [NAME]``: eight times twenty seconds on, ten off, unless lines below differ."""
    found = _TABATA.match(form.text, at)
    if not found:
        return None
    behind = read_behind(form, found.end())
    if behind is None:
        return None
    return ReadScheme(
        "tabata",
        sets=exact(8),
        seconds=20,
        rest=Rest(exact(10)),
        movements=behind.movements,
        unread=behind.unread,
    )


def _on_off(form: Form, at: int) -> ReadScheme | None:
    """``[N "rounds of"] TIME ("on" | "off") [TIME "off"] ["x" N "rounds"]``: a detail of a tabata, or rounds."""
    found = _ON_OFF.fullmatch(form.text.rstrip(" .:"), at)
    if not found:
        return None
    on = found["way"] in {"on", "work", "of work"}
    seconds = time_s(found["time"])
    sets = sets_range(found) if found["sets"] else exact(number(found["times"])) if found["times"] else None
    if not on:
        return ReadScheme("tabata", sets=sets, rest=Rest(exact(seconds)), detail="off")
    if not found["time2"]:
        return ReadScheme("tabata", sets=sets, seconds=seconds, detail="on")
    off = Rest(exact(time_s(found["time2"])))
    return ReadScheme("rounds", sets=sets, seconds=seconds, rest=off, detail="on off")


# ------------------------------------------------------------------------------------------ free, details
_WITH_WEIGHT = re.compile(
    r"(?:with |using )(?:an? )?(?P<word>light|moderate|medium|heavy) (?:weights?|bar(?:bell)?|loads?) ?:"
)
_EMPTY_BAR = re.compile(
    rf"""
    (?:
      (?:with[ ]|using[ ])(?:the[ ]|an?[ ])?empty[ ]bar(?:bell)?(?![ ]?[a-wyz])
      (?:(?:[ ]x[ ]|,[ ]?|:[ ]?){SETS}[ ](?P<what>sets?|rounds?|reps?)(?:[ ](?:of[ ])?each)?)?
      |empty[ ]bar(?:bell)?[ ]?(?=:)
    )(?=[:,. -]|\Z)
    """,
    re.VERBOSE,
)
_CAP = re.compile(
    rf"""
    \(?
    (?:
      (?:time[ ])?cap[ ]?[:=-]?[ ]?(?:of[ ])?(?P<after>{TIME}|[0-9]{{1,3}})
      |(?P<before>{TIME})[ -](?:time[ ])?cap
    )\)?[ .]*
    """,
    re.VERBOSE,
)


def _empty_bar(form: Form, at: int) -> ReadScheme | None:
    """``"With empty bar" [":"]``."""
    weighted = _WITH_WEIGHT.match(form.text, at)
    found = weighted or _EMPTY_BAR.match(form.text, at)
    if not found:
        return None
    behind = read_behind(form, found.end())
    if behind is None:
        return None
    if weighted:
        return ReadScheme(
            "free", load=load_in(weighted["word"]), movements=behind.movements, unread=behind.unread
        )
    return _counted(
        ReadScheme("free", empty_bar=True, movements=behind.movements, unread=behind.unread), found
    )


def _counted(scheme: ReadScheme, found: re.Match[str]) -> ReadScheme:
    """The sets, rounds or repetitions named behind the empty bar."""
    if not found["what"]:
        return scheme
    if found["what"].startswith("rep"):
        return replace(scheme, reps=sets_range(found))
    named: Scheme = "sets" if found["what"].startswith("set") else "rounds"
    return replace(scheme, scheme=named, sets=sets_range(found))


_FOR_MINUTES = re.compile(rf"(?:for )?(?P<time>{TIME})(?: of)?(?= ?:|, at [^:]{{2,30}}:\Z)")


def _minutes(form: Form, at: int) -> ReadScheme | None:
    """``["For"] TIME ["of"] [", at" WORDS] ":"``: how long, and nothing of how."""
    found = _FOR_MINUTES.match(form.text, at)
    behind = read_behind(form, found.end()) if found else None
    if not found or behind is None or (behind.movements and not _says_for(found[0])):
        return None
    return ReadScheme(
        "free", duration_s=time_s(found["time"]), movements=behind.movements, unread=behind.unread
    )


def _says_for(said: str) -> bool:
    """`1 min: 8 Dips` says in which minute, `10 minutes of: Run` for how long."""
    return said.startswith("for ") or said.endswith(" of")


def _cap(form: Form, at: int) -> ReadScheme | None:
    """``"Time Cap" [":"] TIME``."""
    found = _CAP.match(form.text, at)
    behind = read_behind(form, found.end()) if found else None
    if not found or behind is None or behind.movements:
        return None
    return ReadScheme("free", cap_s=seconds_of_cap(found), detail="cap", unread=behind.unread)


_FORMS: tuple[tuple[re.Pattern[str], Callable[[Form, int], ReadScheme | None]], ...] = tuple(
    (re.compile(hint), read)
    for hint, read in (
        (r"cap\b", _cap),
        (r"tabata", _tabata),
        (r" on\b| off\b| work\b| rest\b", _on_off),
        (r"amrap|as many", _amrap),
        (r"every |on the |mom|motm|otm|e[0-9]+[ms]", read_every),
        (r"rm\b|max|heav|challenging|tough|hard", read_build),
        (r"[0-9] ?- ?[0-9]", read_rep_line),
        (r"for time", read_for_time),
        (r"round|rft", read_rounds),
        (r"set|[0-9] ?x ?[0-9]", read_sets),
        (r"empty bar|with |using ", _empty_bar),
        (r"(?:min|sec|[0-9]:|['\"])[^:]*:", _minutes),
    )
)
"""Each form with what a line must contain to be worth matching, in the order they are tried."""


_RESTING = re.compile(
    r"""
    [ ,;(-]+(?:with[ ])?(?P<rest>rest(?:ing)?\b[^,;()]{2,40}?[ ]between[ ][^,;:()]{3,24}?)\)?,?
    (?P<end>(?:[ ]of)?[ :.]*)\Z
    """,
    re.VERBOSE,
)
_WITH_EMPTY_BAR = re.compile(
    r"(?<=\S),? \(?with (?:the |an? )?empty bar(?:bell)?\)?(?P<end>(?: of)?[ :.]*)\Z"
)


def read_scheme(form: Form, at: int = 0) -> ReadScheme | None:
    """The scheme a line states from `at` on, or None; behind it a rest between its sets, or the empty bar."""
    if len(form.text) > MAX_MATCHED:
        return None
    resting = _RESTING.search(form.text, at) if "rest" in form.text else None
    rest = read_rest(resting["rest"]) if resting and resting.start() > at else None
    if resting and rest and rest.between:
        found = _read_form(_cut(form, resting), at)
        return replace(found, rest=found.rest or rest.rest) if found else None
    empty = _WITH_EMPTY_BAR.search(form.text, at) if "empty bar" in form.text else None
    found = _read_form(_cut(form, empty), at) if empty and empty.start() > at else None
    return replace(found, empty_bar=True) if found else _read_form(form, at)


_CAPTION = re.compile(
    r"""
    (?P<name>[a-z][a-z'+&() /-]{2,60}?)(?:[ ]-[ ]|:[ ])
    (?=every[ ]|e[0-9:]*mom|on[ ]the[ ]|[0-9]{1,2}[ ](?:sets|rounds)|for[ ]time|amrap)
    """,
    re.VERBOSE,
)


def read_captioned(form: Form, at: int, *, titled: bool) -> tuple[ReadScheme | None, str]:
    """``NAME ("-" | ":") scheme``, and the words of the name; with `titled` it need not be a movement's."""
    apart = " - " in form.text or ": " in form.text
    found = _CAPTION.match(form.text, at) if apart and len(form.text) <= MAX_MATCHED else None
    scheme = read_scheme(form, found.end()) if found else None
    if not found or not scheme or scheme.movements:
        return None, ""
    movements = read_movements(replace(form, text=form.text[: found.end("name")]), at)
    if movements is None and not titled:
        return None, ""
    return replace(scheme, movements=movements, detail="caption"), form.words(*found.span("name"))


def _cut(form: Form, aside: re.Match[str]) -> Form:
    """The form without an aside, which only its end follows."""
    return replace(form, text=form.text[: aside.start()] + aside["end"])


_ASKING = re.compile(
    r"""
    (?:please[ ])?(?:perform|complete|do)
    (?:[ ](?:all[ ]of|the[ ]following|this|these)(?:[ ](?:complex|movements|exercises))?)*,?[ ]
    (?=every[ ]|e[0-9:]*mom|on[ ]the[ ]|for[ ])
    """,
    re.VERBOSE,
)
"""Words in front of a scheme that say nothing of it: `Perform the following every 2 minutes …`."""

_SHARED = re.compile(
    r"""
    (?:
      (?:working[ ])?(?:in|as|with)[ ](?:an?[ ])?(?:team|pair|partner|group)s?(?:[ ]of[ ][0-9-]{1,5})?
      |partner[ ]workout
      |(?:super|giant)[ -]?set
      |chipper
    )[ ]?[,:-][ ]?(?=\S)
    """,
    re.VERBOSE,
)
"""Words in front of a scheme that say who does it, or that its movements take turns: `In teams of 2, for time:`."""


def _read_form(form: Form, at: int) -> ReadScheme | None:
    asking = _ASKING.match(form.text, at)
    shared = None if asking else _SHARED.match(form.text, at)
    if shared:
        found = _read_form(form, shared.end())
        told = (shared.span(),) if any(c.isdigit() for c in shared[0]) else ()
        return replace(found, unread=(*told, *found.unread)) if found else None
    at = asking.end() if asking else at
    for hint, read in _FORMS:
        if hint.search(form.text, at):
            found = read(form, at)
            if found:
                return found
    return None
