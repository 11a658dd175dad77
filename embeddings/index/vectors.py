"""The dense side: FAISS indexes of the passages' vectors, by inner product.

Vectors are of unit length, so that the inner product is the cosine. In a folder:

    vectors.faiss   all passages, when it was last written: never changed, only linked to
    recent.faiss    passages that came since
    gone.npy        ids of those in vectors.faiss that went since, int64

so that a small change costs what it is, not what the index is. Up to `EXACT` passages the search
is exact (a flat index); beyond, vectors lie in lists around centroids (IVF), a byte for each
number (SQ8), and as many lists are looked through as its own measurement says it takes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from msgspec import Struct

from embeddings.arrays import Floats, Ids
from embeddings.index.files import link

EXACT = 100_000
"""Passages up to which every vector is looked at. Measured: that takes some 10 ms
(tests/bench/growth.py)."""

CANDIDATES = 50
"""Passages taken from this side and from the words'; more changed no figure
(tests/eval/README.md)."""

RECALL = 0.98
"""Of the ten passages nearest to a sentence, the share that must be found. A choice."""

MOST_RECENT = 0.02
"""Share of passages that came or went from which all is written from scratch. A guess."""

_FILE, _RECENT, _GONE = "vectors.faiss", "recent.faiss", "gone.npy"
_NEAREST = 10
_ROUNDED = 0.002
"""A byte for each number changes a cosine by less (0.0005 is its standard deviation)."""

_MARGIN = 4
"""Questions are farther from the passages than sentences are: with a million passages, 16 lists
had 0.96 of the sentences' nearest and 0.91 of the questions', 32 lists 1.00 and 0.97, 128 lists
1.00 of both, in 3 ms."""


class Sample(Struct, frozen=True):
    """Vectors to train and to measure with: `passages` (n, dimension), and `queries`
    (m, dimension), which are sentences: questions are more like these than like passages."""

    passages: Floats
    queries: Floats


class VectorIndex:
    """The opened files of a folder."""

    def __init__(self, folder: Path) -> None:
        """Map the files: 100,000 vectors are open in half a millisecond (read, in 90), and are
        in the memory only as far as they are looked at.

        Raises:
            OSError, RuntimeError, ValueError: one is missing or damaged.
        """
        self._index = _mapped(folder / _FILE)
        self._recent = _recent(folder)
        self._gone = _gone(folder)
        self._parameters = _without(self._index, self._gone) if len(self._gone) else None

    def __len__(self) -> int:
        return int(self._index.ntotal) - len(self._gone) + _count(self._recent)

    def search(self, query: Floats, limit: int) -> dict[int, float]:
        """Passage id → cosine of the `limit` nearest to a unit vector (dimension,)."""
        near: dict[int, float] = {}
        with _one_thread():
            for index, parameters in ((self._index, self._parameters), (self._recent, None)):
                if index is not None and index.ntotal:
                    most = min(limit, index.ntotal)
                    cosines, ids = index.search(query[None, :], most, params=parameters)
                    near.update(zip(ids[0].tolist(), cosines[0].tolist(), strict=True))
        near.pop(-1, None)  # FAISS's word for "no more"
        nearest = sorted(near.items(), key=lambda pair: -pair[1])
        return dict(nearest[:limit])


def write(
    folder: Path, chunks: Iterable[tuple[Ids, Floats]], total: int, sample: Sample | None
) -> float | None:
    """Write all vectors from scratch: `total` of them, as (ids, unit vectors (n, dimension)).

    With a sample of them the search becomes approximate.

    Returns:
        None where the search is exact; else the measured recall of the ten nearest.

    Raises:
        RuntimeError: a file cannot be written.
    """
    folder.mkdir()
    if sample is None:
        flat = _filled(None, chunks)
        faiss.write_index(_flat(1) if flat is None else flat, str(folder / _FILE))
        return None
    index = _trained(total, sample.passages)
    nearest = _Nearest(sample.queries)
    for ids, vectors in chunks:
        index.add_with_ids(vectors, ids)
        nearest.look_at(ids, vectors)
    recall = _tune(index, nearest)
    faiss.write_index(index, str(folder / _FILE))
    return recall


def sample_size(total: int, exact: int = EXACT) -> int:
    """How many of `total` vectors `write` wants to train with; 0 where it is to be exact.

    FAISS asks for 39 a list at the least; they are chosen by id, and some ids are gone.
    """
    return 44 * _lists(total) if total > exact else 0


def follows(previous: Path, changes: int, total: int) -> bool:
    """Whether an index of `total` passages can start from a folder that differs by `changes`."""
    already = _count(_recent(previous)) + len(_gone(previous))
    return already + changes <= MOST_RECENT * total


def write_after(
    previous: Path, folder: Path, chunks: Iterable[tuple[Ids, Floats]], removed: Sequence[int]
) -> None:
    """Write what the folder `previous` has, less `removed`, and these (ids, unit vectors).

    Raises:
        OSError, RuntimeError, ValueError: no room, or `previous` is damaged.
    """
    folder.mkdir()
    link(previous / _FILE, folder / _FILE)
    away = np.asarray(removed, dtype=np.int64)
    from_file = away
    recent: Any = None
    if (previous / _RECENT).exists():
        recent = faiss.read_index(str(previous / _RECENT))  # not mapped: it is changed
        from_file = np.setdiff1d(away, faiss.vector_to_array(recent.id_map))
        recent.remove_ids(faiss.IDSelectorBatch(away))
    gone = np.union1d(_gone(previous), from_file)
    recent = _filled(recent, chunks)
    if _count(recent):
        faiss.write_index(recent, str(folder / _RECENT))
    if len(gone):
        np.save(folder / _GONE, gone)


class _Nearest:
    """The ten nearest of vectors that come in chunks: `ids` and `cosines` (queries, 10)."""

    def __init__(self, queries: Floats) -> None:
        self._queries = queries
        self.cosines = np.full((len(queries), _NEAREST), -2, dtype=np.float32)
        self.ids = np.full((len(queries), _NEAREST), -1, dtype=np.int64)

    def look_at(self, ids: Ids, vectors: Floats) -> None:
        cosines = np.hstack([self.cosines, self._queries @ vectors.T])
        numbers = np.hstack([self.ids, np.broadcast_to(ids, (len(self.ids), len(ids)))])
        best = np.argpartition(-cosines, _NEAREST, axis=1)[:, :_NEAREST]
        self.cosines = np.take_along_axis(cosines, best, axis=1)
        self.ids = np.take_along_axis(numbers, best, axis=1)

    def recall(self, index: Any) -> float:
        """The share of them that the index has among its candidates. Where all candidates are as
        near as one of them, as copies of one text are, it is not missed."""
        cosines, candidates = index.search(self._queries, CANDIDATES)
        met = np.stack([np.isin(true, own) for true, own in zip(self.ids, candidates, strict=True)])
        return float(np.mean(met | (cosines[:, -1:] >= self.cosines - _ROUNDED)))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Have FAISS compute in this thread alone, as it does not by itself: for one question its
    threads wait for each other longer than they compute."""
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


