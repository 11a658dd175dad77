"""What a passage offers to a question: the sentence to mark, and what speaks for the passage.

Signals are plain figures, from words (weighed by idf, as BM25 weighs them), from vectors, and
from the tokens of question and marked sentence (each of the one to its nearest of the other, as
Khattab & Zaharia 2020, "ColBERT", arXiv:2004.12832, but by the model's table of tokens: no
model runs for it). What each is worth is fitted: confidence.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from bot.answering.confidence import probability
from bot.answering.english import mentions
from bot.answering.question import Question
from embeddings.articles.passages import Sentence
from embeddings.encoding.encoder import Encoder, Tokens
from embeddings.index.search import Found, Hit
from embeddings.index.stems import stems

COVERAGE, WITH_PREVIOUS, OFFERS = 0.5, 0.15, 0.1
"""What speaks for a sentence beside its cosine. A sentence often leaves its subject to the one
before it. Measured: chosen on eval/wikipedia and train/squad11_dev_extra (tests/eval/README.md)."""

UNRIVALLED = 0.25
"""The least that a rival's score counts for: in a folder of few passages it need not be any good.
Measured: a usual score of what has nothing to do with the question (tests/eval/README.md)."""

RIVAL = 5
"""The passage is held against its fifth best rival: better ones may say the same.
Measured (tests/eval/README.md)."""


class Judged(Struct, frozen=True):
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
    question: Question,
    found: Found,
    hits: Sequence[Hit],
    encoder: Encoder,
    chance: Callable[[Mapping[str, float]], float] = probability,
) -> list[Judged]:
    """How likely each of these hits answers, most likely first.

    Args:
        found: what the question found. `hits` are some of it; the rivals of each are all others.
        chance: signals → probability.
    """
    marks = [_mark(question, found, hit) for hit in hits]
    marked = [hit.passage.text_of(own) for hit, (own, _) in zip(hits, marks, strict=True)]
    weights = np.array([found.idf.get(term or "", 0.0) for term in question.token_terms])
    judged = []
    for hit, (own, in_mark), tokens in zip(hits, marks, encoder.tokens(marked), strict=True):
        signals = _signals(question, found, hit, in_mark, tokens, weights)
        judged.append(Judged(hit, own, chance(signals), signals, found.coverage(in_mark)))
    judged.sort(key=lambda verdict: -verdict.probability)
    return judged


def _mark(question: Question, found: Found, hit: Hit) -> tuple[Sentence, frozenset[str]]:
    """The sentence of a hit that most likely holds the answer, and its stems."""
    previous = frozenset[str]()
    best, highest = (hit.passage.sentences[0], previous), -math.inf
    for sentence, cosine in zip(hit.passage.sentences, hit.sentence_cosines, strict=True):
        text = hit.passage.text_of(sentence)
        own = frozenset(stems(text))
        score = (
            cosine
            + COVERAGE * found.coverage(own)
            + WITH_PREVIOUS * found.coverage(own | previous)
            + OFFERS * _offers(question, text)
        )
        if score > highest:
            best, highest = (sentence, own), score
        previous = own
    return best


def _offers(question: Question, text: str) -> int:
    """1 where the text has a value of the kind asked for that the question has not; -1
    where it has none; 0 where no kind is asked for."""
    kind = question.sought.kind
    if kind is None:
        return 0
    return 1 if any(mentions.new(kind, text, question.words)) else -1


def _signals(
    question: Question,
    found: Found,
    hit: Hit,
    in_mark: frozenset[str],
    tokens: Tokens,
    weights: npt.NDArray[np.float64],
) -> dict[str, float]:
    """What speaks for a hit and against it.

    `words_alike`, `tokens_alike`: how near to each of the question's words, or tokens, the
    nearest token of the marked sentence is (means, the first weighed by idf).
    `missing_names`: the share of the question's names that the passage and its title lack;
    `missing_numbers`: of its numbers, in the marked sentence. `lead`: the score less that of
    the rival (`RIVAL`, `UNRIVALLED`).
    """
    rivals = [rival.score for rival in found.hits if rival.passage_id != hit.passage_id]
    words_alike, tokens_alike = _alike(question.tokens, tokens, weights)
    in_hit = hit.stems() if question.names else frozenset[str]()
    return {
        "sentence_cosine": max(hit.sentence_cosines),
        "words_alike": words_alike,
        "tokens_alike": tokens_alike,
        "missing_names": _missing(question.names, in_hit, found.idf),
        "missing_numbers": _missing(question.numbers, in_mark, found.idf),
        "lead": hit.score - max([UNRIVALLED, *rivals[RIVAL - 1 : RIVAL]]),
    }


def _missing(wanted: frozenset[str], own: frozenset[str], idf: Mapping[str, float]) -> float:
    """The share of the wanted terms' information that is not among a text's own."""
    total = sum(idf[stem] for stem in wanted)
    return sum(idf[stem] for stem in wanted - own) / total if total else 0.0


def _alike(
    question: Tokens, sentence: Tokens, weights: npt.NDArray[np.float64]
) -> tuple[float, float]:
    """How near a sentence's tokens are to the question's: (its words, all its tokens).

    Args:
        weights: the idf of the word that each of the question's tokens is of, (tokens,).
    """
    if not len(question.vectors) or not len(sentence.vectors):
        return 0.0, 0.0
    nearest = (question.vectors @ sentence.vectors.T).max(axis=1)
    words = float(nearest @ weights / weights.sum()) if weights.any() else 0.0
    return words, float(nearest.mean())
