from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embeddings.articles.article import read, scan
from embeddings.articles.passages import split
from embeddings.encoding.encoder import (
    BULK,
    Encoder,
    LightEncoder,
    ReferenceEncoder,
    Text,
    Vectors,
    is_light,
    open_encoder,
)
from embeddings.encoding.model import Model, find_model
from embeddings.errors import ModelError
from tests.conftest import MAX_BYTES, SEEDS, SHARED, needs_shared

# transformers and torch warn of their own affairs while they are imported
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

OFFICIAL = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@pytest.fixture(scope="session")
def reference(model: Model) -> ReferenceEncoder:
    return ReferenceEncoder(model)


@pytest.fixture(scope="session")
def bulk(model: Model) -> LightEncoder:
    found = open_encoder(model, texts=BULK + 1)
    assert isinstance(found, LightEncoder)
    return found


def texts_of(folder: Path, encoder: LightEncoder) -> list[Text]:
    return [
        Text.of(passage)
        for state in scan(folder, max_bytes=MAX_BYTES).files
        for passage in split(
            read(folder, state.source, max_bytes=MAX_BYTES)[1].text,
            count_tokens=encoder.count_tokens,
            budget=encoder.budget,
        )
    ]


def encoded(encoder: Encoder, texts: list[Text]) -> list[Vectors]:
    found = dict(one for batch in encoder.encode(texts) for one in batch)
    return [found[index] for index in range(len(texts))]


def test_the_default_model_is_the_official_file(model: Model) -> None:
    weights = model.folder / "model.safetensors"
    assert hashlib.sha256(weights.read_bytes()).hexdigest() == OFFICIAL


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


@pytest.mark.parametrize("kind", ["float32", "bfloat16"])
def test_bulk_agrees_with_the_light_engine(
    kind: str, encoder: LightEncoder, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr("embeddings.encoding.bulk.quickest", lambda: getattr(torch, kind))
    least = {"float32": 0.99999, "bfloat16": 0.9999}[kind]
    texts = texts_of(SEEDS, encoder)
    bulk = encoded(open_encoder(model, texts=BULK + 1), texts)
    for light, other in zip(encoded(encoder, texts), bulk, strict=True):
        assert float(light.passage @ other.passage) >= least
        assert float((light.sentences * other.sentences).sum(axis=1).min()) >= least


def test_the_type_that_is_quickest_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from embeddings.encoding import bulk

    times = {torch.float32: 1.0, torch.bfloat16: 0.3}
    monkeypatch.setattr(bulk, "_seconds", times.__getitem__)
    assert bulk.quickest() == torch.bfloat16
    times[torch.bfloat16] = 8.0  # without a unit for it
    assert bulk.quickest() == torch.float32


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
    found = request.getfixturevalue(engine).tokens(texts)
    words = [texts[0][start:end].lower() for start, end in found[0].offsets]
    assert words == ["how", "late", "did", "it", "start", "?"]
    assert [len(one.vectors) == len(one.offsets) for one in found] == [True] * 4
    assert [len(one.vectors) for one in found] == [6, 4, 0, 254]
    assert np.linalg.norm(found[0].vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_both_engines_agree_on_tokens(encoder: LightEncoder, reference: ReferenceEncoder) -> None:
    question = "How late did the launch start?"
    (light,), (other,) = encoder.tokens([question]), reference.tokens([question])
    assert light.offsets == other.offsets
    assert np.array_equal(light.vectors, other.vectors)


@pytest.mark.parametrize("text", ["", " ", "\u200b", "😀", "\x00", "é" * 1000])
def test_odd_questions_have_a_unit_vector(encoder: LightEncoder, text: str) -> None:
    assert np.linalg.norm(encoder.encode_query(text)) == pytest.approx(1, abs=1e-5)


def test_bulk_goes_to_a_gpu_where_there_is_one(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    assert isinstance(open_encoder(model, texts=BULK), LightEncoder)
    assert isinstance(open_encoder(model, texts=BULK + 1), ReferenceEncoder)


@pytest.fixture(scope="session")
def other_model(tmp_path_factory: pytest.TempPathFactory, model: Model) -> Model:
    """A small BERT with random weights that pools its first token: not for the light engine."""
    import torch
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("other-model")
    for path in model.folder.iterdir():
        if path.name.startswith(("token", "vocab", "special", "modules", "sentence_bert")):
            shutil.copy(path, folder)
    torch.manual_seed(0)
    config = BertConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2)
    BertModel(config).save_pretrained(folder)
    (folder / "1_Pooling").mkdir()
    (folder / "2_Normalize").mkdir()
    settings = {"word_embedding_dimension": 32, "pooling_mode_cls_token": True}
    settings["pooling_mode_mean_tokens"] = False
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(settings))
    return find_model(str(folder))


def test_a_model_that_the_light_engine_does_not_know_falls_back(
    other_model: Model, model: Model, encoder: LightEncoder
) -> None:
    assert is_light(model)
    assert not is_light(other_model)
    engine = open_encoder(other_model)
    assert isinstance(engine, ReferenceEncoder)
    texts = texts_of(SEEDS, encoder)[:3]
    for text, one in zip(texts, encoded(engine, texts), strict=True):
        assert one.passage.shape == (32,)
        first, last = text.sentences[0]
        alone = encoded(engine, [Text(text.text[first:last], ((0, last - first),))])[0]
        assert float(alone.passage @ one.sentences[0]) >= 0.9999


def test_fingerprints_tell_models_apart_and_follow_the_files(
    other_model: Model, model: Model, tmp_path: Path
) -> None:
    assert find_model().fingerprint == model.fingerprint != other_model.fingerprint
    copy = tmp_path / "copy"
    shutil.copytree(other_model.folder, copy)
    assert find_model(str(copy)).fingerprint == other_model.fingerprint
    weights = bytearray((copy / "model.safetensors").read_bytes())
    weights[1 << 20] ^= 1
    (copy / "model.safetensors").write_bytes(weights)
    assert find_model(str(copy)).fingerprint != other_model.fingerprint


def test_models_that_cannot_be_used_say_so(tmp_path: Path, model: Model) -> None:
    with pytest.raises(ModelError, match="There is no model /no/such/folder on this machine"):
        find_model("/no/such/folder")
    with pytest.raises(ModelError, match=r"modules\.json is missing"):
        find_model(str(tmp_path))
    broken = tmp_path / "broken"
    shutil.copytree(model.folder, broken)
    (broken / "model.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0not json at all!")
    with pytest.raises(ModelError, match=r"weights of .* cannot be read"):
        open_encoder(find_model(str(broken))).encode_query("x")
    (broken / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match=r"tokenizer of .* cannot be read"):
        open_encoder(find_model(str(broken))).encode_query("x")
    (broken / "config.json").write_text("{")
    with pytest.raises(ModelError, match=r"config\.json of the model cannot be read"):
        open_encoder(find_model(str(broken)))


OFFLINE = """
import socket, sys
def refuse(*_):
    raise AssertionError("the network was asked for")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
from embeddings.encoding.encoder import LightEncoder, ReferenceEncoder, Text, open_encoder
from embeddings.encoding.model import find_model
model = find_model()
for engine in (open_encoder(model), open_encoder(model, texts=1000), ReferenceEncoder(model)):
    engine.encode_query("Is anybody there?")
    list(engine.encode([Text("Nobody is.", ((0, 10),))]))
"""


def test_all_engines_work_with_the_network_off() -> None:
    done = subprocess.run([sys.executable, "-c", OFFLINE], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
