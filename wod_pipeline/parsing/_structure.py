"""The third stage: the lines of an outlined post become segments, blocks and exercises (§5 to §11).

Drafts are read session by session, then finished into values, then every line is given its owner.
"""

from __future__ import annotations

from wod_pipeline.bounds import INTRODUCTION_LINES, REMARKS_KEPT
from wod_pipeline.parsing._blocks import SessionReader
from wod_pipeline.parsing._diagnostics import diagnostic
from wod_pipeline.parsing._drafts import NoteDraft, Owners, SessionDraft
from wod_pipeline.parsing._finish import Finisher
from wod_pipeline.parsing._owners import pointers
from wod_pipeline.parsing._references import NO_OVERRIDES, Policy
from wod_pipeline.parsing._unread import unread_of
from wod_pipeline.program import Dates, Diagnostic, Line, Note, OutlinedPost, ParsedPost, Session, SourceLine
from wod_pipeline.wording import count, shorten

_LONGEST_QUOTE = 120
_MOST_QUOTES = 3
"""Parts of what is struck out that a diagnostic quotes, and characters of each."""


def structure_post(outlined: OutlinedPost, *, references: Policy = NO_OVERRIDES) -> ParsedPost:
    """The ParsedPost of an outlined post. `references` overrides, by movement, which lifts a percent can be of."""
    owners: Owners = {}
    drafts = [SessionDraft(outline) for outline in outlined.sessions]
    for draft in drafts:
        SessionReader(outlined.lines, draft, owners).read()
    if not any(segment.blocks for draft in drafts for segment in draft.segments):
        return _not_a_programme(outlined)
    preamble = [NoteDraft(line.n) for line in outlined.lines if line.n not in owners]
    owners.update({note.n: ("note", note) for note in preamble})
    finisher = Finisher(outlined.lines, references)
    sessions = [finisher.session(draft) for draft in drafts]
    at = pointers(drafts, preamble)
    lines = []
    for line in outlined.lines:
        role, owner = owners[line.n]
        lines.append(Line(line.n, line.text, role, at[owner], line.links, line.struck))
    struck = [_struck(line) for line in outlined.lines if line.struck]
    found = [*outlined.diagnostics, *finisher.diagnostics.values(), *struck]
    for draft in drafts:
        found += unread_of(draft, outlined.lines)
    found += _cut_introduction(preamble, sessions)
    return _week(outlined, lines, _program_notes(preamble), sessions, _kept_remarks(found))


def _struck(line: SourceLine) -> Diagnostic:
    words = ", ".join(f"“{shorten(part, _LONGEST_QUOTE)}”" for part in line.struck[:_MOST_QUOTES])
    more = len(line.struck) - _MOST_QUOTES
    return diagnostic("struck_text", line.n, words=f"{words} and {more} more" if more > 0 else words)


def _not_a_programme(outlined: OutlinedPost) -> ParsedPost:
    """§4.8 Nothing to train: no session, no date, every line kept as a note."""
    lines = [
        Line(line.n, line.text, "note", f"/preamble/{line.n}", line.links, line.struck)
        for line in outlined.lines
    ]
    notes = _program_notes([NoteDraft(line.n) for line in outlined.lines])
    cut = [found for found in outlined.diagnostics if found.code == "post_cut"]
    week = _week(outlined, lines, notes, [], [diagnostic("not_a_programme"), *cut])
    week.week, week.dates = None, Dates(None, None, "none", "unknown")
    return week


def _program_notes(drafts: list[NoteDraft]) -> list[Note]:
    return [Note("program", (draft.n, draft.n)) for draft in drafts]


def _cut_introduction(preamble: list[NoteDraft], sessions: list[Session]) -> list[Diagnostic]:
    most = INTRODUCTION_LINES.most
    is_cut = bool(sessions) and len(preamble) > most
    return [diagnostic("introduction_cut", lines=len(preamble), most=most)] if is_cut else []


def _kept_remarks(found: list[Diagnostic]) -> list[Diagnostic]:
    """Those about the post, and of those on lines the first."""
    on_lines = sorted((each for each in found if each.line is not None), key=_by_line)
    more = len(on_lines) - REMARKS_KEPT.most
    if more <= 0:
        return found
    of_post = [each for each in found if each.line is None]
    cut = diagnostic("remarks_cut", more=count(more, "more remark"))
    return [*of_post, cut, *on_lines[: REMARKS_KEPT.most]]


def _by_line(found: Diagnostic) -> tuple[int, str]:
    return -1 if found.line is None else found.line, found.code


def _week(
    outlined: OutlinedPost,
    lines: list[Line],
    preamble: list[Note],
    sessions: list[Session],
    found: list[Diagnostic],
) -> ParsedPost:
    return ParsedPost(
        week=outlined.week,
        program=outlined.program,
        source=outlined.source,
        title=outlined.title,
        dates=outlined.dates,
        lines=lines,
        preamble=preamble,
        sessions=sessions,
        diagnostics=sorted(found, key=_by_line),
    )
