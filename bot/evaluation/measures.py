"""Outcomes of labelled questions → figures with their intervals, and two runs compared.

Mean reciprocal rank; the area under the risk-coverage curve (Geifman & El-Yaniv 2017,
arXiv:1705.08500); expected calibration error in ten bins (Guo et al. 2017, arXiv:1706.04599);
intervals by bootstrap over questions, corrected for bias (Efron 1987,
doi:10.1080/01621459.1987.10478410, section 2); two runs by a paired randomisation test
(Smucker et al. 2007, doi:10.1145/1321440.1321528).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

_DRAWS = 1000
"""Bootstrap samples. A choice: the ends of an interval are then good to some .005."""
_FLIPS = 5000
"""Random changes of sign in a paired test. A choice: p is then good to some .005."""
BINS = 10
"""Of the calibration error; as usual."""

Doubles = npt.NDArray[np.float64]


class Outcome(Struct, frozen=True):
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


class Estimate(Struct, frozen=True):
    """A figure with its 95 % interval; NaN where no question tells."""

    value: float
    low: float
    high: float


class Comparison(Struct, frozen=True):
    """A figure before and after, over the questions of both runs."""

    before: float
    after: float
    p_value: float


class _Table(Struct, frozen=True):
    """Outcomes as columns (n,): `rank` is infinite where there was no evidence, `marked` NaN
    where there is no telling."""

    answerable: npt.NDArray[np.bool_]
    rank: Doubles
    marked: Doubles
    answered: npt.NDArray[np.bool_]
    confidence: Doubles

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
        np.array([outcome.answerable for outcome in outcomes], dtype=np.bool_),
        np.array([outcome.rank or math.inf for outcome in outcomes], dtype=np.float64),
        np.array([outcome.marked for outcome in outcomes], dtype=np.float64),
        np.array([outcome.answered for outcome in outcomes], dtype=np.bool_),
        np.array([outcome.confidence for outcome in outcomes], dtype=np.float64),
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


def area(answerable: npt.NDArray[np.bool_], confidence: Doubles) -> float:
    """The area under the ROC curve: how often an answerable question has more confidence than
    an unanswerable one; ties count half (Mann & Whitney 1947). NaN without one of both."""
    from scipy.stats import rankdata

    yes, no = int(answerable.sum()), int((~answerable).sum())
    if not yes or not no:
        return math.nan
    ranks = rankdata(confidence)
    return float((ranks[answerable].sum() - yes * (yes + 1) / 2) / (yes * no))


def _risk_coverage(table: _Table) -> float:
    _, tied, counts = np.unique(-table.confidence, return_inverse=True, return_counts=True)
    risk = np.bincount(tied, weights=table.rank != 1) / counts  # of each degree of confidence
    wrong = np.repeat(risk, counts)
    return _mean(np.cumsum(wrong) / np.arange(1, len(wrong) + 1))


def calibration_error(confidence: Doubles, right: npt.NDArray[np.bool_]) -> float:
    """How far the confidence is from the share that is right, bin by bin."""
    bins = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    return float(
        sum(
            abs(confidence[bins == bin_].mean() - right[bins == bin_].mean())
            * (bins == bin_).mean()
            for bin_ in np.unique(bins)
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
    "hit@1": lambda outcome: float(outcome.rank == 1) if outcome.answerable else None,
    "hit@3": lambda outcome: float((outcome.rank or math.inf) <= 3) if outcome.answerable else None,
    "mrr": lambda outcome: 1 / (outcome.rank or math.inf) if outcome.answerable else None,
    "marked": lambda outcome: (
        None if outcome.marked is None or not outcome.answerable else float(outcome.marked)
    ),
    "answered or refused rightly": lambda outcome: float(
        outcome.answered and outcome.rank == 1 if outcome.answerable else not outcome.answered
    ),
}


def figures(outcomes: Sequence[Outcome]) -> dict[str, Estimate]:
    """Every figure with its 95 % interval, by bootstrap samples of questions.

    A question and its twin with hidden evidence are drawn together.
    """
    table = _table(outcomes)
    rows: dict[str, list[int]] = {}
    for at, outcome in enumerate(outcomes):
        rows.setdefault(outcome.id, []).append(at)
    twins = [np.array(own) for own in rows.values()]
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
    values = np.array(draws)[~np.isnan(draws)]
    if not len(values):
        return Estimate(value, math.nan, math.nan)
    below = float(((values < value).mean() + (values <= value).mean()) / 2)
    normal, least = NormalDist(), 1 / len(values)
    bias = normal.inv_cdf(min(max(below, least), 1 - least))
    ends = [100 * normal.cdf(2 * bias + normal.inv_cdf(at)) for at in (0.025, 0.975)]
    low, high = np.percentile(values, ends)
    return Estimate(value, float(low), float(high))


def by_kind(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """The figures of each kind of question, the most frequent kind first."""
    kinds: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        kinds.setdefault(outcome.kind, []).append(outcome)
    order = sorted(kinds.items(), key=lambda kind: (-len(kind[1]), kind[0]))
    return {
        kind: {"questions": len(own)} | {name: of(_table(own)) for name, of in FIGURES.items()}
        for kind, own in order
    }


def latency(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Milliseconds that half and 99 % of the answers took at the most."""
    median, most = np.percentile([outcome.ms for outcome in outcomes], [50, 99])
    return {"p50": float(median), "p99": float(most)}


