"""The lexical side: a tantivy index of each passage's title and text, ranked by BM25.

BM25: Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework", with tantivy's
k1 = 1.2 and b = 0.75. The index is given stems (`stems.py`), not words.
"""

from __future__ import annotations

import math
import os
import weakref
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tantivy import (
    Document,
    Index,
    Occur,
    Query,
    Schema,
    SchemaBuilder,
    TextAnalyzerBuilder,
    Tokenizer,
)

from embeddings.index.files import link
from embeddings.index.languages import ENGLISH
from embeddings.index.stems import stems

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

_K1 = 1.2
"""tantivy's own."""
_STEMS = "stems"
_LOCK = ".lock"
_HEAP = 64_000_000
"""Bytes that tantivy may hold back before it writes. A guess."""


class Words:
    """An opened lexical index.

    Raises (on opening and searching):
        ValueError, OSError: the folder is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        links = None if os.access(folder, os.W_OK) else _linked(folder)
        if links is not None:
            weakref.finalize(self, links.cleanup)
        index = Index.open(links.name if links else str(folder))
        self._schema: Schema = index.schema
        self._searcher = index.searcher()

    def __len__(self) -> int:
        return self._searcher.num_docs

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """term → how many passages have it."""
        return {term: min(self._searcher.doc_freq("text", term), len(self)) for term in terms}

    def like(self, term: str, most: int, edits: int) -> list[str]:
        """At most `most` terms that begin with the same letter and become this one by so few
        edits, the nearest first, then the most frequent. An edit adds, drops or changes a letter,
        or swaps two neighbours (optimal string alignment)."""
        from rapidfuzz import process  # 15 ms that few questions need
        from rapidfuzz.distance import OSA

        counted = self._searcher.terms_with_prefix("text", term[:1])
        known = [own for own, _ in counted if own.isalpha()]
        near = process.extract(term, known, scorer=OSA.distance, limit=most, score_cutoff=edits)
        return [own for own, _, _ in near]

    def search(self, terms: Iterable[str], limit: int) -> dict[int, float]:
        """Passage id → BM25, the best `limit` for an OR of the terms."""
        terms = list(terms)
        return self._scores(self._any(terms), limit) if terms and len(self) else {}

    def scores(self, terms: Iterable[str], passages: Sequence[int]) -> dict[int, float]:
        """Passage id → BM25 of these passages; those that have none of the terms are left out."""
        terms = list(terms)
        if not terms or not passages:
            return {}
        chosen = Query.const_score_query(
            Query.term_set_query(self._schema, "id", list(passages)), 0.0
        )
        query = Query.boolean_query([(Occur.Must, chosen), (Occur.Must, self._any(terms))])
        return self._scores(query, len(passages))

    def _any(self, terms: Iterable[str]) -> Query:
        return Query.boolean_query(
            [(Occur.Should, Query.term_query(self._schema, "text", term)) for term in terms]
        )

    def _scores(self, query: Query, limit: int) -> dict[int, float]:
        hits = self._searcher.search(query, limit, count=False).hits
        ids = self._searcher.fast_field_values("id", [address for _, address in hits])
        return {int(number or 0): score for number, (score, _) in zip(ids, hits, strict=True)}


def idf(frequencies: Mapping[str, int], passages: int) -> dict[str, float]:
    """term → ln(1 + (N - n + ½) / (n + ½)), n of N passages having it (BM25's own)."""
    return {
        term: math.log(1 + (passages - having + 0.5) / (having + 0.5))
        for term, having in frequencies.items()
    }


def upper_bound(idf: dict[str, float]) -> float:
    """The highest BM25 that any passage could have for these terms: Σ idf·(k1 + 1).

    A score divided by it lies in 0…1 and means the same across questions.
    """
    return sum(idf.values()) * (_K1 + 1)


def write(
    folder: Path,
    added: Iterable[tuple[int, str, str | None]],
    *,
    previous: Path | None = None,
    removed: Iterable[int] = (),
) -> None:
    """Write an index of `added` (passage id, title and text, language) to a new folder. What is of
    no known language counts as English.

    With `previous`, that index less `removed` is where it starts from: tantivy never
    changes a segment, so its files are linked, not copied, and stay as they were.

    Raises:
        ValueError, OSError: no room, or `previous` is damaged.
    """
    folder.mkdir(parents=True)
    if previous is None:
        index = Index(_schema(), str(folder))
    else:
        _link(previous, folder)
        index = Index.open(str(folder))
    index.register_tokenizer(_STEMS, TextAnalyzerBuilder(Tokenizer.whitespace()).build())
    writer = index.writer(_HEAP, 1)
    for number in removed:
        writer.delete_documents_by_term("id", number)
    for number, text, language in added:
        terms = stems(text, language=language or ENGLISH)
        writer.add_document(Document(id=number, text=" ".join(terms)))
    writer.commit()
    writer.wait_merging_threads()


def _schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    builder.add_text_field("text", tokenizer_name=_STEMS, index_option="freq")
    return builder.build()


def _linked(folder: Path) -> TemporaryDirectory[str]:
    """A folder of links to the files of one that may not be written to.

    tantivy opens an index only where it can put a lock file for a moment.
    """
    from tempfile import TemporaryDirectory

    paths = [path.absolute() for path in folder.iterdir() if not path.name.endswith(_LOCK)]
    links = TemporaryDirectory(prefix="verbatim-")
    for path in paths:
        os.symlink(path, Path(links.name, path.name))
    return links


def _link(previous: Path, folder: Path) -> None:
    import shutil

    for path in previous.iterdir():
        if path.suffix == ".json":  # rewritten by tantivy, unlike its segments
            shutil.copy2(path, folder / path.name)
        elif not path.name.endswith(_LOCK):
            link(path, folder / path.name)
