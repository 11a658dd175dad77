"""Make the index agree with the articles folder, encoding only texts not yet known.

Articles are read, split and encoded some at a time, and wait in a file for their commit: the
memory that a rebuild takes does not grow with them. New vectors are committed as they come: a
rebuild that is killed has lost none, and the next goes on from there. All else is one
transaction at the end: the index that readers see is the old one or the new one, whole.

A first build, which has no old one to keep, commits batches of whole articles instead: what
there is can be searched while the next batch is made. The index is marked as not complete
until the last one, so that a first build that was killed goes on as one. Every other index,
another model's, another folder's, one of an earlier format, is replaced in that one transaction.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from msgspec import Struct, structs

from embeddings.articles.article import Article
from embeddings.articles.folder import FileState, Skipped, losses
from embeddings.articles.passages import Passage, split
from embeddings.encoding.encoder import BULK, Encoder, Text, Vectors, is_quick, open_encoder
from embeddings.encoding.model import Model
from embeddings.errors import IndexDamaged, IndexOutdated
from embeddings.index.changes import (
    Look,
    forgetting,
    is_current,
    look,
    refuse_emptying,
    refuse_losses,
)
from embeddings.index.commit import Target, commit
from embeddings.index.database import finish_renewal, renew
from embeddings.index.files import damage_is_flagged, refuse_others, set_aside
from embeddings.index.lock import writer_lock
from embeddings.index.lost import lost_words, still_lost
from embeddings.index.reading import Chunk, chunks
from embeddings.index.spool import Spool, spool
from embeddings.index.store import Store, StoredArticle, encoded_key

_log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
"""Called with a stage, how many are done, of how many in the whole rebuild:

"reading"   articles, of those that must be read
"encoding"  passages, of those that must be encoded; until all articles were read, of as many
            as those that were lead one to expect
