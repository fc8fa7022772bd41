"""§7.5 to §7.8, §9: quantities, sides, tempos, pauses, heights and rests, one rule a function.

A rule takes the tokens and where it begins, and returns what it read with the token behind, or None.
"""

from __future__ import annotations

import re
from typing import TypeVar

from wod_pipeline.parsing._text import exact
from wod_pipeline.parsing.grammar.readings import Quantity, ReadRest
from wod_pipeline.parsing.grammar.tables import Phrases, meanings, one_of, phrases, skip, words_of
from wod_pipeline.parsing.grammar.tokens import COUNTING, Token, Tokens, scaled, seconds_of, tokens_in
from wod_pipeline.program import Pause, PausePlace, Range, Rest, Side

T = TypeVar("T")
Read = tuple[T, int] | None

_FIELDS = {"reps": "reps", "time": "duration_s", "distance": "distance_m", "calories": "calories"}
_MAXIMA = meanings("maximum")
_MOST = one_of("max maximum amrap me")


def quantity(t: Tokens, i: int) -> Read[Quantity]:
    """``AMOUNT [UNIT] | "max" ["effort" | "set" ["of"]] [UNIT]``."""
    token = t.all[i]
    if token.text in _MOST:
        return maximum(t, i)
    if token.kind == "cluster":
        return Quantity("reps", None, unit=False), skip(t, i + 1, REPS)
    if token.kind == "number":
        return _of_number(token), i + 1
    field = _FIELDS.get(token.kind)
    if field is None or token.value is None:
        return None
    seconds = seconds_of(token) if token.unit in {'"', "'"} else None
    signed = (token.unit, seconds) if seconds else None
    value = exact(token.value.min) if _is_even(token) else token.value  # type: ignore[arg-type]
    return Quantity(field, value, unit=True, per_side=_even_side(token), signed=signed), i + 1  # type: ignore[arg-type]


REPS = one_of("rep reps")


def _of_number(token: Token) -> Quantity:
    value = token.value
    return Quantity("reps", value, unit=False, per_side=_even_side(token))


def _is_even(token: Token) -> bool:
    return token.paired and token.value is not None and token.value.f is None


def _even_side(token: Token) -> Side | None:
    """Equal halves are one for each side: `9/9 Rows`."""
    return "side" if _is_even(token) else None


def joined_counts(t: Tokens, i: int) -> tuple[tuple[int, ...], int]:
    """``N {"+" N}``: the numbers, and the token behind them."""
    counts: list[int] = []
    while t.all[i].kind in COUNTING and (value := t.all[i].value) and value.min == value.max:
        counts.append(int(value.min or 0))
        i += 1
        if t.all[i].text != "+" or t.all[i + 1].kind not in COUNTING:
            break
        i += 1
    return tuple(counts), i


def maximum(t: Tokens, i: int) -> Read[Quantity]:
    """``("max" | "amrap" | "me") ["-"] ["effort" | "set"] ["of"] [UNIT]``."""
    if t.all[i].text not in _MOST:
        return None
    j, of = i + 1, "reps"
    while True:
        k = j + (t.all[j].text == "-")
        word = t.all[k].text
        if word in _MAXIMA:
            of, j = _MAXIMA[word], k + 1
        elif word == "of" and j > i + 1:
            j = k + 1
        else:
            return Quantity("reps", None, unit=True, max_of=of), j  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------------------------- sides
_SIDES = phrases("side")
_EACH = words_of("each")


def side(t: Tokens, i: int) -> Read[tuple[Side | None, str]]:
    """``["on"] ("each" | "per" | "/") [leg | arm | side]``: the side and its word; None when only each is said."""
    start = i
    i += t.all[i].text == "on" and t.all[i + 1].text in _EACH
    if t.all[i].text in _EACH:
        j = i + 1 + (t.all[i].text == "ea" and t.all[i + 1].text == ".")
        found = _SIDES.match(t, j)
        if found:
            return (found[0], t.all[j].text), found[1]  # type: ignore[return-value]
        alone = t.all[i].text in {"each", "ea"} and _ends_side(t, j)
        return ((None, ""), j) if alone else None
    if t.all[start].text == "/":
        found = _SIDES.match(t, start + 1)
        if found:
            return (found[0], t.all[start + 1].text), found[1]  # type: ignore[return-value]
        if t.all[start + 1].text in {"each", "ea"}:
            return (None, ""), start + 2
    return None


