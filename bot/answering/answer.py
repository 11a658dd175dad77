"""A question → the articles' own words, or the honest word that they do not say.

Every passage and every marked sentence is an exact slice of its article.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from bot.answering.agreement import Voice, agree
from bot.answering.citation import Answer, Citation, Place, Quote, Statement
from bot.answering.confidence import WITH_READER, WITHOUT_READER
from bot.answering.copies import counterpart, fold
from bot.answering.english.claims import claim, same
from bot.answering.english.mentions import Mention
from bot.answering.judging import Judged, rank
from bot.answering.question import Question
from bot.answering.refusal import reason
from bot.answering.short_answer import (
    ENOUGH,
    candidates,
    claim_of,
    is_alone,
    is_sure,
    read_answer,
    short_answer,
)
from bot.answering.speakers import by_what_was_read, with_speaker
from bot.answering.typing_errors import SURE, corrected
from embeddings.articles.passages import Lines, Passage, Sentence
from embeddings.encoding.encoder import Encoder
from embeddings.encoding.pairs import PairReader
from embeddings.index.search import Found, Hidden, Hit, Index
from embeddings.index.stems import stems

PASSAGES = 3
"""Shown where nothing else is asked for. A choice."""

POOL = 30
"""Hits that are searched: the rivals of those that are judged, and their copies. A guess."""

_NO_DATE = "9999"  # after all that have one


def answer(
    question: Question,
    index: Index,
    encoder: Encoder,
    limit: int = PASSAGES,
    *,
    reader: PairReader | None = None,
    asked_as: str | None = None,
    again: bool = False,
    min_confidence: float | None = None,
    hidden: Hidden | None = None,
) -> Answer:
    """Ask the index; at most `limit` passages.

    Args:
        reader: what reads the best passages; without one they are judged by words and vectors.
        asked_as: the person's own words, where the question is another that is searched instead.
        again: whether the question before it was the same, but for what is asked for.
        min_confidence: below this probability the articles are said not to answer; without one
            it is what was measured.
        hidden: which passages to pass over, as if they were not there.

    Raises:
        IndexUnusable: the index is damaged.
    """
    asked = question.text
    best = _judge(question, index, encoder, reader, limit, hidden)
    question, found, copies, judged = best.question, best.found, best.copies, best.judged
    judged = with_speaker(question.text, by_what_was_read(question, judged) if again else judged)
    reads = any(verdict.read is not None for verdict in judged)
    if min_confidence is None:
        min_confidence = WITH_READER if reads else WITHOUT_READER
    shorts = {
        verdict.hit.passage_id: short
        for verdict in judged
        if verdict.probability >= min_confidence and (short := _short_answer(question, verdict))
    }
    citations = tuple(
        _citation(
            number,
            verdict,
            shorts.get(verdict.hit.passage_id),
            copies[verdict.hit.passage_id],
        )
        for number, verdict in enumerate(judged[:limit], start=1)
    )
    confidence = citations[0].score if citations else 0.0
    answered = bool(citations) and confidence >= min_confidence
    return Answer(
        question=asked_as or asked,
        searched_as=asked if asked_as else None,
        searched_also=best.also,
        answered=answered,
        confidence=confidence,
        min_confidence=min_confidence,
        reader=reads,
        reason=None if answered else reason(question, found, judged, min_confidence),
        citations=citations if answered else (),
        nearest=() if answered else citations,
        agreement=_agreement(question, found, judged, shorts, min_confidence) if answered else (),
    )


class _Judgement(Struct, frozen=True):
    """A question with what was found for it, judged. `copies`: passage id → its copies; `also`:
    what was searched in place of words that are typed wrong."""

    question: Question
    found: Found
    copies: dict[int, list[Hit]]
    judged: list[Judged]
    also: tuple[str, ...] = ()

    @property
    def probability(self) -> float:
        return self.judged[0].probability if self.judged else 0.0


def _judge(
    question: Question,
    index: Index,
    encoder: Encoder,
    reader: PairReader | None,
    limit: int,
    hidden: Hidden | None,
) -> _Judgement:
    """The question as it is typed or, where that is likelier to be answered, as it was probably
    meant."""

    def judge(question: Question, also: tuple[str, ...] = ()) -> _Judgement:
        found = index.search(question.query, max(POOL, 2 * limit), hidden=hidden)
        groups = fold(found.hits)
        copies = {head.passage_id: others for head, *others in groups}
        found = found.with_hits(tuple(head for head, *_ in groups))  # a copy is no rival
        judged = [
            structs.replace(own, probability=own.probability * SURE ** len(also)) if also else own
            for own in rank(question, found, encoder, reader, limit)
        ]
        return _Judgement(question, found, copies, judged, also)

    typed = judge(question)
    mended = corrected(question, typed.found, index, encoder, hidden=hidden)
    if mended is None:
        return typed
    return max(judge(mended.question, mended.words), typed, key=lambda own: own.probability)


def _agreement(
    question: Question,
    found: Found,
    judged: Sequence[Judged],
    shorts: Mapping[int, Mention],
    min_confidence: float,
) -> tuple[Statement, ...]:
    """What several articles say whose passages are likely to answer. Nothing if the best passage
    says nothing plain, or if a likely one has figures of which none is heard from another."""
    voices: list[Voice] = []
    heard: set[str] = set()
    unsettled = []
    for verdict in judged:
        marked = verdict.marked
        if verdict.probability < min_confidence or marked in heard:  # a copy is no voice of its own
            continue
        words = _words(question, verdict)
        claimed = claim_of(question, marked, words) if words else None
        if words and claimed:
            heard.add(marked)
            terms = frozenset(question.query.terms.keys() & stems(marked))
            if not terms and verdict.span is not None:  # it may be about something else
                continue
            sure = verdict.hit.passage_id in shorts and is_alone(question, marked, words)
            voices.append(Voice(claimed, _short_quote(verdict, words), terms, sure))
        elif not voices:
            return ()
        elif others := [claim(value.of(marked)) for value in candidates(question, marked)]:
            unsettled.append(others)
    if any(
        not any(value and same(value, voice.claim) for value in others for voice in voices)
        for others in unsettled
    ):
        return ()

    def alike(terms: frozenset[str], others: frozenset[str]) -> bool:
        most = max(found.coverage(terms), found.coverage(others))
        return most > 0 and found.coverage(terms & others) >= ENOUGH * most

    return tuple(
        Statement(group[0].quote.text, tuple(voice.quote for voice in group))
        for group in agree(voices, alike)
    )


def _short_answer(question: Question, judged: Judged) -> Mention | None:
    """Where it stands in the marked sentence, if it is sure."""
    words, span = _words(question, judged), judged.span
    if words is None or span is None or is_sure(question, judged.marked, words, span.score):
        return words
    return None


def _words(question: Question, judged: Judged) -> Mention | None:
    """What may be the short answer in the marked sentence; nothing, where the reader says that it
    is not there, or, if none read it, where that may be about something else."""
    if judged.span is None:
        enough = judged.carried >= ENOUGH and not judged.signals["missing_names"]
        return short_answer(question, judged.marked) if enough else None
    if judged.span.score < 0:
        return None
    start = judged.mark.start_char
    words = Mention(judged.span.start_char - start, judged.span.end_char - start)
    return read_answer(question, judged.marked, words)


def _short_quote(judged: Judged, short: Mention) -> Quote:
    start = judged.mark.start_char
    return _quote(judged.hit, Sentence(start + short.start, start + short.end))


def _citation(rank: int, judged: Judged, short: Mention | None, copies: Sequence[Hit]) -> Citation:
    best = judged.hit
    elsewhere: dict[str, tuple[str, tuple[str, int], Place]] = {}
    for copy in (other for other in copies if other.info.source != best.info.source):
        place = _place(copy, counterpart(copy, judged.marked))
        order = copy.info.published or _NO_DATE, (place.source, place.start_line)
        elsewhere.setdefault(copy.info.source, (*order, place))
    return Citation(
        rank=rank,
        info=best.info,
        passage=_quote(best, best.passage),
        highlight=_quote(best, judged.mark),
        short_answer=_short_quote(judged, short) if short else None,
        score=judged.probability,
        also_in=tuple(
            place for *_, place in sorted(elsewhere.values(), key=lambda entry: entry[:2])
        ),
    )


def _quote(hit: Hit, part: Passage | Sentence) -> Quote:
    """A part of the hit's passage, or all of it."""
    place, start = _place(hit, part), hit.passage.start_char
    text = hit.passage.text[part.start_char - start : part.end_char - start]
    return Quote(
        place.source, place.start_line, place.end_line, place.start_char, place.end_char, text
    )


def _place(hit: Hit, part: Passage | Sentence) -> Place:
    """Where a part of the hit's passage, or all of it, stands in the article."""
    lines = Lines(hit.passage.text)
    start, above = hit.passage.start_char, hit.passage.start_line - 1
    return Place(
        hit.info.source,
        above + lines.line_of(part.start_char - start),
        above + lines.line_of(part.end_char - 1 - start),
        part.start_char,
        part.end_char,
    )
