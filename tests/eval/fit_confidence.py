"""Fit the probability that a passage answers, write confidence.json, and say how well it tells.

    python -m tests.eval.fit_confidence without_reader      (writes bot/answering/confidence.json)
    python -m tests.eval.fit_confidence with_reader         (after it; of a sample, in ten minutes)

Two regressions: one for passages that are judged by their words and vectors alone, and one for
those that were read, from the first one's log-odds and the reader's score. The figures are of
held-out articles, or questions (10 folds). eval/seeds, and the questions of eval/wikipedia that
were written to look answerable, are not fitted to (with them natural's are told worse). The reader
was not trained on eval/wikipedia.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler

from bot.answering.confidence import FITTED, WITH_READER, WITHOUT_READER
from bot.evaluation.measures import area, calibration_error
from embeddings.encoding.model import reader_fingerprint
from tests.eval.cases import PART, WHOLE, Case, Floats, collect, judges

SET_WEIGHT = {"wikipedia": 1.0, "natural": 2.0, "small": 0.5, "five": 16.0, "own": 16.0}
"""Of a question: small has wikipedia's once more; natural has few, and five and own fewer still,
though news is what the articles mostly are. (With 4 for those, wikipedia's area is .001 better
and eval/seeds, which is not fitted to, has two more false refusals.)"""
RIVAL_WEIGHT = 0.3
"""Of a passage that is not the first: what the first is worth is what is shown most."""
THRESHOLDS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7)
RATIOS = (1, 2, 3, 5, 10)
"""Wrong refusals that a wrong answer costs as much as."""
PENALTY = 0.3
"""scikit-learn's C, on signals of unit variance."""
SHOWN = (
    ("wikipedia", "hidden"),
    ("wikipedia", "written"),
    ("small", "hidden"),
    ("small", "off"),
    ("natural", "hidden"),
    ("natural", "written"),
    ("five", "hidden"),
    ("five", "written"),
    ("own", "hidden"),
    ("own", "written"),
    ("seeds", "written"),
)

Flags = npt.NDArray[np.bool_]
Judged = list[tuple[Case, Floats]]
"""Cases with the probabilities of their passages."""


def main(name: str) -> None:
    """Fit, print the figures, and write the coefficients.

    Args:
        name: which: without_reader or with_reader.
    """
    reads = name == "with_reader"
    with tempfile.TemporaryDirectory() as kept:
        cases = [*collect(judges(Path(kept) if reads else None), PART if reads else WHOLE)]
    fitted = _fit_and_show(cases, WITH_READER if reads else WITHOUT_READER)
    stored = json.loads(FITTED.read_text(encoding="utf-8"))
    stored[name] = {"on": f"{len(cases)} cases", "date": date.today().isoformat(), **fitted}
    if reads:
        stored["reader"] = reader_fingerprint()
    FITTED.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")
    print(f"\nwritten: {FITTED}")


def _fit_and_show(cases: Sequence[Case], threshold: float) -> dict[str, Any]:
    """The regression's coefficients, its held-out figures printed."""
    fitted: list[Case] = []
    rest: list[Case] = []
    for case in cases:
        apart = case.folder == "seeds" or (case.folder, case.kind) == ("wikipedia", "written")
        (rest if apart else fitted).append(case)
    intercept, weights = fit(fitted)
    judged = [
        *zip(fitted, held_out(fitted), strict=True),
        *((case, chance(case, intercept, weights)) for case in rest),
    ]
    own = dict(zip(cases[0].names, weights.round(4).tolist(), strict=True))
    print(f"{len(fitted)} cases; intercept {intercept:.4f}, {own}\n")
    show(judged, threshold)
    return {"intercept": round(intercept, 4), "weights": own}


