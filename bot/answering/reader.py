"""What a reader makes of a passage: the words of each sentence that best answer, and how well.

The score of words is begin + end − "it is not here", over all runs of a sentence's tokens (Devlin
et al. 2019, arXiv:1810.04805, section 4.3). It is no probability: what it is worth is fitted, as
the signals are (confidence.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from embeddings.articles.passages import Passage, Sentence
from embeddings.encoding.pairs import PairReader, Scores

LONGEST_ANSWER = 30
"""Tokens. What the reader was trained with."""

ROOM = 450
"""Characters of a passage that are read: whole sentences, the marked one and as many as have room
beside it. Measured: tests/eval/README.md has what more costs and brings."""


LEAST = -25.0
"""The least score that counts, and that of what has no words. Measured: 1 passage in 1,000 has
less."""


class Span(Struct, frozen=True):
    """Words that may answer: the article's characters [start_char, end_char), and their score."""

    start_char: int
    end_char: int
    score: float


class Reading(Struct, frozen=True):
    """The best words of each sentence that was read, and the score of the best of all."""

    spans: dict[Sentence, Span]
    score: float


def read(
    question: str, passages: Sequence[tuple[Passage, Sentence]], reader: PairReader
) -> list[Reading | None]:
    """What the reader makes of each passage, round the sentence that is marked in it; None where
    that is longer than what it can read, for what was not read may answer."""
    windows = [window(passage, mark) for passage, mark in passages]
    texts = [
        passage.said_in(Sentence(own[0].start_char, own[-1].end_char))
        for (passage, _), own in zip(passages, windows, strict=True)
    ]
    scores = reader.read(question, texts)
    return [
        _reading(own, own[-1].end_char - len(text), each)
        for own, text, each in zip(windows, texts, scores, strict=True)
    ]


def window(passage: Passage, mark: Sentence) -> tuple[Sentence, ...]:
    """The sentences to read: the marked one, then by turns one before it and one after."""
    sentences = passage.sentences
    first = last = sentences.index(mark)
    grown = True
    while grown:
        grown = False
        if first and sentences[last].end_char - sentences[first - 1].start_char <= ROOM:
            first, grown = first - 1, True
        beyond = sentences[last + 1 : last + 2]
        if beyond and beyond[0].end_char - sentences[first].start_char <= ROOM:
            last, grown = last + 1, True
    return sentences[first : last + 1]


def _reading(sentences: Sequence[Sentence], above: int, scores: Scores) -> Reading | None:
    """What scores say of sentences, in a text that begins at character `above` of the article: a
    header of a table may stand before them in it."""
    if scores.cut:
        return None
    tokens = [(above + start, above + end) for start, end in scores.offsets]
    spans = {}
    for sentence in sentences:
        inside = [
            number
            for number, (start, end) in enumerate(tokens)
            if sentence.start_char <= start and end <= sentence.end_char
        ]
        if inside:
            spans[sentence] = _best(scores, tokens, slice(inside[0], inside[-1] + 1))
    return Reading(spans, max((span.score for span in spans.values()), default=LEAST))


def _best(scores: Scores, tokens: Sequence[tuple[int, int]], inside: slice) -> Span:
    """The best words of at most `LONGEST_ANSWER` tokens among some of the text's."""
    begins, ends = scores.begins[inside], scores.ends[inside]
    runs = begins[:, None] + ends[None, :]
    places = np.arange(len(ends))
    further = places[None, :] - places[:, None]
    runs[(further < 0) | (further >= LONGEST_ANSWER)] = -np.inf
    begin, end = divmod(int(runs.argmax()), len(ends))
    own = tokens[inside]
    return Span(own[begin][0], own[end][1], max(float(runs[begin, end]) - scores.nothing, LEAST))
