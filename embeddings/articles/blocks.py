"""What the lines of a plain text make up: headings, paragraphs, items, tables, code, captions.

Blank lines separate paragraphs. Other line ends do too, unless the text was wrapped there
(`wrapping.py`), or a sentence goes on in the next line (`unfinished.py`). Lines that are drawn
(---), fences of code and the syntax of pictures belong to no part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from embeddings.articles.article import Kind, Part
from embeddings.articles.lines import Line, ends_sentence, is_rule, is_underline, lines_of
from embeddings.articles.pictures import captions
from embeddings.articles.tables import table_at
from embeddings.articles.unfinished import unfinished
from embeddings.articles.wrapping import Wrap, goes_on, wrap_of

LONGEST_HEADING = 20
"""Words of a line that is a heading by its underline, or by its look. A guess."""

_HEADING = r"#{1,6}[ \t]"
_FENCE = r"(```|~~~)[`~]*+(?P<about>[^`~]*+)$"
_BULLET = r"[-*+•‣▪◦●○·][ \t]"
_NUMBER = r"(?:[–—]|\(?\d{1,3}[.)]|\(?[a-z]\))[ \t]"
"""What begins an item, but a line of a paragraph too: a dash, "12. August"."""
_SPEAKER = (
    r"[*_]{0,3}(?:[QA]|[^\W\d_a-z][\w.’'&-]*(?:[ \t][^\W\d_a-z][\w.’'&-]*){0,3})[*_]{0,3}"
    r"[ \t]?:[*_]{0,3}(?:[ \t]|$)"
)
"""A turn of a conversation that is written down: Q:, INTERVIEWER:, **Anna Berg:**."""
_ITEM = f"{_BULLET}|{_NUMBER}"
_MARKED = f"{_NUMBER}|{_SPEAKER}"
_OPENING = 60
"""Characters that can hold a speaker's name or the mark of an item. A guess."""

_SINGLE = 0.5
"""The share of lines that stand between blank ones in a text of double line space. A guess."""

_Block = list[Line]


def parts(text: str, start: int = 0) -> Iterator[Part]:
    """The parts of a text from character `start` on, in order, without the white space around
    them. Time is linear in the length of the text.
    """
    elements = list(_elements(text, _single_spaced(text, list(lines_of(text, start)))))
    blocks = [element for element in elements if not isinstance(element, Part)]
    pairs = (pair for block in blocks for pair in pairwise(block))
    everywhere = wrap_of(text, pairs)
    for element in elements:
        if isinstance(element, Part):
            yield element
        else:
            wrap = wrap_of(text, pairwise(element), everywhere)
            yield from _paragraphs(text, element, wrap)


def after_mark(text: str, item: Part) -> int:
    """Where the words of an item begin; where it begins, if nothing is left after its mark."""
    mark = re.compile(rf"(?:{_ITEM})\s*(?=\S)").match(text, item.start_char, item.end_char)
    return mark.end() if mark else item.start_char


def _single_spaced(text: str, lines: list[Line]) -> list[Line]:
    """The lines without the blank ones of a double line space."""
    written = [number for number, line in enumerate(lines) if not line.blank]
    apart = [(before, after) for before, after in pairwise(written) if after - before == 2]
    if len(apart) < _SINGLE * (len(written) - 1):
        return lines
    if wrap_of(text, ((lines[before], lines[after]) for before, after in apart)) is None:
        return lines
    between = {before + 1 for before, _ in apart}
    return [line for number, line in enumerate(lines) if number not in between]


def _elements(text: str, lines: Sequence[Line]) -> Iterator[Part | _Block]:
    """Parts that are told by their first line, and the runs of plain lines between them."""
    closings = _closings(text, lines)
    block: _Block = []
    number = 0
    while number < len(lines):
        line = lines[number]
        if len(block) == 1 and _is_heading(text, block[0], line):
            yield Part(block[0].start, block[0].end, "heading")
            block = []
        size, parts = _element(text, lines, number, closings)
        if block and (parts is not None or line.quoted != block[-1].quoted):
            yield block
            block = []
        if parts is None:
            block.append(line)
        yield from parts or ()
        number += size
    if block:
        yield block


