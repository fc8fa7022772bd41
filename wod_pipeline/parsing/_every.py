"""§6 Schemes by the clock: every so long, for so long or so many sets; the third of the three is computed."""

from __future__ import annotations

import re

from wod_pipeline.parsing._behind import Behind, behind_qualifiers, read_behind
from wod_pipeline.parsing._building import SETS, ReadScheme, read_build, sets_range
from wod_pipeline.parsing._text import Form, exact
from wod_pipeline.parsing._times import TIME, clock_s, time_s
from wod_pipeline.parsing.grammar.movements import read_movements
from wod_pipeline.program import Range

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


def read_every(form: Form, at: int) -> ReadScheme | None:
    """``("Every" TIME | "On the" TIME | "E" [N] "MOM") ["for" TIME] ["(" N "sets)"]``; the third of three follows.

    What each exercise is done of the sets (`4 sets each`) is not how many there are.
    """
    head = _EVERY.match(form.text, at)
    if head is None:
        return None
    interval = _interval(head)
    duration, sets, at = _stated(form, head, interval)
    at, asides = behind_qualifiers(form, at)
    build = None if read_movements(form, at) else read_build(form, at)
    behind = Behind(build.movements) if build else read_behind(form, at)
    if behind is None or (duration is None and sets is None and _is_sentence(form, at, behind)):
        return None
    duration, sets = _completed(interval, duration, sets)
    each = _OF_EACH.search(form.text, head.end())
    return ReadScheme(
        "every",
        interval,
        duration,
        sets,
        of_each=int(each["n"]) if each else None,
        rm_target=build.rm_target if build else None,
        movements=behind.movements,
        unread=(*asides, *behind.unread),
    )


_APART = frozenset(",:(-.;")


def _is_sentence(form: Form, at: int, behind: Behind) -> bool:
    """`Every minute counts`: words directly behind the interval, which tell neither how long nor how often."""
    said = form.text[at:].strip()
    return bool(behind.unread) and not behind.movements and not (said[:1] in _APART or said[-1:] == ":")


def _stated(form: Form, head: re.Match[str], interval: int) -> tuple[int | None, Range | None, int]:
    """The duration and the sets the line states, in front of the interval or behind it, and where they end."""
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
    return duration, sets, at


_OF_EACH = re.compile(r"(?P<n>[0-9]{1,2}) (?:sets?|rounds?|times) (?:of )?each(?![a-z])")
"""How often each of the movements that take turns is done."""


def _interval(head: re.Match[str]) -> int:
    written = head["every"] or head["on"]
    if written:
        return time_s(written)
    if head["s"]:
        return int(head["s"])
    if head["whole"]:
        return 60 * int(head["whole"]) + 30
    count = head["n"] or head["m"] or "1"
    return clock_s(count) if ":" in count else round(60 * float(count))


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
