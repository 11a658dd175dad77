"""Answers, reports and errors ↔ JSON: the contract, and the one place that knows its form (but
for `bot eval`'s, in evaluation/json.py).

The classes below are the schema of each document. Fields may be added; none changes its meaning
while `SCHEMA_VERSION` is the same. (Those that documents of before lack are `NotRequired`.)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

from bot.presenting.status import guarantee_words, no_reader_words
from bot.presenting.text import reason_words, remake_words, remedy_words
from embeddings.errors import Loss

if TYPE_CHECKING:
    from bot.answering.citation import Answer, Citation, DatedQuote, Place, Quote, Unread
    from bot.presenting.status import Standing
    from embeddings.articles.folder import Skipped
    from embeddings.errors import VerbatimError
    from embeddings.index.rebuild import Report

SCHEMA_VERSION = 1

_JSON_UNSAFE = "[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"


class SliceJson(TypedDict):
    """Characters [start_char, end_char) of an article's text, and their lines from 1."""

    start_line: int
    end_line: int
    start_char: int
    end_char: int


class PlaceJson(SliceJson):
    """A slice of a source."""

    source: str


class WordsJson(SliceJson):
    """A slice of the citation's source, with its words."""

    text: str


class QuoteJson(PlaceJson):
    """A slice of a source, with its words, and when that was published."""

    text: str
    published: NotRequired[str | None]


class HighlightJson(WordsJson):
    """The marked sentence; `answer`: the short answer in it."""

    answer: NotRequired[WordsJson | None]


class CitationJson(PlaceJson):
    """A passage with its marked sentence."""

    rank: int
    title: str
    published: str | None
    encoding: str
    language: NotRequired[str | None]
    sha256: str
    passage: str
    highlight: HighlightJson
    score: float
    also_in: list[PlaceJson]


class StatementJson(TypedDict):
    """A figure, and where it stands."""

    value: str
    sources: list[QuoteJson]


class UnreadJson(TypedDict):
    """What could not be read of the folder, and what that means; a folder's source ends in /.
    `kept`: what was read there before is answered from."""

    source: str
    reason: str
    loss: Loss
    kept: NotRequired[bool]


class AnswerJson(TypedDict):
    """What `bot ask --json` prints. `earlier`: the answers to the other questions of a message."""

    question: str
    searched_as: str | None
    searched_also: NotRequired[list[str]]
    answered: bool
    confidence: float
    min_confidence: NotRequired[float]
    reader: NotRequired[bool]
    reason: str | None
    citations: list[CitationJson]
    nearest: list[CitationJson]
    agreement: NotRequired[list[StatementJson]]
    earlier: NotRequired[list[AnswerJson]]
    unread: NotRequired[list[UnreadJson]]


class FailedJson(TypedDict):
    """A file or folder that was not read."""

    source: str
    reason: str


class ReportJson(TypedDict):
    """What `bot rebuild --json` prints."""

    seeds: str
    index: str
    model: str
    articles: int
    passages: int
    added: list[str]
    changed: list[str]
    removed: list[str]
    failed: list[FailedJson]
    unread: list[UnreadJson]
    encoded: int
    reused: int
    seconds: float


class StatusJson(TypedDict):
    """What `bot status --json` prints. `no_reader`: why passages are not read, where they are
    not; `guarantee`: what a threshold that is kept with the index promises, or why no more;
    `languages`: language (ISO 639-1) → how many articles are in it."""

    seeds: str
    index: str
    model: str
    reader: bool
    no_reader: str | None
    guarantee: str | None
    articles: int
    passages: int
    built_at: str | None
    recall: float | None
    languages: dict[str, int]
    stale: bool
    remake: str | None
    added: list[str]
    changed: list[str]
    removed: list[str]
    failed: list[FailedJson]
    unread: list[UnreadJson]
    other_formats: dict[str, int]


class ErrorJson(TypedDict):
    """What is wrong, and what to do about it."""

    kind: str
    message: str
    remedy: str


