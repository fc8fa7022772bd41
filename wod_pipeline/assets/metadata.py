"""What an asset's page says before its first run: where its weeks are kept, what a row is, its columns, its source.

What a run adds to each week is in `previews`. A type or meaning of a column is read from the module that declares
the column, and none is written here a second time.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg
from msgspec import inspect as inspection
from msgspec.structs import fields

from wod_pipeline.adapters import lake_uri
from wod_pipeline.program import SCHEMA_VERSION, SessionRecord
from wod_pipeline.reading.columns import SESSION_COLUMNS
from wod_pipeline.reading.load import COLUMNS
from wod_pipeline.settings import Settings
from wod_pipeline.storage.stages import calendar_key, load_key, records_key, stage_key

Metadata = dict[str, Any]


class About(NamedTuple):
    """What is said of an asset: its tag `layer`, what a row is, its page of the documentation, what that says.

    The layer is raw for what only the site can give again, and otherwise how far the asset is from it. A row is what
    `dagster/partition_row_count` counts.
    """

    layer: str
    row: str
    page: str
    page_says: str


ABOUT = {
    "raw_posts": About(
        "raw",
        "a post",
        "docs/operations.md",
        "when the site is read, and what happens to posts that are gone",
    ),
    "plain_text_posts": About(
        "intermediate", "a line of a post", "docs/notation.md", "§1: how the lines of a post are read"
    ),
    "daily_sessions": About(
        "intermediate", "a session", "docs/notation.md", "§3 and §4: weeks, days and sessions"
    ),
    "segmented_exercises": About(
        "intermediate",
        "an exercise",
        "docs/notation.md",
        "§5 to §11: segments, blocks, exercises, loads, rest and notes",
    ),
    "session_records": About(
        "serving", "a session", "docs/export.md", "every column of the same sessions as CSV and Parquet"
    ),
    "training_load": About(
        "derived",
        "a day or the week, for all lifts or one family of them",
        "docs/api.md",
        "the same figures as JSON",
    ),
    "session_calendar": About(
        "derived",
        "an event: a session, or one that was cancelled",
        "docs/calendar.md",
        "how to subscribe to the calendar",
    ),
}

KEYS: Mapping[str, Callable[[dt.date], str]] = {
    "session_records": records_key,
    "training_load": load_key,
    "session_calendar": calendar_key,
}
"""The key of a week in the lake; that of the other assets is `stage_key`."""
EXAMPLE_WEEK = dt.date(2020, 12, 21)

ROOT = Path(__file__).parents[2]
"""The folder of the project, of which an installation has the package only."""


@dataclass(frozen=True)
class Places:
    """Where assets are kept: the kinds of the stores as the UI names them, and their addresses. And where the project
    can be read on the web, if it can (`code_url`).
    """

    lake_kind: str
    lake_uri: str
    table_kind: str
    table_name: str
    code_url: str = ""


def places_of(settings: Settings) -> Places:
    """The places that the settings name. Nothing is opened."""
    lake = lake_uri(settings)
    if settings.on_aws:
        return Places("s3", lake, "dynamodb", settings.sessions_table, settings.code_url)
    from wod_pipeline.storage.sqlite import SESSIONS

    return Places("file", lake, "sqlite", SESSIONS, settings.code_url)


def definition_metadata(body: Callable[..., Any], places: Places) -> Metadata:
    """The metadata of the asset that `body` makes."""
    name = body.__name__
    about, schema = ABOUT[name], _schema_of(name)
    return {
        "one_row_is": about.row,
        "object_of_a_week": KEYS.get(name, partial(stage_key, name))(EXAMPLE_WEEK),
        "docs": dg.MetadataValue.md(_docs(about, places.code_url)),
        "dagster/uri": f"{places.lake_uri}{name}/",
        "dagster/storage_kind": storage_kind(name, places),
        **({"dagster/table_name": places.table_name} if name == "session_records" else {}),
        **({"dagster/column_schema": schema} if schema else {}),
        "dagster/code_references": _code_references(body, about.page, places.code_url),
    }


def _docs(about: About, code_url: str) -> str:
    """Where to read about the asset; a link only if there is an address."""
    page = f"[{about.page}]({code_url}/{about.page})" if code_url else f"`{about.page}`"
    return f"{page}: {about.page_says}"


def _code_references(body: Callable[..., Any], page: str, code_url: str) -> dg.CodeReferencesMetadataValue:
    """The asset's function and its page of the documentation: on the web, otherwise as files of this machine."""
    source, line = f"{body.__module__.replace('.', '/')}.py", body.__code__.co_firstlineno
    if code_url:
        link = dg.UrlCodeReference(url=f"{code_url}/{source}#L{line}", label=source)
        return dg.CodeReferencesMetadataValue(code_references=[link])
    references = [dg.LocalFileCodeReference(file_path=str(ROOT / source), line_number=line)]
    if (ROOT / page).is_file():
        references.append(dg.LocalFileCodeReference(file_path=str(ROOT / page)))
    return dg.CodeReferencesMetadataValue(code_references=[*references])


