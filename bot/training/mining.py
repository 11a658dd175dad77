"""Passages that are most like a question and hold no accepted answer: its negatives.

By words: tf-idf of the tokens (Spärck Jones 1972, doi:10.1108/eb026526). By meaning: the cosine
of the vectors that the project's model gives question and passage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bot.training.bert import CLS, SEP, VOCABULARY, open_bert
from bot.training.pairs import Pairs
from bot.training.ragged import Numbers, Ragged
from embeddings.encoding.model import Model

if TYPE_CHECKING:
    import torch

LIKEST = 8
"""Passages kept of each way of search. A guess: more are hardly like the question any more."""
_LOOKED_AT = 32
"""Passages looked at until LIKEST without an accepted answer are there. A guess."""
_AT_ONCE = 1024
"""Questions whose scores are in memory together: some 60 MB for 15,000 passages."""
_SHORTEST = 12
"""Tokens of a passage that may be a negative: "What do you study?" is like any question."""
_TOO_COMMON = 0.1
"""Tokens in more than this share of all passages tell none apart. A guess; it makes the search
five times quicker."""
_VECTOR_TOKENS = 256
"""What the model is given of a passage: its own limit."""

Best = Callable[[npt.NDArray[np.int64], npt.NDArray[np.int64], int], npt.NDArray[np.int64]]
"""(questions, passages, how many) → the places of the likest among the passages, the likest
first, int64 (questions, how many)."""


def holds(context: Numbers, answers: list[Numbers]) -> bool:
    """Whether the tokens of an accepted answer stand in the passage's, one after the other."""
    whole, width = np.ascontiguousarray(context), context.dtype.itemsize
    text = whole.tobytes()
    for answer in answers:
        sought = answer.astype(context.dtype).tobytes()
        at = text.find(sought)
        while at >= 0:
            if at % width == 0:
                return True
            at = text.find(sought, at + 1)
    return False


def by_words(pairs: Pairs) -> npt.NDArray[np.int32]:
    """The LIKEST passages of each question's pool, int32 (questions, LIKEST), -1 for none."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfTransformer

    def counts(texts: Ragged) -> Any:
        ones = np.ones(len(texts.values), np.float32)
        matrix = csr_matrix((ones, texts.values, texts.starts), shape=(len(texts), VOCABULARY))
        matrix.sum_duplicates()
        return matrix

    counted = counts(pairs.contexts)
    frequency = np.bincount(counted.indices, minlength=VOCABULARY)
    keep = frequency <= max(2.0, _TOO_COMMON * len(pairs.contexts))
    weigh = TfidfTransformer(sublinear_tf=True).fit(counted)
    rows = weigh.transform(counted).multiply(keep).tocsr()
    asked = weigh.transform(counts(pairs.questions)).multiply(keep).tocsr()

    def best(some: npt.NDArray[np.int64], pool: npt.NDArray[np.int64], count: int) -> Any:
        scores = (asked[some] @ rows[pool].T).toarray()
        top = np.argpartition(-scores, count - 1, axis=1)[:, :count]
        order = np.argsort(-np.take_along_axis(scores, top, 1), axis=1, kind="stable")
        return np.take_along_axis(top, order, 1)

    return _likest(pairs, best)


def by_meaning(pairs: Pairs, model: Model, device: torch.device) -> npt.NDArray[np.int32]:
    """The same by the cosine of the model's vectors."""
    asked = vectors(model, pairs.questions, device)
    rows = vectors(model, pairs.contexts, device)

    def best(some: npt.NDArray[np.int64], pool: npt.NDArray[np.int64], count: int) -> Any:
        return (asked[some] @ rows[pool].T).topk(count, dim=1).indices.cpu().numpy()

    return _likest(pairs, best)


def _likest(pairs: Pairs, best: Best) -> npt.NDArray[np.int32]:
    contexts = pairs.contexts
    likest = np.full((len(pairs.questions), LIKEST), -1, np.int32)
    for some, pool in _by_pool(pairs):
        looked_at = min(_LOOKED_AT, len(pool))
        if not looked_at:
            continue
        for question, candidates in zip(
            some.tolist(), pool[best(some, pool, looked_at)].tolist(), strict=True
        ):
            refused, own = pairs.accepted(question), int(pairs.context_of[question])
            kept: list[int] = []
            for context in candidates:
                if len(kept) == LIKEST:
                    break
                if context != own and not holds(contexts[context], refused):
                    kept.append(context)
            likest[question, : len(kept)] = kept
    return likest


def _by_pool(pairs: Pairs) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """(questions, the passages of their pool that are long enough), some questions at a time."""
    long_enough = pairs.contexts.lengths() >= _SHORTEST
    for number in np.unique(pairs.pools):
        questions = np.flatnonzero(pairs.pools[pairs.context_of] == number)
        pool = np.flatnonzero((pairs.pools == number) & long_enough)
        for at in range(0, len(questions), _AT_ONCE):
            yield questions[at : at + _AT_ONCE], pool


def vectors(model: Model, texts: Ragged, device: torch.device) -> torch.Tensor:
    """The model's vectors of token ids, float32 (texts, dimension) of the length 1: the mean of
    the last states, as all-MiniLM-L6-v2 pools them."""
    import torch

    bert = open_bert(model, device)
    bert.train(False)
    order = np.argsort(-texts.lengths(), kind="stable")
    out = torch.empty(len(texts), bert.config.hidden_size, device=device)
    with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, device.type == "cuda"):
        for at in range(0, len(order), 256):
            some = order[at : at + 256]
            rows = [[CLS, *texts[int(own)][: _VECTOR_TOKENS - 2].tolist(), SEP] for own in some]
            mask = np.zeros((len(rows), len(rows[0])), np.int64)
            ids = np.zeros_like(mask)
            for row, own in enumerate(rows):
                ids[row, : len(own)], mask[row, : len(own)] = own, 1
            shown = torch.from_numpy(mask).to(device)
            states = bert(torch.from_numpy(ids).to(device), shown).last_hidden_state.float()
            mean = (states * shown[..., None]).sum(1) / shown.sum(1, keepdim=True)
            out[torch.from_numpy(some).to(device)] = torch.nn.functional.normalize(mean, dim=1)
    return out


def in_turn(*ranked: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Rankings, int32 (questions, any), as one: the first of each, then the second of each, none
    twice; -1 where there are no more."""
    woven = np.stack(ranked, 2).reshape(len(ranked[0]), -1)
    merged = np.full_like(woven, -1)
    for row, candidates in enumerate(woven.tolist()):
        kept = [context for context in dict.fromkeys(candidates) if context >= 0]
        merged[row, : len(kept)] = kept
    return merged
