"""How quick is it? Prints the tables of the README's section.

    python -m tests.bench [PART …]

cold    one question, whole process                                  (seconds)
warm    one question in an open index, and where the time goes       (a minute)
look    the check of 10,000 files for changes                        (seconds)
chat    first paint, ready, question to screen, memory, stalls       (a minute)
encode  ways to encode passages, and their quality                   (three minutes)
growth  1,000 to 100,000 passages                                    (four minutes)
million the same with 1,000,000                                      (half an hour)
peers   other programs, in an environment of their own               (ten minutes)

Without a part: all but the last two. All but cold, look and chat need the labelled sets (see
tests/eval/README.md), and say so where these are not there. It takes what `.[test]` installs.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench import chat, cold_ask, encode, growth, look, peers, warm_ask


def _peers() -> None:
    with tempfile.TemporaryDirectory() as folder:
        peers.main(Path(folder))


PARTS: dict[str, Callable[[], None]] = {
    "cold": lambda: cold_ask.main(15),
    "warm": warm_ask.main,
    "look": lambda: look.main(10_000),
    "chat": lambda: chat.main(["start", "answers", "stalls"]),
    "encode": lambda: encode.main(None),
    "growth": lambda: growth.main([1000, 10_000, 100_000]),
    "million": lambda: growth.main([1_000_000]),
    "peers": _peers,
}


def main(parts: list[str]) -> None:
    """Run these parts in turn."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for part in parts:
        print(f"\n`python -m tests.bench {part}`\n", flush=True)
        try:
            PARTS[part]()
        except SystemExit as missing:  # the labelled sets, which not everyone has
            print(f"Left out: {missing}")


if __name__ == "__main__":
    if set(sys.argv[1:]) - PARTS.keys():
        sys.exit(__doc__)
    main(sys.argv[1:] or [*PARTS][:-2])
