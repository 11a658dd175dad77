"""Does a follow-up find what it asks for? Figures of bot/answering/followups.py.

    python -m tests.eval.conversations

First the conversations with evidence: the two of ../shared/eval/seeds (resolved by us, in
seeds_resolved.json) and our own (conversations.jsonl), each turn searched as it was asked, as
it is rewritten and as a person resolved it. Only follow-ups are counted, and a passage counts
where it is shown, be it as an answer or as one of the nearest. No passage is read for these.

Then the bare follow-ups among our own ("And when?", "Who said that?"), asked as the program asks,
with its reader: `right` where the sentence that is marked first has what was asked for, `wrong`
where it has not, `refused` where the articles are said not to answer; those that the articles do
not answer apart.

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
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.answering.answer import answer
from bot.answering.citation import Answer
from bot.answering.followups import Turn, resolve
from bot.answering.question import understand
from bot.archive import Archive
from bot.evaluation.questions import Evidence, LabelledQuestion, is_hit
from bot.settings import Settings
from embeddings.encoding.encoder import Encoder, open_encoder
from embeddings.encoding.model import DEFAULT_MODEL, find_model
from embeddings.index.languages import FUNCTION_WORDS
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Index
from embeddings.index.stems import stems

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
    ours = load(HERE / "conversations.jsonl")
    whole = [turns for turns in ours if not turns[0]["bare"]]
    for name, conversations in (("seeds", theirs), ("our own", whole)):
        _print_found(name, conversations)
    _print_bare([turns for turns in ours if turns[0]["bare"]])
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
    return [
        [
            {"articles": row.get("articles"), "bare": row.get("bare", False), **turn}
            for turn in row["turns"]
        ]
        for row in rows
    ]


def outcomes(turns: Conversation) -> list[Outcome]:
    """The follow-ups of a conversation, each with our own rewriting of the earlier ones."""
    earlier: list[Turn] = []
    followups = []
    for turn in turns:
        question, gold = turn["question"], content(turn["resolved"])
        searched_as = resolve(question, earlier)
        asked, searched = content(question), content(searched_as or question)
        if earlier and gold:
            followups.append(
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
    return followups


def content(text: str) -> set[str]:
    """The stems of a text's words, without function words."""
    return set(stems(text, FUNCTION_WORDS))


def left_alone(turns: Sequence[Outcome]) -> float:
    """The share of the turns that stand alone that were left alone."""
    return float(np.mean([turn.searched == turn.question for turn in turns if turn.alone]))


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _print_words(name: str, half: str, conversations: list[list[Outcome]]) -> None:
    turns = [turn for conversation in conversations for turn in conversation]
    share = _interval(conversations, lambda turn: turn.share)
    raw = _interval(conversations, lambda turn: turn.raw)
    gain = _interval(conversations, lambda turn: turn.share - turn.raw)
    precision = np.mean([turn.precision for turn in turns])
    before = np.mean([turn.raw_precision for turn in turns])
    alone = [turn for turn in turns if turn.alone]
    kept = round(left_alone(turns) * len(alone))
    print(
        f"{name:8}{half:8}{len(turns):5}  {raw} → {share}, gain {gain}  "
        f"{before:.3f} → {precision:.3f}  {kept}/{len(alone)}"
    )


def _interval(conversations: list[list[Outcome]], figure: Callable[[Outcome], float]) -> str:
    """A mean over turns with its interval, by 2,000 bootstrap samples of conversations."""
    sums = np.array([sum(map(figure, turns)) for turns in conversations])
    sizes = np.array([len(turns) for turns in conversations])
    draws = np.random.default_rng(0).integers(0, len(sums), (2000, len(sums)))
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
            index = Index(Path(folder))
            for turns in conversations:
                if turns[0]["articles"] != articles:
                    continue
                for way, question, given in _asked(turns, index, encoder):
                    ranks[way].append(_rank(question, given))
                    answered[way].append(given.answered)
            index.close()
    for way, places in ranks.items():
        first, third = (np.mean([place <= k for place in places]) for k in (1, 3))
        print(
            f"{name:10}{way:12}{len(places):10}  {first:.3f}  {third:.3f}  "
            f"{np.mean(answered[way]):.3f}"
        )


def _asked(
    turns: Conversation, index: Index, encoder: Encoder
) -> list[tuple[str, LabelledQuestion, Answer]]:
    """Each follow-up in each way, with its answer."""
    earlier: list[Turn] = []
    asked = []
    for turn in turns:
        searched_as = resolve(turn["question"], earlier)
        ways = {
            "raw": turn["question"],
            "rewritten": searched_as or turn["question"],
            "resolved": turn["resolved"],
        }
        for way, text in ways.items():
            given = answer(understand(text, encoder), index, encoder)
            if earlier:
                asked.append((way, _question(turn), given))
            if way == "rewritten":
                mark = given.citations[0].highlight.text if given.citations else None
        earlier.append(Turn(turn["question"], searched_as, mark))
    return asked


def _print_bare(conversations: list[Conversation]) -> None:
    counts = Counter(
        (turn["answerable"], verdict) for turn, verdict, _ in bare_verdicts(conversations)
    )
    print("\nbare follow-ups        right  wrong  refused")
    for answerable, name in ((True, "answered there"), (False, "not answered there")):
        figures = [counts[answerable, verdict] for verdict in ("right", "wrong", "refused")]
        print(f"{name:20}" + "".join(f"{figure:8}" for figure in figures))


def bare_verdicts(
    conversations: Sequence[Conversation],
) -> Iterator[tuple[dict[str, Any], str, Answer]]:
    """Each follow-up, asked as the program asks it, and whether what is marked first is right."""
    for articles in sorted({turns[0]["articles"] for turns in conversations}):
        with tempfile.TemporaryDirectory() as folder:
            settings = Settings(FOLDERS[articles], Path(folder), DEFAULT_MODEL, 1 << 30)
            with Archive(settings) as archive:
                archive.rebuild()
                for turns in conversations:
                    if turns[0]["articles"] != articles:
                        continue
                    answers: list[Answer] = []
                    for turn in turns:
                        answers.append(archive.answer(turn["question"], after=answers))
                        if len(answers) > 1:
                            yield turn, _verdict(turn, answers[-1]), answers[-1]


def _verdict(turn: dict[str, Any], given: Answer) -> str:
    if not given.answered:
        return "refused"
    best = given.citations[0]
    marked = " ".join(best.highlight.text.split())
    right = any(
        row["source"] == best.source and re.search(row["pattern"], marked)
        for row in turn["evidence"]
    )
    return "right" if right else "wrong"


def _question(turn: dict[str, Any]) -> LabelledQuestion:
    return LabelledQuestion(
        id=turn["id"],
        text=turn["question"],
        answerable=turn["answerable"],
        evidence=tuple(
            Evidence(row["source"], re.compile(row["pattern"]), None) for row in turn["evidence"]
        ),
        accepted=None,
        group=turn["id"],
        kind="",
    )


def _rank(question: LabelledQuestion, given: Answer) -> float:
    ranks = (citation.rank for citation in given.shown if is_hit(question, citation))
    return next(ranks, np.inf)


if __name__ == "__main__":
    main()
