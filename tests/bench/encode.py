"""How many passages a second does each way of encoding manage, and what does it cost in quality?

    python -m tests.bench.encode [PASSAGES]         (default: all 427 of eval/wikipedia)

Each way runs in a process of its own on the same texts, in turn, on all cores that there are; its
best of two rounds counts. Where onnxruntime and onnx are installed (`python -m tests.bench.peers`
brings them) it takes part. Quality: how often the evidence is in the best and in the best five
passages by the passage's vector alone, over the set's answerable questions, whose vectors are
float32's; the difference to float32 with a paired 95 % interval.
"""

from __future__ import annotations

import importlib.util
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from bot.evaluation.questions import LabelledQuestion, is_evidence
from embeddings.arrays import Floats
from embeddings.articles.article import read
from embeddings.articles.passages import Passage, split
from embeddings.encoding.encoder import Encoder, Text, cores, open_encoder
from embeddings.encoding.model import find_model
from tests.eval.labelled import sets

ROUNDS = 2
MAX_BYTES = 20_000_000
OURS = "this project, bulk"
EXACT = "this project, numpy"
LAYERS, WIDTH, LAYER_WEIGHTS = 6, 384, 10_621_440
"""Of the default model: the weights that every token is multiplied with."""

Flags = npt.NDArray[np.bool_]
Way = Callable[[list[str]], Callable[[], Floats]]


class Measured(NamedTuple):
    """`vectors`: unit float32 (texts, dimension)."""

    seconds: float
    megabytes: float
    vectors: Floats


def _library(batch: int, kind: str = "float32") -> Way:
    def opened(texts: list[str]) -> Callable[[], Floats]:
        import torch
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(find_model().folder), local_files_only=True)

        def encode() -> Floats:
            with torch.autocast("cpu", torch.bfloat16, enabled=kind == "bfloat16"):
                encoded: Floats = model.encode(texts, batch_size=batch, show_progress_bar=False)
            return encoded

        return encode

    return opened


def _ours(bulk: bool, kind: str | None = None) -> Way:
    def opened(texts: list[str]) -> Callable[[], Floats]:
        encoder = open_encoder(find_model(), bulk=bulk)
        whole = [Text(text, ((0, len(text)),)) for text in texts]
        if kind is not None:
            import torch

            patch("embeddings.encoding.bulk.quickest", lambda: getattr(torch, kind)).start()
        return lambda: _passages(encoder, whole)

    return opened


def _passages(encoder: Encoder, texts: list[Text]) -> Floats:
    encoded = dict(pair for batch in encoder.encode(texts) for pair in batch)
    return np.stack([encoded[at].passage for at in range(len(texts))])


