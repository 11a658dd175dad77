"""The dense side: a FAISS index of the passages' vectors, exact inner product.

Vectors are of unit length, so that the inner product is the cosine.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from embeddings.bert import Floats


class VectorIndex:
    """An opened FAISS file."""

    def __init__(self, path: Path) -> None:
        """Map the file: 100,000 vectors are open in half a millisecond (read, in 90), and are
        in the memory only as far as they are looked at.

        Raises:
            RuntimeError: it is missing or damaged.
        """
        self._index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        faiss.omp_set_num_threads(1)  # threads wait for each other longer than a question takes

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        return int(self._index.d)

    def search(self, query: Floats, limit: int) -> dict[int, float]:
        """Passage id → cosine of the `limit` nearest to a unit vector (dimension,)."""
        limit = min(limit, len(self))
        if limit == 0:
            return {}
        cosines, ids = self._index.search(query[None, :], limit)
        return dict(zip(ids[0].tolist(), cosines[0].tolist(), strict=True))


def write(
    path: Path,
    ids: npt.NDArray[np.int64],
    vectors: Floats,
    *,
    previous: Path | None = None,
    removed: Sequence[int] = (),
) -> None:
    """Write unit vectors (n, dimension) under the passage ids (n,).

    With `previous`, that file's vectors less `removed` come before them.

    Raises:
        RuntimeError: the file cannot be written, or `previous` is damaged.
    """
    index = faiss.read_index(str(previous)) if previous else None
    if index is None or not index.ntotal:  # an empty one does not know its dimension
        index = faiss.IndexIDMap(faiss.IndexFlatIP(vectors.shape[1]))
    if removed:
        index.remove_ids(faiss.IDSelectorBatch(np.asarray(removed, dtype=np.int64)))
    if len(ids):
        index.add_with_ids(vectors, ids)
    faiss.write_index(index, str(path))
