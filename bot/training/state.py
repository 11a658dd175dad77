"""Where a run that was stopped goes on: one file, written whole or not at all."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.training.errors import TrainingError

if TYPE_CHECKING:
    import torch

State = dict[str, Any]
"""`of` (what the run is of: a text), `step` (the next), `weights`, `average` (of the weights, or
None in the first half), `optimizer`, `negatives` and `worst` (tensors, the latter None until the
reader was asked). Rows, dropout and learning rate are functions of the seed and the step, so that
no generator's state is needed."""


def save(state: State, path: Path) -> None:
    """Write it; after a power cut the file is this one or the one before."""
    import torch

    beside = path.with_name(f"{path.name}.tmp")
    with beside.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def load(path: Path, of: str, device: torch.device) -> State | None:
    """The state of the run `of`, its tensors on the device, or None where none was kept.

    Raises:
        TrainingError: the file is damaged, or of a run with other options.
    """
    import torch

    if not path.exists():
        return None
    remedy = f"Remove {path} to begin anew, or repeat the options that it was made with."
    try:
        state: State = torch.load(path, map_location=device, weights_only=True)
        same = state["of"] == of
    except (OSError, RuntimeError, EOFError, KeyError, TypeError, pickle.UnpicklingError) as error:
        raise TrainingError(f"{path} is no state of a run", remedy=remedy) from error
    if not same:
        raise TrainingError(f"{path} is of a run with other options", remedy=remedy)
    return state
