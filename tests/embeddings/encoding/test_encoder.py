from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from embeddings.characters import readable
from embeddings.encoding.encoder import Text, is_quick, open_encoder
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import Model
from embeddings.encoding.reference import ReferenceEncoder
from tests.conftest import SEEDS, SHARED, needs_shared
from tests.embeddings.encoding.samples import encoded, texts_of

# transformers and torch warn of their own affairs while they are imported
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(scope="session")
def reference(model: Model) -> ReferenceEncoder:
    return ReferenceEncoder(model)


@pytest.fixture(scope="session")
def bulk(model: Model) -> LightEncoder:
    engine = open_encoder(model, bulk=True)
    assert isinstance(engine, LightEncoder)
    return engine


@pytest.mark.slow
@pytest.mark.parametrize(
    "folder", [SEEDS, pytest.param(SHARED / "articles", marks=needs_shared)], ids=["own", "real"]
)
def test_the_light_engine_agrees_with_the_reference(
    folder: Path, encoder: LightEncoder, reference: ReferenceEncoder
) -> None:
    texts = texts_of(folder, encoder)
    assert len(texts) > 20
    for light, true in zip(encoded(encoder, texts), encoded(reference, texts), strict=True):
        assert float(light.passage @ true.passage) >= 0.99999
        assert float((light.sentences * true.sentences).sum(axis=1).min()) >= 0.99999


@pytest.mark.slow
def test_the_reference_is_the_librarys_own_encode(
    encoder: LightEncoder, reference: ReferenceEncoder
) -> None:
    from sentence_transformers import SentenceTransformer

    library = SentenceTransformer(str(reference.model.folder), local_files_only=True)
    texts = texts_of(SEEDS, encoder)[:5]
    own = library.encode([one.text for one in texts], show_progress_bar=False)
    for vectors, true in zip(encoded(reference, texts), own, strict=True):
        assert float(vectors.passage @ true) >= 0.99999
    question = "How late did the launch start?"
    assert float(encoder.encode_query(question) @ library.encode(question)) >= 0.99999
    assert reference.budget + 2 == encoder.budget + 2 == library.max_seq_length
    assert reference.dimension == encoder.dimension == 384


def test_vectors_are_of_unit_length_and_in_the_order_of_the_texts(encoder: LightEncoder) -> None:
    texts = [
        Text("A short one.", ((0, 12),)),
        Text("word " * 200 + "end. Two.", ((0, 1004), (1005, 1009))),
    ]
    vectors = encoded(encoder, texts)
    assert [one.sentences.shape for one in vectors] == [(1, 384), (2, 384)]
    for one in vectors:
        assert one.passage.dtype == np.float32
        assert np.linalg.norm(one.passage) == pytest.approx(1, abs=1e-6)
        assert np.linalg.norm(one.sentences, axis=1) == pytest.approx(1, abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["encoder", "bulk"])
