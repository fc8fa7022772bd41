"""§6 build_to_max: lines that say what to build up to; and the value every scheme line is read into."""

from __future__ import annotations

import re
from typing import Literal

from msgspec.structs import replace

from wod_pipeline.parsing._text import NUM, Form, ReadValue, number
from wod_pipeline.parsing._times import TIME, time_s
from wod_pipeline.parsing.grammar.loads import load_in
from wod_pipeline.parsing.grammar.movements import read_movements
from wod_pipeline.parsing.grammar.readings import Element, MovementLine, ReadLoad, ReadPart, Spans, Term
from wod_pipeline.parsing.grammar.rows import SINGLES
from wod_pipeline.program import Range, Rest, RmTarget, Scheme
from wod_pipeline.vocabulary import has_reference

Detail = Literal["cap", "on", "off", "on off", "rounds", "reps", "above", "target", "named", "caption"]


class ReadScheme(ReadValue, frozen=True):
    """What a scheme line states. `detail`: the line only adds to the block that is open, if one is.

    Of `on off` and `above` the line may open a block itself, when a movement follows it.
    """

    scheme: Scheme
    interval_s: int | None = None
    duration_s: int | None = None
    sets: Range | None = None
    of_each: int | None = None
    cap_s: int | None = None
    rm_target: RmTarget | None = None
    reps: Range | None = None
    max_reps: bool = False
    rep_scheme: tuple[int, ...] = ()
    seconds: int | None = None
    rest: Rest | None = None
    load: ReadLoad | None = None
    empty_bar: bool = False
    detail: Detail | None = None
    movements: MovementLine | None = None
    unread: Spans = ()


SETS = rf"(?P<sets>{NUM})(?:[ ]?(?:-|to|or)[ ]?(?P<sets2>{NUM}))?"


def sets_range(found: re.Match[str]) -> Range:
    """The range of a match of SETS."""
    low = number(found["sets"])
    return Range(low, number(found["sets2"] or found["sets"]))


_BUILD = re.compile(
    rf"""
    (?:
      (?:(?:in|take|over|within|you[ ]have|with)[ ])?(?:[0-9]{{1,3}}-)?
      (?:(?P<time>{TIME})|{SETS}[ ](?:sets?|attempts?))(?:[ ]or[ ](?:less|fewer))?(?:,|[ ]to|[ ]-|:)*
      [ ]
    )?
    (?:
      (?P<verb>
        (?:to[ ])?(?:build|work|ramp)(?:ing)?(?:[ ]up)?[ ]to
        |to(?=[ ](?:an?[ ])?(?:heavy|[0-9]))
        |(?:to[ ])?(?:est\.?|find|establish|hit|(?:re-?)?test)
        |at
      )(?::|[ ](?:a|an|your|the|new|today's|for))*[ ]
    )?
    (?:
      (?P<rm>[0-9]{{1,2}})[ -]?(?:rm|reps?[ -]max(?:imum)?)
      |(?P<max>max)(?:imum)?(?:[ ]set[ ]of[ ](?P<n3>[0-9]{{1,2}}))?
      |(?P<heavy>heavy|heaviest|challenging|tough|hard)(?![a-z])
      (?:
        [ ]
        (?:
          (?P<few>single|double|triple)
          |set[ ]of[ ](?P<n>[0-9]{{1,2}})(?:[ -]reps?)?
          |(?P<n2>[0-9]{{1,2}})(?:[ -]reps?(?:[ ]set)?)?(?!-)
        )
      )?
    )(?![a-z])
    """,
    re.VERBOSE,
)
_BUILD_TIME = re.compile(
    rf"""
    [ ]\((?P<aside>{TIME})(?:[ ]cap)?\)[ .:]*\Z
    |,?[ ](?:in|within|over)[ ](?:no[ ]more[ ]than[ ]|at[ ]most[ ]|up[ ]to[ ])?
    (?:(?P<time>{TIME})|{SETS}[ ](?:sets?|attempts?))[ .:]*\Z
    """,
    re.VERBOSE,
)
_FEW_BEHIND = re.compile(r" (?P<few>single|double|triple)[ .:]*\Z")
_INTO = re.compile(
    r"""
    (?:,?[ ]?(?:of|in|for|on)(?=[ ])(?:[ ](?:the|your|a|this|following|complex|day|today))*)*
    (?:[ ]complex|[ ]lift)?[ ]?[:-]?[ ]?(?=\S)
    """,
    re.VERBOSE,
)
_BUILD_TAIL = re.compile(
    r"(?:,? (?:of|for|in|the|this|following|complex|lift|movements?|exercises?|day|today))*[ .:,\u2026]*"
)
_FOR_TODAY = re.compile(r",? (?:for|of) (?:the day|today)(?P<end>[ .:]*)\Z")
_AND_THEN = re.compile(
    r"""
    [,;.]?[ ](?:and[ ])?then[ ](?:perform|complete|do)[ ](?:the[ ])?following[ :.…]*\Z
    |[,;.]?[ ](?:and[ ])?then[ ](?P<said>(?:perform|complete|do|drop|back|take|hit|go|[0-9]).*)\Z
    |,?[ ](?:and[ ])?then[ :.…]*\Z
    """,
    re.VERBOSE,
)
_NAME_FIRST = re.compile(
    r"""
    (?P<name>[a-z][a-z'+& -]{2,50}?)(?P<sign>[ ]-[ ]|:[ ]|,[ ]|[ ])
    (?=
      (?:
        (?:build|work|ramp)(?:ing)?(?:[ ]up)?[ ]to
        |to(?:[ ]an?)?(?:[ ]heavy|[ ][0-9]{1,2}[ -]?rm)
        |find
        |establish
      )\b
      |max(?:imum)?(?:,?[ ](?:in|within)[ ][^,;]*)?[ .:]*\Z
      |[0-9]{1,2}[ -]?(?:rm|rep[ ]max)\b
      |heavy[ ](?:single|double|triple|set[ ]of)
    )
    """,
    re.VERBOSE,
)


