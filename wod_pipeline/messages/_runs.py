"""A run stored weeks or failed, or a backfill ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence

from wod_pipeline.messages._message import Message
from wod_pipeline.messages._words import Links, digest, fit_sms, join_lines
from wod_pipeline.post_times import utc_of
from wod_pipeline.program import Outcome, SessionRecord, WeekRecords, walk_exercises
from wod_pipeline.rendering import clean
from wod_pipeline.watching.runs import StepFailure
from wod_pipeline.wording import count, first_of, long_day, name_weeks, short_day

_LIFTS_PER_DAY = 3
_MAX_LINES = 14
"""Lines of a list in a message: enough for two sessions on each day of a week."""
_MAX_CHANGES = 10
"""Changes written out in a message; the run's metadata has more."""
_CHANGES_PER_WEEK = 3
"""Changes written out for each of several weeks."""
_MAX_REASONS = 3
_SAME_SESSIONS = (
    "The sessions are the same; "
    "only the post's date or address, its links or the time of its last edit changed."
)
_PAST_TENSE = {"success": "succeeded", "failure": "failed"}
"""The statuses whose name is a noun, as a participle to put after a number: `3 succeeded`."""


def week_landed(
    value: WeekRecords,
    *,
    before: bool,
    run_id: str,
    links: Links,
    changes: Sequence[str] | None = None,
) -> Message:
    """A week was stored for the first time or, when it was stored `before`, changed: its days and main lifts.

    `changes` say what is different, a line each; None when that is not known.
    """
    sessions = count(value.records, "session")
    what = f"was updated: {sessions}" if before else f"is here: {sessions}"
    subject = f"Training week of {short_day(value.week, _last_edit(value))} {what}"
    changed = _change_lines(changes) if before and changes is not None else []
    lines = [*changed, f"{long_day(value.week)}, {sessions}:", *week_lines(value)]
    return Message(
        kind="week_updated" if before else "week_landed",
        severity="info",
        week=value.week.isoformat(),
        subject=subject,
        text=join_lines(lines, links.run(run_id)),
        sms=fit_sms(subject),
        data={
            "sessions": len(value.records),
            "posts": [stamp.post_id for stamp in value.posts],
            **({"changes": list(changes)} if changed and changes else {}),
            "run_id": run_id,
        },
        identifier=f"landed/{value.week}/{digest(stamp.content_sha256 for stamp in value.posts)}/{run_id}",
    )


def _change_lines(changes: Sequence[str]) -> list[str]:
    if not changes:
        return [_SAME_SESSIONS]
    return ["What changed:", *first_of([f"- {change}" for change in changes], _MAX_CHANGES), "The week now:"]


def _last_edit(value: WeekRecords) -> dt.date | None:
    """The day a post of the week was last edited: most likely today, and the year of any other week is named."""
    times = [time for stamp in value.posts if (time := utc_of(stamp.modified_gmt))]
    return max(times).date() if times else None


def weeks_landed(
    weeks: Sequence[dt.date],
    sessions: int,
    *,
    new: Collection[dt.date],
    run_id: str,
    links: Links,
    changes: Mapping[dt.date, Sequence[str]] | None = None,
) -> Message:
    """One run stored several weeks, which hold so many `sessions` together; the `new` ones for the first time.

    `changes` say what is different in the other weeks, a line each; those without are not known.
    """
    subject = f"{_what_landed(len(weeks), len(new))}: {weeks[0]} to {weeks[-1]}"
    known = changes or {}
    blocks = [f"- {week}, new" if week in new else _updated_lines(week, known.get(week)) for week in weeks]
    lines = [f"{count(sessions, 'session')} in {count(weeks, 'week')}:", *first_of(blocks, _MAX_LINES)]
    return Message(
        kind="weeks_landed",
        severity="info",
        subject=subject,
        text=join_lines(lines, links.run(run_id)),
        sms=fit_sms(subject),
        data={"weeks": [week.isoformat() for week in weeks], "sessions": sessions, "run_id": run_id},
        identifier=f"landed/{run_id}",
    )


def _updated_lines(week: dt.date, changes: Sequence[str] | None) -> str:
    """The week with its first changes indented below it."""
    shown = [_SAME_SESSIONS] if changes == [] else first_of(changes or [], _CHANGES_PER_WEEK)
    return "\n  - ".join([f"- {week}, updated", *shown])