def test_a_vector_does_not_depend_on_its_companions(
    engine: str, request: pytest.FixtureRequest
) -> None:
    engine_: LightEncoder = request.getfixturevalue(engine)
    texts = texts_of(SEEDS, engine_)
    together = encoded(engine_, texts)
    for index in (0, len(texts) // 2, len(texts) - 1):
        (alone,) = encoded(engine_, [texts[index]])
        assert np.abs(alone.passage - together[index].passage).max() < 1e-6


def test_a_passage_over_the_budget_is_refused_not_cut(
    encoder: LightEncoder, reference: ReferenceEncoder
) -> None:
    long = [Text("word " * 255, ((0, 1275),))]
    for engine in (encoder, reference):
        with pytest.raises(ValueError, match="255 tokens is over the budget of 254"):
            encoded(engine, long)


def test_a_question_over_the_budget_is_cut(encoder: LightEncoder) -> None:
    long = encoder.encode_query("word " * 100_000)
    whole = encoder.encode_query("word " * 254)
    assert float(long @ whole) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("engine", ["encoder", "reference"])
def test_tokens_stand_where_they_say(engine: str, request: pytest.FixtureRequest) -> None:
    texts = ["How late did it start?", "Half an hour.", "", "word " * 300]
    tokens = request.getfixturevalue(engine).tokens(texts)
    words = [texts[0][start:end].lower() for start, end in tokens[0].offsets]
    assert words == ["how", "late", "did", "it", "start", "?"]
    assert [len(own.vectors) == len(own.offsets) for own in tokens] == [True] * 4
    assert [len(own.vectors) for own in tokens] == [6, 4, 0, 254]
    assert np.linalg.norm(tokens[0].vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_both_engines_agree_on_tokens(encoder: LightEncoder, reference: ReferenceEncoder) -> None:
    question = "How late did the launch start?"
    (light,), (other,) = encoder.tokens([question]), reference.tokens([question])
    assert light.offsets == other.offsets
    assert np.array_equal(light.vectors, other.vectors)


WRITTEN = "The of\u00adﬁce at the har-\nbour opened on the ２nd. A \u2060bell rang."
READ = "The office at the harbour opened on the 2nd. A bell rang."


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["encoder", "bulk", "reference"])
def test_characters_count_as_what_they_are_read_as(
    engine: str, request: pytest.FixtureRequest
) -> None:
    engine_ = request.getfixturevalue(engine)
    first, second = (
        encoded(engine_, [Text(text, ((0, end), (end + 1, len(text))))])[0]
        for text in (WRITTEN, READ)
        for end in (text.index(".") + 1,)
    )
    assert float(first.passage @ second.passage) >= 0.99999
    assert float((first.sentences * second.sentences).sum(axis=1).min()) >= 0.99999
    asked = engine_.encode_query("When did the har\u00adbour of\u200bﬁce open?")
    assert float(asked @ engine_.encode_query("When did the harbour office open?")) >= 0.99999
    assert engine_.count_tokens([WRITTEN]) == engine_.count_tokens([READ])


@pytest.mark.parametrize("engine", ["encoder", "reference"])
def test_tokens_of_odd_characters_stand_where_they_are_written(
    engine: str, request: pytest.FixtureRequest
) -> None:
    (tokens,) = request.getfixturevalue(engine).tokens([f"\u200b{WRITTEN}"])
    places = [f"\u200b{WRITTEN}"[start:end] for start, end in tokens.offsets]
    assert places[:6] == ["The", "of\u00adﬁce", "at", "the", "har-\nbour", "opened"]
    assert places[-4:] == ["A", "bell", "rang", "."]


@pytest.fixture(scope="session")
def plain_tokenizer(model: Model) -> Tokenizer:
    """The model's tokenizer as it comes."""
    tokenizer = Tokenizer.from_file(str(model.folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def test_a_plain_text_has_the_tokens_that_its_model_gives_it(
    encoder: LightEncoder, plain_tokenizer: Tokenizer
) -> None:
    """So its vector is the same to the bit: nothing else goes into it."""
    texts = [text.text for text in texts_of(SEEDS, encoder)]
    texts += ["“Naïve”, ½ of 漢字… — well-known,\nself-made 10–12", "e\u0301tude\u3000ÅB\t<>"]
    for text in texts:
        own, others = encoder.tokenizer.encode(text), plain_tokenizer.encode(text)
        assert (own.ids, own.offsets) == (others.ids, others.offsets)


@given(text=st.text(alphabet="aB1->. \n\r\u00ad\u200b\u2010\ufb01ＡﬃéÅ漢😀e\u0301", max_size=60))
def test_any_text_has_the_tokens_of_what_is_read_at_their_places(
    text: str, encoder: LightEncoder, plain_tokenizer: Tokenizer
) -> None:
    own = encoder.tokenizer.encode(text, add_special_tokens=False)
    read_as, places = readable(text)
    expected = plain_tokenizer.encode(read_as, add_special_tokens=False)
    assert own.ids == expected.ids
    assert own.offsets == [(places[start], places[end - 1] + 1) for start, end in expected.offsets]


@pytest.mark.parametrize("text", ["", " ", "\u200b", "\u00ad\u2060", "😀", "\x00", "é" * 1000])
def test_odd_questions_have_a_unit_vector(encoder: LightEncoder, text: str) -> None:
    assert np.linalg.norm(encoder.encode_query(text)) == pytest.approx(1, abs=1e-5)


def test_bulk_goes_to_a_gpu_where_there_is_one(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    assert isinstance(open_encoder(model, bulk=False), LightEncoder)
    assert isinstance(open_encoder(model, bulk=True), ReferenceEncoder)


def test_a_model_that_the_light_engine_does_not_know_falls_back(
    other_model: Model, model: Model, encoder: LightEncoder
) -> None:
    assert is_quick(model)
    assert not is_quick(other_model)
    engine = open_encoder(other_model)
    assert isinstance(engine, ReferenceEncoder)
    texts = texts_of(SEEDS, encoder)[:3]
    for text, one in zip(texts, encoded(engine, texts), strict=True):
        assert one.passage.shape == (32,)
        first, last = text.sentences[0]
        alone = encoded(engine, [Text(text.text[first:last], ((0, last - first),))])[0]
        assert float(alone.passage @ one.sentences[0]) >= 0.9999


OFFLINE = """
import socket, sys
def refuse(*_):
    raise AssertionError("the network was asked for")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
from embeddings.encoding.encoder import Text, open_encoder
from embeddings.encoding.model import find_model
from embeddings.encoding.reference import ReferenceEncoder
model = find_model()
for engine in (open_encoder(model), open_encoder(model, bulk=True), ReferenceEncoder(model)):
    engine.encode_query("Is anybody there?")
    list(engine.encode([Text("Nobody is.", ((0, 10),))]))
"""


@pytest.mark.slow
def test_all_engines_work_with_the_network_off() -> None:
    done = subprocess.run([sys.executable, "-c", OFFLINE], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
