"""Answers, reports and errors ↔ JSON. The one place that knows the documents' form.

Fields may be added; none changes its meaning while `SCHEMA_VERSION` is the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.answer import Answer, Citation, Place
    from embeddings.articles import Skipped
    from embeddings.changes import Look
    from embeddings.errors import VerbatimError
    from embeddings.rebuild import Report

SCHEMA_VERSION = 1

_JSON_UNSAFE = "[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"


def dump(document: dict[str, Any]) -> str:
    """One JSON document, safe to print: what could steer a terminal is escaped."""
    text = json.dumps({"schema_version": SCHEMA_VERSION, **document}, ensure_ascii=False, indent=2)
    return re.sub(_JSON_UNSAFE, lambda found: f"\\u{ord(found.group()):04x}", text)


def answer_json(answer: Answer) -> dict[str, Any]:
    """The document of `bot ask --json`."""
    return {
        "question": answer.question,
        "searched_as": answer.searched_as,
        "answered": answer.answered,
        "confidence": round(answer.confidence, 4),
        "reason": answer.reason,
        "citations": [_citation_json(one) for one in answer.citations],
        "nearest": [_citation_json(one) for one in answer.nearest],
    }


def _citation_json(citation: Citation) -> dict[str, Any]:
    highlight = _place_json(citation.highlight)
    del highlight["source"]
    return {
        "rank": citation.rank,
        "title": citation.title,
        "published": citation.published,
        "encoding": citation.encoding,
        "sha256": citation.sha256,
        **_place_json(citation.place),
        "passage": citation.passage,
        "highlight": {"text": citation.highlight_text, **highlight},
        "score": round(citation.score, 4),
        "also_in": [_place_json(one) for one in citation.also_in],
    }


def _place_json(place: Place) -> dict[str, Any]:
    return {
        "source": place.source,
        "start_line": place.start_line,
        "end_line": place.end_line,
        "start_char": place.start_char,
        "end_char": place.end_char,
    }


def report_json(report: Report) -> dict[str, Any]:
    """The document of `bot rebuild --json`."""
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
        "encoded": report.encoded,
        "reused": report.reused,
        "seconds": round(report.seconds, 3),
    }


def status_json(look: Look, seeds: Path, index: Path, model: str) -> dict[str, Any]:
    """The document of `bot status --json`."""
    return {
        "seeds": str(seeds),
        "index": str(index),
        "model": model,
        "articles": look.articles,
        "passages": look.passages,
        "built_at": look.meta.built_at if look.meta else None,
        "stale": look.stale,
        "remake": look.remake,
        "added": list(look.changes.added),
        "changed": list(look.changes.changed),
        "removed": list(look.changes.removed),
        "failed": _failed_json(look.skipped),
        "other_formats": look.other_formats,
    }


def _failed_json(skipped: Iterable[Skipped]) -> list[dict[str, str]]:
    return [{"source": one.source, "reason": one.reason} for one in skipped]


def error_json(error: VerbatimError) -> dict[str, Any]:
    """The document of any command that failed under --json."""
    return {"error": {"kind": error.kind, "message": str(error), "remedy": error.remedy}}


def answer_of(document: Mapping[str, Any]) -> Answer:
    """The answer that a document of `answer_json` tells of.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    from bot.answer import Answer

    answer = Answer(
        question=_as(str, document["question"]),
        searched_as=_as(str, document["searched_as"], none=True),
        answered=_as(bool, document["answered"]),
        confidence=float(document["confidence"]),
        reason=_as(str, document["reason"], none=True),
        citations=tuple(_citation_of(one) for one in document["citations"]),
        nearest=tuple(_citation_of(one) for one in document["nearest"]),
    )
    if answer.answered != bool(answer.citations):
        raise ValueError("an answer without a citation")
    return answer


def _as(kind: type[Any], value: Any, *, none: bool = False) -> Any:
    if not isinstance(value, kind) and not (none and value is None):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def _citation_of(document: Mapping[str, Any]) -> Citation:
    from bot.answer import Citation

    source, highlight = document["source"], document["highlight"]
    citation = Citation(
        rank=_as(int, document["rank"]),
        title=_as(str, document["title"]),
        published=_as(str, document["published"], none=True),
        encoding=_as(str, document["encoding"]),
        sha256=_as(str, document["sha256"]),
        place=_place_of(document, source),
        passage=_as(str, document["passage"]),
        highlight=_place_of(highlight, source),
        highlight_text=_as(str, highlight["text"]),
        score=float(document["score"]),
        also_in=tuple(_place_of(one, one["source"]) for one in document["also_in"]),
    )
    if citation.parts[1] != citation.highlight_text:
        raise ValueError("a marked sentence that is not in its passage")
    return citation


def _place_of(document: Mapping[str, Any], source: str) -> Place:
    from bot.answer import Place

    if PurePosixPath(_as(str, source)).is_absolute() or ".." in PurePosixPath(source).parts:
        raise ValueError(f"{source!r} is no article of a folder")
    names = ("start_line", "end_line", "start_char", "end_char")
    return Place(source, *(_as(int, document[name]) for name in names))
