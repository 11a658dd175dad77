"""Does a follow-up find what it asks for? Figures of bot/conversation.py.

    python -m tests.eval.conversations

First the conversations with evidence: the two of ../shared/eval/seeds (resolved by us, in
seeds_resolved.json) and our own (conversations.jsonl), each turn searched as it was asked, as
it is rewritten and as a person resolved it. Only follow-ups are counted, and a passage counts
where it is shown, be it as an answer or as one of the nearest.

Then the resolved conversations of ../shared/eval/conversations, which come without passages:

    share      of the resolved question's content words that the searched question has
    precision  share of the searched question's content words that the resolved one has
    alone      share of the turns that stand alone (resolved as they were asked, but for case,
               marks and spaces) that were left alone

Content words are the stems that the word index searches for. `tuned` is every even
conversation, on which the rules were tuned; the other half was only measured. The intervals
are 95 % bootstrap intervals over conversations.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.answering.answer import Answer, answer
from bot.answering.followups import Turn, resolve
from bot.evaluation.questions import Evidence, Question, is_hit
from embeddings.encoding.encoder import open_encoder
from embeddings.encoding.model import find_model
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Index
from embeddings.index.words import FUNCTION_WORDS, stems

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared"
SETS = ("canard", "cast", "coqar")
FOLDERS = {"seeds": HERE.parents[1] / "seeds", "shared": SHARED / "articles"}
NO_ANSWER = ("I don't know.", "unknown")
"""What canard and coqar have where the article does not answer."""

Conversation = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A follow-up: its words and how they agree with the resolved question's."""

    question: str
    searched: str
    resolved: str
    raw: float
    share: float
    raw_precision: float
    precision: float

    @property
    def alone(self) -> bool:
        return _plain(self.question) == _plain(self.resolved)


def main() -> None:
    """Print both tables."""
    if not SHARED.is_dir():
        raise SystemExit(f"{SHARED} is not there: the labelled conversations live in it")
    resolved = json.loads((HERE / "seeds_resolved.json").read_text(encoding="utf-8"))
    theirs = load(SHARED / "eval/seeds/conversations.jsonl")
    for turns in theirs:
        for turn in turns:
            turn["articles"] = "shared"
            turn.setdefault("resolved", resolved[turn["id"]])
    print(f"{'':10}{'searched as':12}follow-ups  hit@1  hit@3  answered")
    for name, conversations in (("seeds", theirs), ("our own", load(HERE / "conversations.jsonl"))):
        _print_found(name, conversations)
    print(f"\n{'':8}{'half':8}turns  share raw → rewritten, gain  precision raw → rewritten  alone")
    for name in SETS:
        conversations = load(SHARED / "eval/conversations" / f"{name}.jsonl")
        halves = {"tuned": conversations[::2], "other": conversations[1::2], "all": conversations}
        for half, chosen in halves.items():
            _print_words(name, half, [outcomes(turns) for turns in chosen])


def load(path: Path) -> list[Conversation]:
    """Read a file of conversations; each turn knows its conversation's articles."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [[{"articles": row.get("articles"), **turn} for turn in row["turns"]] for row in rows]


def outcomes(turns: Conversation) -> list[Outcome]:
    """The follow-ups of a conversation, each with our own rewriting of the earlier ones."""
    earlier: list[Turn] = []
    found = []
    for turn in turns:
        question, gold = turn["question"], content(turn["resolved"])
        searched_as = resolve(question, earlier)
        asked, searched = content(question), content(searched_as or question)
        if earlier and gold:
            found.append(
                Outcome(
                    question=question,
                    searched=searched_as or question,
                    resolved=turn["resolved"],
                    raw=len(asked & gold) / len(gold),
                    share=len(searched & gold) / len(gold),
                    raw_precision=len(asked & gold) / max(len(asked), 1),
                    precision=len(searched & gold) / max(len(searched), 1),
                )
            )
        marked = turn.get("span_text") or turn.get("answer")
        earlier.append(Turn(question, searched_as, None if marked in NO_ANSWER else marked))
    return found


def content(text: str) -> set[str]:
    """The stems of a text's words, without function words."""
    return set(stems(text, FUNCTION_WORDS))


