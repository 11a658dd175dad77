"""One question and what became of it, as a card of a few widgets that are drawn once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from bot.chat.content import HEAD, QUIET, drawn, link
from bot.conversations.history import Exchange
from bot.presenting.terminal import count, one_line, percent, safe
from bot.presenting.text import (
    agreement_lines,
    citation_lines,
    refusal_lines,
    searched_also_lines,
    unread_names,
)

if TYPE_CHECKING:
    from bot.answering.citation import Citation

_NOWHERE = Path()
"""The folder that sources are named in; the chat's links are not to files."""


class CitationView(Static):
    """One citation. A click chooses it; one on its source opens that."""

    chosen = reactive(False, toggle_class="-chosen")

    @dataclass
    class Clicked(Message):
        """The citation was clicked; `opens` where the click was on its source."""

        view: CitationView
        opens: bool

    def __init__(self, citation: Citation, *, likely: bool) -> None:
        lines = citation_lines(citation, _NOWHERE, likely=likely, lede=True)
        super().__init__(drawn(lines, opens=True), markup=False)
        self.citation = citation

    def on_click(self) -> None:
        if not self.screen.get_selected_text():  # a selection ends in a click too
            self.post_message(self.Clicked(self, opens=False))

    def action_open(self) -> None:
        self.post_message(self.Clicked(self, opens=True))


class Fold(Static):
    """The line that folds and unfolds the further passages of its card."""

    @dataclass
    class Toggled(Message):
        """The line was clicked."""

        card: Card

    def __init__(self, citations: tuple[Citation, ...], noun: str) -> None:
        super().__init__(markup=False)
        self._citations = citations
        self._noun = noun
        self.draw(folded=True)

    def draw(self, *, folded: bool) -> None:
        """Say what is folded, or that it can be."""
        number = count(len(self._citations), self._noun)
        parts: list[tuple[str, str]] = [(f"{'▸' if folded else '▾'} {number}", HEAD)]
        for citation in self._citations if folded else ():
            mark = citation.highlight
            parts.append((f"\n{percent(citation.score):>4} ", QUIET))
            parts.append((" ".join(safe(mark.text).split()), ""))
            parts.append((f"  {one_line(mark.source)}:{mark.start_line}", QUIET))
        self.update(Content.assemble(*parts))

    def on_click(self) -> None:
        card = self.parent
        assert isinstance(card, Card)
        self.post_message(self.Toggled(card))


class Card(Vertical):
    """A question, and below it what became of it."""

    @dataclass
    class EditSearch(Message):
        """What was searched is to be edited. `also`: other words that were searched with it."""

        searched_as: str
        also: tuple[str, ...] = ()

    def __init__(self, question: str, exchange: Exchange | None = None) -> None:
        super().__init__()
        self.question = question
        self.exchange = exchange
        self.pending = exchange is None
        self.unfolded = False

    def compose(self) -> ComposeResult:
        yield Static(Content(f"❯ {safe(self.question)}"), classes="question", markup=False)
        if self.exchange is not None:
            yield from self._parts(self.exchange)

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All that can be chosen in it."""
        return self.exchange.answer.listed if self.exchange else ()

    async def wait(self, text: str) -> None:
        """Say what the answer waits for."""
        await self._replace([Static(Content(text), classes="waiting", markup=False)])

    async def fail(self, text: str) -> None:
        """Say why there will be no answer."""
        self.pending = False
        await self._replace([Static(Content(safe(text)), classes="failed", markup=False)])

    async def show(self, exchange: Exchange) -> None:
        """Show the answer."""
        self.exchange, self.pending = exchange, False
        await self._replace([*self._parts(exchange)])

    async def _replace(self, parts: list[Static]) -> None:
        with self.app.batch_update():
            await self.remove_children(self.children[1:])
            if self.is_attached:  # it may have left the screen meanwhile
                await self.mount(*parts)

    def _parts(self, exchange: Exchange) -> Iterator[Static]:
        answer = exchange.answer
        self.set_class(answer.answered, "-answered")
        self.set_class(not answer.answered, "-refused")
        if answer.searched_as:
            line = (
                ("searched as: ", QUIET),
                (one_line(answer.searched_as), f"italic {QUIET}"),
                "  ",
                link("edit", "edit_search"),
            )
            yield _Searched(Content.assemble(*line), classes="searched", markup=False)
        if answer.searched_also:
            also = drawn(searched_also_lines(answer))
            yield Static(also, classes="searched", markup=False)
        if exchange.note:
            yield Static(Content(exchange.note), classes="note", markup=False)
        if answer.unread and answer.answered:
            unread = f"{unread_names(answer.unread)} could not be read."
            yield Static(Content(unread), classes="note", markup=False)
        if answer.agreement:
            agreement = drawn(agreement_lines(answer, _NOWHERE), indented=True)
            yield Static(agreement, classes="agreement", markup=False)
        if answer.reason:
            refusal = drawn(refusal_lines(answer))
            yield Static(refusal, classes="refusal", markup=False)
        if answer.answered:
            yield CitationView(answer.citations[0], likely=True)
            further, noun = answer.listed[1:], "further passage"
        else:
            further, noun = answer.nearest, "nearest passage"
        if further:
            yield Fold(further, noun)

    async def unfold(self, unfolded: bool) -> None:
        """Show or hide the further passages."""
        if unfolded == self.unfolded or not self.query(Fold):
            return
        self.unfolded = unfolded
        shown = [view.citation for view in self.views()]
        for fold in self.query(Fold):
            fold.draw(folded=not unfolded)
        if unfolded:
            likely = self.exchange.answer.likely if self.exchange else ()
            further = (citation for citation in self.citations if citation not in shown)
            await self.mount(*(CitationView(own, likely=own in likely) for own in further))
        else:
            await self.remove_children(self.views()[1 if self._answered else 0 :])

    @property
    def _answered(self) -> bool:
        return self.exchange is not None and self.exchange.answer.answered

    def views(self) -> list[CitationView]:
        """The citations that are shown, in order."""
        return [*self.query(CitationView)]

    def edit_search(self) -> bool:
        """Ask to edit what was searched; whether that was another question, or other words."""
        answer = self.exchange.answer if self.exchange else None
        if answer is None or not (answer.searched_as or answer.searched_also):
            return False
        searched = answer.searched_as or answer.question
        return self.post_message(self.EditSearch(searched, answer.searched_also))


class _Searched(Static):
    def action_edit_search(self) -> None:
        card = self.parent
        assert isinstance(card, Card)
        card.edit_search()
