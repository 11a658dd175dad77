"""The transcript: of a long conversation, only the end is on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.chat.transcript import WINDOW, Earlier
from bot.conversations.conversation import Conversation
from bot.conversations.history import Exchange
from tests.conftest import SEEDS
from tests.pilot import ask, journey, opened, shown

LATE = "How late did the launch start?"
UNANSWERED = "What software encodes the sound?"


@pytest.mark.slow
@journey
async def test_of_a_long_conversation_only_the_end_is_on_the_screen(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        first = await ask(pilot, LATE)
        assert first.exchange is not None
        many = [
            Exchange(first.exchange.asked_at, first.exchange.answer, f"number {n}")
            for n in range(500)
        ]
        app.conversation = Conversation()
        app.conversation.exchanges += many
        await app.transcript.start(many)
        assert len(app.transcript.cards) == WINDOW
        assert f"{500 - WINDOW} earlier questions" in shown(app.query_one(Earlier))
        card = await ask(pilot, UNANSWERED)
        assert len(app.transcript.cards) == WINDOW
        assert app.transcript.cards[-1] is card
        await app.transcript.bring_back()
        notes = [one.exchange.note for one in app.transcript.cards[:-1] if one.exchange]
        assert notes == [f"number {n}" for n in range(500 - 2 * WINDOW + 1, 500)]
        await ask(pilot, LATE)
        assert len(app.transcript.cards) == WINDOW
