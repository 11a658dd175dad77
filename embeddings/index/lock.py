"""One writer at a time: a lock file with the holder's process id.

The system drops the lock when its holder ends, however it ends.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from embeddings.errors import IndexBusy, Remedy
from embeddings.index.files import LOCK, make_folder, unwritable


@contextmanager
def writer_lock(
    folder: Path, *, wait: bool = True, on_wait: Callable[[str], None] = lambda holder: None
) -> Iterator[bool]:
    """Hold the writer's lock of the index in `folder`; whether that had to be waited for.

    Args:
        wait: whether to wait while another process holds it.
        on_wait: told who holds it, in words, before the waiting begins.

    Raises:
        IndexBusy: it is held, and `wait` is false.
        IndexUnusable: the lock file cannot be made.
    """
    from filelock import FileLock, Timeout

    make_folder(folder)
    path = folder / LOCK
    lock, waited = FileLock(path), False
    try:
        try:
            lock.acquire(blocking=False)
        except Timeout as error:
            holder = _holder(path)
            if not wait:
                raise IndexBusy(
                    f"The index in {folder} is being written by {holder}",
                    remedy=Remedy("wait for the other process"),
                ) from error
            on_wait(holder)
            waited = True
            lock.acquire()
    except OSError as error:
        raise unwritable(folder, error.strerror or str(error)) from error
    try:
        _write_holder(path)
        yield waited
    finally:
        lock.release()


def _holder(path: Path) -> str:
    try:
        number = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        number = ""
    return f"process {number}" if number.isdecimal() else "another process"


def _write_holder(path: Path) -> None:
    try:
        with path.open("r+", encoding="ascii") as file:
            file.truncate()
            file.write(f"{os.getpid()}\n")
    except OSError:
        return  # a full disk: the lock holds all the same, only its holder is not named
