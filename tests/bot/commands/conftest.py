"""Commands on the project's own articles, and what they print."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import BOT, SEEDS, Bot

QUESTION = "How late did the launch start?"


@pytest.fixture
def ask(bot: Bot, seeds_index: Path) -> Bot:
    """Commands on the project's own articles, built once for all tests."""

    def run(command: str, *arguments: str | Path, **settings: Any) -> Any:
        return bot(command, "--seeds", SEEDS, "--index", seeds_index, *arguments, **settings)

    return run


def document(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["schema_version"] == 1
    return found


def on_a_terminal(*arguments: str | Path, cwd: Path, **environment: str) -> str:
    """What the command draws on a terminal of 60 columns."""
    main, other = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "60", **environment}
    with subprocess.Popen(
        [*BOT, *map(str, arguments)], stdin=other, stdout=other, stderr=other, cwd=cwd, env=env
    ) as process:
        os.close(other)
        drawn = b""
        while True:
            try:
                part = os.read(main, 65536)
            except OSError:
                break
            if not part:
                break
            drawn += part
        assert process.wait() == 0
    os.close(main)
    return drawn.decode()
