"""Texts → unit float32 vectors.

Two engines run the same model and give the same vectors (tests hold them to each other):

- the light one, ready in 50 ms: numpy (`bert.py`) for questions and small changes, PyTorch
  (`bulk.py`) for many passages at once;
- sentence-transformers, the reference, on a GPU and for every model that the light one does not
  know.

A passage is encoded once. Its vector is the mean of its tokens, a sentence's vector the
mean of that sentence's tokens: one forward pass for all of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from embeddings.encoding.light import Bert, Floats
from embeddings.encoding.model import Model
from embeddings.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

    from embeddings.articles.passages import Passage

BULK = 128
"""From this many texts on, PyTorch's two seconds of import are worth it."""

_BATCH_TOKENS = 2048
_REFERENCE_BATCH = 8
_GPU_BATCH = 128
_REMEDY = "Try another model with --model, or leave it out for the default."


class Text(NamedTuple):
    """A text to encode and the character spans of its sentences."""

    text: str
    sentences: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, passage: Passage) -> Text:
        """What is encoded of a passage."""
        return cls(passage.text, tuple(passage.bounds()))


class Vectors(NamedTuple):
    """`passage`: unit float32 (dimension,); `sentences`: unit float32 (sentences, dimension)."""

    passage: Floats
    sentences: Floats


class Tokens(NamedTuple):
    """A text's tokens by the model's own table of them: what each means in no context.

    `vectors`: unit float32 (tokens, width); `offsets`: the characters [start, end) of each.
    """

    vectors: Floats
    offsets: tuple[tuple[int, int], ...]


class Encoder(Protocol):
    """A model that is ready to encode."""

    model: Model

    @property
    def dimension(self) -> int: ...

    @property
    def budget(self) -> int:
        """The most tokens a passage may have, special ones not counted."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, special ones not counted; nothing is cut."""
        ...

    def encode_query(self, text: str) -> Floats:
        """A question → unit float32 (dimension,); beyond the budget it is cut."""
        ...

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """The tokens of each text; beyond the budget it is cut. No model runs: it is quick."""
        ...

    def encode(self, texts: Sequence[Text]) -> Iterator[list[tuple[int, Vectors]]]:
        """Passages → (index into `texts`, vectors), batch by batch, longest first.

        Raises:
            ValueError: a text is over the budget: passages are never cut silently.
        """
        ...


def open_encoder(model: Model, *, texts: int = 0) -> Encoder:
    """The quickest engine for a question and `texts` passages.

    Raises:
        ModelError: the model cannot be loaded.
    """
    light = _light_settings(model)
    bulk = texts > BULK
    if light is None or (bulk and _sees_gpu()):
        return ReferenceEncoder(model)
    try:
        return LightEncoder(model, light, bulk=bulk)
    except (KeyError, TypeError) as error:
        raise ModelError(
            f"The settings of {model.name} are not whole: {error}", remedy=_REMEDY
        ) from error


def is_light(model: Model) -> bool:
    """Whether the numpy engine knows this model; if not, each question takes seconds."""
    return _light_settings(model) is not None


def _light_settings(model: Model) -> dict[str, Any] | None:
    """The model's BERT settings, or None where the numpy engine would compute another thing."""
    modules = model.settings("modules.json")
    config = model.settings("config.json") or {}
    pooling = model.settings("1_Pooling/config.json") or {}
    prompts = (model.settings("config_sentence_transformers.json") or {}).get("prompts") or {}
    try:
        kinds = [one["type"].rsplit(".", 1)[-1] for one in modules]
    except (KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"modules.json of {model.name} is not a list of modules", remedy=_REMEDY
        ) from error
    known = (
        kinds in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
        and config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and _is_mean(pooling)
        and not any(prompts.values())
        and (model.folder / "model.safetensors").is_file()
        and (model.folder / "tokenizer.json").is_file()
    )
    return config if known else None


def _is_mean(pooling: dict[str, Any]) -> bool:
    if "pooling_mode" in pooling:
        return bool(pooling["pooling_mode"] == "mean")
    modes = {key for key, on in pooling.items() if key.startswith("pooling_mode_") and on is True}
    return modes == {"pooling_mode_mean_tokens"}


def _sees_gpu() -> bool:
    import torch

    return torch.accelerator.is_available()


