"""The index is brought up to date in a process of its own, so that the chat never stutters.

`update` runs this module as a program. That is given how the index stands, so as not to list the
folder again, and says what it does, one JSON object a line: a `Stage` while it works, `Done` or
`Failed` at its end. A rebuild that is killed loses nothing, so the chat may end it at any moment.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from bot.archive import Archive
from bot.log import log_to
from bot.presenting.json import ReportJson, report_json
from bot.presenting.text import remedy_words
from bot.settings import Settings, log_file
from embeddings.errors import VerbatimError

if TYPE_CHECKING:
    from embeddings.index.changes import Look

_LONGEST_LINE = 1 << 28
"""Bytes of a line: a report names every article that came."""


class UpdateFailed(VerbatimError):
    """The other process told of an error, or ended without a word."""

    kind = "update"


class Stage(Struct, frozen=True, tag="stage"):
    """What the process is doing: how many, of how many."""

    name: str
    done: int
    total: int


class Done(Struct, frozen=True, tag="done"):
    """The index is up to date; `report` is None where it was."""

    report: ReportJson | None


class Failed(Struct, frozen=True, tag="failed"):
    """The index is as it was."""

    message: str
    remedy: str


Update = Callable[[Settings, "Look", Callable[[Stage], None]], Awaitable[ReportJson | None]]
"""(settings, how the index stands, what to call with each stage) → the report of a rebuild, as
`update` gives it."""


async def update(
    settings: Settings, looked: Look, on_stage: Callable[[Stage], None]
) -> ReportJson | None:
    """Bring the index up to date; the document of `bot rebuild --json`, or None where it was.

    Raises:
        UpdateFailed: it could not be; the index is as it was.
    """
    try:
        with tempfile.TemporaryFile() as complaints:
            starting = asyncio.ensure_future(
                asyncio.create_subprocess_exec(
                    sys.executable,
                    "-P",
                    "-m",
                    __name__,
                    str(settings.seeds),
                    str(settings.index),
                    settings.model,
                    str(settings.max_bytes),
                    str(settings.log or log_file()),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=complaints,
                    limit=_LONGEST_LINE,
                    env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                )
            )
            try:
                process = await asyncio.shield(starting)
                last = await _follow(process, msgspec.json.encode(looked), on_stage)
            finally:
                await _ended(starting)
            if isinstance(last, Done):
                return last.report
            if isinstance(last, Failed):
                raise UpdateFailed(last.message, remedy=last.remedy)
            complaints.seek(0)
            said = complaints.read().decode(errors="replace").strip().rpartition("\n")[2]
    except (OSError, ValueError) as error:  # no room, no process, or a line that is none of ours
        raise UpdateFailed(
            f"The index cannot be brought up to date: {error}",
            remedy="Run bot rebuild to see why.",
        ) from error
    raise UpdateFailed(
        f"Bringing the index up to date ended early{': ' + said if said else ''}",
        remedy="Run bot rebuild to see why.",
    )


async def _ended(starting: asyncio.Future[asyncio.subprocess.Process]) -> None:
    """End the process, also one that is only being started, and wait until it has ended: else its
    pipes stay open."""
    await _done(starting)
    if starting.exception() is None:
        process = starting.result()
        if process.returncode is None:
            process.terminate()
        while True:
            waiting = asyncio.ensure_future(process.communicate())
            await _done(waiting)
            if not waiting.cancelled():  # as all tasks of a loop that ends are: then once more
                break


async def _done(task: asyncio.Future[Any]) -> None:
    """Wait for what must come to its end; whoever is cancelled meanwhile waits too."""
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([task])


async def _follow(
    process: asyncio.subprocess.Process, looked: bytes, on_stage: Callable[[Stage], None]
) -> Done | Failed | None:
    """Read what the process says to its end; None where it says no last word."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(looked)
    process.stdin.close()
    async for line in process.stdout:
        message: Stage | Done | Failed = msgspec.json.decode(line, type=Stage | Done | Failed)
        if not isinstance(message, Stage):
            return message
        on_stage(message)
    return None


def main(arguments: list[str]) -> None:
    """What the other process does."""
    from embeddings.index.changes import Look

    if hasattr(os, "nice"):
        os.nice(10)  # the chat comes first
    seeds, index, model, max_bytes, log = arguments
    log_to(Path(log), asked_for=False)
    looked = msgspec.json.decode(sys.stdin.buffer.read(), type=Look)
    archive = Archive(Settings(Path(seeds), Path(index), model, int(max_bytes)))
    try:
        report = archive.update(
            looked, progress=lambda stage, done, total: _say(Stage(stage, done, total))
        )
    except VerbatimError as error:
        _say(Failed(str(error), remedy_words(error.remedy)))
    else:
        _say(Done(report_json(report) if report else None))


def _say(message: Stage | Done | Failed) -> None:
    print(msgspec.json.encode(message).decode(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
