"""§6 Connectors: lines that only say when the next block starts."""

from __future__ import annotations

import re

from wod_pipeline.parsing._quantities import TIME, time_s
from wod_pipeline.parsing._text import MAX_MATCHED, Form, ReadValue


class ReadConnector(ReadValue, frozen=True):
    """When the next block starts; `behind` is where the rest of the line begins."""

    start_s: int | None
    rest_before_s: int | None
    behind: int


_THEN = re.compile(
    r"(?:(?:immediately |directly )?followed (?:immediately |directly )?by|(?:and )?then|after(?:wards"
    r"| that)|next(?=[:.\u2026, -]*\Z))"
    r"(?:,? (?:complete|perform|continue with|move on to|immediately|directly)(?=[:.\u2026, -]*\Z))?"
)
_REST_THEN = re.compile(
    rf"rest (?:for |exactly )*(?P<rest>{TIME})(?: until (?:the )?(?:running )?clock (?:reaches|hits|reads"
    rf"|says) (?P<clock>{TIME}|[0-9]{{1,3}}))?(?:,? (?:and )?then(?: (?:complete|perform|begin|start))?|,? "
    r"(?:and )?followed by)"
)
_REST_UNTIL = re.compile(
    rf"rest (?:for )?(?:(?P<rest>{TIME}) )?until (?:(?:the )?(?:running )?clock (?:reaches|hits|reads|says) |the )?"
    rf"(?P<clock>{TIME}|[0-9]{{1,3}})(?:[ -](?:minute )?mark)?(?:,? (?:and )?then)?"
)
_AT_MARK = re.compile(
    rf"(?:then |and then )?at (?:the |minute )?(?P<clock>{TIME}|[0-9]{{1,3}})[ -]?(?:mark|on the clock)?"
    r"(?:,? (?:then|complete|begin|start))?"
)
_WHEN = re.compile(
    r"(?:and |then )*(?:when|once|as soon as) (?:the )?(?:running )?clock (?:reaches|hits|reads|says|is at) "
    rf"(?P<clock>{TIME}|[0-9]{{1,3}})(?: (?:minutes?|mark))?(?:,? (?:and )?then)?"
    r"(?:,? (?:complete|perform|begin|start)(?=[ :.,;\u2026-]*\Z))?"
)
_FIRST_WORD = re.compile("rest |and |then|when|once|as soon|at |followed|immediately|directly|after|next")
_ON_CLOCK = re.compile(r"mark|clock|[0-9]:[0-9]")
_SIGNS = re.compile(r"[ :.,;\u2026-]*")


def read_connector(form: Form, at: int = 0) -> ReadConnector | None:
    """``"Followed by" | "Then" | "Rest" TIME "then" | "At the" TIME "mark" | "When the clock reaches" TIME``."""
    text = form.text
    if len(text) > MAX_MATCHED or not _FIRST_WORD.match(text, at):
        return None
    for pattern in (_REST_THEN, _REST_UNTIL, _WHEN, _AT_MARK, _THEN):
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
