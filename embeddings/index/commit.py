"""What was read and encoded → the index that readers see, in one transaction."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from embeddings.articles.folder import FileState, Skipped
from embeddings.articles.passages import VERSION
from embeddings.encoding.model import Model
from embeddings.index import derived, generations
from embeddings.index.changes import why_remake
from embeddings.index.spool import Spool
from embeddings.index.store import Meta, Store, StoredArticle


class Target(Struct, frozen=True):
    """An index by its folder, and what it is of: the articles, by a model.

    `exact`: passages up to which every vector is looked at; None for `vectors.EXACT`.
    """

    seeds: Path
    folder: Path
    model: Model
    exact: int | None = None


def commit(
    target: Target,
    store: Store,
    new: Spool,
    *,
    last: Meta | None,
    outdated: Sequence[StoredArticle],
    touched: Iterable[FileState],
    unreadable: Iterable[tuple[FileState, Skipped]],
    complete: bool,
) -> Meta:
    """Commit new articles, whose passages have their vectors, in the place of outdated ones.

    Args:
        last: what was committed last.
        complete: whether no more articles are to come.

    Returns:
        what is committed now; `last` itself where nothing but times was noted.
    """
    whole = (
        last is not None
        and last.seeds == str(target.seeds)
        and why_remake(last, target.folder, target.model) is None
    )
    with store.writing():
        for state in touched:
            store.set_state(state)
        store.set_unreadable(unreadable)
        if last is None or not whole or not last.complete or new.articles or outdated:
            meta = _renewed(target, store, new, outdated, last, whole=whole, complete=complete)
        else:
            meta = last
    generations.drop_others(target.folder, {meta.generation, meta.generation - 1})
    return meta


def _renewed(
    target: Target,
    store: Store,
    new: Spool,
    outdated: Sequence[StoredArticle],
    last: Meta | None,
    *,
    whole: bool,
    complete: bool,
) -> Meta:
    """Replace articles, and write the generation that goes with them. It starts from the files of
    the last one where these are `whole`."""
    removed = derived.passage_ids(store, [article.id for article in outdated])
    for article in outdated:
        store.remove_article(article.state.source)
    fingerprint = target.model.fingerprint
    added = [
        store.add_article(article.state, article.info, article.passages, fingerprint)
        for article in new
    ]
    generation = last.generation + 1 if last else 1
    files, dead, recall = generations.write(
        target.folder,
        store,
        generation,
        previous=last if whole else None,
        removed=removed,
        added=added,
        exact=target.exact,
    )
    meta = Meta(
        seeds=str(target.seeds),
        model=target.model.name,
        fingerprint=fingerprint,
        splitter=str(VERSION),
        generation=generation,
        built_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        files=files,
        dead=dead,
        recall=recall,
        complete=complete,
        languages=store.count_languages(),
    )
    store.set_meta(meta)
    if complete:  # until then, vectors that nothing uses yet may wait for their turn
        store.drop_orphans()
    return meta
