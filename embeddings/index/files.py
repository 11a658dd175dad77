"""Files and folders of an index: made, linked, synced to the disk, flagged as damaged.

index.db            SQLite, the only source of truth
index.db.damaged    one that was set aside
index.db.renewing   one that is to take the place of one of an earlier format, being made
index.db.renewed    the same, whole, about to do so
index.db.suspect    a reader found damage in it; the next rebuild sets it aside
generations/<n>/    derived from it; `damaged` in it says that a reader found damage there
writer.lock         held by whoever writes
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from embeddings.errors import IndexDamaged, IndexUnusable, Remedy

DATABASE = "index.db"
SUFFIXES = ("", "-wal", "-shm")
"""SQLite's files are the database's name with these."""
GENERATIONS = "generations"
LOCK = "writer.lock"
RENEWING = f"{DATABASE}.renewing"
RENEWED = f"{DATABASE}.renewed"
DAMAGED = f"{DATABASE}.damaged"
_SUSPECT = f"{DATABASE}.suspect"


def make_folder(folder: Path) -> None:
    """Make the index folder where it is missing.

    Raises:
        IndexUnusable: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error.strerror or str(error)) from error


def refuse_others(folder: Path) -> None:
    """See that an index may begin here: in a new or an empty folder, or where there is one.

    Raises:
        IndexUnusable: the folder holds other files and no index.
    """
    try:
        names = {path.name for path in folder.iterdir()}
    except OSError:
        return  # there is none yet, or it says why when it is written to
    others = {name for name in names if not name.startswith(DATABASE)} - {LOCK}
    interrupted = LOCK in names and others <= {GENERATIONS}  # an old one was just removed
    if others and DATABASE not in names and not interrupted:
        raise IndexUnusable(
            f"{folder} holds other files and no index", remedy=Remedy("name an empty index folder")
        )


def inode(path: Path) -> int | None:
    """The file's inode, or None where there is none."""
    try:
        return os.stat(path).st_ino
    except OSError:
        return None


def link(file: Path, other: Path) -> None:
    """Give a file that is never changed another name; a copy where it can have none."""
    import shutil

    try:
        os.link(file, other)
    except OSError:
        shutil.copy2(file, other)


def sync(folder: Path) -> dict[str, tuple[int, int]]:
    """Have the disk keep all files of a folder; path → (size in bytes, time of change in ns)."""
    files = {}
    for root, _, names in os.walk(folder, topdown=False):
        for name in names:
            if name.endswith(".lock"):
                continue
            path = Path(root, name)
            with path.open("rb") as file:
                os.fsync(file.fileno())
                state = os.fstat(file.fileno())
            files[path.relative_to(folder).as_posix()] = (state.st_size, state.st_mtime_ns)
        _sync_folder(Path(root))
    _sync_folder(folder.parent)
    return files


def flag_damage(folder: Path) -> None:
    """Leave word for the next rebuild that a reader found damage: it does not look at every row.

    Where the folder may not be written to there is no rebuild to be told.
    """
    with suppress(OSError):
        (folder / _SUSPECT).touch()


def damage_is_flagged(folder: Path) -> bool:
    """Whether a reader left word of damage."""
    return (folder / _SUSPECT).exists()


def set_aside(folder: Path) -> None:
    """Keep a damaged database under another name, for whoever wants to look into it."""
    for suffix in SUFFIXES:
        path = folder / (DATABASE + suffix)
        if path.exists():
            path.replace(folder / (DAMAGED + suffix))
    (folder / _SUSPECT).unlink(missing_ok=True)


def unwritable(folder: Path, reason: str) -> IndexUnusable:
    """The error for an index folder that has no room or may not be used."""
    return IndexUnusable(
        f"The index in {folder} cannot be written: {reason}",
        remedy=Remedy("make room for the index"),
    )


def damaged(path: Path, reason: str) -> IndexDamaged:
    """The error for a database whose content is not whole."""
    return IndexDamaged(
        f"The index {path} is damaged ({reason})", remedy=Remedy("rebuild the index")
    )


def _sync_folder(path: Path) -> None:
    if os.name == "nt":
        return  # a folder cannot be opened there
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