def compare(before: Sequence[Outcome], after: Sequence[Outcome]) -> dict[str, Comparison]:
    """Two runs over the questions that both have: the chance that they differ by chance alone."""
    from scipy.stats import permutation_test

    compared = {}
    for name, figure in _PAIRED.items():
        values = [(old.id, figure(old), figure(new)) for old, new in pairs(before, after)]
        kept = [(twins, a, b) for twins, a, b in values if a is not None and b is not None]
        if not kept:
            continue
        change: dict[str, float] = {}
        for twins, a, b in kept:  # a question and its hidden twin change sign together
            change[twins] = change.get(twins, 0.0) + b - a
        changes = np.array([value for value in change.values() if value])
        p_value = 1.0
        if len(changes) > 1:  # of one alone either sign says as much
            test = permutation_test(
                (changes,),
                lambda rows, axis: abs(rows.sum(axis=axis)),
                permutation_type="samples",
                vectorized=True,
                n_resamples=_FLIPS,
                alternative="greater",
                rng=0,
            )
            p_value = float(test.pvalue)
        earlier = float(np.mean([a for _, a, _ in kept]))
        compared[name] = Comparison(earlier, float(np.mean([b for *_, b in kept])), p_value)
    return compared


def pairs(before: Sequence[Outcome], after: Sequence[Outcome]) -> list[tuple[Outcome, Outcome]]:
    """The outcomes of questions that both runs asked."""
    earlier = {outcome.key: outcome for outcome in before}
    return [(earlier[outcome.key], outcome) for outcome in after if outcome.key in earlier]


def failures(outcomes: Sequence[Outcome]) -> list[tuple[str, Outcome]]:
    """(what went wrong, outcome) of each question that was not answered, or refused, rightly."""
    wrong = []
    for outcome in outcomes:
        if not outcome.answerable:
            if outcome.answered:
                wrong.append(("answered, and should not be", outcome))
        elif outcome.rank != 1:
            where = (
                f"evidence is passage {outcome.rank}" if outcome.rank else "evidence was not found"
            )
            wrong.append((f"{where}, {'answered' if outcome.answered else 'refused'}", outcome))
        elif outcome.marked is False:
            wrong.append(("another sentence is marked", outcome))
        elif not outcome.answered:
            wrong.append(("refused, though it was found", outcome))
    return wrong
