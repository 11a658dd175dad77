"""The SQLite file `index.db`: its schema, its transactions, and its errors told to people.

Readers see one committed state for as long as they hold a `snapshot`, and never wait
(write-ahead log); writers take turns by `lock.py`.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from embeddings.errors import IndexDamaged, IndexOutdated, IndexUnusable, Remedy
from embeddings.index.files import (
    DATABASE,
    RENEWED,
    RENEWING,
    SUFFIXES,
    damaged,
    inode,
    make_folder,
    set_aside,
    unwritable,
)

_log = logging.getLogger(__name__)

FORMAT = 4
"""Number of the schema below; an index of another is not read."""

READABLE_SINCE = 2
"""The first format that tells what it indexed as this one does, and whose vectors are reused."""

_PAGE_BYTES = 16_384  # several vectors fit into one
_READ_ONLY = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)

_TABLES = {"passages", "vectors"}
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
    encoding TEXT NOT NULL,
    outlet TEXT,
    author TEXT,
    address TEXT,
    language TEXT
);
CREATE TABLE unreadable (
    source TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL,
    reason TEXT NOT NULL,
    loss TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL,
    start_line INTEGER NOT NULL,
    end_line INTEGER NOT NULL,
    text TEXT NOT NULL,
    bounds BLOB NOT NULL CHECK (length(bounds) > 0 AND length(bounds) % 8 = 0),
    label TEXT,
    kind TEXT,
    header TEXT,
    encoded BLOB NOT NULL
);
CREATE INDEX passages_article ON passages (article);
CREATE INDEX passages_encoded ON passages (encoded);
CREATE TABLE vectors (
    encoded BLOB PRIMARY KEY NOT NULL,
    passage BLOB NOT NULL CHECK (length(passage) > 0),
    sentences BLOB NOT NULL CHECK (2 * length(sentences) % length(passage) = 0)
);
"""

_COPIED = {
    "vectors": "encoded, passage, sentences",
    "articles": "id, source, size, mtime_ns, ctime_ns, sha256, title, published, encoding",
    "meta": "key, value",
}
"""What a renewal takes along, of the columns that every readable format has."""


class Database:
    """An open index.db. Rows are read by name."""

    def __init__(
        self,
        folder: Path,
        *,
        create: bool = False,
        name: str = DATABASE,
        oldest: int = FORMAT,
    ) -> None:
        """Open the file of that name in `folder`; with `create`, make what is missing.

        Args:
            oldest: the earliest format that will do.

        Raises:
            FileNotFoundError: there is no index here (without `create`).
            IndexUnusable: it is damaged, of another format, or cannot be opened.
        """
        self.path = folder / name
        self._oldest = oldest
        self.format = FORMAT
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
        self._inode = inode(self.path)

    def _open(self, mode: str, *, create: bool = False) -> None:
        self._connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?{mode}",
            uri=True,
            isolation_level=None,
            timeout=60,
            check_same_thread=False,
        )
        self._connection.row_factory = sqlite3.Row
        self.execute = self._connection.execute
        self.executemany = self._connection.executemany
        try:
            self._prepare(create)
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, create: bool) -> None:
        self.execute("PRAGMA foreign_keys = ON")
        (version,) = self.execute("PRAGMA user_version").fetchone()
        tables = {name for (name,) in self.execute("SELECT name FROM sqlite_schema")}
        if tables and not tables & _TABLES:
            raise IndexUnusable(
                f"{self.path} is another program's database",
                remedy=Remedy("name an empty index folder"),
            )
        if version == 0 and create:
            self.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
            self.execute("PRAGMA journal_mode = WAL")
            self._connection.executescript(
                f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {FORMAT};"
            )
            self.execute("COMMIT")
        elif version == 0:
            raise FileNotFoundError(self.path)
        elif version < self._oldest:
            raise IndexOutdated(
                f"The index {self.path} is of an earlier format",
                remedy=Remedy("rebuild the index"),
            )
        elif version > FORMAT:
            raise IndexUnusable(
                f"{self.path} is of format {version}, and this version reads {FORMAT}",
                remedy=Remedy("remove the index", str(self.path.parent)),
            )
        else:
            self.format = version

    def close(self) -> None:
        self._connection.close()

    def is_replaced(self) -> bool:
        """Whether another file is at its place by now: a rebuild made one anew."""
        return inode(self.path) != self._inode

    def __del__(self) -> None:
        """Close with the last reference, as a file does."""
        if hasattr(self, "_connection"):
            self._connection.close()

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
            try:
                self.execute(begin)
                yield
                self.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self.execute("ROLLBACK")


def renew(folder: Path) -> None:
    """Put a new database in the place of one of an earlier format, with its vectors and what it
    tells of its articles.

    What was read, split and put in order is made again; what a model made of it need not be. To
    the rebuild that does so the new one is another version's index: replaced whole, or not at all.
    The old one stays as it is until the new one is whole beside it, and a program that has it
    open keeps it. One that turns out to be damaged is set aside, and all is made again.

    Raises:
        IndexUnusable: there is no room, and the old one is as it was.
    """
    _log.info("renewing a database of an earlier format: %s", folder)
    _remove(folder / RENEWING)
    try:
        with closing(Database(folder, create=True, name=RENEWING)) as database:
            _copy(folder / DATABASE, database)
        (folder / RENEWING).replace(folder / RENEWED)
    except IndexDamaged:
        _remove(folder / RENEWING)
        set_aside(folder)
    except BaseException:
        _remove(folder / RENEWING)
        raise
    else:
        finish_renewal(folder)


def finish_renewal(folder: Path) -> None:
    """Put a new database that is whole in the old one's place, where a kill came in between."""
    if (folder / RENEWED).exists():
        for suffix in SUFFIXES[1:]:  # the old one's, which the new one must not take for its own
            (folder / (DATABASE + suffix)).unlink(missing_ok=True)
        (folder / RENEWED).replace(folder / DATABASE)


def _copy(old: Path, database: Database) -> None:
    with _explained(old):
        database.execute("ATTACH ? AS outdated", (str(old),))
        (version,) = database.execute("PRAGMA outdated.user_version").fetchone()
        if version >= READABLE_SINCE:
            with database.writing():
                for table, columns in _COPIED.items():
                    database.execute(
                        f"INSERT INTO {table} ({columns}) SELECT {columns} FROM outdated.{table}"
                    )
                # no version's: there are no passages to these articles
                database.execute("UPDATE meta SET value = '' WHERE key = 'splitter'")
        database.execute("DETACH outdated")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # all of it in the one file


def _remove(path: Path) -> None:
    for suffix in SUFFIXES:
        Path(f"{path}{suffix}").unlink(missing_ok=True)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """SQLite's errors, told to people."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise  # a slip of ours, such as a database that was closed: nothing is damaged
    except sqlite3.Error as error:
        raise _reason(path, error) from error


def _reason(path: Path, error: sqlite3.Error) -> IndexUnusable:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR):
        return damaged(path, str(error))
    if code == sqlite3.SQLITE_BUSY:
        return IndexUnusable(
            f"The index {path} is held by another program", remedy=Remedy("try again")
        )
    return unwritable(path.parent, str(error))
