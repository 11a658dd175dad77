"""The derived files of an index: one folder a generation, made from the store.

    generations/<n>/vectors/   passage vectors (FAISS)
    generations/<n>/words/     passage words (tantivy)

A generation is written beside the last, synced, and then named by the transaction that
commits the rows it was made from. A folder that is not as that transaction said it was
(missing, cut short, touched) is not used, and is made again without encoding anything.
"""

from __future__ import annotations

import errno
import os
from contextlib import closing, suppress
from pathlib import Path

from embeddings.errors import GenerationDamaged, Remedy
from embeddings.index.files import GENERATIONS, sync, unwritable
from embeddings.index.store import Meta, Store

VECTORS = "vectors"
WORDS = "words"
_DAMAGED = "damaged"
_MEASURED_BY = 200
"""Sentences that the recall of an approximate search is measured with. A guess."""
_MOST_DEAD = 0.02
"""Share of removed passages from which the words are written from scratch: until tantivy
merges their segment it counts them in its statistics, and the same folder must give the
same answers whatever its history. A guess."""


def path_of(folder: Path, generation: int) -> Path:
    """Where a generation's files lie."""
    return folder / GENERATIONS / str(generation)


def check(folder: Path, meta: Meta) -> None:
    """See that the generation's files are those that were committed, by size and time.

    Raises:
        GenerationDamaged: one is missing, or is not as it was written.
    """
    generation = path_of(folder, meta.generation)
    if (generation / _DAMAGED).exists():
        raise damaged(generation, "as was found when they were read")
    for name, expected in meta.files.items():
        try:
            state = os.stat(generation / name)
        except OSError as error:
            raise damaged(generation, f"{name}: {error.strerror}") from error
        if (state.st_size, state.st_mtime_ns) != expected:
            raise damaged(generation, f"{name} is not as it was written")


def flag(generation: Path) -> None:
    """Leave word that files were found damaged that look as they were written."""
    with suppress(OSError):  # where nothing can be written, nothing can be made again
        (generation / _DAMAGED).touch()


def damaged(generation: Path, reason: str) -> GenerationDamaged:
    """The error for a generation that cannot be used."""
    return GenerationDamaged(
        f"The index files in {generation} are damaged ({reason})",
        remedy=Remedy("restore the index files"),
    )


def write(
    folder: Path,
    store: Store,
    generation: int,
    *,
    previous: Meta | None,
    removed: list[int],
    added: list[int],
    exact: int | None = None,
) -> tuple[dict[str, tuple[int, int]], int, float | None]:
    """Write a generation from what the store holds now, and sync it to the disk.

    Args:
        previous: what was committed with the generation that this one may start from, or None.
        removed: passage ids that `previous` has and this one has not.
        added: article ids that this one has and `previous` has not.
        exact: passages up to which every vector is looked at; None for `vectors.EXACT`.

    Returns:
        `files`, `dead` and `recall` of the new generation's `Meta`.

    Raises:
        IndexUnusable: there is no room, or no permission.
    """
    import shutil

    target = path_of(folder, generation)
    last = (path_of(folder, previous.generation), previous) if previous else None
    while True:
        try:
            shutil.rmtree(target, ignore_errors=True)  # left by a rebuild that was killed
            target.mkdir(parents=True)
            dead = _write_words(target, store, last, removed, added)
            recall = _write_vectors(target, store, last, removed, added, exact)
            return sync(target), dead, recall
        except (OSError, RuntimeError, ValueError) as error:  # of faiss and tantivy
            shutil.rmtree(target, ignore_errors=True)
            if last is None:  # there is no room
                raise unwritable(folder, _system_reason(error)) from error
            last = None  # or the last one's files are damaged, though they look whole


def _write_words(
    target: Path, store: Store, last: tuple[Path, Meta] | None, removed: list[int], added: list[int]
) -> int:
    """Returns how many of the passages that are gone the words still count."""
    from embeddings.index import derived, words

    if last is not None:
        folder, meta = last
        dead = meta.dead + len(removed)
        if dead <= _MOST_DEAD * store.count("passages"):
            with closing(derived.titled_texts(store, added)) as texts:
                words.write(target / WORDS, texts, previous=folder / WORDS, removed=removed)
            return dead
    with closing(derived.titled_texts(store)) as texts:
        words.write(target / WORDS, texts)
    return 0


def _write_vectors(
    target: Path,
    store: Store,
    last: tuple[Path, Meta] | None,
    removed: list[int],
    added: list[int],
    exact: int | None,
) -> float | None:
    """Returns the recall of the search by vectors; None where it is exact."""
    from embeddings.index import derived, vectors

    total = store.count("passages")
    if last is not None:
        folder, meta = last
        changes = len(removed) + len(derived.passage_ids(store, added))
        if vectors.follows(folder / VECTORS, changes, total):
            new = derived.passage_vectors(store, added)
            vectors.write_after(folder / VECTORS, target / VECTORS, new, removed)
            return meta.recall
    sample = None
    if size := vectors.sample_size(total, vectors.EXACT if exact is None else exact):
        sample = vectors.Sample(
            derived.sample(store, size), derived.sample_sentences(store, _MEASURED_BY)
        )
    return vectors.write(target / VECTORS, derived.passage_vectors(store), total, sample)


def drop_others(folder: Path, kept: set[int]) -> None:
    """Remove the generations that no reader can be opening any more."""
    import shutil

    try:
        generations = list((folder / GENERATIONS).iterdir())
    except FileNotFoundError:
        return
    for path in generations:
        if path.name not in {str(number) for number in kept}:
            shutil.rmtree(path, ignore_errors=True)


def _system_reason(error: Exception) -> str:
    """What the system said, out of what the libraries made of it."""
    said = str(error)
    for code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES):
        if os.strerror(code) in said:
            return os.strerror(code)
    return said.splitlines()[0] if said else type(error).__name__
