"""Fit the probability in bot/confidence.py, and say how well it tells.

    python -m tests.eval.fit_confidence

Cases: the best passage for each answerable question (right where it is strict evidence);
the best passage that is left when the question's evidence is hidden (wrong); the best
passage for a question of another subject (wrong). From large folders (natural, wikipedia)
and from small ones (each wikipedia article by itself, up to 80 of its questions). The sets
weigh by the square root of their size. Figures are of held-out articles (10 folds).
eval/seeds, and the questions of eval/wikipedia that were written to look answerable, are
not fitted to.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from bot.confidence import THRESHOLD, WEIGHTS, probability, signals
from embeddings.encoder import Encoder, open_encoder
from embeddings.index import Found, Index
from embeddings.model import Model, find_model
from embeddings.rebuild import rebuild
from tests.eval.labelled import Question, is_evidence, sets
from tests.eval.retrieval import EVERYTHING, SHARED

SMALL_SAMPLE = 80
OFF_SAMPLE = 35


@dataclass(frozen=True, slots=True)
class Case:
    """A judged passage. `kind`: asked, hidden, off (another subject) or written."""

    folder: str
    kind: str
    group: str
    right: bool
    signals: dict[str, float]


def main() -> None:
    """Print the coefficients and the figures."""
    cases = list(_all_cases(find_model()))
    fitted = [one for one in cases if one.folder != "seeds" and one.kind != "written"]
    chances = _held_out(fitted)
    regression = _fit(fitted)
    rest = [one for one in cases if one.folder == "seeds" or one.kind == "written"]
    judged = [
        *zip(fitted, chances, strict=True),
        *zip(rest, _predict(regression, rest), strict=True),
    ]
    print(f"INTERCEPT = {regression.intercept_[0]:.1f}")
    weights = dict(zip(WEIGHTS, regression.coef_[0].round(1).tolist(), strict=True))
    print(f"WEIGHTS = {weights}\n")
    print(f"threshold {THRESHOLD}            area   refusal P / R / F1      calibration error")
    for folder, against in (
        ("wikipedia", "hidden"),
        ("small", "hidden"),
        ("small", "off"),
        ("natural", "hidden"),
        ("natural", "written"),
        ("wikipedia", "written"),
        ("seeds", "written"),
    ):
        chosen = [
            (one, chance)
            for one, chance in judged
            if one.folder == folder and one.kind in ("asked", against)
        ]
        print(f"{folder:9} asked or {against:8}", _figures(chosen))


def _all_cases(model: Model) -> Iterator[Case]:
    chance = random.Random(0)
    encoder = open_encoder(model)
    loaded = {
        name: (folder, asked)
        for name, folder, asked in sets(SHARED, ["seeds", "natural", "wikipedia"])
    }
    for name, (folder, asked) in loaded.items():
        yield from _cases(model, encoder, name, folder, asked)
    wikipedia, questions = loaded["wikipedia"]
    natural = loaded["natural"][1]
    for article in sorted({one.group for one in questions}):
        own = [one for one in questions if one.group == article and one.answerable]
        others = [one for one in questions if one.group != article]
        off = chance.sample([*others, *natural], OFF_SAMPLE)
        asked = chance.sample(own, min(SMALL_SAMPLE, len(own)))
        with tempfile.TemporaryDirectory() as alone:
            shutil.copy(wikipedia / article, alone)
            yield from _cases(model, encoder, "small", Path(alone), asked, off)


def _cases(
    model: Model,
    encoder: Encoder,
    name: str,
    articles: Path,
    asked: Sequence[Question],
    off: Sequence[Question] = (),
) -> Iterator[Case]:
    with tempfile.TemporaryDirectory() as folder:
        rebuild(articles, Path(folder), model, max_bytes=1 << 30)
        index = Index(Path(folder), encoder)
        for question in (*asked, *off):
            found = index.search(question.text, EVERYTHING)
            kind = "off" if question in off else "asked" if question.answerable else "written"
            yield _case(name, kind, question, found)
            if kind == "asked":
                left = tuple(
                    hit
                    for hit in found.hits
                    if not is_evidence(question, hit.source, hit.passage.text)
                )
                if left:
                    hidden = Found(left, found.words, found.unknown_words)
                    yield _case(name, "hidden", question, hidden)
        index.close()


def _case(folder: str, kind: str, question: Question, found: Found) -> Case:
    best = max(found.hits, key=lambda hit: probability(hit, found))
    right = kind == "asked" and is_evidence(question, best.source, best.passage.text, strict=True)
    return Case(folder, kind, question.group, right, signals(best, found))


def _matrix(cases: Sequence[Case]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array([[one.signals[name] for name in WEIGHTS] for one in cases])


def _fit(cases: Sequence[Case]) -> LogisticRegression:
    sizes = {one.folder: sum(other.folder == one.folder for other in cases) for one in cases}
    weights = [50 / np.sqrt(sizes[one.folder]) for one in cases]
    right = [one.right for one in cases]
    return LogisticRegression(C=10, max_iter=1000).fit(_matrix(cases), right, weights)


def _predict(regression: LogisticRegression, cases: Sequence[Case]) -> list[float]:
    return list(regression.predict_proba(_matrix(cases))[:, 1])


def _held_out(cases: Sequence[Case]) -> list[float]:
    chances = np.zeros(len(cases))
    groups = [one.group for one in cases]
    for train, test in GroupKFold(10).split(cases, groups=groups):
        regression = _fit([cases[at] for at in train])
        chances[test] = _predict(regression, [cases[at] for at in test])
    return list(chances)


def _figures(judged: Sequence[tuple[Case, float]]) -> str:
    chances = np.array([chance for _, chance in judged])
    asked = np.array([one.kind == "asked" for one, _ in judged])
    right = np.array([one.right for one, _ in judged])
    refused = chances < THRESHOLD
    precision = float((~asked)[refused].mean()) if refused.any() else 0.0
    recall = float(refused[~asked].mean())
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    tenth = np.minimum((chances * 10).astype(int), 9)
    error = sum(
        abs(chances[tenth == at].mean() - right[tenth == at].mean()) * (tenth == at).mean()
        for at in set(tenth.tolist())
    )
    area = roc_auc_score(asked, chances)
    return f"  {area:.3f}  {precision:.3f} / {recall:.3f} / {f1:.3f}   {error:.3f}"


if __name__ == "__main__":
    main()
