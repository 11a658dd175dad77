"""What a passage offers to a question: the sentence to mark, and what speaks for the passage.

Signals are plain figures, from words (weighed by idf, as BM25 weighs them), from vectors, and
from the tokens of question and marked sentence (each of the one to its nearest of the other, as
Khattab & Zaharia 2020, "ColBERT", arXiv:2004.12832, but by the model's table of tokens: no
model runs for it). What each is worth is fitted: confidence.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, groupby

import numpy as np
import numpy.typing as npt
from msgspec import Struct, structs

from bot.answering import marking
from bot.answering.confidence import log_odds, probability, probability_read
from bot.answering.question import Question, spelt_as
from bot.answering.reader import Reading, Span, read
from embeddings.articles.passages import Sentence
from embeddings.encoding.encoder import Encoder, Tokens
from embeddings.encoding.pairs import PairReader
from embeddings.index.languages import ENGLISH
from embeddings.index.search import Found, Hit

UNRIVALLED = 0.25
"""The least that a rival's score counts for: in a folder of few passages it need not be any good.
Measured: a usual score of what has nothing to do with the question (tests/eval/README.md)."""

RIVAL = 5
"""The passage is held against its fifth best rival: better ones may say the same.
Measured (tests/eval/README.md)."""

CONTRARY = 1.0
"""What a passage loses in the order where its marked sentence is contrary (marking.py). Measured
(tests/eval/README.md)."""

IN_ORDER = 0.15
"""What a point of the reader's score counts for beside the log-odds of before it was read, in the
order of the passages. Measured (tests/eval/README.md)."""

UNREAD, HIGHEST = -12.0, 10.0
"""What counts for the score of a passage that is not read, and the score that one may have.
Measured: the median of all that were read, and what one in five of the right ones exceeds."""

JUDGED = 5
"""Hits that are judged at the least, where none is read. Measured (3 found less, 8 no more; the
figures were not kept)."""

WEIGHED = 8
"""Hits that are judged at the least before some of them are read."""

READ_FIRST, READ = 2, 4
"""The likeliest hits are read two by two, for that is how many cores there are at the least; the
second two only where that matters. Measured (tests/eval/README.md)."""

LIKELY = 0.3
"""The probability from which a passage may itself be an answer. A guess: at .7 as many are read."""


class Judged(Struct, frozen=True):
    """A hit with the sentence to mark in it, and the probability that it answers.

    `before`: that probability before it was read; `signals`: what it was computed from
    (tests/eval/fit_confidence.py fits on them); `carried`: the share of the question's information
    that the marked sentence carries; `sentences`: what speaks for marking each of the passage's
    sentences; `contrary`: whether that denies and the question does not, or the other way round.
    Where it was read: `read`, the score of the best words in it, and `span`, the best
    words of the marked sentence.
    """

    hit: Hit
    mark: Sentence
    probability: float
    before: float
    signals: dict[str, float]
    carried: float
    sentences: tuple[float, ...]
    contrary: bool = False
    read: float | None = None
    span: Span | None = None

    @property
    def order(self) -> float:
        """By what passages are ranked: a blend of what was known before and what was read."""
        score = UNREAD if self.read is None else self.read
        return log_odds(self.before) + IN_ORDER * score - CONTRARY * self.contrary

    @property
    def marked(self) -> str:
        return self.hit.passage.text_of(self.mark)


def rank(
    question: Question, found: Found, encoder: Encoder, reader: PairReader | None
) -> list[Judged]:
    """The best hits, judged and with a reader read, the best first: as many as it takes to tell
    which is first, however many are to be shown (`further` has the rest).

    The likeliest are read, then those that may yet be better or are likely themselves. What is
    passed over for being hopeless cannot be first, and none is likelier than one above it. Not read
    is what is not in the reader's language, and nothing for a claim or keywords: it learnt to read
    questions.
    """
    if reader is None or not question.sought.question:
        return in_order(judge(question, found, found.hits[:JUDGED], encoder), [])
    weighed = judge(question, found, found.hits[:WEIGHED], encoder)
    judged = judge_read(question, found, weighed[:READ_FIRST], reader)
    highest = max((verdict.order for verdict in judged), default=0.0)
    hopeful = [
        verdict
        for verdict in weighed[READ_FIRST:READ]
        if verdict.before >= LIKELY or log_odds(verdict.before) + IN_ORDER * HIGHEST > highest
    ]
    judged += judge_read(question, found, hopeful, reader)
    if all(verdict.read is None for verdict in judged):
        return in_order(judge(question, found, found.hits[:JUDGED], encoder), [])
    known = {verdict.hit.passage_id for verdict in judged}
    return in_order(judged, [own for own in weighed if own.hit.passage_id not in known])


def in_order(first: Sequence[Judged], others: Sequence[Judged]) -> list[Judged]:
    """The best first, which is among `first`; none is likelier than one above it."""
    if not first:
        return []
    best = max(first, key=lambda verdict: verdict.order)
    rest = sorted(
        (verdict for verdict in (*first, *others) if verdict is not best),
        key=lambda verdict: -verdict.order,
    )
    return _falling([best, *rest])


def further(
    question: Question, found: Found, judged: Sequence[Judged], limit: int, encoder: Encoder
) -> list[Judged]:
    """What is shown below those that were judged, up to `limit` with them: it changes nothing of
    what stands above it, nor does a higher limit. So they are judged and put in order by so many
    at once, however many of them are to be shown."""
    known = {verdict.hit.passage_id for verdict in judged}
    hits = [hit for hit in found.hits if hit.passage_id not in known]
    wanted, below = max(limit - len(judged), 0), list[Judged]()
    for start in range(0, wanted, WEIGHED):
        below += judge(question, found, hits[start : start + WEIGHED], encoder)
    return _falling([*judged[-1:], *below])[len(judged[-1:]) :][:wanted]


def _falling(judged: Sequence[Judged]) -> list[Judged]:
    """The same, none likelier than one above it."""
    likely = accumulate((verdict.probability for verdict in judged), min)
    return [
        structs.replace(verdict, probability=probability)
        for verdict, probability in zip(judged, likely, strict=True)
    ]


def judge(
    question: Question,
    found: Found,
    hits: Sequence[Hit],
    encoder: Encoder,
    chance: Callable[[Mapping[str, float]], float] = probability,
) -> list[Judged]:
    """How likely each of these hits answers, most likely first, before any is read.

    Args:
        found: what the question found. `hits` are some of it; the rivals of each are all others.
        chance: signals → probability.
    """
    scored = [marking.scores(question, found, hit) for hit in hits]
    marks = [
        hit.passage.sentences[own.index(max(own))] for hit, own in zip(hits, scored, strict=True)
    ]
    marked = [marking.in_context(hit.passage, mark) for hit, mark in zip(hits, marks, strict=True)]
    weights = np.array([found.idf.get(term or "", 0.0) for term in question.token_terms])
    judged = []
    for hit, own, mark, text, tokens in zip(
        hits, scored, marks, marked, encoder.tokens(marked), strict=True
    ):
        in_mark = hit.stems_of(text)
        signals = _signals(question, found, hit, in_mark, tokens, weights)
        carried = found.coverage(in_mark)
        p = chance(signals)
        contrary = marking.is_contrary(question, found, hit, hit.passage.text_of(mark))
        judged.append(Judged(hit, mark, p, p, signals, carried, tuple(own), contrary))
    judged.sort(key=lambda verdict: -verdict.probability)
    return judged


def judge_read(
    question: Question, found: Found, judged: Sequence[Judged], reader: PairReader
) -> list[Judged]:
    """The same hits in their order, read: each with the sentence to mark now. As they were are
    those that the reader cannot read."""
    english = [verdict for verdict in judged if verdict.hit.info.language in (None, ENGLISH)]
    readings: dict[int, Reading | None] = {}
    for spelt, group in groupby(english, lambda own: spelt_as(own.hit.passage.text, question)):
        own = {verdict.hit.passage_id: (verdict.hit.passage, verdict.mark) for verdict in group}
        readings |= zip(own, read(spelt, [*own.values()], reader), strict=True)
    return [
        _with_reading(question, found, verdict, reading)
        if (reading := readings.get(verdict.hit.passage_id))
        else verdict
        for verdict in judged
    ]


def _with_reading(question: Question, found: Found, verdict: Judged, reading: Reading) -> Judged:
    # the reader learnt no yes or no: there the rule is right more often
    mark = verdict.mark
    if not question.sought.yes_or_no:
        rule = dict(zip(verdict.hit.passage.sentences, verdict.sentences, strict=True))
        mark = marking.read_mark(rule, reading)
    passage = verdict.hit.passage
    return structs.replace(
        verdict,
        mark=mark,
        probability=probability_read(verdict.before, reading.score),
        carried=found.coverage(verdict.hit.stems_of(marking.in_context(passage, mark))),
        contrary=marking.is_contrary(question, found, verdict.hit, passage.text_of(mark)),
        read=reading.score,
        span=reading.spans.get(mark),
    )


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
