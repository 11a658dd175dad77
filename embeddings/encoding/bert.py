"""BERT in numpy: weights mapped from a safetensors file, and the forward pass.

A question needs one pass of a small model. Importing sentence-transformers for it costs
six seconds; this costs the import of numpy, and agrees with it to 2e-7.

Sequences are packed one after the other without padding, so that no state depends on
the texts it was computed beside. BERT: Devlin et al. 2019, arXiv:1810.04805.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from embeddings.arrays import Floats

_TYPES = {"F32": np.float32, "F16": np.float16}
_ROWS = 128
"""Rows of the widest layer worked on at a time: 128 x 1,536 floats stay in the cache."""


Forward = Callable[[Sequence[Sequence[int]]], list[Floats]]
"""Token ids of each text → its last hidden states, float32 (tokens, dimension)."""


class Bert:
    """Weights of a BERT encoder, and its forward pass."""

    def __init__(self, tensors: Mapping[str, Floats], config: Mapping[str, Any]) -> None:
        """Find the weights.

        Args:
            tensors: by the names of Hugging Face's BertModel, as `map_safetensors` gives them.
            config: the model's config.json.

        Raises:
            KeyError: they are not those of a BERT encoder, or its activation is another.
        """
        self.heads: int = config["num_attention_heads"]
        self.epsilon: float = config["layer_norm_eps"]
        self.activate = _ACTIVATIONS[config["hidden_act"]]
        self.positions: int = config["max_position_embeddings"]
        self.words = tensors["embeddings.word_embeddings.weight"]
        self.places = tensors["embeddings.position_embeddings.weight"]
        self.kinds = tensors["embeddings.token_type_embeddings.weight"]
        self.norm = _pair(tensors, "embeddings.LayerNorm")
        self.layers = [
            {
                name: _pair(tensors, f"encoder.layer.{number}.{path}")
                for name, path in (
                    ("query", "attention.self.query"),
                    ("key", "attention.self.key"),
                    ("value", "attention.self.value"),
                    ("attended", "attention.output.dense"),
                    ("attended_norm", "attention.output.LayerNorm"),
                    ("wide", "intermediate.dense"),
                    ("narrow", "output.dense"),
                    ("norm", "output.LayerNorm"),
                )
            }
            for number in range(config["num_hidden_layers"])
        ]

    def forward(
        self, sequences: Sequence[Sequence[int]], firsts: Sequence[int] | None = None
    ) -> list[Floats]:
        """Token ids of each text → its last hidden states, float32 (tokens, dimension).

        Args:
            firsts: how many tokens of each are its first segment; without them all are.
        """
        lengths = [len(ids) for ids in sequences]
        ends = np.cumsum(lengths).tolist()
        spans = [slice(end - length, end) for end, length in zip(ends, lengths, strict=True)]
        rows = np.concatenate([np.asarray(ids, dtype=np.int64) for ids in sequences])
        hidden = self.words[rows].astype(np.float32, copy=False)
        for span, length, first in zip(spans, lengths, firsts or lengths, strict=True):
            own = hidden[span]
            own += self.places[:length]
            own[:first] += self.kinds[0]
            own[first:] += self.kinds[1]
        self._normalise(hidden, self.norm)
        for layer in self.layers:
            attended = self._attend(hidden, spans, layer)
            hidden += _linear(attended, layer["attended"])
            self._normalise(hidden, layer["attended_norm"])
            for start in range(0, len(hidden), _ROWS):
                rows = hidden[start : start + _ROWS]
                wide = _linear(rows, layer["wide"])
                self.activate(wide)
                rows += _linear(wide, layer["narrow"])
            self._normalise(hidden, layer["norm"])
        return [hidden[span] for span in spans]

    def _attend(
        self, hidden: Floats, spans: list[slice], layer: dict[str, tuple[Floats, Floats]]
    ) -> Floats:
        """Scaled dot-product attention, sequence by sequence, over all heads at once."""
        size = hidden.shape[1] // self.heads
        query = _linear(hidden, layer["query"])
        query *= np.float32(1 / math.sqrt(size))
        key = _linear(hidden, layer["key"])
        value = _linear(hidden, layer["value"])
        attended = np.empty_like(hidden)
        for span in spans:
            q, k, v = (
                part[span].reshape(-1, self.heads, size).transpose(1, 0, 2)
                for part in (query, key, value)
            )
            scores = q @ k.transpose(0, 2, 1)
            scores -= scores.max(axis=-1, keepdims=True)
            np.exp(scores, out=scores)
            scores /= scores.sum(axis=-1, keepdims=True)
            attended[span] = (scores @ v).transpose(1, 0, 2).reshape(-1, hidden.shape[1])
        return attended

    def _normalise(self, rows: Floats, weights: tuple[Floats, Floats]) -> None:
        """Layer norm (Ba et al. 2016, arXiv:1607.06450), in place."""
        rows -= rows.mean(axis=-1, keepdims=True)
        variance = np.einsum("ij,ij->i", rows, rows)[:, None] / np.float32(rows.shape[1])
        rows /= np.sqrt(variance + np.float32(self.epsilon))
        rows *= weights[0]
        rows += weights[1]


def _linear(rows: Floats, weights: tuple[Floats, Floats]) -> Floats:
    out: Floats = rows @ weights[0].T
    out += weights[1]
    return out


def _gelu(rows: Floats) -> None:
    """x·Φ(x), in place, with the normal distribution's Φ by its error function.

    numpy has none: Abramowitz & Stegun 7.1.26, absolute error below 1.5e-7.
    """
    x = rows * np.float32(1 / math.sqrt(2))
    size = np.abs(x)
    t = 1 / (1 + np.float32(0.3275911) * size)
    erf = np.full_like(t, 1.061405429)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        erf *= t
        erf += np.float32(coefficient)
    erf *= t
    size *= size
    np.negative(size, out=size)
    erf *= np.exp(size, out=size)
    np.subtract(1, erf, out=erf)
    np.copysign(erf, x, out=erf)
    erf += 1
    erf *= np.float32(0.5)
    rows *= erf


def _quick_gelu(rows: Floats) -> None:
    """x·σ(1.702·x), in place: near to GELU, in a quarter of the time (Hendrycks & Gimpel 2016,
    arXiv:1606.08415, section 2)."""
    divisor = rows * np.float32(-1.702)
    with np.errstate(over="ignore"):  # of what is far below 0: the quotient is 0, as it should be
        np.exp(divisor, out=divisor)
    divisor += 1
    rows /= divisor


_ACTIVATIONS: dict[str, Callable[[Floats], None]] = {"gelu": _gelu, "quick_gelu": _quick_gelu}
"""By the names that Hugging Face's configurations have for them."""


def _pair(tensors: Mapping[str, Floats], path: str) -> tuple[Floats, Floats]:
    return tensors[f"{path}.weight"], tensors[f"{path}.bias"]


def map_safetensors(path: Path) -> tuple[dict[str, Floats], dict[str, str]]:
    """Name → tensor, float32, mapped from the file, and what the file says of itself.

    The format is huggingface/safetensors; the library's own numpy reader copies each tensor, 90 MB
    for every question.

    Raises:
        OSError, ValueError, KeyError: it is no such file.
    """
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        if size > 100_000_000:
            raise ValueError(f"{path} is not a safetensors file")
        header = json.loads(file.read(size))
    about = header.pop("__metadata__", {})
    data = np.memmap(path, mode="r", offset=8 + size)
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] not in _TYPES:
            continue  # position_ids and the like
        start, end = entry["data_offsets"]
        tensor = data[start:end].view(_TYPES[entry["dtype"]]).reshape(entry["shape"])
        tensors[name.removeprefix("bert.")] = tensor.astype(np.float32, copy=False)
    return tensors, about
