"""Tables in plain text: columns between pipes, leaders (.....) or tabs, or set apart by spaces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from embeddings.articles.lines import Line, is_rule

_LEADERS = (
    r"(?:\.{5,}|(?<=[ \t])\.{4}|(?:[ \t]\.){5,}|…{3,}|·{5,}"
    r"|(?<=[ \t])\.{3}(?=[ \t]?[\d£$€]))[.·… \t]*"
)
"""Dots that lead from a name to its figure; as a pause in a sentence people write fewer."""

_BETWEEN = (r"(?<!\\)\|", _LEADERS, r"\t+", r"\t| {2,}")
"""What stands between the cells of a row; the first that a line has counts."""
_LEAST = (2, 2, 2, 3)
"""Rows that make a table, for each: two lines may agree in their spaces by chance. A guess."""

_WIDEST = 1000
"""Characters of a row that are looked at. A guess."""

_WIDEST_CELL = 60
"""Characters of a cell that has no lines beside it; what is longer is text. A guess."""

_MARK = r"(?:\(?\w{1,3}[.)]|[QA]:|[^\w\s])$"
"""What stands before a tab in an item or a turn, and in no row."""

_FIGURE = r"[^\w]*\d"

Cells = list[tuple[int, int]]
"""The characters [start, end) of a row's cells, counted from the line's margin."""


class Table(Struct, frozen=True):
    """A table among the lines of a text: `size` of them, drawn ones included; with `header` the
    first names the columns."""

    size: int
    header: bool


def table_at(text: str, lines: Sequence[Line], number: int) -> Table | None:
    """The table that begins with a line, or None. Time is linear in its size."""
    if not re.compile("|".join(_BETWEEN)).search(text, lines[number].start, lines[number].end):
        return None
    for separator, least in zip(_BETWEEN, _LEAST, strict=True):
        if len(_cells(text, lines[number], separator)) < 2:
            continue
        rows, size = _rows(text, lines, number, separator)
        ruled = number + 1 < len(lines) and size > 1 and is_rule(text, lines[number + 1])
        if len(rows) >= (2 if ruled else least):
            return Table(size, ruled or _names_figures(rows))
        return None
    return None


def _rows(
    text: str, lines: Sequence[Line], number: int, separator: str
) -> tuple[list[list[str]], int]:
    """The cells of each row of one table from a line on, and how many lines it takes."""
    rows: list[list[str]] = []
    columns: Cells = []
    first = lines[number]
    framed = text.startswith("|", first.start)
    size = 0
    for place in range(number, len(lines)):
        line = lines[place]
        if line.blank or line.quoted != first.quoted:
            break
        size += 1
        if rows and is_rule(text, line):
            continue
        cells = _cells(text, line, separator)
        if framed:  # a cell may be left out
            belongs = text.startswith("|", line.start) and len(cells) > 1
        else:
            belongs = not rows or len(cells) == len(rows[0])
        if belongs and separator == _BETWEEN[-1]:
            columns = _widened(columns or cells, cells)
            belongs = all(end < start for (_, end), (start, _) in pairwise(columns))
        if not belongs:
            size -= 1
            break
        margin = line.start - line.indent
        rows.append([text[margin + start : margin + end].strip() for start, end in cells])
    return rows, size


def _cells(text: str, line: Line, separator: str) -> Cells:
    row = text[line.start : min(line.end, line.start + _WIDEST)]
    ends = [
        0,
        *(place for match in re.finditer(separator, row) for place in match.span()),
        len(row),
    ]
    cells = [(start, end) for start, end in zip(ends[::2], ends[1::2], strict=True) if start < end]
    if separator != _BETWEEN[0] and (
        any(end - start > _WIDEST_CELL for start, end in cells) or re.match(_MARK, row[: ends[1]])
    ):
        return []
    return [(line.indent + start, line.indent + end) for start, end in cells]


def _widened(columns: Cells, cells: Cells) -> Cells:
    """The columns, wide enough for a row's cells too."""
    pairs = zip(columns, cells, strict=True)
    return [(min(a, c), max(b, d)) for (a, b), (c, d) in pairs]


def _names_figures(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row has words where all others, two at the least, have figures."""
    first, *others = rows
    if len(others) < 2 or any(cell.endswith(":") or re.search(r"\d", cell) for cell in first):
        return False
    return any(
        all(len(row) > column and re.match(_FIGURE, row[column]) for row in others)
        for column in range(len(first))
    )
