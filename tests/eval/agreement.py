"""Do the articles agree? How often `agreement` says what our labels say.

    python -m tests.eval.agreement

Over 55 questions on five and eight articles of news (questions/agreement.jsonl; written by
someone who had not seen the rules). A wrong "these differ", or a wrong "they say the same", is
what must not happen; to say nothing is allowed.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from pathlib import Path

from bot.answering.answer import answer
from bot.answering.citation import Answer
from bot.answering.question import understand
from embeddings.encoding.encoder import open_encoder
from embeddings.encoding.model import find_model
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Index
from tests.eval.labelled import SETS, SHARED

FOLDERS = {"A": SHARED / SETS["five"][0], "B": Path(SETS["own"][0])}
QUESTIONS = Path(__file__).parent / "questions/agreement.jsonl"


def main() -> None:
    """Print what is said for each label, and each case where it is said wrongly."""
    if not SHARED.is_dir():
        raise SystemExit(f"{SHARED} is not there: half of the articles live in it")
    rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    model = find_model()
    encoder = open_encoder(model)
    counts: Counter[tuple[str, str]] = Counter()
    for folder, articles in FOLDERS.items():
        with tempfile.TemporaryDirectory() as built:
            rebuild(articles, Path(built), model, max_bytes=1 << 30)
            index = Index(Path(built))
            for row in rows:
                if row["folder"] == folder:
                    given = answer(understand(row["question"], encoder), index, encoder)
                    counts[row["expect"], said(given)] += 1
                    if not is_right(row, given):
                        values = [(what.value, len(what.quotes)) for what in given.agreement]
                        print(f"WRONG {row['expect']}: {row['question']} {values}")
            index.close()
    print(f"\n{'labelled':10}said: agree  differ  nothing")
    for label in ("agree", "differ", "none"):
        columns = "".join(f"{counts[label, what]:8}" for what in ("agree", "differ", "none"))
        print(f"{label:10}{columns}")


def said(given: Answer) -> str:
    """What an answer says of several articles."""
    return ("none", "agree", "differ")[min(len(given.agreement), 2)]


def is_right(row: dict[str, object], given: Answer) -> bool:
    """Whether what is said is what the label says, or a true part of it: some of the figures
    that differ, or that several articles give one of them."""
    what = said(given)
    return what in ("none", row["expect"]) or (what, row["expect"]) == ("agree", "differ")


if __name__ == "__main__":
    main()
