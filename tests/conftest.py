"""Real parts for all tests: the real model, real indexes, real processes."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from bot.settings import APP
from embeddings.arrays import Floats
from embeddings.encoding.bert import Bert
from embeddings.encoding.encoder import open_encoder
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import Model, find_model
from embeddings.encoding.pairs import PairReader, open_reader
from embeddings.index.rebuild import rebuild

# No test may fail for being slow: not by a deadline, nor by how long examples take to make.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")

PROJECT = Path(__file__).parent.parent
SEEDS = PROJECT / "seeds"
SHARED = (PROJECT.parent / "shared").resolve()
MAX_BYTES = 20_000_000
BOT = (sys.executable, "-m", "bot")

_OF_A_TERMINAL = ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "VISUAL", "EDITOR")

Bot = Callable[..., "subprocess.CompletedProcess[str]"]

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="../shared is absent: the real articles and questions are not here"
)


@pytest.fixture(scope="session")
def kept_reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reader as the first question keeps it: 43 MB, which not every test should write."""
    folder = tmp_path_factory.mktemp("kept")
    open_reader(LightEncoder(find_model()), folder)
    (kept,) = folder.iterdir()
    return kept


@pytest.fixture(autouse=True)
def own_places(tmp_path_factory: pytest.TempPathFactory, kept_reader: Path) -> Iterator[None]:
    """Keep the tests out of the tester's own cache, settings and terminal."""
    own = tmp_path_factory.mktemp("home")
    cache = own / "cache" / APP
    cache.mkdir(parents=True)
    (cache / kept_reader.name).symlink_to(kept_reader)
    with pytest.MonkeyPatch.context() as patch:
        for name in [*os.environ]:
            if name.startswith("BOT_") or name in _OF_A_TERMINAL:
                patch.delenv(name)
        for place in ("CACHE", "CONFIG", "DATA", "STATE"):
            patch.setenv(f"XDG_{place}_HOME", str(own / place.lower()))
        yield


@pytest.fixture(scope="session")
def model() -> Model:
    return find_model()


@pytest.fixture(scope="session")
def encoder(model: Model) -> LightEncoder:
    engine = open_encoder(model)
    assert isinstance(engine, LightEncoder)
    return engine


@pytest.fixture(scope="session")
def reader(encoder: LightEncoder, kept_reader: Path) -> PairReader:
    return open_reader(encoder, kept_reader.parent)


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


@pytest.fixture(scope="session", autouse=True)
def remembered_passes() -> Iterator[None]:
    """Each text goes through the model's forward pass once in a session: what came of it is
    remembered. Half of the tests build an index of the same articles."""
    forward = Bert.forward
    remembered: dict[tuple[str, int, tuple[int, ...]], Floats] = {}

    def remembering(
        self: Bert, sequences: Sequence[Sequence[int]], firsts: Sequence[int] | None = None
    ) -> list[Floats]:
        weights = hashlib.sha256(self.layers[-1]["narrow"][0][:8].tobytes()).hexdigest()
        firsts = firsts or [len(ids) for ids in sequences]
        keys = [(weights, first, tuple(ids)) for ids, first in zip(sequences, firsts, strict=True)]
        missing = [key for key in keys if key not in remembered]
        if missing:
            states = forward(self, [ids for *_, ids in missing], [first for _, first, _ in missing])
            remembered.update(zip(missing, states, strict=True))
        return [remembered[key].copy() for key in keys]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Bert, "forward", remembering)
        yield


@pytest.fixture(scope="session")
def seeds_index(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the project's own articles. Tests read it and leave it as it is."""
    folder = tmp_path_factory.mktemp("seeds-index")
    rebuild(SEEDS, folder, model, max_bytes=MAX_BYTES)
    return folder


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """A copy of the project's articles that a test may change."""
    folder = tmp_path / "seeds"
    folder.mkdir()
    for path in SEEDS.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.fixture
def powerless() -> Iterator[None]:
    """Permissions bind the test and its threads, but not its processes, also where root runs it."""
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # Linux's version 3, and this thread
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable: 32 bits of each, twice
    assert libc.capget(header, sets) == 0
    before = sets[0]
    sets[0] &= ~0b110  # neither CAP_DAC_OVERRIDE nor CAP_DAC_READ_SEARCH
    assert libc.capset(header, sets) == 0
    yield
    sets[0] = before
    assert libc.capset(header, sets) == 0


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    """Run the command as a person does, in a folder of its own."""

    def run(
        *arguments: str | Path, cwd: Path = tmp_path, **settings: Any
    ) -> subprocess.CompletedProcess[str]:
        done: subprocess.CompletedProcess[str] = subprocess.run(
            [*BOT, *map(str, arguments)],
            cwd=cwd,
            capture_output=True,
            encoding="utf-8",
            timeout=300,
            **settings,
        )
        return done

    return run


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write files (path below the folder → text or bytes); returns the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
