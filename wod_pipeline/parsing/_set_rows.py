"""§8 Set rows: lines, table rows and clauses that say what single sets of an exercise prescribe."""

from __future__ import annotations

import re
from typing import NamedTuple

from msgspec.structs import replace

from wod_pipeline.parsing._loads import ReadLoad, read_load
from wod_pipeline.parsing._rest import read_rest
from wod_pipeline.parsing._text import NUM, ReadValue, exact, number
from wod_pipeline.program import Range, Rest


class ReadRow(ReadValue, frozen=True):
    """A row as one line states it: sets `first` to `last`; without numbers (`first` None) the next `repeat` sets."""

    first: int | None
    last: int | None
    repeat: int
    reps: Range | None
    load: ReadLoad | None
    rest: Rest | None = None


_REPS = (
    rf"\(?(?P<reps>{NUM})(?: ?(?:-|to) ?(?P<reps2>{NUM}))?"
    r"(?:(?P<complex>(?: ?\+ ?[0-9]{1,2}){1,5})|(?P<plus>\+))?\)?"
)
"""Repetitions; of a complex written out (`2+1`) no single number can be said."""
_NUMBERS = r"[0-9]{1,3}(?: ?(?:-|to|through|,|&|and|, and) ?#?[0-9]{1,3})*"
_NUMBERED = re.compile(
    rf"(?:sets?|attempts?)(?: (?:number|no\.?))? ?#?(?P<sets>{_NUMBERS})\)? ?(?:(?:[=:]|- )+ ?|(?=@)|\. |"
    r"(?<= )- ?)(?P<body>\S.*)"
)
_SPANS = re.compile(r"(?P<first>[0-9]{1,3})(?: ?(?:-|to|through) ?(?P<last>[0-9]{1,3}))?")
_REPS_ONLY = re.compile(rf"{_REPS}(?: ?reps?)?(?: each(?: \w+)?)?")
_REPS_AT = re.compile(
    rf"(?:(?P<count>[0-9]{{1,2}}) ?x ?)?{_REPS}(?: ?reps?)?(?: each(?: \w+)?)? ?(?:@|at (?=[0-9]))(?P<load>.*)"
)
_NEXT_SET = re.compile(r"[,;] ?(?:then )?(?=sets? ?#?[0-9]|[0-9]{1,2} sets? ?(?:@|of [0-9]))")
_SETS_AT = re.compile(r"(?P<count>[0-9]{1,2}) sets? ?(?:@|at (?=[0-9])) ?(?P<load>[^,;]+)")
_SETS_OF = re.compile(
    rf"(?P<count>[0-9]{{1,2}})(?: sets? (?:of|x)| ?x) {_REPS}(?: ?reps?)?(?: each(?: \w+)?)?(?: ?(?:@|at "
    r"(?=[0-9]))(?P<load>[^,;]+))?"
    r"(?:[,;] ?(?P<rest>rest .*))?"
)
_MAX_AT = re.compile(r"(?:max(?:imum)?(?: reps?| effort)?|amrap) ?@(?P<load>.+)")
_REPS_LOAD = re.compile(rf"{_REPS} reps?,? (?P<load>.+)")
_BEHIND_LOAD = re.compile(
    rf",? ?(?:x|for) ?{_REPS}(?: ?reps?)?(?: ?(?:x|for) ?(?P<count>[0-9]{{1,2}})(?: ?sets?)?)?(?P<rest>.*)"
)
_PERCENT = r"[0-9]{1,3}(?:\.[0-9]{1,2})?(?:-[0-9]{1,3}(?:\.[0-9]{1,2})?)? ?%"
_BY_X = re.compile(rf"(?:(?P<count>[0-9]{{1,2}}) ?x ?)?{_REPS} ?x ?(?P<load>@? ?{_PERCENT}.*)")
_CLAUSE = re.compile(
    rf"(?:(?:[0-9]{{1,2}} ?x ?)?[0-9]{{1,3}}(?:-[0-9]{{1,3}})?\+? ?x ?@? ?{_PERCENT}\+?"
    rf"|(?:[0-9]{{1,2}} ?x ?)?[0-9]{{1,3}}(?:-[0-9]{{1,3}})? ?@ ?{_PERCENT}"
    rf"|@? ?{_PERCENT} ?x ?[0-9]{{1,3}}(?:-[0-9]{{1,3}})?\+?(?: ?reps?)?(?: ?x ?[0-9]{{1,2}}(?: ?sets?)?)?)"
)
_COMMA = re.compile(r" ?[,;] ?(?:then )?| then | / | and ")
_CELLS = re.compile(r" ?\| ?")


