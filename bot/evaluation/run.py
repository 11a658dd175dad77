"""Labelled questions → figures: how well it finds, marks and refuses (`bot eval`).

Measures: mean reciprocal rank (of the first `DEPTH` passages); the area under the risk-coverage
curve (Geifman & El-Yaniv 2017, arXiv:1705.08500); expected calibration error in ten bins (Guo et
al. 2017, arXiv:1706.04599); intervals by bootstrap over questions, corrected for bias (Efron
1987, doi:10.1080/01621459.1987.10478410, section 2); two runs by a paired randomisation test
(Smucker et al. 2007, doi:10.1145/1321440.1321528).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bot.answering.answer import Answer, Citation
from bot.evaluation.questions import Question, QuestionsError, is_evidence, is_hit, is_marked

DEPTH = 5
"""Passages that are asked for: as deep as the figures look."""

_DRAWS = 1000
_FLIPS = 5000
_BINS = 10

Floats = npt.NDArray[np.float64]
Ask = Callable[[str, Callable[[str, str], bool] | None], Answer]
"""(question, what to hide) → the answer, of `DEPTH` passages."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a question. `hidden`: it was asked with its evidence hidden; `rank`: of the
    first evidence, None where there is none among the passages; `marked`: the first passage is
    evidence, and the sentence marked in it holds the answer; None where the labels do not say
    what the answer is."""

    id: str
    question: str
    kind: str
    answerable: bool
    hidden: bool
    rank: int | None
    marked: bool | None
    answered: bool
    confidence: float
    ms: float
    first: str | None

    @property
    def key(self) -> tuple[str, str, bool]:
        """What makes it the same question in another run."""
        return self.id, self.question, self.hidden


class Estimate(NamedTuple):
    """A figure with its 95 % interval; NaN where no question tells."""

    value: float
    low: float
    high: float


class Comparison(NamedTuple):
    """A figure before and after, over the questions of both runs."""

    before: float
    after: float
    p_value: float


def ask_all(
    questions: Sequence[Question], ask: Ask, *, hide_evidence: bool = False
) -> Iterator[Outcome]:
    """Ask each question, and with `hide_evidence` each answerable one a second time with all
    passages that hold its evidence hidden, and their copies in other articles."""
    for question in questions:
        answer, ms = _timed(ask, question.text, None)
        yield _outcome(question, answer, ms, hidden=False)
        if hide_evidence and question.answerable:
            right = [one for one in _shown(answer) if is_hit(question, one)]
            places = (place for one in right for place in (one.place, *one.also_in))
            carriers = frozenset(place.source for place in places)
            answer, ms = _timed(ask, question.text, partial(_hides, question, carriers))
            yield _outcome(question, answer, ms, hidden=True)


def _hides(question: Question, carriers: frozenset[str], source: str, text: str) -> bool:
    """Whether a passage holds the evidence; `carriers`: the sources that carry it."""
    sources = {one.source for one in question.evidence} if source in carriers else {source}
    return any(is_evidence(question, one, text) for one in sources)


def _timed(
    ask: Ask, question: str, hidden: Callable[[str, str], bool] | None
) -> tuple[Answer, float]:
    """The answer and the milliseconds that it took."""
    start = time.perf_counter()
    answer = ask(question, hidden)
    return answer, (time.perf_counter() - start) * 1000


def _shown(answer: Answer) -> tuple[Citation, ...]:
    return answer.citations or answer.nearest


def _outcome(question: Question, answer: Answer, ms: float, *, hidden: bool) -> Outcome:
    shown = _shown(answer)
    answerable = question.answerable and not hidden
    ranks = [one.rank for one in shown if answerable and is_hit(question, one)]
    first = shown[0] if shown else None
    return Outcome(
        id=question.id,
        question=question.text,
        kind=question.kind,
        answerable=answerable,
        hidden=hidden,
        rank=min(ranks, default=None),
        marked=_marked(question, first if 1 in ranks else None),
        answered=answer.answered,
        confidence=answer.confidence,
        ms=ms,
        first=f"{first.highlight.source}:{first.highlight.start_line}" if first else None,
    )


def _marked(question: Question, evidence: Citation | None) -> bool | None:
    if question.answerable and question.answer is None:
        return None
    return evidence is not None and is_marked(question, evidence)


# Figures


class _Table(NamedTuple):
    """Outcomes as columns (n,): `rank` is infinite where there was no evidence, `marked` NaN
    where there is no telling."""

    answerable: npt.NDArray[np.bool_]
    rank: Floats
    marked: Floats
    answered: npt.NDArray[np.bool_]
    confidence: Floats

    def at(self, rows: npt.NDArray[np.int64]) -> _Table:
        return _Table(
            self.answerable[rows],
            self.rank[rows],
            self.marked[rows],
            self.answered[rows],
            self.confidence[rows],
        )


def _table(outcomes: Sequence[Outcome]) -> _Table:
    return _Table(
        np.array([one.answerable for one in outcomes], dtype=np.bool_),
        np.array([one.rank or math.inf for one in outcomes], dtype=np.float64),
        np.array([one.marked for one in outcomes], dtype=np.float64),
        np.array([one.answered for one in outcomes], dtype=np.bool_),
        np.array([one.confidence for one in outcomes], dtype=np.float64),
    )


def _mean(values: npt.NDArray[Any]) -> float:
    return float(values.mean()) if len(values) else math.nan


def _precision(table: _Table) -> float:
    return _mean(~table.answerable[~table.answered])


def _recall(table: _Table) -> float:
    return _mean(~table.answered[~table.answerable])


def _f1(table: _Table) -> float:
    if table.answerable.all():
        return math.nan
    right = int((~table.answerable & ~table.answered).sum())
    return 2 * right / int((~table.answerable).sum() + (~table.answered).sum())


def area(answerable: npt.NDArray[np.bool_], confidence: Floats) -> float:
    """The area under the ROC curve: how often an answerable question has more confidence than
    an unanswerable one; ties count half (Mann & Whitney 1947)."""
    yes, no = int(answerable.sum()), int((~answerable).sum())
    if not yes or not no:
        return math.nan
    _, inverse, counts = np.unique(confidence, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[answerable].sum() - yes * (yes + 1) / 2) / (yes * no))


def _risk_coverage(table: _Table) -> float:
    _, tied, counts = np.unique(-table.confidence, return_inverse=True, return_counts=True)
    risk = np.bincount(tied, weights=table.rank != 1) / counts  # of each degree of confidence
    wrong = np.repeat(risk, counts)
    return _mean(np.cumsum(wrong) / np.arange(1, len(wrong) + 1))


def calibration_error(confidence: Floats, right: npt.NDArray[np.bool_]) -> float:
    """How far the confidence is from the share that is right, bin by bin."""
    bins = np.minimum((confidence * _BINS).astype(np.int64), _BINS - 1)
    return float(
        sum(
            abs(confidence[bins == one].mean() - right[bins == one].mean()) * (bins == one).mean()
            for one in np.unique(bins)
        )
    )


FIGURES: dict[str, Callable[[_Table], float]] = {
    "hit@1": lambda table: _mean(table.rank[table.answerable] <= 1),
    "hit@3": lambda table: _mean(table.rank[table.answerable] <= 3),
    "hit@5": lambda table: _mean(table.rank[table.answerable] <= 5),
    "mrr": lambda table: _mean(1 / table.rank[table.answerable]),
    "marked": lambda table: _mean(table.marked[table.answerable & ~np.isnan(table.marked)]),
    "answered": lambda table: _mean(table.answered[table.answerable]),
    "refusal.precision": _precision,
    "refusal.recall": _recall,
    "refusal.f1": _f1,
    "refusal.auc": lambda table: area(table.answerable, table.confidence),
    "risk_coverage_area": _risk_coverage,
    "calibration_error": lambda table: calibration_error(table.confidence, table.rank == 1),
}
"""Name → what it is computed by. Those of refusals are over all questions, `answered` is the
share of the answerable ones that was not refused."""

_PAIRED: dict[str, Callable[[Outcome], float | None]] = {
    "hit@1": lambda one: float(one.rank == 1) if one.answerable else None,
    "hit@3": lambda one: float((one.rank or math.inf) <= 3) if one.answerable else None,
    "mrr": lambda one: 1 / (one.rank or math.inf) if one.answerable else None,
    "marked": lambda one: None if one.marked is None or not one.answerable else float(one.marked),
    "answered or refused rightly": lambda one: float(
        one.answered and one.rank == 1 if one.answerable else not one.answered
    ),
}


def figures(outcomes: Sequence[Outcome]) -> dict[str, Estimate]:
    """Every figure with its 95 % interval, by bootstrap samples of questions.

    A question and its twin with hidden evidence are drawn together.
    """
    table = _table(outcomes)
    rows: dict[str, list[int]] = {}
    for at, one in enumerate(outcomes):
        rows.setdefault(one.id, []).append(at)
    twins = [np.array(one) for one in rows.values()]
    chance = np.random.default_rng(0)
    draws: dict[str, list[float]] = {name: [] for name in FIGURES}
    for _ in range(_DRAWS):
        drawn = chance.integers(0, len(twins), len(twins))
        sample = table.at(np.concatenate([twins[at] for at in drawn]))
        for name, figure in FIGURES.items():
            draws[name].append(figure(sample))
    return {name: _estimate(figure(table), draws[name]) for name, figure in FIGURES.items()}


def _estimate(value: float, draws: Sequence[float]) -> Estimate:
    """The figure with the percentiles of its samples that are 95 % apart; where samples are
    mostly above the figure, as those of a calibration error are, lower percentiles."""
    told = np.array(draws)[~np.isnan(draws)]
    if not len(told):
        return Estimate(value, math.nan, math.nan)
    below = float(((told < value).mean() + (told <= value).mean()) / 2)
    normal, least = NormalDist(), 1 / len(told)
    bias = normal.inv_cdf(min(max(below, least), 1 - least))
    ends = [100 * normal.cdf(2 * bias + normal.inv_cdf(at)) for at in (0.025, 0.975)]
    low, high = np.percentile(told, ends)
    return Estimate(value, float(low), float(high))


def by_kind(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """The figures of each kind of question, the most frequent kind first."""
    kinds: dict[str, list[Outcome]] = {}
    for one in outcomes:
        kinds.setdefault(one.kind, []).append(one)
    order = sorted(kinds.items(), key=lambda kind: (-len(kind[1]), kind[0]))
    return {
        kind: {"questions": len(own)} | {name: of(_table(own)) for name, of in FIGURES.items()}
        for kind, own in order
    }


def latency(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Milliseconds that half and 99 % of the answers took at the most."""
    median, most = np.percentile([one.ms for one in outcomes], [50, 99])
    return {"p50": float(median), "p99": float(most)}


