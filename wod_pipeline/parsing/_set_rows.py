"""§8 Set rows: lines, table rows and clauses that say what single sets of an exercise prescribe."""

from __future__ import annotations

import re
from typing import NamedTuple

from msgspec.structs import replace

from wod_pipeline.parsing._loads import ReadLoad, read_load
from wod_pipeline.parsing._rest import read_rest
from wod_pipeline.parsing._text import ReadValue, exact, number, words
from wod_pipeline.program import Range, Rest
from wod_pipeline.vocabulary import resolve


class ReadRow(ReadValue, frozen=True):
    """A row as one line states it: sets `first` to `last`; without numbers (`first` None) the next `repeat` sets."""

    first: int | None
    last: int | None
    repeat: int
    reps: Range | None
    load: ReadLoad | None
    rest: Rest | None = None
    named: tuple[str | None, ...] = ()  # the movements the row names, which must be of its exercise


_REPS = (
    r"\(?(?P<reps>[0-9]{1,4})(?: ?(?:-|to) ?(?P<reps2>[0-9]{1,4}))?(?![0-9])"
    r"(?:(?P<complex>(?: ?[+.] ?[0-9]{1,2}){1,5})|(?P<plus>\+))?\)?"
)
"""Repetitions; of a complex (`2+1`) or a cluster (`1.1.1`) written out no single number can be said."""
_SPAN = r"[0-9]{1,3}(?:(?:-| to | thru | through )#?[0-9]{1,3})?"
_LOOSE_SPAN = r"[0-9]{1,3}(?: ?(?:-|to|thru|through) ?#?[0-9]{1,3})?"
_FIGURE = r"\([0-9@]|[0-9]{1,3}(?:\.[0-9])?(?:-[0-9]{1,3})? ?%"
_NUMBERED = tuple(
    re.compile(
        rf"{head}(?: (?:number|no\.?))? ?#?(?P<sets>{span}(?: ?(?:, and|,|&|and) ?#?{span})*)"
        rf"\)? ?(?:(?:[=:]|- )+ ?|(?=@)|\. |(?<= )- ?|(?<= )(?={_FIGURE}))(?P<body>\S.*)"
    )
    for head, span in (
        (r"(?:(?:set|attempt|round|minute)|(?:set|attempt|round|minute)s(?! ?#?[0-9]{1,3} - ))", _SPAN),
        (r"(?:set|attempt|round|minute)s?", _LOOSE_SPAN),
    )
)
"""The numbers of sets and what they prescribe. A dash between spaces ends the numbers (`Set 1 - 3 @ 60%`), unless
several sets are announced (`Sets 1 - 3 @ 60%`) or nothing can be read behind it (`Set 1 - 3 = 60%`)."""
_NTH = {
    word: str(n)
    for n, word in enumerate(
        words("first second third fourth fifth sixth seventh eighth ninth tenth"), start=1
    )
}
_ORDINAL = re.compile(
    rf"(?:the |your )?(?:(?P<n>[0-9]{{1,2}})(?:st|nd|rd|th)|(?P<word>{'|'.join(_NTH)})) (?P<of>set|attempt)(?![a-z])"
)
_SPANS = re.compile(r"(?P<first>[0-9]{1,3})(?: ?(?:-|to|thru|through) ?(?P<last>[0-9]{1,3}))?")
_REPS_ONLY = re.compile(rf"{_REPS}(?: ?reps?)?(?: each(?: \w+)?)?")
_REPS_AT = re.compile(
    rf"(?:(?P<count>[0-9]{{1,2}})(?: ?x| sets? (?:of|x)) ?)?{_REPS}"
    r"(?: ?reps?)?(?: each(?: \w+)?)?[,;]? ?(?:@|at (?=[0-9]))(?P<load>.*)"
)
_NAMED = re.compile(
    rf"(?P<names>[0-9a-z][a-z0-9 &'+-]*?)(?: x {_REPS}(?: ?reps?)?)?(?: ?@ ?(?P<load>[^@]+))?"
)
_COUNTED_NAME = re.compile(r" ?(?:(?P<n>[0-9]{1,2}) )?(?P<name>[^ ].*?) ?")
_BUILDS = re.compile(
    r"(?:build|work)(?:ing)?(?: up)? to (?:(?:a|an|your|the|today's) )*(?:(?:1|2|3|5)[ -]?rm|max(?:imum)?"
    r"|(?:heavy|challenging|tough|hard)(?: (?:single|double|triple|set of [0-9]{1,2}))?)(?: for the day)?[ .]*"
)
_FEW = re.compile(r"(?P<n>[0-9]{1,2}) (?:x )?(?P<few>single|double|triple)s?(?= ?@| at [0-9])")
_REPS_OF = {"single": 1, "double": 2, "triple": 3}
_NEXT_SET = re.compile(
    r"(?:[,;] ?(?:then )?\*?| / \*?| \*)(?=sets? ?#?[0-9]|[0-9]{1,2} sets? ?(?:@|of [0-9]))"
)
_SETS_AT = re.compile(r"(?P<count>[0-9]{1,2}) sets? ?(?:@|at (?=[0-9])) ?(?P<load>[^,;]+)")
_SETS_OF = re.compile(
    rf"(?P<count>[0-9]{{1,2}})(?: sets? (?:of|x)| ?x) {_REPS}(?: ?reps?)?(?: each(?: \w+)?)?(?: ?(?:@|at "
    r"(?=[0-9]))(?P<load>[^,;]+))?"
    r"(?:[,;] ?(?P<rest>rest .*))?"
)
_MAX_AT = re.compile(r"(?:max(?:imum)?(?: reps?| effort)?|amrap) ?@(?P<load>.+)")
_REPS_LOAD = re.compile(rf"{_REPS} reps?(?:,| with| using| -)? (?P<load>.+)")
_COUNT_BEHIND = r"(?:x|for) ?(?P<sets>[0-9]{1,2}) ?sets?(?![a-z])"
_SETS_BEHIND = re.compile(rf"[,)]? ?{_COUNT_BEHIND}")
_BEHIND_LOAD = re.compile(
    rf"(?:,? ?(?:x|for)|,? - ) ?{_REPS}(?! ?sets?)(?: ?reps?)?"
    r"(?: ?(?:x|for) ?(?P<count>[0-9]{1,2})(?: ?sets?)?)?(?P<rest>.*)"
)
_PERCENT = r"[0-9]{1,3}(?:\.[0-9]{1,2})?(?:-[0-9]{1,3}(?:\.[0-9]{1,2})?)?\+? ?%"
_BY_X = re.compile(rf"(?:(?P<count>[0-9]{{1,2}}) ?x ?)?{_REPS} ?x ?(?P<load>@? ?{_PERCENT}.*)")
_CLAUSE = re.compile(
    r"(?:(?:[0-9]{1,2}(?: ?x| sets? (?:of|x)) ?)?[0-9]{1,3}(?:-[0-9]{1,3})?"
    rf"(?:\+? ?x ?@? ?{_PERCENT}\+?|(?: ?reps?)? ?@ ?{_PERCENT})"
    rf"|@? ?{_PERCENT}\+?(?: of [0-9a-z& -]{{2,40}}?)? ?x"
    r" ?[0-9]{1,3}(?:-[0-9]{1,3})?\+?(?: ?reps?)?(?: ?x ?[0-9]{1,2}(?: ?sets?)?)?)"
)
_COMMA = re.compile(
    r" ?[,;] ?(?:then )?| then | / | and |(?<=%) (?=[0-9])"
    r"|(?<=%) ?\+ ?(?=[0-9]{1,2} ?x)|(?<=[0-9]) \+ (?=[0-9]{2,3} ?%)"
)
ASIDE = re.compile(r"\((?!of )(?=[^()]*[a-z])[^()]*\)")
"""Brackets with words: an aside, unless they say what a percent is of."""
_CELLS = re.compile(r" ?\| ?")


