"""A run of whole sentences of a passage, which is what the reader is shown when it answers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from bot.training.bert import VOCABULARY
from bot.training.ragged import Numbers

SHORTEST, LONGEST = 40, 110
"""Tokens of a window. The reader is shown some 60 to 110; shorter ones are for robustness."""

Span = tuple[int, int]
"""Tokens [first, end) of a passage."""


def sentence_spans(firsts: Numbers, length: int) -> list[Span]:
    """The sentences of a passage of `length` tokens, which they tile."""
    bounds = [*firsts.tolist(), length]
    return list(pairwise(bounds))


def window(
    spans: Sequence[Span], keep: Span, budget: int, chance: np.random.Generator
) -> tuple[int, int]:
    """The sentences [first, end) round those of `keep` [first, end), grown by chance to the left
    or the right while they are not more than `budget` tokens; `keep` itself may be more."""
    first, end = keep
    size = sum(stop - start for start, stop in spans[first:end])
    while True:
        sides = []
        if first > 0 and size + _length(spans[first - 1]) <= budget:
            sides.append(-1)
        if end < len(spans) and size + _length(spans[end]) <= budget:
            sides.append(1)
        if not sides:
            return first, end
        if sides[int(chance.integers(len(sides)))] < 0:
            first -= 1
            size += _length(spans[first])
        else:
            size += _length(spans[end])
            end += 1


def likest(
    spans: Sequence[Span], passage: Numbers, question: Numbers, rarity: npt.NDArray[np.float32]
) -> int:
    """The sentence that shares the rarest tokens with the question, longer ones at a discount.

    Args:
        rarity: how rare each token is, float32 (vocabulary,).
    """
    shared = np.where(np.isin(passage, question), rarity[passage], 0)
    starts = np.array([start for start, _ in spans])
    lengths = np.array([_length(span) for span in spans])
    return int(np.argmax(np.add.reduceat(shared, starts) / np.sqrt(lengths + 8)))


def rarity_of(contexts: Sequence[Numbers]) -> npt.NDArray[np.float32]:
    """log(passages / passages with the token), float32 (vocabulary,)."""
    frequency = np.zeros(VOCABULARY, np.int64)
    for context in contexts:
        frequency[np.unique(context)] += 1
    rare: npt.NDArray[np.float32] = np.log((1 + len(contexts)) / (1 + frequency)).astype(np.float32)
    return rare


def _length(span: Span) -> int:
    return span[1] - span[0]