def compare(before: Sequence[Outcome], after: Sequence[Outcome]) -> dict[str, Comparison]:
    """Two runs over the questions that both have: the chance that they differ by chance alone."""
    pairs = _pairs(before, after)
    chance = np.random.default_rng(0)
    compared = {}
    for name, figure in _PAIRED.items():
        told = [(one.id, figure(one), figure(other)) for one, other in pairs]
        kept = [(twins, a, b) for twins, a, b in told if a is not None and b is not None]
        if kept:
            change: dict[str, float] = {}
            for twins, a, b in kept:  # a question and its hidden twin change sign together
                change[twins] = change.get(twins, 0.0) + b - a
            changed = np.array([one for one in change.values() if one])
            observed = abs(changed.sum())
            extreme = sum(
                abs(chance.choice([-1.0, 1.0], len(changed)) @ changed) >= observed - 1e-9
                for _ in range(_FLIPS)
            )
            p_value = (int(extreme) + 1) / (_FLIPS + 1)
            earlier_mean = float(np.mean([a for _, a, _ in kept]))
            later_mean = float(np.mean([b for _, _, b in kept]))
            compared[name] = Comparison(earlier_mean, later_mean, p_value)
    return compared


def _pairs(before: Sequence[Outcome], after: Sequence[Outcome]) -> list[tuple[Outcome, Outcome]]:
    earlier = {one.key: one for one in before}
    return [(earlier[one.key], one) for one in after if one.key in earlier]


