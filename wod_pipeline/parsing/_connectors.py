"""§6 Connectors: lines that only say when the next block starts."""

from __future__ import annotations

import re

from msgspec.structs import replace

from wod_pipeline.parsing._text import MAX_MATCHED, Form, ReadValue
from wod_pipeline.parsing._times import CLOCK, TIME, time_s


class ReadConnector(ReadValue, frozen=True):
    """When the next block starts; `behind` is where the rest of the line begins."""

    start_s: int | None
    rest_before_s: int | None
    behind: int


_CLOCK = rf"(?P<clock>{TIME}|[0-9]{{1,3}})"
_READS = r"(?:the[ ])?(?:running[ ])?clock[ ](?:reaches|hits|reads|says|is[ ]at)[ ]"
_GO_ON = (
    r"(?:,?[ ](?:complete|perform|begin|start|do|continue[ ]with|move[ ]on[ ]to)(?:[ ]the[ ]following)?"
    r"(?=[ :.,;\u2026-]*\Z))?"
)
_THEN = re.compile(
    rf"""
    (?:
      (?:immediately[ ]|directly[ ])?followed[ ](?:immediately[ ]|directly[ ])?by
      |(?:and[ ])?then
      |after(?:wards|[ ]that)
      |(?:immediately|directly|straight)[ ]into
      |next(?=[:.\u2026, -]*\Z)
      |(?:buy[ -]?(?:in|out)|cash[ -]?out)(?=[ ]?:)
    ){_GO_ON}(?:,?[ ](?:immediately|directly)(?:[ ]after(?:wards)?)?(?=[:.\u2026, -]*\Z))?
    """,
    re.VERBOSE,
)
_REST_THEN = re.compile(
    rf"""
    (?:(?:after|once|when)[ ][a-z' ]{{3,40}},[ ])?rest[ ](?:for[ ]|exactly[ ])*
    (?:
      (?P<rest>{TIME})(?:[ ]until[ ]{_READS}{_CLOCK})?
      |[0-9:]{{1,5}}[ ]?(?:-|to)[ ]?{TIME}
      |as[ ](?:needed|required)
    )
    (?:
      [,;]?[ ](?:and[ ])?then(?!,?[ ](?:repeat|switch))
      (?:[ ](?:complete|perform|begin|start|move[ ]on[ ]to))?(?:[ ]the[ ]following)?
      |,?[ ](?:and[ ])?followed[ ]by
    )
    """,
    re.VERBOSE,
)
_REST_UNTIL = re.compile(
    rf"""
    rest[ ](?:for[ ])?(?:(?P<rest>{TIME})[ ])?until[ ](?:{_READS}|the[ ])?{_CLOCK}
    (?:[ -](?:minute[ ])?mark)?(?:,?[ ](?:and[ ])?then)?{_GO_ON}
    """,
    re.VERBOSE,
)
_AT_MARK = re.compile(
    rf"""
    (?:(?:and[ ])?then,?[ ])?(?:(?:(?:beginning|starting)[ ])?at|from)[ ](?:the[ ]|minute[ ])?{_CLOCK}
    (?:[ ]?(?:-|to)[ ]?(?:{TIME}))?[ -]?(?:(?:minute[ ])?mark|on[ ]the[ ]clock)?
    (?:,?[ ](?:then|complete|begin|start)(?![ ]the))?{_GO_ON}
    """,
    re.VERBOSE,
)
_ON_MARK = re.compile(rf"(?:(?:and )?then,? )?on the (?P<clock>{CLOCK})(?: mark)?(?=[ :.,;\u2026-]*\Z)")
_WHEN = re.compile(
    rf"""
    (?:and[ ]|then,?[ ])*(?:when|once|as[ ]soon[ ]as)[ ]{_READS}{_CLOCK}(?:[ ](?:minutes?|mark))?
    (?:,?[ ](?:and[ ])?then)?{_GO_ON}
    """,
    re.VERBOSE,
)
_DOTS = re.compile(r"[.\u2026 ]*")
_FIRST_WORD = re.compile(
    r"""
    [.\u2026[(]
    |rest[ ]
    |and[ ]
    |then
    |when
    |once
    |as[ ]soon
    |at[ ]
    |followed
    |buy
    |cash
    |immediately
    |directly
    |straight
    |after
    |next
    |beginning
    |starting
    |from[ ]
    |on[ ]the[ ]
    """,
    re.VERBOSE,
)
_ON_CLOCK = re.compile(r"mark|clock|[0-9]:[0-9]")
_SIGNS = re.compile(r"[ :.,;\u2026-]*")


def read_connector(form: Form, at: int = 0) -> ReadConnector | None:
    """``"Followed by" | "Then" | "Rest" TIME "then" | "At the" TIME "mark" | "When the clock reaches" TIME``.

    A range of rest, or as much as needed, says when too; how long in seconds cannot be stated.
    """
    text = form.text
    if len(text) > MAX_MATCHED or not _FIRST_WORD.match(text, at):
        return None
    dots = _DOTS.match(text, at)
    at = dots.end() if dots else at
    if text[at : at + 1] in {"[", "("} and text.rstrip(" .:")[-1:] in {"]", ")"}:
        inner = replace(form, text=text[:at] + " " + text[at + 1 :].rstrip(" .:")[:-1])
        read = read_connector(inner, at + 1)
        return replace(read, behind=len(text)) if read and read.behind >= len(inner.text) else None
    for pattern in (_REST_THEN, _REST_UNTIL, _WHEN, _AT_MARK, _ON_MARK, _THEN):
        found = pattern.match(text, at)
        if found:
            signs = _SIGNS.match(text, found.end())
            behind = signs.end() if signs else found.end()
            return _connector(found, behind) if behind > found.end() or behind == len(text) else None
    return None


def _connector(found: re.Match[str], behind: int) -> ReadConnector | None:
    groups = found.groupdict()
    clock, rest = groups.get("clock"), groups.get("rest")
    if found.re is _AT_MARK and not (_ON_CLOCK.search(found[0]) or behind == len(found.string)):
        return None
    return ReadConnector(time_s(clock) if clock else None, time_s(rest) if rest else None, behind)
