"""Search: a question → the passages that answer it best.

Candidates are the best 50 by passage vector (FAISS) and the best 50 by BM25 (tantivy).
Each is scored by

    ½ · cosine of its best sentence + ½ · BM25 ÷ the BM25 that no passage can exceed,

which is 1 at most for every question, without looking at the other candidates, and below 0 only
where nothing matches. Measured
against either side alone and against reciprocal rank fusion in tests/eval/README.md.

This module is the seam: what is above it asks `search(query)` and knows of no files.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Set
from itertools import islice
from pathlib import Path

import numpy as np
from msgspec import Struct

from embeddings.arrays import Floats
from embeddings.articles.article import Info
from embeddings.articles.passages import Passage
from embeddings.encoding.encoder import Encoder
from embeddings.errors import IndexDamaged, IndexUnusable, Remedy
from embeddings.index import generations
from embeddings.index.files import flag_damage
from embeddings.index.stems import FUNCTION_WORDS, located, stems
from embeddings.index.store import Candidates, Meta, Store
from embeddings.index.vectors import CANDIDATES, VectorIndex
from embeddings.index.words import Words, idf, upper_bound

_log = logging.getLogger(__name__)

_MOST_TERMS = 256
"""Terms of a question that are searched. A guess: nobody asks in so many words."""

_SENTENCE, _WORDS = 0.5, 0.5
"""What the best sentence and the words count for. Measured: .4 and .6 find less."""

Hidden = Callable[[str, str], bool]
"""(source, text) → whether to pass a passage over, as if it were not there: its words do not
count as known either."""


class Query(Struct, frozen=True):
    """A question as it is searched.

    Attributes:
        terms: stem → the word as it was written, of the words that carry meaning.
        vector: unit float32 (dimension,).
        fingerprint: of the model that made the vector.
    """

    terms: dict[str, str]
    vector: Floats
    fingerprint: str


def query_of(text: str, encoder: Encoder) -> Query:
    """What to search for a question."""
    terms: dict[str, str] = {}
    for stem, start, end in located(text, FUNCTION_WORDS):
        terms.setdefault(stem, text[start:end])
    terms = dict(islice(terms.items(), _MOST_TERMS))
    return Query(terms, encoder.encode_query(text), encoder.model.fingerprint)


class Hit(Struct, frozen=True):
    """A passage found for a question. Cosines lie in -1…1, `lexical` in 0…1.

    `score` is what hits are ranked by; `lexical` BM25 ÷ its upper bound; `sentence_cosines`
    are in the order of the passage's sentences.
    """

    passage_id: int
    info: Info
    passage: Passage
    score: float
    cosine: float
    sentence_cosines: tuple[float, ...]
    lexical: float

    def stems(self) -> frozenset[str]:
        """Those of its title and its text, as the words index has them."""
        return frozenset(stems(f"{self.info.title}\n{self.passage.in_context()}"))


class Found(Struct, frozen=True):
    """Hits, best first, and what only the index knows of the question.

    `idf`: stem → how much it tells (`words.idf`); `unknown`: the stems that no passage has.
    """

    hits: tuple[Hit, ...]
    idf: dict[str, float]
    unknown: frozenset[str]

    def with_hits(self, hits: tuple[Hit, ...]) -> Found:
        """The same, with some of the hits."""
        return Found(hits, self.idf, self.unknown)

    def coverage(self, own: Set[str]) -> float:
        """The share of the question's information (idf) that a text of these stems carries."""
        return sum(self.idf[stem] for stem in self.idf.keys() & own) / (
            sum(self.idf.values()) or 1.0
        )


