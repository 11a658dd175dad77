"""Pictures in Markdown: the words under them, and who took them."""

from __future__ import annotations

import re

from embeddings.articles.article import Part
from embeddings.articles.lines import Line
from embeddings.articles.sentences import trim

_TARGET = r"(?:\([^()\r\n]*+(?:\([^()\r\n]*+\)[^()\r\n]*+)*+\)|\[[^\[\]\r\n]*+\])"
_PICTURE = rf"!\[(?P<words>(?:[^\[\]\\]|\\.|\[[^\[\]]*+\])*+)\]{_TARGET}"
_LINK = rf"\]{_TARGET}"
_CREDIT = (
    r"(?i)\b(?:photo(?:graph)?s?|picture|image|illustration|graphic|credit|foto)s?"
    r"(?:[ \t](?:by|credit|courtesy|from|of)){0,2}[ \t]?:"
)
_FILE_NAME = r"[^\s/]+\.[A-Za-z]{3,4}$"
_BRACKETS = " \t([{|–—-"
"""What may stand before a credit."""


def captions(text: str, line: Line) -> list[Part] | None:
    """The captions in a line that holds pictures and nothing else, or None where it is another.

    A credit ("Photo: …") is a caption by itself.
    """
    if not text.startswith(("![", "[!["), line.start):
        return None
    row = text[line.start : line.end]
    if re.search(r"\w", re.sub(_LINK, "", re.sub(_PICTURE, "", row))):
        return None
    spans = []
    for picture in re.finditer(_PICTURE, row):
        first, last = (line.start + place for place in picture.span("words"))
        credit = re.compile(_CREDIT).search(text, first, last)
        cut = credit.start() if credit else last
        before = first + len(text[first:cut].rstrip(_BRACKETS))
        spans += [trim(text, first, before), trim(text, cut, last)]
    return [
        Part(first, last, "caption")
        for first, last in spans
        if first < last and not re.match(_FILE_NAME, text[first:last])
    ]
