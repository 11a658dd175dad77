"""A conversation: what was asked and answered in turn, and how much of it is kept."""

from __future__ import annotations

from bot.answering.citation import Answer
from bot.conversations.history import Exchange, History


class Conversation:
    """The exchanges so far. `id`: under which they are kept, or None where none of them is; `kept`:
    how many of them are."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.id: int | None = None
        self.kept = 0

    @property
    def answers(self) -> tuple[Answer, ...]:
        """All answers, newest last: what a follow-up may depend on."""
        return tuple(exchange.answer for exchange in self.exchanges)

    def is_same(self, other: Conversation) -> bool:
        """Whether the other is this one, be it as it was kept."""
        return other is self or (self.id is not None and self.id == other.id)

    def keep(self, history: History) -> None:
        """Keep what is not kept yet, what failed before included.

        Raises:
            HistoryError: it cannot be kept.
        """
        while self.kept < len(self.exchanges):
            self.id = history.add(self.id, self.exchanges[self.kept])
            self.kept += 1

    def resume(self, history: History, conversation: int) -> list[Exchange]:
        """Put a kept conversation before what there is; returns its exchanges.

        Raises:
            HistoryError: it cannot be read.
        """
        exchanges = history.exchanges(conversation)
        self.exchanges[:0] = exchanges
        self.id, self.kept = conversation, len(exchanges)
        return exchanges
