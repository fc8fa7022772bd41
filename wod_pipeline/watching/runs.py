"""Which runs are worth a message, and what a failure means, from a run's tags and the texts of its errors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wod_pipeline import errors
from wod_pipeline.wording import shorten

_SENTENCE = 300
_CLEARS, _STAYS = "A rerun can clear this.", "A rerun alone will not help."


@dataclass(frozen=True)
class Trouble:
    """Why a run failed, the step, a sentence, and whether running again helps (None: unknown)."""

    step: str
    says: str
    rerun_helps: bool | None


def explain(step: str, chain: Iterable[tuple[str, str]], told: str = "") -> Trouble:
    """What a failed step's errors mean, outermost first, as (class name, message).

    Our own errors, and what an asset told on purpose (`told`), are written for people and shown. A stranger is
    only named: its text may hold anything, a password included.
    """
    links = list(chain)
    own = [message for name, message in links if _is_ours(name)]
    text = told or (own[-1] if own else "")
    if text:
        return Trouble(step, _sentence(text), _verdict_in(text))
    name = links[-1][0] if links else "an unknown error"
    return Trouble(step, f"{name}; the run's log has the details.", None)


def _is_ours(name: str) -> bool:
    found = getattr(errors, name.rpartition(".")[2], None)
    return isinstance(found, type) and issubclass(found, errors.WodError)


def _verdict_in(text: str) -> bool | None:
    """Whether a rerun helps, as our errors say it; of several, a rerun must help all."""
    if _STAYS in text:
        return False
    return True if _CLEARS in text else None


def _sentence(text: str) -> str:
    """The text without the class name in front and the verdict behind, on one line, of bearable length."""
    head, colon, rest = text.partition(": ")
    words = rest if colon and _is_ours(head) else text
    line = " ".join(words.replace(_CLEARS, "").replace(_STAYS, "").split())
    return shorten(line, _SENTENCE)
