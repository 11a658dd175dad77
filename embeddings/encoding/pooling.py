"""Token states → vectors, and texts → tokens: what both engines do alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from embeddings.arrays import Floats, unit
from embeddings.encoding.encoder import Text, Tokens, Vectors

if TYPE_CHECKING:
    from tokenizers import Tokenizer


def pool(
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


def whole(tokenizer: Tokenizer) -> Tokenizer:
    """The tokenizer, set to cut nothing and to pad nothing."""
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def look_up(tokenizer: Tokenizer, table: Floats, texts: Sequence[str], budget: int) -> list[Tokens]:
    """The tokens of texts, each with its row of the model's table (tokens, width)."""
    # one by one: for a few sentences the library's threads take longer than the work
    encodings = [tokenizer.encode(text, add_special_tokens=False) for text in texts]
    return [
        Tokens(unit(table[encoding.ids[:budget]]), tuple(encoding.offsets[:budget]))
        for encoding in encodings
    ]


def count_tokens(tokenizer: Tokenizer, texts: Sequence[str]) -> list[int]:
    """How many tokens each text has, special ones not counted."""
    encodings = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    return [len(encoding.ids) for encoding in encodings]


def check_budget(counts: Sequence[int], budget: int) -> None:
    """See that no text is too long.

    Raises:
        ValueError: one is.
    """
    longest = max(counts, default=0)
    if longest > budget:
        raise ValueError(f"a passage of {longest} tokens is over the budget of {budget}")
