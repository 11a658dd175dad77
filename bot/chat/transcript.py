"""The transcript: questions and answers as cards, of which only the latest are on the screen.

A card is drawn once and is a few widgets; older ones are taken off the screen and put back
on request, so that the five-hundredth answer comes as quickly as the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widgets import Static

from bot.conversations.history import Exchange
from bot.presenting.terminal import agreement_told, count, one_line, safe

if TYPE_CHECKING:
    from bot.answering.answer import Answer, Citation

WINDOW = 12
"""Cards that stay on the screen. Whatever changes the layout costs the more the more there
are: with 12, opening the source holds the event loop for some 30 ms."""

_LEDE = 120
"""Characters before the marked sentence from which it is shown above its passage too."""

_MARK = "bold $text on $warning 40%"
_HEAD = "bold $text-primary"
_QUIET = "$foreground 65%"


def citation_content(citation: Citation, *, likely: bool) -> Content:
    """A citation as it is shown: its place, the marked sentence, the passage around it."""
    place = citation.highlight
    parts: list[Content | tuple[str, str | Style]] = [
        (f"{citation.rank}  ", _QUIET),
        _link(f"{one_line(place.source)}:{place.start_line}", "open"),
        (f"  {citation.score:.0%}", "bold $text-success" if likely else _QUIET),
        (f"  {citation.published}" if citation.published else "", _QUIET),
    ]
    if citation.headline:
        parts.append((f"  {one_line(citation.headline)}", f"italic {_QUIET}"))
    before, _, after = map(safe, citation.parts)
    upto, short, rest = map(safe, citation.marked_parts)
    marked = [(upto, _MARK), (short, f"underline {_MARK}"), (rest, _MARK)]
    if len(before) > _LEDE:
        parts += [("\n", ""), *marked, ("\nin its passage:", _QUIET)]
    parts += [("\n", ""), (before, _QUIET), *marked, (after, _QUIET)]
    if citation.also_in:
        also = ", ".join(f"{one_line(one.source)}:{one.start_line}" for one in citation.also_in)
        parts.append((f"\nalso in {also}", _QUIET))
    return Content.assemble(*parts)


def _agreement(answer: Answer) -> Content:
    """What several articles say, side by side, each with its sources."""
    parts: list[tuple[str, str]] = [(agreement_told(answer), "bold")]
    for said in answer.agreement:
        places = ", ".join(
            f"{one_line(place.source)}:{place.start_line}" for _, place in said.sources
        )
        parts += [("\n   ", ""), (safe(said.value), _MARK), (f"  {places}", _QUIET)]
    return Content.assemble(*parts)


def _link(text: str, action: str) -> Content:
    """Text that runs an action of its widget when it is clicked."""
    return Content.assemble((text, Style.from_meta({"@click": action})))


class CitationView(Static):
    """One citation. A click chooses it; one on its source opens that."""

    chosen = reactive(False, toggle_class="-chosen")

    @dataclass
    class Clicked(Message):
        """The citation was clicked; `opens` where the click was on its source."""

        view: CitationView
        opens: bool

    def __init__(self, citation: Citation, *, likely: bool) -> None:
        super().__init__(citation_content(citation, likely=likely), markup=False)
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
        told = count(len(self._citations), self._noun)
        parts: list[Content | tuple[str, str]] = [(f"{'▸' if folded else '▾'} {told}", _HEAD)]
        for one in self._citations if folded else ():
            place = f"{one_line(one.highlight.source)}:{one.highlight.start_line}"
            parts.append((f"\n{one.score:>4.0%} ", _QUIET))
            parts.append((" ".join(safe(one.highlight_text).split()), ""))
            parts.append((f"  {place}", _QUIET))
        self.update(Content.assemble(*parts))

    def on_click(self) -> None:
        card = self.parent
        assert isinstance(card, Card)
        self.post_message(self.Toggled(card))


class Card(Vertical):
    """A question, and below it what became of it."""

    @dataclass
    class EditSearch(Message):
        """What was searched is to be edited."""

        searched_as: str

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
        answer = self.exchange.answer if self.exchange else None
        return (answer.citations or answer.nearest) if answer else ()

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
                ("searched as: ", _QUIET),
                (one_line(answer.searched_as), f"italic {_QUIET}"),
                "  ",
                _link("edit", "edit_search"),
            )
            yield _Searched(Content.assemble(*line), classes="searched", markup=False)
        if exchange.note:
            yield Static(Content(exchange.note), classes="note", markup=False)
        if answer.agreement:
            yield Static(_agreement(answer), classes="agreement", markup=False)
        if answer.answered:
            yield CitationView(answer.citations[0], likely=True)
            further, noun = answer.citations[1:], "further passage"
        else:
            refusal = ("The articles do not answer this.", "bold $text-warning")
            yield Static(
                Content.assemble(refusal, f"\n{safe(answer.reason or '')}"),
                classes="refusal",
                markup=False,
            )
            further, noun = answer.nearest, "nearest passage"
        if further:
            yield Fold(further, noun)

    async def unfold(self, unfolded: bool) -> None:
        """Show or hide the further passages."""
        if unfolded == self.unfolded or not self.citations:
            return
        self.unfolded = unfolded
        shown = [view.citation for view in self.views()]
        for fold in self.query(Fold):
            fold.draw(folded=not unfolded)
        if unfolded:
            likely = self.exchange.answer.likely if self.exchange else ()
            further = (one for one in self.citations if one not in shown)
            await self.mount(*(CitationView(one, likely=one in likely) for one in further))
        else:
            await self.remove_children(self.views()[1 if self._answered else 0 :])

    @property
    def _answered(self) -> bool:
        return self.exchange is not None and self.exchange.answer.answered

    def views(self) -> list[CitationView]:
        """The citations that are shown, in order."""
        return [*self.query(CitationView)]

    def edit_search(self) -> bool:
        """Ask to edit what was searched; whether that was another question."""
        searched_as = self.exchange.answer.searched_as if self.exchange else None
        return bool(searched_as) and self.post_message(self.EditSearch(searched_as or ""))


class _Searched(Static):
    def action_edit_search(self) -> None:
        card = self.parent
        assert isinstance(card, Card)
        card.edit_search()


class Earlier(Static):
    """The line above the transcript that brings back what is further up."""

    def on_click(self) -> None:
        self.post_message(Transcript.WantsEarlier())


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

    class WantsEarlier(Message):
        """Cards from further up are asked for."""

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
        recent = [Card(one.answer.question, one) for one in exchanges[-WINDOW:]]
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

    async def bring_back(self) -> None:
        """Put as many cards as the screen has at the top of it."""
        back, self._earlier = self._earlier[-WINDOW:], self._earlier[:-WINDOW]
        if not back:
            return
        first = self.cards[0] if self.cards else None
        await self.mount(*(Card(one.answer.question, one) for one in back), before=first)
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
            card = next(one for one in cards if one in self.chosen.ancestors)
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
        view = next(one for one in card.views() if one.citation == wanted)
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
            return next(one for one in cards if one in self.chosen.ancestors)
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
            self.post_message(self.WantsEarlier())
        else:
            self.scroll_home(animate=False)
