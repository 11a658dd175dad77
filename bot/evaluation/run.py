"""Labelled questions, asked: how well it finds, marks and refuses (`bot eval`)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from msgspec import Struct

from bot.answering.citation import Answer, Citation
from bot.evaluation.measures import (
    Comparison,
    Estimate,
    Outcome,
    by_kind,
    compare,
    figures,
    latency,
    pairs,
)
from bot.evaluation.questions import (
    LabelledQuestion,
    QuestionsError,
    is_evidence,
    is_hit,
    is_marked,
)

DEPTH = 5
"""Passages that are asked for: as deep as the figures look."""

Ask = Callable[[str, Callable[[str, str], bool] | None], Answer]
"""(question, what to hide) → the answer, of `DEPTH` passages."""


def ask_all(
    questions: Sequence[LabelledQuestion], ask: Ask, *, hide_evidence: bool = False
) -> Iterator[Outcome]:
    """Ask each question, and with `hide_evidence` each answerable one a second time with all
    passages that hold its evidence hidden, and their copies in other articles."""
    for question in questions:
        answer, ms = _timed(ask, question.text, None)
        yield _outcome(question, answer, ms, hidden=False)
        if hide_evidence and question.answerable:
            right = [citation for citation in answer.shown if is_hit(question, citation)]
            places = (
                place for citation in right for place in (citation.passage, *citation.also_in)
            )
            carriers = frozenset(place.source for place in places)
            answer, ms = _timed(ask, question.text, partial(_hides, question, carriers))
            yield _outcome(question, answer, ms, hidden=True)


def _hides(question: LabelledQuestion, carriers: frozenset[str], source: str, text: str) -> bool:
    """Whether a passage holds the evidence; `carriers`: the sources that carry it."""
    labelled = {evidence.source for evidence in question.evidence}
    sources = labelled if source in carriers else {source}
    return any(is_evidence(question, carrier, text) for carrier in sources)


def _timed(
    ask: Ask, question: str, hidden: Callable[[str, str], bool] | None
) -> tuple[Answer, float]:
    """The answer and the milliseconds that it took."""
    start = time.perf_counter()
    answer = ask(question, hidden)
    return answer, (time.perf_counter() - start) * 1000


def _outcome(question: LabelledQuestion, answer: Answer, ms: float, *, hidden: bool) -> Outcome:
    shown = answer.shown
    answerable = question.answerable and not hidden
    ranks = [own.rank for own in shown if answerable and is_hit(question, own)]
    first = shown[0] if shown else None
    return Outcome(
        id=question.id,
        question=question.text,
        kind=question.kind,
        answerable=answerable,
        hidden=hidden,
        rank=min(ranks, default=None),
        marked=_marked(question, first if 1 in ranks else None),
        answered=answer.answered,
        confidence=answer.confidence,
        ms=ms,
        first=f"{first.highlight.source}:{first.highlight.start_line}" if first else None,
    )


def _marked(question: LabelledQuestion, evidence: Citation | None) -> bool | None:
    if question.answerable and question.accepted is None:
        return None
    return evidence is not None and is_marked(question, evidence)


class Run(Struct, frozen=True):
    """All that a set of questions tells. `compared` is empty without a baseline, else over the
    `shared` outcomes that both runs have. `answers` are those that the outcomes are of, one for
    each."""

    outcomes: tuple[Outcome, ...]
    figures: dict[str, Estimate]
    kinds: dict[str, dict[str, float]]
    latency: dict[str, float]
    compared: dict[str, Comparison]
    shared: int
    answers: tuple[Answer, ...] = ()


def evaluate(
    questions: Sequence[LabelledQuestion],
    ask: Ask,
    *,
    hide_evidence: bool = False,
    baseline: Sequence[Outcome] | None = None,
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
) -> Run:
    """Ask the questions, and compute every figure.

    Args:
        baseline: the outcomes of an earlier run, to compare with.
        progress: called as progress("asking", done, total).
    """
    total = len(questions)
    if hide_evidence:
        total += sum(question.answerable for question in questions)
    outcomes: list[Outcome] = []
    answers: list[Answer] = []

    def ask_and_note(words: str, hidden: Callable[[str, str], bool] | None) -> Answer:
        answers.append(ask(words, hidden))
        return answers[-1]

    progress("asking", 0, total)
    for outcome in ask_all(questions, ask_and_note, hide_evidence=hide_evidence):
        outcomes.append(outcome)
        progress("asking", len(outcomes), total)
    return Run(
        tuple(outcomes),
        figures(outcomes),
        by_kind(outcomes),
        latency(outcomes),
        {} if baseline is None else compare(baseline, outcomes),
        len(pairs(baseline or (), outcomes)),
        tuple(answers),
    )


def check_baseline(baseline: Sequence[Outcome], questions: Sequence[LabelledQuestion]) -> None:
    """See that an earlier run is of some of these questions.

    Raises:
        QuestionsError: it is of others.
    """
    asked = {(question.id, question.text) for question in questions}
    if not any((outcome.id, outcome.question) in asked for outcome in baseline):
        raise QuestionsError(
            "The baseline is of other questions", remedy="Name a run over the same file."
        )
