"""Driving the chat in tests: wait for a state, never for a time."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import textual.app
import textual.pilot
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Static

from bot.chat.app import ChatApp
from bot.chat.card import Card
from bot.conversations.updating import Stage, Update, update
from bot.presenting.json import ReportJson
from bot.settings import Settings
from embeddings.encoding.model import DEFAULT_MODEL
from embeddings.index.changes import Look
from tests.conftest import MAX_BYTES

PATIENCE = 60.0
"""Seconds after which a state that does not come is a failure."""


async def _once(min_sleep: float = 0.0, max_sleep: float = 0.0) -> None:
    """Let the app go on for a moment."""
    await asyncio.sleep(max(min_sleep, 0.001))


# Textual's pilot waits after each key until the processor is idle, or for a second where it
# never is: on a slow machine that is an hour of waiting. Tests here wait for what they want.
textual.pilot.wait_for_idle = _once  # type: ignore[attr-defined]
textual.app.wait_for_idle = _once  # type: ignore[attr-defined]


async def until(pilot: Pilot[None], holds: Callable[[], object]) -> None:
    """Let the app run until something holds.

    Raises:
        TimeoutError: it does not come to hold.
    """
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await pilot.pause()
    await pilot.pause()


async def press_until(pilot: Pilot[None], key: str, holds: Callable[[], object]) -> None:
    """Press a key that may be pressed twice, again and again until something holds: what is
    still being laid out may undo it once."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await pilot.press(key)


async def send(pilot: Pilot[None], question: str) -> Card:
    """Type a question and press Enter; returns its card."""
    app = pilot.app
    assert isinstance(app, ChatApp)
    before = set(app.transcript.cards)
    app.prompt.insert(question)
    await pilot.press("enter")
    await until(pilot, lambda: set(app.transcript.cards) - before)
    return app.transcript.cards[-1]


async def ask(pilot: Pilot[None], question: str) -> Card:
    """Send a question and wait until its answer is on the screen."""
    card = await send(pilot, question)
    await until(pilot, lambda: card.exchange is not None or card.query(".failed"))
    return card


Opened = tuple[ChatApp, Pilot[None]]


@asynccontextmanager
async def opened(
    seeds: Path,
    index: Path,
    *,
    size: tuple[int, int] = (110, 36),
    keep: bool = False,
    go_on: bool = False,
    before: Callable[[ChatApp], None] = lambda app: None,
    update_index: Update = update,
    wait: bool = True,
) -> AsyncIterator[Opened]:
    """The chat on a folder of articles, as soon as it can be asked (unless not to `wait`).

    Args:
        before: called with the app before it runs.
        update_index: brings the index up to date.
    """
    settings = Settings(seeds, index, DEFAULT_MODEL, MAX_BYTES)
    app = ChatApp(settings, keep=keep, go_on=go_on, update_index=update_index)
    before(app)
    async with app.run_test(size=size, notifications=True) as pilot:
        if wait:
            await until(pilot, app.follower.settled.is_set)
        yield app, pilot


def journey(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """A test that is a coroutine."""

    @functools.wraps(test)
    def run(*arguments: Any, **fixtures: Any) -> None:
        asyncio.run(_awaited(test(*arguments, **fixtures)))

    return run


async def _awaited(journey: Awaitable[None]) -> None:
    await journey


def shown(widget: Widget) -> str:
    """All that the static widgets in it say, in order."""
    parts = [widget] if isinstance(widget, Static) else [*widget.query(Static)]
    return "\n".join(str(one.content) for one in parts if one.display)


def told(app: ChatApp) -> list[str]:
    """The notifications so far."""
    return [one.message for one in app._notifications]


class HeldUpdates:
    """Brings an index up to date (`update_index`) as soon as that may pass."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.passed = asyncio.Event()

    async def update_index(
        self, settings: Settings, looked: Look, on_stage: Callable[[Stage], None]
    ) -> ReportJson | None:
        self.reached.set()
        await self.passed.wait()
        return await update(settings, looked, on_stage)


class Gate:
    """Holds the archive's answers (or looks) back until it is opened."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.passed = threading.Event()
        self.reached = threading.Event()

    def __call__(self, app: ChatApp) -> None:
        real: Callable[..., Any] = getattr(app.archive, self.name)

        def held(*arguments: Any, **options: Any) -> Any:
            self.reached.set()
            assert self.passed.wait(60)
            return real(*arguments, **options)

        setattr(app.archive, self.name, held)