def fit(cases: Sequence[Case]) -> tuple[float, Floats]:
    """The intercept and the weights (signals,) for signals as they are."""
    signals = np.concatenate([case.signals for case in cases])
    right = np.concatenate([case.right for case in cases])
    weights = [
        SET_WEIGHT[case.folder] * (RIVAL_WEIGHT if rank else 1.0)
        for case in cases
        for rank in range(len(case.right))
    ]
    scaler = StandardScaler().fit(signals)
    regression = LogisticRegression(C=PENALTY, max_iter=3000)
    regression.fit(scaler.transform(signals), right, weights)
    scaled = regression.coef_[0] / scaler.scale_
    return float(regression.intercept_[0] - scaled @ scaler.mean_), scaled


def chance(case: Case, intercept: float, weights: Floats) -> Floats:
    """The probability of each of its passages."""
    probabilities: Floats = 1 / (1 + np.exp(-intercept - case.signals @ weights))
    return probabilities


def held_out(cases: Sequence[Case]) -> list[Floats]:
    """The probabilities of each case by a regression that saw nothing of its article."""
    chances: list[Floats] = [np.empty(0)] * len(cases)
    for train, test in GroupKFold(10).split(cases, groups=[case.group for case in cases]):
        fitted = fit([cases[at] for at in train])
        for at in test:
            chances[at] = chance(cases[at], *fitted)
    return chances


def show(judged: Judged, threshold: float) -> None:
    """Print the figures of each set, and what each threshold costs."""
    print(f"| answerable and … | hit@1 | area | P / R / F1 at {threshold} | best F1, at | error |")
    print("|---|---|---|---|---|---|")
    for folder, against in SHOWN:
        print(f"| {folder}, {against}", _figures(*_outcomes(judged, folder, against), threshold))
    print("\nF1 of refusals, a mean over these sets, and what a wrong answer costs:")
    for at in THRESHOLDS:
        of_sets = [_outcomes(judged, folder, against) for folder, against in SHOWN]
        mean = np.mean([f1(asked, best, at) for asked, best, _ in of_sets])
        costs = [
            np.mean([cost(asked, best, right, at, ratio) for asked, best, right in of_sets])
            for ratio in RATIOS
        ]
        print(f"  {at:.2f}  F1 {mean:.3f}  ", "  ".join(f"{own:.3f}" for own in costs))


def _outcomes(judged: Judged, folder: str, against: str) -> tuple[Flags, Floats, Flags]:
    """Of a set's questions: whether answerable, the first passage's probability, whether right."""
    chosen = [
        (case, own)
        for case, own in judged
        if case.folder == folder and case.kind in ("asked", against)
    ]
    first = [0 if "read" in case.names else int(own.argmax()) for case, own in chosen]
    return (
        np.array([case.kind == "asked" for case, _ in chosen]),
        np.array([own[at] for (_, own), at in zip(chosen, first, strict=True)]),
        np.array([bool(case.right[at]) for (case, _), at in zip(chosen, first, strict=True)]),
    )


def f1(asked: Flags, best: Floats, threshold: float) -> float:
    """Of refusals: the unanswerable are to be refused, no other."""
    refused = best < threshold
    return 2 * int((refused & ~asked).sum()) / max(int(refused.sum() + (~asked).sum()), 1)


def cost(asked: Flags, best: Floats, right: Flags, threshold: float, ratio: float) -> float:
    """Of a question in the mean: 1 for an answerable one refused whose first passage is right,
    `ratio` for an answer that is not."""
    refused = best < threshold
    wrong = ~refused & ~right
    return float((ratio * wrong + (refused & asked & right)).mean())


def _figures(asked: Flags, best: Floats, right: Flags, threshold: float) -> str:
    refused = best < threshold
    precision = float((~asked)[refused].mean()) if refused.any() else 0.0
    recall = float(refused[~asked].mean())
    highest, at = max((f1(asked, best, own), own) for own in np.unique(best.round(3)))
    return (
        f"| {right[asked].mean():.3f} | {area(asked, best):.4f}"
        f" | {precision:.3f} / {recall:.3f} / {f1(asked, best, threshold):.3f}"
        f" | {highest:.3f}, {at:.2f} | {calibration_error(best, right):.3f} |"
    )


if __name__ == "__main__":
    main(sys.argv[1])
