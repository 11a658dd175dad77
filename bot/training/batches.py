"""Rows of tokens → tensors: sorted by length and cut into chunks, so that little is padding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bot.training.bert import CLS, SEP
from bot.training.drawing import Row

if TYPE_CHECKING:
    import torch

CHUNK_TOKENS = 50_000
"""Padded tokens that go through the network together, at most: chunks of a few hundred windows
keep a large GPU busy, and a step of few rows is one chunk."""
_ROUND = 16
"""Lengths are padded to a multiple: few shapes, and such as the matrix units like."""


class Chunk(NamedTuple):
    """Rows of similar length, int64: `ids` (rows, width), the number of tokens of the question
    with its [CLS] and [SEP] `opens` (rows,), the number of all tokens `lengths` (rows,)."""

    ids: torch.Tensor
    opens: torch.Tensor
    lengths: torch.Tensor


class Batch(NamedTuple):
    """Chunks, and of all their rows one after the other, int64 (rows,): the answer's first and
    last token in the sequence (0 and 0 for none, -1 for anywhere in the passage), the group.
    `groups_end`: a number above every group's."""

    chunks: list[Chunk]
    starts: torch.Tensor
    ends: torch.Tensor
    groups: torch.Tensor
    groups_end: int

    def targets_on(self, device: torch.device) -> Batch:
        """The same with what the loss needs on another device."""
        moved = [own.to(device, non_blocking=True) for own in self[1:4]]
        return Batch(self.chunks, moved[0], moved[1], moved[2], self.groups_end)


def batch(rows: Sequence[Row]) -> Batch:
    """The rows as tensors, the longest first."""
    import torch

    ordered = sorted(rows, key=lambda row: -_length(row))
    chunks, at = [], 0
    while at < len(ordered):
        width = _padded(_length(ordered[at]))
        some = ordered[at : at + max(1, CHUNK_TOKENS // width)]
        chunks.append(_chunk(some, width))
        at += len(some)
    targets = [_target(row) for row in ordered]
    return Batch(
        chunks,
        torch.tensor([start for start, _ in targets]),
        torch.tensor([end for _, end in targets]),
        torch.tensor([row.group for row in ordered]),
        1 + max(row.group for row in ordered),
    )


def _target(row: Row) -> tuple[int, int]:
    if row.answer is None:
        return 0, 0
    start, end = row.answer
    opens = len(row.question) + 2
    return (start + opens, end + opens) if start >= 0 else (-1, -1)


def _chunk(rows: Sequence[Row], width: int) -> Chunk:
    import torch

    ids = np.zeros((len(rows), width), np.int64)
    for at, row in enumerate(rows):
        opens = len(row.question) + 2
        ids[at, 0] = CLS
        ids[at, 1 : opens - 1] = row.question
        ids[at, opens - 1] = SEP
        ids[at, opens : opens + len(row.passage)] = row.passage
        ids[at, opens + len(row.passage)] = SEP
    return Chunk(
        torch.from_numpy(ids),
        torch.tensor([len(row.question) + 2 for row in rows]),
        torch.tensor([_length(row) for row in rows]),
    )


def _length(row: Row) -> int:
    return len(row.question) + len(row.passage) + 3


def _padded(length: int) -> int:
    return -(-length // _ROUND) * _ROUND


def stream(
    rows_of: Callable[[int], Sequence[Row]], numbers: range, workers: int
) -> Iterator[Batch]:
    """The batch of each number in order, made ahead in `workers` other processes (0: in this).

    They are forked, so that they share the pairs' memory: there are none but on Linux and macOS.
    """
    from torch.utils.data import DataLoader, Dataset

    class Steps(Dataset[Batch]):
        def __getitem__(self, number: int) -> Batch:
            return batch(rows_of(number))

    ahead: dict[str, Any] = (
        {"prefetch_factor": 4, "multiprocessing_context": "fork"} if workers else {}
    )
    yield from DataLoader(Steps(), batch_size=None, sampler=numbers, num_workers=workers, **ahead)
