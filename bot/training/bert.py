"""The embedding model's BERT as a PyTorch module, from its own safetensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embeddings.encoding.model import Model
from embeddings.errors import ModelError

if TYPE_CHECKING:
    import torch
    from transformers import BertModel

CLS, SEP = 101, 102
"""[CLS] and [SEP] of BERT's vocabulary."""
VOCABULARY = 30522
"""How many tokens it has."""


def open_bert(model: Model, device: torch.device, **changed: object) -> BertModel:
    """The embedding model's own BERT, float32, with some settings changed.

    Raises:
        ModelError: it has no weights of a BERT.
    """
    import torch
    from safetensors.torch import load_file
    from transformers import BertConfig, BertModel

    config = BertConfig(**{**model.settings("config.json"), **changed})
    config._attn_implementation = "sdpa"
    bert = BertModel(config, add_pooling_layer=False)
    names = set(bert.state_dict())
    try:
        weights = load_file(model.folder / "model.safetensors")
        bert.load_state_dict({name: own.float() for name, own in weights.items() if name in names})
    except (OSError, RuntimeError) as error:
        raise ModelError(f"{model.name} has no weights of a BERT: {error}") from error
    torch.nn.Module.to(bert, device)
    return bert
