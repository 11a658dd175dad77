"""Folders that have lost their articles: all at once, as one that is not mounted has."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from embeddings.articles.folder import Skipped

Lost = Mapping[str, Sequence[str]]
"""Folder, with `/` at its end → the articles that it had."""


def lost_folders(missing: Iterable[str], standing: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The folders of missing articles in which nothing stands any more, the topmost of each.

    Args:
        standing: files that are surely articles, and whatever may hold some.
    """
    return _by_topmost(((source, folders_of(source)) for source in sorted(missing)), standing)


def still_lost(
    lost: Lost, hashes: Mapping[str, str], there: Collection[str], found: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Lost folders, once files that were new or had changed are read: without those in which an
    article turned out to be, and without what was moved. A folder was moved where at least half of
    its articles were found in another place (a guess: the others were edited meanwhile).

    Args:
        hashes: source → the SHA-256 of what is indexed.
        there: files that turned out to be articles, or may be.
        found: the SHA-256 of what was found elsewhere.
    """
    left = []
    for folder, sources in lost.items():
        own = [source for source in sources if hashes.get(source) not in found]
        if 2 * len(own) > len(sources):
            left += [(source, _within(source, folder)) for source in own]
    return _by_topmost(left, there)


def holds(sources: Sequence[str], folder: str) -> bool:
    """Whether any of these sources, which are sorted, is in a folder."""
    place = bisect_left(sources, folder)
    return place < len(sources) and sources[place].startswith(folder)


def folders_of(source: str) -> Iterator[str]:
    """The folders that a file is in, the outermost first."""
    end = source.find("/")
    while end >= 0:
        yield source[: end + 1]
        end = source.find("/", end + 1)


def lost_words(lost: Lost) -> Iterator[Skipped]:
    """Lost folders, each with how much that is."""
    for folder, sources in lost.items():
        number = f"{len(sources):,} articles" if len(sources) > 1 else "last article"
        yield Skipped(folder, f"has lost its {number}", "gone", kept=True)


def _within(source: str, folder: str) -> Iterator[str]:
    return (above for above in folders_of(source) if above.startswith(folder))


def _by_topmost(
    missing: Iterable[tuple[str, Iterator[str]]], standing: Collection[str]
) -> dict[str, tuple[str, ...]]:
    ordered = sorted(standing)
    lost: dict[str, list[str]] = {}
    for source, folders in missing:
        topmost = next((above for above in folders if not holds(ordered, above)), None)
        if topmost is not None:
            lost.setdefault(topmost, []).append(source)
    return {folder: tuple(sources) for folder, sources in lost.items()}
