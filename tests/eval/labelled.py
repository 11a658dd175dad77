"""The labelled sets: those of ../shared/eval (its README.md has their format), and our own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.evaluation.questions import LabelledQuestion, load

SHARED = Path(__file__).parents[3] / "shared"
_QUESTIONS = Path(__file__).parent / "questions"

SETS: dict[str, tuple[str | Path, str | Path]] = {
    "seeds": ("articles", "eval/seeds/questions.jsonl"),
    "natural": ("eval/natural/articles", "eval/natural/questions.jsonl"),
    "wikipedia": ("eval/wikipedia/articles", "eval/wikipedia/questions.jsonl"),
    "five": ("articles", _QUESTIONS / "five_articles.jsonl"),
    "own": (Path(__file__).parents[2] / "seeds", _QUESTIONS / "seeds.jsonl"),
}
"""Name → (articles folder, questions file), below ../shared where they are not our own. The
questions of `five` and `own` are ours, by someone who had not seen the rules: most are told in
other words than the articles'."""


def sets(names: list[str]) -> Iterator[tuple[str, Path, list[LabelledQuestion]]]:
    """The sets of these names: (name, articles folder, questions).

    Raises:
        SystemExit: ../shared, or a set of that name, is not there.
    """
    if not SHARED.is_dir():
        raise SystemExit(f"{SHARED} is not there: the labelled sets live in it")
    for name in names:
        if name not in SETS:
            raise SystemExit(f"there is no set {name}; there are: {', '.join(SETS)}")
        articles, questions = SETS[name]
        yield name, SHARED / articles, load(SHARED / questions)
