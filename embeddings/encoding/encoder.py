"""Texts → unit float32 vectors: what an encoder is, and which engine runs the model.

Two engines run the same model and give the same vectors (tests hold them to each other):

- the light one, ready in 50 ms (`light.py`): numpy for questions and small changes, PyTorch
  (`bulk.py`) for many passages at once;
- sentence-transformers, the reference (`reference.py`), on a GPU and for every model that the
  light one does not know.

A passage is encoded once. Its vector is the mean of its tokens, a sentence's vector the
mean of that sentence's tokens: one forward pass for all of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Protocol

from msgspec import Struct

from embeddings.arrays import Floats
from embeddings.encoding.model import Model

BULK = 128
"""Above this many texts, PyTorch's two seconds of import are worth it. Measured."""


class Text(Struct, frozen=True):
    """A text to encode and the characters [start, end) of its sentences."""

    text: str
    sentences: tuple[tuple[int, int], ...]


class Vectors(Struct, frozen=True):
    """`passage`: unit float32 (dimension,); `sentences`: unit float32 (sentences, dimension)."""

    passage: Floats
    sentences: Floats


class Tokens(Struct, frozen=True):
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


def open_encoder(model: Model, *, bulk: bool = False) -> Encoder:
    """The quickest engine for questions and a few passages, or in `bulk` for many.

    Raises:
        ModelError: the model cannot be loaded.
    """
    if not is_quick(model) or (bulk and _sees_gpu()):
        from embeddings.encoding.reference import ReferenceEncoder

        return ReferenceEncoder(model)
    from embeddings.encoding.light import LightEncoder

    return LightEncoder(model, bulk=bulk)


def is_quick(model: Model) -> bool:
    """Whether the light engine knows the model; if not, each question takes seconds."""
    from embeddings.encoding import light

    return light.knows(model)


def cores() -> int:
    """The processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _sees_gpu() -> bool:
    import torch

    return torch.accelerator.is_available()