def dump(document: Mapping[str, Any]) -> str:
    """One JSON document, safe to print: what could steer a terminal is escaped."""
    text = json.dumps({"schema_version": SCHEMA_VERSION, **document}, ensure_ascii=False, indent=2)
    return re.sub(_JSON_UNSAFE, lambda match: f"\\u{ord(match.group()):04x}", text)


def answer_json(answer: Answer) -> AnswerJson:
    """The document of an answer."""
    reason = answer.reason
    return {
        "question": answer.question,
        "searched_as": answer.searched_as,
        "searched_also": list(answer.searched_also),
        "answered": answer.answered,
        "confidence": round(answer.confidence, 4),
        "min_confidence": answer.min_confidence,
        "reader": answer.reader,
        "reason": reason_words(reason, answer.min_confidence) if reason else None,
        "citations": [_citation_json(citation) for citation in answer.citations],
        "nearest": [_citation_json(citation) for citation in answer.nearest],
        "agreement": [
            {
                "value": statement.value,
                "sources": [
                    {"text": quote.text, **_place_json(quote), "published": quote.published}
                    for quote in statement.quotes
                ],
            }
            for statement in answer.agreement
        ],
        "earlier": [answer_json(earlier) for earlier in answer.earlier],
        "unread": _unread_json(answer.unread),
    }


def _unread_json(unread: Iterable[Unread | Skipped]) -> list[UnreadJson]:
    return [
        {"source": file.source, "reason": file.reason, "loss": file.loss, "kept": file.kept}
        for file in unread
    ]


def unread_of(documents: Iterable[UnreadJson]) -> tuple[Unread, ...]:
    """What could not be read, as a document tells of it."""
    from bot.answering.citation import Unread

    return tuple(Unread(**document) for document in documents)


def _citation_json(citation: Citation) -> CitationJson:
    info = citation.info
    short = _words_json(citation.short_answer) if citation.short_answer else None
    return {
        "rank": citation.rank,
        "title": info.title,
        "published": info.published,
        "encoding": info.encoding,
        "language": info.language,
        "sha256": info.sha256,
        **_place_json(citation.passage),
        "passage": citation.passage.text,
        "highlight": {**_words_json(citation.highlight), "answer": short},
        "score": round(citation.score, 4),
        "also_in": [_place_json(place) for place in citation.also_in],
    }


def _slice_json(place: Place) -> SliceJson:
    return {
        "start_line": place.start_line,
        "end_line": place.end_line,
        "start_char": place.start_char,
        "end_char": place.end_char,
    }


def _place_json(place: Place) -> PlaceJson:
    return {"source": place.source, **_slice_json(place)}


def _words_json(quote: Quote) -> WordsJson:
    return {"text": quote.text, **_slice_json(quote)}


def answer_of(document: Any) -> Answer:
    """The answer that a document of `answer_json` tells of.

    Raises:
        ValueError: it is none.
    """
    import msgspec

    from bot.answering.citation import Answer, Statement
    from bot.answering.confidence import WITHOUT_READER
    from bot.answering.refusal import Reason

    stored: AnswerJson = msgspec.convert(document, AnswerJson)
    answer = Answer(
        question=stored["question"],
        searched_as=stored["searched_as"],
        searched_also=tuple(stored.get("searched_also", ())),
        answered=stored["answered"],
        confidence=stored["confidence"],
        min_confidence=stored.get("min_confidence", WITHOUT_READER),
        reader=stored.get("reader", False),
        reason=None if stored["reason"] is None else Reason("kept", words=stored["reason"]),
        citations=tuple(_citation_of(citation) for citation in stored["citations"]),
        nearest=tuple(_citation_of(citation) for citation in stored["nearest"]),
        agreement=tuple(
            Statement(
                statement["value"],
                tuple(_dated_quote(quote) for quote in statement["sources"]),
            )
            for statement in stored.get("agreement", ())
        ),
        earlier=tuple(answer_of(earlier) for earlier in stored.get("earlier", ())),
        unread=unread_of(stored.get("unread", ())),
    )
    if answer.answered != bool(answer.citations):
        raise ValueError("an answer without a citation")
    return answer


