"""Outcomes → figures, by hand where it can be."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from bot.evaluation.measures import Outcome, area, compare, failures, figures


def outcome(
    name: str, *, answerable: bool = True, rank: int | None = 1, confidence: float = 0.9
) -> Outcome:
    return Outcome(
        id=name,
        question=name,
        kind="other",
        answerable=answerable,
        hidden=False,
        rank=rank,
        marked=rank == 1,
        answered=confidence >= 0.4,
        confidence=confidence,
        ms=10.0,
        first=None,
    )


SOME = [
    outcome("a", rank=1, confidence=0.9),
    outcome("b", rank=3, confidence=0.6),
    outcome("c", rank=None, confidence=0.2),
    outcome("d", answerable=False, rank=None, confidence=0.5),
    outcome("e", answerable=False, rank=None, confidence=0.1),
]


def test_figures_by_hand() -> None:
    found = {name: estimate.value for name, estimate in figures(SOME).items()}
    assert found["hit@1"] == pytest.approx(1 / 3)
    assert found["hit@3"] == found["hit@5"] == pytest.approx(2 / 3)
    assert found["mrr"] == pytest.approx((1 + 1 / 3) / 3)
    assert found["marked"] == pytest.approx(1 / 3)
    assert found["answered"] == pytest.approx(2 / 3)
    # refused: c and e; not answerable: d and e
    assert found["refusal.precision"] == found["refusal.recall"] == pytest.approx(0.5)
    assert found["refusal.f1"] == pytest.approx(0.5)
    # of the six pairs, b-d, a-d, a-e, b-e and c-e are in order
    assert found["refusal.auc"] == pytest.approx(5 / 6)
    # the surest first: a b d c e, wrong from the second on
    assert found["risk_coverage_area"] == pytest.approx((0 + 1 / 2 + 2 / 3 + 3 / 4 + 4 / 5) / 5)
    gaps = [0.1, 0.6, 0.5, 0.2, 0.1]
    assert found["calibration_error"] == pytest.approx(sum(gaps) / 5)


def test_an_interval_holds_its_figure_and_narrows_with_more_questions() -> None:
    few = figures(SOME * 1)["mrr"]
    many = figures([one for n in range(40) for one in renamed(SOME, str(n))])["mrr"]
    assert few.low <= few.value <= few.high
    assert many.value == pytest.approx(few.value)
    assert many.high - many.low < few.high - few.low


def test_the_interval_of_a_calibration_error_holds_it() -> None:
    """Its samples are mostly above it: plain percentiles leave it out."""
    chance = np.random.default_rng(5)
    confidences = chance.random(150)
    right = chance.random(150) < confidences
    found = figures(
        [
            outcome(str(n), rank=1 if is_right else 2, confidence=float(confidence))
            for n, (confidence, is_right) in enumerate(zip(confidences, right, strict=True))
        ]
    )["calibration_error"]
    assert found.low < found.value < found.high


def renamed(outcomes: list[Outcome], suffix: str) -> list[Outcome]:
    return [
        outcome(one.id + suffix, answerable=one.answerable, rank=one.rank,
                confidence=one.confidence)
        for one in outcomes
    ]  # fmt: skip


def test_the_area_is_that_of_scikit_learn_with_ties() -> None:
    chance = np.random.default_rng(3)
    answerable = chance.random(500) < 0.6
    confidence = np.round(chance.random(500) * 0.5 + answerable * 0.2, 1).astype(np.float64)
    expected = roc_auc_score(answerable, confidence)
    assert area(answerable, confidence) == pytest.approx(expected)


def test_ties_do_not_depend_on_the_order_of_the_file() -> None:
    tied = [outcome(str(n), rank=1 if n < 5 else 2) for n in range(10)]
    there, back = (figures(own)["risk_coverage_area"].value for own in (tied, tied[::-1]))
    assert there == pytest.approx(0.5)
    assert back == pytest.approx(0.5)


def test_what_no_question_tells_is_no_figure() -> None:
    only = figures(SOME[:1])
    assert math.isnan(only["refusal.f1"].value)
    assert math.isnan(only["refusal.auc"].value)
    none = figures(SOME[3:])
    assert math.isnan(none["hit@1"].value)


def test_two_runs_are_compared_question_by_question() -> None:
    before = [outcome(str(n), rank=2) for n in range(30)] + [outcome("only before")]
    after = [outcome(str(n), rank=1) for n in range(30)]
    compared = compare(before, after)
    assert (compared["hit@1"].before, compared["hit@1"].after) == (0, 1)
    assert compared["hit@1"].p_value < 0.001
    assert compared["hit@3"].p_value == 1
    assert compare([outcome("another")], after) == {}
    one = compare(before, [outcome("0", rank=1), *before[1:]])
    assert one["hit@1"].p_value == 1  # of one change either sign says as much


def test_failures_say_what_went_wrong() -> None:
    told = dict(failures(SOME))
    assert {what: one.id for what, one in told.items()} == {
        "evidence is passage 3, answered": "b",
        "evidence was not found, refused": "c",
        "answered, and should not be": "d",
    }
