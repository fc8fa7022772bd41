"""The columns of CSV and Parquet about sessions, segments, blocks and exercises, declared one by one.

`Column.holds` names the fields of `SessionRecord` that a column carries; a test demands that the columns together
name all of them, except those of `rows.LEFT_OUT`. A quantity is three columns: `…_min` and `…_max` (equal when
exact, one empty when open), and `…_women`, the second value of a pair such as 75/55 lb. The names are a contract: a
column is added, never renamed or given another meaning. Columns about sets and loads are in `load_columns`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal, NamedTuple

from wod_pipeline.post_times import utc_of
from wod_pipeline.program import Exercise, Line, Note, Number, SessionRecord, Span
from wod_pipeline.rendering import clean, scheme_sentence, text_with_addresses, title_of, web_address

Kind = Literal["text", "day", "moment", "integer", "number", "flag", "texts", "integers", "numbers"]
"""What the cells of a column are; the plural ones are lists. `day` is a date, `moment` a time in UTC."""

Cells = tuple[Any, ...]
"""The values of some columns in one row; lists are tuples, absent values None."""


@dataclass(frozen=True)
class Column:
    """One column: its name, what its cells are and mean, and the fields of the model it holds (none: derived)."""

    name: str
    kind: Kind
    meaning: str
    value: Callable[[Any], Any]
    holds: tuple[str, ...] = ()


# ------------------------------------------------------------------------------------- what columns read from
class Lines:
    """A session's lines by number, as text without control characters."""

    def __init__(self, record: SessionRecord) -> None:
        self._by_number = {line.n: line for line in record.lines}

    def within(self, span: Span) -> list[Line]:
        """The lines of a span that the record has."""
        lines = map(self._by_number.get, range(span[0], span[1] + 1))
        return [line for line in lines if line is not None]

    def texts(self, span: Span) -> Cells:
        """The text of these lines."""
        return tuple(clean(line.text) for line in self.within(span))

    def links(self, span: Span) -> Cells:
        """The addresses linked in these lines, each once."""
        linked = [link.href for line in self.within(span) for link in line.links]
        return tuple(dict.fromkeys(filter(None, map(web_address, linked)))) if linked else ()

    def notes(self, notes: Sequence[Note]) -> Cells:
        """The lines of the notes, with the addresses they link."""
        if not notes:
            return ()
        return tuple([text_with_addresses(line) for note in notes for line in self.within(note.lines)])

    def note_kinds(self, notes: Sequence[Note]) -> Cells:
        """The kind of the note that each of these lines belongs to."""
        return tuple([note.kind for note in notes for _ in self.within(note.lines)]) if notes else ()


class Node(NamedTuple):
    """A session, segment, block or exercise, its number within the node above, and the session's lines."""

    it: Any
    number: int
    lines: Lines


# -------------------------------------------------------------------------------------- ways to declare columns
def _field(
    name: str, kind: Kind, meaning: str, path: str, of: Callable[[Any], Any] = lambda value: value
) -> Column:
    """The column of one field of a node; `path` leads to it from the record, its last name is that of the field."""
    get = attrgetter(f"it.{path.rpartition('.')[2]}")
    if kind == "text":
        return Column(name, kind, meaning, lambda node: clean_text(of(get(node))), (path,))
    return Column(name, kind, meaning, lambda node: of(get(node)), (path,))


def clean_text(value: str | None) -> str | None:
    """Text without control characters; None instead of the empty one."""
    return (clean(value) or None) if value is not None else None


def ends_of(
    name: str, meaning: str, value: Callable[[Any], Any], *paths: str, women: bool = True
) -> tuple[Column, ...]:
    """The columns of a quantity that `value` returns."""
    columns = [
        Column(
            f"{name}_min",
            "number",
            f"{meaning}: at least",
            _end(value, "min"),
            tuple(f"{p}.min" for p in paths),
        ),
        Column(
            f"{name}_max",
            "number",
            f"{meaning}: at most",
            _end(value, "max"),
            tuple(f"{p}.max" for p in paths),
        ),
        Column(
            f"{name}_women",
            "number",
            f"{meaning}: for women, where the post gives a pair",
            _end(value, "f"),
            tuple(f"{p}.f" for p in paths),
        ),
    ]
    return tuple(columns if women else columns[:2])


