"""BERT's forward pass in PyTorch, for many passages: the weights of `bert.py`, and its packing.

Sentence-transformers pads each batch to its longest text, and splits one product over the
cores. Here nothing is padded, and each thread of the caller computes a batch of its own. On
processors with units for bfloat16 the products are in bfloat16, and all sums between them in
float32: the cosine to float32 is 0.9999, and as many questions find their evidence
(tests/bench/encode.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from embeddings.arrays import Floats
from embeddings.encoding.bert import Bert, Forward

_LEAST_ROWS = 512
"""A product of fewer rows sums in another order (oneDNN splits it along its columns): with this
many a vector is the same, to the bit, whatever texts it was computed beside."""

_IN, _OUT = 384, 1536
"""The shape of the widest layer of the default model, which is timed."""
_GAIN = 1.5
"""How much quicker bfloat16 must be. Measured: where there is no unit for it, it is eight times
slower; where there is one, at least twice as quick."""


@contextmanager
def bulk_forward(bert: Bert) -> Iterator[Forward]:
    """The forward pass, for several threads at once, each of which computes on one core.

    How many threads PyTorch uses is a setting of the whole process: it is put back afterwards.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # of each caller; more would wait for each other
    try:
        yield BulkBert(bert).forward
    finally:
        torch.set_num_threads(threads)


class BulkBert:
    """The encoder of `bert`, for several threads at once."""

    def __init__(self, bert: Bert) -> None:
        self._type = quickest()
        self._heads, self._epsilon = bert.heads, bert.epsilon
        self._words, self._places, self._kind = map(_own, (bert.words, bert.places, bert.kinds[0]))
        self._norm = _both(bert.norm)
        self._layers = [
            {
                name: _both(pair, torch.float32 if name.endswith("norm") else self._type)
                for name, pair in layer.items()
            }
            for layer in bert.layers
        ]

    @torch.inference_mode()
    def forward(self, sequences: Sequence[Sequence[int]]) -> list[Floats]:
        """Token ids of each text → its last hidden states, float32 (tokens, dimension)."""
        lengths = [len(ids) for ids in sequences]
        ids = torch.from_numpy(np.concatenate([np.asarray(ids, np.int64) for ids in sequences]))
        hidden = self._words[ids] + self._kind
        hidden += torch.cat([self._places[:length] for length in lengths])
        if (missing := _LEAST_ROWS - len(hidden)) > 0:
            hidden = functional.pad(hidden, (0, 0, 0, missing))
            lengths.append(missing)
        hidden = self._normalise(hidden, self._norm)
        for layer in self._layers:
            attended = self._attend(hidden.to(self._type), lengths, layer)
            hidden = self._normalise(
                hidden + functional.linear(attended, *layer["attended"]), layer["attended_norm"]
            )
            wide = functional.gelu(functional.linear(hidden.to(self._type), *layer["wide"]))
            hidden = self._normalise(
                hidden + functional.linear(wide, *layer["narrow"]), layer["norm"]
            )
        return [part.numpy() for part in hidden.split_with_sizes(lengths)[: len(sequences)]]

    def _attend(
        self, rows: Tensor, lengths: list[int], layer: dict[str, tuple[Tensor, Tensor]]
    ) -> Tensor:
        """Scaled dot-product attention, sequence by sequence, over all heads at once."""
        query, key, value = (
            functional.linear(rows, *layer[name]).view(1, len(rows), self._heads, -1)
            for name in ("query", "key", "value")
        )
        parts = zip(
            *(part.split_with_sizes(lengths, 1) for part in (query, key, value)), strict=True
        )
        attended = [
            functional.scaled_dot_product_attention(*(part.transpose(1, 2) for part in sequence))
            for sequence in parts
        ]
        return torch.cat(attended, dim=2)[0].transpose(0, 1).reshape(len(rows), -1)

    def _normalise(self, rows: Tensor, weights: tuple[Tensor, Tensor]) -> Tensor:
        return functional.layer_norm(rows, rows.shape[1:], *weights, self._epsilon)


def seconds(kind: torch.dtype) -> float:
    """The time of a product of the size of the widest layer's, at best of a few."""
    rows, weights = torch.ones(_LEAST_ROWS, _IN, dtype=kind), torch.ones(_OUT, _IN, dtype=kind)
    times = []
    for _ in range(4):  # the first makes the kernel
        begun = time.perf_counter()
        functional.linear(rows, weights)
        times.append(time.perf_counter() - begun)
    return min(times)


def quickest(measure: Callable[[torch.dtype], float] = seconds) -> torch.dtype:
    """The type in which this processor multiplies matrices quickest, tried for some 20 ms.

    Args:
        measure: type → seconds that a product takes.
    """
    exact, short = measure(torch.float32), measure(torch.bfloat16)
    return torch.bfloat16 if short * _GAIN < exact else torch.float32


def _own(array: Floats, kind: torch.dtype = torch.float32) -> Tensor:
    """A copy: the weights are mapped from a file that may not be written to."""
    return torch.from_numpy(array.copy()).to(kind)


def _both(pair: tuple[Floats, Floats], kind: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    return _own(pair[0], kind), _own(pair[1], kind)