def read_build(form: Form, at: int) -> ReadScheme | None:
    """``["In" TIME | "In" N "sets"] ("build to" | "find" | "establish") (N-RM | HEAVY single…) [NAME]``.

    Or ``NAME ("-" | ":") build``, ``N-RM NAME``; or, in a time, ``"work up to" PERCENT "of" N-RM NAME``.
    """
    form, sequel = _without_sequel(form, at)
    read = _read_build(form, at)
    return replace(read, unread=(*read.unread, *sequel)) if read and sequel else read


def _read_build(form: Form, at: int) -> ReadScheme | None:
    """A line that builds to a maximum, without its sequel."""
    found = _BUILD.match(form.text, at)
    if not found:
        return _read_work_up(form, at) or _read_named_build(form, at)
    if not (found["verb"] or found["rm"]) or (found["verb"] == "at" and not found["sets"]):
        return None
    timed = None if found["time"] else _BUILD_TIME.search(form.text, found.end())
    form = replace(form, text=form.text[: timed.start()]) if timed else form
    scheme = _stated(found, timed)
    if _BUILD_TAIL.fullmatch(form.text, found.end()):
        return scheme if found["verb"] else None
    few = _FEW_BEHIND.search(form.text, found.end()) if scheme.rm_target is None else None
    if few:
        scheme = replace(scheme, rm_target=RmTarget(SINGLES[few["few"]], "heavy"))
        form = replace(form, text=form.text[: few.start()])
    into = _INTO.match(form.text, found.end())
    start = into.end() if into else found.end()
    form = _without_brackets(form, start)
    form, aside = _without_aside(form, start)
    movements = read_movements(form, start) if found["verb"] else _bare_movements(form, start)
    movements = movements or (_unknown_lift(form, start) if scheme.detail is None and found["verb"] else None)
    return replace(scheme, movements=movements, detail=None, unread=aside) if movements else None


_ASIDE = re.compile(r", (?P<said>[a-z' -]{3,40})[ .:]*\Z")


def _without_aside(form: Form, start: int) -> tuple[Form, Spans]:
    """The form without a few words behind the last comma that no movement is named by."""
    found = _ASIDE.search(form.text, start)
    if not found or read_movements(form, start) or read_movements(form, found.start("said")):
        return form, ()
    return replace(form, text=form.text[: found.start()]), (found.span("said"),)


