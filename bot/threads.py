"""numpy's BLAS held to one thread while an archive of a program that is not ours computes.

BLAS waits in loops: threads of its own, in several processes on a busy machine, made an encoding
of one second last twenty. The commands set that once, for their whole process
(`commands/process.py`); the Python API must leave the program that uses it as it is, and so holds
it only as long as some archive computes. Measured: .04 ms a question, from two threads or eight.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

_turn = threading.Lock()
_limiter: Any = None
_holders = 0
_process = os.getpid()


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold BLAS to the thread that asks it. The first of several holders, in any thread, sets it,
    and the last puts it back."""
    global _limiter, _holders
    if _process != os.getpid():
        _begin_anew()
    with _turn:
        if not _holders:
            with _in_control():
                _limiter = _controller().limit(limits=1, user_api="blas")
        _holders += 1
    try:
        yield
    finally:
        with _turn:
            _holders -= 1
            if not _holders:
                with _in_control():
                    _limiter.restore_original_limits()


def _begin_anew() -> None:
    """Let go of what this process inherited from one that it was forked from while that computed:
    whoever held it there will not put anything back here."""
    global _turn, _holders, _process
    _turn, _process = threading.Lock(), os.getpid()
    if _holders:
        _holders = 0
        with _in_control():
            _limiter.restore_original_limits()


@contextmanager
def _in_control() -> Iterator[None]:
    """Let this thread set how many BLAS has, and then any other: threadpoolctl (from 3.8 on) would
    have the one that set it last alone do so, and our last holder is seldom our first."""
    from threadpoolctl import OpenBLASController

    release = getattr(OpenBLASController, "clear_controlling_thread", lambda force: None)
    release(force=True)
    yield
    release(force=True)


@cache
def _controller() -> ThreadpoolController:
    """What knows the libraries of this process: to look for them takes 1.5 ms."""
    import numpy as np  # noqa: F401  (what is limited must be loaded)
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
