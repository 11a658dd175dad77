"""The log: what went wrong behind the scenes, in a file.

Kinds of events, paths of folders, counts and timings; never a question's or an article's words, nor
an article's name: they are somebody's sources. Modules log to `logging.getLogger(__name__)`, as a
program that uses the Python API expects; this is where a process of ours has it written.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path

from embeddings.errors import VerbatimError

LARGEST = 1_000_000
"""Bytes from which a log is put aside (as `.1`, in the place of the one before) when a process
begins to write. A guess: thousands of events, of which a day has a few."""


class LogError(VerbatimError):
    """The log that was asked for cannot be written: wrong usage."""

    kind = "usage"


def log_to(path: Path, *, asked_for: bool = True) -> None:
    """Have this process write its log to a file, and nothing of it to the screen.

    Args:
        asked_for: a person named it; the usual one is not worth a complaint.

    Raises:
        LogError: it cannot be written, and was asked for.
    """
    try:
        if path.exists() and path.stat().st_size > LARGEST:
            path.replace(f"{path}.1")
        if asked_for:
            _opened(path).close()
    except OSError as error:
        if asked_for:
            raise LogError(
                f"The log {path} cannot be written: {error.strerror}",
                remedy="Name another file: --log FILE (or BOT_LOG).",
            ) from error
    handler = _Quiet(path, encoding="utf-8", delay=True)
    form = "%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"
    handler.setFormatter(logging.Formatter(form))
    for name in ("bot", "embeddings"):
        logger = logging.getLogger(name)
        for former in logger.handlers:
            former.close()
        logger.handlers = [handler]
        logger.setLevel(logging.INFO)
        logger.propagate = False


class _Quiet(logging.FileHandler):
    """A file handler that makes the folder when there is something to write. A log is not worth a
    word on the screen, and what cannot be written is not."""

    def _open(self) -> TextIOWrapper:
        path = Path(self.baseFilename)
        path.parent.mkdir(parents=True, exist_ok=True)
        return _opened(path)

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):
            super().emit(record)

    def close(self) -> None:
        with suppress(OSError):  # what was held back finds no room either
            super().close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Say nothing."""


def _opened(path: Path) -> TextIOWrapper:
    """The log, which nobody else may read. A named pipe in its place does not hold us."""
    waits_not = getattr(os, "O_NONBLOCK", 0)
    return open(
        path,
        "a",
        encoding="utf-8",
        opener=lambda name, flags: os.open(name, flags | waits_not, 0o600),
    )
