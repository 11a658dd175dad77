"""A question and a passage read together: where in the passage an answer begins and ends.

The reader is a BERT encoder that reads question and passage as one sequence, [CLS] question [SEP]
passage [SEP], in two segments, with a linear head of two scores for each token: begin and end of
the answer (Devlin et al. 2019, arXiv:1810.04805, section 4.2). Token 0 stands for "not here"
(section 4.3). It shares tokenizer and table of words with the packaged embedding model, so that its
own file, float16 in this package, holds the layers alone. READER.md beside this file is its card.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
from msgspec import Struct

from embeddings.arrays import Floats
from embeddings.encoding.bert import Bert, map_safetensors
from embeddings.encoding.encoder import cores
from embeddings.encoding.model import READER, reader_fingerprint
from embeddings.errors import ModelError
from embeddings.whole_file import write_whole

if TYPE_CHECKING:
    from embeddings.encoding.light import LightEncoder

_log = logging.getLogger(__name__)

KEPT = "reader"
"""How the name of the file begins that keeps its weights as float32."""

LONGEST = 320
"""Tokens of question and passage together: what it was trained on. Beyond them a passage is cut."""

LONGEST_QUESTION = 64
"""Tokens of a question that are read: in training none had more. Beyond them it is cut."""


_ABANDONED = 86_400
"""Seconds after which what is kept of another reader, or half of one, is let go. A guess."""


class Scores(Struct, frozen=True):
    """What the reader makes of one passage.

    `begins`, `ends`: float32 (tokens,), how well an answer begins, or ends, at each token of the
    passage; `nothing`: the same of "it is not here". `offsets`: the characters [start, end) of each
    token; `cut`: whether the passage was too long to be read to its end.
    """

    begins: Floats
    ends: Floats
    nothing: float
    offsets: tuple[tuple[int, int], ...]
    cut: bool = False


class PairReader(Protocol):
    """A reader that is ready to read."""

    fingerprint: str
    """Hex; another one may read differently."""

    def read(self, question: str, passages: Sequence[str]) -> list[Scores]:
        """What it makes of each passage."""
        ...


def is_kept(cache: Path, fingerprint: str) -> bool:
    """Whether this reader is kept there, as it was written: then its own file is not needed."""
    return _read_kept(_place(cache, fingerprint), fingerprint) is not None


def open_reader(
    encoder: LightEncoder, cache: Path, fingerprint: str | None = None, weights: Path = READER
) -> PairReader:
    """The shipped reader.

    Args:
        encoder: of the packaged model, whose tokenizer and table of words the reader has.
        cache: a folder to keep its weights in as float32, from where they are mapped: to convert
            and hash them takes 60 ms, which no question should. Nothing else is kept there.
        fingerprint: of the reader that is wanted; without it, of the file as it is.

    Raises:
        ModelError: its file is missing, damaged, or another reader's.
    """
    wanted = fingerprint or reader_fingerprint(weights)
    kept = _place(cache, wanted)
    own = _read_kept(kept, wanted)
    if own is not None:
        return _BertReader(encoder, own)
    try:
        own = _converted(weights)
        reader = _BertReader(encoder, own)
    except (OSError, KeyError, ValueError) as error:
        raise ModelError(f"The reader {weights} cannot be read: {error}") from error
    if own.sha256 != wanted:
        raise ModelError(f"{weights} is damaged, or of another version: reinstall bot")
    try:
        _keep(own, kept)
    except OSError as error:
        _log.warning("the reader is not kept: %s", error)
    return reader


class _Unpacked(NamedTuple):
    """A reader in float32, and what is known of its file."""

    tensors: dict[str, Floats]
    sha256: str
    activation: str


class _BertReader:
    """The reader in numpy: each passage by itself, on as many threads as there are cores."""

    def __init__(self, encoder: LightEncoder, own: _Unpacked) -> None:
        self.fingerprint = own.sha256
        words = {"embeddings.word_embeddings.weight": encoder.words}
        config = {**encoder.model.settings("config.json"), "hidden_act": own.activation}
        self._bert = Bert({**words, **own.tensors}, config)
        self._head = own.tensors["head.weight"].T, own.tensors["head.bias"]
        self._encoder = encoder  # its tokenizer is loaded when first needed

    def read(self, question: str, passages: Sequence[str]) -> list[Scores]:
        asked: list[int] = self._encoder.tokenizer.encode(question).ids
        asked = [*asked[:-1][:LONGEST_QUESTION], asked[-1]]
        from concurrent.futures import ThreadPoolExecutor  # 5 ms that a bare answer need not have

        with ThreadPoolExecutor(max_workers=cores()) as threads:  # kept, they would not fork
            return list(threads.map(lambda passage: self._read(asked, passage), passages))

    def _read(self, question: Sequence[int], passage: str) -> Scores:
        encoding = self._encoder.tokenizer.encode(passage, add_special_tokens=False)
        room = LONGEST - len(question) - 1
        ids = [*question, *encoding.ids[:room], question[-1]]
        (states,) = self._bert.forward([ids], [len(question)])
        scores: Floats = states @ self._head[0] + self._head[1]
        inside = scores[len(question) : -1]
        return Scores(
            begins=inside[:, 0],
            ends=inside[:, 1],
            nothing=float(scores[0].sum()),
            offsets=tuple(encoding.offsets[:room]),
            cut=len(encoding.ids) > room,
        )


def _place(cache: Path, fingerprint: str) -> Path:
    return cache / f"{KEPT}-{fingerprint[:16]}.safetensors"


def _read_kept(kept: Path, fingerprint: str) -> _Unpacked | None:
    """The reader as it is kept; None where it is not, or not as it was written."""
    try:
        tensors, about = map_safetensors(kept)
        if (about["sha256"], about["sample"]) == (fingerprint, _sample(tensors)):
            return _Unpacked(_turned(tensors), fingerprint, about["hidden_act"])
    except FileNotFoundError:
        return None  # the first time
    except (OSError, KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
        _log.warning("%s is made anew: %s", kept, error)
    return None


def _sample(tensors: Mapping[str, Floats]) -> str:
    """A hash of every tensor's name, form and first values: all of them would be 43 MB."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = np.atleast_2d(tensors[name])
        digest.update(f"{name} {tensor.shape}".encode())
        digest.update(np.ascontiguousarray(tensor[:: max(len(tensor) // 8, 1)]).tobytes())
    return digest.hexdigest()


def _converted(weights: Path) -> _Unpacked:
    """The reader from its own file."""
    tensors, about = map_safetensors(weights)
    return _Unpacked(tensors, reader_fingerprint(weights), about.get("hidden_act", "gelu"))


def _turned(tensors: Mapping[str, Floats]) -> dict[str, Floats]:
    """The matrices of the layers, transposed: so they are kept, for a product with a matrix that
    lies as it is multiplied takes a seventh less time. Measured."""
    return {
        name: tensor.T if tensor.ndim == 2 and name.startswith("encoder.") else tensor
        for name, tensor in tensors.items()
    }


def _keep(own: _Unpacked, kept: Path) -> None:
    """Write the reader for the next question; whole, or not at all.

    Raises:
        OSError: it cannot be written.
    """
    from safetensors.numpy import save

    turned = {name: np.ascontiguousarray(each) for name, each in _turned(own.tensors).items()}
    about = {"sha256": own.sha256, "hidden_act": own.activation, "sample": _sample(turned)}
    kept.parent.mkdir(parents=True, exist_ok=True)
    write_whole(kept, save(turned, about))
    for other in kept.parent.glob(f"{KEPT}*"):  # of a process that was killed, or another version
        with suppress(OSError):
            if other != kept and time.time() - other.stat().st_mtime > _ABANDONED:
                other.unlink()
