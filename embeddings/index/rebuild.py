"""Make the index agree with the articles folder, encoding only texts not yet known.

Articles are read, split and encoded some at a time, and wait in a file for their commit: the
memory that a rebuild takes does not grow with them. New vectors are committed as they come: a
rebuild that is killed has lost none, and the next goes on from there. All else is one
transaction at the end: the index that readers see is the old one or the new one, whole.

A first build, which has no old one to keep, commits batches of whole articles instead: what
there is can be searched while the next batch is made. The index is marked as not complete
until the last one, so that a first build that was killed goes on as one. Every other index,
be it another model's or another folder's, is replaced in that one transaction.
"""

from __future__ import annotations

import datetime
import pickle
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

from embeddings.articles import article as articles
from embeddings.articles.article import Article, FileState, Skipped, Unreadable
from embeddings.articles.passages import VERSION, Passage, split
from embeddings.encoding.encoder import BULK, Encoder, Text, is_light, open_encoder
from embeddings.encoding.model import Model
from embeddings.errors import ArticlesError, IndexDamaged, IndexOutdated, IndexUnusable
from embeddings.index import generations
from embeddings.index.changes import Look, is_current, suspect, why_remake
from embeddings.index.database import FILE, clear_flag, damage_is_flagged, unwritable
from embeddings.index.lock import FILE as LOCK
from embeddings.index.lock import writer_lock
from embeddings.index.store import Meta, Store, StoredArticle, encoded_key

Progress = Callable[[str, int, int], None]
"""Called with a stage, how many are done, of how many in the whole rebuild:

"reading"   articles, of those that must be read
"encoding"  passages, of those that must be encoded; until all articles were read, of as many
            as those that were lead one to expect
"indexed"   articles that can be searched, of those that will be; only after a commit
"""

BATCH = 256
"""Passages in a batch of a first build, at least."""

_SHARE = 4
"""A batch is also at least a fourth of what is indexed. FAISS's file is written whole each
time: as the batches grow with it, all that is written is some five times its last size."""

_AT_A_TIME = 1024
"""Passages that are encoded together, at least."""

_COMMIT_EVERY = 256
_IN_MEMORY = 1 << 24
_SUFFIXES = ("", "-wal", "-shm")
_SETTLED_NS = 2_000_000_000
_NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Report:
    """What a rebuild did. `encoded` counts texts that went through the model, `reused`
    those whose vectors were known; `failed` are the files that could not be indexed."""

    seeds: Path
    index: Path
    model: str
    articles: int
    passages: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    failed: tuple[Skipped, ...]
    encoded: int
    reused: int
    seconds: float


_New = tuple[FileState, Article, list[Passage]]


