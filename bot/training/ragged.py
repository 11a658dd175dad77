"""Many short arrays as one long one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

Numbers = npt.NDArray[np.integer[Any]]
"""Token ids and places, of whatever width they are kept in."""


class Ragged(Struct, frozen=True):
    """Arrays of different lengths: `values` (all,) and `starts` (arrays + 1,), int64."""

    values: Numbers
    starts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, arrays: Iterable[Sequence[int] | Numbers], type_: type[Any]) -> Ragged:
        """The arrays one after the other, as numbers of `type_`."""
        kept = [np.asarray(array, type_) for array in arrays]
        lengths = [len(array) for array in kept]
        values = np.concatenate(kept) if kept else np.empty(0, type_)
        return cls(values, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, at: int) -> Numbers:
        return self.values[self.starts[at] : self.starts[at + 1]]

    def lengths(self) -> npt.NDArray[np.int64]:
        """How long each is."""
        return np.diff(self.starts)