def failures(outcomes: Sequence[Outcome]) -> list[tuple[str, Outcome]]:
    """(what went wrong, outcome) of each question that was not answered, or refused, rightly."""
    wrong = []
    for one in outcomes:
        if not one.answerable:
            if one.answered:
                wrong.append(("answered, and should not be", one))
        elif one.rank != 1:
            found = f"evidence is passage {one.rank}" if one.rank else "evidence was not found"
            wrong.append((f"{found}, {'answered' if one.answered else 'refused'}", one))
        elif one.marked is False:
            wrong.append(("another sentence is marked", one))
        elif not one.answered:
            wrong.append(("refused, though it was found", one))
    return wrong


@dataclass(frozen=True, slots=True)
class Run:
    """All that a set of questions tells. `compared` is empty without a baseline, else over the
    `shared` outcomes that both runs have."""

    outcomes: tuple[Outcome, ...]
    figures: dict[str, Estimate]
    kinds: dict[str, dict[str, float]]
    latency: dict[str, float]
    compared: dict[str, Comparison]
    shared: int


def evaluate(
    questions: Sequence[Question],
    ask: Ask,
    *,
    hide_evidence: bool = False,
    baseline: Sequence[Outcome] | None = None,
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
) -> Run:
    """Ask the questions, and compute every figure.

    Args:
        baseline: the outcomes of an earlier run, to compare with.
        progress: called as progress("asking", done, total).
    """
    total = len(questions)
    if hide_evidence:
        total += sum(one.answerable for one in questions)
    outcomes: list[Outcome] = []
    progress("asking", 0, total)
    for one in ask_all(questions, ask, hide_evidence=hide_evidence):
        outcomes.append(one)
        progress("asking", len(outcomes), total)
    return Run(
        tuple(outcomes),
        figures(outcomes),
        by_kind(outcomes),
        latency(outcomes),
        {} if baseline is None else compare(baseline, outcomes),
        len(_pairs(baseline or (), outcomes)),
    )


def check_baseline(baseline: Sequence[Outcome], questions: Sequence[Question]) -> None:
    """See that an earlier run is of some of these questions.

    Raises:
        QuestionsError: it is of others.
    """
    asked = {(one.id, one.text) for one in questions}
    if not any((one.id, one.question) in asked for one in baseline):
        raise QuestionsError(
            "The baseline is of other questions", remedy="Name a run over the same file."
        )
