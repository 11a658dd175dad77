"""The lines of a text: what stands in each, how far from the margin, and how often it is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from embeddings.articles.sentences import trim

LINE_END = r"\r\n|\r|\n"
_QUOTED = r">[> \t]*"
_RULE = r"[-=_*~+|:][-=_*~+|: \t]*[-=_*~+|:]$"
_UNDERLINE = r"(?:={3,}|-{3,})$"
_SENTENCE_END = r"[.!?…;:。！？][\"'”’»)\]]*$"
_TAIL = 8
"""Characters that hold the end of a sentence with what closes after it. A guess."""


class Line(Struct, frozen=True):
    """What stands in a line: characters [start, end) of the text, without white space around them
    and without the marks (>) of a quotation. `indent`: columns before it; `quoted`: how many marks.
    """

    start: int
    end: int
    indent: int
    quoted: int

    @property
    def blank(self) -> bool:
        return self.start == self.end

    @property
    def width(self) -> int:
        """Columns up to its last character."""
        return self.indent + self.end - self.start


def lines_of(text: str, start: int, end: int | None = None) -> Iterator[Line]:
    """The lines of a text from a character on, which begins one, up to another."""
    end = len(text) if end is None else end
    for match in re.compile(LINE_END).finditer(text, start, end):
        yield _line(text, start, match.start())
        start = match.end()
    yield _line(text, start, end)


def _line(text: str, start: int, end: int) -> Line:
    first, last = trim(text, start, end)
    if not text.startswith(">", first, last):
        return Line(first, last, first - start, 0)
    marks = re.compile(_QUOTED).match(text, first, last)
    assert marks
    first, last = trim(text, marks.end(), last)
    return Line(first, last, 0, text.count(">", first, marks.end()))


def is_rule(text: str, line: Line) -> bool:
    """Whether a line is drawn, not written: dashes, stars, the lines of a table."""
    return bool(re.compile(_RULE).match(text, line.start, line.end))


def is_underline(text: str, line: Line) -> bool:
    """Whether a line can be what a heading is underlined with."""
    return bool(re.compile(_UNDERLINE).match(text, line.start, line.end))


def ends_sentence(text: str, line: Line) -> bool:
    """Whether a sentence, or what leads to another line, ends with the line."""
    return bool(re.search(_SENTENCE_END, text[max(line.start, line.end - _TAIL) : line.end]))
