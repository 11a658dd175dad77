"""The chat: a full-screen conversation with the articles.

Nothing here blocks: questions are answered in a thread of their own, one after another,
and the index is brought up to date in another process (`updating`).
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import on, work
from textual.app import App, ComposeResult, SuspendNotSupported, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from bot import editor
from bot.archive import Engine
from bot.chat import keys, themes
from bot.chat.prompt import Prompt
from bot.chat.screens import ConversationsScreen, ExportScreen, Sheet, drawn
from bot.chat.source_pane import SourcePane
from bot.chat.transcript import Card, CitationView, Fold, Transcript
from bot.commands.grammar import INTERRUPTED
from bot.conversations.export import default_name, export, quotation
from bot.conversations.follower import Library
from bot.conversations.history import Exchange, History, now
from bot.presenting.terminal import Line, Span, article_lines, one_line, status_lines, told
from bot.receipts import open_source
from bot.settings import Settings
from embeddings.articles.article import Unreadable
from embeddings.errors import IndexUnusable, VerbatimError

if TYPE_CHECKING:
    from bot.answering.answer import Citation


_ORDERLY_END = 3.0
"""Seconds in which the chat must have ended after a signal."""

_SEE_TERMINAL = 5.0
"""Seconds between two looks at whether there still is a terminal."""

LISTED = 500
"""Conversations, the latest, that can be chosen from."""

LINES = 1_000
"""Of a text over the conversation, which is drawn whole."""

Kept = TypeVar("Kept")


@dataclass(eq=False, slots=True)
class Talk:
    """A conversation: what was said, and how much of that is kept, under which id."""

    exchanges: list[Exchange] = field(default_factory=list)
    id: int | None = None
    kept: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question that waits for its answer in a conversation; `as_written`: what came before
    is not its business."""

    question: str
    as_written: bool
    card: Card
    talk: Talk


def _keep(history: History, talk: Talk) -> None:
    while talk.kept < len(talk.exchanges):
        talk.id = history.add(talk.id, talk.exchanges[talk.kept])
        talk.kept += 1


