"""Make the index agree with the articles folder, encoding only texts not yet known.

New vectors are committed batch by batch: a rebuild that is killed has lost none, and the
next goes on from there. All else is one transaction at the end: the index that readers
see is the old one or the new one, whole.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from embeddings import articles, generations
from embeddings.articles import Article, FileState, Skipped, Unreadable
from embeddings.changes import Look, is_current, suspect, why_remake
from embeddings.database import FILE
from embeddings.encoder import Encoder, Text, open_encoder
from embeddings.errors import (
    ArticlesError,
    IndexDamaged,
    IndexUnusable,
)
from embeddings.lock import FILE as LOCK
from embeddings.lock import writer_lock
from embeddings.model import Model
from embeddings.passages import VERSION, Passage, split
from embeddings.store import Meta, Store, StoredArticle, encoded_key

Progress = Callable[[str, int, int], None]
"""Called with what is being done ("reading", "encoding", "writing"), how many, of how many."""

_COMMIT_EVERY = 256
_SETTLED_NS = 2_000_000_000


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


@dataclass(frozen=True, slots=True)
class _Reading:
    """What reading the folder gave: articles to put in the store, files that were only
    touched, and files that could not be read."""

    new: list[tuple[FileState, Article, list[Passage]]]
    touched: list[FileState]
    unreadable: list[tuple[FileState, Skipped]]


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
        ArticlesError, IndexUnusable, ModelError: see there; the index is as it was.
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
        ArticlesError, IndexUnusable, ModelError: see there; the index is as it was.
        IndexBusy: another process is writing it, and `wait` is false.
    """
    begun = time.monotonic()
    articles.scan(seeds, max_bytes=max_bytes)  # no folder: no lock, no index, no change
    _refuse_others_folder(folder)
    with writer_lock(folder, wait=wait, on_wait=on_wait):
        job = _Job(seeds, folder, model, max_bytes, progress)
        try:
            report = job.run()
        except IndexDamaged:
            _set_aside(folder)
            report = job.run()
    return replace(report, seconds=time.monotonic() - begun)


def _refuse_others_folder(folder: Path) -> None:
    """An index may begin in a new or an empty folder only, or go on where one is."""
    try:
        names = {path.name for path in folder.iterdir()}
    except OSError:
        return  # there is none yet, or it says why when it is written to
    if names - {LOCK} and FILE not in names:
        raise IndexUnusable(
            f"{folder} holds other files and no index",
            remedy="Name a new or empty folder: --index FOLDER.",
        )


def _set_aside(folder: Path) -> None:
    """Keep a damaged database under another name, for whoever wants to look into it."""
    for suffix in ("", "-wal", "-shm"):
        path = folder / (FILE + suffix)
        if path.exists():
            path.replace(folder / f"{FILE}.damaged{suffix}")


