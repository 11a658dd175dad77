"""How an index stands against its folder and model.

What is seen to be gone from the folder is removed from the index. What cannot be seen is not: the
articles of a folder that cannot be listed, or that has lost all of its articles at once as a disk
that is not mounted has, and files that cannot be opened. They stay in the index as they were last
read, and are told of with every answer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterable, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct, structs

from embeddings.articles.article import can_be_opened, read
from embeddings.articles.folder import FileState, Scan, Skipped, losses, scan
from embeddings.articles.passages import VERSION
from embeddings.encoding.model import Model
from embeddings.errors import (
    ArticlesError,
    GenerationDamaged,
    IndexOutdated,
    Remedy,
    Unreadable,
)
from embeddings.index import generations
from embeddings.index.database import READABLE_SINCE
from embeddings.index.files import damage_is_flagged
from embeddings.index.lost import Lost, folders_of, holds, lost_folders, lost_words, still_lost
from embeddings.index.store import Meta, Store


class Remake(Struct, frozen=True):
    """Why an index must be made again, whatever the articles are: all of it, or for the reason
    "files" only what is derived. `model`: the one that it was made with, where that is the
    reason."""

    reason: Literal["damaged", "model", "version", "files"]
    model: str = ""


class Look(Struct, frozen=True):
    """How an index stands against its folder and model, by names, sizes and times: no file was
    opened.

    Attributes:
        meta: None where nothing was built.
        new, changed: files that the index does not know, or knows otherwise. They may turn out to
            hold what they held, or not to be readable.
        removed: sources that are gone.
        lost: folders that have none of their articles any more, unless a new or changed file turns
            out to be one; with these, which stay indexed.
        unreadable: files that were tried before, could not be read, and look the same.
        named: files that were tried before, and that who asked was told of.
        files: all that a rebuild must read: the new and the changed ones, or every one.
        articles, passages: how many are indexed.
    """

    meta: Meta | None
    remake: Remake | None
    new: tuple[FileState, ...]
    changed: tuple[FileState, ...]
    removed: tuple[str, ...]
    lost: dict[str, tuple[str, ...]]
    unreadable: tuple[tuple[FileState, Skipped], ...]
    named: frozenset[str]
    files: tuple[FileState, ...]
    skipped: tuple[Skipped, ...]
    other_formats: dict[str, int]
    articles: int
    passages: int

    @property
    def differs(self) -> bool:
        """Whether there may be anything to write, or to be refused."""
        changes = self.new or self.changed or self.removed or self.emptied
        return self.meta is None or self.remake is not None or bool(changes)

    @property
    def anew(self) -> bool:
        """Whether the whole index must be made again, from every file."""
        return self.remake is not None and self.remake.reason != "files"

    def told(
        self, failed: Iterable[tuple[FileState, Skipped]], *, indexed: Container[str]
    ) -> list[tuple[FileState, Skipped]]:
        """Files that could not be read now, as who asks must know of them: what was an article is a
        loss though there is nothing in it any more, and of what is out of reach that is kept which
        is indexed."""
        files = []
        for state, file in failed:
            loss, known = file.loss, file.source in indexed
            if loss == "none" and (known or file.source in self.named):
                loss = "no article"
            kept = known and loss == "out of reach" and not self.anew
            files.append((state, structs.replace(file, loss=loss, kept=kept)))
        return files

    @property
    def emptied(self) -> bool:
        """Whether every article is gone, as when a disk is not mounted."""
        gone = len(self.removed) + sum(map(len, self.lost.values()))
        return gone == self.articles > 0 and not self.new

    @property
    def unread(self) -> tuple[Skipped, ...]:
        """What could not be read that a person who asks must know of."""
        tried = (skipped for _, skipped in self.unreadable)
        return losses(sorted((*self.skipped, *tried, *lost_words(self.lost))))


class Changes(Struct, frozen=True):
    """What the files' content tells: sources by what happened to them, each sorted; and folders
    that have lost their articles."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    failed: tuple[Skipped, ...]
    lost: dict[str, tuple[str, ...]]

    @property
    def unread(self) -> tuple[Skipped, ...]:
        """What of it a person who asks must know of."""
        return losses(self.failed)

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


class _Indexed(Struct, frozen=True):
    """What the index tells of itself and its articles; `tried`: by source, files that could not be
    read, as they were then."""

    meta: Meta | None = None
    remake: Remake | None = None
    states: frozenset[FileState] = frozenset()
    tried: dict[str, tuple[FileState, Skipped]] = {}
    passages: int = 0


