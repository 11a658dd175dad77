"""The index is brought up to date in a process of its own, so that the chat never stutters.

`update` runs `python -m bot.updating` and hands on what that says, one JSON object a line:
{"stage", "done", "total"} while it works, {"report": …} or {"error": …} at its end.
A rebuild that is killed loses nothing, so the chat may end it at any moment.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot import documents
from bot.engine import Engine
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
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "bot.updating", *_arguments(settings)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=1 << 26,  # the longest line: a report that names every file of a large folder
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    said = asyncio.ensure_future(process.stderr.read())
    try:
        async for line in process.stdout:
            told = json.loads(line)
            if "stage" in told:
                on_stage(Stage(told["stage"], told["done"], told["total"]))
            elif "report" in told:
                report: dict[str, Any] | None = told["report"]
                return report
            else:
                raise UpdateFailed(told["error"]["message"], remedy=told["error"]["remedy"])
        last = (await said).decode(errors="replace").strip().rpartition("\n")[2]
        raise UpdateFailed(
            f"Bringing the index up to date ended early{': ' + last if last else ''}",
            remedy="Run bot rebuild to see why.",
        )
    finally:
        if process.returncode is None:
            process.terminate()
        said.cancel()
        await process.wait()


def _arguments(settings: Settings) -> list[str]:
    return [str(settings.seeds), str(settings.index), settings.model, str(settings.max_bytes)]


def main(arguments: list[str]) -> None:
    """What the other process does."""
    from pathlib import Path

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