def tags_of(name: str, places: Places) -> Mapping[str, str]:
    """The tags of an asset."""
    return {"layer": ABOUT[name].layer, "dagster/storage_kind": storage_kind(name, places)}


def storage_kind(name: str, places: Places) -> str:
    """The kind of store that an asset is read from."""
    return places.table_kind if name == "session_records" else places.lake_kind


# ----------------------------------------------------------------------------------------------------- columns
FIELDS_IN_WORDS = {
    "texts": "Text of each segment, under `warm_up`, `segment_a`, …; in the table an attribute each",
    "preamble": "Lines of the post before its first session",
    "notes": "Notes about the session as a whole",
    "segments": "The structure: segments, their blocks, exercises, loads and set rows",
    "lines": "Lines of the session, numbered as in the post",
    "diagnostics": "What the parser remarked on the session",
}
"""Meanings of the fields of a session record that no single column of an export holds."""

_FIELD_TYPES: dict[type, str] = {
    inspection.StrType: "string",
    inspection.LiteralType: "string",
    inspection.IntType: "integer",
    inspection.DateType: "date",
}
_PARQUET_TYPES = {
    "datetime64[ms]": "timestamp[ms]",
    "string": "string",
    "Int64": "int64",
    "Float64": "double",
}


def _schema_of(name: str) -> dg.TableSchema | None:
    """The columns of an asset that is a table."""
    make = {"session_records": _record_schema, "training_load": _load_schema}.get(name)
    return make() if make else None


def _record_schema() -> dg.TableSchema:
    """The fields of a session record, in the words of the exported columns that hold them."""
    meanings = {path: column.meaning for column in SESSION_COLUMNS for path in column.holds} | FIELDS_IN_WORDS
    return dg.TableSchema(
        [
            _column(field.encode_name, inspection.type_info(field.type), meanings[field.encode_name])
            for field in fields(SessionRecord)
        ],
        constraints=dg.TableConstraints(
            other=[  # the UI shows them as plain text
                "session is unique within a date and week",
                f"An absent value is left out, and so is schema_version while it is {SCHEMA_VERSION}",
            ]
        ),
    )


def _column(name: str, kind: inspection.Type, meaning: str) -> dg.TableColumn:
    kinds = kind.types if isinstance(kind, inspection.UnionType) else (kind,)
    nullable = any(isinstance(each, inspection.NoneType) for each in kinds)
    (kind,) = (each for each in kinds if not isinstance(each, inspection.NoneType))
    return dg.TableColumn(name, _type_name(kind), meaning, dg.TableColumnConstraints(nullable=nullable))


def _type_name(kind: inspection.Type) -> str:
    if isinstance(kind, inspection.ListType):
        return f"list of {_type_name(kind.item_type)}"
    if isinstance(kind, inspection.DictType):
        return f"map of {_type_name(kind.value_type)}"
    return kind.cls.__name__ if isinstance(kind, inspection.StructType) else _FIELD_TYPES[type(kind)]


def _load_schema() -> dg.TableSchema:
    """The columns of a week's Parquet file."""
    return dg.TableSchema(
        [
            dg.TableColumn(
                name,
                _PARQUET_TYPES[column.dtype],
                column.meaning,
                dg.TableColumnConstraints(nullable=column.nullable),
            )
            for name, column in COLUMNS.items()
        ]
    )
