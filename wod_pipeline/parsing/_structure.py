"""The third stage: an outlined post becomes a Week."""

from __future__ import annotations

from wod_pipeline.parsing._segments import read_label
from wod_pipeline.parsing._text import form_of
from wod_pipeline.program import Line, Note, OutlinedPost, Segment, Session, Week


def structure_post(outlined: OutlinedPost) -> Week:
    """The Week of a post cut into sessions."""
    lines = [Line(line.n, line.text, "note", "", line.links) for line in outlined.lines]
    sessions = []
    preamble = []
    for k, cut in enumerate(outlined.sessions):
        session = Session(cut.date, cut.weekday, cut.label, cut.kind, cut.lines, [], cut.ordinal)
        for n in range(cut.lines[0], cut.lines[1] + 1):
            label = read_label(form_of(lines[n].text))
            if n in cut.heading_lines:
                lines[n].role, lines[n].owner = "heading", f"/sessions/{k}"
            elif label:
                session.segments.append(Segment(label.label, label.kind or "other", (n, n), [], pair_of=label.pair_of))
                lines[n].role, lines[n].owner = "label", f"/sessions/{k}/segments/{len(session.segments) - 1}"
            elif session.segments:
                segment = session.segments[-1]
                segment.notes.append(Note("cue", (n, n)))
                segment.lines = (segment.lines[0], n)
                lines[n].owner = f"/sessions/{k}/segments/{len(session.segments) - 1}/notes/{len(segment.notes) - 1}"
            else:
                session.notes.append(Note("cue", (n, n)))
                lines[n].owner = f"/sessions/{k}/notes/{len(session.notes) - 1}"
        sessions.append(session)
    for line in lines:
        if not line.owner:
            line.owner = f"/preamble/{len(preamble)}"
            preamble.append(Note("program", (line.n, line.n)))
    return Week(
        week=outlined.week, program=outlined.program, source=outlined.source, title=outlined.title,
        dates=outlined.dates, lines=lines, preamble=preamble, sessions=sessions, diagnostics=outlined.diagnostics,
    )
