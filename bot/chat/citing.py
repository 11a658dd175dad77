"""What the chat does with the citation that is chosen: its source, a copy, an editor."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import App, SuspendNotSupported

from bot import editor
from bot.chat.card import Card, CitationView
from bot.chat.prompt import Prompt
from bot.chat.source_pane import SourcePane
from bot.chat.transcript import Transcript
from bot.presenting.markdown import quotation
from bot.presenting.terminal import one_line
from bot.presenting.text import error_words
from bot.receipts import Opened, reopen
from bot.settings import Settings
from embeddings.errors import ArticlesError, VerbatimError

if TYPE_CHECKING:
    from bot.answering.citation import Citation


class CitingApp(App[None]):
    """An app whose screen has a transcript, a source pane and a prompt."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings

    @property
    def transcript(self) -> Transcript:
        return self.screen_stack[0].query_one(Transcript)

    @property
    def prompt(self) -> Prompt:
        return self.screen_stack[0].query_one(Prompt)

    @property
    def pane(self) -> SourcePane:
        return self.screen_stack[0].query_one(SourcePane)

    def _tell(self, error: VerbatimError) -> None:
        self.notify(one_line(error_words(error)), severity="error", markup=False)

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

    async def _reopened(self, citation: Citation) -> Opened:
        at = self.settings
        return await asyncio.to_thread(reopen, citation, at.seeds, max_bytes=at.max_bytes)

    @work(exclusive=True, group="source")
    async def action_editor(self) -> None:
        """Leave the screen to a person's own editor, at the cited line."""
        citation = await self._chosen()
        if citation is None:
            return
        opened = self.pane.opened if self.pane.display else None
        try:
            if opened is None or opened.citation != citation:
                opened = await self._reopened(citation)
            path = self.settings.seeds / opened.source
            words = editor.command(path, opened.lines[0], opened.column)
            with self.suspend():
                editor.run(words)
        except VerbatimError as error:
            self._tell(error)
        except SuspendNotSupported as error:
            self.notify(f"The editor cannot be opened: {error}", severity="error", markup=False)
        self.refresh(layout=True)

    @work(exclusive=True, group="source")
    async def action_copy(self) -> None:
        """Copy the marked sentence with its title, source and line."""
        citation = await self._chosen()
        if citation is None:
            return
        self.copy_to_clipboard(quotation(citation))
        sent = "Sent the sentence with its source and line to the clipboard."
        try:
            note = (await self._reopened(citation)).note
        except ArticlesError as error:
            note = f"{error}."
        self.notify(
            one_line(f"{sent} {note}" if note else sent),
            severity="warning" if note else "information",
            markup=False,
        )

    # What the widgets tell

    @on(CitationView.Clicked)
    async def _clicked(self, event: CitationView.Clicked) -> None:
        if event.opens or self.pane.display:
            self.pane.open(event.view.citation)

    @on(SourcePane.Shown)
    def _shown(self) -> None:
        self.transcript.show_chosen()  # which may have become narrower

    @on(Card.EditSearch)
    def _edit_search(self, event: Card.EditSearch) -> None:
        self.prompt.revise(event.searched_as)
        if event.also:
            words = ", ".join(event.also)
            self.notify(one_line(f"It was searched also for: {words}."), markup=False)
