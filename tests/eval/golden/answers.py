"""Golden answers: all that is said to our labelled questions, kept, so that a change shows.

An answer is kept whole, as `bot ask --json -k 3` prints it: the reason, every source, mark, short
answer and figure. Each question is asked as it is, and again with its evidence hidden; the turns
of a conversation are asked one after the other. Of the five real articles, which are not this
project's, sentences are kept as hashes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bot.answering.citation import Answer
from bot.archive import Archive
from bot.evaluation.questions import load
from bot.evaluation.run import ask_all
from bot.presenting.json import answer_json
from bot.settings import Settings
from embeddings.encoding.model import DEFAULT_MODEL

HERE = Path(__file__).parent
EVAL = HERE.parent
SEEDS = EVAL.parents[1] / "seeds"
REAL = EVAL.parents[2] / "shared" / "articles"

PASSAGES = 3
MAX_BYTES = 20_000_000
SAME_SCORE = 0.01
"""Another processor rounds otherwise; measured differences are below .001."""

_SENTENCES = ("title", "passage", "text", "value", "reason")
"""Fields that hold an article's own words."""

Documents = dict[str, Any]
"""A question (and how it was asked) → the document of its answer."""


class Set(NamedTuple):
    """Questions, and the articles that they are asked about. `ours`: these may be quoted."""

    articles: Path
    questions: str
    ours: bool


SETS = {
    "own": Set(SEEDS, "questions/seeds.jsonl", ours=True),
    "five": Set(REAL, "questions/five_articles.jsonl", ours=False),
    "own_conversations": Set(SEEDS, "conversations.jsonl", ours=True),
    "five_conversations": Set(REAL, "conversations.jsonl", ours=False),
}


def file_of(name: str) -> Path:
    """Where a set's golden answers are kept."""
    return HERE / f"{name}.json"


def is_here(name: str) -> bool:
    """Whether the set's articles are on this machine."""
    return SETS[name].articles.is_dir()


def answers(name: str, index: Path) -> Documents:
    """Ask a set's questions now; `index` is an empty folder."""
    chosen = SETS[name]
    settings = Settings(chosen.articles, index, DEFAULT_MODEL, MAX_BYTES)
    ask = _conversations if name.endswith("conversations") else _questions
    with Archive(settings) as archive:
        archive.rebuild()
        documents = {key: answer_json(answer) for key, answer in ask(chosen, archive)}
    if not chosen.ours:
        documents = _hashed(documents)
    stored: Documents = json.loads(json.dumps(documents))
    return stored


def _questions(chosen: Set, archive: Archive) -> Iterator[tuple[str, Answer]]:
    """Each question, and the answerable ones again with their evidence hidden."""
    asked: list[Answer] = []

    def ask(question: str, hidden: Callable[[str, str], bool] | None) -> Answer:
        asked.append(archive.answer(question, PASSAGES, hidden=hidden))
        return asked[-1]

    for outcome in ask_all(load(EVAL / chosen.questions), ask, hide_evidence=True):
        yield outcome.id + (" (evidence hidden)" if outcome.hidden else ""), asked[-1]


def _conversations(chosen: Set, archive: Archive) -> Iterator[tuple[str, Answer]]:
    """Each turn of the conversations about these articles, after those before it."""
    articles = "seeds" if chosen.ours else "shared"
    for line in (EVAL / chosen.questions).read_text(encoding="utf-8").splitlines():
        conversation = json.loads(line)
        if conversation["articles"] != articles:
            continue
        earlier: list[Answer] = []
        for turn in conversation["turns"]:
            earlier.append(archive.answer(turn["question"], PASSAGES, after=earlier))
            yield turn["id"], earlier[-1]


def _hashed(part: Any, field: str = "") -> Any:
    """The document with its sentences as the first figures of their SHA-256."""
    if isinstance(part, dict):
        return {name: _hashed(value, name) for name, value in part.items()}
    if isinstance(part, list):
        return [_hashed(each, field) for each in part]
    if isinstance(part, str) and field in _SENTENCES:
        return hashlib.sha256(part.encode()).hexdigest()[:12]
    return part


def stored(name: str) -> Documents:
    """The golden answers of a set."""
    documents: Documents = json.loads(file_of(name).read_text(encoding="utf-8"))
    return documents


def write(name: str, documents: Documents) -> None:
    """Make these the golden answers of a set."""
    text = json.dumps(documents, ensure_ascii=False, indent=1)
    file_of(name).write_text(text + "\n", encoding="utf-8")


def differences(golden: Any, now: Any, at: str = "") -> Iterator[str]:
    """What is not the same, one line each: text exactly, scores within `SAME_SCORE`."""
    if isinstance(golden, float) and isinstance(now, float):
        if abs(golden - now) > SAME_SCORE:
            yield f"{at}: {golden} → {now}"
    elif isinstance(golden, dict) and isinstance(now, dict):
        for name in [*golden, *(name for name in now if name not in golden)]:
            yield from differences(golden.get(name), now.get(name), f"{at}/{name}")
    elif isinstance(golden, list) and isinstance(now, list) and len(golden) == len(now):
        for number, (old, new) in enumerate(zip(golden, now, strict=True)):
            yield from differences(old, new, f"{at}/{number}")
    elif golden != now:
        yield f"{at}: {_brief(golden)} → {_brief(now)}"


def _brief(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 300 else f"{text[:300]}…"
