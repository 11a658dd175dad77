"""Files → articles split into passages, some at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, structs

from embeddings.articles.article import Article, read
from embeddings.articles.folder import FileState, Skipped
from embeddings.articles.passages import Passage
from embeddings.errors import Unreadable
from embeddings.index.spool import New

_SETTLED_NS = 2_000_000_000
"""Nanoseconds; see `_settled`. The coarsest clock of a file system in use (FAT)."""


class Chunk(Struct, frozen=True):
    """What reading some of the files gave: articles to be put in the index, files that were only
    touched, and files that could not be read.

    `files` and `size` count what was read so far, in files and in bytes. `due`: what was read
    since the last such chunk is to be committed.
    """

    new: tuple[New, ...]
    touched: tuple[FileState, ...]
    unreadable: tuple[tuple[FileState, Skipped], ...]
    files: int
    size: int
    due: bool


def chunks(
    seeds: Path,
    files: Sequence[FileState],
    *,
    max_bytes: int,
    known: Mapping[str, str],
    split: Callable[[Article], tuple[Passage, ...]],
    at_a_time: int,
    enough: Iterator[float],
    progress: Callable[[str, int, int], None],
) -> Iterator[Chunk]:
    """Read and split files of the articles folder; the last chunk may be empty, and is due.

    Args:
        known: source → SHA-256 of what is indexed: a file that has it is only touched.
        at_a_time: passages of a chunk, at least.
        enough: passages from which what was read is due, one time after the other.
        progress: told of "reading", how many files, and of how many.
    """
    waiting, most, size, passages = 0, next(enough), 0, 0
    new: list[New] = []
    touched: list[FileState] = []
    unreadable: list[tuple[FileState, Skipped]] = []
    for number, looked in enumerate(files, start=1):
        size += looked.size
        try:
            state, article = read(seeds, looked.source, max_bytes=max_bytes)
        except Unreadable as error:
            unreadable.append((_settled(looked), Skipped(looked.source, str(error), error.loss)))
        else:
            if known.get(looked.source) == article.info.sha256:
                touched.append(_settled(state))
            else:
                own = split(article)
                new.append(New(_settled(state), article.info, own))
                passages += len(own)
        progress("reading", number, len(files))
        due = waiting + passages >= most
        if due or passages >= at_a_time:
            yield Chunk(tuple(new), tuple(touched), tuple(unreadable), number, size, due)
            waiting = 0 if due else waiting + passages
            most = next(enough) if due else most
            new, touched, unreadable, passages = [], [], [], 0
    yield Chunk(tuple(new), tuple(touched), tuple(unreadable), len(files), size, due=True)


def _settled(state: FileState) -> FileState:
    """The state as just read, unless the file changed within the last two seconds.

    A file can change twice in one tick of the clock and keep its size; such a state is
    stored so that it matches nothing, and the next look reads the file again.
    """
    if 0 <= time.time_ns() - state.mtime_ns < _SETTLED_NS:
        return structs.replace(state, mtime_ns=0)
    return state
