"""The SQLite file `index.db`: the only source of truth of an index.

Everything else in the index folder is derived from it and can be made again. It keeps
articles, passages and sentences, and every vector under the hash of the exact text that
was encoded, so that no text is encoded twice by one model.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Generator, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from embeddings.articles.article import Article, FileState, Skipped
from embeddings.articles.passages import Passage, Sentence
from embeddings.index.database import Database, damaged

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from embeddings.encoding.encoder import Vectors
    from embeddings.encoding.light import Floats

KEPT_ORPHANS = 1000
"""Vectors that no passage has any more are kept, up to this many or as many as there are
passages: an article that comes back, or a model tried and left, costs nothing. An index that
was emptied keeps all: its folder may only have been out of reach."""

_CHUNK = 8192


class StoredArticle(NamedTuple):
    """What the index knows of an article's file. `sha256` is that of its bytes."""

    id: int
    state: FileState
    sha256: bytes


class StoredPassage(NamedTuple):
    """A passage with its article and its vectors, which are of unit length.

    `sha256` is that of the article's bytes.

    `vector`: float32 (dimension,); `sentence_vectors`: float32 (sentences, dimension).
    """

    id: int
    source: str
    title: str
    published: str | None
    encoding: str
    sha256: bytes
    passage: Passage
    vector: Floats
    sentence_vectors: Floats


