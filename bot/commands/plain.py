"""The plain conversation: a prompt and printed answers, for screen readers, pipes and dumb
terminals. The same archive as the chat's, and the same conversations.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bot import editor
from bot.answering.asked import parts
from bot.archive import Archive
from bot.commands import progress
from bot.conversations.conversation import Conversation
from bot.conversations.export import export
from bot.conversations.history import Exchange, History, now
from bot.exit_codes import ANSWERED
from bot.presenting.terminal import Line, Span, around, count, write
from bot.presenting.text import answer_lines, error_lines, show_lines
from bot.receipts import Opened, reopen
from bot.settings import Settings
from embeddings.errors import VerbatimError

if TYPE_CHECKING:
    from bot.answering.citation import Answer

HELP = """\
Type a question and press Enter. Or one of these:
  /source N       the article of passage N, around the passage (N is 1 if left out)
  /editor N       open it in your editor at the line
  /as QUESTION    search exactly this, whatever was asked before
  /export FILE    write the conversation to FILE, which ends in .md or .json
  /new            begin a new conversation
  /help           this list
  /quit           end; so does Ctrl+D"""


class NotSo(VerbatimError):
    """A command that cannot be followed."""

    kind = "usage"


def converse(settings: Settings, *, keep: bool, go_on: bool) -> int:
    """Talk until the input ends; returns the exit code.

    Raises:
        ArticlesError, IndexUnusable, ModelError: the articles cannot be opened.
    """
    # questions that a program asks are no conversation, unless one is to be gone on with
    with Archive(settings) as archive:
        talk = _Talk(archive, keep=keep and (sys.stdin.isatty() or go_on))
        progress.update(archive)
        progress.say_caveats(archive)
        if go_on:
            talk.go_on()
        if sys.stdin.isatty():
            progress.say("Ask the articles; /help lists the commands, Ctrl+D ends.")
        for line in _lines():
            if line == "/quit":
                break
            try:
                talk.take(line)
            except VerbatimError as error:
                write(error_lines(error), sys.stderr)
            sys.stdout.flush()
    return ANSWERED


def _lines() -> Iterator[str]:
    """What is typed or piped in, line by line, without the empty ones."""
    interactive = sys.stdin.isatty()
    prompt = "> " if interactive and sys.stdout.isatty() else ""  # `input` prints it there
    if prompt:
        with suppress(ImportError):
            import readline  # noqa: F401  (gives `input` its line editing)
    while True:
        if interactive and not prompt:
            print("> ", end="", file=sys.stderr, flush=True)
        try:
            line = input(prompt).removeprefix("\ufeff")  # of a file of questions
        except EOFError:
            return
        if line.strip():
            yield " ".join(line.split())


class _Talk:
    """The conversation so far, and the commands that it knows."""

    def __init__(self, archive: Archive, *, keep: bool) -> None:
        self._archive = archive
        self._settings = archive.settings
        self._conversation = Conversation()
        self._history = self._opened() if keep else None

    def _opened(self) -> History | None:
        try:
            return History(self._settings.seeds)
        except VerbatimError as error:
            write(error_lines(error), sys.stderr)
            return None

    def go_on(self) -> None:
        """Take up the last conversation about these articles."""
        history = self._history
        try:
            kept = history.conversations(1) if history else []
            exchanges = self._conversation.resume(history, kept[0].id) if history and kept else []
        except VerbatimError as error:
            write(error_lines(error), sys.stderr)
            return
        if not kept:
            progress.say("There is no earlier conversation about these articles.")
            return
        text = count(len(exchanges), "question")
        progress.say(f"Going on after {text}; the last was: {self._last().question}")

    def take(self, line: str) -> None:
        """Follow one line: a command or a question."""
        word, _, rest = line.partition(" ")
        if not word.startswith("/"):
            self._ask(line)
        elif word == "/help":
            print(HELP)
        elif word == "/new":
            self._conversation = Conversation()
        elif word == "/as" and rest:
            self._ask(rest, as_written=True)
        elif word == "/export" and rest:
            print(export(self._conversation.exchanges, self._settings.seeds, Path(rest)))
        elif word == "/source":
            self._show(self._cited(rest))
        elif word == "/editor":
            self._edit(self._cited(rest))
        else:
            raise NotSo(f"{line} is no command", remedy="See: /help")

    def _ask(self, message: str, *, as_written: bool = False) -> None:
        """Answer a message: each of its questions."""
        progress.update(self._archive)
        questions = [message] if as_written else parts(message)
        for question in questions:
            after = () if as_written else self._conversation.answers
            answer = self._archive.answer(question, after=after, as_written=as_written)
            self._conversation.exchanges.append(Exchange(now(), answer))
            lines = answer_lines(answer, self._settings.seeds)
            if len(questions) > 1 or not sys.stdin.isatty():
                lines = [Line((Span(f"> {question}", "name"),)), *lines]
            write([*lines, Line(())], sys.stdout, plainly=True)
        if self._history is not None:
            self._conversation.keep(self._history)

    def _last(self) -> Answer:
        if not self._conversation.exchanges:
            raise NotSo("Nothing has been asked yet", remedy="Type a question.")
        return self._conversation.exchanges[-1].answer

    def _cited(self, number: str) -> Opened:
        """The article of one of the last answer's passages, as it is now."""
        citations = self._last().listed
        place = int(number) if number.isdecimal() and len(number) < 9 else 1 if not number else 0
        if not 1 <= place <= len(citations):
            text = f"1 to {len(citations)}"
            raise NotSo(f"{number} is no passage of the last answer", remedy=f"It has {text}.")
        at = self._settings
        return reopen(citations[place - 1], at.seeds, max_bytes=at.max_bytes)

    def _show(self, opened: Opened) -> None:
        if opened.note:
            progress.say(opened.note)
        first, last = opened.lines
        lines = show_lines(opened.text, first, last)
        write(around(lines, first, last, sys.stdout), sys.stdout)

    def _edit(self, opened: Opened) -> None:
        path = self._settings.seeds / opened.source
        editor.run(editor.command(path, opened.lines[0], opened.column))
