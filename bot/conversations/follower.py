"""The articles as the chat has them: opened, kept up to date, and what there is to say of it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from bot.archive import Engine
from bot.conversations.updating import Stage, update
from bot.presenting.terminal import count, one_line, told
from embeddings.errors import VerbatimError

LOOK_EVERY = 30
"""Seconds after which the folder is looked at though nothing told of a change: network
disks tell of none."""

_NAMED = 3
_STAGES = {"reading": "Reading articles:", "encoding": "Encoding passages:"}


class Library:
    """One folder of articles. `settled` is set once it is known whether questions can be put
    to the engine (`searchable`), or why not (`error`)."""

    def __init__(self, engine: Engine, on_change: Callable[[], None]) -> None:
        self.settled = asyncio.Event()
        self.searchable = False
        self.error: VerbatimError | None = None
        self._engine = engine
        self._on_change = on_change
        self._changed = asyncio.Event()
        self._turn = asyncio.Lock()
        self._stage: Stage | None = None
        self._indexed: tuple[int, int] | None = None
        self._updating = False
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
        opened = False
        try:
            while True:
                self._changed.clear()
                updated = await self.bring_up_to_date()
                if self.searchable and (updated or not opened):
                    opened = await self._open(thread)
                if updated:
                    await on_update()
                await self._changed.wait()
        finally:
            watching.cancel()

    async def _open(self, thread: Executor) -> bool:
        """Open the index in the thread that will search it; whether it could be."""
        try:
            await asyncio.get_running_loop().run_in_executor(thread, self._engine.open)
        except VerbatimError as error:
            self.error = error
            self._on_change()
            return False
        return True

    async def bring_up_to_date(self) -> bool:
        """Make the index agree with the folder; whether articles came, changed or went."""
        async with self._turn:
            self.error, report = None, None
            try:
                found = await asyncio.to_thread(self._engine.look)
                self._counts = (found.articles, found.passages, len(found.skipped))
                seeds = str(self._engine.settings.seeds)
                if found.meta and found.remake is None and found.meta.seeds == seeds:
                    self._open_for_questions()
                    if not found.meta.complete:
                        self._indexed = found.articles, found.articles + len(found.changes.added)
                if found.differs:
                    self._updating = found.stale
                    report = await update(self._engine.settings, self._show_stage)
                self.searchable = True
            except VerbatimError as error:
                self.error = error
            finally:
                self._stage, self._indexed, self._updating = None, None, False
                self._on_change()
            if report is not None:
                self._counts = (report["articles"], report["passages"], len(report["failed"]))
                if found.articles:  # what was added to nothing needs no telling
                    self._news = _news(report) or self._news
            self.settled.set()
            self._on_change()
            return report is not None

    def _open_for_questions(self) -> None:
        self.searchable = True
        self.settled.set()

    def _show_stage(self, stage: Stage) -> None:
        if stage.name == "indexed":
            self._indexed = stage.done, stage.total
            self._open_for_questions()
        else:
            self._stage = stage
        self._on_change()

    def status(self) -> str:
        """One line on how things stand."""
        if self.error is not None:
            return one_line(told(self.error))
        if self._stage is not None:
            stage, done, total = self._stage.name, self._stage.done, self._stage.total
            doing = f"{_STAGES[stage]} {done:,} of {total:,}"
            if self._indexed is not None:
                doing += " · {:,} of {:,} articles can be searched".format(*self._indexed)
            return doing
        if self._counts is None:
            return "Opening the articles…"
        articles, passages, failed = self._counts
        state = f"{count(articles, 'article')}, {count(passages, 'passage')}"
        if failed:
            state += f" · {count(failed, 'file')} not read (F2)"
        return state + self._news

    def note(self) -> str | None:
        """What must be said of an answer given now."""
        if self._indexed is not None:
            done, total = self._indexed
            return f"From the {done:,} of {total:,} articles that are indexed so far."
        if self._updating:
            return "The articles have changed; the index is still being brought up to date."
        return None

    def _concerns(self, change: object, path: str) -> bool:  # noqa: ARG002
        """Whether a changed file may be an article: nothing hidden, and nothing of the index."""
        at = self._engine.settings
        hidden = any(part.startswith(".") for part in Path(os.path.relpath(path, at.seeds)).parts)
        return not hidden and not Path(path).is_relative_to(at.index)

    async def _watch(self, seeds: Path) -> None:
        """Tell when the folder may have changed."""
        watchfiles = await asyncio.to_thread(import_module, "watchfiles")
        while True:
            try:
                async for _ in watchfiles.awatch(
                    seeds,
                    watch_filter=self._concerns,
                    yield_on_timeout=True,
                    rust_timeout=LOOK_EVERY * 1000,
                ):
                    self._changed.set()
            except (OSError, RuntimeError):
                # The folder is gone, or the system watches no more folders: look now and then.
                await asyncio.sleep(LOOK_EVERY)
                self._changed.set()


def _news(report: dict[str, Any]) -> str:
    """What an update did, in a few words."""
    parts = []
    for name in ("added", "changed", "removed"):
        sources = report[name]
        if sources:
            more = f" and {len(sources) - _NAMED} more" if len(sources) > _NAMED else ""
            parts.append(f"{name} {', '.join(sources[:_NAMED])}{more}")
    return one_line(f" · {datetime.now():%H:%M} {'; '.join(parts)}") if parts else ""
