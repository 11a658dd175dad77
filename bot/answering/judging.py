"""What a passage offers to a question: the sentence to mark, and what speaks for the passage.

Signals are plain figures, from words (weighed by idf, as BM25 weighs them), from vectors, and
from the tokens of question and marked sentence (each of the one to its nearest of the other, as
Khattab & Zaharia 2020, "ColBERT", arXiv:2004.12832, but by the model's table of tokens: no
model runs for it). What each is worth is fitted: bot/confidence.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from bot.answering.confidence import probability
from bot.answering.english import mentions
from bot.answering.english.answer_types import asks_for
from embeddings.articles.passages import Sentence
from embeddings.encoding.encoder import Encoder, Tokens
from embeddings.index.search import Found, Hit
from embeddings.index.words import located, stems

# Of a sentence, beside its cosine: chosen on eval/wikipedia and train/squad11_dev_extra
# (tests/eval/README.md). A sentence often leaves its subject to the one before it.
COVERAGE, WITH_PREVIOUS, OFFERS = 0.5, 0.15, 0.1

_UNRIVALLED = 0.25
"""A usual score of what has nothing to do with the question: the least that the rival counts for,
since in a folder of few passages it need not be any good."""

_RIVAL = 5
"""The passage is held against its fifth best rival: better ones may say the same."""


class Judged(NamedTuple):
    """A hit with the sentence to mark in it, and the probability that it answers.

    `signals`: what that is computed from (tests/eval/fit_confidence.py fits on them); `carried`:
    the share of the question's information that the marked sentence carries.
    """

    hit: Hit
    mark: Sentence
    probability: float
    signals: dict[str, float]
    carried: float

    @property
    def marked(self) -> str:
        return self.hit.passage.text_of(self.mark)


def judge(
    question: str,
    found: Found,
    hits: Sequence[Hit],
    encoder: Encoder,
    chance: Callable[[Mapping[str, float]], float] = probability,
) -> list[Judged]:
    """How likely each of these hits answers, most likely first.

    Args:
        found: what the question found; `hits` are some of it, and the others their rivals.
        chance: signals → probability.
    """
    asked = _Asked(question, found, encoder.tokens([question])[0])
    marks = [asked.mark(hit) for hit in hits]
    marked = [hit.passage.text_of(mark) for hit, mark in zip(hits, marks, strict=True)]
    judged = []
    for hit, mark, text, tokens in zip(hits, marks, marked, encoder.tokens(marked), strict=True):
        in_mark = frozenset(stems(text))
        signals = asked.signals(hit, in_mark, tokens)
        judged.append(Judged(hit, mark, chance(signals), signals, found.coverage(in_mark)))
    judged.sort(key=lambda one: -one.probability)
    return judged


class _Asked:
    """A question and all that it found, ready to be held against one hit after the other."""

    def __init__(self, question: str, found: Found, tokens: Tokens) -> None:
        self._found = found
        self._tokens = tokens
        self._idf = found.idf
        self._wanted = asks_for(question)
        self._own_words = frozenset(mentions.words_of(question))
        self._places = [one for one in located(question) if one[0] in found.idf]
        names = (stems(question[s:e]) for s, e in mentions.find("name", question))
        self._names = frozenset[str]().union(*names) & self._idf.keys()
        self._numbers = frozenset(stem for stem in found.idf if stem[0].isdigit())

    def mark(self, hit: Hit) -> Sentence:
        """The sentence that most likely holds the answer."""
        best, highest, previous = hit.passage.sentences[0], -np.inf, frozenset[str]()
        for sentence, cosine in zip(hit.passage.sentences, hit.sentence_cosines, strict=True):
            text = hit.passage.text_of(sentence)
            own = frozenset(stems(text))
            score = (
                cosine
                + COVERAGE * self._found.coverage(own)
                + WITH_PREVIOUS * self._found.coverage(own | previous)
                + OFFERS * self._offers(text)
            )
            if score > highest:
                best, highest = sentence, score
            previous = own
        return best

    def signals(self, hit: Hit, in_mark: frozenset[str], tokens: Tokens) -> dict[str, float]:
        """What speaks for the hit and against it.

        `words_alike`, `tokens_alike`: how near to each of the question's words, or tokens, the
        nearest token of the marked sentence is (means, the first weighed by idf).
        `missing_names`: the share of the question's names that the passage and its title lack;
        `missing_numbers`: of its numbers, in the marked sentence. `lead`: the score less that of
        the rival (`_RIVAL`, `_UNRIVALLED`).
        """
        rivals = [one.score for one in self._found.hits if one.passage_id != hit.passage_id]
        rival = max([_UNRIVALLED, *rivals[_RIVAL - 1 : _RIVAL]])
        words_alike, tokens_alike = self._alike(tokens)
        return {
            "sentence_cosine": max(hit.sentence_cosines),
            "words_alike": words_alike,
            "tokens_alike": tokens_alike,
            "missing_names": self._missing(self._names, hit.stems()),
            "missing_numbers": self._missing(self._numbers, in_mark),
            "lead": hit.score - rival,
        }

    def _missing(self, wanted: frozenset[str], own: frozenset[str]) -> float:
        total = sum(self._idf[stem] for stem in wanted)
        return sum(self._idf[stem] for stem in wanted - own) / total if total else 0.0

    def _offers(self, text: str) -> int:
        """1 where the text has a value of the kind asked for that the question has not; -1
        where it has none; 0 where no kind is asked for."""
        if self._wanted is None:
            return 0
        return 1 if any(mentions.new(self._wanted, text, self._own_words)) else -1

    def _alike(self, tokens: Tokens) -> tuple[float, float]:
        """How near a sentence's tokens are to the question's: (its words, all its tokens)."""
        own = self._tokens
        if not len(own.vectors) or not len(tokens.vectors):
            return 0.0, 0.0
        nearest = (own.vectors @ tokens.vectors.T).max(axis=1)
        weights = self._token_weights
        words = float(nearest @ weights / weights.sum()) if weights.any() else 0.0
        return words, float(nearest.mean())

    @cached_property
    def _token_weights(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """The idf of the word that each of the question's tokens is of."""
        return np.array(
            [
                next((self._idf[stem] for stem, s, e in self._places if s <= first < e), 0.0)
                for first, _ in self._tokens.offsets
            ]
        )
