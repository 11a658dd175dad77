from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from embeddings.arrays import unit
from embeddings.articles.article import Info
from embeddings.articles.folder import FileState, Skipped
from embeddings.articles.passages import Passage, Sentence
from embeddings.encoding.encoder import Encoder, Text, Vectors
from embeddings.encoding.model import Model
from embeddings.errors import (
    IndexDamaged,
)
from embeddings.index.rebuild import Report
from embeddings.index.store import KEPT_ORPHANS, Meta, Store, encoded_key


def test_orphaned_vectors_do_not_pile_up(
    built: Report, folder: Path, model: Model, encoder: Encoder
) -> None:
    ((_, vectors),) = next(iter(encoder.encode([Text("One.", ((0, 4),))])))
    store = Store(folder)
    keys = [number.to_bytes(32) for number in range(KEPT_ORPHANS + 1)]
    with store.writing():
        store.add_vectors((key, vectors) for key in keys[:-1])
        store.drop_orphans()
        assert store.count("vectors") == KEPT_ORPHANS + built.passages
        store.add_vectors([(keys[-1], vectors)])
        store.drop_orphans()
        assert store.count("vectors") == built.passages


STATE = FileState("deep/a.txt", 100, 2, 3)
INFO = Info(
    "deep/a.txt",
    "A title",
    "2023-05-24",
    "cp1252",
    "ab" * 32,
    "The Post",
    "N. Quill",
    "https://x",
    "en",
)
PASSAGES = (
    Passage("One. Two.", 0, 9, 1, 1, (Sentence(0, 4), Sentence(5, 9)), "page 1", "paragraph"),
    Passage("- three", 11, 18, 3, 3, (Sentence(11, 18),), None, "table", "A | B"),
)


def vectors_of(count: int, seed: int) -> Vectors:
    made = np.random.default_rng(seed).normal(size=(count + 1, 8)).astype(np.float32)
    return Vectors(unit(made[0]), unit(made[1:]))


@pytest.fixture
def store(folder: Path) -> Store:
    """One with an article of two passages."""
    store = Store(folder, create=True)
    own = [vectors_of(2, 1), vectors_of(1, 2)]
    with store.writing():
        store.add_vectors(
            (encoded_key(passage, "f"), vectors)
            for passage, vectors in zip(PASSAGES, own, strict=True)
        )
        store.add_article(STATE, INFO, PASSAGES, "f")
    return store


def test_what_is_stored_comes_back_whole(store: Store) -> None:
    with store.snapshot():
        assert store.states() == {STATE}
        assert store.infos() == [INFO]
        (article,) = store.articles(["deep/a.txt", "b.txt"]).values()
        assert (article.state, article.sha256) == (STATE, INFO.sha256)
        stored = store.passages([1, 2])
    assert {number: each.passage for number, each in stored.items()} == {
        1: PASSAGES[0],
        2: PASSAGES[1],
    }
    assert stored[1].info == INFO
    assert float(stored[1].vector @ vectors_of(2, 1).passage) == pytest.approx(1, abs=1e-3)


def test_candidates_are_what_passages_are_ranked_by(store: Store) -> None:
    with store.snapshot():
        candidates = store.candidates([2, 1])
        none = store.candidates([])
    rows = {
        number: candidates.sentences[start:end]
        for number, (start, end) in zip(candidates.ids, candidates.bounds, strict=True)
    }
    assert dict(zip(candidates.ids, candidates.places, strict=True)) == {
        1: ("deep/a.txt", 0),
        2: ("deep/a.txt", 11),
    }
    for number, true in ((1, vectors_of(2, 1)), (2, vectors_of(1, 2))):
        assert rows[number].shape == true.sentences.shape
        assert (rows[number] * true.sentences).sum(axis=1) == pytest.approx(1, abs=1e-3)
    assert (none.ids, none.places, none.bounds, len(none.sentences)) == ((), (), (), 0)
    assert store.passages([]) == {}


def test_what_is_not_there_is_damage(store: Store) -> None:
    for read in (store.candidates, store.passages):
        with pytest.raises(IndexDamaged, match="1 passages or vectors are missing"):
            read([1, 3])


def test_an_article_goes_with_its_passages_and_leaves_its_vectors(store: Store) -> None:
    with store.writing():
        store.remove_article("deep/a.txt")
    assert [store.count(table) for table in ("articles", "passages", "vectors")] == [0, 0, 2]
    keys = [encoded_key(passage, "f") for passage in PASSAGES]
    assert store.without_vectors([*keys, b"new"]) == {b"new"}


def test_a_key_is_of_the_model_the_text_and_its_sentences() -> None:
    first, other = PASSAGES
    keys = {
        encoded_key(first, "f"),
        encoded_key(first, "g"),
        encoded_key(other, "f"),
        encoded_key(msgspec.structs.replace(first, sentences=first.sentences[:1]), "f"),
    }
    assert len(keys) == 4
    moved = Passage("One. Two.", 50, 59, 7, 7, (Sentence(50, 54), Sentence(55, 59)), None, None)
    assert encoded_key(moved, "f") == encoded_key(first, "f")
    inside = msgspec.structs.replace(first, header="One")
    below = msgspec.structs.replace(first, header="A | B")
    assert encoded_key(inside, "f") == encoded_key(first, "f") != encoded_key(below, "f")


def test_a_key_is_also_of_what_a_text_is_read_as(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, odd = (
        Passage(text, 0, len(text), 1, 1, (Sentence(0, len(text)),))
        for text in ("Of\xe9", "O\xadf")
    )
    before = [encoded_key(passage, "f") for passage in (plain, odd)]
    monkeypatch.setattr("embeddings.index.store.readable", lambda text: (text, range(len(text))))
    after = [encoded_key(passage, "f") for passage in (plain, odd)]
    assert [own == other for own, other in zip(before, after, strict=True)] == [True, False]


def test_facts_and_failures_come_back(store: Store) -> None:
    meta = Meta(
        seeds="/s",
        model="m",
        fingerprint="f",
        splitter="3",
        generation=2,
        built_at="2023-05-24T10:00:00+00:00",
        files={"words/meta.json": (10, 20)},
        dead=1,
        recall=0.99,
        complete=False,
    )
    assert store.meta() is None
    with store.writing():
        for facts in (meta, msgspec.structs.replace(meta, recall=None, complete=True)):
            store.set_meta(facts)
            assert store.meta() == facts
        store.set_unreadable([(STATE, Skipped("deep/a.txt", "is empty"))])
    assert store.unreadable() == {"deep/a.txt": (STATE, "is empty")}


def test_an_error_undoes_all_that_was_written(store: Store) -> None:
    def interrupted() -> Iterator[str]:
        yield "deep/a.txt"
        raise KeyboardInterrupt

    def write() -> None:
        with store.writing():
            for source in interrupted():
                store.remove_article(source)

    with pytest.raises(KeyboardInterrupt):
        write()
    assert store.count("articles") == 1
