"""What one process takes: its time, and the most memory that it had.

It is started by a small process of its own: the system counts the memory of whoever starts a
process as that process's, up to the moment at which it becomes another program.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

PROJECT = Path(__file__).parents[2]
SEEDS = PROJECT / "seeds"
BOT = (sys.executable, "-m", "bot")


class Taken(NamedTuple):
    """`megabytes` of resident memory, at most."""

    seconds: float
    megabytes: float


def taken(command: list[str]) -> Taken:
    """Run a command, whose output is dropped, in the project's folder.

    Raises:
        CalledProcessError: it ended with another code than 0 (done) and 1 (no answer).
    """
    launcher = [sys.executable, "-m", "tests.bench.process", *command]
    done = subprocess.run(launcher, check=True, stdout=subprocess.PIPE, cwd=PROJECT)
    return Taken(*json.loads(done.stdout))


def _launch(command: list[str]) -> Taken:
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise subprocess.CalledProcessError(process.returncode, command)
    return Taken(seconds, used.ru_maxrss / 1024)


if __name__ == "__main__":
    print(json.dumps(_launch(sys.argv[1:])))
