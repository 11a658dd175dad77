"""How likely it is that a passage answers the question: one number, from plain signals.

A logistic regression; what each signal is worth stands in confidence.json, with where it comes
from. `tests/eval/fit_confidence.py` fits it on the labelled sets and writes that file;
tests/eval/README.md says how well it tells.

`probability` is the seam: a later model takes its place.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

FITTED = Path(__file__).with_suffix(".json")

WITHOUT_READER, WITH_READER = 0.2, 0.25
"""Below this probability the articles are said not to answer. Measured: with the reader .25 has the
best F1 of refusals, a mean over the labelled sets. Where a wrong answer costs three wrong refusals
.5 costs less, but refuses seven of the sixteen questions of eval/seeds, where this refuses one
(tests/eval/README.md has what each costs)."""


class Fitted(Struct, frozen=True):
    """A regression: ln(p / (1 - p)) = intercept + Σ weight · signal."""

    intercept: float
    weights: dict[str, float]

    def probability(self, signals: Mapping[str, float]) -> float:
        logit = self.intercept + sum(
            weight * signals[name] for name, weight in self.weights.items()
        )
        return 1 / (1 + math.exp(-logit))


class Stored(Struct, frozen=True):
    """What confidence.json holds. `reader`: the fingerprint of the reader whose scores
    `with_reader` was fitted to; of another one's it knows nothing."""

    without_reader: Fitted
    with_reader: Fitted
    reader: str


@cache
def fitted() -> Stored:
    """The regressions in confidence.json."""
    return msgspec.json.decode(FITTED.read_bytes(), type=Stored)


def probability(signals: Mapping[str, float]) -> float:
    """The probability, 0…1, that a passage with these signals (judging.py) answers."""
    return fitted().without_reader.probability(signals)


def probability_read(before: float, score: float) -> float:
    """The same of a passage that was read.

    Args:
        before: its probability before that.
        score: of the reading (reader.py).
    """
    signals = {"before": log_odds(before), "read": score}
    return fitted().with_reader.probability(signals)


def log_odds(p: float) -> float:
    """Of a probability; finite also for what rounds to 0 or 1."""
    p = min(max(p, 1e-9), 1 - 1e-9)
    return math.log(p / (1 - p))
