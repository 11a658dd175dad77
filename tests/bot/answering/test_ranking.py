"""Which passages are read, and what comes of it for mark, order and probability."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

import pytest

from bot.answering import confidence, judging, marking
from bot.answering.answer import PASSAGES
from bot.answering.confidence import log_odds, probability_read
from bot.answering.judgement import POOL
from bot.answering.judging import READ, READ_FIRST, WEIGHED, judge_read, rank
from bot.answering.question import Question, understand
from bot.evaluation.questions import load
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.pairs import PairReader, Scores
from embeddings.index.search import Found, Index
from tests.asking import asked
from tests.conftest import PROJECT

SEEDS_QUESTIONS = PROJECT / "tests/eval/questions/seeds.jsonl"
QUESTIONS = (
    "Who moderated the event?",
    "How late did the launch start?",
    "What software encodes the sound?",
    "Why did the first room fail?",
    "Was Musk angry?",
)


class Counting:
    """A reader that remembers what it read."""

    def __init__(self, reader: PairReader) -> None:
        self.fingerprint = reader.fingerprint
        self.passages: list[str] = []
        self._reader = reader

    def read(self, question: str, passages: Sequence[str]) -> list[Scores]:
        self.passages += passages
        return self._reader.read(question, passages)


def searched_for(text: str, index: Index, encoder: LightEncoder) -> tuple[Question, Found]:
    question = understand(text, encoder)
    return question, index.search(question.query, POOL)


@pytest.mark.parametrize("text", QUESTIONS)
def test_the_likeliest_are_read_and_one_of_them_is_first(
    seeds_search: Index, encoder: LightEncoder, reader: PairReader, text: str
) -> None:
    question, searched = searched_for(text, seeds_search, encoder)
    counting = Counting(reader)
    ranked = rank(question, searched, encoder, counting)
    assert READ_FIRST <= len(counting.passages) <= READ
    assert len(ranked) == WEIGHED
    read = [verdict for verdict in ranked if verdict.read is not None]
    assert len(read) == len(counting.passages)
    assert ranked[0] in read
    assert ranked[0].order == max(verdict.order for verdict in read)
    chances = [verdict.probability for verdict in ranked]
    assert chances == sorted(chances, reverse=True)
    first = ranked[0]
    assert first.read is not None
    assert first.probability == probability_read(first.before, first.read)
    if not question.sought.yes_or_no:
        assert first.span is not None
        assert first.mark.start_char <= first.span.start_char
        assert first.span.end_char <= first.mark.end_char


def test_what_cannot_be_first_and_is_not_likely_is_not_read(
    seeds_search: Index, encoder: LightEncoder, reader: PairReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    question, searched = searched_for(QUESTIONS[0], seeds_search, encoder)
    few, many = Counting(reader), Counting(reader)
    monkeypatch.setattr(judging, "LIKELY", 1.0)
    monkeypatch.setattr(judging, "HIGHEST", -1000.0)
    rank(question, searched, encoder, few)
    assert len(few.passages) == READ_FIRST
    monkeypatch.setattr(judging, "HIGHEST", 1000.0)
    rank(question, searched, encoder, many)
    assert len(many.passages) == READ


def test_nothing_is_read_where_nothing_is_found(encoder: LightEncoder, reader: PairReader) -> None:
    question = understand(QUESTIONS[0], encoder)
    assert rank(question, Found((), {}, frozenset()), encoder, reader) == []


def test_both_what_was_known_and_what_was_read_count() -> None:
    for low, high in (((0.2, 1.0), (0.6, 1.0)), ((0.4, -8.0), (0.4, 6.0))):
        assert probability_read(*low) < probability_read(*high)
    weights = confidence.fitted().with_reader.weights
    assert weights.keys() == {"before", "read"}
    assert all(weight > 0 for weight in weights.values())
    for p in (0.0, 1e-12, 0.3, 1.0):
        assert abs(log_odds(p)) < 30


def test_a_yes_or_no_is_marked_by_the_rule(
    seeds_search: Index, encoder: LightEncoder, reader: PairReader
) -> None:
    question, searched = searched_for("Was Musk angry?", seeds_search, encoder)
    before = judging.judge(question, searched, searched.hits[:4], encoder)
    after = judge_read(question, searched, before, reader)
    assert question.sought.yes_or_no
    assert [verdict.mark for verdict in after] == [verdict.mark for verdict in before]


@pytest.mark.parametrize("weight", [(judging, "IN_ORDER"), (marking, "IN_MARK")])
def test_a_spoiled_weight_is_seen(
    seeds_search: Index,
    encoder: LightEncoder,
    reader: PairReader,
    monkeypatch: pytest.MonkeyPatch,
    weight: tuple[ModuleType, str],
) -> None:
    def marks() -> list[object]:
        return [
            (verdict.hit.passage_id, verdict.mark)
            for text in QUESTIONS
            for verdict in rank(*searched_for(text, seeds_search, encoder), encoder, reader)[:3]
        ]

    usual = marks()
    monkeypatch.setattr(*weight, -getattr(*weight) * 100)
    assert marks() != usual


def test_a_claim_and_keywords_are_judged_as_without_a_reader(
    seeds_search: Index, encoder: LightEncoder, reader: PairReader
) -> None:
    for text in ("biggest room ever", "Musk was angry about the failure."):
        question, searched = searched_for(text, seeds_search, encoder)
        counting = Counting(reader)
        ranked = rank(question, searched, encoder, counting)
        assert counting.passages == []
        assert ranked == rank(question, searched, encoder, None)


def test_what_more_is_shown_stands_below(
    seeds_search: Index, encoder: LightEncoder, reader: PairReader
) -> None:
    texts = [labelled.text for labelled in load(SEEDS_QUESTIONS)[::9]] + ["Musk", "the room"]
    for text in texts:
        for read_by in (reader, None):
            limits = (1, 2, 5, 7, 8, 9, 13, 16, 17, 24, 31, 57)
            lists = [
                [
                    (one.source, one.passage.start_char, one.highlight, one.score)
                    for one in asked(text, seeds_search, encoder, limit, reader=read_by).shown
                ]
                for limit in limits
            ]
            for limit, fewer, more in zip(limits, lists, lists[1:], strict=False):
                assert len(fewer) <= limit
                assert more[: len(fewer)] == fewer
            assert len(lists[-1]) > len(lists[4]) > len(lists[2])


def test_how_many_are_shown_decides_nothing(
    seeds_search: Index, encoder: LightEncoder, reader: PairReader
) -> None:
    texts = [labelled.text for labelled in load(SEEDS_QUESTIONS)[::6]]
    texts += [f"{text.rstrip('?')}." for text in texts[:8]] + ["DeSantis launch", "room"]
    for text in texts:
        for read_by in (reader, None):
            shown = asked(text, seeds_search, encoder, reader=read_by)
            for limit in (1, 2, 4, 6, 9, 12, 40):
                other = asked(text, seeds_search, encoder, limit, reader=read_by)
                least = min(limit, PASSAGES)
                assert other.shown[:least] == shown.shown[:least]
                assert len(other.shown) >= len(shown.shown[:limit])
                scores = [citation.score for citation in other.shown]
                assert scores == sorted(scores, reverse=True)
                assert (other.answered, other.confidence) == (shown.answered, shown.confidence)
                assert (other.reason, other.agreement) == (shown.reason, shown.agreement)