def _citation_of(document: CitationJson) -> Citation:
    from bot.answering.citation import Citation
    from embeddings.articles.article import Info

    source, highlight = document["source"], document["highlight"]
    short = highlight.get("answer")
    citation = Citation(
        rank=document["rank"],
        info=Info(
            source=source,
            title=document["title"],
            published=document["published"],
            encoding=document["encoding"],
            language=document.get("language"),
            sha256=document["sha256"],
        ),
        passage=_quote(document, source, document["passage"]),
        highlight=_quote(highlight, source, highlight["text"]),
        short_answer=_quote(short, source, short["text"]) if short else None,
        score=document["score"],
        also_in=tuple(_place(place, place["source"]) for place in document["also_in"]),
    )
    if citation.parts[1] != citation.highlight.text:
        raise ValueError("a marked sentence that is not in its passage")
    if short and citation.marked_parts[1] != short["text"]:
        raise ValueError("a short answer that is not in its sentence")
    return citation


def _place(document: SliceJson, source: str) -> Place:
    from bot.answering.citation import Place

    if PurePosixPath(source).is_absolute() or ".." in PurePosixPath(source).parts:
        raise ValueError(f"{source!r} is no article of a folder")
    lines = document["start_line"], document["end_line"]
    return Place(source, *lines, document["start_char"], document["end_char"])


def _quote(document: SliceJson, source: str, text: str) -> Quote:
    from bot.answering.citation import Quote

    place = _place(document, source)
    return Quote(source, place.start_line, place.end_line, place.start_char, place.end_char, text)


def _dated_quote(document: QuoteJson) -> DatedQuote:
    import msgspec

    from bot.answering.citation import DatedQuote

    quote = _quote(document, document["source"], document["text"])
    return DatedQuote(**msgspec.structs.asdict(quote), published=document.get("published"))


def report_json(report: Report) -> ReportJson:
    """The document of a rebuild."""
    return {
        "seeds": str(report.seeds),
        "index": str(report.index),
        "model": report.model,
        "articles": report.articles,
        "passages": report.passages,
        "added": list(report.added),
        "changed": list(report.changed),
        "removed": list(report.removed),
        "failed": _failed_json(report.failed),
        "unread": _unread_json(report.unread),
        "encoded": report.encoded,
        "reused": report.reused,
        "seconds": round(report.seconds, 3),
    }


def status_json(standing: Standing) -> StatusJson:
    """The document of how an index stands."""
    look, changes = standing.look, standing.changes
    no_reader, guarantee = standing.no_reader, standing.guarantee
    return {
        "seeds": str(standing.seeds),
        "index": str(standing.index),
        "model": standing.model,
        "reader": no_reader is None,
        "no_reader": no_reader_words(no_reader) if no_reader else None,
        "guarantee": guarantee_words(guarantee) if guarantee else None,
        "articles": look.articles,
        "passages": look.passages,
        "built_at": look.meta.built_at if look.meta else None,
        "recall": look.meta.recall if look.meta else None,
        "languages": look.meta.languages if look.meta else {},
        "stale": look.meta is None or look.remake is not None or bool(changes),
        "remake": remake_words(look.remake) if look.remake else None,
        "added": list(changes.added),
        "changed": list(changes.changed),
        "removed": list(changes.removed),
        "failed": _failed_json(changes.failed),
        "unread": _unread_json(changes.unread),
        "other_formats": look.other_formats,
    }


def _failed_json(skipped: Iterable[Skipped]) -> list[FailedJson]:
    return [{"source": file.source, "reason": file.reason} for file in skipped]


def error_json(error: VerbatimError) -> dict[str, ErrorJson]:
    """The document of any command that failed under --json."""
    remedy = remedy_words(error.remedy)
    return {"error": {"kind": error.kind, "message": str(error), "remedy": remedy}}
