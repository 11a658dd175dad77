"""What a passage offers to a question: the sentence to mark, and what speaks for the passage.

Signals are plain figures, from words (weighed by idf, as BM25 weighs them), from vectors, and
from the tokens of question and marked sentence in their contexts (late interaction; Khattab &
Zaharia 2020, "ColBERT", arXiv:2004.12832, here without training). What each is worth is fitted:
bot/confidence.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bot import values
from bot.confidence import probability
from bot.question import asks_for
from embeddings.encoder import Encoder, Tokens
from embeddings.index import Found, Hit
from embeddings.passages import Sentence
from embeddings.words import located, stems

# Of a sentence, beside its cosine: chosen on eval/wikipedia and train/squad11_dev_extra
# (tests/eval/README.md). A sentence often leaves its subject to the one before it.
COVERAGE, WITH_PREVIOUS, OFFERS = 0.5, 0.15, 0.1

_UNRIVALLED = 0.25
"""A usual score of what has nothing to do with the question."""
_FEWEST_WORDS, _MOST_WORDS = 5, 10


@dataclass(frozen=True, slots=True)
class Judged:
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
    asked = _Asked(question, found)
    marks = [asked.mark(hit) for hit in hits]
    marked = [hit.passage.text_of(mark) for hit, mark in zip(hits, marks, strict=True)]
    judged = []
    for hit, mark, text, tokens in zip(
        hits, marks, marked, encoder.encode_tokens(marked), strict=True
    ):
        signals = asked.signals(hit, text, tokens)
        carried = asked.carried(text)
        judged.append(Judged(hit, mark, chance(signals), signals, carried))
    judged.sort(key=lambda one: -one.probability)
    return judged


class _Asked:
    """A question and all that it found, ready to be held against one hit after the other."""

    def __init__(self, question: str, found: Found) -> None:
        self._found = found
        self._idf = found.idf
        self._total = sum(found.idf.values()) or 1.0
        self._wanted = asks_for(question)
        self._own_words = frozenset(_words(question))
        self._places = [one for one in located(question) if one[0] in found.idf]
        self._names = self._stems_at(question, values.find("name", question))
        self._numbers = frozenset(stem for stem in found.idf if stem[0].isdigit())

    def _stems_at(self, question: str, spans: Iterable[values.Span]) -> frozenset[str]:
        return frozenset(stem for s, e in spans for stem in stems(question[s:e])) & set(self._idf)

    def mark(self, hit: Hit) -> Sentence:
        """The sentence that most likely holds the answer."""
        best, highest, previous = hit.passage.sentences[0], -np.inf, frozenset[str]()
        for sentence, cosine in zip(hit.passage.sentences, hit.sentence_cosines, strict=True):
            text = hit.passage.text_of(sentence)
            own = frozenset(stems(text))
            score = (
                cosine
                + COVERAGE * self._coverage(own)
                + WITH_PREVIOUS * self._coverage(own | previous)
                + OFFERS * self._offers(text)
            )
            if score > highest:
                best, highest = sentence, score
            previous = own
        return best

    def signals(self, hit: Hit, marked: str, tokens: Tokens) -> dict[str, float]:
        """What speaks for the hit and against it.

        `coverage`: the share of the question's information (idf) that the passage and its
        title carry; `together`: that all the hits carry together; a word that no passage has
        weighs the most there, and `unknown_words`, the share of such words, takes some of that
        back: "viewers" may only be another word for listeners. `missing_names`: the share of the
        question's names that the passage lacks; `missing_numbers`: of its numbers, in the marked
        sentence. `words_alike`, `tokens_alike`: how near to each of the question's words, or
        tokens, the nearest token of the marked sentence is (means, the first by information).
        `lead`, `lead_in_article`: the score less that of the best rival, of all and of those in
        the same article (those of others may say the same).
        """
        own = frozenset(stems(hit.passage.text)) | frozenset(stems(hit.title))
        in_mark = frozenset(stems(marked))
        rivals = [one for one in self._found.hits if one.passage_id != hit.passage_id]
        own_rivals = [one.score for one in rivals if one.source == hit.source]
        words_alike, tokens_alike = self._alike(tokens)
        return {
            "sentence_cosine": max(hit.sentence_cosines),
            "coverage": self._coverage(own),
            "together": self._together,
            "missing_names": self._missing(self._names, own),
            "missing_numbers": self._missing(self._numbers, in_mark),
            "words_alike": words_alike,
            "tokens_alike": tokens_alike,
            "lead": hit.score - max((one.score for one in rivals), default=_UNRIVALLED),
            "lead_in_article": hit.score - max(own_rivals, default=_UNRIVALLED),
            "unknown_words": len(self._found.unknown) / max(len(self._idf), 1),
            "words": float(min(max(len(self._idf), _FEWEST_WORDS), _MOST_WORDS)),
        }

    def carried(self, text: str) -> float:
        """The share of the question's information that a text carries."""
        return self._coverage(frozenset(stems(text)))

    def _coverage(self, own: frozenset[str]) -> float:
        return sum(self._idf[stem] for stem in self._idf.keys() & own) / self._total

    @cached_property
    def _together(self) -> float:
        carried = (frozenset(stems(f"{one.title}\n{one.passage.text}")) for one in self._found.hits)
        return self._coverage(frozenset[str]().union(*carried))

    def _missing(self, wanted: frozenset[str], own: frozenset[str]) -> float:
        total = sum(self._idf[stem] for stem in wanted)
        return sum(self._idf[stem] for stem in wanted - own) / total if total else 0.0

    def _offers(self, text: str) -> int:
        """1 where the text has a value of the kind asked for that the question has not; -1
        where it has none; 0 where no kind is asked for."""
        if self._wanted is None:
            return 0
        found = (text[s:e] for s, e in values.find(self._wanted, text))
        return 1 if any(not self._own_words.issuperset(_words(one)) for one in found) else -1

    def _alike(self, tokens: Tokens) -> tuple[float, float]:
        """Late interaction of the question's tokens with a sentence's: (words, all tokens)."""
        own = self._found.query.tokens
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
                for first, _ in self._found.query.tokens.offsets
            ]
        )


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
