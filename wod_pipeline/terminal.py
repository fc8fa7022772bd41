"""The one writer of the command line, which removes what could rewrite a terminal or hide text in it.

Every command and `running/` print through this module, so what a post, a site or a file says is cleaned wherever it
is printed; a test refuses another way. Colours are ours alone: `styled` makes them, and `keep_colours` keeps those
that `rendering` made.
"""

from __future__ import annotations

import re
from typing import Literal

import click

from wod_pipeline.errors import hide_logins

Colour = Literal["green", "yellow", "red"]

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""Control and bidirectional characters and lone surrogates; tabs and line breaks are kept."""
_OUR_COLOUR = re.compile("(\x1b\\[(?:0|1|2|32|33)m)")
"""What `rendering` writes: bold, dim, green, yellow, and the end of each."""


class Styled(str):
    """Text that is clean but for our own colours."""

    __slots__ = ()


def clean_lines(text: str) -> str:
    """The text without control and bidirectional characters and without the login of an address."""
    return hide_logins(_UNSAFE.sub("", text))


def styled(text: str, colour: Colour | None) -> Styled:
    """The text, cleaned, in a colour."""
    return Styled(click.style(clean_lines(text), fg=colour))


def keep_colours(text: str) -> Styled:
    """A text of `rendering`, which cleans what it shows, with the colours that it writes."""
    parts = _OUR_COLOUR.split(text)
    return Styled("".join(part if n % 2 else clean_lines(part) for n, part in enumerate(parts)))


def write(*parts: str, error: bool = False, end: str = "\n") -> None:
    """Print the parts one behind the other, each cleaned unless it is `Styled`; with `error` to standard error."""
    text = "".join(part if isinstance(part, Styled) else clean_lines(part) for part in parts)
    click.echo(text + end, err=error, nl=False)


def warn(text: str) -> None:
    """Print a line to standard error."""
    write(text, error=True)


def write_json(data: bytes) -> None:
    r"""Print JSON with escapes (`\u202e`) for what a terminal would obey: the same values for a program."""
    # UTF-8 whatever the terminal's encoding: that is what JSON is.
    text = data.decode().rstrip("\n")
    click.echo(re.sub(_UNSAFE, lambda match: f"\\u{ord(match[0]):04x}", text).encode())


def write_file(data: bytes) -> None:
    """Write the bytes of a file to standard output, as they are: its format says what may stand in it."""
    click.echo(data, nl=False)


def confirm(question: str) -> None:
    """Ask, and raise `click.Abort` unless the answer is yes."""
    click.confirm(clean_lines(question), abort=True)
