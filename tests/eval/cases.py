"""The labelled questions as cases that a probability is fitted to: what was judged for each.

For each answerable question the best passages (right where they are strict evidence); the best that
are left when its evidence is hidden (wrong); the best for a question of another subject, or that
the set says is not answered (wrong). From large folders (natural, wikipedia) and from small ones
(each wikipedia article by itself, up to 80 of its questions; our own questions over five and eight
articles of news).
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

from bot.answering.answer import POOL
from bot.answering.confidence import log_odds, probability
from bot.answering.copies import fold
from bot.answering.judging import JUDGED, READ, judge, rank
from bot.answering.question import Question, understand
from bot.evaluation.questions import LabelledQuestion, is_evidence
from embeddings.encoding.encoder import open_encoder
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import Model, find_model
from embeddings.encoding.pairs import PairReader, open_reader
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Found, Index
from tests.eval.labelled import SETS, sets

SMALL_SAMPLE = 80
OFF_SAMPLE = 35

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
    it has read."""

    model: Model
    encoder: LightEncoder
    understand: Callable[[str], Question]
    reader: PairReader


def collect(cache_folder: Path) -> Iterator[tuple[Case, Case]]:
    """Every case, before reading and after it.

    Args:
        cache_folder: where the reader's weights are kept.
    """
    chance = random.Random(0)
    model = find_model()
    encoder = open_encoder(model)
    assert isinstance(encoder, LightEncoder)
    understood = cache(lambda text: understand(text, encoder))
    judges = Judges(model, encoder, understood, open_reader(encoder, cache_folder))
    loaded = {name: (at, asked) for name, at, asked in sets([*SETS])}
    for name, (folder, asked) in loaded.items():
        yield from _cases(judges, name, folder, asked)
    wikipedia, questions = loaded["wikipedia"]
    natural = loaded["natural"][1]
    for article in sorted({question.group for question in questions}):
        own = [each for each in questions if each.group == article and each.answerable]
        others = [each for each in questions if each.group != article]
        off = chance.sample([*others, *natural], OFF_SAMPLE)
        asked = chance.sample(own, min(SMALL_SAMPLE, len(own)))
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
) -> Iterator[tuple[Case, Case]]:
    with tempfile.TemporaryDirectory() as built:
        rebuild(articles, Path(built), judges.model, max_bytes=1 << 30)
        index = Index(Path(built))
        for question in (*asked, *off):
            kind = "off" if question in off else "asked" if question.answerable else "written"
            for way in (kind, "hidden") if kind == "asked" else (kind,):
                pair = _case(judges, folder, way, group or question.group, question, index)
                if pair is not None:
                    yield pair
        index.close()


def _case(
    judges: Judges, folder: str, kind: str, group: str, question: LabelledQuestion, index: Index
) -> tuple[Case, Case] | None:
    def hide(source: str, text: str) -> bool:
        return is_evidence(question, source, text)

    understood = judges.understand(question.text)
    searched = index.search(understood.query, POOL, hidden=hide if kind == "hidden" else None)
    if not searched.hits:
        return None

    def case(
        signals: Sequence[dict[str, float]], sources: Sequence[Sequence[tuple[str, str]]]
    ) -> Case:
        right = [
            kind == "asked"
            and any(is_evidence(question, source, text, strict=True) for source, text in carriers)
            for carriers in sources
        ]
        rows = np.array([[*own.values()] for own in signals])
        return Case(folder, kind, group, tuple(signals[0]), np.array(right), rows)

    return (
        case(*_before(judges, understood, searched)),
        case(*_after(judges, understood, searched)),
    )


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
    """As an answer is made of it: copies folded, the likeliest read."""
    groups = {group[0].passage_id: group for group in fold(searched.hits)}
    found = searched.with_hits(tuple(group[0] for group in groups.values()))
    judged = rank(question, found, judges.encoder, judges.reader, READ)[:READ]
    return (
        [
            {"before": log_odds(probability(verdict.signals)), "read": verdict.read or 0.0}
            for verdict in judged
        ],
        [
            [
                (copy.info.source, verdict.hit.passage.text)
                for copy in groups[verdict.hit.passage_id]
            ]
            for verdict in judged
        ],
    )
