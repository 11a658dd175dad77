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
import re
from collections.abc import Callable, Mapping, Sequence, Set
from itertools import islice
from pathlib import Path

import numpy as np
from msgspec import Struct

from embeddings.arrays import Floats
from embeddings.articles.article import Info
from embeddings.articles.passages import Passage
from embeddings.encoding.encoder import Encoder
from embeddings.errors import IndexDamaged, IndexUnusable, Remedy
from embeddings.index import generations, languages
from embeddings.index.files import flag_damage
from embeddings.index.languages import ENGLISH
from embeddings.index.stems import irregular, is_name, located, stem, stems
from embeddings.index.store import Candidates, Meta, Store
from embeddings.index.tokens import words as words_of
from embeddings.index.vectors import CANDIDATES, VectorIndex
from embeddings.index.words import Words, idf, upper_bound

_log = logging.getLogger(__name__)

_MOST_TERMS = 256
"""Terms of a question that are searched. A guess: nobody asks in so many words."""

_MOST_CANDIDATES = 16 * CANDIDATES
"""Taken from either side where many are copies of one text. A guess: 800 articles carry it."""

_ALIKE, _WITH_TERM = 12, 20
"""Terms that are looked at for a beginning of a word that no article has, and passages for each. A
guess."""

_ENDING = 6
"""Beginnings of such a word, the whole one among them, that may be its stem. A guess: few endings
that stemming takes are longer than five letters ("moderatr", "moder")."""

_SENTENCE, _WORDS = 0.5, 0.5
"""What the best sentence and the words count for. Measured: .4 and .6 find less."""

_OPENING = r"(?i)\W*(?:who|what|which|where)(?:['’]s|\s+(?:is|are|was|were))\s+"

Hidden = Callable[[str, str], bool]
"""(source, text) → whether to pass a passage over, as if it were not there: its words do not
count as known either."""


class Query(Struct, frozen=True):
    """A question as it is searched.

    Attributes:
        text: what is searched.
        terms: stem → the word as it was written, of the words that carry meaning.
        forms: further stems that such words have in other languages of the articles → the term.
        language: the question's, among those of the articles.
        articles_languages: the commonest first.
        vector: unit float32 (dimension,).
        fingerprint: of the model that made the vector.
    """

    text: str
    terms: dict[str, str]
    vector: Floats
    fingerprint: str
    forms: dict[str, str] = {}
    language: str = ENGLISH
    articles_languages: tuple[str, ...] = (ENGLISH,)


def query_of(
    text: str, encoder: Encoder, articles_languages: tuple[str, ...] = (ENGLISH,)
) -> Query:
    """What to search for a question; where nothing but function words is in it, the name that
    they are: "Who are The Who?", "the who".

    Args:
        articles_languages: those of the articles, the commonest first. A word is looked up as each
            of them has it.
    """
    language = languages.spoken([*words_of(text)], articles_languages)
    terms = _terms(text, language)
    if not terms and (name := _name_of_function_words(text)):
        text, terms = name, {own: name for own in stems(f"“{name}”") if is_name(own)}
    return Query(
        text,
        terms,
        encoder.encode_query(text),
        encoder.model.fingerprint,
        _forms(terms, [other for other in articles_languages if other != language]),
        language,
        articles_languages,
    )


def _terms(text: str, language: str) -> dict[str, str]:
    """Stem → the word as it was written, of those that carry meaning."""
    terms: dict[str, str] = {}
    without = languages.function_words(words_of(text), language)
    for own, start, end in located(text, without, language):
        if not is_name(own):
            terms.setdefault(own, text[start:end])
    return dict(islice(terms.items(), _MOST_TERMS))


def _forms(terms: Mapping[str, str], others: Sequence[str]) -> dict[str, str]:
    """Stems of the terms' words in other languages, where they are not the same → the terms."""
    return {
        other: term
        for term, word in terms.items()
        for language in others
        if (other := stem(word.lower(), language)) not in terms
    }


def _name_of_function_words(text: str) -> str:
    """A name that a question of function words alone asks for; empty where there is none."""
    opening = re.match(_OPENING, text)
    asked = text[opening.end() :] if opening else text
    if asked.lower().startswith("the "):
        text = asked.title()
    return next((text[start:end] for own, start, end in located(text) if is_name(own)), "")


class Hit(Struct, frozen=True):
    """A passage found for a question. Cosines lie in -1…1, `lexical` in 0…1.

    `score` is what hits are ranked by; `lexical` BM25 ÷ its upper bound; `sentence_cosines`
    are in the order of the passage's sentences; `forms` the query's.
    """

    passage_id: int
    info: Info
    passage: Passage
    score: float
    cosine: float
    sentence_cosines: tuple[float, ...]
    lexical: float
    forms: dict[str, str] = {}

    def stems(self) -> frozenset[str]:
        """Those of its title and its text."""
        return self.stems_of(f"{self.info.title}\n{self.passage.in_context()}")

    def stems_of(self, text: str) -> frozenset[str]:
        """Those of a text in the article's language, as the words index has them; the question's
        terms in whichever form they stand there."""
        own = stems(text, language=self.info.language or ENGLISH)
        return frozenset(self.forms.get(term, term) for term in own)


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


