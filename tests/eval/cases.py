"""The labelled questions as cases that a probability is fitted to: what was judged for each.

For each answerable question the best passages (right where they are strict evidence); the best that
are left when its evidence is hidden (wrong); the best for a question of another subject, or that
the set says is not answered (wrong). From large folders (natural, wikipedia) and from small ones
(each wikipedia article by itself; our own questions over five and eight articles of news).
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from bot.answering.confidence import log_odds
from bot.answering.copies import fold
from bot.answering.judgement import POOL
from bot.answering.judging import JUDGED, judge, rank
from bot.answering.question import Question, understand
from bot.evaluation.questions import LabelledQuestion, is_evidence
from embeddings.encoding.encoder import open_encoder
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import Model, find_model
from embeddings.encoding.pairs import PairReader, open_reader
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Found, Index
from tests.eval.labelled import SETS, sets


class Sample(Struct, frozen=True):
    """How many questions: of wikipedia; of each of its articles by itself; of other subjects put
    to that."""

    wikipedia: int
    small: int
    off: int


WHOLE, PART = Sample(3000, 80, 35), Sample(1000, 40, 20)
"""All, and what is read in ten minutes."""

Floats = npt.NDArray[np.float64]


class Case(Struct, frozen=True):
    """A question's judged passages: signals (passages, signals) of the names.

    Before reading they stand in the order of the search; after it in the order of the answer, the
    signals being the log-odds of before and the score of the reading.

    `kind`: asked, hidden, off (another subject) or written (the set says: not answered).
    """

    folder: str
    kind: str
    group: str
    names: tuple[str, ...]
    right: npt.NDArray[np.bool_]
    signals: Floats


class Judges(Struct, frozen=True):
    """What judges the passages. Many questions are put to several indexes: `understand` keeps what
    it has read. Without a `reader` they are judged as they were before there was one."""

    model: Model
    encoder: LightEncoder
    understand: Callable[[str], Question]
    reader: PairReader | None


def judges(kept: Path | None) -> Judges:
    """The default model, and with a folder to keep its weights in, the reader."""
    model = find_model()
    encoder = open_encoder(model)
    assert isinstance(encoder, LightEncoder)
    reader = None if kept is None else open_reader(encoder, kept)
    return Judges(model, encoder, cache(lambda text: understand(text, encoder)), reader)


def collect(judges: Judges, sample: Sample) -> Iterator[Case]:
    """Every case."""
    chance = random.Random(0)
    loaded = {name: (at, asked) for name, at, asked in sets([*SETS])}
    wikipedia, questions = loaded["wikipedia"]
    loaded["wikipedia"] = wikipedia, chance.sample(questions, min(sample.wikipedia, len(questions)))
    for name, (folder, asked) in loaded.items():
        yield from _cases(judges, name, folder, asked)
    natural = loaded["natural"][1]
    for article in sorted({question.group for question in questions}):
        own = [each for each in questions if each.group == article and each.answerable]
        others = [each for each in questions if each.group != article]
        off = chance.sample([*others, *natural], sample.off)
        asked = chance.sample(own, min(sample.small, len(own)))
        with tempfile.TemporaryDirectory() as alone:
            shutil.copy(wikipedia / article, alone)
            yield from _cases(judges, "small", Path(alone), asked, off, article)


def _cases(
    judges: Judges,
    folder: str,
    articles: Path,
    asked: Sequence[LabelledQuestion],
    off: Sequence[LabelledQuestion] = (),
    group: str | None = None,
) -> Iterator[Case]:
    with tempfile.TemporaryDirectory() as built:
        rebuild(articles, Path(built), judges.model, max_bytes=1 << 30)
        index = Index(Path(built))
        for question in (*asked, *off):
            kind = "off" if question in off else "asked" if question.answerable else "written"
            for way in (kind, "hidden") if kind == "asked" else (kind,):
                case = _case(judges, folder, way, group or question.group, question, index)
                if case is not None:
                    yield case
        index.close()


def _case(
    judges: Judges, folder: str, kind: str, group: str, question: LabelledQuestion, index: Index
) -> Case | None:
    def hide(source: str, text: str) -> bool:
        return is_evidence(question, source, text)

    understood = judges.understand(question.text)
    searched = index.search(understood.query, POOL, hidden=hide if kind == "hidden" else None)
    judged = _after if judges.reader else _before
    signals, passages = judged(judges, understood, searched)
    if not signals:  # nothing there, or nothing in English, which alone is read
        return None
    right = [
        kind == "asked"
        and any(is_evidence(question, source, text, strict=True) for source, text in carriers)
        for carriers in passages
    ]
    rows = np.array([[*own.values()] for own in signals])
    return Case(folder, kind, group, tuple(signals[0]), np.array(right), rows)


_Signals = tuple[list[dict[str, float]], list[list[tuple[str, str]]]]
"""The signals of each passage, and of it and its copies (source, text)."""


def _before(judges: Judges, question: Question, searched: Found) -> _Signals:
    """As it was judged before there was a reader: in the order of the search, for no probability is
    known yet, and copies not folded."""
    hits = searched.hits[:JUDGED]
    judged = judge(question, searched, hits, judges.encoder, lambda signals: 0.0)
    return (
        [verdict.signals for verdict in judged],
        [[(hit.info.source, hit.passage.text)] for hit in hits],
    )


def _after(judges: Judges, question: Question, searched: Found) -> _Signals:
    """As an answer is made of it: copies folded, the passages that were read."""
    groups = {group[0].passage_id: group for group in fold(searched.hits)}
    heads = searched.with_hits(tuple(group[0] for group in groups.values()))
    signals, carriers = [], []
    for verdict in rank(question, heads, judges.encoder, judges.reader):
        if verdict.read is not None:
            signals.append({"before": log_odds(verdict.before), "read": verdict.read})
            text, copies = verdict.hit.passage.text, groups[verdict.hit.passage_id]
            carriers.append([(copy.info.source, text) for copy in copies])
    return signals, carriers
