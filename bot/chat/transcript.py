"""The transcript: questions and answers as cards, of which only the latest are on the screen.

Older cards are taken off the screen and put back on request, so that the five-hundredth answer
comes as quickly as the first.
"""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from bot.chat.card import Card, CitationView, Fold
from bot.conversations.history import Exchange
from bot.presenting.terminal import count

WINDOW = 12
"""Cards that stay on the screen. Whatever changes the layout costs the more the more there
are. Measured: with 12, opening the source holds the event loop for some 30 ms."""


class Earlier(Static):
    """The line above the transcript that brings back what is further up."""

    class Clicked(Message):
        """Cards from further up are asked for."""

    def on_click(self) -> None:
        self.post_message(self.Clicked())


class Transcript(VerticalScroll):
    """The cards, and which citation among them is chosen."""

    BINDINGS = [
        Binding("down,n,j", "app.cite(1)", "Next"),
        Binding("up,p,k", "app.cite(-1)", "Previous"),
        Binding("enter,o", "app.source", "Source"),
        Binding("e", "app.editor", "Editor"),
        Binding("c", "app.copy", "Copy"),
        Binding("space", "fold", "Unfold"),
        Binding("s", "edit_search", "Edit what was searched"),
    ]

    def __init__(self, welcome: str) -> None:
        super().__init__(id="transcript")
        self._welcome = welcome
        self._earlier: list[Exchange] = []
        self.chosen: CitationView | None = None

    def compose(self) -> ComposeResult:
        yield Static(Content(self._welcome), id="welcome", markup=False)
        yield Earlier(id="earlier", markup=False)

    def on_mount(self) -> None:
        self._draw_earlier()

    @property
    def cards(self) -> list[Card]:
        """Those on the screen, in order."""
        return [*self.query_children(Card)]

    async def start(self, exchanges: list[Exchange], *, waits: bool = False) -> None:
        """Show a conversation from its end. With `waits`, the questions on the screen that
        wait for an answer are its own, and follow."""
        self.choose(None)
        waiting = [card for card in self.cards if waits and card.pending]
        recent = [_card(exchange) for exchange in exchanges[-WINDOW:]]
        self._earlier = exchanges[:-WINDOW]
        await self.remove_children([card for card in self.cards if card not in waiting])
        await self.mount(*recent, before=waiting[0] if waiting else None)
        self._draw_earlier()
        self.scroll_end(animate=False)

    async def add(self, question: str) -> Card:
        """A card for a new question; the oldest leave the screen."""
        card = Card(question)
        with self.app.batch_update():
            await self.mount(card)
            await self._prune()
        self.scroll_end(animate=False)
        return card

    async def _prune(self) -> None:
        """Take cards off the top, down to `WINDOW`; those that failed are gone for good."""
        surplus = [card for card in self.cards[:-WINDOW] if not card.pending]
        for card in surplus:
            if card.exchange is not None:
                self._earlier.append(card.exchange)
            if self.chosen is not None and card in self.chosen.ancestors:
                self.choose(None)
        await self.remove_children(surplus)
        self._draw_earlier()

    @on(Earlier.Clicked)
    async def bring_back(self) -> None:
        """Put as many cards as the screen has at the top of it."""
        back, self._earlier = self._earlier[-WINDOW:], self._earlier[:-WINDOW]
        if not back:
            return
        first = self.cards[0] if self.cards else None
        await self.mount(*map(_card, back), before=first)
        self._draw_earlier()
        if first is not None:
            self.scroll_to_widget(first, animate=False, top=True)

    def _draw_earlier(self) -> None:
        line = self.query_one(Earlier)
        line.display = bool(self._earlier)
        line.update(Content(f"▴ {count(len(self._earlier), 'earlier question')}: click, or Home"))

    def choose(self, view: CitationView | None) -> None:
        """Make this the citation that keys act on."""
        if self.chosen is not None:
            self.chosen.chosen = False
        self.chosen = view
        if view is not None:
            view.chosen = True

    async def step(self, by: int) -> CitationView | None:
        """Choose the next or the previous citation, unfolding what holds it."""
        cards = [card for card in self.cards if card.citations]
        if not cards:
            return None
        if self.chosen is None or not self.chosen.is_attached:
            card, place = cards[-1], 0 if by > 0 else len(cards[-1].citations) - 1
        else:
            card = next(card for card in cards if card in self.chosen.ancestors)
            place = card.citations.index(self.chosen.citation) + by
            if not 0 <= place < len(card.citations):
                at = cards.index(card) + by
                if not 0 <= at < len(cards):
                    return self.chosen
                card = cards[at]
                place = 0 if by > 0 else len(card.citations) - 1
        wanted = card.citations[place]
        if wanted not in [view.citation for view in card.views()]:
            await card.unfold(True)
        view = next(view for view in card.views() if view.citation == wanted)
        self.choose(view)
        self.show_chosen()
        return view

    def show_chosen(self) -> None:
        """Scroll to the chosen citation."""
        if self.chosen is not None and self.chosen.is_attached:
            self.call_after_refresh(self.scroll_to_widget, self.chosen, animate=False)

    def current_card(self) -> Card | None:
        """The card of the chosen citation, or the last."""
        cards = self.cards
        if self.chosen is not None and self.chosen.is_attached:
            return next(card for card in cards if card in self.chosen.ancestors)
        return cards[-1] if cards else None

    async def action_fold(self) -> None:
        card = self.current_card()
        if card is not None:
            await self.toggle(card)

    async def toggle(self, card: Card) -> None:
        """Fold or unfold a card's further passages; the choice stays on what is shown."""
        await card.unfold(not card.unfolded)
        if self.chosen is not None and not self.chosen.is_attached:
            self.choose(next(iter(card.views()), None))
        shown = card.query(Fold).first() if card.unfolded else card
        self.call_after_refresh(self.scroll_to_widget, shown, animate=False, top=True)

    def action_edit_search(self) -> None:
        card = self.current_card()
        if card is None or not card.edit_search():
            self.notify("This question was searched as it is.")

    def action_scroll_home(self) -> None:
        if self.scroll_y <= 0:
            self.post_message(Earlier.Clicked())
        else:
            self.scroll_home(animate=False)

    @on(CitationView.Clicked)
    def _clicked(self, event: CitationView.Clicked) -> None:
        self.choose(event.view)

    @on(Fold.Toggled)
    async def _toggled(self, event: Fold.Toggled) -> None:
        await self.toggle(event.card)


def _card(exchange: Exchange) -> Card:
    return Card(exchange.answer.question, exchange)
