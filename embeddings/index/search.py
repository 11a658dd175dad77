"""Search: a question → the passages that answer it best.

Candidates are the best 50 by passage vector (FAISS) and the best 50 by BM25 (tantivy).
Each is scored by

    ½ · cosine of its best sentence + ½ · BM25 ÷ the BM25 that no passage can exceed,

which lies in 0…1 for every question without looking at the other candidates. Measured
against either side alone and against reciprocal rank fusion in tests/eval/README.md.

This module is the seam: what is above it asks `search(question)` and knows of no files.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from pathlib import Path
from typing import NamedTuple

from embeddings.articles.passages import Passage
from embeddings.encoding.encoder import Encoder
from embeddings.encoding.light import Floats
from embeddings.errors import GenerationDamaged, IndexDamaged, IndexUnusable
from embeddings.index import generations
from embeddings.index.database import flag_damage
from embeddings.index.store import Meta, Store, StoredPassage
from embeddings.index.vectors import CANDIDATES, VectorIndex
from embeddings.index.words import Words, idf, stems, upper_bound

_ATTEMPTS = 3


class Hit(NamedTuple):
    """A passage found for a question. All figures lie in -1…1 (cosines) or 0…1.

    `score` is what hits are ranked by; `lexical` BM25 ÷ its upper bound; `sentence_cosines`
    are in the order of the passage's sentences.
    """

    passage_id: int
    source: str
    title: str
    published: str | None
    encoding: str
    sha256: bytes
    passage: Passage
    score: float
    cosine: float
    sentence_cosines: tuple[float, ...]
    lexical: float

    def stems(self) -> frozenset[str]:
        """Those of its title and its text, as the words index has them."""
        return frozenset(stems(f"{self.title}\n{self.passage.text}"))


class Found(NamedTuple):
    """Hits, best first, and what the question was searched by.

    `terms`: stem → word as it was written, of the words that carry meaning; `idf`: stem →
    how much it tells (`words.idf`); `unknown`: the stems that no passage has.
    """

    hits: tuple[Hit, ...]
    terms: dict[str, str]
    idf: dict[str, float]
    unknown: frozenset[str]

    def coverage(self, own: Set[str]) -> float:
        """The share of the question's information (idf) that a text of these stems carries."""
        return sum(self.idf[stem] for stem in self.idf.keys() & own) / (
            sum(self.idf.values()) or 1.0
        )


class Index:
    """An open index. It follows the rebuilds of other processes by itself."""

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        """Open the index in `folder`; `encoder` must be of the model it was made with.

        Raises:
            IndexUnusable: it is damaged, or is not there.
        """
        self._folder = folder
        self.encoder = encoder
        self._store = _store(folder)
        self._generation: int | None = None
        self._vectors: VectorIndex
        self._words: Words

    def close(self) -> None:
        self._store.close()

    def search(
        self, question: str, limit: int = 10, *, hidden: Callable[[str, str], bool] | None = None
    ) -> Found:
        """The best passages for a question, at most `limit`.

        Args:
            hidden: (source, text) → whether to pass a passage over, as if it were not there:
                its words do not count as known either.

        Raises:
            IndexUnusable: the index is damaged, or was made with another model.
        """
        query = self.encoder.encode_query(question)
        if self._store.is_replaced():
            self._store.close()
            self._store, self._generation = _store(self._folder), None
        try:
            for _ in range(_ATTEMPTS - 1):
                try:
                    return self._search(question, query, limit, hidden)
                except GenerationDamaged:
                    continue  # two rebuilds since the snapshot began take its folder away
            return self._search(question, query, limit, hidden)
        except IndexDamaged:
            if not self._store.is_replaced():
                flag_damage(self._folder)
            raise

    def _follow(self) -> None:
        """Open the generation that the snapshot names, if it is not the open one."""
        meta = self._store.meta()
        if meta is None:
            raise _missing(self._folder)
        if meta.fingerprint != self.encoder.model.fingerprint:
            raise IndexUnusable(
                f"The index in {self._folder} was made with the model {meta.model}",
                remedy="Make it anew with yours: bot rebuild",
            )
        if meta.generation != self._generation:
            self._vectors, self._words = _open(self._folder, meta)
            self._generation = meta.generation

    def _search(
        self,
        question: str,
        query: Floats,
        limit: int,
        hidden: Callable[[str, str], bool] | None,
    ) -> Found:
        with self._store.snapshot():
            self._follow()
            return self._found(question, query, limit, hidden)

    def _found(
        self,
        question: str,
        query: Floats,
        limit: int,
        hidden: Callable[[str, str], bool] | None,
    ) -> Found:
        terms = self._words.terms(question)
        passages, having = len(self._words), self._words.frequencies(terms)
        highest = upper_bound(idf(having, passages)) or 1.0
        near = self._vectors.search(query, CANDIDATES)
        ids = [*{**near, **self._words.search(terms, CANDIDATES)}]
        bm25 = self._words.scores(terms, ids)
        hits = []
        for stored in self._store.passages(ids):
            hit = _hit(stored, query, min(bm25.get(stored.id, 0.0) / highest, 1.0))
            if hidden is not None and hidden(hit.source, hit.passage.text):
                passages -= 1
                for stem in having.keys() & hit.stems():
                    having[stem] -= 1
            else:
                hits.append(hit)
        hits.sort(key=lambda hit: (-hit.score, hit.source, hit.passage.start_char))
        return Found(
            hits=tuple(hits[:limit]),
            terms=terms,
            idf=idf(having, passages),
            unknown=frozenset(term for term in terms if not having[term]),
        )


def _hit(stored: StoredPassage, query: Floats, lexical: float) -> Hit:
    cosines = stored.sentence_vectors @ query
    return Hit(
        passage_id=stored.id,
        source=stored.source,
        title=stored.title,
        published=stored.published,
        encoding=stored.encoding,
        sha256=stored.sha256,
        passage=stored.passage,
        score=0.5 * float(cosines.max()) + 0.5 * lexical,
        cosine=float(stored.vector @ query),
        sentence_cosines=tuple(cosines.tolist()),
        lexical=lexical,
    )


def _store(folder: Path) -> Store:
    try:
        return Store(folder)
    except FileNotFoundError as error:
        raise _missing(folder) from error


def _missing(folder: Path) -> IndexUnusable:
    return IndexUnusable(f"There is no index in {folder}", remedy="Build it: bot rebuild")


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
        generations.flag(generation)  # its files look as they were written
        raise generations.damaged(generation, str(error)) from error
    return vectors, words
