"""Why a run failed, in a sentence that is safe to send, whether running it again helps, and what can still go on.

Whether a rerun helps is read from data: the class of the error, or what a step that failed on purpose put into
its metadata. The text of an error is only shown, never searched for an answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from wod_pipeline import errors
from wod_pipeline.wording import shorten

LONGEST_REASON = 600
"""Characters of a reason in a message; the run's log has the whole of it."""


@dataclass(frozen=True)
class StepFailure:
    """A failed step, the reason in a sentence, and whether running again helps (None: unknown)."""

    step: str
    reason: str
    rerun_helps: bool | None


def explain_error(step: str, chain: Iterable[tuple[str, str]]) -> StepFailure:
    """Why a step failed that raised an error; `chain` is its causes as (class name, message), outermost first.

    Our own errors are written for people, so the innermost of them is shown. Any other error is only named: its
    text may hold anything, a password included.
    """
    causes = list(chain)
    ours = [(kind, text) for cause in causes for kind, text in _own_error(*cause)]
    if not ours:
        name = causes[-1][0] if causes else ""
        return StepFailure(step, f"{name or 'an unknown error'}; the run's log has the details.", None)
    kind, text = ours[-1]
    return StepFailure(step, _reason(text), kind.rerun_helps)


def explain_failure(step: str, description: str, *, rerun_helps: bool | None) -> StepFailure:
    """Why a step failed that raised a `dagster.Failure`: its description is ours, and so is its answer."""
    return StepFailure(step, _reason(description), rerun_helps)


def remaining_work(
    weeks: Collection[dt.date], stored: Mapping[str, Collection[dt.date]]
) -> tuple[list[dt.date], tuple[str, ...]]:
    """After a run over these weeks has failed: the weeks that can still go on, and through which assets.

    `stored` has what each asset of the run stored, in the order of the assets. The first that did not store all weeks
    is the one that failed. What it did store goes on.
    """
    assets = tuple(stored)
    for n, asset in enumerate(assets, start=1):
        done = set(stored[asset]) & set(weeks)
        if len(done) < len(weeks):
            return sorted(done), assets[n:]
    return [], ()


def _own_error(name: str, message: str) -> Iterator[tuple[type[errors.WodError], str]]:
    """The class and the text of an error of ours; nothing for any other, also for one of the same class name.

    The message begins with the full name of the class, which is what tells them apart.
    """
    kind = getattr(errors, name, None)
    if isinstance(kind, type) and issubclass(kind, errors.WodError):
        prefix = f"{kind.__module__}.{kind.__name__}: "
        if message.startswith(prefix):
            yield kind, message.removeprefix(prefix)


def _reason(text: str) -> str:
    """The text on one line, in at most `LONGEST_REASON` characters, without what it says about reruns: the message
    ends with that.
    """
    for sentence in errors.RERUN_SENTENCES.values():
        text = text.replace(sentence, "")
    return shorten(" ".join(text.split()), LONGEST_REASON)
