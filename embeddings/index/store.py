"""What an index knows, in its database: the only source of truth.

Everything else in the index folder is derived from it and can be made again. It keeps
articles and passages, and every vector under the hash of the exact text that
was encoded, so that no text is encoded twice by one model.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, structs

from embeddings.articles.article import Info
from embeddings.articles.folder import FileState, Skipped
from embeddings.articles.passages import Passage, Sentence
from embeddings.characters import readable
from embeddings.errors import IndexDamaged
from embeddings.index.database import FORMAT, Database
from embeddings.index.files import damaged

if TYPE_CHECKING:
    from sqlite3 import Row

    from embeddings.arrays import Floats
    from embeddings.encoding.encoder import Vectors

KEPT_ORPHANS = 1000
"""Vectors that no passage has any more are kept, up to this many or as many as there are
passages: an article that comes back, or a model tried and left, costs nothing. An index that
was emptied keeps all: its folder may only have been out of reach. A guess: some 4 MB."""

_INFO = tuple(field for field in Info.__struct_fields__ if field != "sha256")
"""The columns of an article's `Info`; the hash is stored as bytes."""

_ENDING = "substr(p.text, -100) AS ending"
"""Hardly two texts end in the same 100 characters but copies; what comes before, a heading of its
own, a copy may not have. A guess."""


class StoredArticle(Struct, frozen=True):
    """What the index knows of an article's file. `sha256` is that of its bytes, in hexadecimal."""

    id: int
    state: FileState
    sha256: str


class StoredPassage(Struct, frozen=True):
    """A passage with its article's facts and its unit vector, float32 (dimension,)."""

    id: int
    info: Info
    passage: Passage
    vector: Floats


class Candidates(Struct, frozen=True):
    """Passages by what they are ranked by.

    Attributes:
        places: (source, first character) of each.
        endings: the last characters of each, which copies of one text share.
        sentences: unit vectors of all their sentences, float32 (n, dimension).
        bounds: rows [start, end) of `sentences` that are each one's own.
    """

    ids: tuple[int, ...]
    places: tuple[tuple[str, int], ...]
    endings: tuple[str, ...]
    sentences: Floats
    bounds: tuple[tuple[int, int], ...]


class Meta(Struct, frozen=True):
    """The facts about the index as a whole.

    `generation` is the folder of the derived files that belongs to these rows, `files` what
    must be in it: path → (size in bytes, time of last change in ns), and `dead` the number
    of passages that its words still count though they are gone. `recall` is None where the
    search by vectors is exact, else the share of the ten nearest passages that it finds.
    `complete` is false until a first build has come to its end: what there is so far is whole,
    and can be searched. `languages`: language → how many articles are in it, the commonest first.
    """

    seeds: str
    model: str
    fingerprint: str
    splitter: str
    generation: int
    built_at: str
    files: dict[str, tuple[int, int]]
    dead: int
    recall: float | None
    complete: bool
    languages: dict[str, int] = {}


def encoded_key(passage: Passage, fingerprint: str) -> bytes:
    """SHA-256 of what determines the vectors: the model, the text, what that is read as where it
    is not as it is written, and where its sentences are."""
    digest = hashlib.sha256(fingerprint.encode())
    text = passage.in_context()
    digest.update(text.encode())
    if (read_as := readable(text)[0]) != text:
        digest.update(b"\0" + read_as.encode())
    for bounds in passage.bounds_in_context():
        digest.update(b"\0%d-%d" % bounds)
    return digest.digest()


