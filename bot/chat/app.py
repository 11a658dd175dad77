"""The chat: a full-screen conversation with the articles.

Nothing here blocks: questions are answered in a thread of their own, one after another
(`questions.py`), and the index is brought up to date in another process (`follower.py`).
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import ClassVar

from msgspec import structs
from textual import on, work
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from bot.answering.asked import parts
from bot.archive import Archive
from bot.chat import keys, themes
from bot.chat.citing import CitingApp
from bot.chat.content import drawn
from bot.chat.keeping import Keeper
from bot.chat.prompt import Prompt
from bot.chat.questions import Questions, Waiting
from bot.chat.screens import ConversationsScreen, ExportScreen, Sheet
from bot.chat.source_pane import SourcePane
from bot.chat.transcript import Transcript
from bot.conversations.conversation import Conversation
from bot.conversations.export import default_name, export
from bot.conversations.follower import Follower
from bot.conversations.history import Exchange
from bot.conversations.updating import Update, update
from bot.exit_codes import INTERRUPTED
from bot.guarantee import Guarantee, Void, guarantee_of
from bot.presenting.status import Standing, caveats, status_lines
from bot.presenting.terminal import Line, Span, one_line
from bot.presenting.text import article_lines, error_words
from bot.reading import NoReader, no_reader
from bot.settings import Settings
from embeddings.errors import VerbatimError

_ORDERLY_END = 3.0
"""Seconds in which the chat must have ended after a signal. A guess."""

_SEE_TERMINAL = 5.0
"""Seconds between two looks at whether there still is a terminal. A guess."""

_STATUS_MARGINS = 2
"""Columns beside the status line (chat.tcss)."""

SHEET_LINES = 1_000
"""The longest list that a sheet shows: Textual lays all of it out. A guess."""


class ChatApp(CitingApp):
    """A conversation with one folder of articles."""

    TITLE = "Verbatim"
    CSS_PATH = "chat.tcss"
    AUTO_FOCUS = "#prompt"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", tooltip="Every key; so does /help"),
        Binding(
            "f3,ctrl+o", "source", "Source", tooltip="Open the citation's article, or close it"
        ),
        Binding("f4", "editor", "Editor", tooltip="Open it in your editor ($VISUAL or $EDITOR)"),
        Binding("f5", "copy", "Copy", tooltip="Copy the marked sentence with its source and line"),
        Binding("ctrl+t", "fold", "Unfold", tooltip="Unfold the further passages, or fold them"),
        Binding("ctrl+down,alt+down", "cite(1)", "Next", tooltip="Next citation"),
        Binding("ctrl+up,alt+up", "cite(-1)", "Previous", tooltip="Previous citation", show=False),
        Binding("ctrl+g", "edit_search", "Edit what was searched", show=False),
        Binding("ctrl+s", "export", "Export", tooltip="Write the conversation to a file"),
        Binding("ctrl+r", "conversations", "Earlier", tooltip="Go on with an earlier conversation"),
        Binding("f2", "articles", "Articles", tooltip="What is indexed, and what was not read"),
        Binding("ctrl+n", "new", "New conversation", show=False),
        Binding("escape", "leave", "Cancel the question, or close the source", show=False),
    ]

    def __init__(
        self,
        settings: Settings,
        *,
        keep: bool = True,
        go_on: bool = False,
        update_index: Update = update,
    ) -> None:
        """Make the chat, to be run.

        Args:
            keep: whether the conversation is kept.
            go_on: whether it goes on with the last one.
            update_index: brings the index up to date.
        """
        super().__init__(settings)
        self.archive = Archive(settings, mend=self._mend)
        self.follower = Follower(self.archive, self._draw_status, update_index)
        self.keeper = Keeper()
        self.conversation = Conversation()
        self.defects: list[BaseException] = []
        self._keep = keep
        self._go_on = go_on
        self._thread = ThreadPoolExecutor(1, "questions")
        self._questions = Questions(self.archive, self.follower, self._thread, self._conclude)

    # The screen

    def compose(self) -> ComposeResult:
        with Container(id="panes"):
            yield Transcript(
                f"Ask the articles in {one_line(str(self.settings.seeds))}. The answers are"
                " their own words, each with its source; F1 lists the keys."
            )
            yield SourcePane(self.settings)
        yield Prompt()
        yield Static(id="status", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        themes.restore(self)
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            with suppress(AttributeError, NotImplementedError):  # Windows has none
                loop = asyncio.get_running_loop()
                loop.add_signal_handler(getattr(signal, name), self._end)
        if not self.is_headless:
            self.set_interval(_SEE_TERMINAL, self._see_terminal)
        self._draw_status()
        # what is heavy begins when there is something to look at
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self._chat_loop = asyncio.get_running_loop()
        self.run_worker(self.follower.follow(self._thread, self._updated), group="follower")
        self.run_worker(self._converse(), group="questions")
        self.run_worker(self._tell_caveats(), group="caveats")

    async def _tell_caveats(self) -> None:
        """What does not hold that was meant to: the reader, a guarantee."""
        try:
            how = await asyncio.to_thread(self._how_judged)
        except VerbatimError:
            return  # of the model: the first question, or the follower, tells of it
        for words in caveats(*how):
            self.notify(one_line(words), severity="warning", markup=False)

    def _how_judged(self) -> tuple[NoReader | None, Guarantee | Void | None]:
        """Why passages are not read, and what a kept threshold promises, if anything."""
        why = no_reader(self.settings)
        return why, guarantee_of(self.settings, self.archive.model, reads=why is None)

    def _mend(self) -> None:
        """Bring an index up to date that a question found removed or damaged, in its thread."""
        asyncio.run_coroutine_threadsafe(self.follower.update(), self._chat_loop).result()

    def _see_terminal(self) -> None:
        """End with the terminal, also where no signal tells of that: Textual would read the
        end of its input for ever."""
        if not os.isatty(0):
            self._end()

    def _end(self) -> None:
        """Leave as after Ctrl+Q; where the terminal is gone and Textual waits for it, at once."""
        end = threading.Timer(_ORDERLY_END, os._exit, [INTERRUPTED])
        end.daemon = True
        end.start()
        self.exit(None, INTERRUPTED)

    def on_unmount(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
        self.keeper.close()

    def _draw_status(self) -> None:
        if not self.is_running or not self.screen_stack:
            return  # told of something at the very end
        status = self.screen_stack[0].query_one("#status", Static)
        status.set_class(self.follower.state.error is not None, "-failed")
        room = self.size.width - _STATUS_MARGINS
        line = self.follower.state.status(lambda line: Content(line).cell_length <= room)
        status.update(Content(line))

    def on_resize(self) -> None:
        self.call_later(self._draw_status)  # when the app knows its size

    # Questions

    @on(Prompt.Submitted)
    async def _ask(self, event: Prompt.Submitted) -> None:
        if event.question == "/help":
            self.action_help()
            return
        for part in [event.question] if event.as_written else parts(event.question):
            question = " ".join(part.split())
            card = await self.transcript.add(question)
            waiting = Waiting(question, event.as_written, card, self.conversation)
            await self._questions.put(waiting)

    async def _updated(self) -> None:
        """The index has changed."""
        await self.pane.reopen()
        await self._ask_again()

    async def _ask_again(self) -> None:
        """Ask once more what this conversation was refused before all articles were indexed."""
        for early in self._questions.refused_early(self.conversation):
            card = await self.transcript.add(early.question)
            await self._questions.put(structs.replace(early, card=card, again=True))

    async def _converse(self) -> None:
        await self._open_history()
        await self._questions.answer_all()

    async def _conclude(self, waiting: Waiting, task: asyncio.Task[Exchange]) -> None:
        """Keep an answer and show it, or what came of the question instead. It may have been
        asked in a conversation that is not on the screen any more."""
        card = waiting.card
        shown = waiting.conversation is self.conversation and card.is_attached
        if not task.cancelled() and not task.exception():
            exchange = task.result()
            waiting.conversation.exchanges.append(exchange)
            if (done := self.keeper.keep(waiting.conversation)) is not None:
                self.run_worker(self._report_failure_of(done), group="history")
            if shown:
                await card.show(exchange)
                self._choose_first(card)
            await self._ask_again()
            return
        if task.cancelled():
            reason = "Cancelled."
            self.prompt.put_back(waiting.question, as_written=waiting.as_written)
        elif isinstance(error := task.exception(), VerbatimError):
            reason = error_words(error)
        else:
            # One question's failure is not the conversation's; `bot` tells of it at its end.
            assert error is not None
            self.defects.append(error)
            reason = f"bot has a defect: {error!r}"
        if shown:
            await card.fail(reason)

    # What is kept

    async def _open_history(self) -> None:
        if not self._keep:
            return
        try:
            await self.keeper.open(self.settings.seeds)
            if self._go_on:
                if (latest := await self.keeper.latest()) is not None:
                    await self._resume(self.conversation, latest.id)
                else:
                    self.notify("There is no earlier conversation about these articles.")
        except VerbatimError as error:
            self._tell(error)

    async def _report_failure_of(self, done: Future[None]) -> None:
        try:
            await asyncio.wrap_future(done)
        except VerbatimError as error:
            self._tell(error)

    async def _resume(self, conversation: Conversation, kept: int) -> None:
        """Put a kept conversation before what there is of one, and show it."""
        for exchange in await self.keeper.resume(conversation, kept):
            self.prompt.remember(exchange.answer.question)
        await self._show(conversation)

    async def _show(self, conversation: Conversation) -> None:
        # the questions that were asked before it was back wait for their answers
        waits = conversation is self.conversation
        self.conversation = conversation
        await self.transcript.start(conversation.exchanges, waits=waits)
        await self._ask_again()

    # Commands

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield from super().get_system_commands(screen)
        for binding in self.BINDINGS:
            assert isinstance(binding, Binding)
            pressed = " or ".join(map(self._key, binding.key.split(",")))
            about = f"{binding.tooltip} ({pressed})" if binding.tooltip else pressed
            yield SystemCommand(
                binding.description, about, partial(self.run_action, binding.action)
            )

    def _key(self, key: str) -> str:
        return self.get_key_display(Binding(key, ""))

    def action_help(self) -> None:
        self.push_screen(Sheet("Keys", keys.table(self.BINDINGS, self._key)))

    @work(exclusive=True, group="sheet")
    async def action_articles(self) -> None:
        """How the index stands against the folder, failures included."""
        try:
            lines = await asyncio.to_thread(self._articles)
        except VerbatimError as error:
            self._tell(error)
            return
        if len(lines) > SHEET_LINES:
            lines[SHEET_LINES:] = [
                Line((Span("and more; all that was not read: bot status", "dim"),))
            ]
        self.push_screen(Sheet("Articles", drawn(lines)))

    def _articles(self) -> list[Line]:
        archive, at = self.archive, self.settings
        looked = archive.look()
        changes = archive.confirm(looked)
        places = at.seeds, at.index, archive.model.name
        lines = status_lines(Standing(looked, changes, *places, *self._how_judged()))
        return lines + article_lines(archive.articles())

    @work(exclusive=True, group="sheet")
    async def action_export(self) -> None:
        """Write the conversation to a file that the person names."""
        name = await self.push_screen_wait(ExportScreen(default_name(self.conversation.exchanges)))
        if name is None:
            return
        try:
            path = await asyncio.to_thread(
                export, [*self.conversation.exchanges], self.settings.seeds, Path(name)
            )
        except VerbatimError as error:
            self._tell(error)
        else:
            self.notify(one_line(f"Exported to {path}"), markup=False)

    @work(exclusive=True, group="sheet")
    async def action_conversations(self) -> None:
        """Choose a kept conversation and go on with it."""
        if self.keeper.history is None:
            self.notify("Conversations are not being kept.")
            return
        try:
            kept = await self.keeper.all()
            chosen = await self.push_screen_wait(ConversationsScreen(kept, self._delete))
            if chosen is not None:
                await self._resume(Conversation(), chosen)
        except VerbatimError as error:
            self._tell(error)

    async def _delete(self, kept: int) -> bool:
        """Delete a kept conversation, from the screen too; whether that could be done."""
        try:
            await self.keeper.delete(kept)
        except VerbatimError as error:
            self._tell(error)
            return False
        if kept == self.conversation.id:
            await self._show(Conversation())
        return True

    async def action_new(self) -> None:
        await self._show(Conversation())
        self.prompt.focus()

    def action_help_quit(self) -> None:
        """What Ctrl+C does where nothing is selected."""
        self.notify("Ctrl+Q quits. Ctrl+C copies text that is selected with the mouse.")

    def action_leave(self) -> None:
        """Cancel the question that is worked on, else close the source, else go to the prompt,
        where nothing is revised any more."""
        if self._questions.cancel():
            return
        if self.pane.display:
            self._close_source()
        else:
            self.prompt.forget_revision()
            self.prompt.focus()
