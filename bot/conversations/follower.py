"""The articles as the chat has them: opened, kept up to date, and what there is to say of it."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from contextlib import suppress
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from bot.archive import Archive
from bot.conversations.updating import Stage, Update, update
from bot.presenting.json import ReportJson, unread_of
from bot.presenting.terminal import count, one_line
from bot.presenting.text import error_words, unread_names, update_summary
from embeddings.errors import VerbatimError

if TYPE_CHECKING:
    from bot.answering.citation import Unread
    from embeddings.index.changes import Look

_log = logging.getLogger(__name__)

LOOK_EVERY = 30
"""Seconds after which the folder is looked at though nothing told of a change: network
disks tell of none. A guess."""

_WAIT = 3.0
"""Seconds that a question waits at most for changes that it is the first to notice: an article or
some are indexed by then. A guess."""

_STAGES = {"reading": "Reading articles:", "encoding": "Encoding passages:"}


class State(Struct, frozen=True):
    """How the articles stand.

    Attributes:
        searchable: questions can be put to the archive.
        error: what kept the last look or update from its end.
        counts: articles and passages; None before the first look.
        unread: what could not be read.
        updating: an update is being made that may change answers.
        stage: what that is doing.
        indexed: in a first build, how many articles can be searched, of how many.
        news: what updates did, in a few words.
    """

    searchable: bool = False
    error: VerbatimError | None = None
    counts: tuple[int, int] | None = None
    unread: tuple[Unread, ...] = ()
    updating: bool = False
    stage: Stage | None = None
    indexed: tuple[int, int] | None = None
    news: str = ""

    def status(self, fits: Callable[[str], bool] = lambda line: True) -> str:
        """One line on how things stand: the longest that fits, and that something was not read in
        any case."""
        if self.stage is not None:
            doing = f"{_STAGES[self.stage.name]} {self.stage.done:,} of {self.stage.total:,}"
            if self.indexed is not None:
                doing += " · {:,} of {:,} articles can be searched".format(*self.indexed)
            return doing
        if self.error is not None:
            return one_line(error_words(self.error))
        if self.counts is None:
            return "Opening the articles…"
        articles, passages = self.counts
        line = f"{count(articles, 'article')}, {count(passages, 'passage')}"
        if not self.unread:
            return line + self.news
        number = f"{len(self.unread):,} not read (F2)"
        named = f"{line} · {unread_names(self.unread, most=1)} not read (F2)"
        lines = (named + self.news, named, f"{line} · {number}", number)
        return next(filter(fits, lines), number)

    def note(self) -> str | None:
        """What must be said of an answer given now."""
        if self.indexed is not None:
            done, total = self.indexed
            return f"From the {done:,} of {total:,} articles that are indexed so far."
        if self.error is not None:
            return one_line(f"{self.error}. This is from the articles as they were last read.")
        if self.updating:
            return "The articles have changed; the index is still being brought up to date."
        return None


class Follower:
    """Keeps the index of a folder up to date. `settled` is set once it is known whether questions
    can be put to the archive, or why not."""

    def __init__(
        self, archive: Archive, on_change: Callable[[], None], update_index: Update = update
    ) -> None:
        """Follow the archive's folder, once `follow` runs.

        Args:
            on_change: called whenever there is another `state`.
            update_index: brings the index up to date.
        """
        self.state = State()
        self.settled = asyncio.Event()
        self._archive = archive
        self._on_change = on_change
        self._update_index = update_index
        self._changed = asyncio.Event()
        self._done = asyncio.Event()  # what comes of the next look
        self._turn = asyncio.Lock()

    def _set(self, **fields: Any) -> None:
        self.state = structs.replace(self.state, **fields)
        self._on_change()

    async def follow(self, thread: Executor, on_update: Callable[[], Awaitable[None]]) -> None:
        """Open the articles, then follow the folder until cancelled.

        Args:
            thread: where questions are answered; the index is opened there.
            on_update: called when the index has changed.
        """
        watching = asyncio.create_task(self._watch(self._archive.settings.seeds))
        opened = False
        try:
            while True:
                self._changed.clear()
                done, self._done = self._done, asyncio.Event()
                updated = await self.update()
                if self.state.searchable and (updated or not opened):
                    opened = await self._open(thread)
                done.set()
                if updated:
                    await on_update()
                await self._changed.wait()
        finally:
            watching.cancel()

    async def look(self) -> None:
        """Look at the folder now, and wait a little for what comes of it: not every disk tells of
        a change. While an update is being made nothing is waited for, and `State.note` says so."""
        self._changed.set()
        if self.state.updating:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._done.wait(), _WAIT)

    async def _open(self, thread: Executor) -> bool:
        """Open the index in the thread that will search it; whether it could be."""
        try:
            await asyncio.get_running_loop().run_in_executor(thread, self._archive.open)
        except VerbatimError as error:
            _log.warning("the index cannot be opened: %s: %s", type(error).__name__, error)
            self._set(error=error)
            return False
        return True

    async def update(self) -> bool:
        """Make the index agree with the folder; whether anything was written."""
        async with self._turn:
            report: ReportJson | None = None
            try:
                looked = await asyncio.to_thread(self._archive.look)
                self._see(looked)
                if looked.differs:
                    report = await self._update_index(self._archive.settings, looked, self._show)
                self.state = structs.replace(self.state, searchable=True, error=None)
            except VerbatimError as error:
                _log.warning("the update failed: %s (%s)", type(error).__name__, error.kind)
                self.state = structs.replace(self.state, error=error)
            finally:
                self._set(stage=None, indexed=None, updating=False)
            if report is not None:
                counts = report["articles"], report["passages"]
                self._archive.unread = unread_of(report["unread"])
                # a first build is not news
                changes = update_summary(report["added"], report["changed"], report["removed"])
                news = f" · {datetime.now():%H:%M} {changes}" if looked.articles and changes else ""
                self._set(counts=counts, unread=self._archive.unread, news=news or self.state.news)
            self.settled.set()
            return report is not None

    def _see(self, looked: Look) -> None:
        """What a look tells: an index that is there can be searched while it is brought up to
        date."""
        mine = looked.meta is not None and looked.meta.seeds == str(self._archive.settings.seeds)
        searchable = mine and looked.remake is None
        growing = searchable and looked.meta is not None and not looked.meta.complete
        expected = looked.articles + len(looked.new)
        self._set(
            counts=(looked.articles, looked.passages),
            unread=self._archive.unread,
            searchable=self.state.searchable or searchable,
            updating=looked.differs,
            indexed=(looked.articles, expected) if growing else None,
        )
        if searchable:
            self.settled.set()

    def _show(self, stage: Stage) -> None:
        if stage.name == "indexed":
            self._set(indexed=(stage.done, stage.total), searchable=True)
            self.settled.set()
        else:
            self._set(stage=stage)

    def _concerns(self, change: object, path: str) -> bool:  # noqa: ARG002
        """Whether a changed file may be an article: nothing hidden, and nothing of the index."""
        at = self._archive.settings
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
                    ignore_permission_denied=True,
                ):
                    self._changed.set()
            except (OSError, RuntimeError) as error:
                _log.info("the folder cannot be watched: %s", type(error).__name__)
                # The folder is gone, or the system watches no more folders: look now and then.
                await asyncio.sleep(LOOK_EVERY)
                self._changed.set()
