"""A question → the articles' own words, or the honest word that they do not say.

Every passage and every marked sentence is an exact slice of its article.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot.confidence import THRESHOLD, probability
from embeddings.index import Found, Hit, Index
from embeddings.passages import Lines, Passage, Sentence

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

_POOL = 20
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A slice of an article: characters [start_char, end_char), lines from 1."""

    source: str
    start_line: int
    end_line: int
    start_char: int
    end_char: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage with its place, the marked sentence in it, and where else that stands.

    `score` is the probability that it answers; `published` an ISO date or None; `encoding`
    what the file is decoded with; `sha256` that of the file's bytes, in hexadecimal.
    `also_in`: one place for each other article that carries the passage, give or take a few
    words, at its counterpart of the marked sentence.
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
    score: float
    also_in: tuple[Place, ...]

    @property
    def parts(self) -> tuple[str, str, str]:
        """The passage up to the marked sentence, that sentence, and the rest."""
        start = self.highlight.start_char - self.place.start_char
        end = self.highlight.end_char - self.place.start_char
        return self.passage[:start], self.passage[start:end], self.passage[end:]

    @property
    def headline(self) -> str:
        """The article's title where it adds to the file's name and the passage; else empty."""
        told = self.title == PurePosixPath(self.place.source).stem
        return "" if told or self.passage.startswith(self.title) else self.title


@dataclass(frozen=True, slots=True)
class Answer:
    """`citations` where the articles answer; else `nearest` and the `reason`, for people."""

    question: str
    searched_as: str | None
    answered: bool
    confidence: float
    reason: str | None
    citations: tuple[Citation, ...]
    nearest: tuple[Citation, ...]


def answer(
    question: str, index: Index, limit: int = PASSAGES, *, searched_as: str | None = None
) -> Answer:
    """Ask the index; at most `limit` passages.

    Args:
        searched_as: the question to search instead, where it depends on what came before.

    Raises:
        IndexUnusable: the index is damaged.
    """
    found = index.search(searched_as or question, max(_POOL, 2 * limit))
    likely = [(probability(hit, found), hit) for hit in found.hits]
    likely.sort(key=lambda one: -one[0])  # finds as well as their own order, and reads better
    groups = _fold(likely)[:limit]
    citations = tuple(_citation(rank, group) for rank, group in enumerate(groups, start=1))
    confidence = citations[0].score if citations else 0.0
    answered = confidence >= THRESHOLD
    return Answer(
        question=question,
        searched_as=searched_as,
        answered=answered,
        confidence=confidence,
        reason=None if answered else _reason(found),
        citations=citations if answered else (),
        nearest=() if answered else citations,
    )


def _fold(likely: list[tuple[float, Hit]]) -> list[list[tuple[float, Hit]]]:
    """Group the hits of different articles that carry the same text; the best first."""
    groups: list[list[tuple[float, Hit]]] = []
    triples = {hit.passage_id: _triples(hit.passage.text) for _, hit in likely}
    for one in likely:
        own = triples[one[1].passage_id]
        for group in groups:
            head = group[0][1]
            if head.source != one[1].source and _is_copy(own, triples[head.passage_id]):
                group.append(one)
                break
        else:
            groups.append([one])
    return groups


def _triples(text: str) -> set[tuple[str, ...]]:
    """The text's runs of three words (Broder 1997, "On the resemblance of documents")."""
    words = _WORD.findall(text.lower())
    return {tuple(words[at : at + 3]) for at in range(len(words) - 2)}


def _is_copy(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> bool:
    shorter = min(len(one), len(other))
    return shorter >= SHORTEST_COPY and len(one & other) >= SAME_TEXT * shorter


def _citation(rank: int, group: list[tuple[float, Hit]]) -> Citation:
    (score, best), *copies = group
    mark = best.best_sentence
    marked = best.passage.text_of(mark)
    elsewhere: dict[str, Place] = {}
    for _, copy in copies:
        elsewhere.setdefault(copy.source, _place(copy, _counterpart(copy, marked)))
    return Citation(
        rank=rank,
        title=best.title,
        published=best.published,
        encoding=best.encoding,
        sha256=best.sha256.hex(),
        place=_place(best, best.passage),
        passage=best.passage.text,
        highlight=_place(best, mark),
        highlight_text=marked,
        score=score,
        also_in=tuple(sorted(elsewhere.values())),
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


def _reason(found: Found) -> str:
    """Why the articles are said not to answer, in one sentence for people."""
    if not found.hits:
        return "There is no passage to search."
    if found.unknown_words:
        words = " or ".join(f"“{word}”" for word in found.unknown_words[:3])
        without = "it" if len(found.unknown_words) == 1 else "them"
        lacking = f"No article has the word {words}"
        return f"{lacking}, and no passage comes near enough without {without}."
    if not found.words:
        return "The question names nothing to look for."
    if found.hits[0].coverage < ENOUGH_WORDS:
        return "The articles use these words, but no passage has enough of them together."
    return "Passages have the question's words, but none comes near enough to what it asks."
