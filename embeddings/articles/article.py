"""One file → an article: its text, the parts of that, and what is known of it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Literal

from msgspec import Struct

from embeddings.articles import metadata
from embeddings.articles.folder import FileState, extension_of, state_of, too_large, why
from embeddings.articles.formats import extractor
from embeddings.errors import Unreadable

Kind = Literal[
    "front matter", "heading", "paragraph", "list", "table", "code", "caption", "boilerplate"
]


class Part(Struct, frozen=True):
    """Characters [start_char, end_char) of an article's text that are of one kind.

    `label`: where in the file they stand, for formats that have such places: a page, a chapter,
    a record, a message. Of a table each line is a row; `header_end`: where the row ends that it
    begins with and that names its columns, if one does.
    """

    start_char: int
    end_char: int
    kind: Kind
    label: str | None = None
    header_end: int | None = None


class Extract(Struct, frozen=True):
    """What a format makes of a file's bytes.

    `encoding`: what they were decoded with; `parts` in order, without overlaps; `title` and
    `published` as the file states them, or None.
    """

    text: str
    encoding: str
    parts: tuple[Part, ...]
    title: str | None = None
    published: str | None = None


class Info(Struct, frozen=True):
    """What is known of an article beside its text.

    `source`: its path below the articles folder, with `/` between the names; `published`: an ISO
    date; `encoding`: what its file was decoded with; `sha256`: of its file's bytes, in hexadecimal.
    """

    source: str
    title: str
    published: str | None
    encoding: str
    sha256: str
    outlet: str | None = None
    author: str | None = None
    address: str | None = None
    language: str | None = None


class Article(Struct, frozen=True):
    """A file that was read. `text` has its line ends as they are and no byte-order mark."""

    info: Info
    text: str
    parts: tuple[Part, ...]


def read(folder: Path, source: str, *, max_bytes: int) -> tuple[FileState, Article]:
    """Read one file of the folder, with the state it had while it was read.

    Raises:
        Unreadable: it cannot be read, is empty, binary, too large, or no text.
    """
    state, data = _bytes_of(folder, source, max_bytes)
    extract = extractor(extension_of(source))(data)
    if not extract.text.strip():
        raise Unreadable("is empty")
    if all(part.kind == "front matter" for part in extract.parts):
        raise Unreadable("has front matter and no text" if extract.parts else "has no words")
    info = Info(
        source=source,
        title=metadata.title_of(source, extract),
        published=metadata.published_on(source, extract),
        encoding=extract.encoding,
        sha256=hashlib.sha256(data).hexdigest(),
    )
    return state, Article(info, extract.text, extract.parts)


def _bytes_of(folder: Path, source: str, max_bytes: int) -> tuple[FileState, bytes]:
    try:
        # A named pipe put in the file's place must not hold us, nor a link lead elsewhere.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        flags |= getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(folder / source, flags)
        with open(descriptor, "rb") as file:
            state = state_of(source, os.fstat(descriptor), max_bytes)
            data = file.read(max_bytes + 1)
    except FileNotFoundError as error:
        raise Unreadable("vanished while it was being read") from error
    except OSError as error:
        raise Unreadable(f"cannot be read: {why(error)}") from error
    if len(data) > max_bytes:
        raise Unreadable(too_large(len(data), max_bytes))
    return state, data