def _what_landed(weeks: int, new: int) -> str:
    what = count(weeks, "training week")
    if not new:
        return f"{what} updated"
    return f"{what} here" + ("" if new == weeks else f" ({new} new, {weeks - new} updated)")


def run_failed(
    job: str,
    weeks: tuple[dt.date, dt.date] | None,
    failures: Sequence[StepFailure],
    run_id: str,
    links: Links,
) -> Message:
    """A run failed: in which steps, why, and whether running it again helps."""
    about = f" for {name_weeks(weeks)}" if weeks else ""
    subject = f"Run of {job}{about} failed" + (f" in {failures[0].step}" if failures else "")
    lines = [f"{failure.step}: {failure.reason}" for failure in failures] or ["No reason is recorded."]
    return Message(
        kind="run_failed",
        severity="warn",
        week=weeks[0].isoformat() if weeks else None,
        subject=subject,
        text=join_lines([*lines, f"What to do: {_rerun_advice(failures)}"], links.run(run_id)),
        sms=fit_sms(subject, failures[0].reason if failures else ""),
        data={"run_id": run_id, "job": job, "steps": [failure.step for failure in failures]},
        identifier=f"run_failed/{job}/{weeks}/{digest(map(_identity, failures) if failures else [run_id])}",
    )


def _identity(failure: StepFailure) -> str:
    """What makes two failures the same. The ledger remembers it: another form would send a known failure again."""
    return f"Trouble(step={failure.step!r}, says={failure.reason!r}, rerun_helps={failure.rerun_helps!r})"


def _rerun_advice(failures: Sequence[StepFailure]) -> str:
    """A rerun has to help every failed step; one step that it cannot help is enough to advise against it."""
    answers = {failure.rerun_helps for failure in failures}
    if False in answers:
        return "A rerun alone will not help: clear the reason first."
    if answers == {True}:
        return "A rerun can clear this; the next schedule or sensor tick may do it for you."
    return "Look at the run's log before running it again."


def backfill_finished(
    backfill_id: str,
    weeks: int,
    counts: Mapping[str, int],
    failures: Iterable[StepFailure] = (),
    *,
    succeeded: bool,
    links: Links,
) -> Message:
    """A whole backfill in one message; `counts` is run status → number of runs, `failures` says why they failed."""
    result = "finished" if succeeded else "ended with failures"
    subject = f"Backfill of {count(weeks, 'week')} {result}"
    runs = ", ".join(
        f"{number} {_PAST_TENSE.get(status, status)}" for status, number in sorted(counts.items())
    )
    lines = [f"Runs: {runs or 'none'}."]
    if not succeeded:
        reasons = list(dict.fromkeys(f"- {failure.step}: {failure.reason}" for failure in failures))
        lines += ["Why:", *first_of(reasons, _MAX_REASONS)] if reasons else []
        first = "Clear the reasons" if reasons else "Open the backfill and read its failed runs"
        lines.append(f"What to do: {first}, then run what is missing: wod materialize --all --missing")
    return Message(
        kind="backfill_finished",
        severity="info" if succeeded else "warn",
        subject=subject,
        text=join_lines(lines, links.backfill(backfill_id)),
        sms=fit_sms(subject),
        data={"backfill_id": backfill_id, "weeks": weeks, "runs": dict(counts)},
        identifier=f"backfill/{backfill_id}",
    )


def week_lines(value: WeekRecords) -> list[str]:
    """One line per session: its day and its main lifts."""
    if value.outcome is not Outcome.PUBLISHED:
        return ["no session"]
    return first_of([_session_line(record) for record in value.records], _MAX_LINES)


def _session_line(record: SessionRecord) -> str:
    when = short_day(record.date) if record.date else clean(record.label or "no date")
    lifts = list(dict.fromkeys(_main_lifts(record)))
    shown = ", ".join(lifts[:_LIFTS_PER_DAY]) + (", …" if len(lifts) > _LIFTS_PER_DAY else "")
    return f"- {when}: {shown or record.kind}"


def _main_lifts(record: SessionRecord) -> Iterable[str]:
    return (
        " + ".join(clean(part.raw) for part in exercise.parts)
        for segment, block, exercise in walk_exercises(record.segments)
        if segment.kind == "main" and not block.is_other_version
    )
