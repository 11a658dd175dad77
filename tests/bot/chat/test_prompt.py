"""The prompt: what is typed, sent, brought back, and not sent."""

from __future__ import annotations

from pathlib import Path

from textual.events import Key, Paste

from bot.chat.screens import Sheet
from tests.conftest import SEEDS
from tests.pilot import ask, journey, opened, told, until

LATE = "How late did the launch start?"
UNANSWERED = "What software encodes the sound?"


@journey
async def test_what_is_typed_in_one_burst_is_sent_whole(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        for question in (LATE, UNANSWERED):
            for character in question:
                app.post_message(Key(character, character))
            app.post_message(Key("enter", "\r"))
        await until(pilot, lambda: len(app.conversation.exchanges) == 2)
        assert [one.answer.question for one in app.conversation.exchanges] == [LATE, UNANSWERED]


@journey
async def test_the_prompt_grows_and_goes_through_earlier_questions(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        await ask(pilot, LATE)
        await ask(pilot, UNANSWERED)
        height = app.prompt.size.height
        app.prompt.insert("one")
        await pilot.press("ctrl+j")
        await until(pilot, lambda: app.prompt.text == "one\n")
        app.prompt.insert("two")
        await pilot.press("shift+enter")
        await until(pilot, lambda: app.prompt.text == "one\ntwo\n")
        app.prompt.insert("three")
        await pilot.pause()
        assert app.prompt.text == "one\ntwo\nthree"
        assert app.prompt.size.height == height + 2
        await pilot.press("up", "up")  # to its first line
        await pilot.press("up")
        await until(pilot, lambda: app.prompt.text == UNANSWERED)
        await pilot.press("up")
        await until(pilot, lambda: app.prompt.text == LATE)
        await pilot.press("up")
        assert app.prompt.text == LATE
        await pilot.press("down", "down")
        await until(pilot, lambda: app.prompt.text == "one\ntwo\nthree")


@journey
async def test_an_empty_and_an_endless_question_are_not_sent(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        app.prompt.insert(" \n ")
        await pilot.press("enter")
        assert not app.transcript.cards
        app.prompt.insert("word " * 5000)
        await pilot.press("enter")
        assert not app.transcript.cards
        assert "may have 20,000" in told(app)[-1]


@journey
async def test_lines_that_are_pasted_are_lines(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        for end in ("\r", "\r\n", "\n", "\v", "\f", "\x85", "\u2028", "\u2029"):
            app.post_message(Paste(f"How late did{end}the launch\x1b start?{end}"))
            await until(pilot, lambda: app.prompt.text)
            assert app.prompt.text == "How late did\nthe launch␛ start?\n"
            app.prompt.clear()
        app.post_message(Paste("How late did\rthe launch start?\r"))
        await until(pilot, lambda: app.prompt.text)
        await pilot.press("enter")
        await until(pilot, lambda: app.conversation.exchanges)
        assert app.conversation.exchanges[0].answer.question == LATE
        assert app.conversation.exchanges[0].answer.searched_as is None


@journey
async def test_help_is_no_question(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        app.prompt.insert("/help")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Sheet))
        assert not app.transcript.cards