def _stated(found: re.Match[str], timed: re.Match[str] | None) -> ReadScheme:
    """What to build to, in how much time or how many sets, stated before it or (`timed`) behind."""
    written = (timed["time"] or timed["aside"]) if timed else found["time"]
    counted = found if found["sets"] else timed
    return ReadScheme(
        "build_to_max",
        duration_s=time_s(written) if written else None,
        sets=sets_range(counted) if counted and counted["sets"] else None,
        rm_target=_target(found),
        detail=None if written or found["sets"] else "target",
    )


def _without_sequel(form: Form, at: int) -> tuple[Form, Spans]:
    """The form without what is done with the maximum once it is found, which is unread, and without `for the day`."""
    sequel = _AND_THEN.search(form.text, at + 1) if " then" in form.text else None
    unread = (sequel.span("said"),) if sequel and sequel["said"] else ()
    form = replace(form, text=form.text[: sequel.start()]) if sequel else form
    today = _FOR_TODAY.search(form.text, at + 1) if "day" in form.text else None
    return (replace(form, text=form.text[: today.start()] + today["end"]) if today else form), unread


def _bare_movements(form: Form, start: int) -> MovementLine | None:
    """The movements a line only names, with nothing said about them."""
    line = read_movements(form, start)
    terms = [term for element in line.elements for term in element.terms] if line else []
    return line if terms and not any(term.counted or term.load or term.rows for term in terms) else None


def _read_named_build(form: Form, at: int) -> ReadScheme | None:
    """``NAME ("-" | ":") ("build to" (N-RM | HEAVY single…) | N-RM | HEAVY single…)``."""
    named = _NAME_FIRST.match(form.text, at) if "@" not in form.text else None
    found = _BUILD.match(form.text, named.end()) if named else None
    if (
        not named
        or not found
        or (found["heavy"] and not found["verb"] and named["sign"] not in {" - ", ": "})
    ):
        return None
    timed = None if found["time"] else _BUILD_TIME.search(form.text, found.end())
    end = timed.start() if timed else len(form.text)
    movements = _bare_movements(replace(form, text=form.text[: named.end("name")]), at)
    if found["max"] and not found["verb"] and not _has_maximum(movements):
        return None
    if movements is None or not _BUILD_TAIL.fullmatch(form.text, found.end(), end):
        return None
    return replace(_stated(found, timed), movements=movements, detail="named")


def _has_maximum(line: MovementLine | None) -> bool:
    """Whether the one movement named has a maximum of its own: of others a maximum is that of repetitions or time."""
    parts = (
        [part for element in line.elements for term in element.terms for part in term.parts] if line else []
    )
    return bool(parts) and all(has_reference(part.movement_id) for part in parts)


_WORK_UP = re.compile(
    rf"""
    (?:in|take|over|within|with)[ ](?:(?P<time>{TIME})|{SETS}[ ]sets?)(?:[ ]or[ ](?:less|fewer))?
    (?:,|[ ]to|[ ]-|:)*[ ]
    (?P<load>
      (?:build|work)(?:ing)?(?:[ ]up)?[ ]to[ ][0-9. -]{{1,12}}%[ ](?:of[ ])?(?:your[ ]|the[ ])*
      [0-9]{{1,2}}[ -]?rm[ ]
    )(?=[a-z])
    """,
    re.VERBOSE,
)


def _read_work_up(form: Form, at: int) -> ReadScheme | None:
    """``"In" TIME "work up to" PERCENT "of" N-RM NAME ["x" Q]``: not a maximum, but built up to all the same."""
    found = _WORK_UP.match(form.text, at)
    movements = read_movements(form, found.end()) if found else None
    load = load_in(form.text[found.start("load") :]) if found else None
    if not found or not movements or not load:
        return None
    *others, last = movements.elements
    terms = (*last.terms[:-1], replace(last.terms[-1], load=load))
    return ReadScheme(
        "build_to_max",
        duration_s=time_s(found["time"]) if found["time"] else None,
        sets=sets_range(found) if found["sets"] else None,
        movements=replace(movements, elements=(*others, replace(last, terms=terms))),
    )


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
        return RmTarget(int(found["rm"] or found["n3"] or 1), "rm")
    if found["few"]:
        return RmTarget(SINGLES[found["few"]], "heavy")
    count = found["n"] or found["n2"]
    return RmTarget(int(count), "heavy") if count else None
