from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import pytest

from embeddings.encoding.encoder import Encoder
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import Model
from embeddings.errors import GenerationDamaged, IndexUnusable, Remedy
from embeddings.index import derived, generations, vectors
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Found, Index, query_of
from embeddings.index.stems import FUNCTION_WORDS, stems
from embeddings.index.store import Meta, Store
from tests.conftest import MAX_BYTES, SEEDS, write
from tests.embeddings.index.building import build, meta_of

Search = Callable[..., Found]


def search_of(index: Index, encoder: Encoder) -> Search:
    def search(question: str, limit: int = 10, **named: Any) -> Found:
        return index.search(query_of(question, encoder), limit, **named)

    return search


@pytest.fixture
def search(seeds_index: Path, encoder: Encoder) -> Search:
    """Search the index of the project's own articles."""
    return search_of(Index(seeds_index), encoder)


def test_every_hit_is_an_exact_slice(search: Search) -> None:
    result = search("How late did the launch start?", 100)
    assert len(result.hits) > 50
    for hit in result.hits:
        with open(SEEDS / hit.info.source, encoding="utf-8", newline="") as file:
            text = file.read()
        passage = hit.passage
        assert text[passage.start_char : passage.end_char] == passage.text
        lines = text.split("\n")[passage.start_line - 1 : passage.end_line]
        assert passage.text in "\n".join(lines)
        assert len(hit.sentence_cosines) == len(passage.sentences)


def test_the_score_is_what_the_formula_says(
    search: Search, encoder: LightEncoder, seeds_index: Path
) -> None:
    """Against BM25 and cosines computed here, from the passages' texts alone."""
    question = "Who canceled the first room after the glitches?"
    store = Store(seeds_index)
    with store.snapshot():
        texts = dict(derived.titled_texts(store))
    tokens = {number: stems(text) for number, text in texts.items()}
    mean = sum(map(len, tokens.values())) / len(tokens)
    terms = stems(question, FUNCTION_WORDS)
    idf = {}
    for term in terms:
        having = sum(term in own for own in tokens.values())
        idf[term] = math.log(1 + (len(tokens) - having + 0.5) / (having + 0.5))
    query = encoder.encode_query(question)
    hits = search(question, 100).hits
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
            stored = store.candidates([hit.passage_id])
        cosine = float((stored.sentences @ query).max())
        assert max(hit.sentence_cosines) == pytest.approx(cosine, abs=1e-6)
        assert hit.score == pytest.approx(0.5 * cosine + 0.5 * hit.lexical, abs=1e-6)


def test_the_dense_side_is_faiss_and_exact(seeds_index: Path, encoder: LightEncoder) -> None:
    store = Store(seeds_index)
    with store.snapshot():
        meta = store.meta()
        ((ids, matrix),) = derived.passage_vectors(store)
    assert meta is not None
    path = generations.path_of(seeds_index, meta.generation) / generations.VECTORS
    opened: Any = faiss.read_index(str(path / "vectors.faiss"))
    assert isinstance(faiss.downcast_index(opened.index), faiss.IndexFlatIP)
    query = encoder.encode_query("How many people listened?")
    exact = sorted(zip((matrix @ query).tolist(), ids.tolist(), strict=True), reverse=True)[:50]
    near = vectors.VectorIndex(path).search(query, 50)
    assert list(near) == [number for _, number in exact]
    assert list(near.values()) == pytest.approx([cosine for cosine, _ in exact], abs=1e-6)


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
def test_no_question_breaks_the_search(search: Search, question: str) -> None:
    result = search(question, 5)
    assert len(result.hits) == 5
    assert all(0 <= hit.lexical <= 1 for hit in result.hits)


def test_words_that_no_article_has_are_named_as_written(
    search: Search, encoder: LightEncoder
) -> None:
    question = "Which codec did the Launches' Zürich engineers use?"
    terms = query_of(question, encoder).terms
    assert [*terms.values()] == ["codec", "Launches", "Zürich", "engineers", "use"]
    result = search(question)
    assert [terms[stem] for stem in sorted(result.unknown)] == ["codec", "Zürich"]
    assert result.idf["codec"] == max(result.idf.values()) > result.idf["launch"]


def test_coverage_is_the_share_of_the_questions_information(search: Search) -> None:
    result = search("Which codec did the launch use?")
    assert result.coverage(result.idf.keys()) == pytest.approx(1)
    assert result.coverage(set()) == 0
    assert 0 < result.coverage({"launch"}) < result.coverage({"codec"}) < 1
    assert result.with_hits(()).coverage({"codec"}) == result.coverage({"codec"})
    assert search("the").coverage({"launch"}) == 0


def test_a_questions_terms_are_bounded_and_its_vector_is_the_models(encoder: LightEncoder) -> None:
    query = query_of(" ".join(f"word{number}" for number in range(5_000)), encoder)
    assert [*query.terms.values()] == [f"word{number}" for number in range(256)]
    assert query.fingerprint == encoder.model.fingerprint
    assert query.vector.shape == (encoder.dimension,)


def test_what_is_hidden_is_passed_over_and_others_come_up(search: Search) -> None:
    question = "How late did the launch start?"
    everything = search(question, 10).hits
    source = everything[0].info.source
    without = search(question, 10, hidden=lambda own, text: own == source)
    left = without.hits
    assert len(left) == 10
    assert source not in {hit.info.source for hit in left}
    others = [hit.passage_id for hit in everything if hit.info.source != source]
    assert [hit.passage_id for hit in left][: len(others)] == others


def test_words_of_what_is_hidden_are_not_known(search: Search) -> None:
    question = "Who was the moderator of the launch?"
    shown = search(question)
    assert not shown.unknown
    hidden = search(question, hidden=lambda own, text: "moderat" in text.lower())
    assert hidden.unknown == {"moder"}
    assert hidden.idf["moder"] > shown.idf["moder"]
    assert hidden.idf["launch"] < shown.idf["launch"] + 1


