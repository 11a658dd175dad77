from __future__ import annotations

import gc
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from embeddings.articles import article
from embeddings.articles.passages import VERSION, Passage
from embeddings.encoding.encoder import LightEncoder, Text
from embeddings.encoding.model import Model
from embeddings.errors import ArticlesError, IndexBusy, IndexUnusable
from embeddings.index import rebuild as rebuild_module
from embeddings.index import vectors, words
from embeddings.index.changes import Look, look
from embeddings.index.database import flag_damage
from embeddings.index.lock import writer_lock
from embeddings.index.rebuild import Report, rebuild
from embeddings.index.rebuild import refresh as refresh_after
from embeddings.index.search import Index
from embeddings.index.store import KEPT_ORPHANS, Store
from tests.conftest import MAX_BYTES, write
from tests.test_encoder import other_model  # noqa: F401  (a fixture)

QUESTIONS = ("How late did the launch start?", "Who called it a disaster?", "What is a codec?")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def built(seeds: Path, folder: Path, model: Model) -> Report:
    return build(seeds, folder, model)


def build(seeds: Path, folder: Path, model: Model) -> Report:
    return rebuild(seeds, folder, model, max_bytes=MAX_BYTES)


def refresh(seeds: Path, folder: Path, model: Model, *, max_bytes: int) -> Report | None:
    """As a question does it."""
    found = look(seeds, folder, model, max_bytes=max_bytes)
    return refresh_after(seeds, folder, model, found, max_bytes=max_bytes)


def ranking(folder: Path, encoder: LightEncoder) -> list[tuple[str, int, float]]:
    index = Index(folder, encoder)
    return [
        (hit.source, hit.passage.start_char, round(hit.score, 4))
        for question in QUESTIONS
        for hit in index.search(question, 100).hits
    ]


def test_the_first_rebuild_encodes_each_text_once(built: Report, seeds: Path) -> None:
    assert built.articles == len(built.added) == len(list(seeds.iterdir())) == 8
    assert built.passages > 40
    assert built.encoded + built.reused == built.passages
    assert built.reused == 0
    assert (built.changed, built.removed, built.failed) == ((), (), ())