class LightEncoder:
    """BERT-family models with mean pooling: in numpy, and in `bulk` in PyTorch."""

    def __init__(self, model: Model, config: dict[str, Any], *, bulk: bool = False) -> None:
        self.model = model
        self.dimension: int = config["hidden_size"]
        settings = model.settings("sentence_bert_config.json") or {}
        positions: int = config["max_position_embeddings"]
        self.budget = min(settings.get("max_seq_length") or positions, positions) - 2
        self._config = config
        self._bulk = bulk

    @cached_property
    def _bert(self) -> Bert:
        try:
            return Bert(self.model.folder / "model.safetensors", self._config)
        except (OSError, KeyError, ValueError) as error:
            raise ModelError(
                f"The weights of {self.model.name} cannot be read: {error}", remedy=_REMEDY
            ) from error

    @cached_property
    def _forward(self) -> Callable[[Sequence[Sequence[int]]], list[Floats]]:
        if not self._bulk:
            return self._bert.forward
        from embeddings.encoding.bulk import BulkBert

        return BulkBert(self._bert).forward

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_file(str(self.model.folder / "tokenizer.json"))
        except Exception as error:  # tokenizers raises nothing narrower
            raise ModelError(
                f"The tokenizer of {self.model.name} cannot be read: {error}", remedy=_REMEDY
            ) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return _count_tokens(self._tokenizer, texts)

    def encode_query(self, text: str) -> Floats:
        ids = self._tokenizer.encode(text).ids
        if len(ids) > self.budget + 2:
            ids = [*ids[: self.budget + 1], ids[-1]]
        return unit(self._bert.forward([ids])[0].mean(axis=0))

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        return _tokens(self._tokenizer, self._bert.words, texts, self.budget)

    def encode(self, texts: Sequence[Text]) -> Iterator[list[tuple[int, Vectors]]]:
        from concurrent.futures import ThreadPoolExecutor  # 4 ms that no question needs

        tokenized = self._tokenizer.encode_batch([one.text for one in texts])
        lengths = [len(one.ids) for one in tokenized]
        for length in lengths:
            _check_budget(length - 2, self.budget)
        order = sorted(range(len(texts)), key=lambda index: -lengths[index])
        forward = self._forward

        def encode_batch(batch: list[int]) -> list[tuple[int, Vectors]]:
            states = forward([tokenized[index].ids for index in batch])
            return [
                (index, _pool(hidden, hidden.mean(axis=0), tokenized[index].offsets, texts[index]))
                for index, hidden in zip(batch, states, strict=True)
            ]

        # numpy and PyTorch let other threads run while they compute, each on one core
        pool = ThreadPoolExecutor(max_workers=cores())
        try:
            yield from pool.map(encode_batch, _batches(order, lengths))
        finally:
            pool.shutdown(cancel_futures=True)  # after Ctrl-C, not one batch more


