"""A question → the articles' own words, or the honest word that they do not say.

Every passage and every marked sentence is an exact slice of its article.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import structs

from bot.answering.agreement import NO_DATE, Voice, agree
from bot.answering.asked import Unsearched
from bot.answering.citation import Answer, Citation, DatedQuote, Place, Quote, Statement
from bot.answering.confidence import WITH_READER, WITHOUT_READER
from bot.answering.copies import counterpart
from bot.answering.english.claims import Claim, claim, same
from bot.answering.english.mentions import Mention
from bot.answering.english.qualifiers import told
from bot.answering.english.wording import says_same
from bot.answering.judgement import judgement
from bot.answering.judging import Judged, further
from bot.answering.polarity import clauses, denies
from bot.answering.question import Question
from bot.answering.refusal import Reason, reason
from bot.answering.short_answer import (
    ENOUGH,
    candidates,
    claim_of,
    is_alone,
    is_sure,
    read_answer,
    short_answer,
    values_of,
)
from bot.answering.speakers import by_what_was_read, with_speaker
from embeddings.articles.passages import Lines, Passage, Sentence
from embeddings.encoding.encoder import Encoder
from embeddings.encoding.pairs import PairReader
from embeddings.index.search import Found, Hidden, Hit, Index

PASSAGES = 3
"""Shown where nothing else is asked for. A choice."""


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
    best = judgement(question, index, encoder, reader, limit, hidden)
    question, found, judged = best.question, best.found, best.judged
    judged = with_speaker(question.text, by_what_was_read(question, judged) if again else judged)
    reads = any(verdict.read is not None for verdict in judged)
    if min_confidence is None:
        min_confidence = WITH_READER if reads else WITHOUT_READER
    likely = [verdict for verdict in judged if verdict.probability >= min_confidence]
    shorts = {
        verdict.hit.passage_id: short
        for verdict in likely
        if (short := _short_answer(question, verdict))
    }
    below = further(question, best.below, judged, limit, encoder)
    citations = tuple(
        _citation(number, verdict, shorts, best.copies)
        for number, verdict in enumerate([*judged, *below][:limit], start=1)
    )
    answered = bool(citations) and citations[0].score >= min_confidence
    return Answer(
        question=asked_as or asked,
        searched_as=asked if asked_as else None,
        searched_also=best.also,
        answered=answered,
        confidence=citations[0].score if citations else 0.0,
        min_confidence=min_confidence,
        reader=reads,
        reason=None if answered else reason(question, found, judged, min_confidence),
        citations=citations if answered else (),
        nearest=() if answered else citations,
        agreement=_agreement(question, found, likely, shorts, best.versions),
    )


def unsearched(message: str, why: Unsearched, min_confidence: float | None) -> Answer:
    """The answer to a message that asks nothing of the articles."""
    least = WITHOUT_READER if min_confidence is None else min_confidence
    return Answer(message, None, False, 0.0, least, False, Reason(why), (), ())


def _agreement(
    question: Question,
    found: Found,
    likely: Sequence[Judged],
    shorts: Mapping[int, Mention],
    versions: frozenset[int],
) -> tuple[Statement, ...]:
    """What several articles say whose passages are likely to answer. Nothing if the best passage
    says nothing plain, or denies what it has, or if a likely one has figures of which none is heard
    from another. What denies what it has is no voice for it.

    Args:
        versions: passages of one text that do not say the same: what each has is what it says,
            whatever was read there.
    """
    voices: list[Voice] = []
    heard: list[str] = []
    unsettled = []
    for verdict in likely:
        marked, passage = verdict.marked, verdict.hit.passage_id
        if any(says_same(marked, other) for other in heard):  # a copy is no voice of its own
            continue
        words = _words(question, verdict)
        if words is None and passage in versions:
            words = short_answer(question, marked)
        claimed = claim_of(question, marked, words) if words else None
        if words and claimed and not _is_denied(question, verdict, words):
            heard.append(marked)
            terms = frozenset(question.query.terms.keys() & verdict.hit.stems_of(marked))
            if terms or verdict.span is None:  # else it may be about something else
                known = passage in shorts or passage in versions
                # what lacks a number of the question is about another day, or another room
                lacks = verdict.signals["missing_numbers"] > likely[0].signals["missing_numbers"]
                voices.append(_voice(question, verdict, words, claimed, terms, known and not lacks))
        elif not voices:
            return ()
        elif others := [claim(value.of(marked)) for value in candidates(question, marked)]:
            unsettled.append(others)
    if any(
        not any(value and same(value, voice.claim) for value in others for voice in voices)
        for others in unsettled
    ):
        return ()
    return _statements(found, voices)


def _statements(found: Found, voices: Sequence[Voice]) -> tuple[Statement, ...]:
    """What they say, where that is the same, or differs about the same thing."""

    def alike(terms: frozenset[str], others: frozenset[str]) -> bool:
        most = max(found.coverage(terms), found.coverage(others))
        return most > 0 and found.coverage(terms & others) >= ENOUGH * most

    return tuple(
        Statement(group[0].quote.text, tuple(voice.quote for voice in group))
        for group in agree(voices, alike)
    )


def _voice(
    question: Question,
    verdict: Judged,
    words: Mention,
    claimed: Claim,
    terms: frozenset[str],
    known: bool,
) -> Voice:
    quote = structs.asdict(_short_quote(verdict, words))
    values = values_of(question, verdict.marked, words)
    return Voice(
        claimed,
        DatedQuote(**quote, published=verdict.hit.info.published),
        terms,
        known and is_alone(question, verdict.marked, words),
        told(claimed, verdict.marked, values[0].start, values[-1].end),
    )


def _is_denied(question: Question, verdict: Judged, words: Mention) -> bool:
    """Whether a marked sentence denies what it has in these words, and the question does not, or
    the other way round."""
    language, own = verdict.hit.info.language, words.of(verdict.marked)
    parts = [part for part in clauses(verdict.marked, language) if own in part]
    denied = all(denies(part, language) for part in parts or [verdict.marked])
    asked = denies(question.text, question.query.language, asked=True)
    return verdict.contrary or denied != asked


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


def _citation(
    rank: int, judged: Judged, shorts: Mapping[int, Mention], copies: Mapping[int, Sequence[Hit]]
) -> Citation:
    best = judged.hit
    short = shorts.get(best.passage_id)
    return Citation(
        rank=rank,
        info=best.info,
        passage=_quote(best, best.passage),
        highlight=_quote(best, judged.mark),
        short_answer=_short_quote(judged, short) if short else None,
        score=judged.probability,
        also_in=_also_in(judged, copies[best.passage_id]),
    )


def _also_in(judged: Judged, copies: Sequence[Hit]) -> tuple[Place, ...]:
    """A place in each other article that says the same, the earliest first."""
    elsewhere: dict[str, tuple[str, tuple[str, int], Place]] = {}
    for copy in copies:
        own = counterpart(copy, judged.marked)
        if own is not None and copy.info.source != judged.hit.info.source:
            place = _place(copy, own)
            order = copy.info.published or NO_DATE, (place.source, place.start_line)
            elsewhere.setdefault(place.source, (*order, place))
    return tuple(place for *_, place in sorted(elsewhere.values(), key=lambda entry: entry[:2]))


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
