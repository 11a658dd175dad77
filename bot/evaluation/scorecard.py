"""The figures of `bot eval`, as a person reads them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bot.evaluation.measures import Outcome, failures
from bot.evaluation.risk import HOLDS_FOR, LEVEL, THRESHOLDS, Search
from bot.evaluation.run import Run
from bot.presenting.terminal import Line, Span, count

FIGURE_WORDS = {
    "hit@1": "the first passage is evidence",
    "hit@3": "evidence among the first three",
    "hit@5": "evidence among the first five",
    "mrr": "mean reciprocal rank",
    "marked": "the first passage is evidence, and the mark on the answer",
    "answered": "answerable questions that were not refused",
    "refusal.precision": "of the refused, not answerable",
    "refusal.recall": "of the not answerable, refused",
    "refusal.f1": "both (harmonic mean)",
    "refusal.auc": "how well the confidence tells them apart (area; 0.5 is chance)",
    "risk_coverage_area": "wrong first passages, the surest first (area; less is better)",
    "calibration_error": "confidence against what came true (less is better)",
}
KIND_COLUMNS = ("hit@1", "hit@3", "marked", "answered", "refusal.f1")


def run_lines(
    run: Run, *, with_failures: bool, search: Search | None = None, written: bool = False
) -> list[Line]:
    """What a set of labelled questions tells.

    Args:
        search: what came of the search for a guarantee, where one was asked for.
        written: whether it was kept with the index.
    """
    answerable = sum(outcome.answerable for outcome in run.outcomes)
    hidden = sum(outcome.hidden for outcome in run.outcomes)
    asked = count(len(run.outcomes), "question")
    more = f", {hidden} of the others with their evidence hidden" if hidden else ""
    lines = [
        Line((Span(f"{asked}: {answerable} answerable{more}"),)),
        Line(()),
        Line((Span(f"{'':<20} value  95 % interval", "dim"),)),
    ]
    for name, estimate in run.figures.items():
        if not math.isnan(estimate.value):
            figure = f"{estimate.value:6.3f}  {estimate.low:.3f}–{estimate.high:.3f}  "
            spans = (Span(f"{name:<20}"), Span(figure, "score"), Span(FIGURE_WORDS[name], "dim"))
            lines.append(Line(spans, hang=41))
    times = f" half in {run.latency['p50']:.0f} ms, 99 % in {run.latency['p99']:.0f} ms"
    lines += [Line((Span(f"{'latency':<20}"), Span(times, "score"))), Line(())]
    header = "".join(f"{name.removeprefix('refusal.'):>9}" for name in KIND_COLUMNS)
    lines.append(Line((Span(f"{'kind':<12}{'questions':>9}{header}", "dim"),)))
    for kind, own in run.kinds.items():
        shown = "".join(f"{_figure(own[name]):>9}" for name in KIND_COLUMNS)
        lines.append(Line((Span(f"{kind[:11]:<12}", "name"), Span(f"{own['questions']:9}{shown}"))))
    if run.compared:
        text = f"Against the baseline, over the {run.shared} that both have (p: by chance alone):"
        lines += [Line(()), Line((Span(text, "dim"),))]
    for name, change in run.compared.items():
        text = f"{change.before:.3f} → {change.after:.3f}  p = {change.p_value:.4f}"
        lines.append(Line((Span(f"{name:<28}"), Span(text, "score"))))
    if with_failures:
        lines += _failed_lines(run.outcomes)
    if search is not None and search.met:
        kept = "Kept with the index." if written else "Keep it with the index: --write"
        words = [*guarantee_words(search), kept]
        lines += [Line(()), *(Line((Span(text),)) for text in words)]
    return lines


def guarantee_words(search: Search) -> list[str]:
    """What came of the search for a guarantee, a paragraph each."""
    met = search.met
    if met is None:
        return [f"No threshold keeps the risk of {percent(search.risk)}: {shortage_words(search)}."]
    words = [
        f"Answered from a confidence of {met.threshold:.2f} on, at most {percent(search.risk)} of"
        f" the answers are wrong, with {percent(LEVEL)} confidence. So many of these questions"
        f" were answered: {met.answered:,}, of these wrongly: {met.wrong:,}; that makes at most"
        f" {percent(met.bound)} wrong answers.",
        HOLDS_FOR,
    ]
    if not search.unanswerable:
        words.append(
            "None of them is unanswerable: of what is asked that the articles do not answer, this"
            " says nothing."
        )
    return words


def shortage_words(search: Search) -> str:
    """Why no threshold keeps the risk, and how many more answers it would take."""
    more = f"it takes {count(search.more, 'more answer')}, all right"
    if not search.tested:
        return (
            f"{count(search.answered, 'question')} of {search.questions:,} have a confidence of"
            f" {THRESHOLDS[-1]:.2f} or more; {more}"
        )
    first = search.tested[0]
    return (
        f"already at {first.threshold:.2f}, the first that answers enough, {first.wrong:,} of"
        f" {count(first.answered, 'answer')} are wrong; {more}"
    )


def percent(share: float) -> str:
    """A share as a person reads it."""
    return f"{100 * share:.3g} %"


def _figure(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"


def _failed_lines(outcomes: Sequence[Outcome]) -> list[Line]:
    lines = [Line(())]
    for what, outcome in failures(outcomes):
        hidden = " (its evidence hidden)" if outcome.hidden else ""
        lines.append(
            Line((Span(f"{outcome.id}  ", "dim"), Span(outcome.question + hidden, "name")), hang=3)
        )
        place = f", first: {outcome.first}" if outcome.first else ""
        text = f"{what}{place}, confidence {outcome.confidence:.0%}"
        lines.append(Line((Span(text, "dim"),), indent=3, hang=3))
    return lines
