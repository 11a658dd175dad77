"""What a person can do something about."""

from __future__ import annotations

from embeddings.errors import VerbatimError


class TrainingError(VerbatimError):
    """The pairs, the weights to begin with or the state of a run cannot be used."""

    kind = "training"
