"""The lexical side: a tantivy index of each passage's title and text, ranked by BM25.

BM25: Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework", with tantivy's
k1 = 1.2 and b = 0.75. Words are lower-cased, folded to ASCII and stemmed (Porter 2); the irregular
forms of a word count as its base ("began" as "begin"). The index is given these stems, so that
there is one place where words become stems.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from tantivy import (
    Document,
    Filter,
    Index,
    Occur,
    Query,
    Schema,
    SchemaBuilder,
    TextAnalyzer,
    TextAnalyzerBuilder,
    Tokenizer,
)

from embeddings.index.files import link

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

_K1 = 1.2
_STEMS = "stems"
_LONGEST_WORD = 40
_WORD = r"\d+(?:[.,]\d+)+|[^\W_]+"  # 600,000 and 2.5 are one word, _this_ is "this"
_MOST_TERMS = 256
_LOCK = ".lock"
_HEAP = 64_000_000
FUNCTION_WORDS = tuple(
    """
a about after again all also am an and any are as at be been before being both but by can could
did do does doing done each else ever few for from further had has have having he her here hers
him his how i if in into is it its just let many me more most much my no nor not of off on once
only or other our out over own s same shall she should so some such t than that the their them
then there these they this those through to too under until up very was we were what whats when
where whether which while who whom whose why will with would you your
""".split()
)
"""Words that carry no subject. Only questions lose them; in the index they stay."""

_IRREGULAR = """
arise arose arisen, bear borne, beat beaten, become became, begin began begun, bend bent, bite bit
bitten, bleed bled, blow blew blown, break broke broken, breed bred, bring brought, build built,
burn burnt, buy bought, catch caught, choose chose chosen, come came, creep crept, deal dealt, dig
dug, draw drew drawn, dream dreamt, drink drank drunk, drive drove driven, eat ate eaten, fall fell
fallen, feed fed, feel felt, fight fought, find found, flee fled, fly flew flown, forbid forbade
forbidden, forget forgot forgotten, forgive forgave forgiven, freeze froze frozen, get got gotten,
give gave given, go went gone, grow grew grown, hang hung, hear heard, hide hid hidden, hold held,
keep kept, know knew known, lay laid, lead led, learn learnt, leave left, lend lent, lose lost, make
made, mean meant, meet met, overcome overcame, pay paid, prove proven, ride rode ridden, ring rang
rung, rise rose risen, run ran, say said, see saw seen, seek sought, sell sold, send sent, shake
shook shaken, shine shone, shoot shot, show shown, shrink shrank shrunk, sing sang sung, sink sank
sunk, sit sat, sleep slept, slide slid, speak spoke spoken, spend spent, spin spun, spring
sprang sprung, stand stood, steal stole stolen, stick stuck, strike struck stricken, swear swore
sworn, sweep swept, swim swam swum, swing swung, take took taken, teach taught, tear tore torn, tell
told, think thought, throw threw thrown, undergo underwent undergone, understand understood,
undertake undertook undertaken, wake woke woken, wear wore worn, weave wove woven, win won, withdraw
withdrew withdrawn, write wrote written, child children, foot feet, man men, mouse mice, tooth
teeth, woman women
"""
"""Each base with its forms, without those that mostly mean something else (lie lay, wind wound)."""


class Words:
    """An opened lexical index.

    Raises (on opening and searching):
        ValueError, OSError: the folder is missing or damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._links = None if os.access(folder, os.W_OK) else _linked(folder)
        index = Index.open(self._links.name if self._links else str(folder))
        self._schema: Schema = index.schema
        self._searcher = index.searcher()

    def __len__(self) -> int:
        return self._searcher.num_docs

    def terms(self, question: str) -> dict[str, str]:
        """The question's distinct stems in order, without function words, at most 256:
        stem → the word as it was written."""
        found: dict[str, str] = {}
        for stem, start, end in located(question, FUNCTION_WORDS):
            found.setdefault(stem, question[start:end])
        return dict(islice(found.items(), _MOST_TERMS))

    def frequencies(self, terms: Iterable[str]) -> dict[str, int]:
        """term → how many passages have it."""
        return {term: min(self._searcher.doc_freq("text", term), len(self)) for term in terms}

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
    added: Iterable[tuple[int, str]],
    *,
    previous: Path | None = None,
    removed: Iterable[int] = (),
) -> None:
    """Write an index of `added` (passage id, title and text) to a new folder.

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
    for number, text in added:
        writer.add_document(Document(id=number, text=" ".join(stems(text))))
    writer.commit()
    writer.wait_merging_threads()


def _schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    builder.add_text_field("text", tokenizer_name=_STEMS, index_option="freq")
    return builder.build()


def stems(text: str, without: tuple[str, ...] = ()) -> list[str]:
    """The stems of a text's words in order, as the index has them; `without` names words to
    leave out."""
    base = _bases()
    return [base.get(one, one) for one in _analyzer(without).analyze(text)]


def located(text: str, without: tuple[str, ...] = ()) -> list[tuple[str, int, int]]:
    """The stems of a text's words in order, with the characters [start, end) of each;
    `without` names words to leave out."""
    base = _bases()
    tokens = _analyzer(without).pre_tokenize(text).tokens
    return [
        (base.get(one.text, one.text), one.char_offset_from, one.char_offset_to) for one in tokens
    ]


@cache
def _bases() -> dict[str, str]:
    """The stem of an irregular form → the stem of its base."""
    groups = (_analyzer(()).analyze(group) for group in _IRREGULAR.split(","))
    return {form: base for base, *forms in groups for form in forms if form != base}


@cache
def _analyzer(without: tuple[str, ...]) -> TextAnalyzer:
    builder = (
        TextAnalyzerBuilder(Tokenizer.regex(_WORD))
        .filter(Filter.remove_long(_LONGEST_WORD))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
    )
    if without:
        builder = builder.filter(Filter.custom_stopword(list(without)))
    return builder.filter(Filter.stemmer("english")).build()


def _linked(folder: Path) -> TemporaryDirectory[str]:
    """A folder of links to the files of one that may not be written to.

    tantivy opens an index only where it can put a lock file for a moment.
    """
    from tempfile import TemporaryDirectory

    links = TemporaryDirectory(prefix="verbatim-")
    for path in folder.iterdir():
        if not path.name.endswith(_LOCK):
            os.symlink(path.absolute(), Path(links.name, path.name))
    return links


def _link(previous: Path, folder: Path) -> None:
    import shutil

    for path in previous.iterdir():
        if path.suffix == ".json":  # rewritten by tantivy, unlike its segments
            shutil.copy2(path, folder / path.name)
        elif not path.name.endswith(_LOCK):
            link(path, folder / path.name)
