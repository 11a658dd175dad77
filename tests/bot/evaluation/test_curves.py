"""The points of the figures, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from bot.evaluation.curves import refusal_curve, reliability, risk_coverage
from bot.evaluation.measures import area, figures
from tests.bot.evaluation.test_measures import SOME, outcome


def test_confidence_against_what_came_true() -> None:
    same = [outcome(str(n), rank=1 if n < 3 else 2, confidence=0.6 + n / 100) for n in range(4)]
    (own,) = reliability(same)
    assert own.middle == pytest.approx(0.65)
    assert (own.count, own.right) == (4, 0.75)
    assert own.confidence == pytest.approx(0.615)
    # Clopper and Pearson's interval of 3 in 4
    assert [own.low, own.high] == pytest.approx([0.1941, 0.9937], abs=1e-4)
    sure = reliability([outcome("a", confidence=1.0), outcome("b", rank=2, confidence=0.0)])
    assert [point.right for point in sure] == [0, 1]
    assert [point.low for point in sure] == pytest.approx([0, 0.025])
    assert [point.high for point in sure] == pytest.approx([0.975, 1])


def test_risk_and_coverage() -> None:
    points = risk_coverage(SOME)  # a b d c e; wrong from the second on
    assert [point.threshold for point in points] == [0.9, 0.6, 0.5, 0.2, 0.1]
    assert [point.x for point in points] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1])
    assert [point.y for point in points] == pytest.approx([0, 1 / 2, 2 / 3, 3 / 4, 4 / 5])
    mean = np.mean([point.y for point in points])
    assert figures(SOME)["risk_coverage_area"].value == pytest.approx(mean)
    tied = [outcome(str(n), rank=1 if n % 2 else 2) for n in range(6)]
    assert [(point.x, point.y) for point in risk_coverage(tied)] == [(1, 0.5)]


def test_the_roc_curve_has_the_area() -> None:
    points = refusal_curve(SOME)
    assert (points[0].x, points[0].y) == (0, 0)
    assert (points[-1].x, points[-1].y) == (1, 1)
    below = np.trapezoid([point.y for point in points], [point.x for point in points])
    expected = area(
        np.array([each.answerable for each in SOME]), np.array([each.confidence for each in SOME])
    )
    assert below == pytest.approx(expected)
    assert refusal_curve(SOME[:2]) == []
