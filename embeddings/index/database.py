"""The SQLite file `index.db`: its schema, its transactions, and its errors told to people.

Readers see one committed state for as long as they hold a `snapshot`, and never wait
(write-ahead log); writers take turns by `lock.py`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from embeddings.errors import IndexDamaged, IndexOutdated, IndexUnusable

FORMAT = 2
"""Number of the schema below; an index of another is not read."""

FILE = "index.db"
_SUSPECT = "index.db.suspect"
_PAGE_BYTES = 16_384  # several vectors fit into one
_READ_ONLY = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)

_TABLES = {"passages", "sentences", "vectors"}
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    title TEXT NOT NULL,
    published TEXT,
    encoding TEXT NOT NULL
);
CREATE TABLE unreadable (
    source TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL,
    reason TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL,
    start_line INTEGER NOT NULL,
    end_line INTEGER NOT NULL,
    text TEXT NOT NULL,
    encoded BLOB NOT NULL
);
CREATE INDEX passages_article ON passages (article);
CREATE INDEX passages_encoded ON passages (encoded);
CREATE TABLE sentences (
    passage INTEGER NOT NULL REFERENCES passages (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL,
    PRIMARY KEY (passage, number)
) WITHOUT ROWID;
CREATE TABLE vectors (
    encoded BLOB PRIMARY KEY NOT NULL,
    passage BLOB NOT NULL CHECK (length(passage) > 0),
    sentences BLOB NOT NULL CHECK (2 * length(sentences) % length(passage) = 0)
);
"""


class Database:
    """An open index.db."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open the file in `folder`; with `create`, make what is missing.

        Raises:
            FileNotFoundError: there is no index here (without `create`).
            IndexUnusable: it is damaged, of another format, or cannot be opened.
        """
        self.path = folder / FILE
        if create:
            make_folder(folder)
        elif not self.path.exists():
            raise FileNotFoundError(self.path)
        with _explained(self.path):
            try:
                self._open("mode=rwc" if create else "mode=rw", create=create)
            except sqlite3.OperationalError as error:
                if create or error.sqlite_errorcode & 0xFF not in _READ_ONLY:
                    raise
                self._open("mode=ro&immutable=1")  # a folder in which nobody can be writing
        self._file = _number(self.path)

    def _open(self, mode: str, *, create: bool = False) -> None:
        self._db = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?{mode}",
            uri=True,
            isolation_level=None,
            timeout=60,
            check_same_thread=False,
        )
        try:
            self._prepare(create)
        except BaseException:
            self._db.close()
            raise

    def _prepare(self, create: bool) -> None:
        self._db.execute("PRAGMA foreign_keys = ON")
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        tables = {name for (name,) in self._db.execute("SELECT name FROM sqlite_schema")}
        if tables and not tables & _TABLES:
            raise IndexUnusable(
                f"{self.path} is another program's database",
                remedy="Name a new or empty folder: --index FOLDER.",
            )
        if version == 0 and create:
            self._db.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {FORMAT};")
            self._db.execute("COMMIT")
        elif version == 0:
            raise FileNotFoundError(self.path)
        elif version < FORMAT:
            raise IndexOutdated(
                f"The index {self.path} was made by an earlier version of bot",
                remedy="Make it anew from the articles: bot rebuild",
            )
        elif version > FORMAT:
            raise IndexUnusable(
                f"{self.path} is of format {version}, and this version of bot reads {FORMAT}",
                remedy=f"Remove {self.path.parent} and run: bot rebuild",
            )

    def close(self) -> None:
        self._db.close()

    def is_replaced(self) -> bool:
        """Whether another file is at its place by now: a rebuild made one anew."""
        return _number(self.path) != self._file

    def __del__(self) -> None:
        """Close with the last reference, as a file does."""
        if hasattr(self, "_db"):
            self._db.close()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that is read inside is of one committed state."""
        with self._transaction("BEGIN"):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All that is written inside is kept, or on any error none of it."""
        with self._transaction("BEGIN IMMEDIATE"):
            yield

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        with _explained(self.path):
            self._db.execute(begin)
            try:
                yield
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")


def make_folder(folder: Path) -> None:
    """Make the index folder where it is missing.

    Raises:
        IndexUnusable: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error.strerror or str(error)) from error


def _number(path: Path) -> int | None:
    """By which the system tells a file from others that had or have its name."""
    try:
        return os.stat(path).st_ino
    except OSError:
        return None


def flag_damage(folder: Path) -> None:
    """Leave word for the next rebuild that a reader found damage: it does not look at every row.

    Where the folder may not be written to there is no rebuild to be told.
    """
    with suppress(OSError):
        (folder / _SUSPECT).touch()


def damage_is_flagged(folder: Path) -> bool:
    """Whether a reader left word of damage."""
    return (folder / _SUSPECT).exists()


def clear_flag(folder: Path) -> None:
    """Take that word back: the damaged database is no longer there."""
    (folder / _SUSPECT).unlink(missing_ok=True)


def unwritable(folder: Path, reason: str) -> IndexUnusable:
    """The error for an index folder that has no room or may not be used."""
    return IndexUnusable(
        f"The index in {folder} cannot be written: {reason}",
        remedy="Make room or give permission there, or name another place: --index FOLDER.",
    )


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """SQLite's errors, told to people."""
    try:
        yield
    except sqlite3.Error as error:
        raise _reason(path, error) from error


def damaged(path: Path, reason: str) -> IndexDamaged:
    """The error for a database whose content is not whole."""
    return IndexDamaged(
        f"The index {path} is damaged ({reason})",
        remedy="Make it anew from the articles: bot rebuild",
    )


def _reason(path: Path, error: sqlite3.Error) -> IndexUnusable:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR):
        return damaged(path, str(error))
    if code == sqlite3.SQLITE_BUSY:
        return IndexUnusable(
            f"The index {path} is held by another program", remedy="Try again in a moment."
        )
    return unwritable(path.parent, str(error))
