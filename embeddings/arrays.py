"""Arrays by name: what they hold and in which type. Shapes stand where they are used."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
"""Vectors and token states."""

Halves = npt.NDArray[np.float16]
"""Passage vectors as they are stored."""

Directions = npt.NDArray[np.int8]
"""Sentence vectors as they are stored: their directions, a byte for each number."""

Ids = npt.NDArray[np.int64]
"""Passage ids, as FAISS has them."""


def unit(vectors: Floats) -> Floats:
    """Vectors (…, dimension) at the length 1; one of length 0 stays."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    at_length_1: Floats = (vectors / np.maximum(norms, 1e-12)).astype(np.float32)
    return at_length_1