def _ends_side(t: Tokens, j: int) -> bool:
    token = t.all[j]
    return token.kind == "end" or token.text in {",", "@", "(", ")", "x", ";", ".", "-"}


# --------------------------------------------------------------------------------------------------- tempos
_TEMPO = re.compile(
    r"[0-9x](?:[0-9x]{3}|(?:[-./][0-9x]){3})(?![0-9a-z%]|[-./][0-9])(?! ?(?:kgs?|lbs?|pounds)\b)"
)
_ROUND_HUNDRED = re.compile(r"[0-9]{2}00")


def tempo(t: Tokens, i: int) -> Read[str]:
    """``["@"] ["tempo" [":" | "of"]] FOUR ["tempo"]`` with an `@` or the word; four of 0–9 and X."""
    j = i + (t.all[i].text == "@")
    marked = j > i
    if t.all[j].text in {"with", "at"} and t.all[j + 1].kind in {"number", "word"}:
        j += 1
    if t.all[j].text == "tempo":
        marked, j = True, j + 1
        j += t.all[j].text in {":", "of", "@", "-"}
    found = four(t, j)
    if not found:
        return None
    value, k = found
    if t.all[k].text == "tempo":
        marked, k = True, k + 1
    return (value, k) if marked else None


def four(t: Tokens, i: int) -> Read[str]:
    """``C [-] C [-] C [-] C``, each of 0–9 and X."""
    if t.all[i].kind not in {"number", "list", "cluster", "word"} or (
        t.all[i].kind == "word" and t.all[i].text[0] != "x"
    ):
        return None
    found = _TEMPO.match(t.form.text, t.all[i].start)
    if not found or t.form.text[found.end() - 1] in "-./":
        return None
    end = found.end()
    j = i
    while t.all[j].kind != "end" and t.all[j].end <= end:
        j += 1
    return (re.sub("[-./]", "", found[0]).upper(), j) if t.all[j - 1].end == end else None


def bare_tempo(t: Tokens, i: int) -> Read[str]:
    """``FOUR`` that can only be a tempo where it stands alone: no round hundred."""
    found = four(t, i)
    return found if found and not _ROUND_HUNDRED.fullmatch(found[0]) else None


# --------------------------------------------------------------------------------------------------- pauses
_PAUSING = words_of("pausing")
_PLACES = phrases("place")
_AT_PLACE = one_of("at in above below under on off just overhead @ the")


def pause(t: Tokens, i: int, *, marked: bool = False) -> Read[Pause]:
    """``("with" | "w/") ["a"] [TIME] "pause" [("at" | "in" | …) PLACE]``; `marked`: what stands in front says so."""
    j = i
    if t.all[j].text in _WITH:
        j += 1 + (t.all[j + 1].text == "/")
    elif not marked:
        return None
    j = skip(t, j, _ARTICLES)
    seconds = seconds_of(t.all[j])
    j += seconds is not None
    j += t.all[j].text == "-"
    if t.all[j].text not in _PAUSING:
        return None
    place = _pause_place(t, j + 1)
    return (Pause(seconds, place[0]), place[1]) if place else (Pause(seconds), j + 1)


_WITH = one_of("with w")
_ARTICLES = one_of("a an the")
_PLACE_END = one_of("x , ; + @ ( ) - : for then")
_MOST_PLACE_WORDS = 9
_NAMES_PLACE = one_of("below under overhead")
"""Words in front of a place that are part of its name."""


