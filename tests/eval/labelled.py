"""Labelled questions (../shared/eval/README.md has the format) and what counts as right."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answer import Citation


@dataclass(frozen=True, slots=True)
class Evidence:
    """A pattern that an answering passage of `source` has; `sentence` where it is known."""

    source: str
    pattern: re.Pattern[str]
    sentence: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """A labelled question; `group` is the article (or question) that it came from."""

    text: str
    answerable: bool
    evidence: tuple[Evidence, ...]
    answer: re.Pattern[str] | None
    group: str


def load(path: Path) -> list[Question]:
    """Read a questions.jsonl."""
    with path.open(encoding="utf-8") as lines:
        return [_question(json.loads(line)) for line in lines]


def _question(row: dict[str, Any]) -> Question:
    answers = [re.escape(one) for one in row.get("answers", []) if one]
    pattern = row.get("answer_pattern") or "|".join(answers)
    return Question(
        text=row["question"],
        answerable=row["answerable"],
        evidence=tuple(
            Evidence(one["source"], re.compile(one["pattern"]), one.get("sentence"))
            for one in row["evidence"]
        ),
        answer=re.compile(pattern) if pattern else None,
        group=row.get("article", row["id"]),
    )


def is_evidence(question: Question, source: str, passage: str, *, strict: bool = False) -> bool:
    """Whether a passage holds the question's evidence.

    `strict`: it must hold the evidence sentence too, where the set names one. A short answer
    can stand elsewhere in the article by chance.
    """
    return any(
        one.source == source
        and one.pattern.search(passage)
        and (not strict or one.sentence is None or _has(passage, one.sentence))
        for one in question.evidence
    )


def is_hit(question: Question, citation: Citation) -> bool:
    """Whether a citation is evidence, in its own source or one that it is also in."""
    sources = {citation.place.source, *(place.source for place in citation.also_in)}
    return any(is_evidence(question, source, citation.passage) for source in sources)


def is_marked(question: Question, citation: Citation) -> bool:
    """Whether the marked sentence holds an accepted answer."""
    return bool(question.answer and question.answer.search(_plain(citation.highlight_text)))


def _has(passage: str, sentence: str) -> bool:
    passage, sentence = _plain(passage), _plain(sentence)
    return sentence in passage or passage in sentence


def _plain(text: str) -> str:
    return " ".join(text.split())


SETS = {
    "seeds": ("articles", "eval/seeds/questions.jsonl"),
    "natural": ("eval/natural/articles", "eval/natural/questions.jsonl"),
    "wikipedia": ("eval/wikipedia/articles", "eval/wikipedia/questions.jsonl"),
}
"""Name → (articles folder, questions file) below ../shared."""


def sets(shared: Path, names: list[str]) -> Iterator[tuple[str, Path, list[Question]]]:
    """The sets of these names: (name, articles folder, questions).

    Raises:
        SystemExit: ../shared, or a set of that name, is not there.
    """
    if not shared.is_dir():
        raise SystemExit(f"{shared} is not there: the labelled sets live in it")
    for name in names:
        if name not in SETS:
            raise SystemExit(f"there is no set {name}; there are: {', '.join(SETS)}")
        articles, questions = SETS[name]
        yield name, shared / articles, load(shared / questions)