class Index:
    """An open index. It follows the rebuilds of other processes, as long as they do not replace
    the database itself (`is_replaced`)."""

    def __init__(self, folder: Path) -> None:
        """Open the index in `folder`.

        Raises:
            IndexUnusable: it is damaged, or is not there.
        """
        self._folder = folder
        try:
            self._store = Store(folder)
        except FileNotFoundError as error:
            raise _missing(folder) from error
        self.close: Callable[[], None] = self._store.close
        self.is_replaced: Callable[[], bool] = self._store.is_replaced
        self._generation: int | None = None
        self._vectors: VectorIndex
        self._words: Words

    def search(self, query: Query, limit: int = 10, *, hidden: Hidden | None = None) -> Found:
        """The best passages for a question, at most `limit`.

        Raises:
            GenerationDamaged: derived files are damaged, or two rebuilds took them away while
                they were being opened: then another search finds the new ones.
            IndexUnusable: the index is damaged, or was made with another model.
        """
        try:
            with self._store.snapshot():
                self._follow(query)
                return self._search(query, limit, hidden)
        except IndexDamaged:
            if not self.is_replaced():
                _log.warning("a reader found damage: %s", self._folder)
                flag_damage(self._folder)
            raise

    def _follow(self, query: Query) -> None:
        """Open the generation that the snapshot names, if it is not the open one."""
        if (self._generation, query.fingerprint) == self._store.generation():
            return
        meta = self._store.meta()
        if meta is None:
            raise _missing(self._folder)
        if meta.fingerprint != query.fingerprint:
            raise IndexUnusable(
                f"The index in {self._folder} was made with the model {meta.model}",
                remedy=Remedy("rebuild with this model"),
            )
        if meta.generation != self._generation:
            self._vectors, self._words = _open(self._folder, meta)
            self._generation = meta.generation

    def _search(self, query: Query, limit: int, hidden: Hidden | None) -> Found:
        passages, having = len(self._words), self._words.frequencies(query.terms)
        highest = upper_bound(idf(having, passages)) or 1.0
        near = self._vectors.search(query.vector, CANDIDATES)
        bm25 = self._words.search(query.terms, CANDIDATES)
        ids = [*{**near, **bm25}]
        if len(bm25) == CANDIDATES:  # else no other passage has any of the terms
            others = [number for number in ids if number not in bm25]
            bm25 |= self._words.scores(query.terms, others)
        lexical = {number: min(bm25.get(number, 0.0) / highest, 1.0) for number in ids}
        ranked = _ranked(self._store.candidates(ids), lexical, query)
        hits = self._hits(ranked if hidden else ranked[:limit], lexical, query)
        if hidden:
            gone = [hit for hit in hits if hidden(hit.info.source, hit.passage.text)]
            passages -= len(gone)
            for stems_of_gone in (hit.stems() for hit in gone):
                for stem in having.keys() & stems_of_gone:
                    having[stem] -= 1
            hits = [hit for hit in hits if hit not in gone]
        return Found(
            hits=tuple(hits[:limit]),
            idf=idf(having, passages),
            unknown=frozenset(term for term in query.terms if not having[term]),
        )

    def _hits(
        self, ranked: list[tuple[int, Floats, float]], lexical: dict[int, float], query: Query
    ) -> list[Hit]:
        """The ranked passages with all that is stored of them."""
        stored = self._store.passages([number for number, *_ in ranked])
        return [
            Hit(
                passage_id=number,
                info=stored[number].info,
                passage=stored[number].passage,
                score=score,
                cosine=float(stored[number].vector @ query.vector),
                sentence_cosines=tuple(cosines.tolist()),
                lexical=lexical[number],
            )
            for number, cosines, score in ranked
        ]


def _ranked(
    candidates: Candidates, lexical: dict[int, float], query: Query
) -> list[tuple[int, Floats, float]]:
    """(passage id, cosines of its sentences, score) of the candidates, best first; those of one
    score in the order of the articles."""
    if not candidates.ids:
        return []
    cosines = candidates.sentences @ query.vector
    best = np.maximum.reduceat(cosines, [start for start, _ in candidates.bounds])
    rows = [
        (
            -(_SENTENCE * float(highest) + _WORDS * lexical[number]),
            place,
            number,
            cosines[start:end],
        )
        for number, place, (start, end), highest in zip(
            candidates.ids, candidates.places, candidates.bounds, best, strict=True
        )
    ]
    rows.sort(key=lambda row: row[:2])
    return [(number, own, -negative) for negative, _, number, own in rows]


def _missing(folder: Path) -> IndexUnusable:
    return IndexUnusable(f"There is no index in {folder}", remedy=Remedy("build the index"))


def _open(folder: Path, meta: Meta) -> tuple[VectorIndex, Words]:
    """Open a generation's files, which must be those that were committed.

    Raises:
        GenerationDamaged: they are not.
    """
    generations.check(folder, meta)
    generation = generations.path_of(folder, meta.generation)
    try:
        vectors = VectorIndex(generation / generations.VECTORS)
        words = Words(generation / generations.WORDS)
        if len(vectors) != len(words):
            raise ValueError("vectors and words differ in number")
    except (OSError, RuntimeError, ValueError) as error:  # of faiss and tantivy
        _log.warning("derived files are damaged: %s", generation)
        generations.flag(generation)  # its files look as they were written
        raise generations.damaged(generation, str(error)) from error
    return vectors, words
