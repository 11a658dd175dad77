"""How long is a question held up by the check of the folder for changes?

    python -m tests.bench.look [FILES]         (default 10000)

The files are copies of one article (whose passages are encoded once), a hundred to a folder.
The least that any check can cost is to ask the system for the state of each file. Minimum of
seven runs.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from embeddings.articles.folder import scan
from embeddings.encoding.model import find_model
from embeddings.index.changes import look
from embeddings.index.rebuild import rebuild
from tests.bench.process import SEEDS

ARTICLE = SEEDS / "2023-05-24-launch-starts-late.txt"
MAX_BYTES = 1 << 20
LONG_AGO = 1_700_000_000


def main(files: int) -> None:
    """Print the times and their ratios."""
    model = find_model()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as index:
        text = ARTICLE.read_bytes()
        for number in range(files):
            into = Path(folder, str(number // 100))
            into.mkdir(exist_ok=True)
            path = Path(into, f"{number}.txt")
            path.write_bytes(text)
            os.utime(path, (LONG_AGO, LONG_AGO))  # what was just written is read again
        begun = time.perf_counter()
        report = rebuild(Path(folder), Path(index), model, max_bytes=MAX_BYTES)
        spent = time.perf_counter() - begun
        print(
            f"| {files} files, indexed in {spent:.0f} s with {report.encoded} texts encoded", end=""
        )
        print(" | ms | × the first |\n|---|---|---|")
        gc.disable()  # as in a question's process
        floor = _best(lambda: _states(folder))
        for name, seconds in (
            ("the state of each file", floor),
            ("the folder listed", _best(lambda: scan(Path(folder), max_bytes=MAX_BYTES))),
            (
                "and compared with the index",
                _best(lambda: look(Path(folder), Path(index), model, max_bytes=MAX_BYTES)),
            ),
        ):
            print(f"| {name} | {seconds * 1000:.0f} | {seconds / floor:.2f} |")


def _states(folder: str) -> None:
    for inner in os.scandir(folder):
        for file in os.scandir(inner):
            file.stat(follow_symlinks=False)


def _best(run: Callable[[], object]) -> float:
    times = []
    for _ in range(7):
        begun = time.perf_counter()
        run()
        times.append(time.perf_counter() - begun)
    return min(times)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
