"""Conversations on the disk, reached from the chat: in one thread, that alone does so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from bot.conversations.conversation import Conversation
from bot.conversations.history import Exchange, History, KeptConversation

LISTED = 500
"""Conversations, the latest, that can be chosen from. A choice."""

Result = TypeVar("Result")


class Keeper:
    """The kept conversations about one folder of articles. `history` is None until it is open,
    and where nothing is to be kept.

    Raises (all coroutines, and the futures):
        HistoryError: they cannot be read or kept.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "history")
        self.history: History | None = None

    async def open(self, seeds: Path) -> None:
        """Open the file."""
        self.history = await self._run(History, seeds)

    async def latest(self) -> KeptConversation | None:
        """The last conversation, if there is one."""
        assert self.history is not None
        kept = await self._run(self.history.conversations, 1)
        return kept[0] if kept else None

    async def all(self) -> list[KeptConversation]:
        """The conversations that can be chosen from, the latest first."""
        assert self.history is not None
        return await self._run(self.history.conversations, LISTED)

    async def resume(self, conversation: Conversation, kept: int) -> list[Exchange]:
        """Put a kept conversation before what there is; returns its exchanges."""
        assert self.history is not None
        return await self._run(conversation.resume, self.history, kept)

    async def delete(self, kept: int) -> None:
        """Forget a kept conversation."""
        assert self.history is not None
        await self._run(self.history.delete, kept)

    def keep(self, conversation: Conversation) -> Future[None] | None:
        """Keep what is not kept yet of a conversation; None where nothing is to be."""
        if self.history is None:
            return None
        return self._thread.submit(conversation.keep, self.history)

    def close(self) -> None:
        """Wait until what is being kept is."""
        self._thread.shutdown()

    async def _run(self, do: Callable[..., Result], *given: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, do, *given)
