"""A real terminal for a process: a pseudo-terminal whose screen can be read."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

import pyte

PATIENCE = 60.0


class Terminal:
    """A process on a terminal of its own. Use it as a context; leaving it ends the process."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        size: tuple[int, int] = (100, 30),
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        width, height = size
        self._screen = pyte.Screen(width, height)
        self._stream = pyte.Stream(self._screen)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self.written = b""
        self._ours, its = pty.openpty()
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            stdin=its,
            stdout=its,
            stderr=its,
            cwd=cwd,
            env={**(os.environ if env is None else env), "TERM": "xterm-256color"},
            start_new_session=True,
        )
        os.close(its)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.vanish()

    def vanish(self) -> None:
        """Take the terminal away, as when its window is closed; no signal tells the process."""
        if self._ours >= 0:
            os.close(self._ours)
            self._ours = -1

    @property
    def text(self) -> str:
        """What is on the screen, row by row."""
        return "\n".join(row.rstrip() for row in self._screen.display)

    def send(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def until(self, holds: str | Callable[[str], object]) -> float:
        """Read until the screen has a text, or fulfils something; the time since the process
        began, in seconds.

        Raises:
            TimeoutError: it does not come to that.
        """
        check = (lambda text: holds in text) if isinstance(holds, str) else holds
        end = time.monotonic() + PATIENCE
        while not check(self.text):
            if not self._read(end - time.monotonic()):
                raise TimeoutError(f"not on the screen: {holds}\n{self.text}")
        return time.perf_counter() - self.begun

    def wait(self) -> int:
        """Read to the end; the exit code.

        Raises:
            TimeoutError: it does not end.
        """
        end = time.monotonic() + PATIENCE
        while self._read(end - time.monotonic()):
            if time.monotonic() > end:
                raise TimeoutError(f"it goes on:\n{self.text}")
        return self.process.wait(PATIENCE)

    def _read(self, patience: float) -> bool:
        if not select.select([self._ours], [], [], max(patience, 0))[0]:
            return False
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # Linux's way of saying that the other side is closed
            return False
        self.written += data
        self._stream.feed(self._decode(data))
        return bool(data)
