"""`bot eval`: labelled questions → figures."""

from __future__ import annotations

import argparse
from functools import cache
from pathlib import Path

from bot.archive import Archive
from bot.commands import progress
from bot.commands.result import Result, document, text
from bot.evaluation import run as evaluation
from bot.evaluation.json import outcomes_of, run_json
from bot.evaluation.questions import check, load
from bot.evaluation.scorecard import run_lines
from bot.exit_codes import ANSWERED
from bot.settings import Settings
from embeddings.errors import ArticlesError


def run(options: argparse.Namespace, settings: Settings) -> Result:
    """Ask the questions of a file, and tell how it went."""
    questions = load(Path(options.questions))
    baseline = None if options.baseline is None else outcomes_of(Path(options.baseline))
    with Archive(settings) as archive:
        progress.update(archive)
        sources = {info.source for info in archive.articles()}

        @cache
        def text_of(source: str) -> str | None:
            try:  # no file is read that is not indexed
                return archive.read(source).text if source in sources else None
            except ArticlesError:
                return None

        check(questions, text_of)
        if baseline is not None:
            evaluation.check_baseline(baseline, questions)  # before they are asked
        archive.open()
        with progress.shown() as show_progress:
            done = evaluation.evaluate(
                questions,
                lambda words, hidden: archive.answer(words, evaluation.DEPTH, hidden=hidden),
                hide_evidence=options.hide_evidence,
                baseline=baseline,
                progress=show_progress,
            )
    if options.json:
        return document(ANSWERED, run_json(done))
    return text(ANSWERED, run_lines(done, with_failures=options.failures))