def test_nothing_new_is_nothing_done(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    before = sorted(folder.rglob("*"))
    again = build(seeds, folder, model)
    assert (again.encoded, again.added, again.changed, again.removed) == (0, (), (), ())
    assert again.passages == again.reused == built.passages
    assert sorted(folder.rglob("*")) == before
    for path in seeds.iterdir():
        os.utime(path, (1e9, 1e9))
    assert build(seeds, folder, model).encoded == 0
    assert refresh(seeds, folder, model, max_bytes=MAX_BYTES) is None


def test_moved_touched_and_duplicated_articles_cost_nothing(
    built: Report, seeds: Path, folder: Path, model: Model, encoder: LightEncoder
) -> None:
    names = sorted(path.name for path in seeds.iterdir())
    (seeds / names[0]).rename(seeds / "moved.txt")
    os.utime(seeds / names[1])
    shutil.copy(seeds / names[2], seeds / "copy.txt")
    report = build(seeds, folder, model)
    assert report.encoded == 0
    assert (report.added, report.changed, report.removed) == (
        ("copy.txt", "moved.txt"),
        (),
        (names[0],),
    )
    assert report.passages > built.passages
    sources = {source for source, _, _ in ranking(folder, encoder)}
    assert "moved.txt" in sources
    assert names[0] not in sources


def test_a_future_time_and_an_unreadable_file_cost_no_rebuild(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    write(seeds, {"future.txt": "From the future.", "bad.txt": ""})
    os.utime(seeds / "future.txt", (4e9, 4e9))
    os.utime(seeds / "bad.txt", (1e9, 1e9))
    for path in seeds.glob("2023*"):
        os.utime(path, (1e9, 1e9))
    assert refresh(seeds, folder, model, max_bytes=MAX_BYTES) is not None
    assert refresh(seeds, folder, model, max_bytes=MAX_BYTES) is None
    write(seeds, {"bad2.txt": ""})
    os.utime(seeds / "bad2.txt", (1e9, 1e9))
    noted = refresh(seeds, folder, model, max_bytes=MAX_BYTES)
    assert noted is not None
    assert noted.encoded == 0
    assert refresh(seeds, folder, model, max_bytes=MAX_BYTES) is None


def test_only_what_changed_is_encoded(
    built: Report, seeds: Path, folder: Path, model: Model, encoder: LightEncoder
) -> None:
    names = sorted(path.name for path in seeds.iterdir())
    with (seeds / names[0]).open("a") as file:
        file.write("\n\n" + "The mayor of Riverton opened the bridge on Friday. " * 12)
    (seeds / names[1]).unlink()
    write(seeds, {"new.txt": "A new bridge\n\nThe new bridge is 40 metres long."})
    report = build(seeds, folder, model)
    assert (report.added, report.changed, report.removed) == (
        ("new.txt",),
        (names[0],),
        (names[1],),
    )
    assert 0 < report.encoded <= 4
    index = Index(folder, encoder)
    assert index.search("How long is the new bridge?").hits[0].source == "new.txt"
    assert all(hit.source != names[1] for hit in index.search("launch", 100).hits)


def test_many_small_rebuilds_rank_as_one_from_scratch(
    built: Report, seeds: Path, folder: Path, model: Model, encoder: LightEncoder
) -> None:
    names = sorted(path.name for path in seeds.iterdir())
    for number, name in enumerate(names[:4]):
        text = (seeds / name).read_text("utf-8")
        (seeds / name).write_text(f"{text}\n\nAddition {number} of the editors.\n", "utf-8")
        build(seeds, folder, model)
    (seeds / names[7]).unlink()
    build(seeds, folder, model)
    scratch = folder.with_name("scratch")
    build(seeds, scratch, model)
    assert ranking(folder, encoder) == ranking(scratch, encoder)


def test_a_small_change_of_a_large_index_links_the_words_and_reads_no_other_vectors(
    seeds: Path,
    folder: Path,
    model: Model,
    encoder: LightEncoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(seeds, {f"{n}.txt": f"House {n} has {n + 7} windows to the street." for n in range(150)})
    for path in seeds.iterdir():
        os.utime(path, (1e9, 1e9))  # what was just written is read again
    build(seeds, folder, model)
    (seeds / "7.txt").write_text("House 7 has been pulled down.")
    read: list[int] = []
    passage_vectors = Store.passage_vectors

    def counted(*given: Any) -> Any:
        for ids, rows in passage_vectors(*given):
            read.append(len(ids))
            yield ids, rows

    monkeypatch.setattr(Store, "passage_vectors", counted)
    touched: list[int] = []
    close = Store.close

    def noted(self: Store) -> None:
        touched.append(self._db.total_changes)
        close(self)

    monkeypatch.setattr(Store, "close", noted)
    build(seeds, folder, model)
    assert read == [1]
    assert 0 < touched[0] < 25  # an article, a passage, a sentence, a vector, and the index's facts
    segments = {
        path.name: path.stat().st_nlink for path in (folder / "generations/2/words").iterdir()
    }
    assert any(links > 1 for links in segments.values())
    assert all(links == 1 for name, links in segments.items() if name.endswith(".json"))
    hits = Index(folder, encoder).search("Has house 7 been pulled down?").hits
    assert hits[0].source == "7.txt"
    old = words.Words(folder / "generations/1/words")
    assert len(old.search(old.terms("house"), 1000)) == 150  # the first is as it was
    shutil.rmtree(seeds)
    write(seeds, {f"{n}.txt": f"House {n} has {n + 7} windows to the street." for n in range(140)})
    build(seeds, folder, model)
    third = [path.stat().st_nlink for path in (folder / "generations/3/words").iterdir()]
    assert set(third) == {1}


def test_a_large_index_is_searched_approximately_and_says_so(
    seeds: Path, folder: Path, model: Model, encoder: LightEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(seeds, {f"{n}.txt": f"House {n} has {n + 7} windows to the street." for n in range(300)})
    build(seeds, folder, model)
    exact = look_at(seeds, folder, model)
    assert exact.meta is not None
    assert exact.meta.recall is None
    monkeypatch.setattr(vectors, "EXACT", 100)
    shutil.rmtree(folder / "generations")
    assert build(seeds, folder, model).encoded == 0
    write(seeds, {"7.txt": "House 7 has been pulled down."})
    build(seeds, folder, model)
    found = look_at(seeds, folder, model)
    assert found.meta is not None
    assert found.meta.recall is not None  # that of the file that both generations have
    assert vectors.RECALL <= found.meta.recall <= 1
    links = {one.stat().st_nlink for one in (folder / "generations").glob("*/*/vectors.faiss")}
    assert links == {2}
    search = Index(folder, encoder).search
    assert search("Has house 7 been pulled down?").hits[0].source == "7.txt"
    assert search("How many windows has house 123?").hits[0].source == "123.txt"


def test_later_rebuilds_too_hold_few_passages_at_a_time(
    built: Report, seeds: Path, folder: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild_module, "_AT_A_TIME", 10)
    text = "House {n} has {w} windows.\n\n" * 3
    write(seeds, {f"{n}.txt": text.format(n=n, w=n + 7) for n in range(60)})
    held: list[int] = []
    encode = LightEncoder.encode

    def noted(self: LightEncoder, texts: Any) -> Any:
        gc.collect()
        held.append(sum(type(one) is Passage for one in gc.get_objects()))
        return encode(self, texts)

    monkeypatch.setattr(LightEncoder, "encode", noted)
    report = build(seeds, folder, model)
    assert report.passages >= 60 + built.passages
    assert len(held) >= 6
    assert max(held) <= 20
    found = look_at(seeds, folder, model)
    assert found.meta is not None
    assert found.meta.generation == 2  # one commit


def test_an_index_of_an_earlier_format_is_made_anew(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    with sqlite3.connect(folder / "index.db") as db:
        db.execute("PRAGMA user_version = 1")
    db.close()
    with pytest.raises(IndexUnusable, match="made by an earlier version of bot") as error:
        Store(folder)
    assert "bot rebuild" in error.value.remedy
    report = refresh(seeds, folder, model, max_bytes=MAX_BYTES)
    assert report is not None
    assert report.encoded == built.encoded
    assert not look_at(seeds, folder, model).stale
    assert sorted(path.name for path in folder.glob("index.db*")) == ["index.db"]


def test_another_programs_database_is_left_alone(seeds: Path, folder: Path, model: Model) -> None:
    folder.mkdir()
    for version in (0, 1, 2):
        with sqlite3.connect(folder / "index.db") as db:
            db.execute("CREATE TABLE IF NOT EXISTS photos (name TEXT)")
            db.execute(f"PRAGMA user_version = {version}")
        db.close()
        before = (folder / "index.db").read_bytes()
        with pytest.raises(IndexUnusable, match="is another program's database"):
            build(seeds, folder, model)
        assert (folder / "index.db").read_bytes() == before


def test_interrupted_while_the_database_is_away_it_goes_on(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    (folder / "index.db").unlink()
    assert {path.name for path in folder.iterdir()} == {"generations", "writer.lock"}
    assert build(seeds, folder, model).encoded == built.encoded
    (folder / "index.db").rename(folder / "index.db.damaged")
    assert build(seeds, folder, model).encoded == built.encoded


def test_an_open_index_follows_a_database_that_was_made_anew(
    built: Report, seeds: Path, folder: Path, model: Model, encoder: LightEncoder
) -> None:
    index = Index(folder, encoder)
    index.search(QUESTIONS[0])
    flag_damage(folder)
    found = look_at(seeds, folder, model)
    assert found.remake == "its database is damaged"
    write(seeds, {"z.txt": "Zebulon played the violin in Oslo."})
    assert build(seeds, folder, model).encoded == built.encoded + 1
    assert index.search("Who played the violin in Oslo?").hits[0].source == "z.txt"
    assert not look_at(seeds, folder, model).stale


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


@pytest.mark.parametrize("name", ["vectors.faiss", "recent.faiss", "gone.npy"])
def test_damage_that_keeps_size_and_time_is_found_by_a_question_and_mended(
    seeds: Path, folder: Path, model: Model, encoder: LightEncoder, name: str
) -> None:
    overwrite_a_vectors_file(seeds, folder, model, name)
    assert not look_at(seeds, folder, model).stale
    with pytest.raises(IndexUnusable, match=r"index files in .* are damaged"):
        Index(folder, encoder).search(QUESTIONS[0])
    assert look_at(seeds, folder, model).remake == "its files are missing or damaged"
    assert build(seeds, folder, model).encoded == 0
    hits = Index(folder, encoder).search("Has house 7 been pulled down?").hits
    assert hits[0].source == "7.txt"


@pytest.mark.parametrize("name", ["recent.faiss", "gone.npy"])
def test_damage_that_a_rebuild_meets_first_does_not_stop_it(
    seeds: Path, folder: Path, model: Model, encoder: LightEncoder, name: str
) -> None:
    overwrite_a_vectors_file(seeds, folder, model, name)
    write(seeds, {"8.txt": "House 8 is for sale."})
    assert build(seeds, folder, model).encoded == 1
    assert Index(folder, encoder).search("Is house 8 for sale?").hits[0].source == "8.txt"


def test_an_edit_within_a_tick_of_the_clock_is_noticed(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    path = write(seeds, {"a.txt": "The bridge is 40 metres long."}) / "a.txt"
    build(seeds, folder, model)
    state = path.stat()
    path.write_text("The bridge is 50 metres long.")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    found = look(seeds, folder, model, max_bytes=MAX_BYTES)
    assert found.changes.changed == ("a.txt",)


def test_deleted_and_restored_costs_nothing(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    kept = {path.name: path.read_bytes() for path in seeds.iterdir()}
    for path in list(seeds.iterdir()):
        path.unlink()
    empty = build(seeds, folder, model)
    assert (empty.articles, empty.passages, len(empty.removed)) == (0, 0, 8)
    write(seeds, dict(kept))
    assert build(seeds, folder, model).encoded == 0


def test_orphaned_vectors_do_not_pile_up(
    built: Report, folder: Path, model: Model, encoder: LightEncoder
) -> None:
    (vectors,) = [one for _, one in next(iter(encoder.encode([Text("One.", ((0, 4),))])))]
    store = Store(folder)
    keys = [number.to_bytes(32) for number in range(KEPT_ORPHANS + 1)]
    with store.writing():
        store.add_vectors((key, vectors) for key in keys[:-1])
        store.drop_orphans()
        assert store.count("vectors") == KEPT_ORPHANS + built.passages
        store.add_vectors([(keys[-1], vectors)])
        store.drop_orphans()
        assert store.count("vectors") == built.passages


def test_a_folder_that_is_suddenly_empty_does_not_empty_the_index(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    """As one is whose disk is not mounted."""
    for path in list(seeds.iterdir()):
        path.unlink()
    with pytest.raises(ArticlesError, match=r"There are no articles left in .* index has 8"):
        refresh(seeds, folder, model, max_bytes=MAX_BYTES)
    store = Store(folder)
    with store.snapshot():
        assert store.count("passages") == built.passages
    assert build(seeds, folder, model).articles == 0  # asked for, it is done


def test_a_missing_folder_leaves_the_index_as_it_was(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    seeds.rename(seeds.with_name("elsewhere"))
    with pytest.raises(ArticlesError, match="There is no articles folder"):
        build(seeds, folder, model)
    store = Store(folder)
    with store.snapshot():
        assert store.count("passages") == built.passages


def test_unreadable_files_are_named_and_tried_again_when_they_change(
    seeds: Path, folder: Path, model: Model
) -> None:
    write(seeds, {"empty.txt": "", "binary.txt": b"\0\1\2", "good.txt": "A good text."})
    report = build(seeds, folder, model)
    assert [(one.source, one.reason) for one in report.failed] == [
        ("binary.txt", "is binary, not text"),
        ("empty.txt", "is empty"),
    ]
    assert "good.txt" in report.added
    assert build(seeds, folder, model).failed == report.failed
    write(seeds, {"empty.txt": "Not any more.", "good.txt": b"\0"})
    report = build(seeds, folder, model)
    assert (report.added, report.removed) == (("empty.txt",), ("good.txt",))
    assert [one.source for one in report.failed] == ["binary.txt", "good.txt"]


def test_an_unreadable_file_that_looks_the_same_is_not_read_again(
    seeds: Path, folder: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(seeds, {"empty.txt": ""})
    for path in seeds.iterdir():
        os.utime(path, (1e9, 1e9))
    build(seeds, folder, model)
    read: list[str] = []
    real = article.read

    def counted(folder: Path, source: str, *, max_bytes: int) -> object:
        read.append(source)
        return real(folder, source, max_bytes=max_bytes)

    monkeypatch.setattr(article, "read", counted)
    report = build(seeds, folder, model)
    assert read == []
    assert [one.source for one in report.failed] == ["empty.txt"]


def test_another_model_is_noticed_and_the_first_ones_vectors_are_kept(
    built: Report,
    seeds: Path,
    folder: Path,
    model: Model,
    other_model: Model,  # noqa: F811
    encoder: LightEncoder,
) -> None:
    before = ranking(folder, encoder)
    assert look(seeds, folder, other_model, max_bytes=MAX_BYTES).remake == (
        "it was made with another model (all-MiniLM-L6-v2)"
    )
    report = build(seeds, folder, other_model)
    assert report.encoded == report.passages
    assert (report.added, report.changed, report.removed) == ((), (), ())
    assert build(seeds, folder, other_model).encoded == 0
    back = build(seeds, folder, model)
    assert back.encoded == 0
    assert ranking(folder, encoder) == before


def test_another_splitter_is_noticed(
    built: Report, seeds: Path, folder: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.index.changes.VERSION", VERSION + 1)
    monkeypatch.setattr("embeddings.index.rebuild.VERSION", VERSION + 1)
    found = look(seeds, folder, model, max_bytes=MAX_BYTES)
    assert found.remake == "it was made by another version of bot"
    assert build(seeds, folder, model).encoded == 0  # the texts came out the same
    assert not look(seeds, folder, model, max_bytes=MAX_BYTES).stale


def test_an_index_of_another_folder_is_not_emptied_by_a_question(
    built: Report, folder: Path, model: Model, tmp_path: Path
) -> None:
    other = write(tmp_path / "other", {"a.txt": "Another folder."})
    with pytest.raises(IndexUnusable, match="is that of the articles in"):
        refresh(other, folder, model, max_bytes=MAX_BYTES)
    assert build(other, folder, model).articles == 1  # asked for by name, it is made so


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
        assert "bot rebuild" in error.value.remedy


def look_at(seeds: Path, folder: Path, model: Model) -> Look:
    return look(seeds, folder, model, max_bytes=MAX_BYTES)


def test_a_second_writer_is_told_who_the_first_is(seeds: Path, folder: Path, model: Model) -> None:
    busy = pytest.raises(IndexBusy, match=f"is being written by process {os.getpid()}")
    with writer_lock(folder), busy:
        rebuild(seeds, folder, model, max_bytes=MAX_BYTES, wait=False)
    assert build(seeds, folder, model).articles == 8


def test_progress_is_reported_to_the_end(seeds: Path, folder: Path, model: Model) -> None:
    told: list[tuple[str, int, int]] = []
    report = rebuild(
        *(seeds, folder, model),
        max_bytes=MAX_BYTES,
        progress=lambda *one: told.append(one),
    )
    stages = [stage for stage, _, _ in told]
    assert stages == sorted(stages, key=("reading", "encoding", "indexed").index)
    assert ("encoding", report.encoded, report.encoded) in told
    assert told[-1] == ("indexed", 8, 8)


def test_old_generations_go(built: Report, seeds: Path, folder: Path, model: Model) -> None:
    for number in range(4):
        write(seeds, {"a.txt": f"The bridge is {number} metres long."})
        build(seeds, folder, model)
    assert {path.name for path in (folder / "generations").iterdir()} == {"4", "5"}
