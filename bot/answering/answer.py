"""A question → the articles' own words, or the honest word that they do not say.

Every passage and every marked sentence is an exact slice of its article.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from bot.answering.agreement import Voice, agree
from bot.answering.citation import Place
from bot.answering.confidence import THRESHOLD
from bot.answering.english.mentions import Span
from bot.answering.english.quantities import figure
from bot.answering.judging import Judged, judge
from bot.answering.short_answer import ENOUGH, candidates, short_answer
from embeddings.articles.passages import Lines, Passage, Sentence
from embeddings.index.search import Found, Hit, Index

SAME_TEXT = 0.6
"""Share of the shorter passage's word triples that the other must have for them to be copies
of one text (containment: copies are joined with other neighbours). Measured in
seeds/, the real articles and eval/wikipedia: copies have .64 to .93, all others .39 at most."""

SHORTEST_COPY = 12
"""Word triples; what is shorter is no copy but a coincidence."""

ENOUGH_WORDS = 0.6
"""Share of the question's information from which a passage is said to have its words."""

PASSAGES = 3
"""Shown where nothing else is asked for."""

JUDGED = 5
"""Passages that are weighed at the least: 3 find less, 8 no more (tests/eval/README.md)."""

POOL = 30
"""Hits that are searched: the rivals of those that are judged."""

_NAMED = 3
_TITLE = 60
_NO_DATE = "9999"  # after all that have one
_WORD = re.compile(r"\w+")


class Citation(NamedTuple):
    """A passage with its place, the marked sentence in it, and where else that stands.

    `score` is the probability that it answers; `answer` where the short answer stands in the
    marked sentence, if that can be told; `published` an ISO date or None; `encoding` what the
    file is decoded with; `sha256` that of the file's bytes, in hexadecimal.
    `also_in`: one place for each other article that carries the passage, give or take a few
    words, at its counterpart of the marked sentence; the earliest first.
    """

    rank: int
    title: str
    published: str | None
    encoding: str
    sha256: str
    place: Place
    passage: str
    highlight: Place
    highlight_text: str
    answer: Place | None
    score: float
    also_in: tuple[Place, ...]

    @property
    def parts(self) -> tuple[str, str, str]:
        """The passage up to the marked sentence, that sentence, and the rest."""
        start = self.highlight.start_char - self.place.start_char
        end = self.highlight.end_char - self.place.start_char
        return self.passage[:start], self.passage[start:end], self.passage[end:]

    @property
    def marked_parts(self) -> tuple[str, str, str]:
        """The marked sentence up to the short answer, that, and the rest; where there is none,
        all of the sentence is the first part."""
        text, place = self.highlight_text, self.answer
        if place is None:
            return text, "", ""
        start, end = (
            char - self.highlight.start_char for char in (place.start_char, place.end_char)
        )
        return text[:start], text[start:end], text[end:]

    @property
    def headline(self) -> str:
        """The article's title where it adds to the file's name and the passage; else empty."""
        told = self.title == PurePosixPath(self.place.source).stem
        return "" if told or self.passage.startswith(self.title) else self.title


class Said(NamedTuple):
    """A figure, and where it stands: (its words there, the place), one for each article."""

    value: str
    sources: tuple[tuple[str, Place], ...]


class Answer(NamedTuple):
    """`citations` where the articles answer; else `nearest` and the `reason`, for people.

    `agreement`: what several articles say, where that is one figure or several of one sort:
    with one entry they agree, with more they differ.
    """

    question: str
    searched_as: str | None
    answered: bool
    confidence: float
    min_confidence: float
    reason: str | None
    citations: tuple[Citation, ...]
    nearest: tuple[Citation, ...]
    agreement: tuple[Said, ...] = ()

    @property
    def likely(self) -> tuple[Citation, ...]:
        """The citations that are themselves likely enough to answer: the first, and maybe more."""
        further = (one for one in self.citations[1:] if one.score >= self.min_confidence)
        return (*self.citations[:1], *further)


def answer(
    question: str,
    index: Index,
    limit: int = PASSAGES,
    *,
    searched_as: str | None = None,
    min_confidence: float = THRESHOLD,
    hidden: Callable[[str, str], bool] | None = None,
) -> Answer:
    """Ask the index; at most `limit` passages.

    Args:
        searched_as: the question to search instead, where it depends on what came before.
        min_confidence: below this probability the articles are said not to answer.
        hidden: (source, text) → whether to pass a passage over, as if it were not there.

    Raises:
        IndexUnusable: the index is damaged.
    """
    asked = searched_as or question
    found = index.search(asked, max(POOL, 2 * limit), hidden=hidden)
    groups = _fold(found.hits)
    copies = {head.passage_id: others for head, *others in groups}
    heads = tuple(head for head, *_ in groups)  # a copy is no rival
    found = found._replace(hits=heads)
    judged = judge(asked, found, heads[: max(JUDGED, limit)], index.encoder)
    shorts = {
        one.hit.passage_id: short
        for one in judged
        if one.probability >= min_confidence and (short := _short_answer(asked, one))
    }
    citations = tuple(
        _citation(rank, one, shorts.get(one.hit.passage_id), copies[one.hit.passage_id])
        for rank, one in enumerate(judged[:limit], start=1)
    )
    confidence = citations[0].score if citations else 0.0
    answered = bool(citations) and confidence >= min_confidence
    return Answer(
        question=question,
        searched_as=searched_as,
        answered=answered,
        confidence=confidence,
        min_confidence=min_confidence,
        reason=None if answered else _reason(found, judged, min_confidence),
        citations=citations if answered else (),
        nearest=() if answered else citations,
        agreement=_agreement(asked, judged, shorts, min_confidence) if answered else (),
    )