def _end(value: Callable[[Any], Any], end: str) -> Callable[[Any], Number | None]:
    get = attrgetter(end)

    def read(node: Any) -> Number | None:
        quantity_ = value(node)
        return None if quantity_ is None else get(quantity_)

    return read


def _seconds(name: str, meaning: str, path: str) -> Column:
    return _field(name, "integer", f"{meaning}, in seconds", path)


def _notes(node: str, path: str) -> tuple[Column, ...]:
    return (
        Column(
            f"{node}_notes",
            "texts",
            f"Notes of the {node}, line by line; an address that the coach linked follows its words",
            lambda node: node.lines.notes(node.it.notes),
        ),
        Column(
            f"{node}_note_kinds",
            "texts",
            f"Of each of these lines: {_NOTE_KINDS}",
            lambda node: node.lines.note_kinds(node.it.notes),
            (f"{path}notes.kind",),
        ),
    )


_NOTE_KINDS = "`load`, `scale`, `score`, `schedule`, `cue` or `program`"


def _each(name: str, kind: Kind, meaning: str, items: str, field: str, path: str) -> Column:
    """A list with one field of each item of a list of the node, such as the parts of an exercise."""
    get_items, get = attrgetter(f"it.{items}"), attrgetter(field)
    safe = clean_text if kind == "texts" else as_is
    return Column(
        name,
        kind,
        meaning,
        lambda node: tuple(safe(get(item)) for item in get_items(node)),
        (f"{path}{items}.{field}",),
    )


def as_is(value: Any) -> Any:
    """The value, for columns that leave it unchanged."""
    return value


# ---------------------------------------------------------------------------------------------------- sessions
SESSION_COLUMNS: tuple[Column, ...] = (
    _field("date", "day", "Day of the session; empty when the post gives none", "date"),
    _field("weekday", "text", "Day of the week as the post names it: `mon` to `sun`", "weekday"),
    _field("week", "day", "Monday of the training week", "week"),
    _field("program", "text", "Program of the post", "program"),
    _field(
        "session",
        "text",
        "Key of the session within its date and week: program/post/number",
        "session",
    ),
    _field("session_ordinal", "integer", "Number the post gives the session (`Session 2`)", "ordinal"),
    _field("session_label", "text", "Heading of the session", "label"),
    _field("session_kind", "text", "`training`, `rest`, `optional` or `test`", "kind"),
    *_notes("session", ""),
    _each(
        "diagnostic_codes",
        "texts",
        "What the parser remarked on the session, as codes",
        "diagnostics",
        "code",
        "",
    ),
    _each(
        "diagnostic_severities",
        "texts",
        "Of each remark: `info`, `warn` or `error`",
        "diagnostics",
        "severity",
        "",
    ),
    _each(
        "diagnostic_line_numbers",
        "integers",
        "Of each remark: the line of the post, as in `first_line`; empty when about the post as a whole",
        "diagnostics",
        "line",
        "",
    ),
    _each("diagnostic_messages", "texts", "Of each remark: details, if any", "diagnostics", "message", ""),
    _field("post_id", "integer", "Number of the post on the site", "post_id"),
    _field("post_title", "text", "Title of the post", "post_title"),
    _field("post_url", "text", "Address of the post", "post_url"),
    _field(
        "post_modified_utc",
        "moment",
        "When the post was last edited; empty when unknown",
        "modified_gmt",
        utc_of,
    ),
    _field("post_content_sha256", "text", "SHA-256 of the post's HTML", "content_sha256"),
    _field("parser_version", "integer", "Version of the parser that read the post", "parser"),
    _field("schema_version", "text", "Version of the data model", "schema_version"),
)