"indexed"   articles that can be searched, of those that will be; only after a commit
"""

OnChange = Callable[[int, int, int], None]
"""Called once, with how many articles are new, changed and gone, when it is sure that answers
change: those that are not read yet are counted as what they look like."""


class Sizes(Struct, frozen=True):
    """How much is done at a time, in passages. All are guesses.

    Attributes:
        batch: a batch of a first build holds at least so many: seconds of work.
        share: and at least one in so many of those that are indexed already. FAISS's file is
            written whole each time: as the batches grow with it, all that is written is some five
            times its last size.
        at_a_time: at least so many are encoded together: they fill the cores, and few wait.
        commit_every: the vectors of so many are committed together: what a kill may cost.
        bulk: above so many in one rebuild, they go to the bulk engine.
        exact: up to so many in the index, every vector is searched; None for `vectors.EXACT`.
    """

    batch: int = 256
    share: int = 4
    at_a_time: int = 1024
    commit_every: int = 256
    bulk: int = BULK
    exact: int | None = None


class Report(Struct, frozen=True):
    """What a rebuild did. `encoded` counts texts that went through the model, `reused` the index's
    other passages; `failed` is what could not be read."""

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

    @property
    def unread(self) -> tuple[Skipped, ...]:
        """What of it a person who asks must know of."""
        return losses(self.failed)


def rebuild(
    seeds: Path,
    folder: Path,
    model: Model,
    *,
    max_bytes: int,
    looked: Look | None = None,
    may_empty: bool = True,
    wait: bool = True,
    on_wait: Callable[[str], None] = lambda holder: None,
    on_change: OnChange = lambda new, changed, removed: None,
    progress: Progress = lambda stage, done, total: None,
    sizes: Sizes = Sizes(),  # noqa: B008  (it is frozen)
) -> Report:
    """Make the index in `folder` that of the articles in `seeds`.

    Args:
        looked: how the index stands, where that is known: the folder is then not listed again.
        may_empty: whether an index may lose its every article, or every one of a folder of
            articles: a disk may not be mounted.

    Raises:
        ArticlesError: the folder cannot be listed, or articles would be lost that may not be.
        ModelError: the model cannot be used.
        IndexUnusable: it cannot be written, or the folder holds other things.
        IndexBusy: another process is writing it, and `wait` is false.
        In each case the index is as last committed.
    """
    begun = time.monotonic()
    target = Target(seeds, folder, model, sizes.exact)
    if looked is None:
        looked = _look_unless_damaged(target, max_bytes)
    if looked is not None and not may_empty:
        refuse_losses(seeds, folder, looked, max_bytes=max_bytes)
    refuse_others(folder)
    job = _Job(target, max_bytes, may_empty, on_change, progress, sizes)
    with writer_lock(folder, wait=wait, on_wait=on_wait) as waited:
        finish_renewal(folder)
        if looked is None or waited:  # whoever wrote meanwhile may have changed all of it
            looked = _look_unless_damaged(target, max_bytes)
        if looked is None or damage_is_flagged(folder):
            _log.warning("setting a damaged database aside: %s", folder)
            set_aside(folder)
            looked = look(seeds, folder, model, max_bytes=max_bytes)
        try:
            report = job.run(looked)
        except IndexOutdated:
            renew(folder)
            report = job.run(looked)
        except IndexDamaged as error:
            _log.warning("setting a damaged database aside: %s: %s", folder, error)
            set_aside(folder)
            report = job.run(look(seeds, folder, model, max_bytes=max_bytes))
    report = structs.replace(report, seconds=time.monotonic() - begun)
    counts = report.articles, report.passages, report.encoded, report.seconds
    _log.info("rebuilt %s: %d articles, %d passages, %d encoded, %.1f s", folder, *counts)
    return report


def _look_unless_damaged(target: Target, max_bytes: int) -> Look | None:
    """How the index stands; None where it is too damaged to be compared."""
    try:
        return look(target.seeds, target.folder, target.model, max_bytes=max_bytes)
    except IndexDamaged:
        return None


class _Job:
    """What a rebuild is given, and the encoders that it needs."""

    def __init__(
        self,
        target: Target,
        max_bytes: int,
        may_empty: bool,
        on_change: OnChange,
        progress: Progress,
        sizes: Sizes,
    ) -> None:
        self.target, self.max_bytes, self.sizes = target, max_bytes, sizes
        self.may_empty = may_empty
        self.on_change, self.progress = on_change, progress

    @cached_property
    def encoder(self) -> Encoder:
        """The one that a few passages are split and encoded with."""
        return open_encoder(self.target.model)

    @cached_property
    def bulk_encoder(self) -> Encoder:
        """The one that many are encoded with."""
        model = self.target.model
        return open_encoder(model, bulk=True) if is_quick(model) else self.encoder

    def split(self, article: Article) -> tuple[Passage, ...]:
        """The article's passages."""
        encoder = self.encoder
        passages = split(
            article.text,
            article.parts,
            count_tokens=encoder.count_tokens,
            budget=encoder.budget,
            language=article.info.language,
        )
        return tuple(passages)

    def run(self, looked: Look) -> Report:
        """Do what a look found to be done, under the writer's lock."""
        target = self.target
        store = Store(target.folder, create=True)
        try:
            with store.snapshot():
                meta = store.meta()
            if meta != looked.meta:  # another process wrote after the look, before our turn
                looked = look(target.seeds, target.folder, target.model, max_bytes=self.max_bytes)
            if self.may_empty:
                looked = forgetting(looked)
            else:
                refuse_losses(target.seeds, target.folder, looked, max_bytes=self.max_bytes)
            with spool(target.folder) as waiting:
                return _run(self, store, waiting, looked)
        finally:
            store.close()


def _run(job: _Job, store: Store, waiting: Spool, looked: Look) -> Report:
    """Read, encode and commit, some at a time."""
    read_again = {state.source for state in looked.files}
    lost = looked.lost
    missing = [*looked.removed, *(source for own in lost.values() for source in own)]
    stored = _stored(store, [*read_again, *missing] if looked.meta else [])
    hashes = {source: known.sha256 for source, known in stored.items()}
    there: set[str] = set()
    standing = dict(stored)
    unreadable = [tried for tried in looked.unreadable if tried[0].source not in read_again]
    removed = [source for source in looked.removed if source in stored]
    fresh: dict[str, str] = {}
    touched: list[FileState] = []
    meta, encoded = looked.meta, 0
    announced = meta is None or looked.remake is not None
    if announced:  # before anything is read
        job.on_change(len(looked.new), len(looked.changed), len(removed))
    for chunk in _chunks(job, store, looked, stored):
        failed = looked.told(chunk.unreadable, indexed=stored)
        unreadable += failed
        removed += [own.source for own, file in failed if own.source in stored and not file.kept]
        touched += chunk.touched
        fresh |= {article.state.source: article.info.sha256 for article in chunk.new}
        there |= {state.source for state in chunk.touched}.union(fresh)
        there |= {state.source for state, file in failed if file.loss == "out of reach"}
        before, lost = lost, still_lost(looked.lost, hashes, there, {*fresh.values()})
        removed += {source for own in before.values() for source in own}.difference(*lost.values())
        if not announced and (chunk.new or removed):
            announced = True
            job.on_change(*_likely_changes(looked, fresh, chunk.files), len(removed))
        waiting.add(chunk.new)
        encoded += _encode(job, store, chunk, encoded, sum(state.size for state in looked.files))
        due, files_read = chunk.due, chunk.files
        del chunk  # its passages go before more are read
        if not due:
            continue
        if not (job.may_empty or fresh):
            refuse_emptying(job.target.seeds, looked, removed, lost)
        last = meta
        meta = commit(
            job.target,
            store,
            waiting,
            last=last,
            outdated=[standing.pop(own) for own in (*removed, *fresh) if own in standing],
            touched=touched,
            unreadable=unreadable,
            complete=files_read == len(looked.files),
        )
        waiting.clear()
        touched = []
        if meta is not last:
            indexed = _totals(store)[0]
            job.progress("indexed", indexed, indexed + len(looked.files) - files_read)
    unread = (*looked.skipped, *(file for _, file in unreadable), *lost_words(lost))
    return _report(job, store, stored, fresh, removed, unread, encoded)


