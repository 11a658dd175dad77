"""A question and its answer as a card: what is shown, and what is folded."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.chat.card import Fold
from tests.conftest import SEEDS
from tests.pilot import ask, journey, opened, shown, told, until

LATE = "How late did the launch start?"
UNANSWERED = "What software encodes the sound?"
COPIED = "How did Florida's governor enter the 2024 race for president?"


@journey
async def test_an_answer_is_a_card_with_the_marked_sentence_its_passage_and_place(
    seeds_index: Path,
) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        card = await ask(pilot, LATE)
        assert card.exchange is not None
        citation = card.exchange.answer.citations[0]
        text = shown(card)
        assert card.has_class("-answered")
        assert text.startswith(f"❯ {LATE}")
        assert citation.highlight.text in text
        assert citation.passage.text in text
        assert f"{citation.source}:{citation.highlight.start_line}  {citation.score:.0%}" in text
        assert "▸ 2 further passages" in text
        for further in card.citations[1:]:  # folded, with what is marked in it
            assert further.highlight.text in text
            assert further.passage.text not in text
        assert len(card.views()) == 1
        assert app.transcript.chosen is card.views()[0]


@journey
async def test_a_sentence_deep_in_its_passage_is_shown_above_it_too(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (_, pilot):
        card = await ask(pilot, "Who is Elon Musk?")
        assert card.exchange is not None
        citation = card.exchange.answer.citations[0]
        text = str(card.views()[0].content)
        assert text.count(citation.highlight.text) == 2
        assert text.index(citation.highlight.text) < text.index(citation.passage.text)


@journey
async def test_copies_are_named(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (_, pilot):
        card = await ask(pilot, COPIED)
        await pilot.press("ctrl+t")
        copied = next(one for one in card.citations if one.also_in)
        assert f"also in {copied.also_in[0].source}:{copied.also_in[0].start_line}" in shown(card)


@journey
async def test_further_passages_unfold_and_fold_by_key_and_by_click(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index, size=(110, 60)) as (app, pilot):
        card = await ask(pilot, LATE)
        await pilot.press("ctrl+t")
        await until(pilot, lambda: [view.citation.rank for view in card.views()] == [1, 2, 3])
        assert "▾ 2 further passages" in shown(card)
        await until(pilot, lambda: app.transcript.region.contains_region(card.views()[1].region))
        await pilot.click(Fold)
        await until(pilot, lambda: [view.citation.rank for view in card.views()] == [1])


@journey
async def test_a_refusal_looks_different_says_why_and_offers_the_nearest(
    seeds_index: Path,
) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        card = await ask(pilot, UNANSWERED)
        assert card.has_class("-refused")
        assert not card.has_class("-answered")
        assert "The articles do not answer this." in shown(card)
        assert "The nearest passage says “" in shown(card)
        assert not card.views()
        assert "▸ 3 nearest passages" in shown(card)
        await pilot.press("f3")  # one key from the source here too
        await until(pilot, lambda: app.pane.opened is not None)
        assert len(card.views()) == 3
        assert app.transcript.chosen is card.views()[0]


@journey
async def test_a_follow_up_shows_what_was_searched_and_lets_it_be_edited(
    seeds_index: Path,
) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        await ask(pilot, "Who moderated the event?")
        card = await ask(pilot, "How many followers does he have?")
        assert card.exchange is not None
        searched = card.exchange.answer.searched_as
        assert searched is not None
        assert "Sacks" in searched
        assert f"searched as: {searched}" in shown(card)
        await pilot.press("ctrl+g")
        await until(pilot, lambda: app.prompt.text == searched)
        await pilot.press("enter")
        await until(pilot, lambda: len(app.conversation.exchanges) == 3)
        edited = app.conversation.exchanges[-1].answer
        assert edited.question == searched
        assert edited.searched_as is None
        assert edited.citations == card.exchange.answer.citations


@journey
async def test_what_was_edited_is_searched_as_it_is_written(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        await ask(pilot, "Who moderated the event?")
        await ask(pilot, "How many followers does he have?")
        await pilot.press("ctrl+g")
        await until(pilot, lambda: "Sacks" in app.prompt.text)
        app.prompt.select_all()
        app.prompt.replace("Did it crash?", *app.prompt.selection)
        await pilot.press("enter")
        await until(pilot, lambda: len(app.conversation.exchanges) == 3)
        assert app.conversation.exchanges[-1].answer.searched_as is None


@pytest.mark.parametrize("ends", [("escape",), ("ctrl+end", "ctrl+u"), ("escape", "ctrl+u")])
@journey
async def test_what_is_typed_after_a_revision_was_given_up_is_a_follow_up(
    seeds_index: Path, ends: tuple[str, ...]
) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        await ask(pilot, "Who moderated the event?")
        await ask(pilot, "How many followers does he have?")
        await pilot.press("ctrl+g")
        await until(pilot, lambda: "Sacks" in app.prompt.text)
        await pilot.press(*ends)
        app.prompt.select_all()
        app.prompt.replace("What did he say?", *app.prompt.selection)
        await pilot.press("enter")
        await until(pilot, lambda: len(app.conversation.exchanges) == 3)
        assert app.conversation.exchanges[-1].answer.searched_as == "What did David Sacks say?"


@journey
async def test_what_was_searched_for_a_word_typed_wrong_is_shown(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        card = await ask(pilot, "Who modderated the event?")
        assert card.exchange is not None
        assert card.exchange.answer.searched_also == ("moderated",)
        assert "searched also for: moderated" in shown(card)
        await pilot.press("ctrl+g")
        await until(pilot, lambda: app.prompt.text == "Who modderated the event?")
        assert told(app) == ["It was searched also for: moderated."]
        app.prompt.clear()
        card = await ask(pilot, LATE)
        assert "searched also for" not in shown(card)
