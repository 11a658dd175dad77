"""The command: `python -m bot.training --help`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.exit_codes import ANSWERED, INTERRUPTED, UNUSABLE
from bot.training.network import ACTIVATION
from embeddings.encoding.model import DEFAULT_MODEL, find_model
from embeddings.errors import VerbatimError

_ABOUT = """\
Train the reader on question–passage pairs, and write its weights.

It may be stopped at any time: with the same options it goes on where it was. On an H100
the 2,800 steps take five and a half minutes (measured); on two processor cores, more than a day.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; returns the exit code."""
    options = _parser().parse_args(arguments)
    began = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {line}", flush=True)

    try:
        _run(options, say)
    except VerbatimError as error:
        print(f"{error}. {error.remedy}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        print("Interrupted. The same command goes on from the last state.", file=sys.stderr)
        return INTERRUPTED
    return ANSWERED


def _run(options: argparse.Namespace, say: Callable[[str], None]) -> None:
    from bot.training import pairs, run

    if options.prepare:
        model = find_model(options.model)
        pairs.save(run.prepared(options.train, model, options.seed, say), options.prepare)
        say(f"{options.prepare} is written")
        return
    given = {name: value for name, value in vars(options).items() if name != "prepare"}
    run.train(run.Options(**given), say)
    say(f"{options.out} is written")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m bot.training", description=_ABOUT, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("train", type=Path, metavar="TRAIN", help="folder of *.jsonl.gz, or a file of --prepare")
    add("--out", type=Path, default=Path("reader.safetensors"), help="the file (%(default)s)")
    add("--prepare", type=Path, metavar="FILE", help="only prepare the pairs, and write them here")
    add("--init", type=Path, metavar="FILE", help="a reader to begin with; else the model's BERT")
    add("--report", type=Path, metavar="FOLDER", help="labelled questions, as eval/wikipedia")
    add("--model", default=DEFAULT_MODEL, help="embedding model: name or folder (%(default)s)")
    add("--steps", type=int, default=2800, metavar="N", help="(%(default)s)")
    add("--seed", type=int, default=0, metavar="S", help="(%(default)s)")
    add("--groups", type=int, default=256, metavar="N", help="questions of a step (%(default)s)")
    add("--rate", type=float, default=3e-4, help="largest learning rate (%(default)s)")
    add("--activation", default=ACTIVATION, choices=("quick_gelu", "gelu"), help="(%(default)s)")
    add("--blend", type=float, default=0.0, metavar="SHARE", help="of --init in the file (0)")
    add("--every", type=int, default=500, metavar="N", help="steps from state to state (500)")
    add("--workers", type=int, default=0, metavar="N", help="processes that draw batches (0)")
    add("--no-meaning", dest="by_meaning", action="store_false", help="mine by words alone")
    return parser


if __name__ == "__main__":
    sys.exit(main())