def read_rows(text: str) -> tuple[ReadRow, ...]:
    """The set rows a line is; empty when it is none.

    ``row = ("Set" | "Sets" | "Attempt") N ["-" M] ("=" | ":" | "-") [REPS] ["@" LOAD]``; or unnumbered
    ``REPS "@" LOAD``, ``LOAD "x" REPS ["x" SETS]``, ``[SETS "x"] REPS "x" PERCENT``, several by commas.
    """
    several = _NEXT_SET.split(text) if text.count("set") > 1 else []
    if len(several) > 1:
        rows = [read_rows(piece) for piece in several]
        return tuple(row for piece in rows for row in piece) if all(rows) else ()
    loaded = _SETS_AT.fullmatch(text) if text[:1].isdigit() else None
    load = read_load(loaded["load"].strip()) if loaded else None
    if loaded and load:
        return (ReadRow(None, None, int(loaded["count"]), None, load),)
    counted = _SETS_OF.fullmatch(text) if text[:1].isdigit() else None
    if counted:
        load = read_load(counted["load"].strip()) if counted["load"] else None
        rest = read_rest(counted["rest"]) if counted["rest"] else None
        return (
            ReadRow(None, None, int(counted["count"]), _range(counted), load, rest.rest if rest else None),
        )
    numbered = _NUMBERED.match(text[1:-1] if text[:4] in {"(set", "[set"} and text[-1] in ")]" else text)
    if numbered:
        return _numbered(numbered)
    if ("%" not in text and "@" not in text) or not text or text[0] not in "0123456789@.x":
        return ()
    return read_clauses(text)


def _numbered(found: re.Match[str]) -> tuple[ReadRow, ...]:
    body = found["body"].strip()
    row = _body(body)
    if row is None and body.startswith("same "):
        row = ReadRow(None, None, 1, None, _unreadable(body, 0))
    if row is None:
        return ()
    spans: list[tuple[int, int]] = []
    for span in _SPANS.finditer(found["sets"]):
        first, last = int(span["first"]), int(span["last"] or span["first"])
        if spans and spans[-1][1] + 1 == first:
            first = spans.pop()[0]
        spans.append((first, last))
    return tuple(replace(row, first=first, last=last) for first, last in spans)


def read_clauses(text: str) -> tuple[ReadRow, ...]:
    """Unnumbered rows by commas, as behind a movement's name: ``4x70%, 3x75%``, ``70% x 4 x 2``."""
    rows = []
    for piece in _COMMA.split(text.strip(" .;")):
        row = _body(piece) if piece and piece.removeprefix("x ")[:1] in "0123456789@." else None
        if row is None or row.load is None or row.load.load is None or not (row.reps or "x" in piece):
            return ()
        rows.append(row)
    return tuple(rows)


def find_clauses(text: str) -> int | None:
    """Where the clauses behind a movement's name start, if there are any."""
    if "%" not in text:
        return None
    found = _CLAUSE.search(text)
    return found.start() if found else None


def _body(text: str) -> ReadRow | None:
    """What a row prescribes: ``[REPS] ["@" LOAD]`` or ``LOAD ["x" REPS ["x" SETS]]``."""
    at = len(text) - len(text.lstrip("@ "))
    if at and "@" in text[:at]:
        return _load_first(text, at) or ReadRow(None, None, 1, None, _unreadable(text, at))
    text = text.removeprefix("x ")
    most = _MAX_AT.fullmatch(text)
    if most:
        return ReadRow(None, None, 1, None, read_load(most["load"].strip()) or _unreadable(most["load"], 0))
    if _REPS_ONLY.fullmatch(text):
        return ReadRow(None, None, 1, _range(_REPS_ONLY.fullmatch(text)), None)
    for pattern in (_BY_X, _REPS_AT):
        found = pattern.fullmatch(text)
        if found:
            return _reps_first(found)
    return _load_first(text, 0) or _reps_then_load(text)


