"""Do misspelt questions find what they ask for? `python -m tests.eval.misspelt`

Each answerable question of our own sets and of the two small ones in ../shared/eval is asked as it
is, and with one letter of one word of five letters or more left out, added, changed or swapped with
its neighbour, by chance (seeded): `right` where the first passage is evidence and the articles are
said to answer. Then as it was before such words were mended. `mended` counts the questions in which
a word was searched as another, and how often that was the word which had been misspelt.
"""

from __future__ import annotations

import random
import re
import tempfile
from pathlib import Path

from bot.answering import judgement, typing_errors
from bot.archive import Archive
from bot.evaluation.questions import is_hit
from bot.settings import Settings
from embeddings.encoding.model import DEFAULT_MODEL
from embeddings.index.languages import FUNCTION_WORDS
from tests.conftest import MAX_BYTES
from tests.eval.labelled import sets

SEED = 17
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def misspelt(question: str, chance: random.Random) -> tuple[str, str]:
    """A question with one word misspelt, and the word; as it is where no word is long enough."""
    words = [
        word
        for word in re.finditer(r"[A-Za-z]{5,}", question)
        if word[0].lower() not in FUNCTION_WORDS
    ]
    if not words:
        return question, ""
    word = chance.choice(words)
    letters, at = list(word[0]), chance.randrange(1, len(word[0]) - 1)
    kind = chance.randrange(4)
    if kind == 0:
        del letters[at]
    elif kind == 1:
        letters.insert(at, chance.choice(_LETTERS))
    elif kind == 2:
        letters[at] = chance.choice(_LETTERS.replace(letters[at].lower(), ""))
    else:
        letters[at : at + 2] = reversed(letters[at : at + 2])
    return question[: word.start()] + "".join(letters) + question[word.end() :], word[0].lower()


def main() -> None:
    """Print a line for each set."""
    mend = typing_errors.corrected
    for name, articles, questions in sets(["seeds", "five", "own", "natural"]):
        chance = random.Random(SEED)
        asked = [question for question in questions if question.answerable]
        twins = [misspelt(question.text, chance) for question in asked]
        right = {"as it is": 0, "misspelt": 0, "misspelt, not mended": 0}
        mended = rightly = 0
        with tempfile.TemporaryDirectory() as folder:
            settings = Settings(articles, Path(folder) / "index", DEFAULT_MODEL, MAX_BYTES)
            with Archive(settings) as archive:
                archive.update()
                for question, (text, word) in zip(asked, twins, strict=True):
                    for kind in right:
                        judgement.__dict__["corrected"] = (
                            (lambda *_, **__: None) if kind == "misspelt, not mended" else mend
                        )
                        given = archive.answer(question.text if kind == "as it is" else text)
                        right[kind] += given.answered and is_hit(question, given.citations[0])
                        if kind == "misspelt" and given.searched_also:
                            mended += 1
                            rightly += word in {own.lower() for own in given.searched_also}
                judgement.__dict__["corrected"] = mend
        figures = ", ".join(f"{kind} {number}" for kind, number in right.items())
        print(f"{name}: of {len(asked)} right: {figures}; mended {mended}, rightly {rightly}")


if __name__ == "__main__":
    main()
