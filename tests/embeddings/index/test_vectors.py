"""The search by vectors: exact or measured, and never written whole for a small change."""

from __future__ import annotations

from collections.abc import Set
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest

from embeddings.arrays import Floats, Ids, unit
from embeddings.index import vectors
from embeddings.index.vectors import Sample, VectorIndex

DIMENSION = 32
EXACT = 1000
"""More than these are too many to look at each."""


def made(number: int, seed: int = 0) -> Floats:
    """Unit vectors around forty directions, as texts lie around their subjects."""
    chance = np.random.default_rng(seed)
    subjects = np.random.default_rng(99).normal(size=(40, DIMENSION))
    rows = subjects[chance.integers(0, 40, number)] + chance.normal(0, 0.7, (number, DIMENSION))
    return unit(rows.astype(np.float32))


def ids_of(rows: Floats, first: int = 1) -> Ids:
    return np.arange(first, first + len(rows), dtype=np.int64)


def write(folder: Path, rows: Floats) -> float | None:
    """In chunks, as they come from the store."""
    chunks = [(ids_of(rows)[at : at + 300], rows[at : at + 300]) for at in range(0, len(rows), 300)]
    size = vectors.sample_size(len(rows), EXACT)
    sample = Sample(rows[::2], made(50, seed=5)) if size else None
    return vectors.write(folder, chunks, len(rows), sample)


def nearest(rows: Floats, query: Floats, without: Set[int] = frozenset()) -> list[int]:
    order = [number + 1 for number in np.argsort(-(rows @ query)).tolist()]
    return [number for number in order if number not in without][:10]


@pytest.mark.parametrize("number", [1, 9, 1000])
def test_few_are_all_looked_at(tmp_path: Path, number: int) -> None:
    rows = made(number)
    assert write(tmp_path / "v", rows) is None
    index = VectorIndex(tmp_path / "v")
    assert len(index) == number
    for query in made(5, seed=1):
        near = index.search(query, 10)
        assert list(near) == nearest(rows, query)
        assert list(near.values()) == pytest.approx(np.sort(rows @ query)[::-1][:10], abs=1e-6)


def test_many_are_searched_in_lists_and_the_recall_is_measured(tmp_path: Path) -> None:
    rows = made(5000)
    recall = write(tmp_path / "v", rows)
    assert recall is not None
    assert vectors.RECALL <= recall <= 1
    opened: Any = faiss.read_index(str(tmp_path / "v" / "vectors.faiss"))
    assert isinstance(opened, faiss.IndexIVFScalarQuantizer)
    assert 16 <= opened.nprobe < opened.nlist == 4 * 70
    index = VectorIndex(tmp_path / "v")
    queries = made(50, seed=5)  # those that it was measured by
    met = [len({*nearest(rows, one)} & index.search(one, 50).keys()) / 10 for one in queries]
    assert np.mean(met) >= vectors.RECALL


def test_copies_of_one_text_are_as_good_as_one_another(tmp_path: Path) -> None:
    rows = np.repeat(made(40), 100, axis=0)
    recall = vectors.write(tmp_path / "v", [(ids_of(rows), rows)], 4000, Sample(rows, rows[::80]))
    assert recall == 1
    opened: Any = faiss.read_index(str(tmp_path / "v" / "vectors.faiss"))
    assert opened.nprobe < opened.nlist


def test_where_lists_tell_little_all_are_looked_through(tmp_path: Path) -> None:
    rows = unit(np.random.default_rng(0).normal(size=(1500, DIMENSION)).astype(np.float32))
    assert (write(tmp_path / "v", rows) or 0) >= vectors.RECALL


@pytest.mark.parametrize("number", [900, 3000], ids=["exact", "approximate"])
def test_a_small_change_leaves_the_file_and_gives_the_same_answers(
    tmp_path: Path, number: int
) -> None:
    rows = made(number)
    write(tmp_path / "1", rows)
    new = made(8, seed=2)
    query = new[3]
    vectors.write_after(
        tmp_path / "1", tmp_path / "2", [(ids_of(new, number + 1), new)], removed=[1, 2, 3]
    )
    both = np.vstack([rows, new])
    index = VectorIndex(tmp_path / "2")
    assert len(index) == number + 5
    near = index.search(query, 10)
    assert next(iter(near)) == number + 4
    away = {1, 2, 3}
    assert len(near.keys() & {*nearest(both, query, away)}) >= 9
    assert not index.search(rows[0], number + 8).keys() & away
    big = [tmp_path / name / "vectors.faiss" for name in "12"]
    assert big[0].stat().st_ino == big[1].stat().st_ino
    # the new ones go, the last of the old ones too, and others come
    last = made(2, seed=3)
    vectors.write_after(
        *(tmp_path / "2", tmp_path / "3"),
        [(ids_of(last, number + 100), last)],
        removed=[4, *range(number + 1, number + 9)],
    )
    index = VectorIndex(tmp_path / "3")
    assert len(index) == number - 2
    everything = index.search(query, number + 8).keys()
    assert not everything & {1, 2, 3, 4, *range(number + 1, number + 9)}
    assert {number + 100, number + 101} <= everything
    assert len(VectorIndex(tmp_path / "1")) == number  # as it was
    assert len(VectorIndex(tmp_path / "2")) == number + 5


def test_from_a_share_of_changes_on_all_is_written_anew(tmp_path: Path) -> None:
    rows = made(1000)
    write(tmp_path / "1", rows)
    assert vectors.follows(tmp_path / "1", 20, 1000)
    assert not vectors.follows(tmp_path / "1", 21, 1000)
    new = made(6, seed=2)
    vectors.write_after(tmp_path / "1", tmp_path / "2", [(ids_of(new, 2000), new)], removed=[1, 2])
    assert vectors.follows(tmp_path / "2", 12, 1000)
    assert not vectors.follows(tmp_path / "2", 13, 1000)


def test_none_are_no_trouble(tmp_path: Path) -> None:
    vectors.write(tmp_path / "v", [], 0, None)
    index = VectorIndex(tmp_path / "v")
    assert len(index) == 0
    assert index.search(made(1)[0], 10) == {}
    assert not vectors.follows(tmp_path / "v", 1, 1)


def test_how_many_are_exact_is_a_choice() -> None:
    assert vectors.sample_size(vectors.EXACT) == 0 < vectors.sample_size(vectors.EXACT + 1)
    assert vectors.sample_size(EXACT, EXACT) == 0
    assert vectors.sample_size(2500, EXACT) == 44 * 4 * 50
