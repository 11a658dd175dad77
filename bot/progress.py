"""What a rebuild is doing, on standard error: a bar on a terminal, a few lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from embeddings.rebuild import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

_WORDS = {"reading": "Reading articles", "encoding": "Encoding passages", "writing": "Writing"}
_LINE_EVERY = 10.0
"""Seconds between two lines where there is no terminal to draw a bar on."""


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
    last: dict[str, float] = {}

    def progress(stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage == "encoding" and now - last.get(stage, 0.0) >= _LINE_EVERY:
            last[stage] = now
            print(f"{_WORDS[stage]}: {done:,} of {total:,}", file=sys.stderr)

    return progress
