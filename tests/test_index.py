from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import faiss
import pytest

from embeddings.encoding.encoder import LightEncoder
from embeddings.encoding.model import Model
from embeddings.errors import GenerationDamaged, IndexUnusable
from embeddings.index import generations, vectors, words
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Index
from embeddings.index.store import Meta, Store
from tests.conftest import MAX_BYTES, SEEDS


@pytest.fixture
def index(seeds_index: Path, encoder: LightEncoder) -> Index:
    return Index(seeds_index, encoder)


def test_every_hit_is_an_exact_slice(index: Index) -> None:
    found = index.search("How late did the launch start?", 100)
    assert len(found.hits) > 50
    for hit in found.hits:
        with open(SEEDS / hit.source, encoding="utf-8", newline="") as file:
            text = file.read()
        passage = hit.passage
        assert text[passage.start_char : passage.end_char] == passage.text
        lines = text.split("\n")[passage.start_line - 1 : passage.end_line]
        assert passage.text in "\n".join(lines)
        assert len(hit.sentence_cosines) == len(passage.sentences)


def test_the_score_is_what_the_formula_says(
    index: Index, encoder: LightEncoder, seeds_index: Path
) -> None:
    """Against BM25 and cosines computed here, from the passages' texts alone."""
    question = "Who canceled the first room after the glitches?"
    store = Store(seeds_index)
    with store.snapshot():
        texts = dict(store.titled_texts())
    tokens = {number: words.stems(text) for number, text in texts.items()}
    mean = sum(map(len, tokens.values())) / len(tokens)
    terms = words.stems(question, words.FUNCTION_WORDS)
    idf = {}
    for term in terms:
        having = sum(term in own for own in tokens.values())
        idf[term] = math.log(1 + (len(tokens) - having + 0.5) / (having + 0.5))
    query = encoder.encode_query(question)
    hits = index.search(question, 100).hits
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits[:20]:
        own = tokens[hit.passage_id]
        bm25 = 0.0
        for term in terms:
            count = own.count(term)
            bm25 += idf[term] * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(own) / mean))
        # tantivy keeps lengths in one byte: a few per cent
        assert hit.lexical == pytest.approx(bm25 / (2.2 * sum(idf.values())), rel=0.08)
        with store.snapshot():
            (stored,) = store.passages([hit.passage_id])
        cosine = float((stored.sentence_vectors @ query).max())
        assert max(hit.sentence_cosines) == pytest.approx(cosine, abs=1e-6)
        assert hit.score == pytest.approx(0.5 * cosine + 0.5 * hit.lexical, abs=1e-6)


def test_the_dense_side_is_faiss_and_exact(seeds_index: Path, encoder: LightEncoder) -> None:
    store = Store(seeds_index)
    with store.snapshot():
        meta = store.meta()
        ((ids, matrix),) = store.passage_vectors()
    assert meta is not None
    path = generations.path_of(seeds_index, meta.generation) / generations.VECTORS
    opened: Any = faiss.read_index(str(path / "vectors.faiss"))
    assert isinstance(faiss.downcast_index(opened.index), faiss.IndexFlatIP)
    query = encoder.encode_query("How many people listened?")
    exact = sorted(zip((matrix @ query).tolist(), ids.tolist(), strict=True), reverse=True)[:50]
    found = vectors.VectorIndex(path).search(query, 50)
    assert list(found) == [number for _, number in exact]
    assert list(found.values()) == pytest.approx([cosine for cosine, _ in exact], abs=1e-6)


@pytest.mark.parametrize(
    "question",
    [
        '"unclosed quote',
        "AND OR NOT ( ) [ ] { } ^2 ~1 title:x text:* +a -b \\ / ? *",
        "😀 🎉",
        "これは何ですか",
        "كم عدد المستمعين؟",
        "who is it that was there",
        "the",
        "?",
        "'; DROP TABLE passages; --",
        "\x1b[31mred\x07",
        "launch " * 20_000,
        " ".join(f"word{number}" for number in range(5_000)),
        "x" * 100_000,
    ],
)
def test_no_question_breaks_the_search(index: Index, question: str) -> None:
    found = index.search(question, 5)
    assert len(found.hits) == 5
    assert all(0 <= hit.lexical <= 1 for hit in found.hits)


def test_words_that_no_article_has_are_named_as_written(index: Index) -> None:
    found = index.search("Which codec did the Launches' Zürich engineers use?")
    assert [*found.terms.values()] == ["codec", "Launches", "Zürich", "engineers", "use"]
    assert [found.terms[stem] for stem in sorted(found.unknown)] == ["codec", "Zürich"]
    assert found.idf["codec"] == max(found.idf.values()) > found.idf["launch"]


