"""§6 build_to_max: lines that say what to build up to; and the value every scheme line is read into."""

from __future__ import annotations

import re
from typing import Literal

from msgspec.structs import replace

from wod_pipeline.parsing._exercises import ReadPart, Term
from wod_pipeline.parsing._lists import Element, MovementLine, read_movements
from wod_pipeline.parsing._loads import ReadLoad
from wod_pipeline.parsing._quantities import TIME, time_s
from wod_pipeline.parsing._text import NUM, Form, ReadValue, number
from wod_pipeline.program import Range, Rest, RmTarget, Scheme

Detail = Literal["cap", "on", "off", "rounds", "reps", "target"]


class ReadScheme(ReadValue, frozen=True):
    """What a scheme line states. `detail`: the line only adds to the block that is open, if one is."""

    scheme: Scheme
    interval_s: int | None = None
    duration_s: int | None = None
    sets: Range | None = None
    cap_s: int | None = None
    rm_target: RmTarget | None = None
    reps: Range | None = None
    rep_scheme: tuple[int, ...] = ()
    seconds: int | None = None
    rest: Rest | None = None
    load: ReadLoad | None = None
    empty_bar: bool = False
    detail: Detail | None = None
    movements: MovementLine | None = None


SETS = rf"(?P<sets>{NUM})(?: ?(?:-|to) ?(?P<sets2>{NUM}))?"


def sets_range(found: re.Match[str]) -> Range:
    """The range of a match of SETS."""
    low = number(found["sets"])
    return Range(low, number(found["sets2"] or found["sets"]))


_BUILD = re.compile(
    rf"(?:(?:(?:in|take|over|within|you have|with) )?(?:[0-9]{{1,3}}-)?"
    rf"(?:(?P<time>{TIME})|{SETS} (?:sets?|attempts?)(?: or (?:less|fewer))?)(?:,| to| -|:)* )?"
    r"(?:(?:to )?(?:build|work)(?:ing)?(?: up)? to|(?:to )?(?:find|establish|hit|test))(?: (?:a|an|your|the"
    r"|new|today's|for))*"
    r" (?:(?P<rm>[0-9]{1,2})[ -]?(?:rm|reps?[ -]max(?:imum)?)|(?P<max>max)(?:imum)?"
    r"|(?P<heavy>heavy|challenging|tough|hard)(?![a-z])"
    r"(?: (?:(?P<few>single|double|triple)|set of (?P<n>[0-9]{1,2})|(?P<n2>[0-9]{1,2})(?:[ -]reps?)?"
    r"(?!-)))?)(?![a-z])"
)
_BUILD_TIME = re.compile(
    rf",? (?:in|within|over) (?:no more than |at most |up to )?(?:(?P<time>{TIME})|{SETS} (?:sets?"
    r"|attempts?))[ .:]*\Z"
)
_FEW = {"single": 1, "double": 2, "triple": 3}
_INTO = re.compile(
    r"(?:,? ?(?:of|in|for|on)(?: (?:the|your|a|this|following|complex|day|today))*)?(?: complex"
    r"| lift)? ?[:-]? ?(?=\S)"
)
_BUILD_TAIL = re.compile(
    r"(?: of)?[ .:,]*"
    r"(?:(?:for (?:the day|today)|of the (?:day|following(?: complex)?)|in the following(?: complex)?)[ .:]*)?"
)


def read_build(form: Form, at: int) -> ReadScheme | None:
    """``["In" TIME | "In" N "sets"] ("build to" | "find" | "establish") (N-RM | HEAVY single…) [NAME]``."""
    found = _BUILD.match(form.text, at)
    if not found:
        return None
    target = _target(found)
    written = found["time"]
    timed = None if written else _BUILD_TIME.search(form.text, found.end())
    counted = found if found["sets"] else timed
    if timed:
        written, form = timed["time"], replace(form, text=form.text[: timed.start()])
    sets = sets_range(counted) if counted and counted["sets"] else None
    stated = bool(written or found["sets"])
    movements = None
    if not _BUILD_TAIL.fullmatch(form.text, found.end()):
        into = _INTO.match(form.text, found.end())
        start = into.end() if into else found.end()
        form = _without_brackets(form, start)
        movements = read_movements(form, start) or (_unknown_lift(form, start) if stated else None)
        if movements is None:
            return None
    duration = time_s(written) if written else None
    detail: Detail | None = None if stated or movements else "target"
    stated_all = ReadScheme("build_to_max", duration_s=duration, sets=sets, rm_target=target, detail=detail)
    return replace(stated_all, movements=movements)


def _without_brackets(form: Form, start: int) -> Form:
    """Brackets around all that is built to only hold it together."""
    text = form.text
    if text[start : start + 1] == "(" and text.rstrip(" .:").endswith(")") and text.count("(", start) == 1:
        inner = text[start:].replace("(", " ").replace(")", " ")
        return replace(form, text=text[:start] + inner)
    return form


_LIFT = re.compile(r"(?!weights?|loads?|bar|sets?\b)[a-z0-9][a-z' -]{2,40}(?=[ .:,(@]*\Z| ?[(@,])")


def _unknown_lift(form: Form, start: int) -> MovementLine | None:
    """What a line that gives its time or sets builds to need not be in the vocabulary."""
    found = _LIFT.match(form.text, start)
    if not found:
        return None
    part = ReadPart(None, found.start(), found.start() + len(found[0].rstrip()))
    return MovementLine((Element((Term((part,)),)),))


def _target(found: re.Match[str]) -> RmTarget | None:
    if found["rm"] or found["max"]:
        return RmTarget(int(found["rm"] or 1), "rm")
    if found["few"]:
        return RmTarget(_FEW[found["few"]], "heavy")
    count = found["n"] or found["n2"]
    return RmTarget(int(count), "heavy") if count else None
