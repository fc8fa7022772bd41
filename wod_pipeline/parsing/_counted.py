"""§6 Schemes by a count: sets, rounds, for time, and repetitions set by set."""

from __future__ import annotations

import re

from msgspec.structs import replace

from wod_pipeline.parsing._behind import QUALIFIER, Behind, read_behind
from wod_pipeline.parsing._building import SETS, Detail, ReadScheme, sets_range
from wod_pipeline.parsing._text import NUM, Form, exact, number
from wod_pipeline.parsing._times import TIME, time_s
from wod_pipeline.parsing.grammar.loads import load_before, load_in
from wod_pipeline.parsing.grammar.movements import read_movements
from wod_pipeline.parsing.grammar.readings import MovementLine, Spans
from wod_pipeline.program import Range, Scheme

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
CAP_INSIDE = re.compile(
    rf"""
    ,?[ ]?[(,]?[ ]?(?:with[ ](?:a|an)[ ])?
    (?:
      (?:time[ ])?cap[:=]?[ ]?(?:of[ ])?(?P<after>{TIME}|[0-9]{{1,3}})
      |(?P<before>{TIME})[ -](?:time[ ])?cap
    )\)?
    """,
    re.VERBOSE,
)


def read_sets(form: Form, at: int) -> ReadScheme | None:
    """``N "sets" ["for time"] ["of" (R | "max") "reps"] ["@" LOAD] ["of"] [":"] | N "x" R ["@" LOAD]``."""
    found = next((found for by in (_SETS_OF, _SUPERSET, _K_BY_R) if (found := by.match(form.text, at))), None)
    if not found:
        return None
    load = _LOAD_BEHIND.fullmatch(form.text, found.end())
    behind = Behind() if load else read_behind(form, found.end())
    if behind is None:
        return None
    low, _, high = (found["reps"] or "").partition("-")
    reps = Range(number(low), number(high or low)) if low else None
    read = load_before(load["load"]) if load else None
    if load and read is None:
        return None
    rest = _behind_load(form, load, read[1]) if load and read else ()
    if any(character.isdigit() for start, end in rest for character in form.text[start:end]):
        return None
    unread = (*behind.unread, *rest)
    scheme: Scheme = "for_time" if found["time"] else "sets"
    detail: Detail | None = "above" if found.re is _K_BY_R else None
    return ReadScheme(
        scheme,
        sets=sets_range(found),
        reps=reps,
        max_reps=bool(found["most"]),
        load=read[0] if read else None,
        detail=detail,
        movements=behind.movements,
        unread=unread,
    )


_WORDS = re.compile(r"[a-z0-9].*[a-z0-9%+)]|[a-z0-9]")


def _behind_load(form: Form, load: re.Match[str], end: int) -> Spans:
    """The words behind the load of a scheme, which no rule used."""
    found = _WORDS.search(form.text, load.start("load") + end, load.end("load"))
    return (found.span(),) if found else ()


def read_rounds(form: Form, at: int) -> ReadScheme | None:
    """``N "rounds" ["for time"] ["of"] [":"]``."""
    found = _RFT.match(form.text, at) or _ROUNDS.match(form.text, at)
    if not found:
        return None
    timed = found.re is _RFT or bool(found["time"])
    cap = CAP_INSIDE.match(form.text, found.end())
    behind = read_behind(form, cap.end() if cap else found.end())
    if behind is None:
        return None
    detail: Detail | None = None if timed or behind.movements or form.text.endswith(":") else "rounds"
    scheme: Scheme = "for_time" if timed else "rounds"
    return ReadScheme(
        scheme,
        sets=sets_range(found),
        cap_s=seconds_of_cap(cap),
        detail=detail,
        movements=behind.movements,
        unread=behind.unread,
    )


def read_for_time(form: Form, at: int) -> ReadScheme | None:
    """``"For time" [":"]`` with repetitions behind, or none."""
    found = _FOR_TIME.match(form.text, at)
    if not found:
        return _done_for_time(form, at)
    cap = CAP_INSIDE.match(form.text, found.end())
    end = cap.end() if cap else found.end()
    listed = _REP_LINE.match(form.text, QUALIFIER.match(form.text, end).end())  # type: ignore[union-attr]
    reps = _rep_list(listed) if listed else ()
    behind = read_behind(form, listed.end() if listed else end)
    if behind is None:
        return None
    movements = _apart(form, behind.movements) if reps and behind.movements else behind.movements
    return _with_reps(
        ReadScheme("for_time", cap_s=seconds_of_cap(cap), movements=movements, unread=behind.unread), reps
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


def read_rep_line(form: Form, at: int) -> ReadScheme | None:
    """``15-12-9 ["reps"] [", for time of"] ["@" LOAD] [":"]``; alone on the line at least three numbers."""
    found = _REP_LINE.match(form.text, at)
    reps = _rep_list(found) if found else ()
    if not found or len(reps) < 2 or (len(reps) < 3 and "for time" not in found[0]):
        return None
    cap = CAP_INSIDE.match(form.text, found.end())
    loaded = _LOAD_BEHIND.fullmatch(form.text, found.end())
    load = load_in(loaded["load"]) if loaded else None
    behind = Behind() if load else read_behind(form, cap.end() if cap else found.end())
    if behind is None:
        return None
    movements = _apart(form, behind.movements) if behind.movements else None
    timed = "for time" in found[0]
    even = len(set(reps)) == 1 and not timed
    alone = not timed and movements is None and not form.text.endswith(":")
    detail: Detail | None = "reps" if alone else None
    stated = ReadScheme(
        "sets" if even else "for_time",
        cap_s=seconds_of_cap(cap),
        load=load,
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


def seconds_of_cap(found: re.Match[str] | None) -> int | None:
    return time_s(found["after"] or found["before"]) if found else None
