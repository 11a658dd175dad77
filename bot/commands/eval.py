"""`bot eval`: labelled questions → figures, a guarantee, a report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from bot.archive import Archive
from bot.commands import progress
from bot.commands.grammar import UsageError
from bot.commands.result import Result, document, text
from bot.evaluation import report
from bot.evaluation import run as evaluation
from bot.evaluation.json import guarantee_json, outcomes_of, run_json
from bot.evaluation.measures import Outcome
from bot.evaluation.questions import (
    LabelledQuestion,
    QuestionsError,
    as_indexed,
    check,
    load_hashed,
)
from bot.evaluation.risk import LEVEL, NotEnough, Search, search
from bot.evaluation.scorecard import percent, run_lines, shortage_words
from bot.exit_codes import ANSWERED, UNUSABLE
from bot.guarantee import Guarantee, judging, keep
from bot.reading import fingerprint_of
from bot.settings import Settings
from embeddings.errors import ArticlesError, VerbatimError


def run(options: argparse.Namespace, settings: Settings) -> Result:
    """Ask the questions of a file, and tell how it went."""
    _refuse(options)
    questions, labels = load_hashed(Path(options.questions))
    if options.risk is not None:
        _check_alike(questions)
    baseline = None if options.baseline is None else outcomes_of(Path(options.baseline))
    at = None if options.report is None else Path(options.report).expanduser()
    if at is not None:
        report.check(at)  # before they are asked
    with Archive(settings) as archive:
        done = _asked(archive, questions, baseline, hide_evidence=options.hide_evidence)
        searched = None if options.risk is None else search(done.outcomes, options.risk)
        failed, written = None, False
        try:
            if at is not None:
                report.write(
                    at, report.page(done, questions, seeds=settings.seeds, search=searched)
                )
            if searched is not None:
                guarantee = _guarantee(searched, archive, labels)
                if options.write:
                    keep(settings.index, guarantee)
                    written = True
        except VerbatimError as error:
            failed = error  # the figures are told all the same: they took their time
    if at is not None and not isinstance(failed, report.ReportError):
        progress.say(f"The report is in {at}")
    return _result(options, done, searched, written=written, failed=failed)


def _refuse(options: argparse.Namespace) -> None:
    """See that the options go together.

    Raises:
        UsageError: they do not.
    """
    if options.write and options.risk is None:
        raise UsageError(
            "--write keeps a guarantee, and none is asked for", remedy="Say which: --risk 0.1"
        )
    if options.report is not None and _is_same(options.report, options.questions):
        raise UsageError(
            f"{options.report} is the file of the questions", remedy="Name another for the report."
        )
    if options.risk is not None and options.hide_evidence:
        raise UsageError(
            "--risk does not go with --hide-evidence: a question and its twin are not independent"
            " of each other, and nobody asks the twin",
            remedy="Leave one of them out.",
        )


def _is_same(report_path: str, questions: str) -> bool:
    with suppress(OSError):
        return Path(report_path).expanduser().samefile(questions)
    return False


def _check_alike(questions: Sequence[LabelledQuestion]) -> None:
    """See that no question is asked twice: the answers would not be independent.

    Raises:
        QuestionsError: one is.
    """
    words: dict[str, str] = {}
    for question in questions:
        twin = words.setdefault(" ".join(question.text.lower().split()), question.id)
        if twin != question.id:
            raise QuestionsError(
                f"Questions {twin} and {question.id} ask the same: --risk counts each once",
                remedy="Leave one of them out.",
            )


def _asked(
    archive: Archive,
    questions: Sequence[LabelledQuestion],
    baseline: Sequence[Outcome] | None,
    *,
    hide_evidence: bool,
) -> evaluation.Run:
    """Bring the index up to date, and ask it the questions."""
    progress.update(archive)
    sources = {info.source for info in archive.articles()}

    @cache
    def text_of(source: str) -> str | None:
        try:  # no file is read that is not indexed
            return archive.read(source).text if source in sources else None
        except ArticlesError:
            return None

    questions = as_indexed(questions, sources)
    check(questions, text_of)
    if baseline is not None:
        evaluation.check_baseline(baseline, questions)  # before they are asked
    archive.open()
    with progress.shown() as show_progress:
        return evaluation.evaluate(
            questions,
            lambda words, hidden: archive.answer(words, evaluation.DEPTH, hidden=hidden),
            hide_evidence=hide_evidence,
            baseline=baseline,
            progress=show_progress,
        )


def _guarantee(searched: Search, archive: Archive, labels: str) -> Guarantee:
    """What is kept with the index.

    Raises:
        NotEnough: there is no threshold that keeps the risk.
    """
    met = searched.met
    if met is None:
        raise NotEnough(
            f"No threshold keeps the risk of {percent(searched.risk)}: {shortage_words(searched)}",
            remedy="Label more questions, or take a greater risk.",
        )
    return Guarantee(
        risk=searched.risk,
        level=LEVEL,
        threshold=met.threshold,
        bound=met.bound,
        questions=searched.questions,
        unanswerable=searched.unanswerable,
        answered=met.answered,
        wrong=met.wrong,
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        seeds=str(archive.settings.seeds),
        labels=labels,
        model=archive.model.fingerprint,
        reader=fingerprint_of(archive.settings),
        judging=judging(),
    )


def _result(
    options: argparse.Namespace,
    done: evaluation.Run,
    searched: Search | None,
    *,
    written: bool,
    failed: VerbatimError | None,
) -> Result:
    """The figures; and where something could not be done, what, on standard error."""
    from bot.presenting.json import error_json
    from bot.presenting.terminal import write
    from bot.presenting.text import error_lines

    code = ANSWERED if failed is None else UNUSABLE
    if options.json:
        guarantee = None if searched is None else guarantee_json(searched, written=written)
        told = document(
            code, {**run_json(done, guarantee), **({} if failed is None else error_json(failed))}
        )
    else:
        told = text(
            code,
            run_lines(done, with_failures=options.failures, search=searched, written=written),
        )
    if failed is None:
        return told

    def show() -> None:
        told.show()
        write(error_lines(failed), sys.stderr)

    return Result(code, show)