def _report(
    job: _Job,
    store: Store,
    stored: Mapping[str, StoredArticle],
    fresh: Mapping[str, str],
    removed: Iterable[str],
    failed: Iterable[Skipped],
    encoded: int,
) -> Report:
    articles, passages = _totals(store)
    known = fresh.keys() & stored.keys()
    return Report(
        seeds=job.target.seeds,
        index=job.target.folder,
        model=job.target.model.name,
        articles=articles,
        passages=passages,
        added=tuple(sorted(fresh.keys() - stored.keys())),
        changed=tuple(sorted(own for own in known if stored[own].sha256 != fresh[own])),
        removed=tuple(sorted(removed)),
        failed=tuple(sorted(failed)),
        encoded=encoded,
        reused=passages - encoded,
        seconds=0.0,
    )


def _stored(store: Store, sources: Iterable[str]) -> dict[str, StoredArticle]:
    with store.snapshot():
        return store.articles(sources)


def _totals(store: Store) -> tuple[int, int]:
    """The articles and the passages that are indexed."""
    with store.snapshot():
        return store.count("articles"), store.count("passages")


def _likely_changes(looked: Look, fresh: Mapping[str, str], read_files: int) -> tuple[int, int]:
    """How many articles are new and changed: surely, or by the look of files not read yet."""
    likely = fresh.keys() | {state.source for state in looked.files[read_files:]}
    new = sum(state.source in likely for state in looked.new)
    return new, sum(state.source in likely for state in looked.changed)


def _chunks(
    job: _Job, store: Store, looked: Look, stored: Mapping[str, StoredArticle]
) -> Iterator[Chunk]:
    """The files that must be read: in a first build, committed in batches as they come."""
    meta, sizes = looked.meta, job.sizes
    current = meta is not None and is_current(meta, job.target.model)
    resumed = meta is not None and not meta.complete and meta.seeds == str(job.target.seeds)

    def enough() -> Iterator[float]:
        while True:
            if meta is None or (current and resumed):
                yield max(sizes.batch, _totals(store)[1] // sizes.share)
            else:
                yield math.inf

    return chunks(
        job.target.seeds,
        looked.files,
        max_bytes=job.max_bytes,
        known={source: one.sha256 for source, one in stored.items()} if current else {},
        split=job.split,
        at_a_time=sizes.at_a_time,
        enough=enough(),
        progress=job.progress,
    )


def _encode(job: _Job, store: Store, chunk: Chunk, before: int, size: int) -> int:
    """Encode what this model has not met yet, and keep the vectors as they come; how many.

    Args:
        before: texts that were encoded in this rebuild already.
        size: bytes of all files that must be read.
    """
    fingerprint, sizes = job.target.model.fingerprint, job.sizes
    passages = (passage for article in chunk.new for passage in article.passages)
    by_key = {encoded_key(passage, fingerprint): passage for passage in passages}
    with store.snapshot():
        missing = store.without_vectors(by_key)
    keys = [key for key in by_key if key in missing]
    # as many more as there is more to read: the next files may be longer or shorter
    expected = (before + len(keys)) * max(1, size) // max(1, chunk.size)
    if before or keys:
        job.progress("encoding", before, expected)
    if not keys:
        return 0
    encoder = job.bulk_encoder if before + len(keys) > sizes.bulk else job.encoder
    passages_of = (by_key[key] for key in keys)
    texts = [Text(own.in_context(), own.bounds_in_context()) for own in passages_of]
    uncommitted: list[tuple[bytes, Vectors]] = []
    done = 0
    for batch in encoder.encode(texts):
        uncommitted += [(keys[index], vectors) for index, vectors in batch]
        done += len(batch)
        job.progress("encoding", before + done, expected)
        if len(uncommitted) >= sizes.commit_every or done == len(keys):
            with store.writing():
                store.add_vectors(uncommitted)
            uncommitted = []
    return done
