"""Token states → vectors, and texts → tokens: what both engines do alike."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from embeddings.arrays import Floats, unit
from embeddings.characters import edits
from embeddings.encoding.encoder import Text, Tokens, Vectors

if TYPE_CHECKING:
    from tokenizers import NormalizedString, Tokenizer


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
    """The tokenizer, set to cut nothing, to pad nothing, and to read characters as people do."""
    tokenizer.no_truncation()
    tokenizer.no_padding()
    read_as_people_do(tokenizer)
    return tokenizer


def read_as_people_do(tokenizer: Tokenizer) -> None:
    """Have a tokenizer read each text as `characters.readable` does, before anything else.

    Its tokens' offsets stay those of the text. A text that is read as it is written has the same
    tokens as before.
    """
    from tokenizers.normalizers import Normalizer, Sequence

    first = Normalizer.custom(SimpleNamespace(normalize=_read))  # it wants an object
    own = tokenizer.normalizer
    tokenizer.normalizer = Sequence([first, own]) if own else first


def _read(text: NormalizedString) -> None:
    """Change a text to what is read, in place."""
    written = text.normalized
    changes = list(edits(written))
    if not changes:
        return
    dropped = {place for edit in changes if not edit.new for place in range(edit.start, edit.end)}
    places = count()
    text.filter(lambda _: next(places) not in dropped)
    for character, new in {written[edit.start]: edit.new for edit in changes if edit.new}.items():
        text.replace(character, new)


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