def test_the_forms_of_a_word_are_one_word(search: Search) -> None:
    past, present = (search(f"Who {verb} first?") for verb in ("spoke", "speaks"))
    assert past.idf == present.idf
    assert not past.unknown


def test_an_index_of_another_model_is_not_searched(seeds: Path, folder: Path, model: Model) -> None:
    build(seeds, folder, model)
    other = LightEncoder(Model("other", model.folder, "0" * 64))
    with pytest.raises(IndexUnusable, match="was made with the model all-MiniLM-L6-v2") as error:
        search_of(Index(folder), other)("anything")
    assert isinstance(error.value.remedy, Remedy)
    assert error.value.remedy.kind == "rebuild with this model"


def test_an_open_index_follows_a_rebuild(
    seeds: Path, folder: Path, model: Model, encoder: LightEncoder
) -> None:
    build(seeds, folder, model)
    search = search_of(Index(folder), encoder)
    assert search("Who keeps bees on the roof?").hits[0].info.source != "bees.txt"
    for step in range(3):
        (seeds / "bees.txt").write_text(f"Ms. Harrow keeps {step} bees on the roof.\n")
        build(seeds, folder, model)
        assert search("Who keeps bees on the roof?").hits[0].passage.text == (
            f"Ms. Harrow keeps {step} bees on the roof."
        )


def test_an_open_index_says_that_its_database_was_replaced(
    seeds: Path, folder: Path, model: Model, encoder: LightEncoder
) -> None:
    build(seeds, folder, model)
    index = Index(folder)
    assert not index.is_replaced()
    (folder / "index.db").rename(folder / "index.db.damaged")
    build(seeds, folder, model)
    assert index.is_replaced()


def test_a_reader_whose_generation_is_taken_away_opens_the_next(
    seeds_index: Path, encoder: LightEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two rebuilds in the moment between a reader's look and its opening of the files."""
    real = generations.check
    calls = 0

    def late(folder: Path, meta: Meta) -> None:
        nonlocal calls
        calls += 1
        if calls <= 1:
            raise generations.damaged(folder, "taken away")
        real(folder, meta)

    monkeypatch.setattr(generations, "check", late)
    search = search_of(Index(seeds_index), encoder)
    with pytest.raises(GenerationDamaged, match="taken away"):
        search("launch")
    assert search("launch").hits
    assert calls == 2


def test_an_index_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(IndexUnusable, match="There is no index in") as error:
        Index(tmp_path)
    assert isinstance(error.value.remedy, Remedy)
    assert error.value.remedy.kind == "build the index"


def test_an_index_of_no_articles_is_searched_in_vain(
    seeds: Path, folder: Path, model: Model, encoder: LightEncoder
) -> None:
    build(seeds, folder, model)
    for path in list(seeds.iterdir()):
        path.unlink()
    build(seeds, folder, model)
    result = search_of(Index(folder), encoder)("How late did the launch start?")
    assert result.hits == ()
    assert result.unknown == {"late", "launch", "start"}


def test_a_hit_has_the_stems_of_its_title_and_its_text(
    seeds: Path, folder: Path, model: Model, encoder: LightEncoder
) -> None:
    write(seeds, {"a.txt": "Bees\n\nMs. Harrow keeps them.\n\n" + "Nothing else. " * 100})
    build(seeds, folder, model)
    hits = search_of(Index(folder), encoder)("Nothing else", 100).hits
    last = max((hit for hit in hits if hit.info.source == "a.txt"), key=lambda hit: hit.passage_id)
    assert last.stems() == {"bee", "noth", "els"}
    assert meta_of(folder).complete


@pytest.mark.parametrize(
    ("asked", "source"),
    [
        ("Who sold 48500 ewes?", "farm.txt"),
        ("Who sold 48’500 ewes?", "farm.txt"),
        ("What opened on 9 February 2021?", "pool.txt"),
        ("What opened on 2021-02-09?", "pool.txt"),
        ("the who", "band.txt"),
        ("Who are The Who?", "band.txt"),
        ("who is the colour sergeant", "guard.txt"),
        ("What has a B-?", "marks.txt"),
        ("How old is Ms Aas?", "age.txt"),
    ],
)
def test_what_is_written_otherwise_is_found(
    tmp_path: Path, model: Model, encoder: LightEncoder, asked: str, source: str
) -> None:
    content: dict[str, str | bytes] = {
        "farm.txt": "The farm sold 48 500 ewes. Some say who they were for.",
        "pool.txt": "The pool was opened on 09.02.2021, they say.",
        "band.txt": "Nobody slept while The Who played in the barn.",
        "guard.txt": "The color sergeant stood in the rain.",
        "marks.txt": "The essay has a B-. The poem has a B+. The play has a B.",
        "age.txt": "Ms Aas, 52, left.",
    }
    write(tmp_path / "articles", content)
    rebuild(tmp_path / "articles", tmp_path / "index", model, max_bytes=MAX_BYTES)
    index = Index(tmp_path / "index")
    found = index.search(query_of(asked, encoder))
    assert found.hits[0].info.source == source
    assert found.hits[0].lexical == max(hit.lexical for hit in found.hits) > 0
    assert not found.unknown
    index.close()


def test_a_question_of_function_words_names_nothing(encoder: LightEncoder) -> None:
    for text in ("What is it about?", "Who are you?", "who is he", "Why?"):
        assert query_of(text, encoder).terms == {}
    assert query_of("Who are The Who?", encoder).terms == {"the_who": "The Who"}
    assert query_of("Who is the one who was there?", encoder).terms.keys() == {"one"}