def calm_collector() -> None:
    """Keep Python's garbage collector from holding the screen: what is loaded will stay, and
    a full collection of it would take 50 ms and more. Called once, before the chat runs."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


class ChatApp(App[None]):
    """A conversation with one folder of articles."""

    TITLE = "Verbatim"
    CSS_PATH = "chat.tcss"
    AUTO_FOCUS = "#prompt"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", tooltip="Every key"),
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

    def __init__(self, settings: Settings, *, keep: bool = True, go_on: bool = False) -> None:
        super().__init__()
        self.settings = settings
        self.engine = Engine(settings)
        self.library = Library(self.engine, self._draw_status)
        self.talk = Talk()
        self.defects: list[BaseException] = []
        self._keep = keep
        self._go_on = go_on
        self._history: History | None = None
        self._thread = ThreadPoolExecutor(1, "questions")
        self._keeper = ThreadPoolExecutor(1, "history")
        self._queue: asyncio.Queue[Asked] = asyncio.Queue()
        self._current: asyncio.Task[Exchange] | None = None

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

    @property
    def transcript(self) -> Transcript:
        return self.screen_stack[0].query_one(Transcript)

    @property
    def prompt(self) -> Prompt:
        return self.screen_stack[0].query_one(Prompt)

    @property
    def pane(self) -> SourcePane:
        return self.screen_stack[0].query_one(SourcePane)

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
        self.run_worker(self.library.keep_current(self._thread, self.pane.reopen), group="library")
        self.run_worker(self._answer_all(), group="questions")

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
        self._keeper.shutdown()  # what is being kept is kept

    def _draw_status(self) -> None:
        if not self.is_running or not self.screen_stack:
            return  # told of something at the very end
        status = self.screen_stack[0].query_one("#status", Static)
        status.set_class(self.library.error is not None, "-failed")
        status.update(Content(self.library.status()))

    # Questions

    @on(Prompt.Submitted)
    async def _ask(self, event: Prompt.Submitted) -> None:
        card = await self.transcript.add(event.question)
        await card.wait("Waiting for its turn…" if self._current else "Searching…")
        self._queue.put_nowait(Asked(event.question, event.as_written, card, self.talk))

    async def _answer_all(self) -> None:
        """Answer the questions one after another."""
        await self._open_history()
        while True:
            asked = await self._queue.get()
            task = self._current = asyncio.create_task(self._answered(asked))
            try:
                await asyncio.wait([task])
            finally:
                task.cancel()
                self._current = None
            await self._conclude(asked, task)

    async def _conclude(self, asked: Asked, task: asyncio.Task[Exchange]) -> None:
        """Keep an answer and show it, or what came of the question instead. It may have been
        asked in a conversation that is not on the screen any more."""
        shown = asked.talk is self.talk and asked.card.is_attached
        if not task.cancelled() and not task.exception():
            exchange = task.result()
            asked.talk.exchanges.append(exchange)
            self._keep_talk(asked.talk)
            if shown:
                await asked.card.show(exchange)
                self._choose_first(asked.card)
            return
        if task.cancelled():
            reason = "Cancelled."
            self.prompt.put_back(asked.question, as_written=asked.as_written)
        elif isinstance(error := task.exception(), VerbatimError):
            reason = told(error)
        else:
            # One question's failure is not the conversation's; `bot` tells of it at its end.
            assert error is not None
            self.defects.append(error)
            reason = f"bot has a defect: {error!r}"
        if shown:
            await asked.card.fail(reason)

    async def _answered(self, asked: Asked) -> Exchange:
        """Wait for the articles and for the answer: what Esc may cancel.

        Raises:
            VerbatimError: there can be no answer.
        """
        if not self.library.settled.is_set():
            if asked.card.is_attached:
                await asked.card.wait("Waiting until the articles are open…")
            await self.library.settled.wait()
        if self.library.error is not None and not self.library.searchable:
            raise self.library.error
        earlier = () if asked.as_written else tuple(one.answer for one in asked.talk.exchanges)
        ask = partial(self.engine.answer, asked.question, earlier=earlier)
        loop = asyncio.get_running_loop()
        try:
            answer = await loop.run_in_executor(self._thread, ask)
        except IndexUnusable:
            await self.library.bring_up_to_date()  # it may have been removed or damaged
            answer = await loop.run_in_executor(self._thread, ask)
        return Exchange(now(), answer, self.library.note())

    def _choose_first(self, card: Card) -> None:
        """Bring a new answer before the eyes, unless they are on another."""
        if not self.prompt.has_focus:
            return
        transcript = self.transcript
        transcript.choose(next(iter(card.views()), None))
        transcript.call_after_refresh(
            transcript.scroll_to_widget, card, animate=False, top=True, force=True
        )
        if self.pane.display and transcript.chosen is not None:
            self.pane.open(transcript.chosen.citation)

    # What is kept

    async def _in_history(self, do: Callable[..., Kept], *given: object) -> Kept:
        """Do something with the kept conversations, in the thread that alone does so."""
        return await asyncio.get_running_loop().run_in_executor(self._keeper, do, *given)

    async def _open_history(self) -> None:
        if not self._keep:
            return
        try:
            history = self._history = await self._in_history(History, self.settings.seeds)
            if self._go_on:
                kept = await self._in_history(history.conversations, 1)
                if kept:
                    await self._resume(self.talk, kept[0].id)
                else:
                    self.notify("There is no earlier conversation about these articles.")
        except VerbatimError as error:
            self._tell(error)

    def _keep_talk(self, talk: Talk) -> None:
        """Keep what is not kept yet of a conversation, what failed before included."""
        if self._history is not None:
            done = self._keeper.submit(_keep, self._history, talk)
            self.run_worker(self._told_of(done), group="history")

    async def _told_of(self, done: Future[None]) -> None:
        try:
            await asyncio.wrap_future(done)
        except VerbatimError as error:
            self._tell(error)

    async def _resume(self, talk: Talk, conversation: int) -> None:
        """Put a kept conversation before what `talk` has, and show it."""
        assert self._history is not None
        exchanges = await self._in_history(self._history.exchanges, conversation)
        talk.exchanges[:0] = exchanges
        talk.id, talk.kept = conversation, len(exchanges)
        for one in exchanges:
            self.prompt.remember(one.answer.question)
        await self._show(talk)

    async def _show(self, talk: Talk) -> None:
        waits = talk is self.talk  # the questions that were asked before it was back
        self.talk = talk
        await self.transcript.start(talk.exchanges, waits=waits)

    def _tell(self, error: VerbatimError) -> None:
        self.notify(one_line(told(error)), severity="error", markup=False)

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
            found = await asyncio.to_thread(self.engine.look)
        except VerbatimError as error:
            self._tell(error)
            return
        at = self.settings
        lines = status_lines(found, at.seeds, at.index, self.engine.model.name)
        articles = await asyncio.to_thread(self.engine.articles)
        lines += article_lines(articles)
        if len(lines) > LINES:
            lines[LINES:] = [Line((Span("and more; all that was not read: bot status", "dim"),))]
        self.push_screen(Sheet("Articles", drawn(lines)))

    async def action_source(self) -> None:
        """Open the chosen citation's article, or close it."""
        if self.pane.display:
            self._close_source()
        else:
            await self._open_source()

    async def _open_source(self) -> None:
        citation = await self._chosen()
        if citation is not None:
            self.pane.open(citation)

    def _close_source(self) -> None:
        if self.focused is not None and self.pane in self.focused.ancestors:
            self.prompt.focus()
        self.pane.close()

    async def _chosen(self) -> Citation | None:
        """The chosen citation; where none is, the latest answer's first."""
        view = self.transcript.chosen or await self.transcript.step(1)
        if view is None:
            self.notify("There is no citation yet: ask a question first.")
        return view.citation if view else None

    async def action_cite(self, by: int) -> None:
        view = await self.transcript.step(by)
        if view is not None and self.pane.display:
            self.pane.open(view.citation)

    async def action_fold(self) -> None:
        await self.transcript.action_fold()

    def action_edit_search(self) -> None:
        self.transcript.action_edit_search()

    def action_scroll(self, pages: int) -> None:
        transcript = self.transcript
        by = pages * max(transcript.size.height - 2, 1)
        transcript.scroll_relative(y=by, animate=False)

    @work(exclusive=True, group="source")
    async def action_editor(self) -> None:
        """Leave the screen to a person's own editor, at the cited line."""
        citation = await self._chosen()
        if citation is None:
            return
        opened = self.pane.opened if self.pane.display else None
        try:
            if opened is None or opened.citation != citation:
                opened = await asyncio.to_thread(open_source, citation, self.settings)
            words = editor.command(self.settings.seeds / citation.place.source, *opened.place)
            with self.suspend():
                editor.run(words)
        except VerbatimError as error:
            self._tell(error)
        except Unreadable as error:
            told_of = one_line(f"{citation.place.source} {error}.")
            self.notify(told_of, severity="error", markup=False)
        except SuspendNotSupported as error:
            self.notify(f"The editor cannot be opened: {error}", severity="error", markup=False)
        self.refresh(layout=True)

    @work(exclusive=True, group="source")
    async def action_copy(self) -> None:
        citation = await self._chosen()
        if citation is None:
            return
        self.copy_to_clipboard(quotation(citation))
        told = "Sent the sentence with its source and line to the clipboard."
        try:
            opened = await asyncio.to_thread(open_source, citation, self.settings)
        except Unreadable as error:
            self.notify(f"{told} The article {error}.", severity="warning", markup=False)
        else:
            self.notify(
                f"{told} {opened.note}" if opened.note else told,
                severity="warning" if opened.note else "information",
                markup=False,
            )

    @work(exclusive=True, group="sheet")
    async def action_export(self) -> None:
        """Write the conversation to a file that the person names."""
        name = await self.push_screen_wait(ExportScreen(default_name(self.talk.exchanges)))
        if name is None:
            return
        try:
            path = await asyncio.to_thread(
                export, [*self.talk.exchanges], self.settings.seeds, Path(name)
            )
        except VerbatimError as error:
            self._tell(error)
        else:
            self.notify(one_line(f"Exported to {path}"), markup=False)

    @work(exclusive=True, group="sheet")
    async def action_conversations(self) -> None:
        """Choose a kept conversation and go on with it."""
        history = self._history
        if history is None:
            self.notify("Conversations are not being kept.")
            return
        try:
            kept = await self._in_history(history.conversations, LISTED)
            chosen = await self.push_screen_wait(ConversationsScreen(kept, self._delete))
            if chosen is not None:
                await self._resume(Talk(), chosen)
        except VerbatimError as error:
            self._tell(error)

    async def _delete(self, conversation: int) -> bool:
        """Delete a kept conversation, from the screen too; whether that could be done."""
        assert self._history is not None
        try:
            await self._in_history(self._history.delete, conversation)
        except VerbatimError as error:
            self._tell(error)
            return False
        if conversation == self.talk.id:
            await self._show(Talk())
        return True

    async def action_new(self) -> None:
        await self._show(Talk())
        self.prompt.focus()

    def action_help_quit(self) -> None:
        """What Ctrl+C does where nothing is selected."""
        self.notify("Ctrl+Q quits. Ctrl+C copies text that is selected with the mouse.")

    def action_leave(self) -> None:
        """Cancel the question that is worked on, else close the source, else go to the prompt."""
        if self._current is not None:
            self._current.cancel()
        elif self.pane.display:
            self._close_source()
        else:
            self.prompt.focus()

    # What the widgets tell

    @on(CitationView.Clicked)
    async def _clicked(self, event: CitationView.Clicked) -> None:
        self.transcript.choose(event.view)
        if event.opens or self.pane.display:
            self.pane.open(event.view.citation)

    @on(SourcePane.Shown)
    def _shown(self) -> None:
        self.transcript.show_chosen()  # which may have become narrower

    @on(Fold.Toggled)
    async def _toggled(self, event: Fold.Toggled) -> None:
        await self.transcript.toggle(event.card)

    @on(Card.EditSearch)
    def _edit_search(self, event: Card.EditSearch) -> None:
        self.prompt.revise(event.searched_as)

    @on(Transcript.WantsEarlier)
    async def _bring_back(self) -> None:
        await self.transcript.bring_back()
