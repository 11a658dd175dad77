"""The loop: pairs → batches → steps of AdamW → a file, with a state that a stop cannot hurt."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from bot.training import hardest, mining, preparing, report, state
from bot.training import pairs as pairs_file
from bot.training.batches import Batch, stream
from bot.training.drawing import Drawer
from bot.training.loss import loss
from bot.training.network import Network, Tensors, open_network, read_weights, write_weights
from bot.training.pairs import Pairs
from bot.training.reading import read
from embeddings.encoding.model import Model, find_model

if TYPE_CHECKING:
    import torch

WARMING = 100
"""Steps in which the learning rate rises. As usual: AdamW's first steps are rough."""
DECAY = 0.01
"""Of weights, AdamW's (Loshchilov & Hutter 2019, arXiv:1711.05101). As usual."""
LARGEST_GRADIENT = 1.0
"""To which the norm of the gradient is cut. As usual."""
AVERAGED = 0.999
"""How much of the running average of the weights a step leaves, in the second half. A guess."""

Say = Callable[[str], None]


class Options(Struct, frozen=True):
    """What a run is of. `train`: a folder of pairs, or a file of prepared ones; `init`: a reader
    to begin with; `report`: labelled questions for the curve; `blend`: the share of `init`'s
    weights in the file; `every`: steps between two lines of the curve."""

    train: Path
    out: Path
    model: str
    init: Path | None
    report: Path | None
    steps: int
    seed: int
    groups: int
    rate: float
    activation: str
    blend: float
    every: int
    workers: int
    by_meaning: bool


def prepared(train: Path, model: Model, seed: int, say: Say) -> Pairs:
    """The pairs of a folder, or of a prepared file.

    Raises:
        TrainingError: it is neither.
    """
    if train.is_file():
        return pairs_file.load(train)
    examples = read(train)
    say(f"{len(examples):,} pairs are read; preparing them takes about a minute")
    return preparing.prepare(examples, model, seed)


def train(options: Options, say: Say) -> None:
    """Train a reader and write it to `options.out`; goes on where a run of these options stopped.

    Raises:
        TrainingError: pairs, weights or state cannot be used.
        ModelError: there is no such embedding model.
    """
    import torch

    torch.backends.cuda.enable_cudnn_sdp(False)  # it plans each new shape anew, 0.1 s each time
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = find_model(options.model)
    given = read_weights(options.init) if options.init else None
    labels = report.read_labels(options.report, model) if options.report else None
    network = open_network(model, device, options.seed, options.activation)
    if given:
        network.put(given)
    pairs = prepared(options.train, model, options.seed, say)
    run = _Run(options, network, pairs, labels, given, say)
    run.begin(model)
    run.loop()


