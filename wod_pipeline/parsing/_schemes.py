"""§6 Scheme lines: how the movements below, or on the same line, are to be done.

Reads one line each; lines that build to a maximum in `_building`. Opening blocks is `_blocks`' business.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace

from wod_pipeline.parsing._building import SETS, Detail, ReadScheme, read_build, sets_range
from wod_pipeline.parsing._connectors import read_connector
from wod_pipeline.parsing._text import MAX_MATCHED, NUM, Form, ReadValue, exact, number
from wod_pipeline.parsing._times import TIME, clock_s, time_s
from wod_pipeline.parsing.grammar.loads import load_in
from wod_pipeline.parsing.grammar.measures import read_rest
from wod_pipeline.parsing.grammar.movements import read_movements
from wod_pipeline.parsing.grammar.readings import MovementLine, Spans
from wod_pipeline.program import Range, Rest, Scheme

_QUALIFIER = re.compile(
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


def _read_behind(form: Form, at: int) -> Behind | None:
    """The rest of a scheme line; None when it is a sentence, so that the line is no scheme."""
    at, asides = _behind_qualifiers(form, at)
    if at >= len(form.text):
        return Behind(unread=asides)
    movements = read_movements(form, at) or read_movements(form, at, lenient=True)
    aside = None if movements else _aside(form, at)
    if not movements and not aside:
        return None
    return Behind(movements, (*asides, *(aside.unread if aside else ())))


_BRACKET = re.compile(r"[ ,]*\((?P<said>[^()]*)\)(?P<end>[ :.\u2026,;-]*)")
_SAID_ELSEWHERE = re.compile(
    r"[0-9]{1,2} (?:sets?|rounds?|times) (?:of )?each|emom|amrap|[0-9:]* ?(?:min\w*|cap|time cap).*"
)


def _behind_qualifiers(form: Form, at: int) -> tuple[int, Spans]:
    """Where the words that say nothing more end, and the brackets among them that no rule used."""
    asides: list[tuple[int, int]] = []
    while True:
        words = _QUALIFIER.match(form.text, at)
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
    if not apart or len(words) > _MOST_UNREAD or read_connector(form, at):
        return None
    return Behind(unread=((at, len(text)),))


# ----------------------------------------------------------------------------------------------- every
_EVERY = re.compile(
    rf"""
    (?:(?P<first>[0-9]{{1,2}})[ ](?:sets?|rounds?),?[ ])?(?:for[ ](?P<ahead>{TIME}),?[ ])?
    (?:alternating[ ])?
    (?:
      every[ ]
      (?:(?P<every>{TIME})|(?P<whole>[0-9]{{1,2}})[ ]1/2[ ]min(?:ute)?s?|(?P<minute>minute|min))
      |on[ ]the[ ](?:(?P<on>{TIME})|(?P<on_minute>minute))
      |(?:(?P<long>{TIME})[ ])?
      (?:
        e(?P<n>[0-9]{{1,2}}(?:\.5|:[0-5][0-9])?)?mo(?:[0-9]{{1,2}})?t?m
        |otm(?=[ ]x|[ ]for)
        |e(?P<m>[0-9]{{1,2}})m(?=[ ]x|[ ]for)
        |e(?P<s>[0-9]{{2,3}})s(?:o[0-9]{{0,3}}[sm]?)?(?=[ ]x|[ ]for)
      )
    )(?![a-z])(?:,?[ ]?(?:on[ ]the[ ](?:{TIME}|minute|min)|every[ ]minute|\(?emom\)?)(?![a-z]))*
    """,
    re.VERBOSE,
)
_EVERY_SETS = re.compile(
    rf"""
    [,;]?[ ]?[(\[x-]?[ ]?(?:for[ ](?:a[ ]total[ ]of[ ])?|complete[ ]|perform[ ])?{SETS}[ ]?
    (?:total[ ])?(?:sets?|rounds?)(?![ ](?:of[ ])?each)(?:[ ]total)?(?![a-z])[)\]]?
    """,
    re.VERBOSE,
)
_EVERY_LONG = re.compile(
    rf",? ?\(?(?:(?:- )?for(?: a total of)?|x|in|over|-|:)? ?(?P<time>{TIME})(?![a-z])\)?"
)
_EVERY_BARE = re.compile(
    r"""
    ,?[ ]?(?:(?:for|x)[ ]?(?P<marked>(?=[0-9]{1,3}[ ][a-z])))?(?:(?:for|x)[ ]?)?(?P<bare>[0-9]{1,3})
    (?=[ ]?(?:\Z|[:(,.]|-[ ])|[ ]of[ ]|(?(marked)[ ][a-z]))
    """,
    re.VERBOSE,
)


def _every(form: Form, at: int) -> ReadScheme | None:
    """``("Every" TIME | "On the" TIME | "E" [N] "MOM") ["for" TIME] ["(" N "sets)"]``; the third of three follows.

    What each exercise is done of the sets (`4 sets each`) is not how many there are.
    """
    head = _EVERY.match(form.text, at)
    if head is None:
        return None
    interval = _interval(head)
    written = head["long"] or head["ahead"]
    duration = time_s(written) if written else None
    sets = exact(int(head["first"])) if head["first"] else None
    at, moved = head.end(), True
    while moved:
        moved = False
        if sets is None and (found := _EVERY_SETS.match(form.text, at)):
            sets, at, moved = sets_range(found), found.end(), True
        elif duration is None and (found := _EVERY_LONG.match(form.text, at)):
            duration, at, moved = time_s(found["time"]), found.end(), True
        elif duration is None and sets is None and (found := _EVERY_BARE.match(form.text, at)):
            sets, duration = _bare(int(found["bare"]), interval, minutes=_by_minutes(head))
            at, moved = found.end(), True
    at, asides = _behind_qualifiers(form, at)
    build = None if read_movements(form, at) else read_build(form, at)
    behind = Behind(build.movements) if build else _read_behind(form, at)
    if behind is None:
        return None
    behind = replace(behind, unread=(*asides, *behind.unread))
    duration, sets = _completed(interval, duration, sets)
    each = _OF_EACH.search(form.text, head.end())
    scheme = ReadScheme(
        "every",
        interval,
        duration,
        sets,
        of_each=int(each["n"]) if each else None,
        movements=behind.movements,
        unread=behind.unread,
    )
    return replace(scheme, rm_target=build.rm_target) if build else scheme


_OF_EACH = re.compile(r"(?P<n>[0-9]{1,2}) (?:sets?|rounds?|times) (?:of )?each(?![a-z])")
"""How often each of the movements that take turns is done."""


def _interval(head: re.Match[str]) -> int:
    written = head["every"] or head["on"]
    if written:
        return time_s(written)
    if head["s"]:
        return int(head["s"])
    count = head["n"] or head["m"] or "1"
    return (
        clock_s(count)
        if ":" in count
        else round(60 * float(f"{head['whole']}.5" if head["whole"] else count))
    )


def _by_minutes(head: re.Match[str]) -> bool:
    """Whether the interval is a minute or written in whole ones: `EMOM`, `E2MOM`."""
    return not any(head[name] for name in ("every", "on", "whole", "m", "s")) and ":" not in (head["n"] or "")


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
_TIMED = r"(?P<time>,?(?:[ ]each)?[ ]for[ ]times?(?![a-z]),?)?"
_SETS_OF = re.compile(
    rf"""
    (?:(?:complete|perform|for[ ]a[ ]total[ ]of|for|do)[ ])?{SETS}[ ]
    (?:working[ ]|total[ ]|(?:super|giant)[ -]?)?sets?(?![a-z']){_TIMED}
    (?:
      [ ](?:of|x)[ ]
      (?:
        (?P<reps>{NUM}(?:-{NUM})?)
        (?:[ ]?reps?(?:[ ]of)?(?:[ ]each)?(?![a-z])|[ ]each|(?=[ ]?(?:\Z|[:.@]|[ ]at[ ][0-9])))
        |(?P<most>max(?:imum)?[ ]reps?(?![a-z]))
      )
    )?
    """,
    re.VERBOSE,
)
_SUPERSET = re.compile(
    rf"""
    (?:super|giant)[ -]?sets?(?:[ ]x[ ]|:?[ ]){SETS}(?:[ ](?:sets?|rounds?))?(?P<time>)(?P<reps>)
    (?P<most>)(?=[ :.]*\Z)
    """,
    re.VERBOSE,
)
_K_BY_R = re.compile(
    rf"{SETS} ?x ?(?P<reps>{NUM}(?:-{NUM})?)(?: ?reps?)?(?P<time>)(?P<most>)(?= ?(?:@|:|\Z| at [0-9]))"
)
_LOAD_BEHIND = re.compile(r"(?: ?@ ?| at (?=[0-9]))(?P<load>[^,;]*?)(?:[,;][^0-9]*)?[ :.]*")
_ROUNDS = re.compile(
    rf"(?:(?:complete|perform|for a total of|do|for) )?{SETS} (?:rounds?|rft)(?![a-z']){_TIMED}"
)
_RFT = re.compile(rf"{SETS} ?rft(?![a-z])")
_FOR_TIME = re.compile(r"(?:complete |perform )?for time(?![a-z])")
_REPS_LIST = r"(?P<reps>[0-9]{1,3}(?:[ ]?-[ ]?[0-9]{1,3}){1,14})"
_REP_LINE = re.compile(
    rf"{_REPS_LIST}(?: ?reps?)?(?:,? (?:of|for time(?: of)?|reps? for time(?: of)?))*(?![a-z0-9%-])"
)
_CAP_INSIDE = re.compile(
    rf"""
    ,?[ ]?[(,]?[ ]?(?:with[ ](?:a|an)[ ])?
    (?:
      (?:time[ ])?cap[:=]?[ ]?(?:of[ ])?(?P<after>{TIME}|[0-9]{{1,3}})
      |(?P<before>{TIME})[ -](?:time[ ])?cap
    )\)?
    """,
    re.VERBOSE,
)


def _sets(form: Form, at: int) -> ReadScheme | None:
    """``N "sets" ["for time"] ["of" (R | "max") "reps"] ["@" LOAD] ["of"] [":"] | N "x" R ["@" LOAD]``."""
    found = next((found for by in (_SETS_OF, _SUPERSET, _K_BY_R) if (found := by.match(form.text, at))), None)
    if not found:
        return None
    load = _LOAD_BEHIND.fullmatch(form.text, found.end())
    behind = Behind() if load else _read_behind(form, found.end())
    if behind is None:
        return None
    low, _, high = (found["reps"] or "").partition("-")
    reps = Range(number(low), number(high or low)) if low else None
    read = load_in(load["load"]) if load else None
    if load and read is None:
        return None
    scheme: Scheme = "for_time" if found["time"] else "sets"
    detail: Detail | None = "above" if found.re is _K_BY_R else None
    return ReadScheme(
        scheme,
        sets=sets_range(found),
        reps=reps,
        max_reps=bool(found["most"]),
        load=read,
        detail=detail,
        movements=behind.movements,
        unread=behind.unread,
    )


def _rounds(form: Form, at: int) -> ReadScheme | None:
    """``N "rounds" ["for time"] ["of"] [":"]``."""
    found = _RFT.match(form.text, at) or _ROUNDS.match(form.text, at)
    if not found:
        return None
    timed = found.re is _RFT or bool(found["time"])
    cap = _CAP_INSIDE.match(form.text, found.end())
    behind = _read_behind(form, cap.end() if cap else found.end())
    if behind is None:
        return None
    detail: Detail | None = None if timed or behind.movements or form.text.endswith(":") else "rounds"
    scheme: Scheme = "for_time" if timed else "rounds"
    return ReadScheme(
        scheme,
        sets=sets_range(found),
        cap_s=_cap_s(cap),
        detail=detail,
        movements=behind.movements,
        unread=behind.unread,
    )


def _for_time(form: Form, at: int) -> ReadScheme | None:
    """``"For time" [":"]`` with repetitions behind, or none."""
    found = _FOR_TIME.match(form.text, at)
    if not found:
        return _done_for_time(form, at)
    cap = _CAP_INSIDE.match(form.text, found.end())
    end = cap.end() if cap else found.end()
    listed = _REP_LINE.match(form.text, _QUALIFIER.match(form.text, end).end())  # type: ignore[union-attr]
    reps = _rep_list(listed) if listed else ()
    behind = _read_behind(form, listed.end() if listed else end)
    if behind is None:
        return None
    movements = _apart(form, behind.movements) if reps and behind.movements else behind.movements
    return _with_reps(
        ReadScheme("for_time", cap_s=_cap_s(cap), movements=movements, unread=behind.unread), reps
    )


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
    behind = _read_behind(form, cap.end() if cap else found.end())
    if behind is None:
        return None
    movements = _apart(form, behind.movements) if behind.movements else None
    timed = "for time" in found[0]
    even = len(set(reps)) == 1 and not timed
    alone = not timed and movements is None and not form.text.endswith(":")
    detail: Detail | None = "reps" if alone else None
    stated = ReadScheme(
        "sets" if even else "for_time",
        cap_s=_cap_s(cap),
        movements=movements,
        unread=behind.unread,
        detail=detail,
    )
    return _with_reps(stated, reps)


def _apart(form: Form, line: MovementLine) -> MovementLine:
    """Movements joined by `and` behind repetitions set by set are done one after the other: they are no complex."""
    elements = []
    for element in line.elements:
        term, *others = element.terms
        parts = () if others or term.counted else term.parts[1:]
        behind_first = bool(parts) and "(" in form.text[term.parts[0].start : parts[0].start]
        last = 0 if behind_first else len(parts)  # whose load it is
        for k, part in enumerate((term.parts[0], *parts)):
            single = replace(term, parts=(part,), load=term.load if k == last else None)
            elements.append(replace(element, terms=(single if parts else term, *others)))
    return replace(line, elements=tuple(elements))


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
    r"as[ ]many[ ](?:rounds?|reps?|repetitions|rounds[ ](?:and|&|/)[ ]reps|reps[ ](?:and|&)[ ]rounds)(?:[ ]and[ ](?:reps|rounds))?"
    r"[ ]as[ ]possible"
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
    (?:{SETS}[ ](?:rounds?|sets?)[ ](?:of[ ])?)?(?P<time>{TIME})[ ]
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
    behind = _read_behind(form, found.end())
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
    behind = _read_behind(form, found.end())
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
    behind = _read_behind(form, found.end())
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


_FOR_MINUTES = re.compile(rf"(?:for )?(?P<time>{TIME})(?: of)?(?= ?:)")


def _minutes(form: Form, at: int) -> ReadScheme | None:
    """``["For"] TIME ["of"] ":"``: how long, and nothing of how."""
    found = _FOR_MINUTES.match(form.text, at)
    behind = _read_behind(form, found.end()) if found else None
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
    behind = _read_behind(form, found.end()) if found else None
    if not found or behind is None or behind.movements:
        return None
    return ReadScheme("free", cap_s=_cap_s(found), detail="cap", unread=behind.unread)


def _cap_s(found: re.Match[str] | None) -> int | None:
    return time_s(found["after"] or found["before"]) if found else None


_FORMS: tuple[tuple[re.Pattern[str], Callable[[Form, int], ReadScheme | None]], ...] = tuple(
    (re.compile(hint), read)
    for hint, read in (
        (r"cap\b", _cap),
        (r"tabata", _tabata),
        (r" on\b| off\b| work\b| rest\b", _on_off),
        (r"amrap|as many", _amrap),
        (r"every |on the |mom|motm|otm|e[0-9]+[ms]", _every),
        (r"rm\b|max|heav|challenging|tough|hard", read_build),
        (r"[0-9] ?- ?[0-9]", _rep_line),
        (r"for time", _for_time),
        (r"round|rft", _rounds),
        (r"set|[0-9] ?x ?[0-9]", _sets),
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


def _read_form(form: Form, at: int) -> ReadScheme | None:
    asking = _ASKING.match(form.text, at)
    at = asking.end() if asking else at
    for hint, read in _FORMS:
        if hint.search(form.text, at):
            found = read(form, at)
            if found:
                return found
    return None
