"""A run: it learns, can be stopped anywhere, and writes a reader's file."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from msgspec.structs import replace
from safetensors import safe_open

from bot.training.errors import TrainingError
from bot.training.network import read_weights
from bot.training.run import Options, train
from embeddings.encoding.model import Model
from tests.conftest import PROJECT


def lines_of(options: Options, stop_at: str = "never") -> list[str]:
    """Run it, stopped as by Ctrl-C when it says a line that begins so."""
    lines: list[str] = []

    def say(line: str) -> None:
        lines.append(line)
        if line.startswith(stop_at):
            raise KeyboardInterrupt

    try:
        train(options, say)
    except KeyboardInterrupt:
        lines.append("stopped")
    return lines


def losses(lines: list[str]) -> list[float]:
    return [float(value) for value in re.findall(r"loss ([\d.]+)", "\n".join(lines))]


def test_the_loss_falls(options: Options) -> None:
    fallen = losses(lines_of(replace(options, steps=40, every=10, rate=1e-2)))
    assert len(fallen) == 4
    assert fallen[-1] < 0.7 * fallen[0]


def test_a_run_that_was_stopped_in_either_half_writes_the_same_file(
    options: Options, tmp_path: Path
) -> None:
    whole = replace(options, out=tmp_path / "whole.safetensors")
    lines_of(whole)
    for stop_at in ("step 6 ", "scoring", "step 12 "):
        assert lines_of(options, stop_at)[-1] == "stopped"
    assert "going on at step 9" in lines_of(options)
    assert options.out.read_bytes() == whole.out.read_bytes()


def test_another_seed_gives_another_file(options: Options, tmp_path: Path) -> None:
    some = replace(options, steps=2)
    other = replace(some, seed=4, out=tmp_path / "other.safetensors")
    lines_of(some)
    lines_of(other)
    assert some.out.read_bytes() != other.out.read_bytes()


def test_a_state_of_other_options_is_refused(options: Options) -> None:
    lines_of(options, "scoring")
    with pytest.raises(TrainingError, match="of a run with other options"):
        train(replace(options, rate=1e-4), lambda line: None)


def test_a_damaged_state_is_refused(options: Options) -> None:
    options.out.with_name(f"{options.out.name}.state").write_bytes(b"no state")
    with pytest.raises(TrainingError, match="is no state of a run"):
        train(options, lambda line: None)


def test_init_and_its_share(options: Options, tmp_path: Path) -> None:
    first = replace(options, steps=2)
    lines_of(first)
    second = replace(options, steps=2, init=first.out, blend=1.0, out=tmp_path / "second")
    lines_of(second)
    given, written = read_weights(first.out), read_weights(second.out)
    assert all(torch.equal(own, written[name]) for name, own in given.items())


def test_the_command_is_killed_and_goes_on(options: Options, tmp_path: Path) -> None:
    out = tmp_path / "killed.safetensors"
    command = [sys.executable, "-m", "bot.training", options.train, "--model", options.model]
    command += [
        "--out",
        out,
        "--steps",
        "4000",
        "--groups",
        "8",
        "--every",
        "5",
        "--no-meaning",
        "--workers",
        "1",
    ]
    words = [str(word) for word in command]
    running = subprocess.Popen(words, cwd=PROJECT, stdout=subprocess.DEVNULL)
    try:
        kept = out.with_name(f"{out.name}.state")
        for _ in range(1200):
            if (kept.exists() and out.exists()) or running.poll() is not None:
                break
            time.sleep(0.1)
        assert kept.exists()
    finally:
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
    with safe_open(out, "np") as file:  # whole, though it was killed
        assert file.metadata() == {"hidden_act": "quick_gelu"}


def test_a_missing_folder_is_said_in_a_line(tmp_path: Path, other_model: Model) -> None:
    words = [sys.executable, "-m", "bot.training", str(tmp_path / "none"), "--prepare", "pairs.npz"]
    done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 3
    assert re.fullmatch(r".*none holds no question–passage pairs\. Name a folder .*\n", done.stderr)