def read_rows(text: str) -> tuple[ReadRow, ...]:
    """The set rows a line is; empty when it is none.

    ``row = ("Set" | "Sets" | "Attempt") N ["-" M] ("=" | ":" | "-") [REPS] ["@" LOAD]``; or unnumbered
    ``REPS "@" LOAD``, ``LOAD "x" REPS ["x" SETS]``, ``[SETS "x"] REPS "x" PERCENT``, several by commas.
    """
    few = _FEW.match(text)
    if few:
        text = f"{few['n']} x {_REPS_OF[few['few']]}{text[few.end() :]}"
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
    numbered = _numbered(text[1:-1] if text[:4] in {"(set", "[set"} and text[-1] in ")]" else text)
    if numbered:
        return numbered
    if ("%" not in text and "@" not in text) or not text or text[0] not in "0123456789@.x":
        return ()
    return read_clauses(text)


def _numbered(text: str) -> tuple[ReadRow, ...]:
    """Rows that say which sets they are of; empty when nothing can be read behind the numbers."""
    nth = _ORDINAL.match(text) if " set" in text or " attempt" in text else None
    if nth:
        text = f"{nth['of']} {nth['n'] or _NTH[nth['word']]}{text[nth.end() :]}"
    for pattern in _NUMBERED if text[:1] in "sarm" else ():
        found = pattern.match(text)
        row = _numbered_body(found) if found else None
        if found and row:
            return tuple(replace(row, first=first, last=last) for first, last in _spans(found["sets"]))
    return ()


