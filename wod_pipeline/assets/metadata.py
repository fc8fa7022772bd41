"""What an asset's page says before its first run: where its weeks are kept, what a row is, its columns, its source.

What a run adds to each week is in `previews`. A type or meaning of a column is read from the module that declares
the column, and none is written here a second time.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import dagster as dg
from msgspec import inspect as inspection
from msgspec.structs import fields

from wod_pipeline.adapters import lake_uri
from wod_pipeline.program import SCHEMA_VERSION, SessionRecord
from wod_pipeline.reading.columns import SESSION_COLUMNS
from wod_pipeline.reading.load import COLUMNS
from wod_pipeline.settings import Settings

Metadata = dict[str, Any]

LAYERS = {
    "raw_posts": "raw",
    "plain_text_posts": "intermediate",
    "daily_sessions": "intermediate",
    "segmented_exercises": "intermediate",
    "session_records": "serving",
    "training_load": "derived",
    "session_calendar": "derived",
}
"""The tag `layer` of each asset: raw can be fetched again from the site only, the others are made from it."""

ROWS = {
    "raw_posts": "a post",
    "plain_text_posts": "a line of a post",
    "daily_sessions": "a session",
    "segmented_exercises": "an exercise",
    "session_records": "a session",
    "training_load": "a day or the week, for all lifts or one family of them",
    "session_calendar": "an event: a session, or one that was cancelled",
}
"""What `dagster/partition_row_count` of each asset counts."""

DOCS = {
    "raw_posts": "docs/operations.md",
    "plain_text_posts": "docs/notation.md",
    "daily_sessions": "docs/notation.md",
    "segmented_exercises": "docs/notation.md",
    "session_records": "docs/export.md",
    "training_load": "docs/api.md",
    "session_calendar": "docs/calendar.md",
}
"""The page of the project's documentation about each asset."""


@dataclass(frozen=True)
class Stores:
    """Where assets are kept: the kinds of the stores as the UI names them, and their addresses."""

    lake_kind: str
    lake_uri: str
    table_kind: str
    table_name: str


def stores_of(settings: Settings) -> Stores:
    """The stores that the settings name. Nothing is opened."""
    if settings.on_aws:
        return Stores("s3", lake_uri(settings), "dynamodb", settings.sessions_table)
    from wod_pipeline.storage.sqlite import SESSIONS

    return Stores("file", lake_uri(settings), "sqlite", SESSIONS)


def definition_metadata(body: Callable[..., Any], stores: Stores) -> Metadata:
    """The metadata of the asset that `body` makes."""
    name = body.__name__
    schema = _schema_of(name)
    return {
        "row": ROWS[name],
        "docs": dg.MetadataValue.md(f"`{DOCS[name]}`"),
        "dagster/uri": f"{stores.lake_uri}{name}/",
        "dagster/storage_kind": storage_kind(name, stores),
        **({"dagster/table_name": stores.table_name} if name == "session_records" else {}),
        **({"dagster/column_schema": schema} if schema else {}),
        "dagster/code_references": dg.CodeReferencesMetadataValue(code_references=[source_of(body)]),
    }


def tags_of(name: str, stores: Stores) -> Mapping[str, str]:
    """The tags of an asset."""
    return {"layer": LAYERS[name], "dagster/storage_kind": storage_kind(name, stores)}


def storage_kind(name: str, stores: Stores) -> str:
    """The kind of store that an asset is read from."""
    return stores.table_kind if name == "session_records" else stores.lake_kind


def source_of(body: Callable[..., Any]) -> dg.LocalFileCodeReference:
    """Where the function is written."""
    return dg.LocalFileCodeReference(
        file_path=inspect.getsourcefile(body) or "", line_number=body.__code__.co_firstlineno
    )


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
            other=[
                "`session` is unique within a date and week",
                f"An absent value is left out, and so is `schema_version` while it is {SCHEMA_VERSION}",
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
            dg.TableColumn(name, _PARQUET_TYPES[column.dtype], column.meaning)
            for name, column in COLUMNS.items()
        ]
    )
