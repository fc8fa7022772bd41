"""§6 Scheme lines: how the movements below, or on the same line, are to be done.

Reads one line each; lines that build to a maximum in `_building`. Opening blocks is `_blocks`' business.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace

from wod_pipeline.parsing._building import SETS, Detail, ReadScheme, read_build, sets_range
from wod_pipeline.parsing._lists import MovementLine, read_movements
from wod_pipeline.parsing._loads import read_load
from wod_pipeline.parsing._quantities import TIME, time_s
from wod_pipeline.parsing._text import MAX_MATCHED, NUM, Form, exact, number
from wod_pipeline.program import Range, Rest, Scheme

_QUALIFIER = re.compile(
    r"(?:(?: ?[,-])? ?(?:of|the following(?: complex| exercises| movements)?|as follows|for quality|not for time|nft"
    r"|alternating(?: between)?|complete|perform|with (?:a )?partner|at (?:an? )?[a-z]+ (?:pace|effort)|for loads?"
    r"|for max reps|unbroken|total|each)(?![a-z'])| ?\([^()]*\))*(?P<end>[ :.\u2026,;-]*)"
)


def _read_behind(form: Form, at: int) -> tuple[bool, MovementLine | None]:
    """Whether the rest of a scheme line is understood, and the movements it holds."""
    found = _QUALIFIER.match(form.text, at)
    at = found.end() if found else at
    if at >= len(form.text):
        return True, None
    movements = read_movements(form, at) or read_movements(form, at, lenient=True)
    return movements is not None, movements


# ----------------------------------------------------------------------------------------------- every
_EVERY = re.compile(
    rf"(?:(?P<first>[0-9]{{1,2}}) (?:sets?|rounds?),? )?(?:alternating )?(?:every (?:(?P<every>{TIME})|"
    rf"(?P<minute>minute|min))|on the (?:(?P<on>{TIME})|(?P<on_minute>minute))"
    rf"|(?:(?P<long>{TIME}) )?e(?P<n>[0-9]{{1,2}}(?:\.5)?)?mo(?:t)?m)(?![a-z])(?:,? ?(?:on the (?:minute|min)"
    r"|every minute|\(?emom\)?)(?![a-z]))?"
)
_EVERY_SETS = re.compile(
    rf",? ?[(x-]? ?(?:for |complete |perform )?{SETS} ?(?:total )?(?:sets?|rounds?)(?! of each)(?: total)?"
    r"(?![a-z])\)?"
)
_EVERY_LONG = re.compile(rf",? ?\(?(?:for|x|in|over|-|:)? ?(?P<time>{TIME})(?![a-z])\)?")
_EVERY_BARE = re.compile(r",? ?(?:(?:for|x) ?)?(?P<bare>[0-9]{1,3})(?= ?(?:\Z|[:(,.]| of ))")


def _every(form: Form, at: int) -> ReadScheme | None:
    """``("Every" TIME | "On the" TIME | "E" [N] "MOM") ["for" TIME] ["(" N "sets)"]``; the third of three follows."""
    head = _EVERY.match(form.text, at)
    if head is None:
        return None
    interval = _interval(head)
    duration = time_s(head["long"]) if head["long"] else None
    sets = exact(int(head["first"])) if head["first"] else None
    at, moved = head.end(), True
    while moved:
        moved = False
        if sets is None and (found := _EVERY_SETS.match(form.text, at)):
            sets, at, moved = sets_range(found), found.end(), True
        elif duration is None and (found := _EVERY_LONG.match(form.text, at)):
            duration, at, moved = time_s(found["time"]), found.end(), True
        elif duration is None and sets is None and (found := _EVERY_BARE.match(form.text, at)):
            sets, duration = _bare(
                int(found["bare"]), interval, minutes=head["every"] is None and head["on"] is None
            )
            at, moved = found.end(), True
    understood, movements = _read_behind(form, at)
    if not understood:
        return None
    duration, sets = _completed(interval, duration, sets)
    return ReadScheme("every", interval, duration, sets, movements=movements)


def _interval(head: re.Match[str]) -> int:
    written = head["every"] or head["on"]
    return time_s(written) if written else round(60 * float(head["n"] or 1))


def _bare(count: int, interval: int, *, minutes: bool) -> tuple[Range | None, int | None]:
    """A bare number behind EMOM is minutes when that makes whole sets, and behind `Every 2:00` it is sets."""
    if minutes and interval and count * 60 % interval == 0:
        return None, count * 60
    return exact(count), None


def _completed(interval: int, duration: int | None, sets: Range | None) -> tuple[int | None, Range | None]:
    """§6 One of interval, duration and sets missing is computed."""
    if duration is None and sets is not None and sets.min == sets.max and sets.min is not None:
        return round(interval * sets.min), sets
    if sets is None and duration is not None and interval and duration % interval == 0:
        return duration, exact(duration // interval)
    return duration, sets


# ------------------------------------------------------------------------------- sets, rounds, for time
_SETS_OF = re.compile(
    rf"(?:(?:complete|perform|for|do) )?{SETS} (?:working |total |super)?sets?(?![a-z'])"
    rf"(?: (?:of|x) (?P<reps>{NUM}(?:-{NUM})?)(?: ?reps?(?: of)?(?: each)?(?![a-z])| each|(?= ?(?:\Z|[:.]))))?"
)
_LOAD_BEHIND = re.compile(r" ?@ ?(?P<load>.*?)[ :.]*")
_ROUNDS = re.compile(
    rf"(?:(?:complete|perform|for a total of|do|for) )?{SETS} (?:rounds?|rft)(?![a-z'])(?P<time>,? for time)?"
)
_RFT = re.compile(rf"{SETS} ?rft(?![a-z])")
_FOR_TIME = re.compile(r"(?:complete |perform )?for time(?![a-z])")
_REPS_LIST = r"(?P<reps>[0-9]{1,3}(?: ?- ?[0-9]{1,3}){1,14})"
_REP_LINE = re.compile(
    rf"{_REPS_LIST}(?: ?reps?)?(?:,? (?:of|for time(?: of)?|reps? for time(?: of)?))*(?![a-z0-9%-])"
)
_CAP_INSIDE = re.compile(
    rf",? ?[(,]? ?(?:with (?:a|an) )?(?:(?:time )?cap[:=]? ?(?:of )?(?P<after>{TIME}|[0-9]{{1,3}})|"
    rf"(?P<before>{TIME})[ -](?:time )?cap)\)?"
)


def _sets(form: Form, at: int) -> ReadScheme | None:
    """``N "sets" ["of" R "reps"] ["of"] [":"]``."""
    found = _SETS_OF.match(form.text, at)
    if not found:
        return None
    load = _LOAD_BEHIND.fullmatch(form.text, found.end())
    understood, movements = (True, None) if load else _read_behind(form, found.end())
    if not understood:
        return None
    low, _, high = (found["reps"] or "").partition("-")
    reps = Range(number(low), number(high or low)) if low else None
    read = read_load(load["load"]) if load else None
    if load and read is None:
        return None
    return ReadScheme("sets", sets=sets_range(found), reps=reps, load=read, movements=movements)


def _rounds(form: Form, at: int) -> ReadScheme | None:
    """``N "rounds" ["for time"] ["of"] [":"]``."""
    found = _RFT.match(form.text, at) or _ROUNDS.match(form.text, at)
    if not found:
        return None
    timed = found.re is _RFT or bool(found["time"])
    cap = _CAP_INSIDE.match(form.text, found.end())
    understood, movements = _read_behind(form, cap.end() if cap else found.end())
    if not understood:
        return None
    detail: Detail | None = None if timed or movements or form.text.endswith(":") else "rounds"
    scheme: Scheme = "for_time" if timed else "rounds"
    return ReadScheme(scheme, sets=sets_range(found), cap_s=_cap_s(cap), detail=detail, movements=movements)


def _for_time(form: Form, at: int) -> ReadScheme | None:
    """``"For time" [":"]`` with repetitions behind, or none."""
    found = _FOR_TIME.match(form.text, at)
    if not found:
        return _done_for_time(form, at)
    cap = _CAP_INSIDE.match(form.text, found.end())
    end = cap.end() if cap else found.end()
    listed = _REP_LINE.match(form.text, _QUALIFIER.match(form.text, end).end())  # type: ignore[union-attr]
    reps = _rep_list(listed) if listed else ()
    understood, movements = _read_behind(form, listed.end() if listed else end)
    if not understood:
        return None
    return _with_reps(ReadScheme("for_time", cap_s=_cap_s(cap), movements=movements), reps)


def _done_for_time(form: Form, at: int) -> ReadScheme | None:
    """``NAME "for time"``: the movements first."""
    found = _FOR_TIME.search(form.text, at)
    if not found:
        return None
    blank = " " * (found.end() - found.start())
    movements = read_movements(
        replace(form, text=form.text[: found.start()] + blank + form.text[found.end() :]), at
    )
    return ReadScheme("for_time", movements=movements) if movements else None


def _rep_line(form: Form, at: int) -> ReadScheme | None:
    """``15-12-9 ["reps"] [", for time of"] [":"]``; alone on the line at least three numbers."""
    found = _REP_LINE.match(form.text, at)
    reps = _rep_list(found) if found else ()
    if not found or len(reps) < 2 or (len(reps) < 3 and "for time" not in found[0]):
        return None
    cap = _CAP_INSIDE.match(form.text, found.end())
    understood, movements = _read_behind(form, cap.end() if cap else found.end())
    if not understood:
        return None
    even = len(set(reps)) == 1 and "for time" not in found[0]
    stated = ReadScheme("sets" if even else "for_time", cap_s=_cap_s(cap), movements=movements, detail="reps")
    return _with_reps(stated, reps)


def _rep_list(found: re.Match[str]) -> tuple[int, ...]:
    return tuple(int(n) for n in found["reps"].split("-"))


def _with_reps(scheme: ReadScheme, reps: tuple[int, ...]) -> ReadScheme:
    if not reps:
        return scheme
    if len(set(reps)) == 1:
        return replace(scheme, sets=exact(len(reps)), reps=exact(reps[0]))
    return replace(scheme, sets=exact(len(reps)), rep_scheme=reps)


# ---------------------------------------------------------------------------------------- amrap, tabata
_AS_MANY = (
    r"as many (?:rounds?|reps?|repetitions|rounds (?:and|&|/) reps|reps (?:and|&) rounds)(?: and (?:reps|rounds))?"
    r" as possible"
)
_AMRAP = re.compile(
    rf"(?:complete |perform )?(?:(?:in )?(?P<first>{TIME}),?(?: of)? (?:{_AS_MANY}|amrap)"
    rf"|(?:{_AS_MANY}(?: ?\(amrap\))?|amrap)(?: ?(?:in|for|x|-|:|,|of))* ?\(?(?P<then>{TIME}|[0-9]{{1,3}}"
    r"(?!:?[0-9]))?\)?)(?![a-z])"
)
_TABATA = re.compile(r"(?:1 set |1 round )?(?:of )?tabata(?![a-z])(?: (?:set|style))?(?: of)?:? ?")
_ON_OFF = re.compile(
    rf"(?P<time>{TIME}) (?P<way>on|off|of work|work|of rest|rest)(?:[ ,;/]+(?P<time2>{TIME}) (?P<way2>off"
    r"|of rest|rest))?"
)


def _amrap(form: Form, at: int) -> ReadScheme | None:
    """``"AMRAP" N | "As many rounds as possible in" TIME | TIME "AMRAP"``; a bare number is minutes."""
    found = _AMRAP.match(form.text, at)
    if not found:
        return None
    written = found["first"] or found["then"]
    understood, movements = _read_behind(form, found.end())
    if not understood:
        return None
    return ReadScheme("amrap", duration_s=time_s(written) if written else None, movements=movements)


def _tabata(form: Form, at: int) -> ReadScheme | None:
    """``"Tabata" ["of"] [":"] [NAME]``: eight times twenty seconds on, ten off, unless lines below differ."""
    found = _TABATA.match(form.text, at)
    if not found:
        return None
    understood, movements = _read_behind(form, found.end())
    if not understood:
        return None
    return ReadScheme("tabata", sets=exact(8), seconds=20, rest=Rest(exact(10)), movements=movements)


def _on_off(form: Form, at: int) -> ReadScheme | None:
    """``TIME ("on" | "off")``: a detail of a tabata."""
    found = _ON_OFF.fullmatch(form.text.rstrip(" .:"), at)
    if not found:
        return None
    on = found["way"] in {"on", "work", "of work"}
    seconds = time_s(found["time"])
    if not on:
        return ReadScheme("tabata", rest=Rest(exact(seconds)), detail="off")
    off = Rest(exact(time_s(found["time2"]))) if found["time2"] else None
    return ReadScheme("tabata", seconds=seconds, rest=off, detail="on")


# ------------------------------------------------------------------------------------------ free, details
_WITH_WEIGHT = re.compile(
    r"(?:with |using )(?:an? )?(?P<word>light|moderate|medium|heavy) (?:weights?|bar(?:bell)?|loads?) ?:"
)
_EMPTY_BAR = re.compile(r"(?:with |using )(?:the |an? )?(?:empty )(?:bar(?:bell)?)(?! ?[a-z])(?=[:,. -]|\Z)")
_CAP = re.compile(
    rf"\(?(?:(?:time )?cap ?[:=-]? ?(?:of )?(?P<after>{TIME}|[0-9]{{1,3}})|(?P<before>{TIME})[ -]"
    r"(?:time )?cap)\)?[ .]*"
)


def _empty_bar(form: Form, at: int) -> ReadScheme | None:
    """``"With empty bar" [":"]``."""
    weighted = _WITH_WEIGHT.match(form.text, at)
    found = weighted or _EMPTY_BAR.match(form.text, at)
    if not found:
        return None
    understood, movements = _read_behind(form, found.end())
    if not understood:
        return None
    load = read_load(weighted["word"]) if weighted else None
    return ReadScheme("free", empty_bar=not weighted, load=load, movements=movements)


def _cap(form: Form, at: int) -> ReadScheme | None:
    """``"Time Cap" [":"] TIME``."""
    found = _CAP.fullmatch(form.text, at)
    return ReadScheme("free", cap_s=_cap_s(found), detail="cap") if found else None


def _cap_s(found: re.Match[str] | None) -> int | None:
    return time_s(found["after"] or found["before"]) if found else None


_FORMS: tuple[tuple[re.Pattern[str], Callable[[Form, int], ReadScheme | None]], ...] = tuple(
    (re.compile(hint), read)
    for hint, read in (
        (r"cap\b", _cap),
        (r"tabata", _tabata),
        (r" on\b| off\b| work\b| rest\b", _on_off),
        (r"amrap|as many", _amrap),
        (r"every |on the |mom|motm", _every),
        (r"rm\b|max|heavy|challenging|tough|hard", read_build),
        (r"[0-9] ?- ?[0-9]", _rep_line),
        (r"for time", _for_time),
        (r"round|rft", _rounds),
        (r"set", _sets),
        (r"empty bar|^(?:with|using) ", _empty_bar),
    )
)
"""Each form with what a line must contain to be worth matching, in the order they are tried."""


def read_scheme(form: Form, at: int = 0) -> ReadScheme | None:
    """The scheme a line states from `at` on, or None."""
    if len(form.text) > MAX_MATCHED:
        return None
    for hint, read in _FORMS:
        if hint.search(form.text, at):
            found = read(form, at)
            if found:
                return found
    return None