class Store:
    """What is in an open index.db. All is read inside `snapshot` or `writing`."""

    def __init__(self, folder: Path, *, create: bool = False, oldest: int = FORMAT) -> None:
        """Open the database; see `Database`."""
        self.db = Database(folder, create=create, oldest=oldest)
        self.close: Callable[[], None] = self.db.close
        self.is_replaced: Callable[[], bool] = self.db.is_replaced

    def snapshot(self) -> AbstractContextManager[None]:
        """See `Database.snapshot`."""
        return self.db.snapshot()

    def writing(self) -> AbstractContextManager[None]:
        """See `Database.writing`."""
        return self.db.writing()

    # Reading

    def meta(self) -> Meta | None:
        """The facts about the index, or None where nothing was ever finished."""
        rows = dict(self.db.execute("SELECT key, value FROM meta").fetchall())
        if "generation" not in rows:
            return None
        try:
            return Meta(
                seeds=rows["seeds"],
                model=rows["model"],
                fingerprint=rows["fingerprint"],
                splitter=rows["splitter"],
                generation=int(rows["generation"]),
                built_at=datetime.fromisoformat(rows["built_at"]).astimezone(UTC).isoformat(),
                files={str(path): (size, time) for path, size, time in _files(rows["files"])},
                dead=int(rows["dead"]),
                recall=float(rows["recall"]) if rows["recall"] else None,
                complete=rows.get("complete", "1") == "1",  # format 2 has not
                languages=self.languages(),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise self._damaged(f"its facts about itself are not whole: {error}") from error

    def languages(self) -> dict[str, int]:
        """Language → how many articles are in it, the commonest first, as of the last commit."""
        row = self.db.execute("SELECT value FROM meta WHERE key = 'languages'").fetchone()
        try:
            return msgspec.json.decode(row["value"], type=dict[str, int]) if row else {}
        except msgspec.DecodeError as error:
            raise self._damaged(f"its facts about itself are not whole: {error}") from error

    def count_languages(self) -> dict[str, int]:
        """The same, of the articles as they are now."""
        rows = self.db.execute(
            "SELECT language, count(*) FROM articles WHERE language IS NOT NULL"
            " GROUP BY language ORDER BY count(*) DESC, language"
        )
        return dict(map(tuple, rows))

    def generation(self) -> tuple[int, str] | None:
        """The generation that can be searched, and the model's fingerprint: what every question
        asks for."""
        rows = self.db.execute(
            "SELECT value FROM meta WHERE key IN ('fingerprint', 'generation') ORDER BY key"
        ).fetchall()
        if len(rows) != 2 or not str(rows[1]["value"]).isdecimal():
            return None
        return int(rows[1]["value"]), rows[0]["value"]

    def is_outdated(self) -> bool:
        """Whether it is of an earlier format: it then tells of its articles, and no more."""
        return self.db.format < FORMAT

    def states(self) -> set[FileState]:
        """The file of each article as it was when it was read: all that an unchanged folder
        is compared with."""
        rows = self.db.execute("SELECT source, size, mtime_ns, ctime_ns FROM articles")
        return {FileState(*row) for row in rows}

    def articles(self, sources: Iterable[str]) -> dict[str, StoredArticle]:
        """source → what is stored of it, of those that are."""
        query = "SELECT id, source, size, mtime_ns, ctime_ns, sha256 FROM articles WHERE source = ?"
        rows = (self.db.execute(query, (source,)).fetchone() for source in sources)
        return {
            row["source"]: StoredArticle(row["id"], _state(row), row["sha256"].hex())
            for row in rows
            if row is not None
        }

    def infos(self) -> list[Info]:
        """What is known of each article, sorted by source."""
        rows = self.db.execute("SELECT * FROM articles ORDER BY source")
        return [_info(row) for row in rows]

    def hashes(self) -> dict[str, str]:
        """source → the SHA-256 of each article's file, in hexadecimal."""
        rows = self.db.execute("SELECT source, sha256 FROM articles")
        return {source: sha256.hex() for source, sha256 in rows}

    def unreadable(self) -> dict[str, tuple[FileState, Skipped]]:
        """source → (its state when it was tried, why it was not read)."""
        rows = self.db.execute("SELECT * FROM unreadable ORDER BY source")
        return {
            row["source"]: (_state(row), Skipped(row["source"], row["reason"], row["loss"]))
            for row in rows
        }

    def count(self, table: str) -> int:
        """How many rows a table has."""
        assert table in ("articles", "passages", "vectors")
        (number,) = self.db.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(number)

    def candidates(self, ids: Sequence[int]) -> Candidates:
        """What the passages of these ids are ranked by, in any order.

        Raises:
            IndexDamaged: one is not there, or is not whole.
        """
        from embeddings.index import codec

        rows = self._of(ids, f"p.id, a.source, p.start_char, p.bounds, {_ENDING}")
        counts = [codec.count(row["bounds"]) for row in rows]
        dimension = codec.dimension(rows[0]["vector"]) if rows else 0
        for row, count in zip(rows, counts, strict=True):
            if len(row["directions"]) != count * dimension:
                raise self._damaged("a passage's sentences and vectors differ")
        ends = [*accumulate(counts)]
        return Candidates(
            ids=tuple(row["id"] for row in rows),
            places=tuple((row["source"], row["start_char"]) for row in rows),
            endings=tuple(row["ending"] for row in rows),
            sentences=codec.sentences([row["directions"] for row in rows], dimension),
            bounds=tuple((end - count, end) for end, count in zip(ends, counts, strict=True)),
        )

    def passages(self, ids: Sequence[int]) -> dict[int, StoredPassage]:
        """The passages of these ids.

        Raises:
            IndexDamaged: one is not there, or is not whole.
        """
        from embeddings.index import codec

        rows = self._of(ids, f"p.*, {', '.join(_INFO)}, sha256")
        vectors = codec.passages([row["vector"] for row in rows])
        return {
            row["id"]: StoredPassage(row["id"], _info(row), self._passage(row), vector)
            for row, vector in zip(rows, vectors, strict=True)
        }

    def _of(self, ids: Sequence[int], columns: str) -> list[Row]:
        marks = ",".join("?" * len(ids))
        rows = self.db.execute(
            f"SELECT {columns}, v.passage AS vector, v.sentences AS directions FROM passages p"
            " JOIN articles a ON a.id = p.article"
            f" JOIN vectors v ON v.encoded = p.encoded WHERE p.id IN ({marks})",
            ids,
        ).fetchall()
        if len(rows) != len(ids):
            raise self._damaged(f"{len(ids) - len(rows)} passages or vectors are missing")
        if len({len(row["vector"]) for row in rows}) > 1:
            raise self._damaged("passages' vectors differ in length")
        return rows

    def _passage(self, row: Row) -> Passage:
        """The passage, whose places must fit its text: what was tampered with is not cited."""
        from embeddings.index import codec

        start, end, text = row["start_char"], row["end_char"], row["text"]
        numbers = (start, end, row["start_line"], row["end_line"])
        try:
            bounds = codec.bounds(row["bounds"])
        except (ValueError, TypeError) as error:
            raise self._damaged(f"a passage's sentences are none: {error}") from error
        whole = (
            isinstance(text, str)
            and all(isinstance(number, int) for number in numbers)
            and len(text) == end - start
            and isinstance(row["header"], str | None)
            and 1 <= row["start_line"] <= row["end_line"]
            and all(start <= first < last <= end for first, last in bounds)
        )
        if not whole:
            raise self._damaged("a passage's text and places differ")
        sentences = tuple(Sentence(first, last) for first, last in bounds)
        return Passage(text, *numbers, sentences, row["label"], row["kind"], row["header"])

    def without_vectors(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the keys that are not encoded yet."""
        query = "SELECT 1 FROM vectors WHERE encoded = ?"
        return {key for key in keys if self.db.execute(query, (key,)).fetchone() is None}

    # Writing (inside `writing`)

    def add_vectors(self, rows: Iterable[tuple[bytes, Vectors]]) -> None:
        """Keep what a model made of texts (`encoded_key` → vectors)."""
        from embeddings.index import codec

        self.db.executemany(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
            (
                (key, codec.passage_bytes(own.passage), codec.sentence_bytes(own.sentences))
                for key, own in rows
            ),
        )

    def remove_article(self, source: str) -> None:
        self.db.execute("DELETE FROM articles WHERE source = ?", (source,))

    def add_article(
        self, state: FileState, info: Info, passages: Iterable[Passage], fingerprint: str
    ) -> int:
        """Insert an article with its passages, encoded by this model; returns its id."""
        from embeddings.index import codec

        article = self._insert(
            "articles",
            {
                **structs.asdict(info),
                "sha256": bytes.fromhex(info.sha256),
                "size": state.size,
                "mtime_ns": state.mtime_ns,
                "ctime_ns": state.ctime_ns,
            },
        )
        for passage in passages:
            row = {
                **structs.asdict(passage),
                "bounds": codec.bounds_bytes((s.start_char, s.end_char) for s in passage.sentences),
                "article": article,
                "encoded": encoded_key(passage, fingerprint),
            }
            del row["sentences"]
            self._insert("passages", row)
        return article

    def _insert(self, table: str, row: dict[str, Any]) -> int:
        marks = ", ".join("?" * len(row))
        number = self.db.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values())
        ).lastrowid
        assert number is not None
        return number

    def set_state(self, state: FileState) -> None:
        """Note that a file was touched and has the content that is stored."""
        self.db.execute(
            "UPDATE articles SET size = ?, mtime_ns = ?, ctime_ns = ? WHERE source = ?",
            (state.size, state.mtime_ns, state.ctime_ns, state.source),
        )

    def set_unreadable(self, rows: Iterable[tuple[FileState, Skipped]]) -> None:
        """Replace the list of files that were tried and could not be read."""
        self.db.execute("DELETE FROM unreadable")
        self.db.executemany(
            "INSERT INTO unreadable VALUES (?, ?, ?, ?, ?, ?)",
            (
                (file.source, state.size, state.mtime_ns, state.ctime_ns, file.reason, file.loss)
                for state, file in rows
            ),
        )

    def set_meta(self, meta: Meta) -> None:
        rows: dict[str, Any] = {
            **structs.asdict(meta),
            "recall": "" if meta.recall is None else meta.recall,
            "complete": int(meta.complete),
            "languages": json.dumps(meta.languages),
            "files": json.dumps([[path, *state] for path, state in meta.files.items()]),
        }
        self.db.executemany(
            "INSERT OR REPLACE INTO meta VALUES (?, ?)",
            ((key, str(value)) for key, value in rows.items()),
        )

    def drop_orphans(self) -> None:
        """Drop the vectors that nothing uses, once they are many."""
        used = self.count("passages")
        if used and self.count("vectors") - used > max(KEPT_ORPHANS, used):
            self.db.execute(
                "DELETE FROM vectors WHERE encoded NOT IN (SELECT encoded FROM passages)"
            )

    def _damaged(self, reason: str) -> IndexDamaged:
        return damaged(self.db.path, reason)


def _state(row: Row) -> FileState:
    return FileState(row["source"], row["size"], row["mtime_ns"], row["ctime_ns"])


def _info(row: Row) -> Info:
    return Info(**{name: row[name] for name in _INFO}, sha256=row["sha256"].hex())


def _files(text: str) -> list[list[Any]]:
    files: list[list[Any]] = json.loads(text)
    if not files:
        raise ValueError("no files are named")
    return files
