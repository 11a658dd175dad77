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
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from bot.answering.citation import Answer
from bot.settings import APP
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import find_model
from embeddings.encoding.pairs import open_reader
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Index
from tests.asking import asked
from tests.eval.labelled import SETS, SHARED

FOLDERS = {"A": SHARED / SETS["five"][0], "B": Path(SETS["own"][0])}
SAID = ("agree", "differ", "none")
QUESTIONS = Path(__file__).parent / "questions/agreement.jsonl"


def main() -> None:
    """Print what is said for each label, and each case where it is said wrongly."""
    if not SHARED.is_dir():
        raise SystemExit(f"{SHARED} is not there: half of the articles live in it")
    rows = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    encoder = LightEncoder(find_model())
    ways = {"read": open_reader(encoder, user_cache_path(APP)), "not read": None}
    counts: Counter[tuple[str, str, str]] = Counter()
    for folder, articles in FOLDERS.items():
        with tempfile.TemporaryDirectory() as built:
            rebuild(articles, Path(built), encoder.model, max_bytes=1 << 30)
            index = Index(Path(built))
            for (way, reader), row in product(ways.items(), rows):
                if row["folder"] == folder:
                    given = asked(row["question"], index, encoder, reader=reader)
                    counts[way, row["expect"], said(given)] += 1
                    if not is_right(row, given):
                        values = [(what.value, len(what.quotes)) for what in given.agreement]
                        print(f"WRONG ({way}) {row['expect']}: {row['question']} {values}")
            index.close()
    for way in ways:
        print(f"\n{way:10}said: agree  differ  nothing")
        for label in ("agree", "differ", "none"):
            columns = "".join(
                f"{counts[way, label, what]:8}" for what in ("agree", "differ", "none")
            )
            print(f"{label:10}{columns}")


def said(given: Answer) -> str:
    """What an answer says of several articles."""
    return "none" if not given.agreement else "agree" if len(given.agreement) == 1 else "differ"


def is_right(row: Mapping[str, Any], given: Answer) -> bool:
    """Whether what is said is what the label says, or a true part of it: some of the values that
    differ, or that several articles give one of them. All articles of each are those of one value
    in the label."""
    what = said(given)
    if what not in ("none", row["expect"]) and (what, row["expect"]) != ("agree", "differ"):
        return False
    labelled = [set(value["sources"]) for value in row["values"]]
    quoted = [{quote.source for quote in statement.quotes} for statement in given.agreement]
    return all(any(sources <= own for own in labelled) for sources in quoted)


if __name__ == "__main__":
    main()