def _element(
    text: str, lines: Sequence[Line], number: int, closings: Mapping[int, int]
) -> tuple[int, list[Part] | None]:
    """How many lines the element takes that a line begins, and its parts; None for a plain line."""
    line = lines[number]
    if number in closings:
        inside = [own for own in lines[number + 1 : closings[number]] if not own.blank]
        code = [Part(inside[0].start, inside[-1].end, "code")] if inside else []
        return closings[number] + 1 - number, code
    if line.blank or is_rule(text, line):
        return 1, []
    if re.compile(_HEADING).match(text, line.start, line.end):
        return 1, [Part(line.start, line.end, "heading")]
    if table := table_at(text, lines, number):
        last = lines[number + table.size - 1]
        return table.size, [
            Part(line.start, last.end, "table", header_end=line.end if table.header else None)
        ]
    pictures = captions(text, line)
    return 1, pictures


def _closings(text: str, lines: Sequence[Line]) -> dict[int, int]:
    """The number of each line that opens code, and of the one that closes it."""
    closings: dict[int, int] = {}
    nearest: dict[str, int] = {}
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number]
        if fence := re.compile(_FENCE).match(text, line.start, line.end):
            if fence[1] in nearest:
                closings[number] = nearest[fence[1]]
            if not fence["about"].strip():
                nearest[fence[1]] = number
    return closings


def _is_heading(text: str, line: Line, following: Line) -> bool:
    """Whether a line is a heading by what it is underlined with."""
    words = text[line.start : line.end].split(maxsplit=LONGEST_HEADING)
    return (
        is_underline(text, following)
        and not _opens(_ITEM, text, line)
        and len(words) <= LONGEST_HEADING
        and not (text[following.start] == "-" and ends_sentence(text, line))
    )


def _paragraphs(text: str, block: _Block, wrap: Wrap | None) -> Iterator[Part]:
    """The paragraphs and items in a run of plain lines."""
    own = block[:1]
    said = [on for lines in _stretches(text, block) for on in (*unfinished(text, lines), False)]
    for unended, (line, following) in zip(said, pairwise(block), strict=False):
        on = unended or goes_on(text, line, following, wrap)
        if _begins(text, own[0], line, following, on=on):
            yield _paragraph(text, own)
            own = []
        own.append(following)
    yield _paragraph(text, own)


def _stretches(text: str, block: _Block) -> Iterator[_Block]:
    """The lines from each item or turn on, up to the next."""
    own = block[:1]
    for line, following in pairwise(block):
        after = _opens(_MARKED, text, own[0]) or ends_sentence(text, line)
        if _opens(_BULLET, text, following) or (after and _opens(_MARKED, text, following)):
            yield own
            own = []
        own.append(following)
    yield own


def _paragraph(text: str, own: _Block) -> Part:
    kind: Kind = "list" if _opens(_ITEM, text, own[0]) else "paragraph"
    return Part(own[0].start, own[-1].end, kind)


def _begins(text: str, first: Line, line: Line, following: Line, *, on: bool) -> bool:
    """Whether a paragraph or item begins with the following line.

    Args:
        first: the first line of the one that `line` is in.
        on: whether a paragraph would go on in the following line.
    """
    if _opens(_BULLET, text, following):
        return True
    item = _opens(_ITEM, text, first)
    inside = following.indent > first.indent
    if _opens(_NUMBER, text, following):
        return not on or ends_sentence(text, line) or (item and not inside)
    if item and inside:
        return False
    if _opens(_SPEAKER, text, following) and ends_sentence(text, line):
        return True
    return not on


def _opens(pattern: str, text: str, line: Line) -> bool:
    """Whether a line begins with what a pattern says."""
    return bool(re.compile(pattern).match(text, line.start, min(line.end, line.start + _OPENING)))
