"""A conversation: what is kept of it, and what it is gone on with."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest

from bot.conversations.conversation import Conversation
from bot.conversations.history import Exchange, History, HistoryError, history_file
from tests.bot.conftest import LATE, UNANSWERED
from tests.conftest import SEEDS


def test_only_what_is_not_kept_yet_is_kept(exchanges: list[Exchange]) -> None:
    history, conversation = History(SEEDS), Conversation()
    conversation.keep(history)
    assert (conversation.id, conversation.kept) == (None, 0)
    conversation.exchanges.append(exchanges[0])
    conversation.keep(history)
    conversation.keep(history)
    conversation.exchanges.append(exchanges[1])
    conversation.keep(history)
    assert conversation.kept == 2
    assert conversation.answers == tuple(one.answer for one in exchanges)
    (kept,) = history.conversations()
    assert (kept.id, kept.title, kept.exchanges) == (conversation.id, LATE, 2)


def test_what_could_not_be_kept_is_kept_with_the_next(
    exchanges: list[Exchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: real(*a, **{**k, "timeout": 0.1}))
    history, conversation = History(SEEDS), Conversation()
    conversation.exchanges.append(exchanges[0])
    with contextlib.closing(sqlite3.connect(history_file(), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(HistoryError, match="held by another program"):
            conversation.keep(history)
        assert conversation.kept == 0
        other.execute("ROLLBACK")
    conversation.exchanges.append(exchanges[1])
    conversation.keep(history)
    assert conversation.kept == 2


def test_a_kept_conversation_comes_before_what_there_is(exchanges: list[Exchange]) -> None:
    history = History(SEEDS)
    number = history.add(None, exchanges[0])
    conversation = Conversation()
    conversation.exchanges.append(exchanges[1])
    (resumed,) = conversation.resume(history, number)
    assert resumed.answer.question == LATE
    assert [one.answer.question for one in conversation.exchanges] == [LATE, UNANSWERED]
    conversation.keep(history)
    assert [one.exchanges for one in history.conversations()] == [2]