class Near(Struct, frozen=True):
    """A word of the articles, how many edits make another of it, and a passage that has it."""

    word: str
    edits: int
    passage: str


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
        """The best passages for a question: those of at most `limit` texts, with all copies of
        these that are found.

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

    def languages(self) -> tuple[str, ...]:
        """Those of the articles, the commonest first; English where none is known.

        Raises:
            IndexUnusable: the index is damaged.
        """
        with self._store.snapshot():
            return tuple(self._store.languages()) or (ENGLISH,)

    def near(
        self, query: Query, word: str, edits: int, *, hidden: Hidden | None = None
    ) -> list[Near]:
        """The articles' words that begin as one does and differ from it by so few edits, the
        nearest first, then those of the terms that most passages have.

        Args:
            query: that the word is of; the same as was searched.

        Raises:
            GenerationDamaged, IndexUnusable: as `search`.
        """
        from rapidfuzz.distance import OSA

        low = word.lower()
        with self._store.snapshot():
            self._follow(query)
            near = []
            forms = (form for form in irregular() if OSA.distance(low, form) <= edits)
            # its stem may be any of its beginnings: "follw" in "follwers" is near to "follow"
            beginnings = (
                low[: len(low) - cut] for cut in range(max(min(_ENDING, len(low) - 3), 1))
            )
            alike = [term for own in beginnings for term in self._words.like(own, _ALIKE, edits)]
            for term in dict.fromkeys([*alike, *map(stem, forms)]):
                ids = [*self._words.search([term], _WITH_TERM)]
                for stored in self._store.passages(ids).values():
                    text = stored.passage.text
                    if hidden and hidden(stored.info.source, text):
                        continue
                    near += [
                        Near(written, OSA.distance(low, written.lower()), text)
                        for own, start, end in located(text)
                        if own == term and (written := text[start:end]).isalpha()
                    ]
        near.sort(key=lambda own: own.edits)
        return [own for own in near if own.edits <= edits]

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
        passages, having = len(self._words), self._frequencies(query)
        highest = upper_bound(idf(having, passages)) or 1.0
        candidates, bm25 = self._candidates(query)
        lexical = {number: min(bm25.get(number, 0.0) / highest, 1.0) for number in candidates.ids}
        ranked = _ranked(candidates, lexical, query)
        hits = self._hits(ranked if hidden else _first(ranked, candidates, limit), lexical, query)
        if hidden:
            gone = [hit for hit in hits if hidden(hit.info.source, hit.passage.text)]
            passages -= len(gone)
            for stems_of_gone in (hit.stems() for hit in gone):
                for stem in having.keys() & stems_of_gone:
                    having[stem] -= 1
            hits = [hit for hit in hits if hit not in gone][:limit]
        return Found(
            hits=tuple(hits),
            idf=idf(having, passages),
            unknown=frozenset(term for term in query.terms if not having[term]),
        )

    def _frequencies(self, query: Query) -> dict[str, int]:
        """term → how many passages have it, in whichever form."""
        having = self._words.frequencies(query.terms)
        for form, passages in self._words.frequencies(query.forms).items():
            term = query.forms[form]
            having[term] = min(having[term] + passages, len(self._words))
        return having

    def _candidates(self, query: Query) -> tuple[Candidates, dict[int, float]]:
        """The candidates, and the BM25 of those that have any. Copies of one text do not crowd out
        all others: where there are many, more are taken."""
        wanted, terms = CANDIDATES, [*query.terms, *query.forms]
        while True:
            near = self._vectors.search(query.vector, wanted)
            bm25 = self._words.search(terms, wanted)
            candidates = self._store.candidates([*{**near, **bm25}])
            enough = len(set(candidates.endings)) >= min(CANDIDATES, len(candidates.ids))
            if enough or wanted >= min(_MOST_CANDIDATES, len(self._words)):
                break
            wanted *= 4
        if len(bm25) == wanted:  # else no other passage has any of the terms
            others = [number for number in candidates.ids if number not in bm25]
            bm25 |= self._words.scores(terms, others)
        return candidates, bm25

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
                forms=query.forms,
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


def _first(
    ranked: list[tuple[int, Floats, float]], candidates: Candidates, limit: int
) -> list[tuple[int, Floats, float]]:
    """The passages of the first `limit` texts, with all their copies."""
    text_of = dict(zip(candidates.ids, candidates.endings, strict=True))
    texts = {*islice(dict.fromkeys(text_of[number] for number, *_ in ranked), limit)}
    return [row for row in ranked if text_of[row[0]] in texts]


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