def _flat(dimension: int) -> Any:
    return faiss.IndexIDMap(faiss.IndexFlatIP(dimension))


def _filled(index: Any | None, chunks: Iterable[tuple[Ids, Floats]]) -> Any | None:
    """A flat index with these vectors added, or a new one, if there are any."""
    for ids, vectors in chunks:
        index = _flat(vectors.shape[1]) if index is None else index
        index.add_with_ids(vectors, ids)
    return index


def _lists(total: int) -> int:
    return 4 * math.isqrt(total)


def _trained(total: int, passages: Floats) -> Any:
    lists = min(_lists(total), len(passages))
    index = faiss.index_factory(passages.shape[1], f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    index.train(passages)
    return index


def _tune(index: Any, nearest: _Nearest) -> float:
    """Find how many lists must be looked through for `RECALL`, and have it look through some
    more, which the file keeps; returns the recall."""
    index.nprobe = 4
    while nearest.recall(index) < RECALL and index.nprobe < index.nlist:
        index.nprobe = min(2 * index.nprobe, index.nlist)
    index.nprobe = min(_MARGIN * index.nprobe, index.nlist)
    return nearest.recall(index)


def _mapped(path: Path) -> Any:
    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)


def _recent(folder: Path) -> Any | None:
    return _mapped(folder / _RECENT) if (folder / _RECENT).exists() else None


def _count(index: Any | None) -> int:
    return 0 if index is None else int(index.ntotal)


def _gone(folder: Path) -> Ids:
    path = folder / _GONE
    gone: Ids = np.load(path) if path.exists() else np.empty(0, dtype=np.int64)
    return gone


def _without(index: Any, gone: Ids) -> Any:
    """Search parameters that leave these ids out."""
    library: Any = faiss  # whose stubs do not know these arguments
    selector = faiss.IDSelectorNot(faiss.IDSelectorBatch(gone))
    if isinstance(index, faiss.IndexIVF):
        return library.SearchParametersIVF(sel=selector, nprobe=index.nprobe)
    return library.SearchParameters(sel=selector)