def left_alone(found: Sequence[Outcome]) -> float:
    """The share of the turns that stand alone that were left alone."""
    return float(np.mean([one.searched == one.question for one in found if one.alone]))


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _print_words(name: str, half: str, found: list[list[Outcome]]) -> None:
    turns = [one for conversation in found for one in conversation]
    share = _interval(found, lambda one: one.share)
    raw = _interval(found, lambda one: one.raw)
    gain = _interval(found, lambda one: one.share - one.raw)
    precision = np.mean([one.precision for one in turns])
    before = np.mean([one.raw_precision for one in turns])
    alone = [one for one in turns if one.alone]
    kept = round(left_alone(turns) * len(alone))
    print(
        f"{name:8}{half:8}{len(turns):5}  {raw} → {share}, gain {gain}  "
        f"{before:.3f} → {precision:.3f}  {kept}/{len(alone)}"
    )


def _interval(found: list[list[Outcome]], figure: Callable[[Outcome], float]) -> str:
    """A mean over turns with its interval, by 2,000 bootstrap samples of conversations."""
    sums = np.array([sum(map(figure, one)) for one in found])
    sizes = np.array([len(one) for one in found])
    draws = np.random.default_rng(0).integers(0, len(found), (2000, len(found)))
    low, high = np.percentile(sums[draws].sum(axis=1) / sizes[draws].sum(axis=1), [2.5, 97.5])
    return f"{sums.sum() / sizes.sum():.3f} [{low:.3f}, {high:.3f}]"


def _print_found(name: str, conversations: list[Conversation]) -> None:
    model = find_model()
    encoder = open_encoder(model)
    ranks: dict[str, list[float]] = {"raw": [], "rewritten": [], "resolved": []}
    answered: dict[str, list[bool]] = {way: [] for way in ranks}
    for articles in sorted({turns[0]["articles"] for turns in conversations}):
        with tempfile.TemporaryDirectory() as folder:
            rebuild(FOLDERS[articles], Path(folder), model, max_bytes=1 << 30)
            index = Index(Path(folder), encoder)
            for turns in conversations:
                if turns[0]["articles"] != articles:
                    continue
                for way, question, found in _asked(turns, index):
                    ranks[way].append(_rank(question, found))
                    answered[way].append(found.answered)
            index.close()
    for way, places in ranks.items():
        first, third = (np.mean([one <= k for one in places]) for k in (1, 3))
        print(
            f"{name:10}{way:12}{len(places):10}  {first:.3f}  {third:.3f}  "
            f"{np.mean(answered[way]):.3f}"
        )


def _asked(turns: Conversation, index: Index) -> list[tuple[str, Question, Answer]]:
    """Each follow-up in each way, with what was found for it."""
    earlier: list[Turn] = []
    found = []
    for turn in turns:
        searched_as = resolve(turn["question"], earlier)
        ways = {
            "raw": turn["question"],
            "rewritten": searched_as or turn["question"],
            "resolved": turn["resolved"],
        }
        for way, text in ways.items():
            answers = answer(text, index)
            if earlier:
                found.append((way, _question(turn), answers))
            if way == "rewritten":
                mark = answers.citations[0].highlight_text if answers.citations else None
        earlier.append(Turn(turn["question"], searched_as, mark))
    return found


def _question(turn: dict[str, Any]) -> Question:
    evidence = [
        Evidence(one["source"], re.compile(one["pattern"]), None) for one in turn["evidence"]
    ]
    return Question(
        *(turn["id"], turn["question"], turn["answerable"]), tuple(evidence), None, turn["id"], ""
    )


def _rank(question: Question, found: Answer) -> float:
    shown = found.citations or found.nearest
    return next((one.rank for one in shown if is_hit(question, one)), np.inf)


if __name__ == "__main__":
    main()
