"""How often a short answer is right, against the reader's score: what `SURE` was chosen by.

    python -m tests.eval.short_answers [QUESTIONS]

Asks a sample of eval/wikipedia (300 questions without another number, those that it does not answer
with them) and all of `five` and `own`, and looks at each of the first three passages that is likely
enough to answer. A short answer is right if it shares half of its words with an accepted answer
(token F1 of .5, as SQuAD counts it) or, in our own sets, has what its pattern accepts and stands in
evidence; of a question that is not answered each is wrong. "Marked": only where the marked sentence
holds the answer.
"""

from __future__ import annotations

import json
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from platformdirs import user_cache_path

from bot.answering.answer import PASSAGES
from bot.answering.confidence import WITH_READER
from bot.answering.copies import fold
from bot.answering.english.mentions import Mention, lower_words
from bot.answering.judgement import POOL
from bot.answering.judging import Judged, rank
from bot.answering.question import understand
from bot.answering.short_answer import SURE, is_sure, read_answer
from bot.evaluation.questions import LabelledQuestion, is_evidence
from bot.settings import APP
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import find_model
from embeddings.encoding.pairs import PairReader, open_reader
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Index
from tests.eval.labelled import SETS, SHARED, sets

SAMPLE = 300
SCORES = (-2, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12)


class Shown(Struct, frozen=True):
    """A short answer as it would be, were its score enough. `sort`: whether it is a date or number
    of the sort that is asked for."""

    labelled: str
    kind: str
    sort: bool
    first: bool
    score: float
    text: str
    right: bool
    exact: bool
    marked: bool
    question: str


def main() -> None:
    """Print how many there are above each score, and how many of them are right."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE
    encoder = LightEncoder(find_model())
    reader = open_reader(encoder, user_cache_path(APP))
    given = [
        short
        for name in ("wikipedia", "five", "own")
        for short in _of_set(name, wanted, encoder, reader)
    ]
    for name, labelled in (("wikipedia", ("wikipedia",)), ("five, own", ("five", "own"))):
        own = [short for short in given if short.labelled in labelled]
        for what, group in (
            ("dates and numbers of the sort", [short for short in own if short.sort]),
            ("all else", [short for short in own if not short.sort]),
        ):
            print(f"\n{name}, {what}\nscore    first          all            exact  marked")
            for score in SCORES:
                print(f"{score:5}  {_figures([each for each in group if each.score >= score])}")
    print(f"\nas it is: dates and numbers of the sort from 0, all else from {SURE}")
    sure = [each for each in given if each.score >= (0 if each.sort else SURE)]
    for kind in sorted({each.kind for each in sure}):
        print(f"{kind:10} {_figures([each for each in sure if each.kind == kind])}")
    for short in sorted(sure, key=lambda each: -each.score):
        if not short.right:
            print(f"WRONG {short.score:5.1f} {short.labelled}: {short.question} → {short.text}")


def _figures(shorts: Sequence[Shown]) -> str:
    """Right ones of the first passages, of all, the share of all that is exact, and right ones of
    those in a marked sentence that holds the answer."""
    first = [short for short in shorts if short.first]
    marked = [short for short in shorts if short.marked]
    exact = sum(short.exact for short in shorts) / max(1, len(shorts))
    return f"{_share(first)}  {_share(shorts)}  {exact:.3f}  {_share(marked)}"


def _share(shorts: Sequence[Shown]) -> str:
    right = sum(short.right for short in shorts)
    return f"{right:4}/{len(shorts):<4} {right / max(1, len(shorts)):.3f}"


def _of_set(name: str, wanted: int, encoder: LightEncoder, reader: PairReader) -> Iterator[Shown]:
    ((_, articles, asked),) = sets([name])
    rows = (SHARED / SETS[name][1]).read_text("utf-8").splitlines()
    answers = {str(row["id"]): row.get("answers", []) for row in map(json.loads, rows)}
    random.Random(0).shuffle(asked)
    with tempfile.TemporaryDirectory() as built:
        rebuild(articles, Path(built), encoder.model, max_bytes=1 << 30)
        index = Index(Path(built))
        for question in asked[:wanted]:
            understood = understand(question.text, encoder)
            found = index.search(understood.query, POOL)
            found = found.with_hits(tuple(head for head, *_ in fold(found.hits)))
            judged = rank(understood, found, encoder, reader)[:PASSAGES]
            for verdict in judged:
                if verdict.span is None or verdict.probability < WITH_READER:
                    continue
                start = verdict.mark.start_char
                words = Mention(verdict.span.start_char - start, verdict.span.end_char - start)
                short = read_answer(understood, verdict.marked, words)
                if short is not None:
                    text = short.of(verdict.marked)
                    right, exact = _is_right(question, answers[question.id], verdict, text)
                    yield Shown(
                        labelled=name,
                        sort=is_sure(understood, verdict.marked, short, 0),
                        kind=understood.sought.kind or _asked_by(question.text),
                        first=verdict is judged[0],
                        score=verdict.span.score,
                        text=text,
                        right=right,
                        exact=exact,
                        marked=_holds(question, verdict),
                        question=question.text,
                    )
        index.close()


def _asked_by(question: str) -> str:
    word = re.search(r"\b(?:what|which|how)\b", question.lower())
    return word[0] if word else "other"


def _holds(question: LabelledQuestion, verdict: Judged) -> bool:
    """Whether the marked sentence holds the answer, in a passage that is evidence."""
    hit = verdict.hit
    evidence = is_evidence(question, hit.info.source, hit.passage.text, strict=True)
    plain = " ".join(verdict.marked.split())
    return evidence and bool(question.accepted and question.accepted.search(plain))


def _is_right(
    question: LabelledQuestion, answers: Sequence[str], verdict: Judged, text: str
) -> tuple[bool, bool]:
    """Whether a short answer is right, and whether it is exactly an accepted one."""
    if question.accepted is None:
        return False, False
    if answers:
        return (
            max(_f1(answer, text) for answer in answers) >= 0.5,
            any(_plain(answer) == _plain(text) for answer in answers),
        )
    accepted = question.accepted.search(text)
    evidence = is_evidence(question, verdict.hit.info.source, verdict.hit.passage.text)
    exact = accepted is not None and _plain(accepted[0]) == _plain(text)
    return bool(accepted and evidence), exact and evidence


def _plain(text: str) -> list[str]:
    return [word for word in lower_words(text) if word not in ("a", "an", "the")]


def _f1(answer: str, text: str) -> float:
    """Of the words of the two, as SQuAD counts it."""
    accepted, given = _plain(answer), _plain(text)
    shared = sum((Counter(accepted) & Counter(given)).values())
    return 2 * shared / max(1, len(accepted) + len(given))


if __name__ == "__main__":
    main()
