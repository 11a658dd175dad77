"""The threshold at which the answers may be relied on: at most a share `risk` of what is answered
is wrong, with 95 % confidence.

Learn then Test (Angelopoulos et al. 2021, arXiv:2110.01052): each threshold is a hypothesis, "more
than `risk` of what it answers is wrong", with an exact binomial p-value; the hypotheses are tested
in a fixed sequence, from the strictest threshold to the loosest, each at 5 %,
and the first that cannot be rejected ends it. Only the first true hypothesis of the sequence can
be rejected wrongly, so that nothing need be shared out among them.

Where the sequence begins. At a threshold that answers too few (28 of them at a risk of 10 %) no
number of errors could be a proof, and the sequence would end there. So it begins at the first
threshold that answers enough. It also answers at least a quarter of what the loosest does: else one
chance error among the surest would be the end, however many questions there are.

That is told by counting what is answered; right and wrong are not looked at. Given how many are
answered at a threshold, the questions answered are as many draws of that sort, and their errors are
binomial, whatever the count is. So a p-value is as good at the count that was met as at one that
was planned. (What the loosest answers can be taken as given: all hypotheses are about these alone.)
A wrong rejection needs one of two cases, which exclude each other: the sequence begins no later
than the first true hypothesis, and this one is rejected; or it begins later, and the one at which
it begins is rejected. Each has at most 5 % of the chance of its case, together 5 %. In the second
that is exact where what a looser threshold adds is wrong no less often than what was answered
before, as it is where a confidence is worth its name. Where it is not, a simulation has to tell: in
400 random ways of being wrong, a third of them just above the risk at every threshold, the share of
false guarantees was .044 at the most. (Measured in November 2026; four ways are kept in
tests/bot/evaluation/test_risk.py.)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from bot.evaluation.measures import Outcome
from embeddings.errors import VerbatimError

LEVEL = 0.95
"""The confidence of a guarantee. A choice, as usual."""

THRESHOLDS = tuple(percent / 100 for percent in range(95, 0, -5))
"""The sequence, fixed before any question is asked. A choice: finer steps begin with fewer answers
and have more places to fail at, coarser ones leave more unanswered than need be."""

_BEGIN_WITH = 0.25
"""The sequence begins with this share of what the loosest threshold answers. A choice, after a
simulation: of 400 questions with 2 % errors .98 came to a guarantee, and .53 where it began with 29
answers; of 200 with errors that rise from none to 30 % .44, and .53."""

HOLDS_FOR = (
    "That holds for questions like these (exchangeable with them: as if all had been drawn from"
    " the same asking), about these articles as they are, each independent of the others."
)
"""What a guarantee is of; a person must know it."""


class NotEnough(VerbatimError):
    """No threshold keeps the risk: the questions are too few, or too many answers are wrong."""

    kind = "guarantee"


class Tested(Struct, frozen=True):
    """A threshold that was tested. `answered`: questions with at least that much confidence;
    `wrong`: how many of them were wrongly answered; `bound`: what share of such answers is wrong
    at the most; `passed`: whether that is within the risk."""

    threshold: float
    answered: int
    wrong: int
    bound: float
    passed: bool


class Search(Struct, frozen=True):
    """What the sequence came to: the thresholds in the order in which they were tested, and `met`,
    the last that passed, if any.

    `answered` and `wrong` are those of the threshold that was met, else of the first that was
    tested, else of the loosest. `least`: answers that it takes without an error; `more`: further
    answers, all right ones, that would have made the first threshold pass, 0 where it did.
    """

    risk: float
    questions: int
    unanswerable: int
    tested: tuple[Tested, ...]
    met: Tested | None
    answered: int
    wrong: int
    least: int
    more: int


def is_wrong(outcome: Outcome) -> bool:
    """Whether an answer to this question is a wrong one: the first passage is no evidence (as no
    passage is, for an unanswerable question), or the mark is not on the answer (where the labels
    say what that is)."""
    return outcome.rank != 1 or outcome.marked is False


def p_value(answered: int, wrong: int, risk: float) -> float:
    """The chance of so few errors, or fewer, where each answer is wrong with chance `risk`."""
    from scipy.special import bdtr

    return float(bdtr(wrong, answered, risk))


def upper_bound(answered: int, wrong: int) -> float:
    """The share that is wrong at the most, with confidence `LEVEL`: one-sided and exact (Clopper &
    Pearson 1934, doi:10.1093/biomet/26.4.404). It is within a risk where the p-value is within
    1 - `LEVEL`."""
    from scipy.stats import beta

    return 1.0 if wrong >= answered else float(beta.ppf(LEVEL, wrong + 1, answered - wrong))


def needed(risk: float, wrong: int = 0) -> int:
    """The least number of answers that is a proof with so many errors among them: 29 with none
    and 46 with one, at a risk of 10 %."""
    enough = wrong + 1
    while not _is_proof(enough, wrong, risk):
        enough *= 2
    short = enough // 2  # or there would have been no need to double it
    while enough - short > 1:
        middle = (short + enough) // 2
        if _is_proof(middle, wrong, risk):
            enough = middle
        else:
            short = middle
    return enough


def _is_proof(answered: int, wrong: int, risk: float) -> bool:
    return p_value(answered, wrong, risk) <= 1 - LEVEL


def search(outcomes: Sequence[Outcome], risk: float) -> Search:
    """Test the thresholds one after the other."""
    tested: list[Tested] = []
    least = needed(risk)
    confidence = np.array([outcome.confidence for outcome in outcomes])
    errors = np.array([is_wrong(outcome) for outcome in outcomes])
    enough = max(least, _BEGIN_WITH * (confidence >= THRESHOLDS[-1]).sum())
    answered = wrong = 0
    for threshold in THRESHOLDS:
        is_answered = confidence >= threshold
        answered, wrong = int(is_answered.sum()), int(errors[is_answered].sum())
        if answered < enough:
            continue  # counted, not judged; see above
        passed = _is_proof(answered, wrong, risk)
        tested.append(Tested(threshold, answered, wrong, upper_bound(answered, wrong), passed))
        if not passed:
            break
    met = next((own for own in reversed(tested) if own.passed), None)
    if said := met or (tested[0] if tested else None):
        answered, wrong = said.answered, said.wrong
    return Search(
        risk=risk,
        questions=len(outcomes),
        unanswerable=sum(not outcome.answerable for outcome in outcomes),
        tested=tuple(tested),
        met=met,
        answered=answered,
        wrong=wrong,
        least=least,
        more=0 if met else needed(risk, wrong) - answered,
    )
