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

FITTED = Path(__file__).with_suffix(".json")

THRESHOLD = 0.2
"""Below this probability the articles are said not to answer. From 0.15 to 0.4 the F1 of
refusals, a mean over the labelled sets, is .70 to .73; higher ones refuse more of what is told
in other words than asked. Measured (tests/eval/README.md has what each costs)."""


@cache
def fitted() -> tuple[float, dict[str, float]]:
    """The regression in confidence.json, (intercept, weights):
    ln(p / (1 - p)) = intercept + Σ weight · signal."""
    stored = json.loads(FITTED.read_text(encoding="utf-8"))
    return stored["intercept"], stored["weights"]


def probability(signals: Mapping[str, float]) -> float:
    """The probability, 0…1, that a passage with these signals (judging.py) answers."""
    intercept, weights = fitted()
    logit = intercept + sum(weight * signals[name] for name, weight in weights.items())
    return 1 / (1 + math.exp(-logit))
