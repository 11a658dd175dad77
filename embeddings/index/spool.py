"""Articles that wait for their commit, in a temporary file: memory does not grow with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

import msgspec
from msgspec import Struct

from embeddings.articles.article import Info
from embeddings.articles.folder import FileState
from embeddings.articles.passages import Passage
from embeddings.index.files import unwritable

_IN_MEMORY = 1 << 24
"""Bytes that are kept in memory before there is a file. A guess: a small change needs none."""

_LENGTH = 8
"""Bytes of the number before each article that says how long it is."""


class New(Struct, frozen=True):
    """An article that is to be put in the index, split into passages."""

    state: FileState
    info: Info
    passages: tuple[Passage, ...]


class Spool:
    """Articles in the order in which they were added; `articles` counts them."""

    def __init__(self, file: IO[bytes], folder: Path) -> None:
        self._file = file
        self._folder = folder
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(New)
        self.articles = 0

    def add(self, articles: Iterable[New]) -> None:
        """Put articles at the end.

        Raises:
            IndexUnusable: there is no room.
        """
        try:
            for article in articles:
                packed = self._encoder.encode(article)
                self._file.write(len(packed).to_bytes(_LENGTH, "little") + packed)
                self.articles += 1
        except OSError as error:
            raise unwritable(self._folder, error.strerror or str(error)) from error

    def __iter__(self) -> Iterator[New]:
        """All articles from the first on; nothing may be added meanwhile."""
        self._file.seek(0)
        while length := int.from_bytes(self._file.read(_LENGTH), "little"):
            yield self._decoder.decode(self._file.read(length))

    def clear(self) -> None:
        """Forget all articles."""
        self._file.seek(0)
        self._file.truncate()
        self.articles = 0


@contextmanager
def spool(folder: Path) -> Iterator[Spool]:
    """An empty spool, whose file lies in `folder` and is gone afterwards."""
    with SpooledTemporaryFile(_IN_MEMORY, dir=str(folder)) as file:
        yield Spool(file, folder)
