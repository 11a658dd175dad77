"""The screens over the conversation: help, the articles' state, kept conversations, export."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from bot.conversations.history import KeptConversation
from bot.presenting.terminal import count, one_line


class Sheet(ModalScreen[None]):
    """A titled text over the conversation, closed by Esc."""

    AUTO_FOCUS = "*"
    BINDINGS = [Binding("escape,q,f1,f2", "dismiss", "Close")]

    def __init__(self, title: str, text: Content) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet"):
            yield Static(Content(f"{self._title}   (Esc closes)"), classes="sheet-title")
            with VerticalScroll():
                yield Static(self._text, id="sheet-text", markup=False)


class ConversationsScreen(ModalScreen[int | None]):
    """Kept conversations to choose from: the id of one to go on with."""

    AUTO_FOCUS = "*"
    BINDINGS = [
        Binding("escape", "dismiss", "Close"),
        Binding("delete,d", "delete", "Delete the conversation"),
    ]

    def __init__(
        self,
        conversations: Sequence[KeptConversation],
        delete: Callable[[int], Awaitable[bool]],
    ) -> None:
        """`delete` forgets a conversation; whether it could."""
        super().__init__()
        self._conversations = conversations
        self._delete = delete
        self._sure: str | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet"):
            text = "Conversations   (Enter goes on with one, d deletes it, Esc closes)"
            if not self._conversations:
                text = "There are no conversations about these articles yet   (Esc closes)"
            yield Static(Content(text), classes="sheet-title")
            yield OptionList(*map(_option, self._conversations), markup=False)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(int(event.option_id or 0))

    async def action_delete(self) -> None:
        options = self.query_one(OptionList)
        if options.highlighted is None:
            return
        option = options.get_option_at_index(options.highlighted)
        if self._sure != option.id:
            self._sure = option.id
            self.notify("Press d again to delete the conversation for good.", severity="warning")
            return
        if await self._delete(int(option.id or 0)) and option.id is not None:
            options.remove_option(option.id)


def _option(conversation: KeptConversation) -> Option:
    asked = datetime.fromisoformat(conversation.asked_at).astimezone()
    text = f"{asked:%Y-%m-%d %H:%M}  {count(conversation.exchanges, 'question')}"
    title = one_line(conversation.title)
    return Option(
        Content.assemble((text, "$text-muted"), f"  {title[:200]}"), id=str(conversation.id)
    )


class ExportScreen(ModalScreen[str | None]):
    """Asks for the name of the file to write."""

    AUTO_FOCUS = "*"
    BINDINGS = [Binding("escape", "dismiss", "Close")]

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet -small"):
            text = "Export the conversation to   (.md or .json; Enter writes it, Esc closes)"
            yield Static(Content(text), classes="sheet-title")
            yield Input(self._name, select_on_focus=False)

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip() or None)
