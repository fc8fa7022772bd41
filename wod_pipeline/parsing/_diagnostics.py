"""§11 The registry of diagnostics: one code, one severity, one sentence for the coach or the athlete.

Every diagnostic of a ParsedPost is made here, so that code, severity and words cannot drift apart.
"""

from __future__ import annotations

from typing import NamedTuple

from wod_pipeline.program import Diagnostic, Severity


class DiagnosticKind(NamedTuple):
    """How serious a finding is, the sentence a ParsedPost carries for it, and what it means for the reader."""

    severity: Severity
    sentence: str
    meaning: str


DIAGNOSTICS: dict[str, DiagnosticKind] = {
    "every_mismatch": DiagnosticKind(
        "warn",
        "{sets} sets every {interval} is {product}, the post says {duration}.",
        "Interval, duration and number of sets of an interval scheme disagree; all three are kept as written.",
    ),
    "set_rows_gap": DiagnosticKind(
        "warn",
        "The set rows name sets {named}, the block has {sets}.",
        "The rows of an exercise leave out a set, name one twice or name one too many.",
    ),
    "heading_date_mismatch": DiagnosticKind(
        "warn",
        "The heading says {written}, the post's week makes it {date}.",
        "A heading's own date differs from its weekday in the post's week; the week wins.",
    ),
    "title_slug_mismatch": DiagnosticKind(
        "warn",
        "The title says {title}, the address says {slug}.",
        "Title and slug name different days; the more exact one is kept, the title when both are alike.",
    ),
    "date_contradiction": DiagnosticKind(
        "warn",
        "The post is for {start} but {reason}.",
        "The stated start is more than two weeks from the publication, or another weekday than the title says; it is"
        " kept, unless only its year is wrong.",
    ),
    "date_repaired": DiagnosticKind(
        "info",
        "The post's date was incomplete or mistyped and was read as {days}.",
        "A missing year, a misspelt month, a year typed wrong or days in the wrong order were put right.",
    ),
    "date_inferred": DiagnosticKind(
        "info",
        "The post names no date; its week is taken from its publication on {published}.",
        "Neither title, slug nor headings name a date.",
    ),
    "word_repaired": DiagnosticKind(
        "info",
        "“{word}” was read as “{meant}”.",
        "A misspelt word was read as the one word it can be.",
    ),
    "missing_heading": DiagnosticKind(
        "warn",
        "A session starts here without a heading that says its day.",
        "Labels start over, a week's post has no headings, a heading names several days, or a line may have been"
        " meant as a heading: the day of this work is not sure.",
    ),
    "ambiguous_reference": DiagnosticKind(
        "warn",
        "It is not said what the percent of {name} is of{candidates}.",
        "The lift a percent refers to cannot be decided; no weight is shown for it.",
    ),
    "unknown_movement": DiagnosticKind(
        "warn",
        "“{name}” is not in the vocabulary{nearest}",
        "A movement is kept as written; the nearest known name is offered, never taken.",
    ),
    "unreadable_load": DiagnosticKind(
        "warn",
        "The load “{load}” could not be read.",
        "What stands behind the @ is none of the forms of a load.",
    ),
    "load_unit_missing": DiagnosticKind(
        "info",
        "The weight {load} has no unit.",
        "A weight is given as a bare number: kilograms or pounds is not said.",
    ),
    "load_mismatch": DiagnosticKind(
        "warn",
        "The weight is said twice, and {first} is not {second}.",
        "A weight stands there in two units that are more than 3 % and 1 kg apart; the first is kept.",
    ),
    "sides_mismatch": DiagnosticKind(
        "warn",
        "{total} in all is not {side} a side.",
        "A count and the count for each side do not agree; the one for each side is kept.",
    ),
    "unread_text": DiagnosticKind(
        "info",
        "Not understood, and not part of the work: {words}.",
        "Words or figures of a line of work that no rule reads; a warning where a figure or a movement is among "
        "them.",
    ),
    "struck_text": DiagnosticKind(
        "info",
        "The coach struck out {words}; it is not prescribed.",
        "Words of the line, or lines below it, are crossed out in the post; they are kept apart.",
    ),
    "malformed_post": DiagnosticKind(
        "warn",
        "The site sent this post not as WordPress does: {problems}.",
        "A field is missing or of another type; the rest was read, and the lake keeps the post as received.",
    ),
    "post_cut": DiagnosticKind(
        "warn",
        "The post is too long to be read whole: {unread} not read. The lake keeps the post as received.",
        "The post goes beyond a bound of reading (docs/limits.md); what stands behind it is not in its sessions.",
    ),
    "block_cut": DiagnosticKind(
        "warn",
        "The block has {most} exercises or more; this line and others below are kept as notes.",
        "A block goes beyond the bound on its exercises (docs/limits.md).",
    ),
    "introduction_cut": DiagnosticKind(
        "warn",
        "The post has {lines} lines above its first session; the sessions carry the first {most}.",
        "The introduction goes beyond its bound (docs/limits.md); `segmented_exercises` has all of it.",
    ),
    "remarks_cut": DiagnosticKind(
        "warn",
        "{more} on lines of the post are left out.",
        "The post has more diagnostics than are kept (docs/limits.md); the first by line are there.",
    ),
    "not_a_programme": DiagnosticKind(
        "info",
        "The post prescribes no training.",
        "No session of the post has a block: an announcement, an empty or a protected post.",
    ),
}


def diagnostic(
    code: str, line: int | None = None, *, severity: Severity | None = None, **words: object
) -> Diagnostic:
    """The diagnostic `code` on `line` (None: the post as a whole), its sentence filled with `words`."""
    kind = DIAGNOSTICS[code]
    return Diagnostic(code, severity or kind.severity, line, kind.sentence.format(**words))
