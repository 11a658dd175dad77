"""How likely it is that a passage answers the question: one number, from plain signals.

A logistic regression on two kinds of cases: the best passage for a question, which is
evidence or not, and the best passage that is left when all evidence is hidden (or that
another subject's articles have). `tests/eval/fit_confidence.py` fits it on the labelled
sets and prints what stands here; tests/eval/README.md says how well it tells.

`probability` is the seam: a later model takes its place.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embeddings.index import Found, Hit

THRESHOLD = 0.4
"""Below this probability the articles are said not to answer: the best F1 of refusals on
both small and large folders (0.3 and 0.5 cost 0.01 to 0.03)."""

INTERCEPT = -8.4
WEIGHTS = {"sentence_cosine": 7.9, "coverage": 5.9, "unknown": 4.9}


def signals(hit: Hit, found: Found) -> dict[str, float]:
    """What speaks for and against the hit.

    `sentence_cosine`: how near its best sentence is. `coverage`: the share of the
    question's information that its words carry; a word that no passage has weighs the
    most there, and `unknown`, the share of such words, takes some of that back: "viewers"
    may only be another word for what the articles call listeners.
    """
    return {
        "sentence_cosine": hit.sentence_cosine,
        "coverage": hit.coverage,
        "unknown": len(found.unknown_words) / max(len(found.words), 1),
    }


def probability(hit: Hit, found: Found) -> float:
    """The probability, 0…1, that this passage answers the question."""
    own = signals(hit, found)
    return 1 / (1 + math.exp(-INTERCEPT - sum(WEIGHTS[name] * own[name] for name in own)))