class Meta(NamedTuple):
    """The facts about the index as a whole.

    `generation` is the folder of the derived files that belongs to these rows, `files` what
    must be in it: path → (size in bytes, time of last change in ns), and `dead` the number
    of passages that its words still count though they are gone. `recall` is None where the
    search by vectors is exact, else the share of the ten nearest passages that it finds.
    `complete` is false until a first build has come to its end: what there is so far is whole,
    and can be searched.
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


def encoded_key(passage: Passage, fingerprint: str) -> bytes:
    """SHA-256 of what determines the vectors: the model, the text and where its sentences are."""
    digest = hashlib.sha256(fingerprint.encode())
    digest.update(passage.text.encode())
    for bounds in passage.bounds():
        digest.update(b"\0%d-%d" % bounds)
    return digest.digest()


def _files(text: str) -> list[list[Any]]:
    files: list[list[Any]] = json.loads(text)
    if not files:
        raise ValueError("no files are named")
    return files


def _is_whole(passage: Passage) -> bool:
    """Whether the places fit the text: rows that were tampered with must not be cited."""
    places = (passage.start_char, passage.end_char, passage.start_line, passage.end_line)
    bounds = [(one.start_char, one.end_char) for one in passage.sentences]
    numbers = [*places, *(number for pair in bounds for number in pair)]
    return (
        isinstance(passage.text, str)
        and all(isinstance(number, int) for number in numbers)
        and len(passage.text) == passage.end_char - passage.start_char
        and 1 <= passage.start_line <= passage.end_line
        and all(passage.start_char <= s < e <= passage.end_char for s, e in bounds)
    )


class Store(Database):
    """What is in an open index.db. All is read inside `snapshot` or `writing`."""

    # Reading

    def meta(self) -> Meta | None:
        """The facts about the index, or None where nothing was ever finished."""
        rows = dict(self._db.execute("SELECT key, value FROM meta"))
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
                complete=rows.get("complete", "1") == "1",  # once, all were
            )
        except (KeyError, TypeError, ValueError) as error:
            raise damaged(self.path, f"its facts about itself are not whole: {error}") from error

    def articles(self) -> dict[str, StoredArticle]:
        """source → what is stored of it, sorted by source."""
        rows = self._db.execute(
            "SELECT source, id, size, mtime_ns, ctime_ns, sha256 FROM articles ORDER BY source"
        )
        return {
            source: StoredArticle(number, FileState(source, *state), sha256)
            for source, number, *state, sha256 in rows
        }

    def states(self) -> set[FileState]:
        """The file of each article as it was when it was read: all that an unchanged folder
        is compared with."""
        rows = self._db.execute("SELECT source, size, mtime_ns, ctime_ns FROM articles")
        return set(map(FileState._make, rows))

    def titles(self) -> list[tuple[str, str, str | None]]:
        """(source, title, date) of each article, sorted by source."""
        query = "SELECT source, title, published FROM articles ORDER BY source"
        return self._db.execute(query).fetchall()

    def unreadable(self) -> dict[str, tuple[FileState, str]]:
        """source → (its state when it was tried, the reason it was not indexed)."""
        rows = self._db.execute("SELECT * FROM unreadable ORDER BY source")
        return {source: (FileState(source, *state), reason) for source, *state, reason in rows}

    def count(self, table: str) -> int:
        """How many rows a table has."""
        assert table in ("articles", "passages", "sentences", "vectors")
        (number,) = self._db.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(number)

    def passages(self, ids: Sequence[int]) -> list[StoredPassage]:
        """The passages of these ids with their sentences.

        Raises:
            IndexDamaged: one is not there, or is not whole.
        """
        import numpy as np

        from embeddings.encoding.encoder import unit

        marks = ",".join("?" * len(ids))
        sentences: dict[int, list[Sentence]] = {}
        for number, start, end in self._db.execute(
            "SELECT passage, start_char, end_char FROM sentences"
            f" WHERE passage IN ({marks}) ORDER BY passage, number",
            ids,
        ):
            sentences.setdefault(number, []).append(Sentence(start, end))
        rows = self._db.execute(
            "SELECT p.id, source, title, published, encoding, sha256, v.passage, v.sentences,"
            " p.text, start_char, end_char, start_line, end_line FROM passages p"
            " JOIN articles a ON a.id = p.article"
            f" JOIN vectors v ON v.encoded = p.encoded WHERE p.id IN ({marks})",
            ids,
        )
        found = []
        wholes, parts = [], []
        for number, source, title, published, encoding, sha256, whole, part, *slice_ in rows:
            own = tuple(sentences.get(number, ()))
            if not own or 2 * len(part) != len(own) * len(whole):
                raise damaged(self.path, "a passage's sentences and vectors differ")
            passage = Passage(*slice_, own)  # type: ignore[call-arg]
            if not _is_whole(passage):
                raise damaged(self.path, "a passage's text and places differ")
            wholes.append(whole)
            parts.append(part)
            found.append((number, source, title, published, encoding, sha256, passage))
        if len(found) != len(ids):
            raise damaged(self.path, f"{len(ids) - len(found)} passages or vectors are missing")
        if not found:
            return []
        # all at once: a hundred small arrays take 2 ms
        vectors = self._halves(wholes)
        directions = np.frombuffer(b"".join(parts), dtype=np.int8).astype(np.float32)
        units = unit(directions.reshape(-1, vectors.shape[1]))
        ends = accumulate(len(one[-1].sentences) for one in found)
        return [
            StoredPassage(*one, vector, units[end - len(one[-1].sentences) : end])
            for one, vector, end in zip(found, vectors, ends, strict=True)
        ]

    def _halves(self, blobs: Sequence[bytes | None]) -> Floats:
        """Passages' vectors (n, dimension), as they are stored."""
        import numpy as np

        if None in blobs or len({len(blob) for blob in blobs if blob}) != 1:
            raise damaged(self.path, "passages lack their vectors")
        packed = b"".join(blob for blob in blobs if blob)
        return np.frombuffer(packed, np.float16).reshape(len(blobs), -1).astype(np.float32)

    def titled_texts(
        self, articles: Iterable[int] | None = None
    ) -> Generator[tuple[int, str], None, None]:
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
        self, articles: Iterable[int] | None = None
    ) -> Iterator[tuple[npt.NDArray[np.int64], Floats]]:
        """The ids (n,) and unit vectors (n, dimension) of the passages of these articles, or of
        all, in chunks.

        Raises:
            IndexDamaged: a passage has none, or not of the length of the others.
        """
        query = (
            "SELECT p.id, v.passage FROM passages p LEFT JOIN vectors v ON v.encoded = p.encoded"
        )
        if articles is None:
            yield from self._chunks(self._db.execute(f"{query} ORDER BY p.id"))
            return
        for number in articles:
            of_article = f"{query} WHERE p.article = ? ORDER BY p.id"
            yield from self._chunks(self._db.execute(of_article, (number,)))

    def _chunks(self, rows: sqlite3.Cursor) -> Iterator[tuple[npt.NDArray[np.int64], Floats]]:
        import numpy as np

        while chunk := rows.fetchmany(_CHUNK):
            ids, blobs = zip(*chunk, strict=True)
            yield np.array(ids, dtype=np.int64), self._halves(blobs)

    def sample(self, size: int) -> Floats:
        """The unit vectors (n, dimension) of about `size` passages, evenly chosen."""
        return self._halves(self._evenly("passage", size))

    def sample_sentences(self, size: int) -> Floats:
        """The unit vectors (n, dimension) of the first sentences of about `size` passages."""
        import numpy as np

        from embeddings.encoding.encoder import unit

        wholes, parts = self._evenly("passage", size), self._evenly("sentences", size)
        pairs = zip(wholes, parts, strict=True)
        rows = [np.frombuffer(own, np.int8, len(one) // 2) for one, own in pairs]
        return unit(np.stack(rows).astype(np.float32))

    def _evenly(self, column: str, size: int) -> list[bytes]:
        step = max(1, self.count("passages") // size)
        rows = self._db.execute(
            f"SELECT v.{column} FROM passages p JOIN vectors v ON v.encoded = p.encoded"
            " WHERE p.id % ? = 0 ORDER BY p.id",
            (step,),
        )
        return [blob for (blob,) in rows]

    def without_vectors(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the keys that are not encoded yet."""
        query = "SELECT 1 FROM vectors WHERE encoded = ?"
        return {key for key in keys if self._db.execute(query, (key,)).fetchone() is None}

    # Writing (inside `writing`)

    def add_vectors(self, rows: Iterable[tuple[bytes, Vectors]]) -> None:
        """Keep what a model made of texts (`encoded_key` → vectors)."""
        import numpy as np

        self._db.executemany(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
            (
                (key, np.float16(one.passage).tobytes(), _bytes(one.sentences).tobytes())
                for key, one in rows
            ),
        )

    def remove_article(self, source: str) -> None:
        self._db.execute("DELETE FROM articles WHERE source = ?", (source,))

    def add_article(
        self, state: FileState, article: Article, passages: Sequence[Passage], fingerprint: str
    ) -> int:
        """Insert an article with its passages, encoded by this model; returns its id."""
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
            self._add_passage(number, one, encoded_key(one, fingerprint))
        return number

    def _add_passage(self, article: int, one: Passage, encoded: bytes) -> None:
        number = self._db.execute(
            "INSERT INTO passages (article, start_char, end_char, start_line, end_line, text,"
            " encoded) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                *(article, one.start_char, one.end_char, one.start_line, one.end_line),
                *(one.text, encoded),
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
        rows: dict[str, Any] = {
            "seeds": meta.seeds,
            "model": meta.model,
            "fingerprint": meta.fingerprint,
            "splitter": meta.splitter,
            "generation": meta.generation,
            "built_at": meta.built_at,
            "dead": meta.dead,
            "recall": "" if meta.recall is None else meta.recall,
            "complete": int(meta.complete),
            "files": json.dumps([[path, *state] for path, state in meta.files.items()]),
        }
        self._db.executemany(
            "INSERT OR REPLACE INTO meta VALUES (?, ?)",
            ((key, str(value)) for key, value in rows.items()),
        )

    def drop_orphans(self) -> None:
        """Drop the vectors that nothing uses, once they are many."""
        used = self.count("passages")
        if used and self.count("vectors") - used > max(KEPT_ORPHANS, used):
            self._db.execute(
                "DELETE FROM vectors WHERE encoded NOT IN (SELECT encoded FROM passages)"
            )


def _bytes(vectors: Floats) -> npt.NDArray[np.int8]:
    """The directions of vectors (n, dimension), a byte for each number.

    A cosine with them is right to 0.0005 (standard deviation); the length is known to be 1.
    """
    import numpy as np

    largest = np.abs(vectors).max(axis=1, keepdims=True)
    found: npt.NDArray[np.int8] = np.rint(vectors * (127 / largest)).astype(np.int8)
    return found
