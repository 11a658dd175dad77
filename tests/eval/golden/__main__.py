"""Write the golden answers anew; `git diff tests/eval/golden` then shows what has changed.

python -m tests.eval.golden
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.eval.golden.answers import SETS, answers, file_of, is_here, write


def main() -> None:
    """Ask every set's questions, and write what came."""
    for name in SETS:
        if not is_here(name):
            print(f"{file_of(name)} stays: its articles are in ../shared, which is not here")
            continue
        with tempfile.TemporaryDirectory() as index:
            given = answers(name, Path(index))
        write(name, given)
        print(f"{file_of(name)}: {len(given)} answers")


if __name__ == "__main__":
    main()
