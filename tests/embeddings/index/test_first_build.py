"""A first build can be searched while it goes on, and comes to what a build in one go does."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from msgspec import structs

from embeddings.articles import article
from embeddings.articles.passages import Passage
from embeddings.encoding import encoder
from embeddings.encoding.encoder import Encoder, Text, Vectors
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import Model
from embeddings.index import generations, reading, rebuild
from embeddings.index.rebuild import Report, Sizes
from embeddings.index.search import Index, query_of
from embeddings.index.store import KEPT_ORPHANS, Store
from tests.conftest import MAX_BYTES, write
from tests.embeddings.index import building
from tests.embeddings.index.building import (
    content,
    is_stale,
    look_at,
    meta_of,
    ranking,
    rows,
    settle,
)

pytestmark = pytest.mark.slow

SMALL = 6
"""Passages in a batch: those of one article, mostly."""

SMALL_BATCHES = Sizes(batch=SMALL)
IN_ONE_GO = Sizes(batch=1_000_000)


@pytest.fixture
def whole(seeds: Path, tmp_path: Path, model: Model) -> Path:
    """An index of the articles that was built in one go."""
    building.build(seeds, tmp_path / "whole", model, IN_ONE_GO)
    return tmp_path / "whole"


def build(seeds: Path, folder: Path, model: Model, sizes: Sizes = SMALL_BATCHES) -> Report:
    return building.build(seeds, folder, model, sizes)


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that go through the model while the test runs."""
    texts: list[str] = []
    real = LightEncoder.encode

    def noted(self: LightEncoder, some: Sequence[Text]) -> Iterator[list[tuple[int, Vectors]]]:
        texts.extend(text.text for text in some)
        return real(self, some)

    monkeypatch.setattr(LightEncoder, "encode", noted)
    return texts


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that a rebuild reads while the test runs."""
    sources: list[str] = []
    real = article.read

    def noted(folder: Path, source: str, *, max_bytes: int) -> object:
        sources.append(source)
        return real(folder, source, max_bytes=max_bytes)

    monkeypatch.setattr(reading, "read", noted)
    return sources


class Watcher:
    """A progress callback that notes what it is told, and looks in at every commit."""

    def __init__(self, folder: Path, stop_at: int = 0) -> None:
        self.folder = folder
        self.steps: list[tuple[str, int, int]] = []
        self.stop_at = stop_at

    def __call__(self, stage: str, done: int, total: int) -> None:
        self.steps.append((stage, done, total))
        if stage == "indexed":
            self.look_in()
            if len(self.of("indexed")) == self.stop_at:
                raise KeyboardInterrupt

    def look_in(self) -> None: ...

    def of(self, stage: str) -> list[tuple[int, int]]:
        return [(done, total) for name, done, total in self.steps if name == stage]


def watched(seeds: Path, model: Model, watcher: Watcher, sizes: Sizes = SMALL_BATCHES) -> Report:
    return rebuild.rebuild(
        *(seeds, watcher.folder, model), max_bytes=MAX_BYTES, progress=watcher, sizes=sizes
    )


def begun(seeds: Path, folder: Path, model: Model, batches: int = 2) -> None:
    """Begin a first build, and interrupt it after so many batches."""
    settle(seeds)
    with pytest.raises(KeyboardInterrupt):
        watched(seeds, model, Watcher(folder, stop_at=batches))
    assert not meta_of(folder).complete


def check_same(folder: Path, other: Path, encoder: LightEncoder) -> None:
    assert content(folder) == content(other)
    assert ranking(folder, encoder) == ranking(other, encoder)
    assert meta_of(folder).complete


def test_in_batches_or_in_one_go_it_is_the_same_index(
    seeds: Path, folder: Path, whole: Path, model: Model, encoder: LightEncoder
) -> None:
    report = build(seeds, folder, model)
    assert meta_of(folder).generation > 3
    check_same(folder, whole, encoder)
    shorter = build(seeds, folder.with_name("again"), model, IN_ONE_GO)
    assert structs.replace(report, seconds=0.0) == structs.replace(
        shorter, index=folder, seconds=0.0
    )
    assert report.added == tuple(sorted(path.name for path in seeds.iterdir()))
    assert report.encoded == report.passages == len(content(whole)["passages"])


def test_it_answers_from_what_is_there_and_follows(
    seeds: Path, folder: Path, model: Model, encoder: LightEncoder
) -> None:
    class Reader(Watcher):
        index: Index
        seen: tuple[set[str], ...] = ()

        def look_in(self) -> None:
            if not self.seen:
                self.index = Index(folder)
            query = query_of("How late did the launch start?", encoder)
            hits = self.index.search(query, 100).hits
            assert all(len(hit.sentence_cosines) == len(hit.passage.sentences) for hit in hits)
            self.seen += ({hit.info.source for hit in hits},)
            done, total = self.steps[-1][1:]
            assert look_at(seeds, folder, model).articles == done
            assert is_stale(seeds, folder, model) == (done < total)
            assert meta_of(folder).complete == (done == total)
            assert len(list((folder / "generations").iterdir())) <= 2

    reader = Reader(folder)
    watched(seeds, model, reader)
    names = sorted(path.name for path in seeds.iterdir())
    assert len(reader.seen) > 3
    assert [len(seen) for seen in reader.seen] == [done for done, _ in reader.of("indexed")]
    for seen in reader.seen:
        assert seen == set(names[: len(seen)])
    assert reader.of("indexed")[-1] == (8, 8)


def test_progress_is_that_of_the_whole_build(seeds: Path, folder: Path, model: Model) -> None:
    write(seeds, {"bad.txt": ""})
    watcher = Watcher(folder)
    # the last batch is the bad file alone
    report = watched(seeds, model, watcher, Sizes(batch=SMALL, share=1_000_000))
    assert watcher.of("reading") == [(number, 9) for number in range(1, 10)]
    encoding = watcher.of("encoding")
    assert [done for done, _ in encoding] == sorted(done for done, _ in encoding)
    assert all(done <= total for done, total in encoding)
    assert [done for done, _ in encoding].count(0) == 1
    assert encoding[-1] == (report.encoded, report.encoded)
    indexed = watcher.of("indexed")
    assert [done for done, _ in indexed] == [*range(1, 9), 8]
    assert indexed[0][1] == 9
    assert watcher.steps[-1] == ("indexed", 8, 8)


def test_batches_grow_with_what_is_indexed(tmp_path: Path, folder: Path, model: Model) -> None:
    seeds = write(tmp_path / "many", {f"{n:03}.txt": f"House {n} is red." for n in range(88)})
    watcher = Watcher(folder)
    watched(seeds, model, watcher)
    counts = [done for done, _ in watcher.of("indexed")]
    assert counts == [6, 12, 18, 24, 30, 37, 46, 57, 71, 88]
    assert sum(counts) < 5 * 88


def test_no_text_is_encoded_twice(
    seeds: Path, folder: Path, model: Model, encoded: list[str]
) -> None:
    first = sorted(seeds.iterdir())[0].read_text("utf-8")
    write(seeds, {"a.txt": first, "zz.txt": first, "b.txt": "The same.", "c.txt": "The same."})
    report = build(seeds, folder, model)
    assert len(encoded) == len(set(encoded)) == report.encoded
    assert report.encoded + report.reused == report.passages
    assert report.reused > 1


def test_passages_of_a_batch_go_with_it(seeds: Path, folder: Path, model: Model) -> None:
    def alive() -> int:
        gc.collect()
        return sum(type(thing) is Passage for thing in gc.get_objects())

    before = alive()
    most = 0

    def progress(stage: str, done: int, total: int) -> None:
        nonlocal most
        if stage == "reading":
            most = max(most, alive() - before)

    report = rebuild.rebuild(
        *(seeds, folder, model), max_bytes=MAX_BYTES, progress=progress, sizes=SMALL_BATCHES
    )
    (longest,) = rows(folder, "SELECT count(*) n FROM passages GROUP BY article ORDER BY n")[-1]
    assert 0 < most < SMALL + longest < report.passages / 2


def test_the_quick_engine_is_opened_once_and_so_is_the_one_for_bulk(
    seeds: Path, folder: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[bool] = []

    def counted(model: Model, *, bulk: bool = False) -> Encoder:
        opened.append(bulk)
        return encoder.open_encoder(model)

    monkeypatch.setattr(rebuild, "open_encoder", counted)
    build(seeds, folder, model, Sizes(batch=SMALL, bulk=20))
    assert opened == [False, True]


@pytest.mark.parametrize("batches", [1, 2, 3])
def test_interrupted_it_goes_on_from_the_last_batch(
    seeds: Path,
    folder: Path,
    whole: Path,
    model: Model,
    encoder: LightEncoder,
    encoded: list[str],
    read: list[str],
    batches: int,
) -> None:
    begun(seeds, folder, model, batches)
    (done,) = rows(folder, "SELECT count(*) FROM articles")[0]
    names = sorted(path.name for path in seeds.iterdir())
    assert read == names[:done]
    report = build(seeds, folder, model)
    assert read == names
    assert report.added == tuple(names[done:])
    assert len(encoded) == len(set(encoded)) == report.passages
    assert meta_of(folder).generation > batches + 1  # in batches, again
    check_same(folder, whole, encoder)


def test_interrupted_within_a_batch_it_loses_no_committed_vector(
    seeds: Path,
    folder: Path,
    whole: Path,
    model: Model,
    encoder: LightEncoder,
    encoded: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not even if they look like those that nothing needs."""
    with monkeypatch.context() as patch:
        patch.setattr(generations, "write", interrupt)
        with pytest.raises(KeyboardInterrupt):
            build(seeds, folder, model, IN_ONE_GO)
    store = Store(folder)
    assert store.meta() is None
    ((_, vectors),) = next(iter(encoder.encode([Text("Of no article.", ((0, 14),))])))
    with store.writing():  # so many that nothing needs that they are dropped in the end
        orphans = [number.to_bytes(32) for number in range(KEPT_ORPHANS + 100)]
        store.add_vectors((key, vectors) for key in orphans)
    store.close()
    encoded.remove("Of no article.")
    assert build(seeds, folder, model).encoded == 0
    assert len(encoded) == len(set(encoded))
    assert meta_of(folder).generation > 3
    check_same(folder, whole, encoder)


