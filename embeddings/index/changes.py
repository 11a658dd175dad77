"""What is different between the articles folder and the index."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from embeddings.articles.article import FileState, Scan, Skipped, Unreadable, read, scan
from embeddings.articles.passages import VERSION
from embeddings.encoding.model import Model
from embeddings.errors import GenerationDamaged, IndexOutdated
from embeddings.index import generations
from embeddings.index.database import damage_is_flagged
from embeddings.index.store import Meta, Store, StoredArticle


class Suspects(NamedTuple):
    """What names, sizes and times tell, with no file opened.

    `files` are new or look different; `removed` are gone; `unreadable` were tried before,
    could not be read, and look the same.
    """

    files: tuple[FileState, ...]
    removed: tuple[str, ...]
    unreadable: tuple[tuple[FileState, Skipped], ...]


class Changes(NamedTuple):
    """What the content tells: sources by what happened to them, each sorted.

    `touched` look different and hold what they held, `tried` could not be read and had not
    been tried before: nothing for an answer, but worth noting, so as not to read them again.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    touched: tuple[str, ...]
    tried: tuple[str, ...]
    unreadable: tuple[Skipped, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def suspect(
    found: Scan, states: set[FileState], unreadable: Mapping[str, tuple[FileState, str]]
) -> Suspects:
    """Compare a look at the folder with the states that the index knows of its articles."""
    files, same = [], []
    for state in found.files:
        if state in states:
            continue
        tried = unreadable.get(state.source)
        if tried is not None and tried[0] == state:
            same.append((state, Skipped(state.source, tried[1])))
        else:
            files.append(state)
    other = {state.source for state in files} | {state.source for state, _ in same}
    left = {state.source for state in states.difference(found.files)}
    return Suspects(tuple(files), tuple(sorted(left - other)), tuple(same))


def confirm(
    seeds: Path, suspects: Suspects, articles: Mapping[str, StoredArticle], *, max_bytes: int
) -> Changes:
    """Read the suspects to tell what has really changed."""
    added, changed, touched, tried = [], [], [], []
    removed = [*suspects.removed]
    unreadable = [skipped for _, skipped in suspects.unreadable]
    for state in suspects.files:
        known = articles.get(state.source)
        try:
            _, article = read(seeds, state.source, max_bytes=max_bytes)
        except Unreadable as error:
            unreadable.append(Skipped(state.source, str(error)))
            tried.append(state.source)
            if known is not None:
                removed.append(state.source)
            continue
        if known is None:
            added.append(state.source)
        elif known.sha256 == article.sha256:
            touched.append(state.source)
        else:
            changed.append(state.source)
    return Changes(
        tuple(added),
        tuple(changed),
        tuple(sorted(removed)),
        tuple(touched),
        tuple(tried),
        tuple(sorted(unreadable)),
    )


class Look(NamedTuple):
    """How an index stands against its folder and model.

    `meta` is None where nothing was built; `remake` says why all of it must be made
    again, beyond what changed in the folder; the counts are of what is indexed.
    """

    meta: Meta | None
    remake: str | None
    changes: Changes
    skipped: tuple[Skipped, ...]
    other_formats: dict[str, int]
    articles: int
    passages: int

    @property
    def differs(self) -> bool:
        """Whether there is anything to write: `stale`, or only new times or failures."""
        return self.stale or bool(self.changes.touched or self.changes.tried)

    @property
    def emptied(self) -> bool:
        """Whether every article is gone, as when a disk is not mounted."""
        return len(self.changes.removed) == self.articles > 0 and not self.changes.added

    @property
    def stale(self) -> bool:
        """Whether the index gives other answers than one built now."""
        return self.meta is None or self.remake is not None or bool(self.changes)


def is_current(meta: Meta, model: Model) -> bool:
    """Whether the index was made by this model and this splitter."""
    return meta.fingerprint == model.fingerprint and meta.splitter == str(VERSION)


def look(seeds: Path, folder: Path, model: Model, *, max_bytes: int) -> Look:
    """Compare the folder of articles with the index, writing nothing.

    Names, sizes and times first; only files that look different are read.

    Raises:
        ArticlesError, IndexUnusable: see there.
    """
    found = scan(seeds, max_bytes=max_bytes)
    meta: Meta | None = None
    states: set[FileState] = set()
    tried: dict[str, tuple[FileState, str]] = {}
    stored: dict[str, StoredArticle] = {}
    passages = 0
    try:
        store = Store(folder)
    except (FileNotFoundError, IndexOutdated):  # nothing built yet that can be read
        suspects = suspect(found, states, tried)
    else:
        try:
            with store.snapshot():
                meta = store.meta()
                states, tried = store.states(), store.unreadable()
                suspects = suspect(found, states, tried)
                if suspects.files:  # what is stored of them tells whether they changed
                    stored = store.articles()
                passages = store.count("passages")
        finally:
            store.close()
    changes = confirm(seeds, suspects, stored, max_bytes=max_bytes)
    return Look(
        meta=meta,
        remake=why_remake(meta, folder, model) if meta else None,
        changes=changes,
        skipped=tuple(sorted((*found.skipped, *changes.unreadable))),
        other_formats=found.other_formats,
        articles=len(states),
        passages=passages,
    )


def why_remake(meta: Meta, folder: Path, model: Model) -> str | None:
    """Why the index must be made again whatever the articles are; None where it need not."""
    if damage_is_flagged(folder):
        return "its database is damaged"
    if meta.fingerprint != model.fingerprint:
        return f"it was made with another model ({meta.model})"
    if meta.splitter != str(VERSION):
        return "it was made by another version of bot"
    try:
        generations.check(folder, meta)
    except GenerationDamaged:
        return "its files are missing or damaged"
    return None
