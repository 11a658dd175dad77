"""The index is brought up to date in a process of its own, so that the chat never stutters.

`update` runs this module as a program and hands on what that says, one JSON object a line:
{"stage", "done", "total"} while it works, {"report": …} or {"error": …} at its end.
A rebuild that is killed loses nothing, so the chat may end it at any moment.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.archive import Engine
from bot.presenting import json as documents
from bot.settings import Settings
from embeddings.errors import VerbatimError


class UpdateFailed(VerbatimError):
    """The other process told of an error, or ended without a word."""

    kind = "update"


@dataclass(frozen=True, slots=True)
class Stage:
    """What the other process is doing: how many, of how many."""

    name: str
    done: int
    total: int


async def update(settings: Settings, on_stage: Callable[[Stage], None]) -> dict[str, Any] | None:
    """Bring the index up to date; the document of `bot rebuild --json`, or None where it was.

    Raises:
        UpdateFailed: it could not be; the index is as it was.
    """
    try:
        return await _update(settings, on_stage)
    except (OSError, ValueError) as error:  # no room, no process, or a line that is none of ours
        raise UpdateFailed(
            f"The index cannot be brought up to date: {error}",
            remedy="Run bot rebuild to see why.",
        ) from error


async def _update(settings: Settings, on_stage: Callable[[Stage], None]) -> dict[str, Any] | None:
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(
            (sys.executable, "-P", "-m", "bot.conversations.updating", *_arguments(settings)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        try:
            return await asyncio.to_thread(
                _follow, process, lambda stage: loop.call_soon_threadsafe(on_stage, stage)
            )
        except EOFError:
            complaints.seek(0)
            last = complaints.read().decode(errors="replace").strip().rpartition("\n")[2]
            raise UpdateFailed(
                f"Bringing the index up to date ended early{': ' + last if last else ''}",
                remedy="Run bot rebuild to see why.",
            ) from None
        finally:
            process.terminate()  # of one that has ended this is nothing


def _follow(
    process: subprocess.Popen[bytes], on_stage: Callable[[Stage], object]
) -> dict[str, Any] | None:
    """Read what the process says to its end.

    Raises:
        UpdateFailed: it told of an error.
        EOFError: it ended without a report.
    """
    with process:
        for line in process.stdout or ():
            told = json.loads(line)
            if "stage" in told:
                on_stage(Stage(told["stage"], told["done"], told["total"]))
            elif "report" in told:
                report: dict[str, Any] | None = told["report"]
                return report
            else:
                raise UpdateFailed(told["error"]["message"], remedy=told["error"]["remedy"])
    raise EOFError


def _arguments(settings: Settings) -> list[str]:
    return [str(settings.seeds), str(settings.index), settings.model, str(settings.max_bytes)]


def main(arguments: list[str]) -> None:
    """What the other process does."""
    from pathlib import Path

    if hasattr(os, "nice"):
        os.nice(10)  # the chat comes first
    seeds, index, model, max_bytes = arguments
    engine = Engine(Settings(Path(seeds), Path(index), model, int(max_bytes)))
    try:
        report = engine.refresh(
            engine.look(),
            progress=lambda stage, done, total: _say(stage=stage, done=done, total=total),
        )
    except VerbatimError as error:
        _say(**documents.error_json(error))
    else:
        _say(report=documents.report_json(report) if report else None)


def _say(**told: Any) -> None:
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
