"""Three labelled questions about the project's own articles."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.conftest import SEEDS

LATE = "minutes late|half an hour late"
ROWS: list[dict[str, object]] = [
    {
        "id": "late",
        "question": "How late did the launch start?",
        "answerable": True,
        "evidence": [{"source": path.name, "pattern": LATE} for path in sorted(SEEDS.iterdir())
                     if re.search(LATE, path.read_text("utf-8"))],
        "answer_pattern": "20 minutes|half an hour",
        "kind": "how late",
    },
    {
        "id": "moderator",
        "question": "Who moderated the conversation?",
        "answerable": True,
        "evidence": [{"source": path.name, "pattern": "Sacks"} for path in sorted(SEEDS.iterdir())],
        "answers": ["Sacks"],
    },
    {"id": "codec", "question": "Which sourdough recipe is best?", "answerable": False,
     "evidence": []},
]  # fmt: skip


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("\n".join(map(json.dumps, rows)) + "\n", "utf-8")
    return path
