"""The SQLite file `index.db`: the only source of truth of an index.

Everything else in the index folder is derived from it and can be made again. It keeps
articles, passages and sentences, and every vector under the hash of the exact text that
was encoded, so that no text is encoded twice by one model.

Readers see one committed state for as long as they hold a `snapshot`, and never wait
(write-ahead log); writers take turns by `lock.py`.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.articles import Article, FileState, Skipped
from embeddings.errors import IndexDamaged, IndexUnusable
from embeddings.passages import Passage, Sentence

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from embeddings.encoder import Vectors

FORMAT = 1
"""Number of the schema below; an index of another is not read."""

FILE = "index.db"
KEPT_ORPHANS = 1000
"""Vectors that no passage has any more are kept, up to this many or as many as are in use:
an article that comes back, or a model tried and left, costs nothing. An index that was
emptied keeps all: its folder may only have been out of reach."""

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
    encoded BLOB NOT NULL,
    model TEXT NOT NULL,
    passage BLOB NOT NULL,
    sentences BLOB NOT NULL,
    PRIMARY KEY (encoded, model)
);
"""


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """What the index knows of an article's file. `sha256` is that of its bytes."""

    id: int
    state: FileState
    sha256: bytes


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its article and its vectors, which are of unit length.

    `vector`: float32 (dimension,); `sentence_vectors`: float16 (sentences, dimension).
    """

    id: int
    source: str
    title: str
    published: str | None
    passage: Passage
    vector: npt.NDArray[np.float32]
    sentence_vectors: npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Meta:
    """The facts about the index as a whole.

    `generation` is the folder of the derived files that belongs to these rows, `files` what
    must be in it: path → (size in bytes, time of last change in ns), and `dead` the number
    of passages that its words still count though they are gone.
    """

    seeds: str
    model: str
    fingerprint: str
    splitter: str
    generation: int
    built_at: str
    files: dict[str, tuple[int, int]]
    dead: int


def encoded_key(passage: Passage) -> bytes:
    """SHA-256 of what determines the vectors: the text and where its sentences are."""
    digest = hashlib.sha256(passage.text.encode())
    for one in passage.sentences:
        bounds = one.start_char - passage.start_char, one.end_char - passage.start_char
        digest.update(b"\0%d-%d" % bounds)
    return digest.digest()


class Store:
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
            self._db = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}",
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
        if version == 0 and create:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {FORMAT};")
            self._db.execute("COMMIT")
        elif version == 0:
            raise FileNotFoundError(self.path)
        elif version != FORMAT:
            raise IndexUnusable(
                f"{self.path} is of format {version}, and this version of bot reads {FORMAT}",
                remedy=f"Remove {self.path.parent} and run: bot rebuild",
            )

    def close(self) -> None:
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

    # Reading

    def meta(self) -> Meta | None:
        """The facts about the index, or None where nothing was ever finished."""
        rows = dict(self._db.execute("SELECT key, value FROM meta"))
        if "generation" not in rows:
            return None
        import json

        try:
            return Meta(
                seeds=rows["seeds"],
                model=rows["model"],
                fingerprint=rows["fingerprint"],
                splitter=rows["splitter"],
                generation=int(rows["generation"]),
                built_at=rows["built_at"],
                files={path: (size, time) for path, size, time in json.loads(rows["files"])},
                dead=int(rows["dead"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise _damaged(self.path, f"its facts about itself are not whole: {error}") from error

    def articles(self) -> dict[str, StoredArticle]:
        """source → what is stored of it, sorted by source."""
        rows = self._db.execute(
            "SELECT source, id, size, mtime_ns, ctime_ns, sha256 FROM articles ORDER BY source"
        )
        return {
            source: StoredArticle(number, FileState(source, *state), sha256)
            for source, number, *state, sha256 in rows
        }

    def unreadable(self) -> dict[str, tuple[FileState, str]]:
        """source → (its state when it was tried, the reason it was not indexed)."""
        rows = self._db.execute("SELECT * FROM unreadable ORDER BY source")
        return {source: (FileState(source, *state), reason) for source, *state, reason in rows}

    def count(self, table: str) -> int:
        """How many rows a table has."""
        assert table in ("articles", "passages", "sentences", "vectors")
        (number,) = self._db.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(number)

    def passages(self, ids: Sequence[int], fingerprint: str) -> list[StoredPassage]:
        """The passages of these ids with their sentences.

        Raises:
            IndexDamaged: one is not there, or is not whole.
        """
        import numpy as np

        marks = ",".join("?" * len(ids))
        sentences: dict[int, list[Sentence]] = {}
        for number, start, end in self._db.execute(
            "SELECT passage, start_char, end_char FROM sentences"
            f" WHERE passage IN ({marks}) ORDER BY passage, number",
            ids,
        ):
            sentences.setdefault(number, []).append(Sentence(start, end))
        rows = self._db.execute(
            "SELECT p.id, source, title, published, v.passage, v.sentences, p.text, start_char,"
            " end_char, start_line, end_line FROM passages p JOIN articles a ON a.id = p.article"
            " JOIN vectors v ON v.encoded = p.encoded AND v.model = ?"
            f" WHERE p.id IN ({marks})",
            (fingerprint, *ids),
        )
        found = []
        for number, source, title, published, whole, parts, *slice_ in rows:
            own = tuple(sentences.get(number, ()))
            if not own or len(whole) % 4 or 2 * len(parts) != len(own) * len(whole):
                raise _damaged(self.path, "a passage's sentences and vectors differ")
            vector = np.frombuffer(whole, dtype=np.float32)
            vectors = np.frombuffer(parts, dtype=np.float16).reshape(len(own), -1)
            passage = Passage(*slice_, own)  # type: ignore[call-arg]
            found.append(StoredPassage(number, source, title, published, passage, vector, vectors))
        if len(found) != len(ids):
            raise _damaged(self.path, f"{len(ids) - len(found)} passages or vectors are missing")
        return found

    def verify(self, fingerprint: str) -> None:
        """See that every passage has its vectors.

        Raises:
            IndexDamaged: one has not.
        """
        (wrong,) = self._db.execute(
            "SELECT count(*) FROM passages p LEFT JOIN vectors v"
            " ON v.encoded = p.encoded AND v.model = ? WHERE v.passage IS NULL"
            " OR length(v.passage) = 0 OR 2 * length(v.sentences) % length(v.passage) <> 0",
            (fingerprint,),
        ).fetchone()
        if wrong:
            raise _damaged(self.path, f"{wrong} passages lack their vectors")

    def titled_texts(self, articles: Iterable[int] | None = None) -> Iterator[tuple[int, str]]:
        """(passage id, title and text) of these articles, or of all."""
        query = (
            "SELECT p.id, title || char(10) || p.text FROM passages p"
            " JOIN articles a ON a.id = p.article"
        )
        if articles is None:
            yield from self._db.execute(query)
            return
        for number in articles:
            yield from self._db.execute(f"{query} WHERE a.id = ?", (number,))

    def passage_ids(self, articles: Iterable[int]) -> list[int]:
        """The ids of the passages of these articles."""
        query = "SELECT id FROM passages WHERE article = ?"
        return [row[0] for number in articles for row in self._db.execute(query, (number,))]

    def passage_vectors(
        self, fingerprint: str
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """The ids (n,) and unit vectors (n, dimension) of all passages, in the order of ids.

        Every passage must have its vectors (`verify`). Without a passage the dimension is
        not known, and 1.
        """
        import numpy as np

        total = self.count("passages")
        ids = np.empty(total, dtype=np.int64)
        vectors = np.empty((total, 1), dtype=np.float32)
        rows = self._db.execute(
            "SELECT p.id, v.passage FROM passages p"
            " JOIN vectors v ON v.encoded = p.encoded AND v.model = ? ORDER BY p.id",
            (fingerprint,),
        )
        for place, (number, blob) in enumerate(rows):
            vector = np.frombuffer(blob, dtype=np.float32)
            if place == 0:
                vectors = np.empty((total, len(vector)), dtype=np.float32)
            elif len(vector) != vectors.shape[1]:
                raise _damaged(self.path, "vectors of different lengths")
            ids[place], vectors[place] = number, vector
        return ids, vectors

    def without_vectors(self, keys: Iterable[bytes], fingerprint: str) -> set[bytes]:
        """Those of the keys that this model has not encoded yet."""
        query = "SELECT 1 FROM vectors WHERE encoded = ? AND model = ?"
        return {
            key for key in keys if self._db.execute(query, (key, fingerprint)).fetchone() is None
        }

    # Writing (inside `writing`)

    def add_vectors(self, fingerprint: str, rows: Iterable[tuple[bytes, Vectors]]) -> None:
        """Keep what a model made of texts (`encoded_key` → vectors)."""
        import numpy as np

        self._db.executemany(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)",
            (
                (key, fingerprint, one.passage.tobytes(), np.float16(one.sentences).tobytes())
                for key, one in rows
            ),
        )

    def remove_article(self, source: str) -> None:
        self._db.execute("DELETE FROM articles WHERE source = ?", (source,))

    def add_article(self, state: FileState, article: Article, passages: Sequence[Passage]) -> int:
        """Insert an article with its passages; returns its id."""
        number = self._db.execute(
            "INSERT INTO articles (source, size, mtime_ns, ctime_ns, sha256, title, published,"
            " encoding) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(state.source, state.size, state.mtime_ns, state.ctime_ns),
                *(article.sha256, article.title, article.published, article.encoding),
            ),
        ).lastrowid
        assert number is not None
        for one in passages:
            self._add_passage(number, one)
        return number

    def _add_passage(self, article: int, one: Passage) -> None:
        number = self._db.execute(
            "INSERT INTO passages (article, start_char, end_char, start_line, end_line, text,"
            " encoded) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                *(article, one.start_char, one.end_char, one.start_line, one.end_line),
                *(one.text, encoded_key(one)),
            ),
        ).lastrowid
        self._db.executemany(
            "INSERT INTO sentences VALUES (?, ?, ?, ?)",
            (
                (number, place, sentence.start_char, sentence.end_char)
                for place, sentence in enumerate(one.sentences)
            ),
        )

    def set_state(self, state: FileState) -> None:
        """Note that a file was touched and has the content that is stored."""
        self._db.execute(
            "UPDATE articles SET size = ?, mtime_ns = ?, ctime_ns = ? WHERE source = ?",
            (state.size, state.mtime_ns, state.ctime_ns, state.source),
        )

    def set_unreadable(self, rows: Iterable[tuple[FileState, Skipped]]) -> None:
        """Replace the list of files that were tried and could not be indexed."""
        self._db.execute("DELETE FROM unreadable")
        self._db.executemany(
            "INSERT INTO unreadable VALUES (?, ?, ?, ?, ?)",
            (
                (one.source, state.size, state.mtime_ns, state.ctime_ns, one.reason)
                for state, one in rows
            ),
        )

    def set_meta(self, meta: Meta) -> None:
        import json

        rows: dict[str, Any] = {
            "seeds": meta.seeds,
            "model": meta.model,
            "fingerprint": meta.fingerprint,
            "splitter": meta.splitter,
            "generation": meta.generation,
            "built_at": meta.built_at,
            "dead": meta.dead,
            "files": json.dumps([[path, *state] for path, state in meta.files.items()]),
        }
        self._db.executemany(
            "INSERT OR REPLACE INTO meta VALUES (?, ?)",
            ((key, str(value)) for key, value in rows.items()),
        )

    def drop_orphans(self, fingerprint: str) -> None:
        """Drop the vectors that nothing uses, once they are many."""
        used = "EXISTS (SELECT 1 FROM passages p WHERE p.encoded = v.encoded) AND model = ?"
        (kept,) = self._db.execute(
            f"SELECT count(*) FROM vectors v WHERE {used}", (fingerprint,)
        ).fetchone()
        if kept and self.count("vectors") - kept > max(KEPT_ORPHANS, kept):
            self._db.execute(f"DELETE FROM vectors AS v WHERE NOT ({used})", (fingerprint,))


def make_folder(folder: Path) -> None:
    """Make the index folder where it is missing.

    Raises:
        IndexUnusable: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error.strerror or str(error)) from error


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


def _damaged(path: Path, reason: str) -> IndexDamaged:
    return IndexDamaged(
        f"The index {path} is damaged ({reason})",
        remedy="Make it anew from the articles: bot rebuild",
    )


def _reason(path: Path, error: sqlite3.Error) -> IndexUnusable:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    damaged = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
    if code in damaged:
        return _damaged(path, str(error))
    if code == sqlite3.SQLITE_BUSY:
        return IndexUnusable(
            f"The index {path} is held by another program", remedy="Try again in a moment."
        )
    return unwritable(path.parent, str(error))
