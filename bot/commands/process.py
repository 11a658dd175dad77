"""What only a process of our own sets of itself: threads, environment, streams, the collector.

Neither importing a module nor opening an archive sets any of it, so that the Python API leaves a
program that uses it as it is.
"""

from __future__ import annotations

import atexit
import gc
import io
import os
import sys


def prepare(*, as_json: bool) -> None:
    """Settle what must be settled before anything else is imported."""
    # numpy's BLAS waits in loops: threads of its own, in several processes on a busy machine,
    # made an encoding of one second last twenty. The light engine brings its own threads, one
    # BLAS thread each, which is also quicker. Without effect once numpy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    _set_streams(as_json)


def do_not_collect() -> None:
    """Do without Python's garbage collector: in a process of a fifth of a second it costs 10 ms
    and finds nothing, and 25 ms at its end."""
    gc.disable()
    atexit.register(gc.freeze)


def collect() -> None:
    """Have the collector back, where it turns out that there is more to do."""
    gc.enable()


def calm_collector() -> None:
    """Keep the collector from holding the chat's screen: what is loaded will stay, and a full
    collection of it would take 50 ms and more. Called once, before the chat runs."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


def drop_output() -> None:
    """Point standard output at nothing, or Python complains at its exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _set_streams(as_json: bool) -> None:
    """No name or quotation may fail to print; JSON is UTF-8 whatever the locale.

    A closed stream is made an empty one, before a file of ours gets its number.
    """
    for name, mode, errors in (
        ("stdin", "r", "replace"),
        ("stdout", "w", "backslashreplace"),
        ("stderr", "w", "backslashreplace"),
    ):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115  (as long as we run)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)
            if as_json and name == "stdout":
                stream.reconfigure(encoding="utf-8")
