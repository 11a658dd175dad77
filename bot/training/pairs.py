"""What is trained on, as numbers: made once of the texts, kept in one file."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from bot.training.errors import TrainingError
from bot.training.ragged import Numbers, Ragged

_FORMAT = "pairs-1"


class Pairs(Struct, frozen=True):
    """Questions to passages, as token ids of the model's own tokenizer, without special tokens.

    contexts: token ids of each passage, uint16 (tokens,).
    sentences: the first token of each sentence of a passage, the first 0, uint16 (sentences,).
    pools: the passages that may be each other's negatives share a number, int32 (contexts,).
    questions: token ids of each question, uint16 (tokens,).
    context_of: the passage that each question was asked about, int32 (questions,).
    shares: how often it is drawn in an epoch, float32 (questions,).
    answers: first and last token of each accepted answer in that passage, one after the other,
        uint16 (2 × answers,); empty where the passage does not answer.
    swaps: questions that the passage of another one does not answer, uint16 (tokens,).
    swaps_of: the first swap of each question, int64 (questions + 1,).
    likest: passages of the pool that are most like the question by words and hold no accepted
        answer, the likest first, int32 (questions, LIKEST), -1 where there are no more.
    """

    contexts: Ragged
    sentences: Ragged
    pools: npt.NDArray[np.int32]
    questions: Ragged
    context_of: npt.NDArray[np.int32]
    shares: npt.NDArray[np.float32]
    answers: Ragged
    swaps: Ragged
    swaps_of: npt.NDArray[np.int64]
    likest: npt.NDArray[np.int32]

    def answerable(self, question: int) -> bool:
        """Whether its passage answers it."""
        return len(self.answers[question]) > 0

    def accepted(self, question: int) -> list[Numbers]:
        """The tokens of each accepted answer."""
        context = self.contexts[int(self.context_of[question])]
        ends = self.answers[question].reshape(-1, 2).tolist()
        return [context[first : last + 1] for first, last in ends]


_RAGGED = ("contexts", "sentences", "questions", "answers", "swaps")
_FLAT = ("pools", "context_of", "shares", "swaps_of", "likest")


def save(pairs: Pairs, path: Path) -> None:
    """Write them to one compressed file, whole or not at all."""
    arrays = {name: getattr(pairs, name) for name in _FLAT}
    for name in _RAGGED:
        ragged: Ragged = getattr(pairs, name)
        arrays[f"{name}.values"], arrays[f"{name}.lengths"] = ragged.values, ragged.lengths()
    beside = path.with_name(f"{path.name}.tmp")
    with beside.open("wb") as file:
        np.savez_compressed(file, format=np.array(_FORMAT), **arrays)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def load(path: Path) -> Pairs:
    """Read a file that `save` wrote.

    Raises:
        TrainingError: there is no such file, or it is another.
    """
    remedy = "Make it anew: python -m bot.training TRAIN_FOLDER --prepare FILE"
    try:
        with np.load(path, allow_pickle=False) as arrays:
            if str(arrays["format"]) != _FORMAT:
                raise TrainingError(f"{path} has an earlier format", remedy=remedy)
            read: dict[str, Any] = {
                name: Ragged(
                    arrays[f"{name}.values"],
                    np.concatenate([[0], np.cumsum(arrays[f"{name}.lengths"])]).astype(np.int64),
                )
                for name in _RAGGED
            }
            read |= {name: arrays[name] for name in _FLAT}
            return Pairs(**read)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise TrainingError(f"{path} holds no prepared pairs: {error}", remedy=remedy) from error
