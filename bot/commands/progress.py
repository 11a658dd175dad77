"""What is being done, on standard error: a line, a bar on a terminal, a few lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from bot.commands import process
from bot.presenting.terminal import count, one_line

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from bot.archive import Archive
    from embeddings.index.changes import Look
    from embeddings.index.rebuild import Progress

_WORDS = {
    "reading": "Reading articles",
    "encoding": "Encoding passages",
    "indexed": "Articles indexed",
    "asking": "Asking questions",
}
_COUNTED = {
    "encoding": ("Encoding", "Encoded", "passage"),
    "asking": ("Asking", "Asked", "question"),
}
"""Stages that are told of without a terminal: what is being done, what was, and of what."""
_LINE_EVERY = 10.0
"""Seconds between two lines where there is no terminal to draw a bar on."""


def say(text: str) -> None:
    """A line for people. Where nobody listens, the answer is given all the same."""
    with suppress(OSError):
        print(one_line(text), file=sys.stderr, flush=True)


@contextmanager
def shown() -> Iterator[Progress]:
    """A progress callback that draws as long as the block lasts; nothing before its first call."""
    with ExitStack() as stack:
        yield _bars(stack) if sys.stderr.isatty() else _lines()


def update(archive: Archive) -> None:
    """Make the index agree with the folder, telling of it, and of what could not be read.

    Raises:
        ArticlesError, IndexUnusable, ModelError: as `Archive.update`.
    """
    looked = archive.look()
    if looked.differs:
        _update(archive, looked)
    if archive.unread:
        from bot.presenting.text import unread_words

        say(unread_words(archive.unread))


def _update(archive: Archive, looked: Look) -> None:
    process.collect()
    from bot.presenting.text import news

    with shown() as show_progress:
        archive.update(
            looked,
            on_wait=say_who_writes,
            on_change=lambda new, changed, removed: say(news(looked, new, changed, removed)),
            progress=show_progress,
        )


def say_caveats(archive: Archive) -> None:
    """What does not hold that was meant to: the reader, a guarantee. After a question, for then it
    is known at no cost whether there is a reader."""
    from bot.guarantee import guarantee_of
    from bot.presenting.status import caveats
    from bot.reading import no_reader

    why = None if archive.reader else no_reader(archive.settings)
    guarantee = guarantee_of(archive.settings, archive.model, reads=why is None)
    for words in caveats(why, guarantee):
        say(words)


def say_who_writes(holder: str) -> None:
    """That another process has the writer's lock."""
    say(f"Waiting for {holder}, which is writing the index…")


def _bars(stack: ExitStack) -> Progress:
    tasks: dict[str, TaskID] = {}
    bars: Bars | None = None

    def progress(stage: str, done: int, total: int) -> None:
        nonlocal bars
        if bars is None:
            bars = stack.enter_context(_drawing())
        if stage not in tasks:
            tasks[stage] = bars.add_task(_WORDS[stage], total=total)
        bars.update(tasks[stage], completed=done, total=total)

    return progress


def _drawing() -> Bars:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _lines() -> Progress:
    last, about = 0.0, ""

    def progress(stage: str, done: int, total: int) -> None:
        nonlocal last, about
        if stage == "reading":
            about = "about " if done < total else ""
        if stage not in _COUNTED:
            return
        doing, did, thing = _COUNTED[stage]
        if done == 0:
            last = time.monotonic()
            say(f"{doing} {about}{count(total, thing)}…")
        elif done < total and time.monotonic() - last >= _LINE_EVERY:
            last = time.monotonic()
            say(f"{did} {done:,} of {about}{total:,}…")

    return progress
