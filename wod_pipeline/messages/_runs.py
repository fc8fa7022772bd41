"""A run brought a week, or failed; a backfill ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from wod_pipeline.messages._message import Message
from wod_pipeline.messages._words import Links, digest, sms, text_of, weeks_words
from wod_pipeline.program import Outcome, SessionRecord, WeekRecords
from wod_pipeline.rendering import clean
from wod_pipeline.watching.runs import Trouble
from wod_pipeline.wording import count, first_of, long_day, short_day

_LIFTS_A_DAY = 3
_MOST_LINES = 14


def week_landed(value: WeekRecords, *, before: bool, run_id: str, links: Links) -> Message:
    """A week came in (or, when it was there before, changed): its days and main lifts."""
    sessions = count(len(value.records), "session")
    what = f"was updated: {sessions}" if before else f"is here: {sessions}"
    subject = f"Training week of {short_day(value.week)} {what}"
    lines = [f"{long_day(value.week)}, {sessions}:", *week_lines(value)]
    return Message(
        kind="week_updated" if before else "week_landed",
        severity="info",
        week=value.week.isoformat(),
        subject=subject,
        text=text_of(lines, links.run(run_id)),
        sms=sms(subject),
        data={
            "sessions": len(value.records),
            "posts": [stamp.post_id for stamp in value.posts],
            "run_id": run_id,
        },
        identifier=f"landed/{value.week}/{digest(stamp.content_sha256 for stamp in value.posts)}/{run_id}",
    )


def weeks_landed(weeks: Sequence[dt.date], sessions: int, *, run_id: str, links: Links) -> Message:
    """Several weeks came in with one run."""
    subject = f"{count(len(weeks), 'training week')} updated: {weeks[0]} to {weeks[-1]}"
    lines = [
        f"{count(sessions, 'session')} in {count(len(weeks), 'week')}:",
        *first_of([f"- {week}" for week in weeks], _MOST_LINES),
    ]
    return Message(
        kind="weeks_landed",
        severity="info",
        week=None,
        subject=subject,
        text=text_of(lines, links.run(run_id)),
        sms=sms(subject),
        data={"weeks": [week.isoformat() for week in weeks], "sessions": sessions, "run_id": run_id},
        identifier=f"landed/{run_id}",
    )


def run_failed(
    job: str, weeks: tuple[dt.date, dt.date] | None, troubles: Sequence[Trouble], run_id: str, links: Links
) -> Message:
    """A run failed: the step, the reason, and whether running again helps."""
    about = f" for {weeks_words(weeks)}" if weeks else ""
    subject = f"Run of {job}{about} failed" + (f" in {troubles[0].step}" if troubles else "")
    lines = [f"{trouble.step}: {trouble.says}" for trouble in troubles] or ["No step says why."]
    return Message(
        kind="run_failed",
        severity="warn",
        week=weeks[0].isoformat() if weeks else None,
        subject=subject,
        text=text_of([*lines, f"What to do: {_rerun_advice(troubles)}"], links.run(run_id)),
        sms=sms(subject, troubles[0].says if troubles else ""),
        data={"run_id": run_id, "job": job, "steps": [trouble.step for trouble in troubles]},
        identifier=f"run_failed/{job}/{weeks}/{digest(troubles or [run_id])}",
    )


def _rerun_advice(troubles: Sequence[Trouble]) -> str:
    verdicts = {trouble.rerun_helps for trouble in troubles} or {None}
    if False in verdicts:
        return "A rerun alone will not help: clear the reason first."
    if verdicts == {True}:
        return "A rerun can clear this; the next schedule or sensor tick may do it for you."
    return "Look at the run's log before running it again."


def backfill_finished(
    backfill_id: str, weeks: int, counts: Mapping[str, int], *, succeeded: bool, links: Links
) -> Message:
    """A whole backfill in one message; `counts` is run status → number of runs."""
    state = "finished" if succeeded else "ended with failures"
    subject = f"Backfill of {count(weeks, 'week')} {state}"
    runs = ", ".join(f"{number} {status}" for status, number in sorted(counts.items())) or "none"
    lines = [f"Runs: {runs}."]
    if not succeeded:
        lines.append("What to do: open the backfill, read the failed runs, and re-run only what is missing.")
    return Message(
        kind="backfill_finished",
        severity="info" if succeeded else "warn",
        week=None,
        subject=subject,
        text=text_of(lines, links.backfill(backfill_id)),
        sms=sms(subject),
        data={"backfill_id": backfill_id, "weeks": weeks, "runs": dict(counts)},
        identifier=f"backfill/{backfill_id}",
    )


def week_lines(value: WeekRecords) -> list[str]:
    """A line a session: its day, and the main lifts."""
    if value.outcome is not Outcome.PUBLISHED:
        return ["no session"]
    return first_of([_session_line(record) for record in value.records], _MOST_LINES)


def _session_line(record: SessionRecord) -> str:
    when = short_day(record.date) if record.date else clean(record.label or "no date")
    lifts = list(dict.fromkeys(_main_lifts(record)))
    shown = ", ".join(lifts[:_LIFTS_A_DAY]) + (", …" if len(lifts) > _LIFTS_A_DAY else "")
    return f"- {when}: {shown or record.kind}"


def _main_lifts(record: SessionRecord) -> Iterable[str]:
    return (
        " + ".join(clean(part.raw) for part in exercise.parts)
        for segment in record.segments
        if segment.kind == "main"
        for block in segment.blocks
        for exercise in block.exercises
    )