def interrupt(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_what_changed_meanwhile_is_right_in_the_end(
    seeds: Path, folder: Path, model: Model, encoder: LightEncoder
) -> None:
    begun(seeds, folder, model, batches=4)
    committed = [source for (source,) in rows(folder, "SELECT source FROM articles")]
    assert len(committed) >= 4
    changed, removed, spoilt, touched = committed[:4]
    with (seeds / changed).open("a") as file:
        file.write("\n\nThe editors have added this.\n")
    (seeds / removed).unlink()
    write(seeds, {spoilt: b"\0", "0.txt": "The first of all.", "zz.txt": "The last of all."})
    os.utime(seeds / touched)
    report = build(seeds, folder, model)
    assert report.changed == (changed,)
    assert report.removed == tuple(sorted((removed, spoilt)))
    assert [file.source for file in report.failed] == [spoilt]
    assert {"0.txt", "zz.txt"} < set(report.added)
    scratch = folder.with_name("scratch")
    build(seeds, scratch, model)
    assert ranking(folder, encoder) == ranking(scratch, encoder)
    assert not is_stale(seeds, folder, model)


def test_it_is_complete_though_nothing_is_left_to_add(
    seeds: Path, folder: Path, model: Model
) -> None:
    begun(seeds, folder, model)
    committed = {source for (source,) in rows(folder, "SELECT source FROM articles")}
    for path in seeds.iterdir():
        if path.name not in committed:
            path.write_text("")
    report = build(seeds, folder, model)
    assert (report.added, len(report.failed)) == ((), 8 - len(committed))
    meta = meta_of(folder)
    assert meta.complete
    build(seeds, folder, model)
    assert meta_of(folder) == meta


def test_failures_are_noted_with_their_batch(
    seeds: Path, folder: Path, model: Model, read: list[str]
) -> None:
    write(seeds, {"0.txt": "", "2023-05-25-m.txt": b"\0", "zz.txt": ""})
    begun(seeds, folder, model, batches=1)
    assert "0.txt" in read
    assert rows(folder, "SELECT source FROM unreadable") == [("0.txt",)]
    report = build(seeds, folder, model)
    assert [file.source for file in report.failed] == ["0.txt", "2023-05-25-m.txt", "zz.txt"]
    assert sorted(read) == sorted(path.name for path in seeds.iterdir())  # each once
    assert len(rows(folder, "SELECT source FROM unreadable")) == 3


def test_a_file_that_vanishes_before_it_is_read_is_a_failure(
    seeds: Path, folder: Path, model: Model
) -> None:
    last = max(seeds.iterdir())

    class Thief(Watcher):
        def look_in(self) -> None:
            last.unlink(missing_ok=True)

    thief = Thief(folder)
    report = watched(seeds, model, thief)
    assert [file.source for file in report.failed] == [last.name]
    assert report.articles == 7
    assert thief.of("indexed")[-1] == (7, 7)
    assert meta_of(folder).complete
    assert not is_stale(seeds, folder, model)


class Bystander(Watcher):
    """Sees that there are two states of an index and none between."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.before = content(folder)["passages"]

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage != "indexed":
            assert content(self.folder)["passages"] == self.before
        super().__call__(stage, done, total)


def test_a_complete_index_is_the_old_one_or_the_new_one(
    seeds: Path, folder: Path, model: Model
) -> None:
    build(seeds, folder, model)
    generation = meta_of(folder).generation
    names = sorted(path.name for path in seeds.iterdir())
    for name in names[:4]:
        (seeds / name).rename(seeds / f"moved-{name}")
    for name in names[4:]:
        text = (seeds / name).read_text("utf-8")
        write(seeds, {name: text.replace(" the ", " this "), f"new-{name}": "New: " + text})
    bystander = Bystander(folder)
    report = watched(seeds, model, bystander)
    assert (len(report.added), len(report.changed), len(report.removed)) == (8, 4, 4)
    assert bystander.of("indexed") == [(12, 12)]
    assert meta_of(folder).generation == generation + 1


def test_another_models_or_folders_beginning_is_replaced_whole(
    seeds: Path,
    folder: Path,
    whole: Path,
    model: Model,
    other_model: Model,
    encoder: LightEncoder,
    tmp_path: Path,
) -> None:
    begun(seeds, folder, other_model)
    bystander = Bystander(folder)
    watched(seeds, model, bystander)
    assert bystander.of("indexed") == [(8, 8)]
    assert ranking(folder, encoder) == ranking(whole, encoder)

    other = write(tmp_path / "other", {path.name: path.name for path in seeds.iterdir()})
    begun(other, tmp_path / "others", model, batches=1)
    bystander = Bystander(tmp_path / "others")
    watched(seeds, model, bystander)
    assert bystander.of("indexed") == [(8, 8)]
    assert ranking(bystander.folder, encoder) == ranking(whole, encoder)
