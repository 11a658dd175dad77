"""Answers, reports and errors ↔ JSON. The one place that knows the documents' form.

Fields may be added; none changes its meaning while `SCHEMA_VERSION` is the same.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.answering.answer import Answer, Citation
    from bot.answering.citation import Place
    from bot.evaluation.run import Outcome, Run
    from embeddings.articles.article import Skipped
    from embeddings.errors import VerbatimError
    from embeddings.index.changes import Look
    from embeddings.index.rebuild import Report

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
        "min_confidence": answer.min_confidence,
        "reason": answer.reason,
        "citations": [_citation_json(one) for one in answer.citations],
        "nearest": [_citation_json(one) for one in answer.nearest],
        "agreement": [
            {
                "value": said.value,
                "sources": [{"text": text, **_place_json(place)} for text, place in said.sources],
            }
            for said in answer.agreement
        ],
    }


def _citation_json(citation: Citation) -> dict[str, Any]:
    highlight = _own_place(citation.highlight)
    short = citation.answer
    return {
        "rank": citation.rank,
        "title": citation.title,
        "published": citation.published,
        "encoding": citation.encoding,
        "sha256": citation.sha256,
        **_place_json(citation.place),
        "passage": citation.passage,
        "highlight": {
            "text": citation.highlight_text,
            **highlight,
            "answer": short and {"text": citation.marked_parts[1], **_own_place(short)},
        },
        "score": round(citation.score, 4),
        "also_in": [_place_json(one) for one in citation.also_in],
    }


def _own_place(place: Place) -> dict[str, Any]:
    """A place in the citation's own source."""
    return {name: value for name, value in _place_json(place).items() if name != "source"}


def _place_json(place: Place) -> dict[str, Any]:
    return {
        "source": place.source,
        "start_line": place.start_line,
        "end_line": place.end_line,
        "start_char": place.start_char,
        "end_char": place.end_char,
    }


def run_json(run: Run) -> dict[str, Any]:
    """The document of `bot eval --json`; `outcomes` is what a later run is compared with."""
    told: dict[str, Any] = {}
    for name, estimate in run.figures.items():
        group, _, member = name.partition(".")
        (told.setdefault(group, {}) if member else told)[member or group] = _number(estimate.value)
    return {
        "questions": len(run.outcomes),
        "answerable": sum(one.answerable for one in run.outcomes),
        **told,
        "latency_ms": {name: round(ms, 1) for name, ms in run.latency.items()},
        "intervals": {
            name: [_number(one.low), _number(one.high)] for name, one in run.figures.items()
        },
        "kinds": {
            kind: {name: _number(figure) for name, figure in own.items()}
            for kind, own in run.kinds.items()
        },
        "compared": {
            name: {key: _number(value) for key, value in one._asdict().items()}
            for name, one in run.compared.items()
        },
        "shared": run.shared,
        "outcomes": [
            {**asdict(one), "confidence": round(one.confidence, 4), "ms": round(one.ms, 1)}
            for one in run.outcomes
        ],
    }


def _number(value: float) -> float | None:
    """Rounded; None (null in JSON) where there is no figure."""
    return None if math.isnan(value) else round(value, 4)


def outcomes_of(path: Path) -> list[Outcome]:
    """The outcomes in a file that `bot eval --json` wrote.

    Raises:
        QuestionsError: it is none.
    """
    from bot.evaluation.questions import QuestionsError

    try:
        rows = json.loads(path.read_bytes())["outcomes"]
        return [_outcome_of(row) for row in rows]
    except (OSError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise QuestionsError(
            f"{path} is no run to compare with: {type(error).__name__}: {error}",
            remedy="Name a file that this wrote: bot eval FILE.jsonl --json > OLD.json",
        ) from error


def _outcome_of(row: Mapping[str, Any]) -> Outcome:
    from bot.evaluation.run import Outcome

    return Outcome(
        id=_as(str, row["id"]),
        question=_as(str, row["question"]),
        kind=_as(str, row["kind"]),
        answerable=_as(bool, row["answerable"]),
        hidden=_as(bool, row["hidden"]),
        rank=_as(int, row["rank"], none=True),
        marked=_as(bool, row["marked"], none=True),
        answered=_as(bool, row["answered"]),
        confidence=float(row["confidence"]),
        ms=float(row["ms"]),
        first=_as(str, row["first"], none=True),
    )


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
        "recall": look.meta.recall if look.meta else None,
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
    from bot.answering.answer import Answer, Said
    from bot.answering.confidence import THRESHOLD

    answer = Answer(
        question=_as(str, document["question"]),
        searched_as=_as(str, document["searched_as"], none=True),
        answered=_as(bool, document["answered"]),
        confidence=float(document["confidence"]),
        min_confidence=float(document.get("min_confidence", THRESHOLD)),
        reason=_as(str, document["reason"], none=True),
        citations=tuple(_citation_of(one) for one in document["citations"]),
        nearest=tuple(_citation_of(one) for one in document["nearest"]),
        agreement=tuple(
            Said(
                _as(str, one["value"]),
                tuple(
                    (_as(str, each["text"]), _place_of(each, each["source"]))
                    for each in one["sources"]
                ),
            )
            for one in document.get("agreement", ())
        ),
    )
    if answer.answered != bool(answer.citations):
        raise ValueError("an answer without a citation")
    return answer


def _as(kind: type[Any], value: Any, *, none: bool = False) -> Any:
    if not isinstance(value, kind) and not (none and value is None):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def _citation_of(document: Mapping[str, Any]) -> Citation:
    from bot.answering.answer import Citation

    source, highlight = document["source"], document["highlight"]
    short = highlight.get("answer")
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
        answer=_place_of(short, source) if short else None,
        score=float(document["score"]),
        also_in=tuple(_place_of(one, one["source"]) for one in document["also_in"]),
    )
    if citation.parts[1] != citation.highlight_text:
        raise ValueError("a marked sentence that is not in its passage")
    if short and citation.marked_parts[1] != short["text"]:
        raise ValueError("a short answer that is not in its sentence")
    return citation


def _place_of(document: Mapping[str, Any], source: str) -> Place:
    from bot.answering.citation import Place

    if PurePosixPath(_as(str, source)).is_absolute() or ".." in PurePosixPath(source).parts:
        raise ValueError(f"{source!r} is no article of a folder")
    names = ("start_line", "end_line", "start_char", "end_char")
    return Place(source, *(_as(int, document[name]) for name in names))
