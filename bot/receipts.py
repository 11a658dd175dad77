"""A quotation against its file as it is now: where do the quoted words stand in it?"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from msgspec import Struct

from bot.answering.citation import Citation
from embeddings.articles.article import read
from embeddings.articles.folder import find
from embeddings.articles.passages import Lines
from embeddings.errors import Unreadable


class FileNow(Struct, frozen=True):
    """An article's file as it is now; `sha256` of its bytes, in hexadecimal, where it is there."""

    state: Literal["there", "gone", "unreadable"]
    sha256: str | None = None


class Opened(Struct, frozen=True):
    """An article as it is now, with where the cited passage stands in it.

    `source` is its file by the name that it has now. `passage` and `mark` are characters
    [start, end) of `text`; both empty where it no longer stands there. `lines` are the first and
    the last line of the marked sentence and `column` where it begins in the first, all from 1.
    `total` counts the article's lines. `note` says what is not as it was when it was cited.
    """

    citation: Citation
    source: str
    text: str
    passage: tuple[int, int]
    mark: tuple[int, int]
    lines: tuple[int, int]
    column: int
    total: int
    note: str | None


def reopen(citation: Citation, seeds: Path, *, max_bytes: int) -> Opened:
    """Read a citation's article and find the passage in it.

    Raises:
        ArticlesError: the file cannot be read any more.
    """
    source = find(seeds, citation.source)
    try:
        if source is None:
            raise Unreadable("is no longer in the folder")
        _, article = read(seeds, source, max_bytes=max_bytes)
    except Unreadable as error:
        raise error.of(citation.source) from error
    text, lines = article.text, Lines(article.text)
    passage, mark = citation.passage, citation.highlight
    start, length = passage.start_char, len(passage.text)
    into, marked = mark.start_char - start, len(mark.text)
    if article.info.sha256 == citation.info.sha256:
        note = None
    elif (now := text.find(passage.text)) >= 0:
        note, start = "The article has changed since; the passage still stands in it.", now
    elif (now := text.find(mark.text)) >= 0:
        note = "The article and the passage have changed since; the marked sentence still stands."
        start, length, into = now, marked, 0
    else:
        note = "The article has changed since, and the passage no longer stands in it."
        line = min(mark.start_line, len(lines.starts))
        start, length, into, marked = lines.starts[line - 1], 0, 0, 0
    first, end = start + into, start + into + marked
    line = lines.line_of(first)
    return Opened(
        citation=citation,
        source=source,
        text=text,
        passage=(start, start + length),
        mark=(first, end),
        lines=(line, lines.line_of(max(first, end - 1))),
        column=first - lines.starts[line - 1] + 1,
        total=len(lines.starts),
        note=note,
    )


def file_now(source: str, seeds: Path) -> FileNow:
    """What has become of an article's file."""
    exact = find(seeds, source)
    if exact is None:
        return FileNow("gone")
    try:
        with (seeds / exact).open("rb") as file:
            return FileNow("there", hashlib.file_digest(file, "sha256").hexdigest())
    except FileNotFoundError:
        return FileNow("gone")
    except OSError:
        return FileNow("unreadable")