# ---------------------------------------------------------------------------------------------------- segments
_SEGMENT = "segments."
SEGMENT_COLUMNS: tuple[Column, ...] = (
    Column(
        "segment_number", "integer", "Number of the segment within the session, from 1", attrgetter("number")
    ),
    _field("segment_label", "text", "Letter of the segment: `A`", f"{_SEGMENT}label"),
    _field("segment_title", "text", "Title of the segment", f"{_SEGMENT}title"),
    _field(
        "segment_kind",
        "text",
        "`warm_up`, `main`, `accessory`, `conditioning`, `optional`, `cool_down` or `other`",
        f"{_SEGMENT}kind",
    ),
    _field(
        "segment_pair_of", "text", "Label of the pair it belongs to: `B` of B1 and B2", f"{_SEGMENT}pair_of"
    ),
    *_notes("segment", _SEGMENT),
)

# ------------------------------------------------------------------------------------------------------ blocks
_BLOCK = "segments.blocks."
BLOCK_COLUMNS: tuple[Column, ...] = (
    Column("block_number", "integer", "Number of the block within the segment, from 1", attrgetter("number")),
    _field(
        "scheme",
        "text",
        "How the block is done: `every`, `sets`, `rounds`, `amrap`, `for_time`, `tabata`, `build_to_max` or `free`",
        f"{_BLOCK}scheme",
    ),
    Column(
        "scheme_words",
        "text",
        "The same in a sentence, with times",
        lambda node: scheme_sentence(node.it) or None,
    ),
    _seconds("block_start_s", "Time on the clock at which it starts", f"{_BLOCK}start_s"),
    _seconds("block_rest_before_s", "Rest before it", f"{_BLOCK}rest_before_s"),
    _seconds("block_interval_s", "Interval of `every`", f"{_BLOCK}interval_s"),
    _seconds("block_duration_s", "Time of the whole block", f"{_BLOCK}duration_s"),
    _seconds("block_cap_s", "Time cap", f"{_BLOCK}cap_s"),
    _field(
        "block_variant",
        "text",
        "Another version of the work: `rx`, `scaled`, `masters` …; other than `rx` it is done instead of other work",
        f"{_BLOCK}variant",
    ),
    *ends_of("block_sets", "Sets or rounds of the block", attrgetter("it.sets"), f"{_BLOCK}sets"),
    Column(
        "rm_target_reps",
        "integer",
        "Repetitions of the max that the block builds to",
        lambda node: node.it.rm_target and node.it.rm_target.reps,
        (f"{_BLOCK}rm_target.reps",),
    ),
    Column(
        "rm_target_kind",
        "text",
        "`rm`: a new max; `heavy`: a heavy set",
        lambda node: node.it.rm_target and node.it.rm_target.kind,
        (f"{_BLOCK}rm_target.kind",),
    ),
    *ends_of(
        "block_rest_s",
        "Rest between sets or rounds, in seconds",
        lambda node: node.it.rest and node.it.rest.s,
        f"{_BLOCK}rest.s",
    ),
    Column(
        "block_rest_qual",
        "text",
        "The same in words: `as_needed` or `equal_to_work`",
        lambda node: node.it.rest and node.it.rest.qual,
        (f"{_BLOCK}rest.qual",),
    ),
    *_notes("block", _BLOCK),
)

# --------------------------------------------------------------------------------------------------- exercises
_EXERCISE = "segments.blocks.exercises."


def _pauses(end: str) -> Callable[[Node], Cells]:
    def read(node: Node) -> Cells:
        pauses = (part.pause and part.pause.s for part in node.it.parts)
        return tuple(None if pause is None else getattr(pause, end) for pause in pauses)

    return read


EXERCISE_COLUMNS: tuple[Column, ...] = (
    Column(
        "exercise_number", "integer", "Number of the exercise within the block, from 1", attrgetter("number")
    ),
    *_notes("exercise", _EXERCISE),
    Column(
        "exercise_lines",
        "texts",
        "The coach's lines for the exercise, set rows included",
        lambda node: node.lines.texts(node.it.lines),
    ),
    Column(
        "exercise_links",
        "texts",
        "Addresses linked in these lines",
        lambda node: node.lines.links(node.it.lines),
    ),
    Column(
        "first_line",
        "integer",
        "Number of the first of these lines within the post, from 0",
        lambda node: node.it.lines[0],
        (f"{_EXERCISE}lines",),
    ),
    Column(
        "last_line",
        "integer",
        "Number of the last of these lines within the post",
        lambda node: node.it.lines[1],
        (f"{_EXERCISE}lines",),
    ),
)