@dataclass(frozen=True, slots=True)
class _Job:
    """One rebuild, under the writer's lock."""

    seeds: Path
    folder: Path
    model: Model
    max_bytes: int
    progress: Progress

    def run(self) -> Report:
        store = Store(self.folder, create=True)
        try:
            return self._run(store)
        finally:
            store.close()

    def _run(self, store: Store) -> Report:
        found = articles.scan(self.seeds, max_bytes=self.max_bytes)
        with store.snapshot():
            meta, stored, tried = store.meta(), store.articles(), store.unreadable()
            current = meta is not None and is_current(meta, self.model)
            if current:
                store.verify(self.model.fingerprint)
        suspects = suspect(found, stored if current else {}, tried if current else {})
        encoder = open_encoder(self.model)
        reading = self._read(encoder, suspects.files, stored if current else {})
        unreadable = [*reading.unreadable, *suspects.unreadable]
        encoded = self._encode(store, encoder, [one for *_, own in reading.new for one in own])

        fresh = {state.source for state, *_ in reading.new}
        lost = {one.source for _, one in unreadable}
        present = {state.source for state in found.files} - lost
        removed = [source for source in stored if source not in present]
        with store.writing():
            for state in reading.touched:
                store.set_state(state)
            store.set_unreadable(unreadable)
            whole = self._is_whole(meta)
            if fresh or removed or not whole:
                self.progress("writing", 0, 1)
                outdated = [stored[source] for source in (*removed, *fresh) if source in stored]
                meta = self._commit(store, meta, outdated, reading.new, linked=whole)
                self.progress("writing", 1, 1)
            totals = store.count("articles"), store.count("passages")
        assert meta is not None
        generations.drop_others(self.folder, {meta.generation, meta.generation - 1})
        return Report(
            seeds=self.seeds,
            index=self.folder,
            model=self.model.name,
            articles=totals[0],
            passages=totals[1],
            added=tuple(sorted(fresh - stored.keys())),
            changed=tuple(
                sorted(
                    article.source
                    for _, article, _ in reading.new
                    if article.source in stored and stored[article.source].sha256 != article.sha256
                )
            ),
            removed=tuple(sorted(removed)),
            failed=tuple(sorted((*found.skipped, *(one for _, one in unreadable)))),
            encoded=encoded,
            reused=totals[1] - encoded,
            seconds=0.0,
        )

    def _read(
        self, encoder: Encoder, files: tuple[FileState, ...], stored: dict[str, StoredArticle]
    ) -> _Reading:
        reading = _Reading([], [], [])
        for number, looked in enumerate(files):
            self.progress("reading", number, len(files))
            try:
                state, article = articles.read(self.seeds, looked.source, max_bytes=self.max_bytes)
            except Unreadable as error:
                skipped = Skipped(looked.source, str(error))
                reading.unreadable.append((_settled(looked), skipped))
                continue
            state = _settled(state)
            known = stored.get(state.source)
            if known is not None and known.sha256 == article.sha256:
                reading.touched.append(state)
                continue
            passages = split(
                article.text,
                count_tokens=encoder.count_tokens,
                budget=encoder.budget,
                start=article.body_start,
            )
            reading.new.append((state, replace(article, text=""), passages))
        return reading

    def _encode(self, store: Store, encoder: Encoder, passages: list[Passage]) -> int:
        """Encode what this model has not met yet, keeping each batch; how many that were."""
        by_key = {encoded_key(one): one for one in passages}
        with store.snapshot():
            missing = store.without_vectors(by_key, self.model.fingerprint)
        keys = [key for key in by_key if key in missing]
        if not keys:
            return 0
        encoder = open_encoder(self.model, texts=len(keys))
        texts = [Text.of(by_key[key]) for key in keys]
        waiting, done = [], 0
        self.progress("encoding", 0, len(keys))
        for batch in encoder.encode(texts):
            waiting += [(keys[index], vectors) for index, vectors in batch]
            done += len(batch)
            self.progress("encoding", done, len(keys))
            if len(waiting) >= _COMMIT_EVERY or done == len(keys):
                with store.writing():
                    store.add_vectors(self.model.fingerprint, waiting)
                waiting = []
        return done

    def _commit(
        self,
        store: Store,
        meta: Meta | None,
        outdated: list[StoredArticle],
        new: list[tuple[FileState, Article, list[Passage]]],
        *,
        linked: bool,
    ) -> Meta:
        """Replace articles and write the generation that goes with them.

        With `linked` it may start from the files of the last one, which are whole.
        """
        removed = store.passage_ids(one.id for one in outdated)
        for one in outdated:
            store.remove_article(one.state.source)
        added = [store.add_article(state, article, passages) for state, article, passages in new]
        generation = meta.generation + 1 if meta else 1
        files, dead = generations.write(
            self.folder,
            store,
            generation,
            fingerprint=self.model.fingerprint,
            previous=meta if linked else None,
            removed=removed,
            added=added,
        )
        renewed = Meta(
            seeds=str(self.seeds),
            model=self.model.name,
            fingerprint=self.model.fingerprint,
            splitter=str(VERSION),
            generation=generation,
            built_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            files=files,
            dead=dead,
        )
        store.set_meta(renewed)
        store.drop_orphans(self.model.fingerprint)
        return renewed

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
        return replace(state, mtime_ns=0)
    return state
