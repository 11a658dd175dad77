"""Text for a terminal: safe to print, as lines of spans with roles, plain or drawn by rich.

Where nothing can be styled, the marked sentence stands between >> and <<.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, TextIO

from msgspec import Struct

Role = Literal[
    "mark", "short", "source", "title", "score", "refusal", "error", "dim", "shown", "name",
    "around", "text",
]  # fmt: skip
"""What a run of text is. "short" is the short answer in a marked sentence, whose other parts are
"mark"; "around" is the rest of its passage; "shown" is a line that is meant among others."""

OPEN_MARK, CLOSE_MARK = ">>", "<<"

_STYLES: dict[Role, str] = {
    "mark": "bold black on bright_yellow",
    "short": "bold underline black on bright_yellow",
    "source": "bold cyan",
    "title": "italic",
    "score": "bold green",
    "refusal": "bold yellow",
    "error": "bold red",
    "dim": "dim",
    "shown": "bold",
    "name": "",
    "around": "",
    "text": "",
}
_MARKS = ("mark", "short")
_ONE_LINE = ("source", "title", "name")
"""Roles of text that has no line ends of its own: one in a file's name is made visible."""
# C0 and C1 controls (not tabs and line ends) and the characters that reorder what is written.
_CONTROL = re.compile("\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

_LINE_END = r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]"  # as str.splitlines has them


class Span(Struct, frozen=True):
    """A run of text in one role; `link` is a file to open."""

    text: str
    role: Role = "text"
    link: Path | None = None

    @property
    def safe_text(self) -> str:
        """Its text for a terminal."""
        return one_line(self.text) if self.role in _ONE_LINE else safe(self.text)


class Line(Struct, frozen=True):
    """Spans that make a paragraph, set in by `indent` columns, from its second row on by
    `hang` more."""

    spans: tuple[Span, ...]
    indent: int = 0
    hang: int = 0


def safe(text: str) -> str:
    """The text for a terminal: line ends are newlines, control characters made visible."""
    return unsteered(text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """The text for a terminal, on one line whatever it holds."""
    return safe(text).replace("\n", "\u240a")


def with_newlines(text: str) -> str:
    """The text with a newline for each line end, whichever it is: terminals paste CR, documents
    have NEL, LS, PS, vertical tabs and form feeds too."""
    return re.sub(_LINE_END, "\n", text)


def unsteered(text: str) -> str:
    """The text with control characters made visible, each character in its place."""
    return _CONTROL.sub(lambda match: _visible(match.group()), text)


def _visible(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)  # the Control Pictures block
    return "\u2421" if code == 0x7F else "\ufffd"


def count(number: int, noun: str) -> str:
    """A number of things: 1 article, 2,000 articles."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def percent(probability: float) -> str:
    """A probability in whole per cents, rounded down: what is below a threshold does not look as if
    it reached it."""
    return f"{int(100 * probability + 1e-9)}%"


def around(lines: list[Line], first: int, last: int, stream: TextIO) -> list[Line]:
    """The lines that fit on the terminal around those from `first` to `last`; else all."""
    import shutil

    height = shutil.get_terminal_size().lines
    if not stream.isatty() or not first or len(lines) < height:
        return lines
    start = max(first - 1 - height // 3, 0)
    end = max(start + height // 2, last)
    above, below = start, len(lines) - end
    return [
        *([Line((Span(f"  … {count(above, 'line')} above", "dim"),))] if above > 0 else []),
        *lines[start:end],
        *([Line((Span(f"  … {count(below, 'line')} below", "dim"),))] if below > 0 else []),
    ]


def write(lines: Iterable[Line], stream: TextIO, *, plainly: bool = False) -> None:
    """Write lines to a stream: drawn on a terminal, plain elsewhere (or everywhere)."""
    if plainly or not stream.isatty():
        stream.write("".join(_plain(line) + "\n" for line in lines))
        return
    from rich.console import Console
    from rich.style import Style
    from rich.text import Text

    console = Console(file=stream, highlight=False)
    styled = os.environ.get("TERM") not in ("dumb", "unknown")
    marked = not styled or console.no_color  # bold alone is easily missed
    for line in lines:
        text = Text()
        texts = _delimited(line) if marked else [span.safe_text for span in line.spans]
        for span, shown in zip(line.spans, texts, strict=True):
            style = Style.parse(_STYLES[span.role])
            if span.link is not None and styled:
                style += Style(link=span.link.as_uri())
            text.append(shown, style)
        first, *further = text.wrap(console, console.width - line.indent)
        if further and line.hang:
            rest = text[len(first.plain.rstrip()) :]
            rest = rest[len(rest) - len(rest.plain.lstrip()) :]
            further = [*rest.wrap(console, console.width - line.indent - line.hang)]
        for number, row in enumerate((first, *further)):
            row.rstrip()
            margin = line.indent + (line.hang if number else 0)
            console.print(Text(" " * margin) + row, soft_wrap=True)


def _plain(line: Line) -> str:
    text = "".join(_delimited(line))
    margin = " " * line.indent
    return "\n".join((margin + row).rstrip() for row in text.split("\n"))


def _delimited(line: Line) -> list[str]:
    """The texts of the line's spans, the marked sentence between its marks."""
    texts = [span.safe_text for span in line.spans]
    marked = [at for at, span in enumerate(line.spans) if span.role in _MARKS]
    if marked:
        texts[marked[0]] = OPEN_MARK + texts[marked[0]]
        texts[marked[-1]] += CLOSE_MARK
    return texts
