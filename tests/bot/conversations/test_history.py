"""Conversations are kept, listed, deleted, and told of where they are damaged."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from bot.conversations.history import Exchange, History, HistoryError, history_file
from bot.presenting.json import answer_json
from tests.bot.conftest import LATE, UNANSWERED
from tests.conftest import SEEDS


def test_what_is_added_comes_back_in_order(exchanges: list[Exchange]) -> None:
    history = History(SEEDS)
    first = history.add(None, exchanges[0])
    second = history.add(None, exchanges[1])
    assert history.add(first, exchanges[1]) == first
    again = History(SEEDS)
    assert [(one.id, one.title, one.exchanges) for one in again.conversations()] == [
        (first, LATE, 2),
        (second, UNANSWERED, 1),
    ]
    kept = again.exchanges(first)
    assert [one.note for one in kept] == [None, exchanges[1].note]
    assert answer_json(kept[0].answer) == answer_json(exchanges[0].answer)
    again.delete(first)
    assert [one.id for one in history.conversations()] == [second]
    assert history.exchanges(first) == []
    assert [one.id for one in history.conversations(0)] == []
    third = history.add(first, exchanges[0])  # one that was deleted meanwhile begins anew
    assert third not in (first, second)
    assert len(history.exchanges(third)) == 1


def test_other_folders_have_conversations_of_their_own(
    exchanges: list[Exchange], tmp_path: Path
) -> None:
    history = History(SEEDS)
    history.add(None, exchanges[0])
    assert History(tmp_path).conversations() == []


def test_nobody_else_may_read_them_and_what_is_deleted_is_gone(
    exchanges: list[Exchange],
) -> None:
    history = History(SEEDS)
    number = history.add(None, exchanges[0])
    assert stat.S_IMODE(history_file().stat().st_mode) == 0o600
    assert LATE.encode() in history_file().read_bytes()
    history.delete(number)
    assert LATE.encode() not in history_file().read_bytes()


@pytest.mark.parametrize("content", [b"no database, but long enough to be one" * 40, b""])
def test_a_damaged_file_is_told_of_and_left(content: bytes, exchanges: list[Exchange]) -> None:
    history_file().parent.mkdir(parents=True)
    history_file().write_bytes(content)
    if not content:
        History(SEEDS).add(None, exchanges[0])  # an empty file is a new one
        return
    with pytest.raises(HistoryError, match="cannot be used") as raised:
        History(SEEDS)
    assert "--no-history" in str(raised.value.remedy)
    assert history_file().read_bytes() == content


def test_a_later_format_is_not_touched() -> None:
    History(SEEDS).close()
    with sqlite3.connect(history_file()) as db:
        db.execute("PRAGMA user_version = 9")
    db.close()
    with pytest.raises(HistoryError, match="format 9"):
        History(SEEDS)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"question": "How late did the launch start?"', '"question": 5'),
        ('"confidence": 0.', '"confidence": "high", "x": 0.'),
        ('"start_char": ', '"start_char": "x", "y": '),
        ('"source": "2023', '"source": "../../2023'),
        ('"source": "2023', '"source": "/etc/2023'),
        ('"answered": true', '"answered": false'),
        ('"text": "The launch', '"text": "No launch'),
        ("{", "no JSON {"),
    ],
)
def test_a_tampered_row_is_told_of(exchanges: list[Exchange], old: str, new: str) -> None:
    history = History(SEEDS)
    number = history.add(None, exchanges[0])
    with sqlite3.connect(history_file()) as db:
        (kept,) = db.execute("SELECT answer FROM exchanges").fetchone()
        assert old in kept
        db.execute("UPDATE exchanges SET answer = ?", (kept.replace(old, new),))
    db.close()
    with pytest.raises(HistoryError, match="cannot be used"):
        history.exchanges(number)


@pytest.mark.parametrize("time", ["'yesterday'", "5", "x'ff'"])
def test_a_tampered_time_is_told_of(exchanges: list[Exchange], time: str) -> None:
    history = History(SEEDS)
    number = history.add(None, exchanges[0])
    with sqlite3.connect(history_file()) as db:
        db.execute(f"UPDATE exchanges SET asked_at = {time}")
    db.close()
    with pytest.raises(HistoryError, match="cannot be used"):
        history.exchanges(number)
    with pytest.raises(HistoryError, match="cannot be used"):
        history.conversations()
