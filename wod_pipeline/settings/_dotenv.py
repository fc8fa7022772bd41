"""Reading `.env`: every line of it, or one error that names the file and its lines. No value is ever shown.

A name that is set twice is logged with its lines, once, because only the last one counts.
"""

from __future__ import annotations

import codecs
import functools
import io
import logging
from collections.abc import Iterator
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import Binding, parse_stream

from wod_pipeline.errors import SettingsError
from wod_pipeline.small_files import read_start

log = logging.getLogger(__name__)

_LARGEST = 2**20
"""Bytes of a file that is read; far more than a real one has."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_dotenv(path: Path) -> dict[str, str]:
    """The variables of the file; none when it does not exist. Raises `SettingsError` when any of it is unreadable."""
    text = _text(path)
    if problems := [*_problems(text)]:
        raise SettingsError(
            f"{path.absolute()} cannot be used:\n" + "\n".join(f"- {problem}" for problem in problems),
            fix="Correct these lines; .env.example shows how settings are written.",
        )
    for name, lines in _repeated(text).items():
        _warn_once(path.absolute(), name, lines)
    values = dotenv_values(stream=io.StringIO(text))
    return {name: value for name, value in values.items() if value is not None}


def _text(path: Path) -> str:
    """The file's text without a byte order mark."""
    if path.is_dir():
        raise _refusal(
            path, "it is a folder", "Remove the folder, or put the settings into a file of that name."
        )
    try:
        data = read_start(path, _LARGEST + 1)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise _refusal(path, f"{error.strerror}", "Check the file's permissions.") from error
    if len(data) > _LARGEST:
        raise _refusal(path, f"it is longer than {_LARGEST:,} bytes", "Is it the file of settings?")
    if data.startswith(_UTF_16):
        raise _refusal(path, "it is saved as UTF-16", "Save it as UTF-8.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refusal(path, f"line {line} is not UTF-8", "Save it as UTF-8.") from error


def _refusal(path: Path, why: str, fix: str) -> SettingsError:
    return SettingsError(f"{path.absolute()} cannot be read: {why}.", fix=fix)


def _problems(text: str) -> Iterator[str]:
    """A sentence for each line that is no setting."""
    for binding in parse_stream(io.StringIO(text)):
        problem = _problem(binding)
        if problem:
            yield f"line {_line(binding)}: {problem}"


def _problem(binding: Binding) -> str:
    written = binding.original.string
    if "\0" in written:
        return "it holds a NUL character"
    if binding.error:
        _, _, value = written.partition("=")
        quote = value.strip()[:1]
        if quote in {'"', "'"} and value.count(quote) % 2:
            return f"the quote {quote} is opened and not closed"
        return "it is not NAME=value"
    if binding.key and binding.key.startswith("WOD_") and binding.value is None:
        return f"{binding.key} has no value: write {binding.key}=value"
    return ""


def _repeated(text: str) -> dict[str, tuple[int, ...]]:
    """The names that have more than one value, with their lines."""
    lines: dict[str, tuple[int, ...]] = {}
    for binding in parse_stream(io.StringIO(text)):
        if binding.key and binding.value is not None:
            lines[binding.key] = (*lines.get(binding.key, ()), _line(binding))
    return {name: numbers for name, numbers in lines.items() if len(numbers) > 1}


@functools.cache
def _warn_once(path: Path, name: str, lines: tuple[int, ...]) -> None:
    """Settings are read several times in one process."""
    *others, last = lines
    named = f"{', '.join(map(str, others))} and {last}"
    log.warning("%s sets %s in lines %s; line %d counts. Remove the others.", path, name, named, last)


def _line(binding: Binding) -> int:
    """The line of a binding, which may begin with blank lines."""
    written = binding.original.string
    blank = written[: len(written) - len(written.lstrip())]
    return binding.original.line + blank.count("\n")
