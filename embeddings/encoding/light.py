"""The light engine: BERT-family models as an `Encoder`, ready in 50 ms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from typing import TYPE_CHECKING, Any

from embeddings.arrays import Floats, unit
from embeddings.encoding.bert import Bert, Forward, map_safetensors
from embeddings.encoding.encoder import Text, Tokens, Vectors, cores
from embeddings.encoding.model import Model
from embeddings.encoding.pooling import check_budget, count_tokens, look_up, pool, whole
from embeddings.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_BATCH_TOKENS = 2048
"""Tokens that go through the model together. Measured: more is no quicker."""


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
            tensors, _ = map_safetensors(self.model.folder / "model.safetensors")
            return Bert(tensors, self._config)
        except (OSError, KeyError, ValueError) as error:
            raise ModelError(f"The weights of {self.model.name} cannot be read: {error}") from error

    @property
    def words(self) -> Floats:
        """The model's table of tokens: what each means in no context, float32 (tokens, width).

        Raises:
            ModelError: the weights cannot be read.
        """
        return self._bert.words

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The model's tokenizer, set to cut nothing and to pad nothing.

        Raises:
            ModelError: it cannot be read.
        """
        from tokenizers import Tokenizer

        try:
            return whole(Tokenizer.from_file(str(self.model.folder / "tokenizer.json")))
        except Exception as error:  # tokenizers raises nothing narrower
            raise ModelError(
                f"The tokenizer of {self.model.name} cannot be read: {error}"
            ) from error

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return count_tokens(self.tokenizer, texts)

    def encode_query(self, text: str) -> Floats:
        ids = self.tokenizer.encode(text).ids
        if len(ids) > self.budget + 2:
            ids = [*ids[: self.budget + 1], ids[-1]]
        return unit(self._bert.forward([ids])[0].mean(axis=0))

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        return look_up(self.tokenizer, self.words, texts, self.budget)

    def encode(self, texts: Sequence[Text]) -> Iterator[list[tuple[int, Vectors]]]:
        from concurrent.futures import ThreadPoolExecutor  # 4 ms that no question needs

        tokenized = self.tokenizer.encode_batch([text.text for text in texts])
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
