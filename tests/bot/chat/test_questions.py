"""Questions wait for each other and for the articles, and each may be cancelled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.answering.citation import Answer
from bot.chat.app import ChatApp
from tests.conftest import SEEDS
from tests.pilot import Gate, ask, journey, opened, send, shown, until

LATE = "How late did the launch start?"
UNANSWERED = "What software encodes the sound?"


@journey
async def test_the_prompt_stays_usable_and_a_second_question_waits_its_turn(
    seeds_index: Path,
) -> None:
    gate = Gate("answer")
    async with opened(SEEDS, seeds_index, before=gate) as (app, pilot):
        first = await send(pilot, LATE)
        await until(pilot, gate.reached.is_set)
        second = await send(pilot, UNANSWERED)
        assert "Searching…" in shown(first)
        assert "Waiting for its turn…" in shown(second)
        app.prompt.insert("a third")
        assert app.prompt.has_focus
        gate.passed.set()
        await until(pilot, lambda: second.exchange is not None)
        assert [one.answer.question for one in app.conversation.exchanges] == [LATE, UNANSWERED]
        assert app.prompt.text == "a third"


@journey
async def test_escape_cancels_and_gives_the_question_back(seeds_index: Path) -> None:
    gate = Gate("answer")
    async with opened(SEEDS, seeds_index, before=gate) as (app, pilot):
        cancelled = await send(pilot, LATE)
        await until(pilot, gate.reached.is_set)
        waiting = await send(pilot, UNANSWERED)
        await pilot.press("escape")
        await until(pilot, lambda: "Cancelled." in shown(cancelled))
        assert app.prompt.text == LATE
        gate.passed.set()
        await until(pilot, lambda: waiting.exchange is not None)
        assert cancelled.exchange is None
        assert [one.answer.question for one in app.conversation.exchanges] == [UNANSWERED]


@journey
async def test_a_new_conversation_leaves_a_question_that_is_worked_on_to_the_old_one(
    seeds_index: Path,
) -> None:
    gate = Gate("answer")
    gate.passed.set()
    async with opened(SEEDS, seeds_index, before=gate) as (app, pilot):
        await ask(pilot, "Who moderated the event?")
        old = app.conversation
        gate.passed.clear()
        gate.reached.clear()
        await send(pilot, "How many followers does he have?")
        await until(pilot, gate.reached.is_set)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: not app.transcript.cards)
        gate.passed.set()
        await until(pilot, lambda: len(old.exchanges) == 2)
        assert not app.transcript.cards
        assert not app.conversation.exchanges
        card = await ask(pilot, "Did it crash?")
        assert card.exchange is not None
        assert card.exchange.answer.searched_as is None


@pytest.mark.slow
@journey
async def test_an_edited_search_that_is_cancelled_is_still_searched_as_it_is(
    seeds_index: Path,
) -> None:
    gate = Gate("answer")
    gate.passed.set()
    async with opened(SEEDS, seeds_index, before=gate) as (app, pilot):
        await ask(pilot, "Who moderated the event?")
        card = await ask(pilot, "How many followers does he have?")
        assert card.exchange is not None
        searched = card.exchange.answer.searched_as
        await pilot.press("ctrl+g")
        await until(pilot, lambda: app.prompt.text == searched)
        app.prompt.clear()
        app.prompt.insert("Did it crash?")
        gate.passed.clear()
        gate.reached.clear()
        await pilot.press("enter")
        await until(pilot, gate.reached.is_set)
        await pilot.press("escape")
        await until(pilot, lambda: app.prompt.text == "Did it crash?")
        gate.passed.set()
        await pilot.press("enter")
        await until(pilot, lambda: len(app.conversation.exchanges) == 3)
        assert app.conversation.exchanges[-1].answer.searched_as is None


@journey
async def test_a_question_asked_before_the_articles_are_open_waits_and_is_answered(
    seeds_index: Path,
) -> None:
    gate = Gate("look")
    async with opened(SEEDS, seeds_index, before=gate, wait=False) as (app, pilot):
        card = await send(pilot, LATE)
        assert "Opening the articles…" in app.follower.state.status()
        await until(pilot, lambda: "Waiting until the articles are open…" in shown(card))
        gate.passed.set()
        await until(pilot, lambda: card.exchange is not None)
        assert card.has_class("-answered")


@journey
async def test_a_question_that_waits_for_the_articles_can_be_cancelled(
    seeds_index: Path,
) -> None:
    gate = Gate("look")
    async with opened(SEEDS, seeds_index, before=gate, wait=False) as (app, pilot):
        card = await send(pilot, LATE)
        await until(pilot, lambda: "Waiting until the articles are open…" in shown(card))
        await pilot.press("escape")
        await until(pilot, lambda: "Cancelled." in shown(card))
        gate.passed.set()
        await until(pilot, app.follower.settled.is_set)
        assert not app.conversation.exchanges


@journey
async def test_a_defect_costs_one_question_and_is_told(seeds_index: Path) -> None:
    def broken(app: ChatApp) -> None:
        real = app.archive.answer

        def answer(question: str, *arguments: Any, **options: Any) -> Answer:
            if question == UNANSWERED:
                raise ZeroDivisionError("by nothing")
            return real(question, *arguments, **options)

        app.archive.answer = answer  # type: ignore[method-assign]

    async with opened(SEEDS, seeds_index, before=broken) as (app, pilot):
        card = await ask(pilot, UNANSWERED)
        assert "bot has a defect: ZeroDivisionError('by nothing')" in shown(card)
        assert (await ask(pilot, LATE)).has_class("-answered")
        assert len(app.defects) == 1
