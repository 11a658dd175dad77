"""How an index stands against its folder and model.

What is seen to be gone from the folder is removed from the index. What cannot be seen is not: the
articles of a folder that cannot be listed, or that has lost all of its articles at once as a disk
that is not mounted has, and files that cannot be opened. They stay in the index as they were last
read, and are told of with every answer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
    Loss,
    Remedy,
    Unreadable,
)
from embeddings.index import generations
from embeddings.index.files import damage_is_flagged
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
        lost: folders that have none of their articles any more, with these, which stay indexed.
        unreadable: files that were tried before, could not be read, and look the same.
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

    def keeps(self, loss: Loss) -> bool:
        """Whether what is indexed of a file stays that could not be read."""
        return loss == "out of reach" and not self.anew

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
    """What the files' content tells: sources by what happened to them, each sorted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    failed: tuple[Skipped, ...]

    @property
    def unread(self) -> tuple[Skipped, ...]:
        """What of it a person who asks must know of."""
        return losses(self.failed)

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def look(seeds: Path, folder: Path, model: Model, *, max_bytes: int) -> Look:
    """Compare the folder of articles with the index, reading no article and writing nothing.

    Raises:
        ArticlesError: the folder cannot be listed.
        IndexUnusable: the index cannot be read.
    """
    seen = scan(seeds, max_bytes=max_bytes)
    meta: Meta | None = None
    states: set[FileState] = set()
    tried: dict[str, tuple[FileState, Skipped]] = {}
    passages = 0
    outdated = False
    try:
        store = Store(folder)
    except FileNotFoundError:
        pass  # nothing built yet
    except IndexOutdated:
        outdated = True
    else:
        try:
            with store.snapshot():
                meta = store.meta()
                states, tried = store.states(), store.unreadable()
                passages = store.count("passages")
        finally:
            store.close()
    remake = why_remake(meta, folder, model) if meta else None
    if outdated:
        remake = Remake("version")
    known = {state.source for state in states}
    new: list[FileState] = []
    changed: list[FileState] = []
    unreadable = []
    for state in seen.files:
        if state in states:
            continue
        before = tried.get(state.source)
        if before is not None and before[0] == state and not _came_back(seeds, before[1]):
            unreadable.append(before)
        else:
            (changed if state.source in known else new).append(state)
    anew = remake is not None and remake.reason != "files"
    missing = known - {state.source for state in seen.files}
    lost: dict[str, tuple[str, ...]] = {}
    if missing and meta is not None and meta.seeds == str(seeds):
        if not anew:
            missing -= _out_of_reach(missing, seen)
        lost = _lost(folder, missing, seen)
    return Look(
        meta=meta,
        remake=remake,
        new=tuple(new),
        changed=tuple(changed),
        removed=tuple(sorted(missing.difference(*lost.values()))),
        lost=lost,
        unreadable=tuple(unreadable),
        files=seen.files if anew else tuple(sorted([*new, *changed], key=lambda s: s.source)),
        skipped=seen.skipped,
        other_formats=seen.other_formats,
        articles=len(states),
        passages=passages,
    )


def _came_back(seeds: Path, tried: Skipped) -> bool:
    """Whether a file that was out of reach is so no longer: nothing in its state may tell."""
    return tried.loss == "out of reach" and can_be_opened(seeds, tried.source)


def _out_of_reach(missing: Iterable[str], seen: Scan) -> set[str]:
    """Those that may be there all the same: they, or a folder above them, could not be seen."""
    unseen = {file.source for file in seen.skipped if file.loss == "out of reach"}
    return {
        source
        for source in (missing if unseen else ())
        if source in unseen or not unseen.isdisjoint(_folders(source))
    }


def _lost(folder: Path, missing: Iterable[str], seen: Scan) -> dict[str, tuple[str, ...]]:
    """Folders in which nothing is any more that might be an article, the topmost of each → the
    articles that they had, but for those whose content stands elsewhere: they were moved."""
    present = [file.source for file in seen.files] + [file.source for file in seen.skipped]
    standing = sorted(present)

    def is_empty(above: str) -> bool:
        place = bisect_left(standing, above)
        return place == len(standing) or not standing[place].startswith(above)

    lost: dict[str, list[str]] = {}
    for source in sorted(missing):
        topmost = next(filter(is_empty, _folders(source)), None)
        if topmost is not None:
            lost.setdefault(topmost, []).append(source)
    if not lost:
        return {}
    hashes = _hashes(folder)
    kept = {sha256 for source, sha256 in hashes.items() if source not in missing}
    return without_moved(lost, hashes, kept)


def _folders(source: str) -> Iterator[str]:
    """The folders that a file is in, the outermost first."""
    end = source.find("/")
    while end >= 0:
        yield source[: end + 1]
        end = source.find("/", end + 1)


def without_moved(
    lost: Mapping[str, Sequence[str]], hashes: Mapping[str, str], found: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Lost folders without those of their articles whose content was found in another place.

    Args:
        hashes: source → the SHA-256 of what is indexed.
        found: those of what is there.
    """
    left = {
        folder: tuple(own for own in sources if hashes.get(own) not in found)
        for folder, sources in lost.items()
    }
    return {folder: sources for folder, sources in left.items() if sources}


def forgetting(looked: Look) -> Look:
    """The same, where what is lost is to be removed as well."""
    removed = sorted({*looked.removed}.union(*looked.lost.values()))
    return structs.replace(looked, removed=tuple(removed), lost={})


def lost_words(lost: Mapping[str, Sequence[str]]) -> Iterator[Skipped]:
    """Lost folders, each with how much that is."""
    for folder, sources in lost.items():
        number = f"{len(sources):,} articles" if len(sources) > 1 else "only article"
        yield Skipped(folder, f"has lost its {number}", "gone")


def refuse_losses(seeds: Path, looked: Look) -> None:
    """See that nothing would be lost of which only a person can say that it may be.

    Raises:
        ArticlesError: every article is gone, or the index must be made again and a folder has
            lost its articles, which can then not stay in it.
    """
    if looked.emptied:
        raise emptied(seeds, looked.articles)
    if looked.anew and looked.lost:
        folder = next(lost_words(looked.lost))
        raise ArticlesError(
            f"The index must be made again, and {seeds / folder.source} {folder.reason}",
            remedy=Remedy("bring the articles back"),
        )


def emptied(seeds: Path, articles: int) -> ArticlesError:
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
    found = set()
    for state in (*looked.new, *looked.changed):
        try:
            _, article = read(seeds, state.source, max_bytes=max_bytes)
        except Unreadable as error:
            failed.append(Skipped(state.source, str(error), error.loss))
            if state.source in hashes and not looked.keeps(error.loss):
                removed.append(state.source)
            continue
        found.add(article.info.sha256)
        if state.source not in hashes:
            added.append(state.source)
        elif hashes[state.source] != article.info.sha256:
            changed.append(state.source)
    lost = without_moved(looked.lost, hashes, found)
    removed += {source for own in looked.lost.values() for source in own}.difference(*lost.values())
    failed += lost_words(lost)
    return Changes(tuple(added), tuple(changed), tuple(sorted(removed)), tuple(sorted(failed)))


def _hashes(folder: Path) -> dict[str, str]:
    """source → the SHA-256 of the article that is indexed."""
    store = Store(folder)
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
