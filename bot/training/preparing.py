"""Texts → numbers: tokens, sentences, answers as tokens, swapped questions, likest passages."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from msgspec.structs import replace

from bot.training import mining
from bot.training.pairs import Pairs
from bot.training.ragged import Ragged
from bot.training.reading import Example
from bot.training.swaps import names, swaps
from embeddings.articles.sentences import sentences
from embeddings.encoding.model import Model

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

NAMES_OFFERED = 40
"""Names of other passages that a swap may choose from. A guess: enough of any length."""


class Passage(Struct, frozen=True):
    """A passage as tokens: `ids`, the characters [start, end) of each, and the first token of
    each sentence (the first is 0)."""

    ids: list[int]
    offsets: list[tuple[int, int]]
    sentences: list[int]

    def tokens(self, start: int, end: int) -> tuple[int, int]:
        """The first and the last token of the characters [start, end)."""
        first = bisect_right(self.offsets, start, key=lambda offset: offset[1])
        last = bisect_left(self.offsets, end, key=lambda offset: offset[0]) - 1
        return first, max(first, last)


def tokenizer_of(model: Model) -> Tokenizer:
    """The model's own tokenizer, which neither cuts nor pads."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model.folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def passages(texts: Sequence[str], tokenizer: Tokenizer) -> list[Passage]:
    """Texts → tokens and sentence bounds (the project's own splitter's)."""
    encoded = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    return [_passage(text, encoding) for text, encoding in zip(texts, encoded, strict=True)]


def _passage(text: str, encoding: Encoding) -> Passage:
    starts = [start for start, _ in encoding.offsets]
    bounds = {bisect_left(starts, start) for start, _ in sentences(text, 0, len(text))}
    firsts = sorted({0, *(bound for bound in bounds if bound < len(starts))})
    return Passage(encoding.ids, encoding.offsets, firsts)


def prepare(examples: Sequence[Example], model: Model, seed: int) -> Pairs:
    """Everything that training needs of the texts; the same for the same seed."""
    tokenizer = tokenizer_of(model)
    texts = list(dict.fromkeys(example.context for example in examples))
    read = dict(zip(texts, passages(texts, tokenizer), strict=True))
    usable = [example for example in examples if read[example.context].ids]
    place = {text: at for at, text in enumerate(texts)}
    context_of = np.array([place[example.context] for example in usable], np.int32)
    swapped = _swapped(usable, seed)
    pairs = Pairs(
        contexts=Ragged.of((passage.ids for passage in read.values()), np.uint16),
        sentences=Ragged.of((passage.sentences for passage in read.values()), np.uint16),
        pools=_pools(usable, context_of, len(texts)),
        questions=_encoded([example.question for example in usable], tokenizer),
        context_of=context_of,
        shares=np.array([example.share for example in usable], np.float32),
        answers=Ragged.of((_answer_tokens(own, read[own.context]) for own in usable), np.uint16),
        swaps=_encoded([question for made in swapped for question in made], tokenizer),
        swaps_of=np.cumsum([0, *map(len, swapped)], dtype=np.int64),
        likest=np.empty((0, 0), np.int32),
    )
    return replace(pairs, likest=mining.by_words(pairs))


def _encoded(questions: list[str], tokenizer: Tokenizer) -> Ragged:
    encoded = tokenizer.encode_batch(questions, add_special_tokens=False)
    return Ragged.of((encoding.ids for encoding in encoded), np.uint16)


def _answer_tokens(example: Example, passage: Passage) -> list[int]:
    return [token for start, end in example.answers for token in passage.tokens(start, end)]


def _pools(
    examples: Sequence[Example], context_of: npt.NDArray[np.int32], contexts: int
) -> npt.NDArray[np.int32]:
    numbers: dict[str, int] = {}
    pools = np.zeros(contexts, np.int32)
    for example, context in zip(examples, context_of.tolist(), strict=True):
        pools[context] = numbers.setdefault(example.pool, len(numbers))
    return pools


def _swapped(examples: Sequence[Example], seed: int) -> list[list[str]]:
    """The swaps of each answerable question; none of another."""
    chance = random.Random(seed)
    of_pool: dict[str, list[str]] = {}
    for pool, context in dict.fromkeys((own.pool, own.context) for own in examples):
        of_pool.setdefault(pool, []).extend(names(context))
    made: list[list[str]] = []
    for example in examples:
        if not example.answers:
            made.append([])
            continue
        offered = of_pool[example.pool]
        others = chance.sample(offered, min(NAMES_OFFERED, len(offered)))
        sentence = _sentence(example.context, *example.answers[0])
        own = swaps(example.question, example.context, sentence, others, chance)
        made.append([swap.question for swap in own])
    return made


def _sentence(text: str, start: int, end: int) -> str:
    """What stands round an answer up to the next full stops: near enough to see its names."""
    first = max(text.rfind(mark, 0, start) for mark in (". ", "? ", "! ", "\n"))
    after = text.find(". ", end)
    return text[first + 1 : after if after >= 0 else None]