def _pause_place(t: Tokens, i: int) -> Read[PausePlace]:
    """``("at" | "in" | "above" | "below" | …) words``: where the pause is, `other` when the words name no place."""
    if t.all[i].text not in _AT_PLACE or (t.all[i].text == "@" and t.all[i + 1].kind != "word"):
        return None
    found: PausePlace | None = None
    j = start = i if t.all[i].text in _NAMES_PLACE else i + 1
    while j < start + _MOST_PLACE_WORDS and t.all[j].kind == "word" and t.all[j].text not in _PLACE_END:
        place = _PLACES.match(t, j) if found is None and not _is_above(t, j) else None
        if place:
            found, j = place  # type: ignore[assignment]
            continue
        j += 1
        j += t.all[j].text == "-" and not t.all[j].spaced
    return (found or "other", j) if j > i + 1 or found else None


def _is_above(t: Tokens, j: int) -> bool:
    """`above the knee`: a place above another is none of those that have a name."""
    return "above" in {t.all[j - 1].text, t.all[j - 2].text}


# -------------------------------------------------------------------------------------------------- heights
_CM = {'"': 2.54, "'": 30.48, "f": 30.48, "i": 2.54, "c": 1, "m": 100}
_INCHES_OR_CM = one_of("in inch inches cm")


def height(t: Tokens, i: int) -> Read[Range]:
    """``N ('"' | "'" | "ft" | "in" | "cm")``: a height in centimetres, exact product of the stated unit."""
    token = t.all[i]
    if token.kind == "distance" and token.unit[:1] in _CM and token.unit[:2] != "mi" and token.alone:
        return scaled(token.alone, _CM[token.unit[:1]]), i + 1
    j = i + 1 + (t.all[i + 1].text == "-")
    unit = t.all[j].text
    if token.kind != "number" or not token.value or unit not in _INCHES_OR_CM:
        return None
    return scaled(token.value, _CM[unit[0]]), j + 1


# ---------------------------------------------------------------------------------------------------- rests
_BETWEEN = one_of("between after before btw b")
_SETS = one_of("set sets round rounds")
_BETWEEN_WHAT = one_of(
    "set sets round rounds leg legs arm arms side sides exercise exercises movement movements effort efforts"
    " lift lifts attempt attempts next each all every the your and part moving on to"
)


def rest(t: Tokens, i: int) -> Read[ReadRest]:
    """``"rest" [for] (TIME | "as needed" | "1:1") ["between" …] | TIME ["of"] "rest" [between …]``."""
    if t.all[i].text in {"rest", "resting"}:
        return _behind_rest(t, i + 1)
    seconds = seconds_of(t.all[i])
    j = i + 1 + (t.all[i + 1].text == "of")
    return _with_between(t, Rest(seconds), j + 1) if seconds and t.all[j].text == "rest" else None


_FOR = one_of(": = - for about exactly period")
_NEEDED = one_of("needed required necessary")
_REST_BOUNDS = Phrases({
    "at least": "at_least", "up to": "at_most", "at most": "at_most", "no more than": "at_most",
})  # fmt: skip


def _behind_rest(t: Tokens, i: int) -> Read[ReadRest]:
    """``["for"] ["at least" | "up to"] (TIME ["or less"] | "as needed" | "1:1" | "equal to work")``."""
    i = skip(t, i, _FOR)
    bound, i = _REST_BOUNDS.match(t, i) or ("", i)
    i = skip(t, i, _FOR)
    qualified = _qualified(t, i)
    if qualified:
        return _with_between(t, *qualified)
    length, j = _length(t, i)
    if length is None:
        return None
    less = j + (t.all[j].text == "(")
    if t.all[less].text == "or" and t.all[less + 1].text == "less":
        bound, j = bound or "at_most", less + 2
    if bound:
        length = Range(length.min, None) if bound == "at_least" else Range(None, length.max)
    return _with_between(t, Rest(length), j)


