"""The table of claims: what should hold of a week, how badly a breach counts, and what to do about it.

The asset checks, `wod check` and the table in `docs/operations.md` are made from `CLAIMS`. Thresholds are in
`Limits`; which function judges which claim is in `_verdicts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Grade = Literal["warn", "error"]
Stage = Literal["parsed", "stored"]


@dataclass(frozen=True)
class Claim:
    """Something that should hold for every week; the asset check of the same name reports it.

    `says` states it, `act` is what to do when it is breached. `grade` is the worst that a breach counts as: an
    error of a `blocking` claim keeps the week out of the session table. `stage` is what it is judged on: the
    parsed week before it is stored, or the stored one.
    """

    name: str
    grade: Grade
    says: str
    act: str
    blocking: bool = False
    stage: Stage = "parsed"


@dataclass(frozen=True)
class Limits:
    """Every threshold of every claim."""

    past_weeks: int = 26
    """How many earlier weeks with sessions a week is compared with."""
    least_past_weeks: int = 8
    """With fewer earlier weeks nothing counts as unusual."""
    warn_beyond_z: float = 1.645
    """Robust z-score beyond which 10 % of a normal distribution lies (two-sided)."""
    error_beyond_z: float = 3.291
    """Robust z-score beyond which 0.1 % of a normal distribution lies (two-sided)."""
    usual_day_share: float = 0.9
    """A weekday with a session in at least this share of the past weeks is a usual training day."""
    least_read_share: float = 0.75
    """Least share of the week's lines to be read as more than a note, as a fraction."""
    unknown_movement_share: float = 0.05
    """Largest share of exercises whose movement may be unknown, as a fraction."""


LIMITS = Limits()

_CLAIMS = (
    Claim(
        "every_date_falls_in_the_week",
        "error",
        "Every session is dated within the Monday-to-Sunday week it is stored under.",
        "Compare the post's title, slug and day headings. A post that spans two weeks is a warning and is "
        "stored; any other date outside means the dates were misread: the week stays out of the table "
        "until the post or the parser is corrected and the week is run again.",
        blocking=True,
    ),
    Claim(
        "every_session_has_its_own_key",
        "error",
        "Every session of the week has its own date and session key.",
        "Two sessions under one key would overwrite each other, so the week stays out of the table. The "
        "key is program, post id and position; look for the same post delivered twice.",
        blocking=True,
    ),
    Claim(
        "a_week_with_sessions_stays_filled",
        "error",
        "A week that has sessions in the table is not replaced by a week without any.",
        "Open the post: was it emptied, protected by a password, or replaced by an announcement? If that is "
        "meant, store it with `wod materialize --week DATE --allow-empty`; otherwise there is nothing to do: "
        "the stored sessions stay.",
        blocking=True,
    ),
    Claim(
        "every_training_day_has_a_session",
        "error",
        "Every day headed as training or test holds an exercise, and every usual training weekday has a "
        "session.",
        "An empty training day is a warning, and an error when all of them are empty: the lines under "
        "that heading were not understood; `wod explain` shows how each line is read. A usual weekday "
        "that is absent is a warning: a heading may be misspelt, or the coach gave the day off.",
    ),
    Claim(
        "session_count_is_usual",
        "error",
        "The number of sessions is within the usual range of the past half year.",
        "Look at the week's sessions beside the post. A missed heading merges two days; a repeated post "
        "doubles them. A deload or a holiday is fine: leave it.",
    ),
    Claim(
        "exercise_count_is_usual",
        "error",
        "The number of exercises is within the usual range of the past half year.",
        "As for the session count; many fewer usually means that lines became notes.",
    ),
    Claim(
        "lift_count_is_usual",
        "error",
        "The number of lifts at working weight is within the usual range of the past half year.",
        "As for the session count; an absurd number is usually a misread set or repetition count.",
    ),
    Claim(
        "most_lines_are_understood",
        "warn",
        "At least three quarters of the week's lines are read as more than a note.",
        "The coach may have changed the notation. Look at the lines read as notes in the check's table; "
        "the text itself is never lost.",
    ),
    Claim(
        "every_load_is_readable",
        "warn",
        "Every load could be read.",
        "The line's text is kept and shown as written. A new way to write a load belongs in the notation.",
    ),
    Claim(
        "most_movements_are_known",
        "warn",
        "At most one exercise in twenty names a movement that the vocabulary does not have.",
        "Add the names in the check's table to the movement vocabulary and run the week again.",
    ),
    Claim(
        "no_percent_is_ambiguous",
        "warn",
        "For every percentage it is known which maximum it is of.",
        "The candidates are in the check's table; no weight is worked out for such a line. The athlete "
        "picks the maximum, or the coach names it.",
    ),
    Claim(
        "no_post_is_there_twice",
        "warn",
        "The posts of the week differ in id, content and program.",
        "Same content: the coach published twice, delete one. Same program: a correction was published "
        "beside the original, and the week shows both until the coach withdraws one.",
    ),
    Claim(
        "the_week_is_published",
        "warn",
        "The coach has published a post for the week, and it holds a session.",
        "There is nothing to do before Sunday evening. After that the freshness sensor alerts by itself. If "
        "the post exists, its title or slug may name another week.",
    ),
    Claim(
        "every_post_is_still_listed",
        "warn",
        "Every post the week was made from is still listed by the site.",
        "The post was deleted, unpublished or moved out of the watched categories. Its sessions are kept: "
        "there is nothing to do unless they should go too.",
    ),
    Claim(
        "stored_records_equal_parsed_records",
        "error",
        "What the session table gives back is what was parsed from the posts.",
        "Run the week again. If it stays different, the table was changed by something else, or holds a "
        "newer revision of the post than the lake does: look at the check's table for the sessions that "
        "differ.",
        stage="stored",
    ),
)

CLAIMS: dict[str, Claim] = {claim.name: claim for claim in _CLAIMS}
BLOCKING: tuple[str, ...] = tuple(claim.name for claim in _CLAIMS if claim.blocking)