class _Waiting:
    """Articles with so many `passages` that wait for their commit, in a temporary file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._articles = 0
        self.passages = 0

    def add(self, some: list[_New]) -> None:
        for one in some:
            pickle.dump(one, self._file)
            self.passages += len(one[-1])
        self._articles += len(some)

    def clear(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._articles = self.passages = 0

    def __iter__(self) -> Iterator[_New]:
        self._file.seek(0)
        for _ in range(self._articles):
            yield pickle.load(self._file)


@dataclass(slots=True)
class _Batch:
    """What reading some of the files gave: articles that are still to be encoded; those that
    wait to be put in the store; files that were only touched; and files that could not be read.
    `read` and `left` count files over all batches, `bytes_read` those of the files."""

    waiting: _Waiting
    new: list[_New] = field(default_factory=list)
    touched: list[FileState] = field(default_factory=list)
    unreadable: list[tuple[FileState, Skipped]] = field(default_factory=list)
    read: int = 0
    left: int = 0
    bytes_read: int = 0

    @property
    def passages(self) -> int:
        """Of the articles that are still to be encoded."""
        return sum(len(passages) for *_, passages in self.new)


@dataclass(slots=True)
class _Done:
    """What the batches came to so far. `fresh`: source → SHA-256 of the articles put in;
    `standing`: articles of the index as it was that are still in it."""

    meta: Meta | None
    standing: dict[str, StoredArticle]
    removed: list[str]
    unreadable: list[tuple[FileState, Skipped]]
    fresh: dict[str, bytes] = field(default_factory=dict)
    encoded: int = 0


def refresh(
    seeds: Path,
    folder: Path,
    model: Model,
    found: Look,
    *,
    max_bytes: int,
    on_stale: Callable[[], None] = lambda: None,
    on_wait: Callable[[str], None] = lambda holder: None,
    progress: Progress = lambda stage, done, total: None,
) -> Report | None:
    """Bring the index up to date where a `look` found that it is not; None where it is.

    Args:
        on_stale: called before work begins that changes answers.

    Raises:
        ArticlesError, IndexUnusable, ModelError: see there; the index is as last committed.
    """
    if found.meta is not None and found.meta.seeds != str(seeds):
        raise IndexUnusable(
            f"The index in {folder} is that of the articles in {found.meta.seeds}",
            remedy="Name another with --index FOLDER, or make it this folder's: bot rebuild",
        )
    if found.emptied:
        raise ArticlesError(
            f"There are no articles left in {seeds}, and the index has {found.articles}",
            remedy="Bring the folder back, or empty the index with: bot rebuild",
        )
    if not found.differs:
        return None
    if found.stale:
        on_stale()
    try:
        return rebuild(
            *(seeds, folder, model),
            max_bytes=max_bytes,
            wait=found.stale,
            on_wait=on_wait,
            progress=progress,
        )
    except IndexUnusable:
        if found.stale:
            raise
        return None  # only times were to be noted; the answer can be had without


def rebuild(
    seeds: Path,
    folder: Path,
    model: Model,
    *,
    max_bytes: int,
    wait: bool = True,
    on_wait: Callable[[str], None] = lambda holder: None,
    progress: Progress = lambda stage, done, total: None,
) -> Report:
    """Make the index in `folder` that of the articles in `seeds`.

    Raises:
        ArticlesError, IndexUnusable, ModelError: see there; the index is as last committed.
        IndexBusy: another process is writing it, and `wait` is false.
    """
    begun = time.monotonic()
    articles.scan(seeds, max_bytes=max_bytes)  # no folder: no lock, no index, no change
    _refuse_others_folder(folder)
    with writer_lock(folder, wait=wait, on_wait=on_wait):
        job = _Job(seeds, folder, model, max_bytes, progress)
        try:
            if damage_is_flagged(folder):
                _set_aside(folder)
            report = job.run()
        except IndexDamaged:
            _set_aside(folder)
            report = job.run()
        except IndexOutdated:
            _drop(folder)
            report = job.run()
    return replace(report, seconds=time.monotonic() - begun)


def _refuse_others_folder(folder: Path) -> None:
    """An index may begin in a new or an empty folder only, or go on where one is."""
    try:
        names = {path.name for path in folder.iterdir()}
    except OSError:
        return  # there is none yet, or it says why when it is written to
    others = {name for name in names if not name.startswith(FILE)} - {LOCK}
    interrupted = LOCK in names and others <= {generations.FOLDER}  # an old one was just removed
    if others and FILE not in names and not interrupted:
        raise IndexUnusable(
            f"{folder} holds other files and no index",
            remedy="Name a new or empty folder: --index FOLDER.",
        )


def _set_aside(folder: Path) -> None:
    """Keep a damaged database under another name, for whoever wants to look into it."""
    for suffix in _SUFFIXES:
        path = folder / (FILE + suffix)
        if path.exists():
            path.replace(folder / f"{FILE}.damaged{suffix}")
    clear_flag(folder)


def _drop(folder: Path) -> None:
    """Remove a database that no version from now on will read."""
    for suffix in _SUFFIXES:
        (folder / (FILE + suffix)).unlink(missing_ok=True)


@dataclass(frozen=True)
class _Job:
    """One rebuild, under the writer's lock."""

    seeds: Path
    folder: Path
    model: Model
    max_bytes: int
    progress: Progress

    @cached_property
    def _encoder(self) -> Encoder:
        return open_encoder(self.model)

    @cached_property
    def _bulk_encoder(self) -> Encoder:
        return open_encoder(self.model, texts=BULK + 1) if is_light(self.model) else self._encoder

    def run(self) -> Report:
        store = Store(self.folder, create=True)
        try:
            with SpooledTemporaryFile(_IN_MEMORY, dir=str(self.folder)) as file:
                return self._run(store, _Waiting(file))
        finally:
            store.close()

    def _run(self, store: Store, waiting: _Waiting) -> Report:
        found = articles.scan(self.seeds, max_bytes=self.max_bytes)
        with store.snapshot():
            meta, stored, tried = store.meta(), store.articles(), store.unreadable()
            current = meta is not None and is_current(meta, self.model)
            passages = store.count("passages")
        known = stored if current else {}
        suspects = suspect(found, {one.state for one in known.values()}, tried if current else {})
        present = {state.source for state in found.files}
        present -= {state.source for state, _ in suspects.unreadable}
        gone = [source for source in stored if source not in present]
        done = _Done(meta, dict(stored), gone, [*suspects.unreadable])
        growing = meta is None or (current and not meta.complete and meta.seeds == str(self.seeds))
        batch = _Batch(waiting, left=len(suspects.files))
        size = sum(looked.size for looked in suspects.files)
        for looked in suspects.files:
            self._read(looked, known.get(looked.source), batch)
            self.progress("reading", batch.read, len(suspects.files))
            enough = max(BATCH, passages // _SHARE) if growing else _NEVER
            due = waiting.passages + batch.passages >= enough
            if due or batch.passages >= _AT_A_TIME:
                done.encoded += self._encode(store, batch, done.encoded, size)
            if due:
                passages += waiting.passages
                self._put(store, batch, done)
                batch = replace(batch, new=[], touched=[], unreadable=[])
        done.encoded += self._encode(store, batch, done.encoded, size)
        self._put(store, batch, done)
        with store.snapshot():
            totals = store.count("articles"), store.count("passages")
        return Report(
            seeds=self.seeds,
            index=self.folder,
            model=self.model.name,
            articles=totals[0],
            passages=totals[1],
            added=tuple(sorted(done.fresh.keys() - stored.keys())),
            changed=tuple(
                source
                for source in sorted(done.fresh.keys() & stored.keys())
                if stored[source].sha256 != done.fresh[source]
            ),
            removed=tuple(sorted(done.removed)),
            failed=tuple(sorted((*found.skipped, *(one for _, one in done.unreadable)))),
            encoded=done.encoded,
            reused=totals[1] - done.encoded,
            seconds=0.0,
        )

    def _read(self, looked: FileState, known: StoredArticle | None, batch: _Batch) -> None:
        batch.read += 1
        batch.left -= 1
        batch.bytes_read += looked.size
        try:
            state, article = articles.read(self.seeds, looked.source, max_bytes=self.max_bytes)
        except Unreadable as error:
            batch.unreadable.append((_settled(looked), Skipped(looked.source, str(error))))
            return
        state = _settled(state)
        if known is not None and known.sha256 == article.sha256:
            batch.touched.append(state)
            return
        passages = split(
            article.text,
            count_tokens=self._encoder.count_tokens,
            budget=self._encoder.budget,
            start=article.body_start,
        )
        batch.new.append((state, article._replace(text=""), passages))

    def _encode(self, store: Store, batch: _Batch, before: int, size: int) -> int:
        """Encode what this model has not met yet, `before` in this rebuild or ever; how many.
        `size`: bytes of all files that must be read.

        The vectors are kept as they come, and the articles then wait for their commit.
        """
        fingerprint = self.model.fingerprint
        by_key = {encoded_key(one, fingerprint): one for *_, own in batch.new for one in own}
        try:
            batch.waiting.add(batch.new)
        except OSError as error:
            raise unwritable(self.folder, error.strerror or str(error)) from error
        batch.new = []
        with store.snapshot():
            missing = store.without_vectors(by_key)
        keys = [key for key in by_key if key in missing]
        if before or keys:
            # as many more as there is more to read: the next files may be longer or shorter
            expected = (before + len(keys)) * max(1, size) // max(1, batch.bytes_read)
            self.progress("encoding", before, expected)
        if not keys:
            return 0
        encoder = self._bulk_encoder if before + len(keys) > BULK else self._encoder
        texts = [Text.of(by_key[key]) for key in keys]
        waiting, done = [], 0
        for some in encoder.encode(texts):
            waiting += [(keys[index], vectors) for index, vectors in some]
            done += len(some)
            self.progress("encoding", before + done, expected)
            if len(waiting) >= _COMMIT_EVERY or done == len(keys):
                with store.writing():
                    store.add_vectors(waiting)
                waiting = []
        return done

    def _put(self, store: Store, batch: _Batch, done: _Done) -> None:
        """Commit a batch, whose passages have their vectors."""
        done.unreadable += batch.unreadable
        done.removed += [one.source for _, one in batch.unreadable if one.source in done.standing]
        fresh = {state.source: article.sha256 for state, article, _ in batch.waiting}
        done.fresh.update(fresh)
        replaced = [*done.removed, *fresh]
        outdated = [done.standing.pop(one) for one in replaced if one in done.standing]
        previous = done.meta if self._is_whole(done.meta) else None
        renewed = bool(fresh or outdated or previous is None or not previous.complete)
        with store.writing():
            for state in batch.touched:
                store.set_state(state)
            store.set_unreadable(done.unreadable)
            if renewed:
                done.meta = self._commit(store, batch, outdated, done.meta, previous)
            indexed = store.count("articles")
        batch.waiting.clear()
        assert done.meta is not None
        generations.drop_others(self.folder, {done.meta.generation, done.meta.generation - 1})
        if renewed:
            self.progress("indexed", indexed, indexed + batch.left)

    def _commit(
        self,
        store: Store,
        batch: _Batch,
        outdated: list[StoredArticle],
        last: Meta | None,
        previous: Meta | None,
    ) -> Meta:
        """Replace articles and write the generation that goes with them.

        It starts from the files of `previous`, which is the `last` one where those are whole.
        """
        removed = store.passage_ids(one.id for one in outdated)
        for one in outdated:
            store.remove_article(one.state.source)
        added = [store.add_article(*one, self.model.fingerprint) for one in batch.waiting]
        generation = last.generation + 1 if last else 1
        files, dead, recall = generations.write(
            self.folder,
            store,
            generation,
            previous=previous,
            removed=removed,
            added=added,
        )
        meta = Meta(
            seeds=str(self.seeds),
            model=self.model.name,
            fingerprint=self.model.fingerprint,
            splitter=str(VERSION),
            generation=generation,
            built_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            files=files,
            dead=dead,
            recall=recall,
            complete=not batch.left,
        )
        store.set_meta(meta)
        if meta.complete:  # until then, vectors that nothing uses yet may wait for their turn
            store.drop_orphans()
        return meta

    def _is_whole(self, meta: Meta | None) -> bool:
        """Whether the derived files are there and those of this model and folder."""
        return (
            meta is not None
            and meta.seeds == str(self.seeds)
            and why_remake(meta, self.folder, self.model) is None
        )


def _settled(state: FileState) -> FileState:
    """The state as just read, unless the file changed within the last two seconds.

    A file can change twice in one tick of the clock and keep its size; such a state is
    stored so that it matches nothing, and the next look reads the file again.
    """
    if 0 <= time.time_ns() - state.mtime_ns < _SETTLED_NS:
        return state._replace(mtime_ns=0)
    return state
