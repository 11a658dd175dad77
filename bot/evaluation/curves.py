"""Outcomes → the points of a report's three figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from bot.evaluation.measures import BINS, Outcome


class Bin(Struct, frozen=True):
    """Answers of about the same confidence, round `middle`: their mean confidence, the share whose
    first passage is evidence, and the 95 % interval of that."""

    middle: float
    count: int
    confidence: float
    right: float
    low: float
    high: float


class Point(Struct, frozen=True):
    """A point of a curve, at the threshold that it belongs to."""

    threshold: float
    x: float
    y: float


def reliability(outcomes: Sequence[Outcome]) -> list[Bin]:
    """Confidence against what came true, bin by bin; bins without a question are left out.
    Intervals are exact (Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404)."""
    from scipy.stats import beta

    bins: dict[int, list[Outcome]] = {}
    for outcome in outcomes:
        bins.setdefault(min(int(outcome.confidence * BINS), BINS - 1), []).append(outcome)
    points = []
    for at, own in sorted(bins.items()):
        count, right = len(own), sum(outcome.rank == 1 for outcome in own)
        low = beta.ppf(0.025, right, count - right + 1) if right else 0.0
        high = beta.ppf(0.975, right + 1, count - right) if right < count else 1.0
        mean = float(np.mean([outcome.confidence for outcome in own]))
        points.append(Bin((at + 0.5) / BINS, count, mean, right / count, float(low), float(high)))
    return points


def risk_coverage(outcomes: Sequence[Outcome]) -> list[Point]:
    """At each degree of confidence: the share of the questions that have as much or more, and the
    share of these whose first passage is no evidence (Geifman & El-Yaniv 2017)."""
    wrong = np.array([outcome.rank != 1 for outcome in outcomes])
    confidence = np.array([outcome.confidence for outcome in outcomes])
    order = np.argsort(-confidence)
    errors = np.cumsum(wrong[order])
    thresholds = np.unique(confidence)[::-1]  # the highest first
    counts = np.searchsorted(-confidence[order], -thresholds, side="right")
    return [
        Point(float(threshold), float(count / len(outcomes)), float(errors[count - 1] / count))
        for threshold, count in zip(thresholds, counts, strict=True)
    ]


def refusal_curve(outcomes: Sequence[Outcome]) -> list[Point]:
    """At each threshold, the lowest first: the share of the answerable questions that it refuses,
    and of the unanswerable ones (the ROC curve). No points without questions of both sorts."""
    yes, no = (
        np.sort([outcome.confidence for outcome in outcomes if outcome.answerable is sort])
        for sort in (True, False)
    )
    if not len(yes) or not len(no):
        return []
    thresholds = np.append(np.union1d(yes, no), 1.0 + 1e-9)  # one that refuses everything
    refused = [np.searchsorted(own, thresholds) / len(own) for own in (yes, no)]
    return [
        Point(float(threshold), float(x), float(y))
        for threshold, x, y in zip(thresholds, *refused, strict=True)
    ]