def look(seeds: Path, folder: Path, model: Model, *, max_bytes: int) -> Look:
    """Compare the folder of articles with the index, reading no article and writing nothing.

    Raises:
        ArticlesError: the folder cannot be listed.
        IndexUnusable: the index cannot be read.
    """
    seen = scan(seeds, max_bytes=max_bytes)
    indexed = _indexed(folder, model)
    meta, remake, states = indexed.meta, indexed.remake, indexed.states
    known = {state.source for state in states}
    anew = remake is not None and remake.reason != "files"
    mine = meta is not None and meta.seeds == str(seeds)
    kept = sorted(known) if mine and not anew else []
    new: list[FileState] = []
    changed: list[FileState] = []
    unreadable = []
    for state in seen.files:
        if state in states:
            continue
        before = indexed.tried.get(state.source)
        if before is not None and before[0] == state and not _came_back(seeds, before[1]):
            unreadable.append((state, _with_kept(before[1], kept)))
        else:
            (changed if state.source in known else new).append(state)
    skipped = tuple(_with_kept(file, kept) for file in seen.skipped)
    missing = known - {state.source for state in seen.files}
    lost: dict[str, tuple[str, ...]] = {}
    if missing and mine:
        if not anew:
            missing -= _out_of_reach(missing, seen)
        unsure = [*skipped, *(file for _, file in unreadable)]
        standing = known - missing - {state.source for state in changed}
        standing |= {file.source for file in unsure if file.loss == "out of reach"}
        no_article = {file.source for file in skipped if file.loss == "no article"}
        lost = _lost(folder, missing, missing - no_article, standing)
    return Look(
        meta=meta,
        remake=remake,
        new=tuple(new),
        changed=tuple(changed),
        removed=tuple(sorted(missing.difference(*lost.values()))),
        lost=lost,
        unreadable=tuple(unreadable),
        named=frozenset(s for s, (_, file) in indexed.tried.items() if file.loss != "none"),
        files=seen.files if anew else tuple(sorted([*new, *changed], key=lambda s: s.source)),
        skipped=skipped,
        other_formats=seen.other_formats,
        articles=len(states),
        passages=indexed.passages,
    )


def _indexed(folder: Path, model: Model) -> _Indexed:
    """What an index tells; of one of an earlier format only what was indexed."""
    try:
        store = Store(folder, oldest=READABLE_SINCE)
    except FileNotFoundError:
        return _Indexed()  # nothing built yet
    except IndexOutdated:
        return _Indexed(remake=Remake("version"))
    outdated = store.is_outdated()
    try:
        with store.snapshot():
            meta, states = store.meta(), frozenset(store.states())
            tried = {} if outdated else store.unreadable()
            passages = store.count("passages")
    finally:
        store.close()
    if outdated:
        remake: Remake | None = Remake("version")
    else:
        remake = why_remake(meta, folder, model) if meta else None
    return _Indexed(meta, remake, states, tried, passages)


def _came_back(seeds: Path, tried: Skipped) -> bool:
    """Whether a file that was out of reach is so no longer: nothing in its state may tell."""
    return tried.loss == "out of reach" and can_be_opened(seeds, tried.source)


def _with_kept(file: Skipped, kept: Sequence[str]) -> Skipped:
    """The same, with whether any of what is kept, which is sorted, is what was read there."""
    if file.loss != "out of reach":
        return file
    is_folder = file.source.endswith("/")
    below = kept[bisect_left(kept, file.source) :][:1]
    stays = holds(kept, file.source) if is_folder else below == [file.source]
    return structs.replace(file, kept=stays)


def _out_of_reach(missing: Iterable[str], seen: Scan) -> set[str]:
    """Those that may be there all the same: they, or a folder above them, could not be seen."""
    unseen = {file.source for file in seen.skipped if file.loss == "out of reach"}
    return {
        source
        for source in (missing if unseen else ())
        if source in unseen or not unseen.isdisjoint(folders_of(source))
    }


