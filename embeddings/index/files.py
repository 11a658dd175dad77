"""A file under a second name: what a generation has in common with the last is there once."""

from __future__ import annotations

import os
from pathlib import Path


def link(file: Path, other: Path) -> None:
    """Give a file that is never changed another name; a copy where it can have none."""
    import shutil

    try:
        os.link(file, other)
    except OSError:
        shutil.copy2(file, other)