def _onnx(quantised: bool) -> Way:
    """One text at a time, so that no vector depends on others; a thread for each core."""

    def opened(texts: list[str]) -> Callable[[], Floats]:
        import onnxruntime
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(find_model().folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        ids = [np.array([each.ids], dtype=np.int64) for each in tokenizer.encode_batch(texts)]
        order = sorted(range(len(ids)), key=lambda at: -ids[at].shape[1])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(_exported(quantised), options)

        def mean_of(at: int) -> Floats:
            hidden: Floats = session.run(None, {"ids": ids[at], "mask": np.ones_like(ids[at])})[0]
            mean: Floats = hidden[0].mean(axis=0)
            return mean

        def encode() -> Floats:
            with ThreadPoolExecutor(cores()) as pool:
                means = dict(zip(order, pool.map(mean_of, order), strict=True))
            vectors = np.stack([means[at] for at in range(len(ids))])
            unit: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
            return unit

        return encode

    return opened


def _exported(quantised: bool) -> str:
    """The default model as an ONNX file, in int8 per channel if `quantised`."""
    import torch
    from transformers import AutoModel

    class Hidden(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = AutoModel.from_pretrained(find_model().folder, attn_implementation="eager")

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> Any:
            return self.model(input_ids=ids, attention_mask=mask).last_hidden_state

    folder = Path(tempfile.mkdtemp())
    example = torch.ones(2, 9, dtype=torch.long)
    free = {0: "texts", 1: "tokens"}
    torch.onnx.export(
        Hidden().eval(),
        (example, example),
        str(folder / "model.onnx"),
        input_names=["ids", "mask"],
        output_names=["hidden"],
        dynamic_axes={"ids": free, "mask": free, "hidden": free},
        dynamo=False,
    )
    if not quantised:
        return str(folder / "model.onnx")
    from onnxruntime.quantization import QuantType, quantize_dynamic

    small = folder / "int8.onnx"
    quantize_dynamic(folder / "model.onnx", small, per_channel=True, weight_type=QuantType.QInt8)
    return str(small)


WAYS: dict[str, Way] = {
    "sentence-transformers, its own batch of 32": _library(32),
    "sentence-transformers, batch of 8": _library(8),
    "sentence-transformers, bfloat16": _library(32, "bfloat16"),
    EXACT: _ours(bulk=False),
    "this project, PyTorch float32": _ours(bulk=True, kind="float32"),
    "this project, PyTorch bfloat16": _ours(bulk=True, kind="bfloat16"),
    OURS: _ours(bulk=True),
    "onnxruntime, float32": _onnx(quantised=False),
    "onnxruntime, int8 per channel": _onnx(quantised=True),
}
"""Name → a way: texts → a function that encodes them. The first is what the others are compared
with."""


def measure(name: str, texts: list[str]) -> Measured:
    """Run a way (in this process)."""
    encode = WAYS[name](texts)
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        vectors = encode()
        times.append(time.perf_counter() - begun)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measured(min(times), peak, vectors)


def main(most: int | None) -> None:
    """Print a row for each way."""
    _, passages, questions = material()
    texts = [passage.text for _, passage in passages][:most]
    encoder = open_encoder(find_model())
    lengths = encoder.count_tokens(texts)
    peak = _alone(_peak)
    print(
        f"{len(texts)} passages of {statistics.mean(lengths):.0f} tokens, {cores()} cores;", end=""
    )
    print(f" products at best {peak['float32']:.0f} GFLOPS in float32, ", end="")
    print(f"{peak['bfloat16']:.0f} in bfloat16\n")
    print(
        "| | passages / s | × | share of the peak | MB | evidence first | in the first five |",
        end="",
    )
    print(" first, difference |\n|---|---|---|---|---|---|---|---|")
    work = sum(2 * LAYER_WEIGHTS * n + 4 * n * n * WIDTH * LAYERS for n in lengths)
    asked = [question for question in questions if question.answerable]
    queries = np.stack([encoder.encode_query(question.text) for question in asked])
    holds = right(asked, passages[: len(texts)])
    exact = _right_first(_alone(measure, EXACT, texts).vectors, queries, holds)
    first = 0.0
    for name in WAYS:
        if name.startswith("onnx") and not importlib.util.find_spec("onnxruntime"):
            print(f"| {name} | not installed here | | | | | | |")
            continue
        done = _alone(measure, name, texts)
        first = first or done.seconds
        best, five = _right_first(done.vectors, queries, holds)
        kind = "bfloat16" if _is_short(name, peak) else "float32"
        share = f"{work / done.seconds / 1e9 / peak[kind]:.2f}" if "int8" not in name else "–"
        change = best.astype(float) - exact[0]
        error = 1.96 * change.std() / np.sqrt(len(change))
        print(
            f"| {name} | {len(texts) / done.seconds:.0f} | {first / done.seconds:.2f} | {share}"
            f" | {done.megabytes:.0f} | {best.mean():.3f} | {five.mean():.3f}"
            f" | {change.mean():+.4f} ± {error:.4f} |",
            flush=True,
        )


def _is_short(name: str, peak: dict[str, float]) -> bool:
    return "bfloat16" in name or (name == OURS and peak["bfloat16"] > 1.5 * peak["float32"])


def material() -> tuple[Path, list[tuple[str, Passage]], list[LabelledQuestion]]:
    """The set's folder of articles, (source, passage) of them, and its questions."""
    encoder = open_encoder(find_model())
    passages = []
    ((_, folder, questions),) = sets(["wikipedia"])
    for path in sorted(folder.iterdir()):
        _, article = read(folder, path.name, max_bytes=MAX_BYTES)
        own = split(
            article.text,
            article.parts,
            count_tokens=encoder.count_tokens,
            budget=encoder.budget,
        )
        passages += [(path.name, passage) for passage in own]
    return folder, passages, questions


def right(questions: Sequence[LabelledQuestion], passages: Sequence[tuple[str, Passage]]) -> Flags:
    """(questions, passages): whether that passage holds that question's evidence."""
    return np.array(
        [
            [is_evidence(question, source, passage.text) for source, passage in passages]
            for question in questions
        ]
    )


def _right_first(vectors: Floats, queries: Floats, holds: Flags) -> tuple[Flags, Flags]:
    """For each question, whether its evidence is first, and whether in the first five."""
    order = np.argsort(-(queries @ vectors.T), axis=1)
    best: Flags = np.take_along_axis(holds, order[:, :5], axis=1)
    return best[:, 0], np.asarray(best.any(axis=1))


def _peak() -> dict[str, float]:
    """GFLOPS of a large product, by its type, on all cores."""
    import torch

    peak = {}
    for kind in (torch.float32, torch.bfloat16):
        left, right = torch.ones(2048, 1536, dtype=kind), torch.ones(1536, 1536, dtype=kind)
        times = []
        for _ in range(20):
            begun = time.perf_counter()
            left @ right
            times.append(time.perf_counter() - begun)
        peak[str(kind).removeprefix("torch.")] = 2 * 2048 * 1536 * 1536 / min(times) / 1e9
    return peak


def _alone(function: Callable[..., Any], *given: Any) -> Any:
    """Call it in a process of its own."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(function, *given).result()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else None)