MOVEMENT_COLUMNS: tuple[Column, ...] = (
    Column(
        "exercise",
        "text",
        "The exercise as the coach names it: `Snatch + Hip Snatch`",
        lambda node: title_of(node.it),
    ),
    _each("part_names", "texts", "Its movements in the coach's words", "parts", "raw", _EXERCISE),
    _each(
        "movement_ids",
        "texts",
        "Of each movement: its id in the vocabulary; empty when it is not known",
        "parts",
        "movement_id",
        _EXERCISE,
    ),
    _each(
        "part_reps",
        "integers",
        "Of each movement: its repetitions within one of the complex",
        "parts",
        "reps",
        _EXERCISE,
    ),
    *(
        Column(
            f"part_pause_s_{name}",
            "numbers",
            f"Of each movement: its pause in seconds, {words}",
            _pauses(end),
            (f"{_EXERCISE}parts.pause.s.{end}",),
        )
        for name, end, words in (
            ("min", "min", "at least"),
            ("max", "max", "at most"),
            ("women", "f", "for women, where the post gives a pair"),
        )
    ),
    Column(
        "part_pause_places",
        "texts",
        "Of each movement: where the pause is held",
        lambda node: tuple(part.pause and part.pause.at for part in node.it.parts),
        (f"{_EXERCISE}parts.pause.at",),
    ),
    _each(
        "part_video_urls",
        "texts",
        "Of each movement: the address of its video",
        "parts",
        "video_url",
        _EXERCISE,
    ),
    _field("rep_scheme", "integers", "Repetitions set by set: 5, 5, 3, 3", f"{_EXERCISE}rep_scheme", tuple),
    _field(
        "max_of",
        "text",
        "As much as possible of: `reps`, `calories`, `distance` or `time`",
        f"{_EXERCISE}max_of",
    ),
    *ends_of("duration_s", "How long, in seconds", attrgetter("it.duration_s"), f"{_EXERCISE}duration_s"),
    *ends_of("distance_m", "How far, in metres", attrgetter("it.distance_m"), f"{_EXERCISE}distance_m"),
    *ends_of(
        "height_cm",
        "Height of the box, rope or target, in centimetres",
        attrgetter("it.height_cm"),
        f"{_EXERCISE}height_cm",
    ),
    *ends_of("calories", "Calories on a machine", attrgetter("it.calories"), f"{_EXERCISE}calories"),
    _field("per_side", "text", "The amount is for each `leg`, `arm` or `side`", f"{_EXERCISE}per_side"),
    _field("tempo", "text", "Tempo: `31X1`", f"{_EXERCISE}tempo"),
    _field("slot", "integer", "Which interval of the block's rotation it is done in", f"{_EXERCISE}slot"),
    *ends_of(
        "rest_s",
        "Rest after it, in seconds",
        lambda node: node.it.rest and node.it.rest.s,
        f"{_EXERCISE}rest.s",
    ),
    Column(
        "rest_qual",
        "text",
        "The same in words: `as_needed` or `equal_to_work`",
        lambda node: node.it.rest and node.it.rest.qual,
        (f"{_EXERCISE}rest.qual",),
    ),
    _field(
        "choice",
        "integer",
        "Exercises of a block with the same number are alternatives: one of them is done",
        f"{_EXERCISE}choice",
    ),
)


def movements_of(exercise: Exercise) -> Hashable:
    """All that `MOVEMENT_COLUMNS` read of an exercise: equal for exercises with the same cells there."""
    it = exercise
    amounts = (it.max_of, it.duration_s, it.distance_m, it.height_cm, it.calories, it.per_side)
    return tuple(it.parts), tuple(it.rep_scheme), amounts, it.tempo, it.slot, it.rest, it.choice
