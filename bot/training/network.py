"""The network that is trained: MiniLM's BERT and a head of two numbers a token; and its file.

Input: `[CLS] question [SEP] passage [SEP]`, segments 0 and 1. The head gives each token a score
as the answer's first and as its last; token 0 stands for "not here" (Devlin et al. 2019,
arXiv:1810.04805, section 4.3). The table of words is the embedding model's own, frozen, and no
part of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.training.batches import Chunk
from bot.training.bert import open_bert
from bot.training.drawing import LONGEST_ANSWER
from bot.training.errors import TrainingError
from embeddings.encoding.model import Model

if TYPE_CHECKING:
    import torch
    from transformers import BertModel

ACTIVATION = "quick_gelu"
"""x · sigmoid(1.702 x) (Hendrycks & Gimpel 2016, arXiv:1606.08415): a fifth quicker in numpy than
the error function's (measured), and what was trained with that adapts within an epoch."""
DROPOUT = 0.1
"""Of hidden states; BERT's own. Of attention none: it costs most (a guess)."""
WORDS = "embeddings.word_embeddings.weight"
"""The table that the file leaves out."""
NOWHERE = -1e4
"""The score of a token that cannot be an answer's."""

Tensors = dict[str, "torch.Tensor"]


class Network:
    """BERT (`bert`) and `head`, a linear layer to 2, on `device`."""

    def __init__(self, bert: BertModel, head: torch.nn.Linear, device: torch.device) -> None:
        self.bert, self.head, self.device = bert, head, device

    def logits(self, chunk: Chunk) -> torch.Tensor:
        """float32 (rows, width, 2): scores as first and as last token; NOWHERE but in the
        passage and at token 0."""
        import torch

        ids, opens, lengths = (part.to(self.device, non_blocking=True) for part in chunk)
        place = torch.arange(ids.shape[1], device=self.device)[None]
        shown = place < lengths[:, None]
        in_passage = (place >= opens[:, None]) & (place < lengths[:, None] - 1)
        with self.precision():
            states = self.bert(
                input_ids=ids,
                attention_mask=shown[:, None, None, :],
                token_type_ids=((place >= opens[:, None]) & shown).long(),
            ).last_hidden_state
            scores = self.head(states)
        allowed = in_passage | (place == 0)
        return torch.where(allowed[..., None], scores.float(), NOWHERE)

    def precision(self) -> AbstractContextManager[None]:
        """Products in bfloat16 on a GPU. Opened round several chunks, weights are cast once."""
        import torch

        return torch.autocast(self.device.type, torch.bfloat16, self.device.type == "cuda")

    def parameters(self) -> dict[str, torch.nn.Parameter]:
        """What is trained, under the names of the file."""
        named = {name: own for name, own in self.bert.named_parameters() if name != WORDS}
        return named | {f"head.{name}": own for name, own in self.head.named_parameters()}

    def training(self, on: bool) -> None:
        """With dropout, or without."""
        self.bert.train(on)

    def put(self, weights: Mapping[str, torch.Tensor]) -> None:
        """Take these weights.

        Raises:
            TrainingError: they are not those of this network.
        """
        import torch

        own = self.parameters()
        if {name: tuple(given.shape) for name, given in weights.items()} != {
            name: tuple(parameter.shape) for name, parameter in own.items()
        }:
            raise TrainingError(
                "The weights to begin with are not those of a reader",
                remedy="Name a file that this command wrote, or none.",
            )
        with torch.no_grad():
            for name, parameter in own.items():
                parameter.copy_(weights[name])


def open_network(model: Model, device: torch.device, seed: int, activation: str) -> Network:
    """The embedding model's own BERT with a head of chance."""
    import torch

    bert = open_bert(
        model,
        device,
        hidden_act=activation,
        hidden_dropout_prob=DROPOUT,
        attention_probs_dropout_prob=0.0,
    )
    bert.embeddings.word_embeddings.weight.requires_grad_(False)
    torch.manual_seed(seed)
    head = torch.nn.Linear(bert.config.hidden_size, 2)
    return Network(bert, head.to(device), device)


def read_weights(path: Path) -> Tensors:
    """The tensors of a reader's file, float32.

    Raises:
        TrainingError: it cannot be read.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return {name: tensor.float() for name, tensor in load_file(path).items()}
    except (OSError, SafetensorError) as error:
        raise TrainingError(
            f"{path} cannot be read: {error}", remedy="Name a reader's safetensors file."
        ) from error


def write_weights(weights: Mapping[str, torch.Tensor], path: Path, activation: str) -> None:
    """Write a reader's file, float16, whole or not at all."""
    import torch
    from safetensors.torch import save_file

    halves = {
        name: own.detach().to("cpu", torch.float16).contiguous() for name, own in weights.items()
    }
    beside = path.with_name(f"{path.name}.tmp")
    save_file(dict(sorted(halves.items())), beside, metadata={"hidden_act": activation})
    beside.replace(path)


def spans(logits: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Logits (rows, width, 2) → the best span's score against "not here", float32 (rows,), and
    its first and last token, int64 (rows,)."""
    import torch

    start, end = logits[..., 0].clone(), logits[..., 1].clone()
    null = start[:, 0] + end[:, 0]
    start[:, 0] = end[:, 0] = NOWHERE
    width = start.shape[1]
    sums = [
        torch.nn.functional.pad(start[:, : width - d] + end[:, d:], (0, d), value=2 * NOWHERE)
        for d in range(min(LONGEST_ANSWER, width))
    ]
    best, at = torch.stack(sums, 1).flatten(1).max(1)
    distance, first = at // width, at % width
    return best - null, first, first + distance
