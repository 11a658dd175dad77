from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import struct
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from embeddings.encoding.encoder import Encoder
from embeddings.encoding.model import Model
from embeddings.errors import (
    ArticlesError,
    IndexOutdated,
    IndexUnusable,
    Remedy,
)
from embeddings.index.changes import Remake
from embeddings.index.database import FORMAT
from embeddings.index.files import flag_damage
from embeddings.index.rebuild import Report, Sizes, rebuild
from embeddings.index.store import Store
from tests.conftest import MAX_BYTES, write
from tests.embeddings.index.building import (
    build,
    is_stale,
    look_at,
    ranking,
)


def test_another_programs_database_is_left_alone(seeds: Path, folder: Path, model: Model) -> None:
    folder.mkdir()
    for version in (0, 1, FORMAT):
        with sqlite3.connect(folder / "index.db") as db:
            db.execute("CREATE TABLE IF NOT EXISTS photos (name TEXT)")
            db.execute(f"PRAGMA user_version = {version}")
        db.close()
        before = (folder / "index.db").read_bytes()
        with pytest.raises(IndexUnusable, match="is another program's database"):
            build(seeds, folder, model)
        assert (folder / "index.db").read_bytes() == before


def test_an_index_of_a_newer_format_is_left_alone(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    with sqlite3.connect(folder / "index.db") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    steps: tuple[Callable[..., object], ...] = (build, look_at)
    for step in steps:
        with pytest.raises(IndexUnusable, match="is of format 99") as error:
            step(seeds, folder, model)
        assert isinstance(error.value.remedy, Remedy)
        assert error.value.remedy.kind == "remove the index"
        assert error.value.remedy.about == str(folder)


FORMAT_2 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    title TEXT NOT NULL,
    published TEXT,
    encoding TEXT NOT NULL
);
CREATE TABLE unreadable (
    source TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL,
    reason TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL,
    start_line INTEGER NOT NULL,
    end_line INTEGER NOT NULL,
    text TEXT NOT NULL,
    encoded BLOB NOT NULL
);
CREATE INDEX passages_article ON passages (article);
CREATE INDEX passages_encoded ON passages (encoded);
CREATE TABLE sentences (
    passage INTEGER NOT NULL REFERENCES passages (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL,
    PRIMARY KEY (passage, number)
) WITHOUT ROWID;
CREATE TABLE vectors (
    encoded BLOB PRIMARY KEY NOT NULL,
    passage BLOB NOT NULL CHECK (length(passage) > 0),
    sentences BLOB NOT NULL CHECK (2 * length(sentences) % length(passage) = 0)
);
"""
"""The schema of format 2, as it was."""


def outdate(folder: Path, version: int = 2) -> None:
    """Put a database of an earlier format in the place of the index's, with the same content."""
    path, newer = folder / "index.db", folder / "newer.db"
    path.rename(newer)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA page_size = 16384")
    db.execute("PRAGMA journal_mode = WAL")
    db.executescript(FORMAT_2)
    db.execute("ATTACH ? AS newer", (str(newer),))
    db.execute("INSERT INTO meta SELECT * FROM newer.meta")
    db.execute(
        "INSERT INTO articles SELECT id, source, size, mtime_ns, ctime_ns, sha256, title,"
        " published, encoding FROM newer.articles"
    )
    db.execute(
        "INSERT INTO passages SELECT id, article, start_char, end_char, start_line, end_line,"
        " text, encoded FROM newer.passages"
    )
    for number, bounds in db.execute("SELECT id, bounds FROM newer.passages").fetchall():
        for place, (start, end) in enumerate(struct.iter_unpack("<2I", bounds)):
            db.execute("INSERT INTO sentences VALUES (?, ?, ?, ?)", (number, place, start, end))
    db.execute("INSERT INTO vectors SELECT * FROM newer.vectors")
    db.execute("DETACH newer")
    db.execute(f"PRAGMA user_version = {version}")
    db.close()
    newer.unlink()


def databases(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("index.db*"))


@pytest.fixture
def outdated(built: Report, folder: Path, encoder: Encoder) -> list[tuple[str, int, float]]:
    """What the index of an earlier format ranked."""
    ranked = ranking(folder, encoder)
    outdate(folder)
    return ranked


def test_of_an_index_of_an_earlier_format_only_what_it_indexed_is_read(
    outdated: object, seeds: Path, folder: Path, model: Model
) -> None:
    with pytest.raises(IndexOutdated, match="is of an earlier format") as error:
        Store(folder)
    assert isinstance(error.value.remedy, Remedy)
    assert error.value.remedy.kind == "rebuild the index"
    looked = look_at(seeds, folder, model)
    assert looked.remake == Remake("version")
    assert (looked.articles, looked.new, len(looked.files)) == (8, (), 8)
    assert looked.passages > 8


def test_an_index_of_format_2_is_renewed_with_its_vectors(
    built: Report,
    outdated: list[tuple[str, int, float]],
    seeds: Path,
    folder: Path,
    model: Model,
    encoder: Encoder,
) -> None:
    report = build(seeds, folder, model)
    assert (report.encoded, report.reused) == (0, built.passages)
    assert (report.added, report.removed) == ((), ())
    assert databases(folder) == ["index.db"]
    assert ranking(folder, encoder) == outdated
    assert not is_stale(seeds, folder, model)
    assert build(seeds, folder, model).encoded == 0


def test_an_index_of_format_3_is_renewed_with_its_vectors(
    built: Report, seeds: Path, folder: Path, model: Model, encoder: Encoder
) -> None:
    ranked = ranking(folder, encoder)
    db = sqlite3.connect(folder / "index.db", isolation_level=None)
    db.execute("ALTER TABLE passages DROP COLUMN header")
    db.execute("PRAGMA user_version = 3")
    db.close()
    with pytest.raises(IndexOutdated, match="is of an earlier format"):
        Store(folder)
    report = build(seeds, folder, model)
    assert (report.encoded, report.reused) == (0, built.passages)
    assert ranking(folder, encoder) == ranked


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("held", [False, True])
def test_a_renewal_that_was_killed_goes_on(
    whole: bool,
    held: bool,
    built: Report,
    outdated: list[tuple[str, int, float]],
    seeds: Path,
    folder: Path,
    model: Model,
    encoder: Encoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before the new database was whole, or after; with the old one held open, so that some of it
    lies in its log, or not."""
    holder = contextlib.ExitStack()
    if held:
        old = sqlite3.connect(folder / "index.db", isolation_level=None)
        holder.callback(old.close)
        old.execute("PRAGMA journal_mode = WAL")
        old.execute(
            "INSERT INTO vectors SELECT randomblob(32), passage, sentences FROM vectors LIMIT 1"
        )
        assert (folder / "index.db-wal").stat().st_size

    def kill(*_: object) -> None:
        raise KeyboardInterrupt

    step = "finish_renewal" if whole else "_copy"
    with monkeypatch.context() as patch:
        patch.setattr(f"embeddings.index.database.{step}", kill)
        with pytest.raises(KeyboardInterrupt):
            build(seeds, folder, model)
    assert (folder / "index.db.renewed").exists() == whole
    if not whole:
        write(folder, {"index.db.renewing": "what a kill -9 leaves"})
    with holder:
        report = build(seeds, folder, model)
    assert (report.encoded, report.reused) == (0, built.passages)
    assert databases(folder) == ["index.db"]
    assert ranking(folder, encoder) == outdated


def test_a_renewal_that_finds_no_room_leaves_the_old_index_as_it_was(
    built: Report,
    outdated: object,
    seeds: Path,
    folder: Path,
    model: Model,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise IndexUnusable("no room", remedy="")

    before = (folder / "index.db").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr("embeddings.index.database._copy", fail)
        with pytest.raises(IndexUnusable, match="no room"):
            build(seeds, folder, model)
    assert (folder / "index.db").read_bytes() == before
    assert databases(folder) == ["index.db"]
    assert build(seeds, folder, model).encoded == 0


@pytest.mark.parametrize("version", [2, 3])
def test_an_index_of_an_earlier_format_loses_nothing_without_a_word(
    version: int, built: Report, seeds: Path, folder: Path, model: Model, tmp_path: Path
) -> None:
    (seeds / "vault").mkdir()
    shutil.copy(next(seeds.glob("*.txt")), seeds / "vault" / "copy.txt")
    write(seeds, {"vault/owl.txt": "A barn owl nests in the chapel tower."})
    build(seeds, folder, model)
    outdate(folder, version)
    before = (folder / "index.db").read_bytes()
    (seeds / "vault").rename(tmp_path / "elsewhere")
    update = partial(rebuild, seeds, folder, model, max_bytes=MAX_BYTES, may_empty=False)
    with pytest.raises(ArticlesError, match=r"vault/? has lost its"):
        update()
    seeds.rename(tmp_path / "away")
    seeds.mkdir()
    with pytest.raises(ArticlesError, match=r"no articles left in .* the index has 10"):
        update()
    assert (folder / "index.db").read_bytes() == before
    seeds.rmdir()
    (tmp_path / "away").rename(seeds)
    report = build(seeds, folder, model)
    assert report.removed == ("vault/copy.txt", "vault/owl.txt")
    assert (report.articles, report.encoded) == (8, 0)


def test_a_renewal_is_committed_once_and_what_a_kill_leaves_is_made_again_whole(
    built: Report,
    outdated: list[tuple[str, int, float]],
    seeds: Path,
    folder: Path,
    model: Model,
    encoder: Encoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    committed: list[bool] = []

    def then_kill(*given: Any, complete: bool, **named: Any) -> None:
        committed.append(complete)
        raise KeyboardInterrupt

    small = Sizes(batch=1, at_a_time=1)
    for _ in range(2):
        with monkeypatch.context() as patch:
            patch.setattr("embeddings.index.rebuild.commit", then_kill)
            with pytest.raises(KeyboardInterrupt):
                build(seeds, folder, model, small)
        looked = look_at(seeds, folder, model)
        assert (looked.articles, looked.remake) == (8, Remake("version"))
    assert committed == [True, True]  # all of it is there, or nothing
    assert build(seeds, folder, model, small).encoded == 0
    assert ranking(folder, encoder) == outdated


def test_an_index_of_format_1_is_made_anew(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    outdate(folder, version=1)
    assert build(seeds, folder, model).encoded == built.encoded
    assert databases(folder) == ["index.db"]


def test_a_damaged_index_of_an_earlier_format_is_set_aside(
    built: Report, outdated: object, seeds: Path, folder: Path, model: Model
) -> None:
    path = folder / "index.db"
    with path.open("r+b") as file:
        file.seek(16_384)
        file.write(os.urandom(path.stat().st_size - 16_384))
    assert build(seeds, folder, model).encoded == built.encoded
    assert databases(folder) == ["index.db", "index.db.damaged"]
    assert not is_stale(seeds, folder, model)


def test_an_index_of_an_earlier_format_that_is_open_elsewhere_stays_so_there(
    outdated: object, seeds: Path, folder: Path, model: Model
) -> None:
    """As by a chat of before the upgrade."""
    with contextlib.closing(sqlite3.connect(folder / "index.db")) as db:
        (before,) = db.execute("SELECT count(*) FROM vectors").fetchone()
        assert build(seeds, folder, model).encoded == 0
        assert db.execute("SELECT count(*) FROM vectors").fetchone() == (before,)
        assert db.execute("PRAGMA user_version").fetchone() == (2,)
    assert databases(folder) == ["index.db"]


def test_word_of_damage_is_heeded_in_whatever_format(
    built: Report, outdated: object, seeds: Path, folder: Path, model: Model
) -> None:
    flag_damage(folder)
    assert build(seeds, folder, model).encoded == built.encoded
    assert databases(folder) == ["index.db", "index.db.damaged"]
    assert look_at(seeds, folder, model).remake is None
