"""Conversations are kept while one talks, gone on with, and chosen from a list."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest
from textual.widgets import OptionList

from bot.chat.screens import ConversationsScreen
from bot.conversations.history import History, history_file
from tests.conftest import SEEDS
from tests.pilot import Gate, ask, journey, opened, send, shown, told, until

LATE = "How late did the launch start?"
UNANSWERED = "What software encodes the sound?"


@journey
async def test_a_conversation_is_kept_and_gone_on_with(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index, keep=True) as (app, pilot):
        await ask(pilot, "Who moderated the event?")
        await until(pilot, lambda: app.conversation.kept == 1)
    async with opened(SEEDS, seeds_index, keep=True, go_on=True) as (app, pilot):
        await until(pilot, lambda: app.conversation.exchanges)
        assert "Who moderated the event?" in shown(app.transcript.cards[0])
        # it is gone on with: what follows depends on it, Up finds it, and it grows
        card = await ask(pilot, "How many followers does he have?")
        assert card.exchange is not None
        assert "Sacks" in (card.exchange.answer.searched_as or "")
        await pilot.press("up", "up")
        await until(pilot, lambda: app.prompt.text == "Who moderated the event?")
        await until(pilot, lambda: app.conversation.kept == 2)
    (kept,) = History(SEEDS).conversations()
    assert kept.exchanges == 2


@journey
async def test_a_question_typed_before_it_is_back_follows_it(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index, keep=True) as (app, pilot):
        await ask(pilot, "Who moderated the event?")
        await until(pilot, lambda: app.conversation.kept == 1)
    async with opened(SEEDS, seeds_index, keep=True, go_on=True, wait=False) as (app, pilot):
        card = await send(pilot, "How many followers does he have?")
        await until(pilot, lambda: card.exchange is not None)
        assert [shown(one).split("\n")[0] for one in app.transcript.cards] == [
            "❯ Who moderated the event?",
            "❯ How many followers does he have?",
        ]
        assert card.exchange is not None
        assert card.exchange.answer.searched_as


@journey
async def test_without_history_nothing_is_kept(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index, keep=False) as (app, pilot):
        await ask(pilot, LATE)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: told(app))
        assert "not being kept" in told(app)[-1]
    assert not history_file().exists()


@journey
async def test_conversations_are_chosen_from_a_list_and_deleted_there(
    seeds_index: Path,
) -> None:
    async with opened(SEEDS, seeds_index, keep=True) as (app, pilot):
        await ask(pilot, LATE)
        await until(pilot, lambda: app.conversation.kept == 1)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: not app.transcript.cards)
        await ask(pilot, UNANSWERED)
        await until(pilot, lambda: app.conversation.kept == 1)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, ConversationsScreen))
        options = app.screen.query_one(OptionList)
        titles = [str(options.get_option_at_index(n).prompt) for n in range(2)]
        assert UNANSWERED in titles[0]
        assert LATE in titles[1]
        await pilot.press("down", "enter")
        await until(
            pilot,
            lambda: (
                app.conversation.exchanges and app.conversation.exchanges[0].answer.question == LATE
            ),
        )
        assert len(app.transcript.cards) == 1
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, ConversationsScreen))
        await pilot.press("d")
        await until(pilot, lambda: "Press d again" in "".join(told(app)[-1:]))
        assert len(History(SEEDS).conversations()) == 2
        await pilot.press("d", "escape")
        await until(pilot, lambda: not isinstance(app.screen, ConversationsScreen))
        assert [one.title for one in History(SEEDS).conversations()] == [LATE]
        assert len(app.transcript.cards) == 1  # the open one is still there


@journey
async def test_a_conversation_that_was_deleted_begins_anew(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index, keep=True) as (app, pilot):
        await ask(pilot, LATE)
        await until(pilot, lambda: app.conversation.kept == 1)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, ConversationsScreen))
        await pilot.press("d", "d", "escape")
        await until(pilot, lambda: not isinstance(app.screen, ConversationsScreen))
        assert History(SEEDS).conversations() == []
        await until(pilot, lambda: not app.transcript.cards)
        await ask(pilot, UNANSWERED)
        await until(pilot, lambda: History(SEEDS).conversations())
        assert [one.title for one in History(SEEDS).conversations()] == [UNANSWERED]


@journey
async def test_the_open_conversation_is_deleted_while_its_question_is_worked_on(
    seeds_index: Path,
) -> None:
    gate = Gate("answer")
    gate.passed.set()
    async with opened(SEEDS, seeds_index, keep=True, before=gate) as (app, pilot):
        await ask(pilot, LATE)
        await until(pilot, lambda: app.conversation.kept == 1)
        deleted = app.conversation
        gate.passed.clear()
        gate.reached.clear()
        await send(pilot, UNANSWERED)
        await until(pilot, gate.reached.is_set)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, ConversationsScreen))
        await pilot.press("d", "d", "escape")
        await until(pilot, lambda: app.conversation is not deleted)
        gate.passed.set()
        await until(pilot, lambda: deleted.kept == 2)
        assert not app.transcript.cards
        card = await ask(pilot, "Who is Elon Musk?")
        assert card.has_class("-answered")
        assert not app.defects
    titles = [one.title for one in History(SEEDS).conversations()]
    assert titles == ["Who is Elon Musk?", UNANSWERED]


@journey
async def test_what_another_program_holds_back_is_kept_with_the_next_question(
    seeds_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: real(*a, **{**k, "timeout": 0.1}))
    async with opened(SEEDS, seeds_index, keep=True) as (app, pilot):
        await ask(pilot, LATE)
        await until(pilot, lambda: app.conversation.kept == 1)
        with contextlib.closing(real(history_file(), isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            card = await ask(pilot, UNANSWERED)
            # it is on the screen, and Esc takes nothing back
            await pilot.press("escape")
            await until(pilot, lambda: told(app))
            assert "held by another program" in told(app)[-1]
            assert card.has_class("-refused")
            other.execute("ROLLBACK")
        await ask(pilot, "Who is Elon Musk?")
        await until(pilot, lambda: app.conversation.kept == 3)
    (kept,) = History(SEEDS).conversations()
    assert kept.exchanges == 3


@journey
async def test_what_cannot_be_kept_is_told_of_once_and_the_chat_goes_on(
    seeds_index: Path,
) -> None:
    history_file().parent.mkdir(parents=True)
    history_file().mkdir()
    async with opened(SEEDS, seeds_index, keep=True) as (app, pilot):
        await until(pilot, lambda: told(app))
        assert "cannot be used" in told(app)[0]
        assert (await ask(pilot, LATE)).has_class("-answered")
        await ask(pilot, UNANSWERED)
        assert len(told(app)) == 1