def test_what_is_hidden_is_passed_over_and_others_come_up(index: Index) -> None:
    question = "How late did the launch start?"
    everything = index.search(question, 10).hits
    source = everything[0].source
    without = index.search(question, 10, hidden=lambda own, text: own == source)
    left = without.hits
    assert len(left) == 10
    assert source not in {hit.source for hit in left}
    others = [hit.passage_id for hit in everything if hit.source != source]
    assert [hit.passage_id for hit in left][: len(others)] == others


def test_words_of_what_is_hidden_are_not_known(index: Index) -> None:
    question = "Who was the moderator of the launch?"
    shown = index.search(question)
    assert not shown.unknown
    hidden = index.search(question, hidden=lambda own, text: "moderat" in text.lower())
    assert hidden.unknown == {"moder"}
    assert hidden.idf["moder"] > shown.idf["moder"]
    assert hidden.idf["launch"] < shown.idf["launch"] + 1


def test_numbers_are_one_word_and_accents_do_not_matter() -> None:
    assert words.stems("600,000 or 2.5 million, in 2023. _Café_ listeners") == [
        *("600,000", "or", "2.5", "million", "in", "2023", "cafe", "listen"),
    ]


def test_the_forms_of_a_word_are_one_word(index: Index) -> None:
    assert words.stems("begin began begun beginning") == ["begin"] * 4
    assert words.stems("Women told a child; a woman tells children.", words.FUNCTION_WORDS) == [
        *("woman", "tell", "child", "woman", "tell", "child"),
    ]
    asked, told = (index.search(f"Who {verb} first?") for verb in ("spoke", "speaks"))
    assert asked.idf == told.idf
    assert not asked.unknown


def test_no_score_exceeds_the_upper_bound(seeds_index: Path) -> None:
    found = words.Words(next((seeds_index / "generations").iterdir()) / "words")
    for path in SEEDS.iterdir():
        for line in re.findall(r".+", path.read_text("utf-8")):
            terms = found.terms(line)
            scores = found.search(terms, 100)
            assert max(scores.values(), default=0) <= words.upper_bound(
                words.idf(found.frequencies(terms), len(found))
            )


def test_an_index_of_another_model_is_not_searched(
    seeds: Path, tmp_path: Path, model: Model
) -> None:
    rebuild(seeds, tmp_path / "index", model, max_bytes=MAX_BYTES)
    other = LightEncoder(Model("other", model.folder, "0" * 64), model.settings("config.json"))
    with pytest.raises(IndexUnusable, match="was made with the model all-MiniLM-L6-v2"):
        Index(tmp_path / "index", other).search("anything")


def test_an_open_index_follows_a_rebuild(
    seeds: Path, tmp_path: Path, model: Model, encoder: LightEncoder
) -> None:
    rebuild(seeds, tmp_path / "index", model, max_bytes=MAX_BYTES)
    index = Index(tmp_path / "index", encoder)
    assert index.search("Who keeps bees on the roof?").hits[0].source != "bees.txt"
    for step in range(3):
        (seeds / "bees.txt").write_text(f"Ms. Harrow keeps {step} bees on the roof.\n")
        rebuild(seeds, tmp_path / "index", model, max_bytes=MAX_BYTES)
        assert index.search("Who keeps bees on the roof?").hits[0].passage.text == (
            f"Ms. Harrow keeps {step} bees on the roof."
        )


def test_a_reader_whose_generation_is_taken_away_opens_the_next(
    seeds_index: Path, encoder: LightEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two rebuilds in the moment between a reader's look and its opening of the files."""
    real = generations.check
    calls = 0

    def late(folder: Path, meta: Meta) -> None:
        nonlocal calls
        calls += 1
        if calls <= 2:
            raise generations.damaged(folder, "taken away")
        real(folder, meta)

    monkeypatch.setattr(generations, "check", late)
    assert Index(seeds_index, encoder).search("launch").hits
    assert calls == 3
    calls = -10
    with pytest.raises(GenerationDamaged, match="taken away"):
        Index(seeds_index, encoder).search("launch")


def test_an_index_that_is_not_there_is_said(tmp_path: Path, encoder: LightEncoder) -> None:
    with pytest.raises(IndexUnusable, match="There is no index in"):
        Index(tmp_path, encoder)
