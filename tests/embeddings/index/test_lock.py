from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from embeddings.encoding.model import Model
from embeddings.errors import (
    IndexBusy,
)
from embeddings.index.lock import writer_lock
from embeddings.index.rebuild import rebuild
from tests.conftest import MAX_BYTES
from tests.embeddings.index.building import (
    build,
)


def test_a_second_writer_is_told_who_the_first_is(seeds: Path, folder: Path, model: Model) -> None:
    busy = pytest.raises(IndexBusy, match=f"is being written by process {os.getpid()}")
    with writer_lock(folder), busy:
        rebuild(seeds, folder, model, max_bytes=MAX_BYTES, wait=False)
    assert build(seeds, folder, model).articles == 8


def test_whether_the_lock_had_to_be_waited_for_is_said(folder: Path) -> None:
    with writer_lock(folder) as waited:
        assert not waited
    done: list[bool] = []

    def second() -> None:
        with writer_lock(folder, on_wait=lambda holder: waiting.set()) as waited:
            done.append(waited)

    waiting = threading.Event()
    thread = threading.Thread(target=second)
    with writer_lock(folder):
        thread.start()
        assert waiting.wait(timeout=60)
    thread.join(timeout=60)
    assert done == [True]
