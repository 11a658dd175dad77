"""Conversations, kept in one SQLite file in the user's data folder.

An exchange is kept as it was shown: the document of `bot ask --json`, every quotation with
its source, its lines and the hash of its article.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from platformdirs import user_data_path

from bot.presenting.json import answer_json, answer_of
from bot.settings import APP
from embeddings.errors import VerbatimError

if TYPE_CHECKING:
    from bot.answering.citation import Answer

FORMAT = 1
"""Number of the schema below; a file of another is neither read nor written."""

_SCHEMA = """
CREATE TABLE conversations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    seeds TEXT NOT NULL
);
CREATE TABLE exchanges (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    asked_at TEXT NOT NULL,
    question TEXT NOT NULL,
    answer TEXT NOT NULL,
    note TEXT
);
CREATE INDEX exchanges_conversation ON exchanges (conversation);
"""


class HistoryError(VerbatimError):
    """The conversations cannot be read or kept."""

    kind = "history"


class Exchange(Struct, frozen=True):
    """A question with its answer. `asked_at` is an ISO time in UTC; `note` what must be
    known of the answer, such as that only some of the articles had been indexed."""

    asked_at: str
    answer: Answer
    note: str | None = None


class KeptConversation(Struct, frozen=True):
    """A kept conversation: its first question, how many there are, and when the last was asked."""

    id: int
    title: str
    exchanges: int
    asked_at: str


def history_file() -> Path:
    """Where conversations are kept."""
    return user_data_path(APP) / "conversations.db"


def now() -> str:
    """The time, as an exchange has it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class History:
    """The kept conversations about one folder of articles.

    Raises (all methods):
        HistoryError: the file is damaged, of another version, or cannot be written.
    """

    def __init__(self, seeds: Path) -> None:
        self._seeds = str(seeds)
        self.path = history_file()
        with self._explained():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # what a person asked is nobody else's business
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            self._db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise

    def _prepare(self) -> None:
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.execute("PRAGMA secure_delete = ON")
        with self._writing():
            (version,) = self._db.execute("PRAGMA user_version").fetchone()
            if version == 0:
                for statement in _SCHEMA.split(";"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {FORMAT}")
        if version not in (0, FORMAT):
            raise HistoryError(
                f"The conversations in {self.path} are of format {version}, and this version"
                f" of bot reads {FORMAT}",
                remedy="Move the file away, or use: --no-history",
            )

    def close(self) -> None:
        self._db.close()

    def __del__(self) -> None:
        """Close with the last reference, as a file does."""
        if hasattr(self, "_db"):
            self._db.close()

    def add(self, conversation: int | None, exchange: Exchange) -> int:
        """Keep an exchange at the end of a conversation, or of a new one where there is none
        of that id (it may have been deleted); returns the id."""
        document = json.dumps(answer_json(exchange.answer), ensure_ascii=False)
        row = (exchange.asked_at, exchange.answer.question, document, exchange.note)
        with self._explained(), self._writing():
            known = "SELECT id FROM conversations WHERE id = ?"
            if self._db.execute(known, (conversation,)).fetchone() is None:
                new = "INSERT INTO conversations (seeds) VALUES (?)"
                conversation = self._db.execute(new, (self._seeds,)).lastrowid
            assert conversation is not None
            self._db.execute(
                "INSERT INTO exchanges (conversation, asked_at, question, answer, note)"
                " VALUES (?, ?, ?, ?, ?)",
                (conversation, *row),
            )
        return conversation

    def conversations(self, most: int = 1_000_000) -> list[KeptConversation]:
        """Those about this folder, the latest first, at most so many."""
        with self._explained():
            rows = self._db.execute(
                "SELECT c.id, (SELECT question FROM exchanges WHERE conversation = c.id"
                " ORDER BY id LIMIT 1), count(*), max(asked_at)"
                " FROM conversations c JOIN exchanges e ON e.conversation = c.id"
                " WHERE seeds = ? GROUP BY c.id ORDER BY max(e.id) DESC LIMIT ?",
                (self._seeds, most),
            ).fetchall()
            return [
                KeptConversation(number, str(title), total, _time(asked_at))
                for number, title, total, asked_at in rows
            ]

    def exchanges(self, conversation: int) -> list[Exchange]:
        """What was said in a conversation, in order."""
        with self._explained():
            rows = self._db.execute(
                "SELECT asked_at, answer, note FROM exchanges WHERE conversation = ? ORDER BY id",
                (conversation,),
            ).fetchall()
            return [
                Exchange(_time(asked_at), answer_of(json.loads(document)), note and str(note))
                for asked_at, document, note in rows
            ]

    def delete(self, conversation: int) -> None:
        """Forget a conversation; its text is overwritten in the file."""
        with self._explained(), self._writing():
            self._db.execute("DELETE FROM conversations WHERE id = ?", (conversation,))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Errors of the file, told to people."""
        try:
            yield
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise self._unusable(error) from error
            raise HistoryError(
                f"The conversations in {self.path} are held by another program",
                remedy="They are kept with the next question.",
            ) from error
        except (sqlite3.Error, OSError, ValueError, KeyError, TypeError) as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> HistoryError:
        return HistoryError(
            f"The conversations in {self.path} cannot be used: {error}",
            remedy="Mend or move the file, or use: --no-history",
        )


def _time(asked_at: object) -> str:
    """The time as it is kept.

    Raises:
        ValueError, TypeError: it is none.
    """
    if not isinstance(asked_at, str):
        raise TypeError(f"{asked_at!r} is no time")
    return datetime.fromisoformat(asked_at).isoformat()
