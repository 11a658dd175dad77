"""The questions of the chat: they wait for each other, and each may be cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from functools import partial
from typing import Any

from msgspec import Struct, structs

from bot.archive import Archive
from bot.chat.card import Card
from bot.conversations.conversation import Conversation
from bot.conversations.follower import Follower
from bot.conversations.history import Exchange, now

_AGAIN = "Asked again, now that all articles are indexed."


class Waiting(Struct, frozen=True, eq=False):
    """A question that waits for its answer in a conversation; `as_written`: it is searched
    word for word, and what came before is not its business; `again`: it was asked before all
    articles were indexed."""

    question: str
    as_written: bool
    card: Card
    conversation: Conversation
    again: bool = False


class Questions:
    """A queue of questions, answered one after another in a thread of their own."""

    def __init__(
        self,
        archive: Archive,
        follower: Follower,
        thread: Executor,
        conclude: Callable[[Waiting, asyncio.Task[Exchange]], Coroutine[Any, Any, None]],
    ) -> None:
        """Make an empty queue.

        Args:
            conclude: called with each question's task, done or cancelled.
        """
        self._archive = archive
        self._follower = follower
        self._thread = thread
        self._conclude = conclude
        self._queue: asyncio.Queue[Waiting] = asyncio.Queue()
        self._current: asyncio.Task[Exchange] | None = None
        self._early: list[Waiting] = []

    async def put(self, waiting: Waiting) -> None:
        """Have a question answered when its turn comes."""
        await waiting.card.wait("Waiting for its turn…" if self._current else "Searching…")
        self._queue.put_nowait(waiting)

    def refused_early(self, conversation: Conversation) -> list[Waiting]:
        """The questions of a conversation, as they were searched, that were refused before all
        articles were indexed: each once, and none while that is so."""
        if self._follower.state.indexed is not None:
            return []
        early = [own for own in self._early if own.conversation.is_same(conversation)]
        self._early = [own for own in self._early if own not in early]
        return [structs.replace(own, conversation=conversation) for own in early]

    def cancel(self) -> bool:
        """Cancel the question that is being answered; whether there was one."""
        if self._current is None:
            return False
        self._current.cancel()
        return True

    async def answer_all(self) -> None:
        """Answer the questions one after another, until cancelled."""
        while True:
            waiting = await self._queue.get()
            task = self._current = asyncio.create_task(self._answered(waiting))
            try:
                await asyncio.wait([task])
            finally:
                task.cancel()
                self._current = None
            await self._conclude(waiting, task)

    async def _answered(self, waiting: Waiting) -> Exchange:
        """Wait for the articles and for the answer: what Esc may cancel.

        Raises:
            VerbatimError: there can be no answer.
        """
        if not self._follower.settled.is_set():
            if waiting.card.is_attached:
                await waiting.card.wait("Waiting until the articles are open…")
            await self._follower.settled.wait()
        await self._follower.look()
        state = self._follower.state
        if state.error is not None and not state.searchable:
            raise state.error
        after = () if waiting.as_written else waiting.conversation.answers
        ask = partial(
            self._archive.answer, waiting.question, after=after, as_written=waiting.as_written
        )
        answer = await asyncio.get_running_loop().run_in_executor(self._thread, ask)
        if state.indexed is not None and answer.nearest:
            searched = answer.searched_as or answer.question
            self._early.append(structs.replace(waiting, question=searched, as_written=True))
        note = self._follower.state.note()
        return Exchange(now(), answer, note or (_AGAIN if waiting.again else None))
