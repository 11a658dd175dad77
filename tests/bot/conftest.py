"""Answers to the project's own articles: an answer, a refusal, and another answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.answering.citation import Answer
from bot.conversations.history import Exchange
from embeddings.encoding.light import LightEncoder
from embeddings.index.search import Index
from tests.asking import asked

LATE = "How late did the launch start?"
UNANSWERED = "What software encodes the sound?"


@pytest.fixture(scope="session")
def answers(seeds_index: Path, encoder: LightEncoder) -> list[Answer]:
    index = Index(seeds_index)
    questions = (LATE, UNANSWERED, "Who is Elon Musk?")
    given = [asked(question, index, encoder) for question in questions]
    index.close()
    return given


@pytest.fixture
def exchanges(answers: list[Answer]) -> list[Exchange]:
    return [
        Exchange("2026-11-21T14:30:05+00:00", answers[0]),
        Exchange("2026-11-21T14:31:00+00:00", answers[1], "From the 3 of 8 articles."),
    ]
