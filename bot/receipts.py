"""A citation → its article as it is now, and where the quoted words stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.settings import Settings
from embeddings.articles.article import Unreadable, read
from embeddings.articles.passages import Lines

if TYPE_CHECKING:
    from bot.answering.answer import Citation


@dataclass(frozen=True, slots=True)
class Opened:
    """An article as it is now, with where the cited passage stands in it.

    `passage` and `mark` are characters [start, end) of `text`; both empty where it no longer
    stands there. `lines` are the first and the last line of the marked sentence and `column`
    where it begins in the first, all from 1. `total` counts the article's lines. `note` says
    what is not as it was when it was cited.
    """

    citation: Citation
    text: str
    passage: tuple[int, int]
    mark: tuple[int, int]
    lines: tuple[int, int]
    column: int
    total: int
    note: str | None

    @property
    def place(self) -> tuple[int, int]:
        """The line and the column at which the marked sentence begins."""
        return self.lines[0], self.column


def open_source(citation: Citation, settings: Settings) -> Opened:
    """Read a citation's article and find the passage in it.

    Raises:
        Unreadable: the file cannot be read any more.
    """
    source = citation.place.source
    if not (settings.seeds / source).exists():
        raise Unreadable("is no longer in the folder")
    _, article = read(settings.seeds, source, max_bytes=settings.max_bytes)
    text, lines = article.text, Lines(article.text)
    start = citation.place.start_char
    length = citation.place.end_char - start
    into = citation.highlight.start_char - start
    marked = citation.highlight.end_char - citation.highlight.start_char
    if article.sha256.hex() == citation.sha256:
        note = None
    elif (now := text.find(citation.passage)) >= 0:
        note, start = "The article has changed since; the passage still stands in it.", now
    elif (now := text.find(citation.highlight_text)) >= 0:
        note = "The article and the passage have changed since; the marked sentence still stands."
        start, length, into = now, marked, 0
    else:
        note = "The article has changed since, and the passage no longer stands in it."
        line = min(citation.highlight.start_line, len(lines.starts))
        start, length, into, marked = lines.starts[line - 1], 0, 0, 0
    first, end = start + into, start + into + marked
    line = lines.line_of(first)
    return Opened(
        citation=citation,
        text=text,
        passage=(start, start + length),
        mark=(first, end),
        lines=(line, lines.line_of(max(first, end - 1))),
        column=first - lines.starts[line - 1] + 1,
        total=len(lines.starts),
        note=note,
    )