def _reps_first(found: re.Match[str]) -> ReadRow:
    words = found["load"].lstrip("@ ")
    load = read_load(words) or _unreadable(words, 0)
    return ReadRow(None, None, int(found["count"] or 1), _range(found), load)


def _reps_then_load(text: str) -> ReadRow | None:
    found = _REPS_LOAD.fullmatch(text)
    if not found:
        return None
    load = read_load(found["load"].strip("()"))
    return ReadRow(None, None, 1, _range(found), load)


def _load_first(text: str, at: int) -> ReadRow | None:
    load = read_load(text, at)
    if load is None:
        return None
    behind = _BEHIND_LOAD.match(text, load.end)
    if behind:
        return ReadRow(None, None, int(behind["count"] or 1), _range(behind), load)
    tail = text[load.end :].strip()
    if tail and not at and tail[0] not in "(,;.-":
        return None
    return ReadRow(None, None, 1, None, load)


def _unreadable(text: str, at: int) -> ReadLoad:
    return ReadLoad(None, at, len(text), words=text[at:])


def _range(found: re.Match[str] | None) -> Range | None:
    if found is None or found["complex"]:
        return None
    low = number(found["reps"])
    if found["plus"]:
        return Range(low, None)
    return Range(low, number(found["reps2"])) if found["reps2"] else exact(low)


# ------------------------------------------------------------------------------------------------- tables
class Columns(NamedTuple):
    """Which cell of a table's rows says what."""

    sets: int
    reps: int | None
    load: int | None


_SETS_HEAD = re.compile(r"(?:sets?|attempts?)(?: ?#| number| no\.?)?|#")
_REPS_HEAD = re.compile(r"rep(?:etition)?s?")
_LOAD_HEAD = re.compile(r"%|percent(?:age)?|load|weight|intensity|% ?(?:of )?(?:1-?rm)?")
_MAX_CELL = re.compile(r"(?:max(?:imum)?(?: reps?)?|amrap|-+)")
PLAIN_COLUMNS = Columns(0, 1, 2)


def read_header(text: str) -> Columns | None:
    """The header row of a table of sets: ``Set | Reps | %`` in any order."""
    cells = [cell.strip(" .:") for cell in _CELLS.split(text)] if "|" in text else []
    places: dict[str, int] = {}
    for n, cell in enumerate(cells):
        for name, pattern in (("sets", _SETS_HEAD), ("reps", _REPS_HEAD), ("load", _LOAD_HEAD)):
            if pattern.fullmatch(cell):
                places.setdefault(name, n)
    if "sets" not in places or len(places) < 2:
        return None
    return Columns(places["sets"], places.get("reps"), places.get("load"))


def read_table_row(text: str, columns: Columns = PLAIN_COLUMNS) -> ReadRow | None:
    """A table row ``SETS | REPS | LOAD``; empty cells say nothing."""
    cells = [cell.strip() for cell in _CELLS.split(text)] if "|" in text else []
    if columns.sets >= len(cells):
        return None
    span = _SPANS.fullmatch(cells[columns.sets].removeprefix("sets").removeprefix("set").lstrip(" #"))
    reps = _cell(cells, columns.reps)
    reps = "" if _MAX_CELL.fullmatch(reps) else reps
    reps_found = _REPS_ONLY.fullmatch(reps)
    if span is None or (reps and not reps_found):
        return None
    words = _cell(cells, columns.load)
    load = _table_load(words)
    if not (reps_found or load):
        return None
    first = int(span["first"])
    return ReadRow(first, int(span["last"] or first), 1, _range(reps_found), load)


def _cell(cells: list[str], column: int | None) -> str:
    return cells[column] if column is not None and column < len(cells) else ""


def _table_load(words: str) -> ReadLoad | None:
    words = words.lstrip("@ ")
    if not words:
        return None
    bare = re.fullmatch(r"[0-9]{2,3}(?:\.[0-9])?(?:-[0-9]{2,3})?", words)
    return read_load(words + "%" if bare else words) or _unreadable(words, 0)
