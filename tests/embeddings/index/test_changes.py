from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from embeddings.articles import article
from embeddings.articles.folder import FileState, Skipped
from embeddings.encoding.model import Model
from embeddings.index import changes
from embeddings.index.changes import Remake, confirm, look
from embeddings.index.files import flag_damage
from embeddings.index.rebuild import Report
from tests.conftest import MAX_BYTES, write
from tests.embeddings.index.building import (
    build,
    changes_of,
    look_at,
    settle,
)


def test_an_edit_within_a_tick_of_the_clock_is_noticed(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    path = write(seeds, {"a.txt": "The bridge is 40 metres long."}) / "a.txt"
    build(seeds, folder, model)
    state = path.stat()
    path.write_text("The bridge is 50 metres long.")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert "a.txt" in names_of(look_at(seeds, folder, model).changed)
    assert changes_of(seeds, folder, model).changed == ("a.txt",)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources of the files that are read for a comparison while the test runs."""
    opened: list[str] = []
    real = article.read

    def noted(folder: Path, source: str, *, max_bytes: int) -> Any:
        opened.append(source)
        return real(folder, source, max_bytes=max_bytes)

    monkeypatch.setattr(changes, "read", noted)
    return opened


def names_of(states: tuple[FileState, ...]) -> list[str]:
    return [state.source for state in states]


def test_where_nothing_was_built_every_file_is_new(seeds: Path, folder: Path, model: Model) -> None:
    looked = look_at(seeds, folder, model)
    assert (looked.meta, looked.remake, looked.differs) == (None, None, True)
    assert len(looked.new) == len(looked.files) == 8
    assert (looked.changed, looked.removed, looked.articles, looked.passages) == ((), (), 0, 0)
    assert not looked.emptied
    assert not folder.exists()  # nothing is written


def test_a_look_opens_no_article_and_confirming_reads_those_that_look_different(
    built: Report, seeds: Path, folder: Path, model: Model, opened: list[str]
) -> None:
    settle(seeds)
    build(seeds, folder, model)
    names = sorted(path.name for path in seeds.iterdir())
    assert not look_at(seeds, folder, model).differs
    write(seeds, {"0.txt": "New.", "1.txt": "", names[0]: "Changed.", names[1]: b"\0"})
    os.utime(seeds / names[2])
    (seeds / names[3]).unlink()
    write(seeds, {"photo.jpg": b"", "big.txt": "x" * 2_000_000})

    looked = look(seeds, folder, model, max_bytes=1_000_000)
    assert opened == []
    assert names_of(looked.new) == ["0.txt", "1.txt"]
    assert names_of(looked.changed) == names[:3]
    assert looked.removed == (names[3],)
    assert looked.unreadable == ()
    assert names_of(looked.files) == sorted(["0.txt", "1.txt", *names[:3]])
    assert [file.source for file in looked.skipped] == ["big.txt"]
    assert looked.other_formats == {".jpg": 1}
    assert (looked.articles, looked.passages) == (8, built.passages)
    assert looked.differs
    assert not looked.emptied

    changes = confirm(seeds, folder, looked, max_bytes=1_000_000)
    assert sorted(opened) == names_of(looked.files)
    assert changes
    assert (changes.added, changes.changed) == (("0.txt",), (names[0],))
    assert changes.removed == tuple(sorted((names[1], names[3])))
    assert [(file.source, file.reason) for file in changes.failed] == [
        ("1.txt", "is empty"),
        (names[1], "is binary, not text"),
        ("big.txt", "is too large: 2 MB, and the limit is 1 MB"),
    ]


def test_what_was_only_touched_is_no_change(
    built: Report, seeds: Path, folder: Path, model: Model, opened: list[str]
) -> None:
    settle(seeds)
    looked = look_at(seeds, folder, model)
    assert len(looked.changed) == 8
    assert looked.differs
    changes = confirm(seeds, folder, looked, max_bytes=MAX_BYTES)
    assert not changes
    assert changes.failed == ()
    assert len(opened) == 8


def test_a_file_that_was_tried_and_looks_the_same_is_not_opened(
    seeds: Path, folder: Path, model: Model, opened: list[str]
) -> None:
    write(seeds, {"empty.txt": ""})
    settle(seeds)
    build(seeds, folder, model)
    looked = look_at(seeds, folder, model)
    assert not looked.differs
    assert [(state.source, file.reason) for state, file in looked.unreadable] == [
        ("empty.txt", "is empty")
    ]
    changes = confirm(seeds, folder, looked, max_bytes=MAX_BYTES)
    assert (bool(changes), changes.failed) == (
        False,
        (Skipped("empty.txt", "is empty", "none"),),
    )
    assert opened == []


def test_every_article_gone_is_noticed(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    for path in list(seeds.iterdir()):
        path.unlink()
    looked = look_at(seeds, folder, model)
    assert looked.emptied
    assert len(looked.removed) == looked.articles == 8
    write(seeds, {"a.txt": "Another."})
    assert not look_at(seeds, folder, model).emptied


def test_why_all_must_be_made_again(built: Report, seeds: Path, folder: Path, model: Model) -> None:
    assert look_at(seeds, folder, model).remake is None
    shutil.rmtree(folder / "generations")
    settle(seeds)
    build(seeds, folder, model)
    shutil.rmtree(folder / "generations")
    looked = look_at(seeds, folder, model)
    assert (looked.remake, looked.files) == (Remake("files"), ())  # nothing must be read for that
    flag_damage(folder)
    looked = look_at(seeds, folder, model)
    assert looked.remake == Remake("damaged")
    assert len(looked.files) == 8
