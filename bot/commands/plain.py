"""The plain conversation: a prompt and printed answers, for screen readers, pipes and dumb
terminals. The same engine as the chat's, and the same conversations.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bot import editor
from bot.archive import Engine
from bot.commands import progress
from bot.conversations.export import export
from bot.conversations.history import Exchange, History, now
from bot.presenting import terminal
from bot.presenting.terminal import Line, Span
from bot.receipts import Opened, open_source
from bot.settings import Settings
from embeddings.articles.article import Unreadable
from embeddings.errors import ArticlesError, VerbatimError

if TYPE_CHECKING:
    from bot.answering.answer import Answer

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
    talk = _Talk(Engine(settings), keep=keep and (sys.stdin.isatty() or go_on))
    try:
        progress.bring_up_to_date(talk.engine)
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
                terminal.write(terminal.error_lines(error), sys.stderr)
            sys.stdout.flush()
    finally:
        talk.engine.close()
    return 0


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
            line = input(prompt)
        except EOFError:
            return
        if line.strip():
            yield " ".join(line.split())


class _Talk:
    """The conversation so far."""

    def __init__(self, engine: Engine, *, keep: bool) -> None:
        self.engine = engine
        self.exchanges: list[Exchange] = []
        self._conversation: int | None = None
        self._history = self._opened() if keep else None

    def _opened(self) -> History | None:
        try:
            return History(self.engine.settings.seeds)
        except VerbatimError as error:
            terminal.write(terminal.error_lines(error), sys.stderr)
            return None

    def go_on(self) -> None:
        """Take up the last conversation about these articles."""
        try:
            kept = self._history.conversations(1) if self._history else []
            exchanges = self._history.exchanges(kept[0].id) if self._history and kept else []
        except VerbatimError as error:
            terminal.write(terminal.error_lines(error), sys.stderr)
            return
        if not kept:
            progress.say("There is no earlier conversation about these articles.")
            return
        self._conversation, self.exchanges = kept[0].id, exchanges
        told = terminal.count(len(self.exchanges), "question")
        progress.say(f"Going on after {told}; the last was: {self._last().question}")

    def take(self, line: str) -> None:
        """Follow one line: a command or a question."""
        word, _, rest = line.partition(" ")
        if not word.startswith("/"):
            self._ask(line, follow=True)
        elif word == "/help":
            print(HELP)
        elif word == "/new":
            self.exchanges, self._conversation = [], None
        elif word == "/as" and rest:
            self._ask(rest, follow=False)
        elif word == "/export" and rest:
            print(export(self.exchanges, self.engine.settings.seeds, Path(rest)))
        elif word == "/source":
            self._show(self._citation(rest))
        elif word == "/editor":
            self._edit(self._citation(rest))
        else:
            raise NotSo(f"{line} is no command", remedy="See: /help")

    def _ask(self, question: str, *, follow: bool) -> None:
        progress.bring_up_to_date(self.engine)
        earlier = [one.answer for one in self.exchanges] if follow else []
        answer = self.engine.answer(question, earlier=earlier)
        self.exchanges.append(Exchange(now(), answer))
        lines = terminal.answer_lines(answer, self.engine.settings.seeds)
        if not sys.stdin.isatty():
            lines = [Line((Span(f"> {question}", "name"),)), *lines]
        terminal.write([*lines, Line(())], sys.stdout, plainly=True)
        if self._history is not None:
            self._conversation = self._history.add(self._conversation, self.exchanges[-1])

    def _last(self) -> Answer:
        if not self.exchanges:
            raise NotSo("Nothing has been asked yet", remedy="Type a question.")
        return self.exchanges[-1].answer

    def _citation(self, number: str) -> Opened:
        """The article of one of the last answer's passages, as it is now."""
        answer = self._last()
        citations = answer.citations or answer.nearest
        place = int(number) if number.isdecimal() and len(number) < 9 else 1 if not number else 0
        if not 1 <= place <= len(citations):
            told = f"1 to {len(citations)}"
            raise NotSo(f"{number} is no passage of the last answer", remedy=f"It has {told}.")
        citation = citations[place - 1]
        try:
            return open_source(citation, self.engine.settings)
        except Unreadable as error:
            source = citation.place.source
            raise ArticlesError(f"{source} {error}", remedy="Ask again.") from error

    def _show(self, opened: Opened) -> None:
        if opened.note:
            progress.say(opened.note)
        first, last = opened.lines
        lines = terminal.show_lines(opened.text, first, last)
        terminal.write(terminal.around(lines, first, last, sys.stdout), sys.stdout)

    def _edit(self, opened: Opened) -> None:
        path = self.engine.settings.seeds / opened.citation.place.source
        editor.run(editor.command(path, *opened.place))
