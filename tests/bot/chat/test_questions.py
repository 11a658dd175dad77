"""Questions wait for each other and for the articles, and each may be cancelled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.answering.citation import Answer
from bot.chat.app import ChatApp
from bot.chat.screens import ConversationsScreen
from embeddings.encoding.model import Model
from embeddings.index.rebuild import Sizes, rebuild
from tests.bot.conversations.test_follower import interrupt_when
from tests.conftest import MAX_BYTES, SEEDS
from tests.pilot import Gate, HeldUpdates, ask, journey, opened, send, shown, until

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
async def test_each_question_of_a_message_is_one_of_the_conversation(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        app.prompt.insert("Hi! Who moderated the event? How many followers does he have? Thanks.")
        await pilot.press("enter")
        await until(pilot, lambda: len(app.conversation.exchanges) == 2)
        first, second = (exchange.answer for exchange in app.conversation.exchanges)
        assert first.question == "Hi! Who moderated the event?"
        assert first.searched_as == "Who moderated the event?"
        assert second.searched_as == "How many followers does David Sacks have?"
        await until(pilot, lambda: "searched as: How many" in shown(app.transcript.cards[-1]))
        await pilot.press("ctrl+g")
        await until(pilot, lambda: app.prompt.text == second.searched_as)


@journey
async def test_each_line_of_a_list_is_a_question(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        app.prompt.insert("- Who moderated  the event\n\n- How many followers does he have")
        await pilot.press("enter")
        await until(pilot, lambda: len(app.conversation.exchanges) == 2)
        searched = [exchange.answer.searched_as for exchange in app.conversation.exchanges]
        assert searched == [
            "Who moderated the event?",
            "How many followers does David Sacks have?",
        ]


@journey
async def test_a_greeting_gets_a_line_and_no_passage(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (_, pilot):
        card = await ask(pilot, "good evening")
        assert "in their own words" in shown(card)
        assert "do not answer" not in shown(card)
        assert not card.citations


@pytest.mark.slow
@journey
async def test_what_was_refused_before_all_was_indexed_is_asked_again(
    seeds: Path, tmp_path: Path, model: Model
) -> None:
    with pytest.raises(KeyboardInterrupt):
        rebuild(
            seeds,
            tmp_path / "index",
            model,
            max_bytes=MAX_BYTES,
            progress=interrupt_when("indexed"),
            sizes=Sizes(batch=10),
        )
    held = HeldUpdates()
    async with opened(seeds, tmp_path / "index", update_index=held.update_index) as (app, pilot):
        await until(pilot, held.reached.is_set)
        card = await ask(pilot, f"Hello! {UNANSWERED}")
        assert "that are indexed so far" in shown(card)
        assert card.has_class("-refused")
        held.passed.set()
        await until(pilot, lambda: len(app.conversation.exchanges) == 2)
        again = app.conversation.exchanges[1]
        assert again.note == "Asked again, now that all articles are indexed."
        assert (again.answer.question, again.answer.searched_as) == (UNANSWERED, None)
        await until(pilot, lambda: "Asked again" in shown(app.transcript.cards[-1]))
        await ask(pilot, UNANSWERED)  # refused, and not asked again: all are indexed
        assert len(app.conversation.exchanges) == 3


@pytest.mark.slow
@pytest.mark.parametrize("back_early", [False, True])
@journey
async def test_an_earlier_conversation_is_asked_again_when_it_is_shown_again(
    seeds: Path, tmp_path: Path, model: Model, back_early: bool
) -> None:
    with pytest.raises(KeyboardInterrupt):
        rebuild(
            seeds,
            tmp_path / "index",
            model,
            max_bytes=MAX_BYTES,
            progress=interrupt_when("indexed"),
            sizes=Sizes(batch=10),
        )
    held = HeldUpdates()
    kept = opened(seeds, tmp_path / "index", update_index=held.update_index, keep=True)
    async with kept as (app, pilot):
        await until(pilot, held.reached.is_set)
        await ask(pilot, UNANSWERED)
        await until(pilot, lambda: app.conversation.id is not None)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: not app.transcript.cards)
        if not back_early:
            held.passed.set()
            await until(pilot, lambda: app.follower.state.note() is None)  # all is done
            assert not app.conversation.exchanges
        await pilot.press("ctrl+r")
        await until(pilot, lambda: isinstance(app.screen, ConversationsScreen))
        await pilot.press("enter")
        await until(pilot, lambda: app.conversation.exchanges)
        held.passed.set()
        await until(pilot, lambda: len(app.conversation.exchanges) == 2)
        first, again = app.conversation.exchanges
        assert first.note is not None
        assert "indexed so far" in first.note
        # the files are so new that the question's own look may have them read once more
        assert again.note in (
            "Asked again, now that all articles are indexed.",
            "The articles have changed; the index is still being brought up to date.",
        )
        assert again.answer.question == UNANSWERED


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
        app.prompt.select_all()
        app.prompt.replace("Did it crash?", *app.prompt.selection)
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
