"""A file that is the old one or the new one, whole, whatever happens while it is written."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in the place of the one of that name, on the disk when this returns.

    Raises:
        OSError: it cannot be written; the old one is as it was.
    """
    path = Path(os.path.realpath(path))  # the file that a link leads to, not the link
    beside = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
    if os.name != "nt":  # a folder cannot be opened there
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
