"""What training makes smaller: the surprise at the right answer.

Two parts. Each row by itself: the answer's first and last token among the passage's tokens and
token 0. And all passages of a question together: the right span's ends among the tokens of all
of them, each passage's measured against its own token 0, so that scores of different passages
can be compared (shared normalisation: Clark & Gardner 2018, arXiv:1710.10723, section 3.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.training.batches import Batch
from bot.training.network import NOWHERE

if TYPE_CHECKING:
    import torch

SHARED = 0.5
"""The weight of the second part. A guess; that it helps is measured (../shared/reader.md)."""


def loss(logits: list[torch.Tensor], batch: Batch) -> torch.Tensor:
    """The mean over rows plus SHARED times the mean over answerable questions.

    Args:
        logits: of each chunk, float32 (rows, width, 2).
        batch: the same chunks' targets and groups, on the logits' device.
    """
    import torch
    from torch.nn.functional import pad

    width = max(own.shape[1] for own in logits)
    whole = torch.cat([pad(own, (0, 0, 0, width - own.shape[1]), value=NOWHERE) for own in logits])
    targets = torch.stack([batch.starts, batch.ends], 1)  # (rows, 2)
    alone = (_all(whole) - _right(whole, targets)).mean()
    relative = whole[:, 1:] - whole[:, :1]
    answers = (batch.starts != 0).float()
    together = _group_all(relative, batch.groups, batch.groups_end) - _right(
        relative, targets - 1, shift=1
    )
    together = (together.mean(1) * answers).sum() / answers.sum().clamp(min=1)
    return alone + SHARED * together


def _all(logits: torch.Tensor) -> torch.Tensor:
    import torch

    return torch.logsumexp(logits, 1)


def _right(logits: torch.Tensor, targets: torch.Tensor, shift: int = 0) -> torch.Tensor:
    """The log weight of the right token, or of the whole passage where any will do (rows, 2)."""
    import torch

    known = logits.gather(1, targets.clamp(min=0)[:, None]).squeeze(1)
    anywhere = torch.logsumexp(logits[:, 1 - shift :], 1)
    return torch.where(targets == -1 - shift, anywhere, known)


def _group_all(relative: torch.Tensor, groups: torch.Tensor, count: int) -> torch.Tensor:
    """Of each row: the log weight of all tokens of its group, and of "not here" (rows, 2)."""
    import torch

    rows = torch.logsumexp(relative, 1)
    most = torch.zeros(count, 2, device=rows.device)
    most = most.scatter_reduce(0, groups[:, None].expand(-1, 2), rows.detach(), "amax")
    scaled = (rows - most[groups]).exp()
    sums = torch.exp(-most).index_add(0, groups, scaled)
    return (sums.log() + most)[groups]
