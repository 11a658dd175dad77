"""Vectors ↔ bytes, as the store keeps them.

passage     float16 (dimension,): half the room, and a cosine is right to 0.0005
sentences   int8 (sentences, dimension): each one's direction, its largest number ±127;
the length is known to be 1. A cosine is right to 0.0005 (standard deviation)
bounds      uint32 (sentences, 2), little-endian: characters [start, end) of the article
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from embeddings.arrays import Directions, Floats, Halves, unit


def passage_bytes(vector: Floats) -> bytes:
    """A passage's unit vector (dimension,) as bytes."""
    halves: Halves = vector.astype(np.float16)
    return halves.tobytes()


def sentence_bytes(vectors: Floats) -> bytes:
    """The sentences' unit vectors (sentences, dimension) as bytes."""
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    directions: Directions = np.rint(vectors * (127 / largest)).astype(np.int8)
    return directions.tobytes()


def bounds_bytes(bounds: Iterable[tuple[int, int]]) -> bytes:
    """The bounds of a passage's sentences as bytes."""
    return np.array([*bounds], dtype="<u4").tobytes()


def bounds(blob: bytes) -> list[tuple[int, int]]:
    """The bounds of a passage's sentences."""
    return [(first, last) for first, last in np.frombuffer(blob, "<u4").reshape(-1, 2).tolist()]


def count(blob: bytes) -> int:
    """How many sentences some bounds are of."""
    return len(blob) // 8


def dimension(blob: bytes) -> int:
    """The dimension of a passage's vector."""
    return len(blob) // 2


def passages(blobs: Sequence[bytes]) -> Floats:
    """Passages' vectors (n, dimension), of bytes of one length; of none, (0, 0)."""
    halves = np.frombuffer(b"".join(blobs), np.float16)
    dimension = len(blobs[0]) // 2 if blobs else 0
    return halves.reshape(len(blobs), dimension).astype(np.float32)


def sentences(blobs: Sequence[bytes], dimension: int) -> Floats:
    """All sentences' unit vectors (n, dimension), those of each passage in turn."""
    directions = np.frombuffer(b"".join(blobs), np.int8).astype(np.float32)
    count = len(directions) // dimension if dimension else 0
    return unit(directions.reshape(count, dimension))