class _Run:
    """One run: what it is of, and how far it is."""

    def __init__(
        self,
        options: Options,
        network: Network,
        pairs: Pairs,
        labels: report.Labels | None,
        given: Tensors | None,
        say: Say,
    ) -> None:
        self._options, self._network, self._pairs = options, network, pairs
        self._labels, self._given, self._say = labels, given, say
        self._of = _digest(options, pairs, given)
        self._kept = options.out.with_name(f"{options.out.name}.state")
        self._optimizer = _optimizer(network, options.rate)
        self._negatives = pairs.likest
        self._worst: npt.NDArray[np.int32] | None = None
        self._average: Tensors | None = None
        self._step = 0

    def begin(self, model: Model) -> None:
        """Take up the state of a stopped run, or mine the negatives of a new one."""
        before = state.load(self._kept, self._of, self._network.device)
        if before is None:
            if self._options.by_meaning:
                self._say("vectors of questions and passages")
                near = mining.by_meaning(self._pairs, model, self._network.device)
                self._negatives = mining.in_turn(self._pairs.likest, near)
            self._show("before training")
            return
        self._network.put(before["weights"])
        self._optimizer.load_state_dict(before["optimizer"])
        self._average, self._step = before["average"], before["step"]
        self._negatives = before["negatives"].cpu().numpy()
        self._worst = None if before["worst"] is None else before["worst"].cpu().numpy()
        self._say(f"going on at step {self._step:,}")

    def loop(self) -> None:
        """The first half; then with the reader's own worst negatives the second; and the file."""
        half = self._options.steps // 2
        self._steps(half)
        if self._worst is None:
            self._say("scoring the mined passages")
            o, drawer = self._options, self._drawer()
            self._worst = hardest.worst(self._network, self._pairs, drawer, o.seed, o.workers)
            self._average = {name: own.clone() for name, own in self._now().items()}
            self._save()
        self._steps(self._options.steps)

    def _now(self) -> Tensors:
        """The weights as they are, which go on changing."""
        return {name: own.detach() for name, own in self._network.parameters().items()}

    def _drawer(self) -> Drawer:
        o = self._options
        return Drawer(self._pairs, self._negatives, o.seed, o.groups, self._worst)

    def _steps(self, end: int) -> None:
        """Train up to a step."""
        import torch

        if self._step >= end:
            return
        numbers = range(self._step, end)
        batches = stream(self._drawer().rows, numbers, self._options.workers)
        self._network.training(True)
        since, rows, losses = time.monotonic(), 0, []
        for step, batch in zip(numbers, batches, strict=True):
            torch.manual_seed(self._options.seed * 1_000_003 + step)
            losses.append(self._learn(batch))
            rows += len(batch.starts)
            self._step = step + 1
            if self._step % self._options.every == 0 or self._step == end:
                mean = float(torch.stack(losses).mean())
                seconds = time.monotonic() - since
                self._show(f"loss {mean:.3f}  {rows / seconds:,.0f} pairs/s")
                self._save()
                since, rows, losses = time.monotonic(), 0, []

    def _learn(self, batch: Batch) -> torch.Tensor:
        """One step of AdamW; returns the loss, on the device."""
        import torch

        device = self._network.device
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate()
        with self._network.precision():
            logits = [self._network.logits(chunk) for chunk in batch.chunks]
        surprise = loss(logits, batch.targets_on(device))
        surprise.backward()  # type: ignore[no-untyped-call]
        own: list[torch.Tensor] = [*self._network.parameters().values()]
        torch.nn.utils.clip_grad_norm_(own, LARGEST_GRADIENT)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        if self._average is not None:
            past = self._step - self._options.steps // 2
            kept = min(AVERAGED, (1 + past) / (10 + past))
            with torch.no_grad():
                torch._foreach_lerp_(list(self._average.values()), own, 1 - kept)
        return surprise.detach()

    def _rate(self) -> float:
        o = self._options
        warm = min(1.0, (self._step + 1) / min(WARMING, max(1, o.steps // 10)))
        return o.rate * warm * (1 - self._step / o.steps)

    def _weights(self) -> Tensors:
        """What the file would hold now: the average where there is one, blended with `init`."""
        now, share = self._average or self._now(), self._options.blend
        if not self._given or not share:
            return now
        old = {name: own.to(self._network.device) for name, own in self._given.items()}
        return {name: own.lerp(old[name], share) for name, own in now.items()}

    def _show(self, what: str) -> None:
        """A line of the curve; with labelled questions, their figures by the file's weights."""
        self._say(f"step {self._step:,} of {self._options.steps:,}  {what}")
        if self._labels:
            trained = {name: own.clone() for name, own in self._now().items()}
            self._network.put(self._weights())
            whole = report.measure(self._network, self._labels.whole)
            windows = report.measure(self._network, self._labels.windows)
            self._network.put(trained)
            self._say(f"    paragraphs: {whole}   windows: {windows}")

    def _save(self) -> None:
        """Keep the state, and write the file as it would be now."""
        from torch import from_numpy

        worst = None if self._worst is None else from_numpy(self._worst)
        kept = {
            "of": self._of,
            "step": self._step,
            "weights": self._now(),
            "average": self._average,
            "optimizer": self._optimizer.state_dict(),
            "negatives": from_numpy(self._negatives),
            "worst": worst,
        }
        state.save(kept, self._kept)
        write_weights(self._weights(), self._options.out, self._options.activation)


def _digest(options: Options, pairs: Pairs, given: Tensors | None) -> str:
    """Which run it is: all that its weights depend on."""
    o = options
    of = (o.steps, o.seed, o.groups, o.rate, o.activation, o.by_meaning)
    digest = hashlib.sha256(repr(of).encode())
    for array in (pairs.contexts.values, pairs.questions.values, pairs.swaps.values, pairs.likest):
        digest.update(np.ascontiguousarray(array).tobytes())
    for name in sorted(given or {}):
        digest.update((given or {})[name].numpy().tobytes())
    return digest.hexdigest()


def _optimizer(network: Network, rate: float) -> torch.optim.Optimizer:
    """AdamW, with decay of matrices alone."""
    import torch

    own = network.parameters().values()
    groups = [
        {"params": [parameter for parameter in own if parameter.dim() > 1], "weight_decay": DECAY},
        {"params": [parameter for parameter in own if parameter.dim() < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=rate, fused=network.device.type == "cuda")
