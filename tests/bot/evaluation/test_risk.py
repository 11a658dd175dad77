"""The threshold with a guarantee: exact numbers, the sequence, and that the promise is kept."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from msgspec import structs
from scipy.stats import binom, binomtest

from bot.evaluation import risk
from bot.evaluation.measures import Outcome
from bot.evaluation.risk import THRESHOLDS, is_wrong, needed, p_value, search, upper_bound
from tests.bot.evaluation.test_measures import outcome

RISK = 0.1
_CERTAIN = 1e-6
"""A simulation fails by chance alone once in a million times (and its seed is fixed)."""


def right(number: int, confidence: float = 0.9) -> list[Outcome]:
    return [outcome(f"{confidence}-{n}", confidence=confidence) for n in range(number)]


def wrong(number: int, confidence: float = 0.9) -> list[Outcome]:
    return [outcome(f"not {confidence}-{n}", rank=2, confidence=confidence) for n in range(number)]


def test_how_many_answers_are_a_proof() -> None:
    assert [needed(RISK, errors) for errors in range(4)] == [29, 46, 61, 76]
    assert needed(0.05) == 59
    assert needed(0.5) == 5


@pytest.mark.parametrize("share", [0.001, 0.02, 0.1, 0.25, 0.5])
@pytest.mark.parametrize("errors", [0, 1, 2, 7])
def test_one_answer_fewer_is_no_proof(share: float, errors: int) -> None:
    least = needed(share, errors)
    assert binom.cdf(errors, least, share) <= 0.05 < binom.cdf(errors, least - 1, share)
    assert upper_bound(least, errors) <= share < upper_bound(least - 1, errors)


def test_the_bound_is_that_of_clopper_and_pearson() -> None:
    assert upper_bound(29, 0) == pytest.approx(1 - 0.05 ** (1 / 29))
    for answered, errors in ((40, 3), (200, 11), (5, 5)):
        exact = binomtest(errors, answered, alternative="less").proportion_ci(0.95, "exact")
        assert upper_bound(answered, errors) == pytest.approx(exact.high)
    assert p_value(29, 0, RISK) == pytest.approx(0.9**29)


def test_what_a_wrong_answer_is() -> None:
    good = outcome("a")
    assert not is_wrong(good)
    assert not is_wrong(structs.replace(good, marked=None))  # the labels do not say
    assert is_wrong(structs.replace(good, marked=False))
    assert is_wrong(outcome("b", rank=2))
    assert is_wrong(outcome("c", rank=None))
    assert is_wrong(outcome("d", answerable=False, rank=None))


def test_29_right_answers_are_enough_and_28_are_not() -> None:
    met = search(right(29), RISK).met
    assert met is not None
    assert (met.threshold, met.answered, met.wrong) == (THRESHOLDS[-1], 29, 0)
    short = search(right(28), RISK)
    assert (short.met, short.tested, short.answered, short.more) == (None, (), 28, 1)
    one_error = search(right(39) + wrong(1), RISK)
    assert (one_error.met, one_error.answered, one_error.more) == (None, 40, 6)
    assert search(right(45) + wrong(1), RISK).met is not None


def test_the_sequence_begins_where_enough_is_answered_and_ends_at_the_first_that_fails() -> None:
    outcomes = right(10, 0.97) + right(25, 0.86) + right(3, 0.71) + wrong(4, 0.62)
    done = search(outcomes + right(60, 0.31), RISK)
    assert [own.threshold for own in done.tested] == [0.85, 0.8, 0.75, 0.7, 0.65, 0.6]
    assert [own.passed for own in done.tested] == [True] * 5 + [False]
    assert done.met == done.tested[4]
    assert (done.answered, done.wrong, done.more) == (38, 0, 0)
    # a looser one would pass, and is not looked at
    assert upper_bound(102, 4) < RISK


def test_of_many_questions_it_begins_with_a_quarter() -> None:
    """One error among the surest is not the end of it."""
    outcomes = right(29, 0.96) + wrong(1, 0.96) + right(90, 0.66)
    assert search(outcomes, RISK).tested[0].answered == 30
    more = search(outcomes + right(80, 0.36), RISK)
    assert more.tested[0].threshold == 0.65
    assert more.met is not None
    assert (more.met.threshold, more.answered, more.wrong) == (0.05, 200, 1)


def test_at_the_threshold_itself_a_question_is_answered() -> None:
    """As `bot ask` has it: refused below it."""
    assert search(right(29, 0.35), RISK).tested[0].threshold == 0.35


def false_guarantees(
    errors: npt.NDArray[np.float64], questions: int, draws: int, seed: int = 11
) -> int:
    """How often a guarantee was given that does not hold.

    Args:
        errors: how often an answer is wrong whose confidence is between two thresholds: the
            strictest first; each of them has as many questions.
    """
    chance = np.random.default_rng(seed)
    risks = np.cumsum(errors) / np.arange(1, len(errors) + 1)
    truth = dict(zip(THRESHOLDS, risks, strict=True))
    known = {
        (level, is_right): outcome("", rank=1 if is_right else 2, confidence=THRESHOLDS[level])
        for level in range(len(THRESHOLDS))
        for is_right in (True, False)
    }
    false = 0
    for _ in range(draws):
        levels = chance.integers(0, len(errors), questions)
        rights = chance.random(questions) >= errors[levels]
        drawn = [known[int(level), bool(ok)] for level, ok in zip(levels, rights, strict=True)]
        met = search(drawn, RISK).met
        false += met is not None and truth[met.threshold] > RISK
    return false


LEVELS = len(THRESHOLDS)
WAYS = {
    "just above the risk everywhere": np.full(LEVELS, 0.101),
    "rarer with more confidence": np.linspace(0.02, 0.22, LEVELS),
    "oftener with more confidence": np.linspace(0.14, 0.07, LEVELS),
    "now and then": np.where(np.arange(LEVELS) % 3 == 0, 0.30, 0.005),
}


def is_kept(false: int, draws: int) -> bool:
    """Whether so many false guarantees may be 5 % or fewer."""
    return bool(binom.sf(false - 1, draws, 0.05) > _CERTAIN)


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_at_most_5_percent_of_the_guarantees_are_false(way: str) -> None:
    for questions in (40, 90, 250):
        assert is_kept(false_guarantees(WAYS[way], questions, 2000), 2000)


@pytest.mark.slow
def test_a_spoilt_constant_does_not_get_past_the_simulation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(risk, "LEVEL", 0.8)
    assert needed(RISK) < 29
    everywhere = WAYS["just above the risk everywhere"]
    assert not is_kept(false_guarantees(everywhere, 40, 800), 800)


def test_nor_does_the_best_of_all_thresholds() -> None:
    """Each threshold is tested at 5 %: the one that suits must not be chosen among them."""
    false, draws = 0, 400
    chance = np.random.default_rng(5)
    for _ in range(draws):
        levels = chance.integers(0, LEVELS, 300)
        is_right = chance.random(300) >= 0.101
        passes = False
        for level in range(LEVELS):
            answered = is_right[levels <= level]
            passes |= p_value(len(answered), int((~answered).sum()), RISK) <= 0.05
        false += passes
    assert not is_kept(false, draws)