def _agreement(
    asked: str, judged: Sequence[Judged], shorts: Mapping[int, Span], min_confidence: float
) -> tuple[Said, ...]:
    """What several articles say whose passages are likely to answer; nothing unless the best
    passage has a figure, and no other likely one has only figures that none of them gives."""
    voices: list[Voice] = []
    heard: set[str] = set()
    unsettled = []
    for one in judged:
        if one.probability < min_confidence or one.marked in heard:  # a copy is no voice of its own
            continue
        short = shorts.get(one.hit.passage_id)
        worth = figure(one.marked[slice(*short)]) if short else None
        if short and worth:
            heard.add(one.marked)
            voices.append(Voice(worth, one.marked[slice(*short)], _short_place(one, short)))
        elif not voices:
            return ()
        elif others := {figure(one.marked[s:e]) for s, e in candidates(asked, one.marked)}:
            unsettled.append(others)
    if any(others.isdisjoint(voice.figure for voice in voices) for others in unsettled):
        return ()
    return tuple(
        Said(group[0].value, tuple((voice.value, voice.place) for voice in group))
        for group in agree(voices)
    )


def _short_answer(asked: str, judged: Judged) -> Span | None:
    """Where it stands in the marked sentence; nowhere, if that may be about something else."""
    enough = judged.carried >= ENOUGH and not judged.signals["missing_names"]
    return short_answer(asked, judged.marked) if enough else None


def _short_place(judged: Judged, short: Span) -> Place:
    start = judged.mark.start_char
    return _place(judged.hit, Sentence(start + short.start, start + short.end))


def _fold(hits: Sequence[Hit]) -> list[list[Hit]]:
    """Group the hits that carry the same text; the best first."""
    groups: list[list[Hit]] = []
    triples = {hit.passage_id: _triples(hit.passage.text) for hit in hits}
    for hit in hits:
        own = triples[hit.passage_id]
        for group in groups:
            head = group[0]
            if _is_copy(own, triples[head.passage_id]):
                group.append(hit)
                break
        else:
            groups.append([hit])
    return groups


def _triples(text: str) -> set[tuple[str, ...]]:
    """The text's runs of three words (Broder 1997, "On the resemblance of documents")."""
    words = _WORD.findall(text.lower())
    return set(zip(words, words[1:], words[2:], strict=False))


def _is_copy(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> bool:
    shorter = min(len(one), len(other))
    return shorter >= SHORTEST_COPY and len(one & other) >= SAME_TEXT * shorter


def _citation(rank: int, judged: Judged, short: Span | None, copies: Sequence[Hit]) -> Citation:
    best = judged.hit
    elsewhere: dict[str, tuple[str, Place]] = {}
    for copy in (one for one in copies if one.source != best.source):
        place = _place(copy, _counterpart(copy, judged.marked))
        elsewhere.setdefault(copy.source, (copy.published or _NO_DATE, place))
    return Citation(
        rank=rank,
        title=best.title,
        published=best.published,
        encoding=best.encoding,
        sha256=best.sha256.hex(),
        place=_place(best, best.passage),
        passage=best.passage.text,
        highlight=_place(best, judged.mark),
        highlight_text=judged.marked,
        answer=_short_place(judged, short) if short else None,
        score=judged.probability,
        also_in=tuple(place for _, place in sorted(elsewhere.values())),
    )


def _counterpart(copy: Hit, marked: str) -> Sentence:
    """The sentence of a copy that has most of the marked one's words."""
    own = _triples(marked)
    passage = copy.passage
    return max(passage.sentences, key=lambda one: len(own & _triples(passage.text_of(one))))


def _place(hit: Hit, part: Passage | Sentence) -> Place:
    """Where a part of the hit's passage, or all of it, stands in the article."""
    lines = Lines(hit.passage.text)
    start, above = hit.passage.start_char, hit.passage.start_line - 1
    return Place(
        hit.source,
        above + lines.line_of(part.start_char - start),
        above + lines.line_of(part.end_char - 1 - start),
        part.start_char,
        part.end_char,
    )


def _reason(found: Found, judged: Sequence[Judged], min_confidence: float) -> str:
    """Why the articles are said not to answer, in one sentence for people: which words no article
    has, and what the nearest passage has of the question."""
    if not found.hits:
        return "There is no passage to search."
    if not found.terms:
        return "The question names nothing to look for."
    nearest, likely = judged[0].hit, judged[0].probability
    if likely >= THRESHOLD:
        return (
            f"The best passage is {likely:.0%} likely to answer, and {min_confidence:.0%} was asked"
            " for (--min-confidence)."
        )
    own = nearest.stems()
    carried = [word for stem, word in found.terms.items() if stem in own]
    missing = [word for stem, word in found.terms.items() if stem not in own]
    unknown = [word for stem, word in found.terms.items() if stem in found.unknown]
    has = f"shares {_listed(carried, 'and')}" if carried else "shares no word with the question"
    told = f"the nearest passage, from “{_short(nearest.title)}”, {has}"
    if unknown:
        return f"No article has the word {_listed(unknown, 'or')}; {told}."
    if missing and found.coverage(own) < ENOUGH_WORDS:
        lacking = f"No passage has enough of the question's words together; {told}"
        return f"{lacking}, not {_listed(missing, 'or')}."
    return (
        f"Passages have the question's words, but none comes near enough to what it asks; {told}."
    )


def _listed(words: Sequence[str], last: str) -> str:
    """At most three words: “a”, “b” or “c”."""
    quoted = [f"“{word}”" for word in words[:_NAMED]]
    return f" {last} ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))


def _short(title: str) -> str:
    return title if len(title) <= _TITLE else f"{title[:_TITLE].rstrip()}…"
