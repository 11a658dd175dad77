"""What a command comes to: an exit code, and what writes its result to standard output."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from bot.presenting.terminal import Line


class Result(NamedTuple):
    """(A NamedTuple: `bot --help` does without msgspec.)"""

    code: int
    show: Callable[[], None]


def document(code: int, content: Mapping[str, Any]) -> Result:
    """A result that is one JSON document."""
    from bot.presenting.json import dump

    return Result(code, lambda: print(dump(content)))


def text(code: int, lines: list[Line]) -> Result:
    """A result that people read."""
    from bot.presenting.terminal import write

    return Result(code, lambda: write(lines, sys.stdout))
