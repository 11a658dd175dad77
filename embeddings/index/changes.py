"""How an index stands against its folder and model."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from msgspec import Struct

from embeddings.articles.article import read
from embeddings.articles.folder import FileState, Skipped, scan
from embeddings.articles.passages import VERSION
from embeddings.encoding.model import Model
from embeddings.errors import GenerationDamaged, IndexOutdated, Unreadable
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
        unreadable: files that were tried before, could not be read, and look the same.
        files: all that a rebuild must read: the new and the changed ones, or every one.
        articles, passages: how many are indexed.
    """

    meta: Meta | None
    remake: Remake | None
    new: tuple[FileState, ...]
    changed: tuple[FileState, ...]
    removed: tuple[str, ...]
    unreadable: tuple[tuple[FileState, Skipped], ...]
    files: tuple[FileState, ...]
    skipped: tuple[Skipped, ...]
    other_formats: dict[str, int]
    articles: int
    passages: int

    @property
    def differs(self) -> bool:
        """Whether there may be anything to write."""
        changes = self.new or self.changed or self.removed
        return self.meta is None or self.remake is not None or bool(changes)

    @property
    def emptied(self) -> bool:
        """Whether every article is gone, as when a disk is not mounted."""
        return len(self.removed) == self.articles > 0 and not self.new


class Changes(Struct, frozen=True):
    """What the files' content tells: sources by what happened to them, each sorted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    failed: tuple[Skipped, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def look(seeds: Path, folder: Path, model: Model, *, max_bytes: int) -> Look:
    """Compare the folder of articles with the index, opening no article and writing nothing.

    Raises:
        ArticlesError: the folder cannot be listed.
        IndexUnusable: the index cannot be read.
    """
    seen = scan(seeds, max_bytes=max_bytes)
    meta: Meta | None = None
    states: set[FileState] = set()
    tried: dict[str, tuple[FileState, str]] = {}
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
        if before is not None and before[0] == state:
            unreadable.append((state, Skipped(state.source, before[1])))
        else:
            (changed if state.source in known else new).append(state)
    here = {state.source for state in seen.files} - {state.source for state, _ in unreadable}
    anew = remake is not None and remake.reason != "files"
    return Look(
        meta=meta,
        remake=remake,
        new=tuple(new),
        changed=tuple(changed),
        removed=tuple(sorted(known - here)),
        unreadable=tuple(unreadable),
        files=seen.files if anew else tuple(sorted([*new, *changed], key=lambda s: s.source)),
        skipped=seen.skipped,
        other_formats=seen.other_formats,
        articles=len(states),
        passages=passages,
    )


def confirm(seeds: Path, folder: Path, looked: Look, *, max_bytes: int) -> Changes:
    """Read the files that look new or changed, to tell which are.

    Raises:
        IndexUnusable: the index cannot be read.
    """
    added, changed, removed = [], [], [*looked.removed]
    failed = [*looked.skipped, *(skipped for _, skipped in looked.unreadable)]
    hashes = _hashes(folder, [state.source for state in looked.changed])
    for state in (*looked.new, *looked.changed):
        try:
            _, article = read(seeds, state.source, max_bytes=max_bytes)
        except Unreadable as error:
            failed.append(Skipped(state.source, str(error)))
            if state.source in hashes:
                removed.append(state.source)
            continue
        if state.source not in hashes:
            added.append(state.source)
        elif hashes[state.source] != article.info.sha256:
            changed.append(state.source)
    return Changes(tuple(added), tuple(changed), tuple(sorted(removed)), tuple(sorted(failed)))


def _hashes(folder: Path, sources: list[str]) -> dict[str, str]:
    """source → the SHA-256 of the article that is indexed."""
    if not sources:
        return {}
    store = Store(folder)
    try:
        with store.snapshot():
            stored = store.articles(sources)
    finally:
        store.close()
    return {source: article.sha256 for source, article in stored.items()}


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
