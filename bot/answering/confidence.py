"""How likely it is that a passage answers the question: one number, from plain signals.

A logistic regression; what each signal is worth stands in confidence.json, with where it comes
from. `tests/eval/fit_confidence.py` fits it on the labelled sets and writes that file;
tests/eval/README.md says how well it tells.

`probability` is the seam: a later model takes its place.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

FITTED = Path(__file__).with_suffix(".json")

THRESHOLD = 0.2
"""Below this probability the articles are said not to answer. From 0.15 to 0.4 the F1 of
refusals, a mean over the labelled sets, is .70 to .73; higher ones refuse more of what is told
in other words than asked (tests/eval/README.md has what each costs)."""


class Regression(NamedTuple):
    """ln(p / (1 - p)) = intercept + Σ weight · signal."""

    intercept: float
    weights: dict[str, float]


@cache
def fitted() -> Regression:
    """The regression that stands in confidence.json."""
    stored = json.loads(FITTED.read_text(encoding="utf-8"))
    return Regression(stored["intercept"], stored["weights"])


def probability(signals: Mapping[str, float]) -> float:
    """The probability, 0…1, that a passage with these signals (bot/evidence.py) answers."""
    intercept, weights = fitted()
    logit = intercept + sum(weight * signals[name] for name, weight in weights.items())
    return 1 / (1 + math.exp(-logit))
