"""The articles as the chat has them: opened, kept up to date, and what there is to say of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from bot.engine import Engine
from bot.render import count, one_line
from bot.updating import Stage, update
from embeddings.errors import VerbatimError

LOOK_EVERY = 30
"""Seconds after which the folder is looked at though nothing told of a change: network
disks tell of none."""

_NAMED = 3


class Library:
    """One folder of articles. `settled` is set once questions can be put to the engine,
    or it is known why not (`error`)."""

    def __init__(self, engine: Engine, on_change: Callable[[], None]) -> None:
        self.settled = asyncio.Event()
        self.error: VerbatimError | None = None
        self._engine = engine
        self._on_change = on_change
        self._changed = asyncio.Event()
        self._turn = asyncio.Lock()
        self._stage: Stage | None = None
        self._partial = False
        self._counts: tuple[int, int, int] | None = None
        self._news = ""

    async def keep_current(
        self, thread: Executor, on_update: Callable[[], Awaitable[None]]
    ) -> None:
        """Open the articles, then follow the folder until cancelled.

        Args:
            thread: where questions are answered; the index is opened there.
            on_update: called when articles have changed in the index.
        """
        watching = asyncio.create_task(self._watch(self._engine.settings.seeds))
        try:
            while True:
                self._changed.clear()
                if await self.bring_up_to_date():
                    await on_update()
                if self.error is None:
                    loop = asyncio.get_running_loop()
                    await loop.run_in_executor(thread, self._engine.open)
                self._on_change()
                await self._changed.wait()
        finally:
            watching.cancel()

    async def bring_up_to_date(self) -> bool:
        """Make the index agree with the folder; whether articles came, changed or went."""
        async with self._turn:
            self.error, report = None, None
            try:
                found = await asyncio.to_thread(self._engine.look)
                self._partial = found.meta is None or found.remake is not None
                self._counts = (found.articles, found.passages, len(found.skipped))
                if not self._partial:
                    self.settled.set()
                if found.differs:
                    report = await update(self._engine.settings, self._show_stage)
            except VerbatimError as error:
                self.error = error
            self._stage = None
            self._partial = False
            if report is not None:
                self._counts = (report["articles"], report["passages"], len(report["failed"]))
                self._news = _news(report)
            self.settled.set()
            self._on_change()
            return report is not None

    def _show_stage(self, stage: Stage) -> None:
        self._stage = stage
        self._on_change()

    def status(self) -> str:
        """One line on how things stand."""
        if self.error is not None:
            return one_line(f"{self.error}. {self.error.remedy}")
        if self._stage is not None:
            return f"{self._stage.name} {self._stage.done:,} of {self._stage.total:,}"
        if self._counts is None:
            return "Opening the articles…"
        articles, passages, failed = self._counts
        told = f"{count(articles, 'article')}, {count(passages, 'passage')}"
        if failed:
            told += f" · {count(failed, 'file')} not read (F2)"
        return told + self._news

    def note(self) -> str | None:
        """What must be said of an answer given now."""
        return None

    async def _watch(self, seeds: Path) -> None:
        """Tell when the folder may have changed."""
        watchfiles = await asyncio.to_thread(import_module, "watchfiles")
        while True:
            try:
                async for _ in watchfiles.awatch(
                    seeds, watch_filter=None, yield_on_timeout=True, rust_timeout=LOOK_EVERY * 1000
                ):
                    self._changed.set()
            except (OSError, RuntimeError):
                # The folder is gone, or the system watches no more folders: look now and then.
                await asyncio.sleep(LOOK_EVERY)
                self._changed.set()


def _news(report: dict[str, Any]) -> str:
    """What an update did, in a few words."""
    told = []
    for name in ("added", "changed", "removed"):
        sources = report[name]
        if sources:
            more = f" and {len(sources) - _NAMED} more" if len(sources) > _NAMED else ""
            told.append(f"{name} {', '.join(sources[:_NAMED])}{more}")
    return one_line(f" · {datetime.now():%H:%M} {'; '.join(told)}") if told else ""