def _qualified(t: Tokens, i: int) -> Read[Rest]:
    """``"as" ("needed" | "much as needed") | "1:1" | "equal to work"``."""
    if t.all[i].text == "as" and t.all[i + 1].text in _NEEDED:
        return Rest(qual="as_needed"), i + 2
    if t.all[i].text == "as" and t.all[i + 1].text == "much":
        return Rest(qual="as_needed"), i + 4
    one_to_one = t.all[i].kind == "number" and t.form.text.startswith("1:1", t.all[i].start)
    if one_to_one or _words(t, i, ("equal", "to", "work")):
        return Rest(qual="equal_to_work"), _behind_equal(t, i)
    return None


def _length(t: Tokens, i: int) -> tuple[Range | None, int]:
    """A time, or two with a dash between spaces or a unit each: `60 seconds - 2 minutes`, `2 - 3 minutes`."""
    first = t.all[i]
    last = t.all[i + 2] if t.all[i + 1].text in {"-", "to"} else None
    ends = seconds_of(last) if last else None
    if last and ends and (first.kind == "number" and first.value):
        low = scaled(first.value, (ends.min or 0) / (last.alone.min or 1)) if last.alone else first.value
        return Range(low.min, ends.max), i + 3
    starts = seconds_of(first)
    if starts and ends:
        return Range(starts.min, ends.max), i + 3
    return starts, i + 1


_RATIO = one_of("ratio ( ) work rest to : /")


def _behind_equal(t: Tokens, i: int) -> int:
    if t.all[i].text == "equal":
        return i + 3 + (t.all[i + 3].text == "time")
    place = t.all[i].start + 3
    while t.all[i].kind != "end" and t.all[i].start < place:
        i += 1
    return skip(t, i, _RATIO)


def _words(t: Tokens, i: int, words: tuple[str, ...]) -> bool:
    return all(i + k < len(t.all) and t.all[i + k].text == word for k, word in enumerate(words))


def _with_between(t: Tokens, rest: Rest, i: int) -> Read[ReadRest]:
    """``["or as needed"] [("between" | "after") WHAT]`` behind a rest."""
    i = _or_as_needed(t, i)
    j = i + (t.all[i].text == "in")
    if t.all[j].text in _BETWEEN:
        k = j + 1
        while t.all[k].text in {"/", "w", "t"}:
            k += 1
        end = _behind_what(t, k)
        of_sets = any(token.text in _SETS or token.kind in {"sets"} for token in t.all[k:end])
        return ReadRest(rest, between=of_sets), end
    return ReadRest(rest, between=False), i


def _or_as_needed(t: Tokens, i: int) -> int:
    j = i + (t.all[i].text == ",")
    j += t.all[j].text == "("
    j += t.all[j].text == "or"
    if t.all[j].text == "as" and t.all[j + 1].text in {"needed", "required"}:
        return j + 2 + (t.all[j + 2].text == ")")
    return i


def _behind_what(t: Tokens, i: int) -> int:
    """The token behind the words for what a rest is between: `sets`, `each leg`, `A1 & A2`."""
    while (
        t.all[i].text in _BETWEEN_WHAT
        or (len(t.all[i].text) == 1 and t.all[i].text.isalpha())
        or (t.all[i].kind == "number" and not t.all[i].spaced)
        or t.all[i].text == "&"
    ):
        i += 1
    return i


def read_rest(text: str) -> ReadRest | None:
    """``"Rest" (TIME | "as needed" | "1:1") ["between sets"]``, as a whole line in matching form."""
    if "rest" not in text:
        return None
    t = tokens_in(text)
    found = rest(t, skip(t, 0, _AROUND))
    if not found:
        return None
    read, i = found
    i = skip(t, i, _REPEATED)
    return read if i >= t.size else None


_AROUND = one_of("( [ . * -")
_REPEATED = one_of(", . ; : ! ) ] and then repeat switch side sides leg legs arm arms - *")
"""What may stand behind a rest and says nothing more: signs, and that the work is done again."""
