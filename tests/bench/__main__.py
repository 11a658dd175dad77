"""How quick is it? Prints the tables of tests/bench/README.md, or writes them there.

    python -m tests.bench [--write | --against CHECKOUT] [PART …]

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
With another checkout of this project, each part is followed by what that one's own prints.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from contextlib import redirect_stdout
from datetime import date
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

PARTS: dict[str, tuple[str, Any]] = {
    "cold": ("cold_ask", 15),
    "warm": ("warm_ask", 100),
    "look": ("look", 10_000),
    "chat": ("chat", ["start", "answers", "stalls"]),
    "encode": ("encode", None),
    "growth": ("growth", [1000, 10_000, 100_000]),
    "million": ("growth", [1_000_000]),
    "peers": ("peers", None),
}
"""Name → the module here, imported when its turn comes, and what its `main` is given."""


README = Path(__file__).with_name("README.md")


def main(parts: list[str], other: Path | None) -> None:
    """Run these parts in turn, each also in the other checkout, if there is one."""
    print(machine())
    for part in parts:
        print(f"\n`python -m tests.bench {part}`\n", flush=True)
        run(part)
        if other is not None:
            print(f"\nthe same in {other}:\n", flush=True)
            subprocess.run([sys.executable, "-m", "tests.bench", part], check=True, cwd=other)


def run(part: str) -> None:
    """Print a part's tables."""
    module, given = PARTS[part]
    try:
        import_module(f"tests.bench.{module}").main(given)
    except SystemExit as missing:  # the labelled sets, which not everyone has
        print(f"Left out: {missing}")


def write(parts: list[str]) -> None:
    """Put these parts' tables in the place of those in the README, with today's date."""
    for part in parts:
        with redirect_stdout(StringIO()) as tables:
            run(part)
        block = f"<!-- {part} -->\n*{machine()}, {date.today()}.*\n\n{tables.getvalue().strip()}\n"
        before, _, rest = README.read_text("utf-8").partition(f"<!-- {part} -->")
        _, _, after = rest.partition(f"<!-- /{part} -->")
        README.write_text(f"{before}{block}<!-- /{part} -->{after}", "utf-8")
        print(f"{README}: {part}", flush=True)


def machine() -> str:
    """What this is measured on."""
    names = re.findall(r"(?m)^model name\s*: (.*)", Path("/proc/cpuinfo").read_text("utf-8"))
    processor = names[0] if names else platform.processor() or platform.machine()
    return f"{os.cpu_count()} cores of {processor}, Python {platform.python_version()}"


if __name__ == "__main__":
    words = sys.argv[1:]
    writes = words[:1] == ["--write"]
    checkout = Path(words[1]) if words[:1] == ["--against"] and len(words) > 1 else None
    chosen = words[1:] if writes else words[2:] if checkout else words
    if set(chosen) - PARTS.keys():
        sys.exit(__doc__)
    if writes:
        write(chosen or [*PARTS][:-2])
    else:
        main(chosen or [*PARTS][:-2], checkout)
