from __future__ import annotations

import gc
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from embeddings.articles import article
from embeddings.articles.article import Part
from embeddings.articles.passages import VERSION, Passage
from embeddings.encoding.encoder import Encoder
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import Model
from embeddings.errors import (
    ArticlesError,
)
from embeddings.index import derived, generations, reading, vectors, words
from embeddings.index.changes import Remake
from embeddings.index.rebuild import Report, Sizes, rebuild
from embeddings.index.stems import stems
from embeddings.index.store import Store
from tests.conftest import MAX_BYTES, write
from tests.embeddings.index.building import (
    build,
    count,
    is_stale,
    look_at,
    meta_of,
    ranking,
    search,
    settle,
    sources,
)


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
    assert not look_at(seeds, folder, model).differs


def test_moved_touched_and_duplicated_articles_cost_nothing(
    built: Report, seeds: Path, folder: Path, model: Model, encoder: Encoder
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
    ranked = {source for source, _, _ in ranking(folder, encoder)}
    assert "moved.txt" in ranked
    assert names[0] not in ranked


def test_only_what_changed_is_encoded(
    built: Report, seeds: Path, folder: Path, model: Model, encoder: Encoder
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
    assert sources(folder, encoder, "How long is the new bridge?")[0] == "new.txt"
    assert names[1] not in sources(folder, encoder, "launch", 100)


@pytest.mark.slow
def test_many_small_rebuilds_rank_as_one_from_scratch(
    built: Report, seeds: Path, folder: Path, model: Model, encoder: Encoder
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


@pytest.mark.slow
def test_a_small_change_of_a_large_index_links_the_words_and_reads_no_other_vectors(
    seeds: Path,
    folder: Path,
    model: Model,
    encoder: Encoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(seeds, {f"{n}.txt": f"House {n} has {n + 7} windows to the street." for n in range(150)})
    settle(seeds)
    build(seeds, folder, model)
    (seeds / "7.txt").write_text("House 7 has been pulled down.")
    read: list[int] = []
    passage_vectors = derived.passage_vectors

    def counted(*given: Any) -> Any:
        for ids, rows in passage_vectors(*given):
            read.append(len(ids))
            yield ids, rows

    monkeypatch.setattr(derived, "passage_vectors", counted)
    touched: list[int] = []
    write_generation = generations.write

    def noted(folder: Path, store: Store, *given: Any, **named: Any) -> Any:
        (changes,) = store.db.execute("SELECT total_changes()").fetchone()
        touched.append(changes)
        return write_generation(folder, store, *given, **named)

    monkeypatch.setattr(generations, "write", noted)
    build(seeds, folder, model)
    assert read == [1]
    assert 0 < touched[0] < 12  # an article, a passage, a vector; the index's facts are ten more
    segments = {
        path.name: path.stat().st_nlink for path in (folder / "generations/2/words").iterdir()
    }
    assert any(links > 1 for links in segments.values())
    assert all(links == 1 for name, links in segments.items() if name.endswith(".json"))
    assert sources(folder, encoder, "Has house 7 been pulled down?")[0] == "7.txt"
    old = words.Words(folder / "generations/1/words")
    assert len(old.search(stems("house"), 1000)) == 150  # the first is as it was
    shutil.rmtree(seeds)
    write(seeds, {f"{n}.txt": f"House {n} has {n + 7} windows to the street." for n in range(140)})
    build(seeds, folder, model)
    third = [path.stat().st_nlink for path in (folder / "generations/3/words").iterdir()]
    assert set(third) == {1}


@pytest.mark.slow
def test_a_large_index_is_searched_approximately_and_says_so(
    seeds: Path, folder: Path, model: Model, encoder: Encoder
) -> None:
    write(seeds, {f"{n}.txt": f"House {n} has {n + 7} windows to the street." for n in range(300)})
    build(seeds, folder, model)
    assert meta_of(folder).recall is None
    small = Sizes(exact=100)
    shutil.rmtree(folder / "generations")
    assert build(seeds, folder, model, small).encoded == 0
    write(seeds, {"7.txt": "House 7 has been pulled down."})
    build(seeds, folder, model, small)
    recall = meta_of(folder).recall
    assert recall is not None  # that of the file that both generations have
    assert vectors.RECALL <= recall <= 1
    links = {file.stat().st_nlink for file in (folder / "generations").glob("*/*/vectors.faiss")}
    assert links == {2}
    assert sources(folder, encoder, "Has house 7 been pulled down?")[0] == "7.txt"
    assert sources(folder, encoder, "How many windows has house 123?")[0] == "123.txt"


@pytest.mark.slow
def test_later_rebuilds_too_hold_few_passages_at_a_time(
    built: Report, seeds: Path, folder: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "House {n} has {w} windows.\n\n" * 3
    write(seeds, {f"{n}.txt": text.format(n=n, w=n + 7) for n in range(60)})
    held: list[int] = []
    encode = LightEncoder.encode

    def noted(self: LightEncoder, texts: Any) -> Any:
        gc.collect()
        held.append(sum(type(thing) is Passage for thing in gc.get_objects()))
        return encode(self, texts)

    monkeypatch.setattr(LightEncoder, "encode", noted)
    report = build(seeds, folder, model, Sizes(at_a_time=10))
    assert report.passages >= 60 + built.passages
    assert len(held) >= 6
    assert max(held) <= 20
    assert meta_of(folder).generation == 2  # one commit


@pytest.mark.slow
def test_interrupted_while_the_database_is_away_it_goes_on(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    (folder / "index.db").unlink()
    assert {path.name for path in folder.iterdir()} == {"generations", "writer.lock"}
    assert build(seeds, folder, model).encoded == built.encoded
    (folder / "index.db").rename(folder / "index.db.damaged")
    assert build(seeds, folder, model).encoded == built.encoded


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


def test_unreadable_files_are_named_and_tried_again_when_they_change(
    seeds: Path, folder: Path, model: Model
) -> None:
    write(seeds, {"empty.txt": "", "binary.txt": b"\0\1\2", "good.txt": "A good text."})
    report = build(seeds, folder, model)
    assert [(file.source, file.reason) for file in report.failed] == [
        ("binary.txt", "is binary, not text"),
        ("empty.txt", "is empty"),
    ]
    assert "good.txt" in report.added
    assert build(seeds, folder, model).failed == report.failed
    write(seeds, {"empty.txt": "Not any more.", "good.txt": b"\0"})
    report = build(seeds, folder, model)
    assert (report.added, report.removed) == (("empty.txt",), ("good.txt",))
    assert [file.source for file in report.failed] == ["binary.txt", "good.txt"]


def test_an_unreadable_file_that_looks_the_same_is_not_read_again(
    seeds: Path, folder: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(seeds, {"empty.txt": ""})
    settle(seeds)
    build(seeds, folder, model)
    read: list[str] = []
    real = article.read

    def counted(folder: Path, source: str, *, max_bytes: int) -> object:
        read.append(source)
        return real(folder, source, max_bytes=max_bytes)

    monkeypatch.setattr(reading, "read", counted)
    report = build(seeds, folder, model)
    assert read == []
    assert [file.source for file in report.failed] == ["empty.txt"]


@pytest.mark.slow
def test_another_model_is_noticed_and_the_first_ones_vectors_are_kept(
    built: Report,
    seeds: Path,
    folder: Path,
    model: Model,
    other_model: Model,
    encoder: Encoder,
) -> None:
    before = ranking(folder, encoder)
    looked = look_at(seeds, folder, other_model)
    assert looked.remake == Remake("model", "all-MiniLM-L6-v2")
    assert len(looked.files) == 8
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
    monkeypatch.setattr("embeddings.index.commit.VERSION", VERSION + 1)
    assert look_at(seeds, folder, model).remake == Remake("version")
    assert build(seeds, folder, model).encoded == 0  # the texts came out the same
    assert not is_stale(seeds, folder, model)


def test_an_index_of_version_3_is_brought_up_to_date_and_only_what_changed_is_encoded(
    tmp_path: Path, folder: Path, model: Model, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds = tmp_path / "articles"
    seeds.mkdir()
    (seeds / "plain.txt").write_text("The mill\n\nIt was sold in May. Nobody was asked.\n")
    (seeds / "tram.md").write_text("# Trams\n\n| Stop | Minutes |\n|---|---|\n| Mill | 9 |\n")
    (seeds / "wrapped.txt").write_text(
        "The lock\n\nThe lock at Vinje had to be shut for the third time this year, and the\n"
        "skippers who wait there say that it will not be the last.\n"
    )
    settle(seeds)
    with monkeypatch.context() as before:
        for module in ("changes", "commit"):
            before.setattr(f"embeddings.index.{module}.VERSION", 3)
        before.setattr("embeddings.articles.formats.text.parts", each_line)
        assert build(seeds, folder, model).encoded == 3
    assert meta_of(folder).splitter == "3"
    assert look_at(seeds, folder, model).remake == Remake("version")
    report = build(seeds, folder, model)
    assert (report.encoded, report.reused, report.passages) == (2, 1, 3)
    assert (report.added, report.removed) == ((), ())
    assert meta_of(folder).splitter == str(VERSION) == "4"
    assert not is_stale(seeds, folder, model)
    hit = search(folder, encoder, "Who waits at the lock?").hits[0]
    assert [hit.passage.text_of(own)[-9:] for own in hit.passage.sentences] == ["the last."]
    hit = search(folder, encoder, "How many minutes to the mill?").hits[0]
    assert hit.passage.header == "| Stop | Minutes |"


def each_line(text: str, start: int = 0) -> Iterator[Part]:
    """The parts that a text had before: its lines."""
    for match in re.compile(r"\S.*").finditer(text, start):
        yield Part(*match.span(), "heading" if match.group().startswith("#") else "paragraph")


def test_a_passage_inside_a_table_is_found_by_its_header(
    tmp_path: Path, folder: Path, model: Model, encoder: Encoder
) -> None:
    seeds = tmp_path / "articles"
    seeds.mkdir()
    rows = "\n".join(f"| Landing number {number} | {number % 7} |" for number in range(90))
    (seeds / "boats.md").write_text(f"# Boats\n\n| Landing | Skippers |\n|---|---|\n{rows}\n")
    (seeds / "other.md").write_text("# Other\n\nNobody came.\n")
    build(seeds, folder, model)
    hits = search(folder, encoder, "How many skippers at landing number 77?").hits
    hit = max(hits, key=lambda hit: hit.lexical)
    assert "number 77 |" in hit.passage.text
    assert "Skippers" not in hit.passage.text
    assert hit.passage.header == "| Landing | Skippers |"
    assert {"skipper", "77"} <= hit.stems()
    assert sum("skipper" in other.stems() for other in hits) > 5


def test_a_missing_folder_leaves_the_index_as_it_was(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    seeds.rename(seeds.with_name("elsewhere"))
    with pytest.raises(ArticlesError, match="There is no articles folder"):
        build(seeds, folder, model)
    assert count(folder, "passages") == built.passages


def test_progress_is_reported_to_the_end(seeds: Path, folder: Path, model: Model) -> None:
    heard: list[tuple[str, int, int]] = []
    report = rebuild(
        *(seeds, folder, model),
        max_bytes=MAX_BYTES,
        progress=lambda *step: heard.append(step),
    )
    stages = [stage for stage, _, _ in heard]
    assert stages == sorted(stages, key=("reading", "encoding", "indexed").index)
    assert ("encoding", report.encoded, report.encoded) in heard
    assert heard[-1] == ("indexed", 8, 8)


def test_old_generations_go(built: Report, seeds: Path, folder: Path, model: Model) -> None:
    for number in range(4):
        write(seeds, {"a.txt": f"The bridge is {number} metres long."})
        build(seeds, folder, model)
    assert {path.name for path in (folder / "generations").iterdir()} == {"4", "5"}


def test_on_change_is_told_once_of_changes_of_answers_alone(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    counts: list[tuple[int, int, int]] = []

    def update() -> Report:
        return rebuild(
            *(seeds, folder, model),
            max_bytes=MAX_BYTES,
            on_change=lambda *numbers: counts.append(numbers),
        )

    settle(seeds)
    update()
    assert counts == []  # only times were noted
    names = sorted(path.name for path in seeds.iterdir())
    write(seeds, {"0.txt": "The first of all.", names[3]: "It has changed."})
    os.utime(seeds / names[4])
    update()
    assert counts == [(1, 1, 0)]  # all were read
    (seeds / names[5]).unlink()
    settle(seeds)
    update()
    assert counts[1:] == [(0, 0, 1)]  # those that look changed hold what they held


def test_what_another_process_wrote_after_the_look_is_not_lost(
    built: Report, seeds: Path, folder: Path, model: Model, encoder: Encoder
) -> None:
    """It was done before our turn came, so that we never waited for it."""
    write(seeds, {"a.txt": "Zebulon played the violin in Oslo."})
    looked = look_at(seeds, folder, model)
    write(seeds, {"b.txt": "Ms. Harrow keeps bees on the roof."})
    build(seeds, folder, model)
    rebuild(seeds, folder, model, max_bytes=MAX_BYTES, looked=looked)
    assert count(folder, "articles") == 10
    assert sources(folder, encoder, "Who played the violin in Oslo?")[0] == "a.txt"
    assert sources(folder, encoder, "Who keeps bees on the roof?")[0] == "b.txt"
    scratch = folder.with_name("scratch")
    build(seeds, scratch, model)
    assert ranking(folder, encoder) == ranking(scratch, encoder)
