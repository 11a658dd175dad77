"""How long does one question take, whole process, on a built index?

    python -m tests.bench.cold_ask [RUNS]         (default 15)

Prints the ratio to `python -c "import faiss"`, the floor that any answer from a FAISS
index has. The two run in turn, so that what else the machine does falls on both; the
minimum of the runs is compared.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from tests.bench.process import BOT, SEEDS

QUESTION = "How late did the launch start?"
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"


def main(runs: int) -> None:
    """Print the times and the ratio."""
    with tempfile.TemporaryDirectory() as index:
        ask = [*BOT, "ask", "--seeds", str(SEEDS), "--index", index]
        # compiled as an installed package is, whatever this shell forbids
        env = {key: value for key, value in os.environ.items() if key != NO_BYTECODE}
        subprocess.run([*ask, QUESTION], check=True, capture_output=True, env=env)
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "python -c 'import faiss'": [sys.executable, "-c", "import faiss"],
            "bot ask --no-reader": [*ask, "--no-reader", QUESTION],
            "bot ask": [*ask, QUESTION],
        }
        best = dict.fromkeys(commands, float("inf"))
        for _ in range(runs):
            for name, command in commands.items():
                begun = time.perf_counter()
                subprocess.run(command, check=True, capture_output=True, env=env)
                best[name] = min(best[name], time.perf_counter() - begun)
    floor = best["python -c 'import faiss'"]
    print("| one process | ms | × the import of FAISS |\n|---|---|---|")
    for name, seconds in best.items():
        print(f"| `{name}` | {seconds * 1000:.0f} | {seconds / floor:.2f} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