def _numbered_body(found: re.Match[str]) -> ReadRow | None:
    """What numbered sets prescribe; rounds and minutes, which name movements otherwise, a load at least."""
    body = found["body"].strip()
    if body[0] == "(" and body[-1] == ")":
        body = body[1:-1]
    row = _body(body)
    if found[0][0] in "rm":
        return row if row and row.load else None
    if row is None and body.startswith("same "):
        return ReadRow(None, None, 1, None, _unreadable(body, 0))
    return row or _named_body(body)


def _named_body(body: str) -> ReadRow | None:
    """What numbered sets prescribe with the movements named again, or as a maximum to build to."""
    if _BUILDS.fullmatch(body):
        return ReadRow(None, None, 1, None, None)
    found = _NAMED.fullmatch(body)
    if not found or not (found["reps"] or found["load"]):
        return None
    names = [_COUNTED_NAME.fullmatch(name) for name in found["names"].split("+")]
    known = [resolve(name["name"]) if name else () for name in names]
    if not all(known):
        return None
    load = (read_load(found["load"]) or _unreadable(found["load"], 0)) if found["load"] else None
    reps = _range(found) if found["reps"] else None
    count = names[0]["n"] if names[0] and len(names) == 1 and not reps else None
    ids = tuple(name.movement_id for found_names in known for name in found_names)
    return ReadRow(None, None, 1, exact(int(count)) if count else reps, load, named=ids)


def _spans(numbers: str) -> list[tuple[int, int]]:
    """The first and last set of each span, neighbours joined: `4, 5` is one."""
    spans: list[tuple[int, int]] = []
    for span in _SPANS.finditer(numbers):
        first, last = int(span["first"]), int(span["last"] or span["first"])
        if spans and spans[-1][1] + 1 == first:
            first = spans.pop()[0]
        spans.append((first, last))
    return spans


def read_clauses(text: str) -> tuple[ReadRow, ...]:
    """Unnumbered rows by commas, as behind a movement's name: ``4x70%, 3x75%``, ``70% x 4 x 2``."""
    rows = []
    for piece in _COMMA.split(ASIDE.sub("", text).strip(" .;")):
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
    said = found["load"].lstrip("@ ")
    load = read_load(said) or _unreadable(said, 0)
    behind = _SETS_BEHIND.match(said, load.end)
    count = found["count"] or (behind["sets"] if behind else "1")
    return ReadRow(None, None, int(count), _range(found), load)


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
    counted = _SETS_BEHIND.match(text, load.end)
    if counted:
        return ReadRow(None, None, int(counted["sets"]), None, load)
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


def read_header_above(text: str, below: str) -> Columns | None:
    """The header `text` is for the table row `below`: cells without a figure are one, whatever their words."""
    columns = read_header(text)
    if columns is None and any(c.isdigit() for c in text):
        return None
    columns = columns or PLAIN_COLUMNS
    return columns if read_table_row(below, columns) else None


def read_table_row(text: str, columns: Columns = PLAIN_COLUMNS) -> ReadRow | None:
    """A table row ``SETS | REPS | LOAD``; empty cells say nothing."""
    cells = [cell.strip() for cell in _CELLS.split(text)] if "|" in text else []
    if columns.sets >= len(cells):
        return None
    span = _SPANS.fullmatch(cells[columns.sets].removeprefix("sets").removeprefix("set").lstrip(" #"))
    reps = _cell(cells, columns.reps)
    reps = "" if _MAX_CELL.fullmatch(reps) else ASIDE.sub("", reps).strip()
    reps_found = _REPS_ONLY.fullmatch(reps)
    if span is None or (reps and not reps_found):
        return None
    said = _cell(cells, columns.load)
    load = _table_load(said)
    if not (reps_found or load):
        return None
    first = int(span["first"])
    return ReadRow(first, int(span["last"] or first), 1, _range(reps_found), load)


def _cell(cells: list[str], column: int | None) -> str:
    return cells[column] if column is not None and column < len(cells) else ""


def _table_load(said: str) -> ReadLoad | None:
    said = said.lstrip("@ ")
    if not said:
        return None
    bare = re.fullmatch(r"[0-9]{2,3}(?:\.[0-9])?(?:-[0-9]{2,3})?", said)
    return read_load(said + "%" if bare else said) or _unreadable(said, 0)
