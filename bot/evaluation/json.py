"""The document of `bot eval --json`, and the outcomes that are read back from one."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, TypedDict

import msgspec
from msgspec import Struct, structs

from bot.evaluation.measures import Outcome
from bot.evaluation.questions import QuestionsError
from bot.evaluation.risk import HOLDS_FOR, LEVEL, Search
from bot.evaluation.run import Run


class _Stored(Struct, frozen=True):
    """What a later run is compared with."""

    outcomes: list[Outcome]


class TestedJson(TypedDict):
    """A threshold that was tested: how many questions it answers, how many wrongly, the share that
    is wrong at the most, and whether that is within the risk."""

    threshold: float
    answered: int
    wrong: int
    bound: float
    passed: bool


class GuaranteeJson(TypedDict):
    """With `--risk`: at most `risk` of the answers from `threshold` on is wrong, with confidence
    `level`; `threshold` and `bound` are null where no threshold keeps it, and `more` is then how
    many further answers it takes, all right ones. `written`: kept with the index."""

    risk: float
    level: float
    threshold: float | None
    bound: float | None
    answered: int
    wrong: int
    questions: int
    unanswerable: int
    more: int
    holds_for: str
    written: bool
    tested: list[TestedJson]


def guarantee_json(search: Search, *, written: bool) -> GuaranteeJson:
    """What came of the search for a guarantee."""
    return {
        "risk": search.risk,
        "level": LEVEL,
        "threshold": search.met.threshold if search.met else None,
        "bound": round(search.met.bound, 4) if search.met else None,
        "answered": search.answered,
        "wrong": search.wrong,
        "questions": search.questions,
        "unanswerable": search.unanswerable,
        "more": search.more,
        "holds_for": HOLDS_FOR,
        "written": written,
        "tested": [
            {
                "threshold": own.threshold,
                "answered": own.answered,
                "wrong": own.wrong,
                "bound": round(own.bound, 4),
                "passed": own.passed,
            }
            for own in search.tested
        ],
    }


def run_json(run: Run, guarantee: GuaranteeJson | None = None) -> dict[str, Any]:
    """The document of a run; `outcomes` is what a later run is compared with."""
    figures: dict[str, Any] = {}
    for name, estimate in run.figures.items():
        group, _, member = name.partition(".")
        (figures.setdefault(group, {}) if member else figures)[member or group] = _number(
            estimate.value
        )
    return {
        "questions": len(run.outcomes),
        "answerable": sum(outcome.answerable for outcome in run.outcomes),
        **figures,
        "latency_ms": {name: round(ms, 1) for name, ms in run.latency.items()},
        "intervals": {
            name: [_number(estimate.low), _number(estimate.high)]
            for name, estimate in run.figures.items()
        },
        "kinds": {
            kind: {name: _number(figure) for name, figure in own.items()}
            for kind, own in run.kinds.items()
        },
        "compared": {
            name: {key: _number(value) for key, value in structs.asdict(comparison).items()}
            for name, comparison in run.compared.items()
        },
        "shared": run.shared,
        "guarantee": guarantee,
        "outcomes": [
            {
                **structs.asdict(outcome),
                "confidence": round(outcome.confidence, 4),
                "ms": round(outcome.ms, 1),
            }
            for outcome in run.outcomes
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
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Stored).outcomes
    except (OSError, ValueError, RecursionError) as error:
        raise QuestionsError(
            f"{path} is no run to compare with: {error}",
            remedy="Name a file that this wrote: bot eval FILE.jsonl --json > OLD.json",
        ) from error
