"""Plain text: paragraphs between blank lines, each line one where the text is not wrapped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from embeddings.articles.article import Extract, Part
from embeddings.articles.decoding import decode
from embeddings.articles.sentences import trim

_LINE_END = r"\r\n|\r|\n"
_WRAP_WIDTHS = range(40, 121)
"""Widths in characters at which people and programs wrap text. A guess."""
_HEADING = r"#{1,6}\s"
_LIST_ITEM = r"(?:[-*+•>]|\d{1,3}[.)])\s"
_ITEM_START = 8
"""Characters that can hold the mark of a list's item or of a heading."""


def extract(data: bytes) -> Extract:
    """A text file → its text and paragraphs; it states nothing of itself.

    Raises:
        Unreadable: the bytes are no text.
    """
    encoding, text = decode(data)
    return Extract(text, encoding, tuple(parts(text)))


def parts(text: str, start: int = 0) -> Iterator[Part]:
    """The parts of a text from character `start` on, without the white space around them.

    Blank lines separate paragraphs. Other line ends do too, unless the text was wrapped at a
    fixed width: then the first word of the next line would not have fitted.
    """
    lines = [trim(text, first, last) for first, last in _line_spans(text, start)]
    block: list[tuple[int, int]] = []
    for first, last in [*lines, (len(text), len(text))]:
        if first < last:
            block.append((first, last))
        elif block:
            for paragraph in _unwrapped(text, block):
                yield _part(text, *paragraph)
            block = []


def _part(text: str, first: int, last: int) -> Part:
    opening = text[first : min(first + _ITEM_START, last)]
    if re.match(_HEADING, opening):
        return Part(first, last, "heading")
    return Part(first, last, "list" if re.match(_LIST_ITEM, opening) else "paragraph")


def _unwrapped(text: str, block: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The paragraphs in a run of lines that are not blank."""
    width = max(last - first for first, last in block)
    begin = block[0][0]
    for (first, last), (following, following_end) in pairwise(block):
        word = re.match(r"\S*", text[following : min(following_end, following + width)])
        needed = last - first + 1 + (len(word.group()) if word else 0)
        wrapped = width in _WRAP_WIDTHS and needed > width
        opening = text[following : min(following_end, following + _ITEM_START)]
        if not wrapped or re.match(f"{_HEADING}|{_LIST_ITEM}", opening):
            yield begin, last
            begin = following
    yield begin, block[-1][1]


def _line_spans(text: str, start: int) -> Iterator[tuple[int, int]]:
    for match in re.compile(_LINE_END).finditer(text, start):
        yield start, match.start()
        start = match.end()
    yield start, len(text)
