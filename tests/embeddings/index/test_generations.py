from __future__ import annotations

import os
from pathlib import Path

import pytest

from embeddings.encoding.encoder import Encoder
from embeddings.encoding.model import Model
from embeddings.errors import (
    IndexUnusable,
)
from embeddings.index.changes import Remake
from tests.conftest import write
from tests.embeddings.index.building import (
    QUESTIONS,
    build,
    is_stale,
    look_at,
    search,
    sources,
)


def overwrite_a_vectors_file(seeds: Path, folder: Path, model: Model, name: str) -> None:
    """In an index that a small change was made to; its size and time stay as they were."""
    write(seeds, {f"{n}.txt": f"House {n} has {n + 7} windows to the street." for n in range(150)})
    build(seeds, folder, model)
    write(seeds, {"7.txt": "House 7 has been pulled down."})
    build(seeds, folder, model)
    path = folder / "generations/2/vectors" / name
    state = path.stat()
    with path.open("r+b") as file:
        file.write(bytes(state.st_size))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["vectors.faiss", "recent.faiss", "gone.npy"])
def test_damage_that_keeps_size_and_time_is_found_by_a_question_and_mended(
    seeds: Path, folder: Path, model: Model, encoder: Encoder, name: str
) -> None:
    overwrite_a_vectors_file(seeds, folder, model, name)
    assert not is_stale(seeds, folder, model)
    with pytest.raises(IndexUnusable, match=r"index files in .* are damaged"):
        search(folder, encoder, QUESTIONS[0])
    assert look_at(seeds, folder, model).remake == Remake("files")
    assert build(seeds, folder, model).encoded == 0
    assert sources(folder, encoder, "Has house 7 been pulled down?")[0] == "7.txt"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["recent.faiss", "gone.npy"])
def test_damage_that_a_rebuild_meets_first_does_not_stop_it(
    seeds: Path, folder: Path, model: Model, encoder: Encoder, name: str
) -> None:
    overwrite_a_vectors_file(seeds, folder, model, name)
    write(seeds, {"8.txt": "House 8 is for sale."})
    assert build(seeds, folder, model).encoded == 1
    assert sources(folder, encoder, "Is house 8 for sale?")[0] == "8.txt"
