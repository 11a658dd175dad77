"""What is being done, on standard error: a line, a bar on a terminal, a few lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from bot import render

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from embeddings.rebuild import Progress

_WORDS = {"reading": "Reading articles", "encoding": "Encoding passages", "writing": "Writing"}
_LINE_EVERY = 10.0
"""Seconds between two lines where there is no terminal to draw a bar on."""


def say(text: str) -> None:
    """A line for people. Where nobody listens, the answer is given all the same."""
    with suppress(OSError):
        print(render.one_line(text), file=sys.stderr, flush=True)


@contextmanager
def shown() -> Iterator[Progress]:
    """A progress callback that draws as long as the block lasts; nothing before its first call."""
    with ExitStack() as stack:
        yield _bars(stack) if sys.stderr.isatty() else _lines()


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
    last = 0.0

    def progress(stage: str, done: int, total: int) -> None:
        nonlocal last
        if stage != "encoding":
            return
        if done == 0:
            last = time.monotonic()
            say(f"Encoding {render.count(total, 'passage')}…")
        elif done < total and time.monotonic() - last >= _LINE_EVERY:
            last = time.monotonic()
            say(f"Encoded {done:,} of {total:,}…")

    return progress
