"""BERT-family models in numpy, from the model's own safetensors file.

A question needs one pass of a small model. Importing sentence-transformers for it costs
six seconds; this costs the import of numpy, and agrees with it to 2e-7.

Sequences are packed one after the other without padding, so that no vector depends on
the texts it was computed beside. BERT: Devlin et al. 2019, arXiv:1810.04805.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.arrays import Floats, unit
from embeddings.encoding.encoder import Text, Tokens, Vectors, cores
from embeddings.encoding.model import Model
from embeddings.encoding.pooling import check_budget, count_tokens, look_up, pool, whole
from embeddings.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_BATCH_TOKENS = 2048
"""Tokens that go through the model together. Measured: more is no quicker."""
_TYPES = {"F32": np.float32, "F16": np.float16}
_ROWS = 128
"""Rows of the widest layer worked on at a time: 128 x 1,536 floats stay in the cache."""


Forward = Callable[[Sequence[Sequence[int]]], list[Floats]]
"""Token ids of each text → its last hidden states, float32 (tokens, dimension)."""


class Bert:
    """Weights of a BERT encoder, memory-mapped, and its forward pass."""

    def __init__(self, weights: Path, config: dict[str, Any]) -> None:
        """Map the weights.

        Raises:
            KeyError, ValueError, OSError: the file is not that of a BERT encoder.
        """
        tensors = _map_safetensors(weights)
        self.heads: int = config["num_attention_heads"]
        self.epsilon: float = config["layer_norm_eps"]
        self.positions: int = config["max_position_embeddings"]
        self.words = tensors["embeddings.word_embeddings.weight"]
        self.places = tensors["embeddings.position_embeddings.weight"]
        self.kind = tensors["embeddings.token_type_embeddings.weight"][0]
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

    def forward(self, sequences: Sequence[Sequence[int]]) -> list[Floats]:
        """Token ids of each text → its last hidden states, float32 (tokens, dimension)."""
        lengths = [len(ids) for ids in sequences]
        ends = np.cumsum(lengths).tolist()
        spans = [slice(end - length, end) for end, length in zip(ends, lengths, strict=True)]
        rows = np.concatenate([np.asarray(ids, dtype=np.int64) for ids in sequences])
        hidden = self.words[rows].astype(np.float32, copy=False)
        for span, length in zip(spans, lengths, strict=True):
            hidden[span] += self.places[:length]
        hidden += self.kind
        self._normalise(hidden, self.norm)
        for layer in self.layers:
            attended = self._attend(hidden, spans, layer)
            hidden += _linear(attended, layer["attended"])
            self._normalise(hidden, layer["attended_norm"])
            for start in range(0, len(hidden), _ROWS):
                rows = hidden[start : start + _ROWS]
                wide = _linear(rows, layer["wide"])
                _gelu(wide)
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


def _pair(tensors: dict[str, Floats], path: str) -> tuple[Floats, Floats]:
    return tensors[f"{path}.weight"], tensors[f"{path}.bias"]


def _map_safetensors(path: Path) -> dict[str, Floats]:
    """Name → tensor, float32, mapped from the file (its format: huggingface/safetensors).

    The library's own numpy reader copies each tensor, 90 MB for every question.
    """
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        if size > 100_000_000:
            raise ValueError(f"{path} is not a safetensors file")
        header = json.loads(file.read(size))
    header.pop("__metadata__", None)
    data = np.memmap(path, mode="r", offset=8 + size)
    tensors = {}
    for name, entry in header.items():
        if entry["dtype"] not in _TYPES:
            continue  # position_ids and the like
        start, end = entry["data_offsets"]
        tensor = data[start:end].view(_TYPES[entry["dtype"]]).reshape(entry["shape"])
        tensors[name.removeprefix("bert.")] = tensor.astype(np.float32, copy=False)
    return tensors


class LightEncoder:
    """An `Encoder` of BERT-family models with mean pooling: in numpy, and in `bulk` in PyTorch."""

    def __init__(self, model: Model, *, bulk: bool = False) -> None:
        """Read the settings; weights and tokenizer are loaded when first needed.

        Raises:
            ModelError: the settings are not whole.
        """
        self.model = model
        self._config: dict[str, Any] = model.settings("config.json")
        self._bulk = bulk
        try:
            self.dimension: int = self._config["hidden_size"]
            positions: int = self._config["max_position_embeddings"]
            longest = (model.settings("sentence_bert_config.json") or {}).get("max_seq_length")
            self.budget = min(longest or positions, positions) - 2
        except (KeyError, TypeError) as error:
            raise ModelError(f"The settings of {model.name} are not whole: {error}") from error

    @cached_property
    def _bert(self) -> Bert:
        try:
            return Bert(self.model.folder / "model.safetensors", self._config)
        except (OSError, KeyError, ValueError) as error:
            raise ModelError(f"The weights of {self.model.name} cannot be read: {error}") from error

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        try:
            return whole(Tokenizer.from_file(str(self.model.folder / "tokenizer.json")))
        except Exception as error:  # tokenizers raises nothing narrower
            raise ModelError(
                f"The tokenizer of {self.model.name} cannot be read: {error}"
            ) from error

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return count_tokens(self._tokenizer, texts)

    def encode_query(self, text: str) -> Floats:
        ids = self._tokenizer.encode(text).ids
        if len(ids) > self.budget + 2:
            ids = [*ids[: self.budget + 1], ids[-1]]
        return unit(self._bert.forward([ids])[0].mean(axis=0))

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        return look_up(self._tokenizer, self._bert.words, texts, self.budget)

    def encode(self, texts: Sequence[Text]) -> Iterator[list[tuple[int, Vectors]]]:
        from concurrent.futures import ThreadPoolExecutor  # 4 ms that no question needs

        tokenized = self._tokenizer.encode_batch([text.text for text in texts])
        lengths = [len(encoding.ids) for encoding in tokenized]
        check_budget([length - 2 for length in lengths], self.budget)
        order = sorted(range(len(texts)), key=lambda index: -lengths[index])

        def encode_batch(batch: list[int]) -> list[tuple[int, Vectors]]:
            states = forward([tokenized[index].ids for index in batch])
            return [
                (index, pool(hidden, hidden.mean(axis=0), tokenized[index].offsets, texts[index]))
                for index, hidden in zip(batch, states, strict=True)
            ]

        with self._engine() as forward:
            # numpy and PyTorch let other threads run while they compute, each on one core
            threads = ThreadPoolExecutor(max_workers=cores())
            try:
                yield from threads.map(encode_batch, _batches(order, lengths))
            finally:
                threads.shutdown(cancel_futures=True)  # after Ctrl-C, not one batch more

    def _engine(self) -> AbstractContextManager[Forward]:
        """What many texts are encoded with."""
        if not self._bulk:
            return nullcontext(self._bert.forward)
        from embeddings.encoding.bulk import bulk_forward

        return bulk_forward(self._bert)


def knows(model: Model) -> bool:
    """Whether this engine computes what the model's settings ask for; if not, each question takes
    seconds.

    Raises:
        ModelError: the settings cannot be read.
    """
    config = model.settings("config.json") or {}
    prompts = (model.settings("config_sentence_transformers.json") or {}).get("prompts") or {}
    return (
        model.modules() in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
        and config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and model.pools_the_mean()
        and not any(prompts.values())
        and (model.folder / "model.safetensors").is_file()
        and (model.folder / "tokenizer.json").is_file()
    )


def _batches(order: Sequence[int], lengths: Sequence[int]) -> Iterator[list[int]]:
    batch: list[int] = []
    tokens = 0
    for index in order:
        if batch and tokens + lengths[index] > _BATCH_TOKENS:
            yield batch
            batch, tokens = [], 0
        batch.append(index)
        tokens += lengths[index]
    if batch:
        yield batch
