"""`bot ask`: one question, one answer."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from bot.archive import Archive
from bot.commands import process, progress
from bot.commands.grammar import UsageError
from bot.commands.result import Result, document, text
from bot.exit_codes import ANSWERED, UNANSWERED
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.answering.citation import Answer


def run(options: argparse.Namespace, settings: Settings) -> Result:
    """Bring the index up to date, and answer."""
    question = _question(options.question)
    earlier = [_question([words]) for words in options.after]
    process.do_not_collect()
    from embeddings.encoding.encoder import is_quick

    answers: list[Answer] = []
    with Archive(settings) as archive:
        if not is_quick(archive.model):
            progress.say(
                f"{archive.model.name} needs sentence-transformers for every question:"
                " this takes longer."
            )
        progress.update(archive)
        for words in (*earlier, question):
            answer = archive.answer(words, options.limit, after=answers)
            answers += [*answer.earlier, answer]
        progress.say_caveats(archive)
    code = ANSWERED if answer.answered else UNANSWERED
    if options.json:
        from bot.presenting.json import answer_json

        return document(code, answer_json(answer))
    from bot.presenting.text import message_lines

    return text(code, message_lines(answer, settings.seeds))


def _question(words: list[str]) -> str:
    text = sys.stdin.read().removeprefix("\ufeff") if words == ["-"] else " ".join(words)
    question = " ".join(text.split())
    if not question:
        raise UsageError("The question is empty", remedy='Ask like this: bot ask "Who spoke?"')
    return question
