"""Any sentence-transformers model, through the library itself: the reference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings.arrays import Floats, unit
from embeddings.encoding.encoder import Text, Tokens, Vectors
from embeddings.encoding.model import Model
from embeddings.encoding.pooling import (
    check_budget,
    count_tokens,
    look_up,
    pool,
    read_as_people_do,
    whole,
)
from embeddings.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

_BATCH = 8
"""Texts at a time on a processor. Measured: quicker than the library's own 32."""
_GPU_BATCH = 128
"""Texts at a time on a GPU. A guess: there was none to measure with."""


class ReferenceEncoder:
    """Any sentence-transformers model, through the library itself."""

    def __init__(self, model: Model) -> None:
        self.model = model

    @cached_property
    def _loaded(self) -> tuple[SentenceTransformer, Tokenizer]:
        """The library's model, and a copy of its tokenizer that cuts nothing."""
        from sentence_transformers import SentenceTransformer
        from tokenizers import Tokenizer

        try:
            with _no_bar_of_its_own():
                transformer = SentenceTransformer(str(self.model.folder), local_files_only=True)
        except Exception as error:  # whatever the library raises, the folder is no use
            raise ModelError(
                f"sentence-transformers cannot load {self.model.name}: {error}"
            ) from error
        own: Any = transformer.tokenizer
        copy = Tokenizer.from_str(own.backend_tokenizer.to_str())
        read_as_people_do(own.backend_tokenizer)
        return transformer, whole(copy)

    @property
    def _transformer(self) -> SentenceTransformer:
        return self._loaded[0]

    @property
    def _tokenizer(self) -> Tokenizer:
        return self._loaded[1]

    @cached_property
    def _prompt(self) -> str:
        prompts = self._transformer.prompts
        return prompts.get("document") or prompts.get("passage") or ""

    @cached_property
    def dimension(self) -> int:
        dimension = self._transformer.get_embedding_dimension()
        assert dimension is not None
        return dimension

    @cached_property
    def budget(self) -> int:
        longest = self._transformer.max_seq_length or 512
        special = len(self._tokenizer.encode(self._prompt).ids)
        return longest - special

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return count_tokens(self._tokenizer, texts)

    @cached_property
    def _words(self) -> Floats:
        """The model's table of tokens: the first that it has, whatever its architecture."""
        from torch.nn import Embedding, EmbeddingBag

        for module in self._transformer.modules():
            if isinstance(module, Embedding | EmbeddingBag):
                table: Floats = module.weight.detach().float().cpu().numpy()
                return table
        raise ModelError(f"{self.model.name} has no table of tokens")

    def encode_query(self, text: str) -> Floats:
        return unit(np.asarray(self._transformer.encode_query(text), dtype=np.float32))

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        return look_up(self._tokenizer, self._words, texts, self.budget)

    def encode(self, texts: Sequence[Text]) -> Iterator[list[tuple[int, Vectors]]]:
        counts = self.count_tokens([text.text for text in texts])
        check_budget(counts, self.budget)
        order = sorted(range(len(texts)), key=lambda index: -counts[index])
        size = _BATCH if self._transformer.device.type == "cpu" else _GPU_BATCH
        for start in range(0, len(order), size):
            batch = order[start : start + size]
            chosen = [texts[index] for index in batch]
            in_one_pass = self.model.pools_the_mean()
            encode = self._one_pass if in_one_pass else self._sentences_apart
            yield list(zip(batch, encode(chosen), strict=True))

    def _one_pass(self, texts: list[Text]) -> list[Vectors]:
        outputs: list[dict[str, Any]] = self._transformer.encode(  # type: ignore[assignment]
            [text.text for text in texts],
            prompt=self._prompt,
            batch_size=len(texts),
            output_value=None,
            show_progress_bar=False,
        )
        encodings = self._tokenizer.encode_batch([self._prompt + text.text for text in texts])
        vectors = []
        for text, output, encoding in zip(texts, outputs, encodings, strict=True):
            hidden = output["token_embeddings"].float().cpu().numpy()
            own = hidden[output["attention_mask"].cpu().numpy().astype(bool)]
            offsets = [(s - len(self._prompt), e - len(self._prompt)) for s, e in encoding.offsets]
            passage = output["sentence_embedding"].float().cpu().numpy()
            vectors.append(pool(own, passage, offsets, text))
        return vectors

    def _sentences_apart(self, texts: list[Text]) -> list[Vectors]:
        """For models that do not pool the mean: a sentence is a text of its own."""
        parts = [[text.text, *(text.text[s:e] for s, e in text.sentences)] for text in texts]
        encoded = np.asarray(
            self._transformer.encode(
                [part for group in parts for part in group],
                prompt=self._prompt,
                batch_size=_BATCH,
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


@contextmanager
def _no_bar_of_its_own() -> Iterator[None]:
    """Loading shows no progress bar: a front end shows one of its own."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
