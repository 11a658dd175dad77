"""Whatever stands in a file or in a question, it costs a clear message, and nothing else."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.archive import Archive
from bot.conversations.history import Exchange, History, HistoryError, history_file
from bot.evaluation.questions import LabelledQuestion, QuestionsError, load
from bot.presenting.json import answer_json, answer_of
from bot.settings import Settings
from embeddings.articles.article import Extract
from embeddings.articles.decoding import decode
from embeddings.articles.formats import FORMATS, extractor
from embeddings.articles.passages import split
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import DEFAULT_MODEL
from embeddings.errors import Unreadable
from tests.conftest import MAX_BYTES, SEEDS

pytestmark = pytest.mark.slow

SHARED_FIXTURES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
"""The fixtures below are only read, or made anew by each example."""

WORDS = st.text(max_size=300)
PIECES = st.sampled_from(
    ["---\n", "title: x\n", "# ", "```\n", "\n\n", "\r", "\r\n", "- ", "Mr. ", "6 p.m. ", "“", "\0",
     "\ufeff", "\u202e", "\ud7ff", "a" * 900, "word " * 60, "1. ", ". ", "\x85", "\u2028"]
)  # fmt: skip
TEXTS = st.lists(st.one_of(WORDS, PIECES), max_size=12).map("".join)
BYTES = st.one_of(
    st.binary(max_size=400),
    st.tuples(TEXTS, st.sampled_from(["utf-8", "utf-16", "utf-32", "latin-1", "cp1251"])).map(
        lambda pair: pair[0].encode(pair[1], "replace")
    ),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@given(BYTES)
def test_decoding_loses_no_character(data: bytes) -> None:
    with suppress(Unreadable):
        encoding, text = decode(data)
        assert "\0" not in text or encoding.startswith("utf")
        body = text.encode(encoding)
        assert data.endswith(body)
        assert len(data) - len(body) in (0, 2, 3, 4)  # a byte-order mark


@pytest.mark.parametrize("extension", FORMATS)
@given(data=BYTES)
def test_parts_lie_in_the_text_in_order(extension: str, data: bytes) -> None:
    try:
        extract: Extract = extractor(extension)(data)
    except Unreadable:
        return
    last = 0
    for part in extract.parts:
        assert last <= part.start_char < part.end_char <= len(extract.text)
        last = part.end_char


@pytest.mark.parametrize("extension", FORMATS)
@given(text=TEXTS)
def test_passages_are_exact_slices_within_the_budget(
    extension: str, text: str, encoder: LightEncoder
) -> None:
    try:
        extract = extractor(extension)(text.encode("utf-8", "replace"))
    except Unreadable:
        return
    passages = split(
        extract.text, extract.parts, count_tokens=encoder.count_tokens, budget=encoder.budget
    )
    last = 0
    for passage in passages:
        assert extract.text[passage.start_char : passage.end_char] == passage.text
        assert last <= passage.start_char
        last = passage.end_char
        assert passage.sentences
        for sentence in passage.sentences:
            assert passage.start_char <= sentence.start_char < sentence.end_char <= last
    assert all(n <= encoder.budget for n in encoder.count_tokens([p.text for p in passages]))


@SHARED_FIXTURES
@given(rows=st.lists(st.one_of(JSON.map(json.dumps), WORDS), max_size=4), data=st.binary())
def test_a_file_of_labelled_questions(rows: list[str], data: bytes, tmp_path: Path) -> None:
    for content in ("\n".join(rows).encode("utf-8", "replace"), data):
        (tmp_path / "q.jsonl").write_bytes(content)
        with suppress(QuestionsError):
            questions = load(tmp_path / "q.jsonl")
            assert all(isinstance(question, LabelledQuestion) for question in questions)


@SHARED_FIXTURES
@given(data=BYTES)
def test_a_file_of_conversations_that_is_none(data: bytes) -> None:
    history_file().parent.mkdir(parents=True, exist_ok=True)
    history_file().write_bytes(data)
    with suppress(HistoryError):
        assert History(SEEDS).conversations() == []  # an empty file is a new one
        assert not data or history_file().read_bytes().startswith(b"SQLite format 3")


@pytest.fixture(scope="module")
def archive(seeds_index: Path) -> Archive:
    return Archive(Settings(SEEDS, seeds_index, DEFAULT_MODEL, MAX_BYTES))


def spoiled(document: Any, path: list[int], value: Any) -> Any:
    """The document with what lies at a path of numbers replaced."""
    if not path or not isinstance(document, dict | list) or not document:
        return value
    if isinstance(document, list):
        at = path[0] % len(document)
        return [spoiled(part, path[1:], value) if n == at else part
                for n, part in enumerate(document)]  # fmt: skip
    name = sorted(document)[path[0] % len(document)]
    return {**document, name: spoiled(document[name], path[1:], value)}


@SHARED_FIXTURES
@given(path=st.lists(st.integers(0, 40), min_size=1, max_size=6), value=JSON)
def test_an_answer_that_was_tampered_with(path: list[int], value: Any, archive: Archive) -> None:
    document = answer_json(archive.answer("How late did the launch start?"))
    try:
        answer = answer_of(spoiled(document, path, value))
    except ValueError:
        return
    for citation in answer.shown:  # what can be read back can be shown
        assert "".join(citation.parts) == citation.passage.text
        assert "".join(citation.marked_parts) == citation.highlight.text


@SHARED_FIXTURES
@given(document=st.one_of(JSON.map(json.dumps), WORDS))
def test_a_conversation_that_was_tampered_with(document: str, archive: Archive) -> None:
    history_file().unlink(missing_ok=True)
    history = History(SEEDS)
    answer = archive.answer("How late did the launch start?")
    kept = history.add(None, Exchange("2026-11-27T12:00:00+00:00", answer))
    with closing(sqlite3.connect(history_file(), isolation_level=None)) as database:
        database.execute("UPDATE exchanges SET answer = ?", (document.encode(errors="replace"),))
    with suppress(HistoryError):
        (exchange,) = history.exchanges(kept)
        assert exchange.answer.answered == bool(exchange.answer.citations)
    history.close()


@SHARED_FIXTURES
@given(question=TEXTS, after=st.lists(TEXTS, max_size=2))
def test_a_question(question: str, after: list[str], archive: Archive) -> None:
    answers = [archive.answer(words) for words in after]
    answer = archive.answer(question, after=answers)
    assert answer.answered == bool(answer.citations)
    assert answer.reason is None or not answer.answered
    for citation in answer.shown:
        text = (SEEDS / citation.source).read_bytes().decode()
        for quote in (citation.passage, citation.highlight):
            assert text[quote.start_char : quote.end_char] == quote.text
