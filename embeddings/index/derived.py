"""What the derived files are made of: words and vectors of all passages, or of some articles'."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from sqlite3 import Cursor, Row

import numpy as np

from embeddings.arrays import Floats, Ids
from embeddings.index import codec
from embeddings.index.files import damaged
from embeddings.index.store import Store

_CHUNK = 8192
"""Vectors that are read at a time. A guess: 6 MB."""


def titled_texts(
    store: Store, articles: Iterable[int] | None = None
) -> Generator[tuple[int, str], None, None]:
    """(passage id, title and text in context) of these articles, or of all."""
    above = "iif(instr(p.text, header) = 0, header || char(10), '')"  # as Passage.in_context
    columns = f"p.id, title || char(10) || {above} || p.text"
    for rows in _rows(store, columns, "JOIN articles a ON a.id = p.article", articles):
        yield from map(tuple, rows)


def passage_ids(store: Store, articles: Iterable[int]) -> list[int]:
    """The ids of the passages of these articles."""
    return [row["id"] for rows in _rows(store, "p.id", "", articles) for row in rows]


def passage_vectors(
    store: Store, articles: Iterable[int] | None = None
) -> Iterator[tuple[Ids, Floats]]:
    """The ids (n,) and unit vectors (n, dimension) of the passages of these articles, or of
    all, in chunks.

    Raises:
        IndexDamaged: a passage has none, or not of the length of the others.
    """
    vectors = "LEFT JOIN vectors v ON v.encoded = p.encoded"
    for rows in _rows(store, "p.id, v.passage", vectors, articles):
        while chunk := rows.fetchmany(_CHUNK):
            ids, blobs = zip(*chunk, strict=True)
            yield np.array(ids, dtype=np.int64), _vectors(store, blobs)


def sample(store: Store, size: int) -> Floats:
    """The unit vectors (n, dimension) of about `size` passages, evenly chosen."""
    return _vectors(store, [row["passage"] for row in _evenly(store, size)])


def sample_sentences(store: Store, size: int) -> Floats:
    """The unit vectors (n, dimension) of the first sentences of about `size` passages."""
    rows = _evenly(store, size)
    dimension = codec.dimension(rows[0]["passage"])
    return codec.sentences([row["sentences"][:dimension] for row in rows], dimension)


def _rows(
    store: Store, columns: str, join: str, articles: Iterable[int] | None
) -> Iterator[Cursor]:
    """What a query says of passages, article by article, or of all at once."""
    query = f"SELECT {columns} FROM passages p {join}"
    if articles is None:
        yield store.db.execute(f"{query} ORDER BY p.id")
    else:
        for article in articles:
            yield store.db.execute(f"{query} WHERE p.article = ? ORDER BY p.id", (article,))


def _vectors(store: Store, blobs: Sequence[bytes | None]) -> Floats:
    present = [blob for blob in blobs if blob]
    if len(present) != len(blobs) or len({len(blob) for blob in present}) > 1:
        raise damaged(store.db.path, "passages lack their vectors")
    return codec.passages(present)


def _evenly(store: Store, size: int) -> list[Row]:
    step = max(1, store.count("passages") // size)
    return store.db.execute(
        "SELECT v.passage, v.sentences FROM passages p JOIN vectors v ON v.encoded = p.encoded"
        " WHERE p.id % ? = 0 ORDER BY p.id",
        (step,),
    ).fetchall()