class ReferenceEncoder:
    """Any sentence-transformers model, through the library itself."""

    def __init__(self, model: Model) -> None:
        self.model = model

    @cached_property
    def _transformer(self) -> SentenceTransformer:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        os.environ["HF_HUB_OFFLINE"] = "1"  # the folder is complete: nothing is asked for
        os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # ours is shown
        try:
            return SentenceTransformer(str(self.model.folder), local_files_only=True)
        except Exception as error:  # whatever the library raises, the folder is no use
            raise ModelError(
                f"sentence-transformers cannot load {self.model.name}: {error}", remedy=_REMEDY
            ) from error

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        own: Any = self._transformer.tokenizer
        tokenizer: Tokenizer = Tokenizer.from_str(own.backend_tokenizer.to_str())
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _prompt(self) -> str:
        prompts = self._transformer.prompts
        return prompts.get("document") or prompts.get("passage") or ""

    @cached_property
    def _pools_the_mean(self) -> bool:
        return _is_mean(self.model.settings("1_Pooling/config.json") or {})

    @cached_property
    def dimension(self) -> int:
        found = self._transformer.get_embedding_dimension()
        assert found is not None
        return found

    @cached_property
    def budget(self) -> int:
        longest = self._transformer.max_seq_length or 512
        special = len(self._tokenizer.encode(self._prompt).ids)
        return longest - special

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return _count_tokens(self._tokenizer, texts)

    @cached_property
    def _words(self) -> Floats:
        """The model's table of tokens: the first that it has, whatever its architecture."""
        from torch.nn import Embedding, EmbeddingBag

        for module in self._transformer.modules():
            if isinstance(module, Embedding | EmbeddingBag):
                table: Floats = module.weight.detach().float().cpu().numpy()
                return table
        raise ModelError(f"{self.model.name} has no table of tokens", remedy=_REMEDY)

    def encode_query(self, text: str) -> Floats:
        return unit(np.asarray(self._transformer.encode_query(text), dtype=np.float32))

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        return _tokens(self._tokenizer, self._words, texts, self.budget)

    def encode(self, texts: Sequence[Text]) -> Iterator[list[tuple[int, Vectors]]]:
        counts = self.count_tokens([one.text for one in texts])
        for count in counts:
            _check_budget(count, self.budget)
        order = sorted(range(len(texts)), key=lambda index: -counts[index])
        size = _REFERENCE_BATCH if self._transformer.device.type == "cpu" else _GPU_BATCH
        for start in range(0, len(order), size):
            batch = order[start : start + size]
            chosen = [texts[index] for index in batch]
            pool = self._one_pass if self._pools_the_mean else self._sentences_apart
            yield list(zip(batch, pool(chosen), strict=True))

    def _one_pass(self, texts: list[Text]) -> list[Vectors]:
        outputs: list[dict[str, Any]] = self._transformer.encode(  # type: ignore[assignment]
            [one.text for one in texts],
            prompt=self._prompt,
            batch_size=len(texts),
            output_value=None,
            show_progress_bar=False,
        )
        encodings = self._tokenizer.encode_batch([self._prompt + one.text for one in texts])
        vectors = []
        for one, output, encoding in zip(texts, outputs, encodings, strict=True):
            hidden = output["token_embeddings"].float().cpu().numpy()
            own = hidden[output["attention_mask"].cpu().numpy().astype(bool)]
            offsets = [(s - len(self._prompt), e - len(self._prompt)) for s, e in encoding.offsets]
            whole = output["sentence_embedding"].float().cpu().numpy()
            vectors.append(_pool(own, whole, offsets, one))
        return vectors

    def _sentences_apart(self, texts: list[Text]) -> list[Vectors]:
        """For models that do not pool the mean: a sentence is a text of its own."""
        parts = [[one.text, *(one.text[s:e] for s, e in one.sentences)] for one in texts]
        encoded = np.asarray(
            self._transformer.encode(
                [part for group in parts for part in group],
                prompt=self._prompt,
                batch_size=_REFERENCE_BATCH,
                show_progress_bar=False,
            ),
            dtype=np.float32,
        )
        vectors, start = [], 0
        for group in parts:
            own = unit(encoded[start : start + len(group)])
            vectors.append(Vectors(own[0], own[1:]))
            start += len(group)
        return vectors


def _pool(
    hidden: Floats, passage: Floats, offsets: Sequence[tuple[int, int]], text: Text
) -> Vectors:
    """Token states (tokens, dimension) and their character offsets → unit vectors.

    A sentence without a token of its own (a lone dash) has the passage's vector.
    """
    begins = np.array([begin for begin, _ in offsets])
    ends = np.array([end for _, end in offsets])
    sentences = np.empty((len(text.sentences), len(passage)), dtype=np.float32)
    for number, (first, last) in enumerate(text.sentences):
        inside = (begins >= first) & (ends <= last) & (ends > begins)
        sentences[number] = hidden[inside].mean(axis=0) if inside.any() else passage
    return Vectors(unit(passage), unit(sentences))


def _tokens(tokenizer: Tokenizer, words: Floats, texts: Sequence[str], budget: int) -> list[Tokens]:
    encodings = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    return [Tokens(unit(words[one.ids[:budget]]), tuple(one.offsets[:budget])) for one in encodings]


def unit(vectors: Floats) -> Floats:
    """Vectors (…, dimension) at the length 1; one of length 0 stays."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Floats = (vectors / np.maximum(norms, 1e-12)).astype(np.float32)
    return unit


def cores() -> int:
    """The processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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


def _count_tokens(tokenizer: Tokenizer, texts: Sequence[str]) -> list[int]:
    encodings = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    return [len(one.ids) for one in encodings]


def _check_budget(tokens: int, budget: int) -> None:
    if tokens > budget:
        raise ValueError(f"a passage of {tokens} tokens is over the budget of {budget}")