def _lost(
    folder: Path, missing: set[str], unseen: set[str], standing: set[str]
) -> dict[str, tuple[str, ...]]:
    """The folders that have lost their articles, but for those whose content stands elsewhere:
    they were moved. Of the missing, `unseen` are those in whose place nothing was found."""
    lost = lost_folders(unseen, standing)
    if not lost:
        return {}
    hashes = _hashes(folder)
    elsewhere = {sha256 for source, sha256 in hashes.items() if source not in missing}
    left = {
        folder: tuple(own for own in sources if hashes[own] not in elsewhere)
        for folder, sources in lost.items()
    }
    return {folder: sources for folder, sources in left.items() if sources}


def forgetting(looked: Look) -> Look:
    """The same, where what is lost is to be removed as well."""
    removed = sorted({*looked.removed}.union(*looked.lost.values()))
    return structs.replace(looked, removed=tuple(removed), lost={})


def refuse_losses(seeds: Path, folder: Path, looked: Look, *, max_bytes: int) -> None:
    """See that nothing would be lost of which only a person can say that it may be.

    Raises:
        ArticlesError: every article is gone, or the index must be made again and a folder has
            lost its articles, which can then not stay in it.
        IndexUnusable: the index cannot be read.
    """
    if looked.emptied:
        raise _emptied(seeds, looked.articles)
    if looked.anew and looked.lost:
        changes = confirm(seeds, folder, looked, max_bytes=max_bytes)
        for lost in lost_words(changes.lost):
            raise ArticlesError(
                f"The index must be made again, and {seeds / lost.source} {lost.reason}",
                remedy=Remedy("bring the articles back"),
            )


def refuse_emptying(seeds: Path, looked: Look, removed: Sequence[str], lost: Lost) -> None:
    """See that some article is left, once the files are read and none is new.

    Raises:
        ArticlesError: there is none.
    """
    if len(removed) + sum(map(len, lost.values())) == looked.articles > 0:
        raise _emptied(seeds, looked.articles)


def _emptied(seeds: Path, articles: int) -> ArticlesError:
    """The error for a folder that has none of its articles any more."""
    return ArticlesError(
        f"There are no articles left in {seeds}, and the index has {articles}",
        remedy=Remedy("bring the articles back"),
    )


def confirm(seeds: Path, folder: Path, looked: Look, *, max_bytes: int) -> Changes:
    """Read the files that look new or changed, to tell which are.

    Raises:
        IndexUnusable: the index cannot be read.
    """
    added, changed, removed = [], [], [*looked.removed]
    failed = [*looked.skipped, *(skipped for _, skipped in looked.unreadable)]
    hashes = _hashes(folder) if looked.changed or looked.lost else {}
    there, found = set(), set()
    for state in (*looked.new, *looked.changed):
        try:
            _, article = read(seeds, state.source, max_bytes=max_bytes)
        except Unreadable as error:
            skipped = Skipped(state.source, str(error), error.loss)
            [(_, file)] = looked.told([(state, skipped)], indexed=hashes)
            failed.append(file)
            if file.loss == "out of reach":
                there.add(state.source)
            if state.source in hashes and not file.kept:
                removed.append(state.source)
            continue
        there.add(state.source)
        found.add(article.info.sha256)
        if state.source not in hashes:
            added.append(state.source)
        elif hashes[state.source] != article.info.sha256:
            changed.append(state.source)
    lost = still_lost(looked.lost, hashes, there, found)
    removed += {source for own in looked.lost.values() for source in own}.difference(*lost.values())
    failed += lost_words(lost)
    failed.sort()
    return Changes(tuple(added), tuple(changed), tuple(sorted(removed)), tuple(failed), lost)


def _hashes(folder: Path) -> dict[str, str]:
    """source → the SHA-256 of the article that is indexed."""
    store = Store(folder, oldest=READABLE_SINCE)
    try:
        with store.snapshot():
            return store.hashes()
    finally:
        store.close()


def is_current(meta: Meta, model: Model) -> bool:
    """Whether the index was made by this model and this splitter."""
    return meta.fingerprint == model.fingerprint and meta.splitter == str(VERSION)


def why_remake(meta: Meta, folder: Path, model: Model) -> Remake | None:
    """Why the index must be made again whatever the articles are; None where it need not."""
    if damage_is_flagged(folder):
        return Remake("damaged")
    if meta.fingerprint != model.fingerprint:
        return Remake("model", meta.model)
    if meta.splitter != str(VERSION):
        return Remake("version")
    try:
        generations.check(folder, meta)
    except GenerationDamaged:
        return Remake("files")
    return None
