"""The chat, driven as a person does, on the real model and index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.events import Key
from textual.geometry import Offset

from bot.answering.answer import Answer
from bot.chat.app import ChatApp, Talk
from bot.chat.screens import Sheet
from bot.chat.transcript import CitationView, Fold
from tests.conftest import SEEDS
from tests.pilot import Gate, ask, journey, opened, send, shown, told, until

LATE = "How late did the launch start?"
UNANSWERED = "What software encodes the sound?"
COPIED = "How did Florida's governor enter the 2024 race for president?"


# The conversation


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
        assert citation.highlight_text in text
        assert citation.passage in text
        assert (
            f"{citation.place.source}:{citation.highlight.start_line}  {citation.score:.0%}" in text
        )
        assert "▸ 2 further passages" in text
        for further in card.citations[1:]:  # folded, with what is marked in it
            assert further.highlight_text in text
            assert further.passage not in text
        assert len(card.views()) == 1
        assert app.transcript.chosen is card.views()[0]


@journey
async def test_a_sentence_deep_in_its_passage_is_shown_above_it_too(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (_, pilot):
        card = await ask(pilot, "Who is Elon Musk?")
        assert card.exchange is not None
        citation = card.exchange.answer.citations[0]
        text = str(card.views()[0].content)
        assert text.count(citation.highlight_text) == 2
        assert text.index(citation.highlight_text) < text.index(citation.passage)


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
        assert [view.citation.rank for view in card.views()] == [1, 2, 3]
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
        assert "No article has the word “encodes”" in shown(card)
        assert not card.views()
        assert "▸ 3 nearest passages" in shown(card)
        await pilot.press("f3")  # one key from the source here too
        await until(pilot, lambda: app.pane.opened is not None)
        assert len(card.views()) == 3
        assert app.transcript.chosen is card.views()[0]


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
        assert [one.answer.question for one in app.talk.exchanges] == [LATE, UNANSWERED]
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
        assert [one.answer.question for one in app.talk.exchanges] == [UNANSWERED]


@journey
async def test_what_is_typed_in_one_burst_is_sent_whole(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        for question in (LATE, UNANSWERED):
            for character in question:
                app.post_message(Key(character, character))
            app.post_message(Key("enter", "\r"))
        await until(pilot, lambda: len(app.talk.exchanges) == 2)
        assert [one.answer.question for one in app.talk.exchanges] == [LATE, UNANSWERED]


@journey
async def test_the_prompt_grows_and_goes_through_earlier_questions(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        await ask(pilot, LATE)
        await ask(pilot, UNANSWERED)
        height = app.prompt.size.height
        app.prompt.insert("one")
        await pilot.press("ctrl+j")
        app.prompt.insert("two")
        await pilot.press("shift+enter")
        app.prompt.insert("three")
        await pilot.pause()
        assert app.prompt.text == "one\ntwo\nthree"
        assert app.prompt.size.height == height + 2
        await pilot.press("up", "up")  # to its first line
        await pilot.press("up")
        assert app.prompt.text == UNANSWERED
        await pilot.press("up")
        assert app.prompt.text == LATE
        await pilot.press("up")
        assert app.prompt.text == LATE
        await pilot.press("down", "down")
        assert app.prompt.text == "one\ntwo\nthree"


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
async def test_a_new_conversation_leaves_a_question_that_is_worked_on_to_the_old_one(
    seeds_index: Path,
) -> None:
    gate = Gate("answer")
    gate.passed.set()
    async with opened(SEEDS, seeds_index, before=gate) as (app, pilot):
        await ask(pilot, "Who moderated the event?")
        old = app.talk
        gate.passed.clear()
        gate.reached.clear()
        await send(pilot, "How many followers does he have?")
        await until(pilot, gate.reached.is_set)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: not app.transcript.cards)
        gate.passed.set()
        await until(pilot, lambda: len(old.exchanges) == 2)
        assert not app.transcript.cards
        assert not app.talk.exchanges
        card = await ask(pilot, "Did it crash?")
        assert card.exchange is not None
        assert card.exchange.answer.searched_as is None


@journey
async def test_an_edited_search_that_is_cancelled_is_still_searched_as_it_is(
    seeds_index: Path,
) -> None:
    gate = Gate("answer")
    gate.passed.set()
    async with opened(SEEDS, seeds_index, before=gate) as (app, pilot):
        await ask(pilot, "Who moderated the event?")
        await ask(pilot, "How many followers does he have?")
        await pilot.press("ctrl+g")
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
        await until(pilot, lambda: len(app.talk.exchanges) == 3)
        assert app.talk.exchanges[-1].answer.searched_as is None


# The source


@journey
async def test_one_key_opens_the_source_at_the_passage(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        card = await ask(pilot, "Who is Elon Musk?")
        citation = card.citations[0]
        await pilot.press("f3")
        await until(pilot, lambda: app.pane.opened is not None)
        found = app.pane.opened
        assert found is not None
        assert found.text == (SEEDS / citation.place.source).read_bytes().decode()
        assert found.text[slice(*found.passage)] == citation.passage
        assert found.text[slice(*found.mark)] == citation.highlight_text
        assert f"{citation.place.source}:{citation.highlight.start_line}" in shown(app.pane)
        await until(pilot, lambda: app.pane.view.rows_shown())
        rows = app.pane.view.rows_shown()
        assert rows[0].start <= found.mark[0] < rows[-1].end
        assert app.pane.region.x > app.transcript.region.x
        await pilot.press("f3")
        assert not app.pane.display
        assert app.prompt.has_focus


@journey
async def test_it_lies_below_on_a_narrow_screen(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index, size=(70, 30)) as (app, pilot):
        await ask(pilot, LATE)
        await pilot.press("f3")
        await until(pilot, lambda: app.pane.opened is not None)
        assert app.pane.region.y >= app.transcript.region.bottom
        assert app.pane.region.width == 70


@journey
async def test_next_and_previous_citation_unfold_and_the_source_follows(
    seeds_index: Path,
) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        first = await ask(pilot, LATE)
        second = await ask(pilot, "Who is Elon Musk?")
        await pilot.press("f3")
        await until(pilot, lambda: app.pane.opened is not None)

        async def at(key: str, rank: int, question: str) -> None:
            await pilot.press(key)
            wanted = (first if question == LATE else second).citations[rank - 1]
            await until(pilot, lambda: app.pane.opened and app.pane.opened.citation == wanted)
            assert app.transcript.chosen is not None
            assert app.transcript.chosen.citation == wanted

        await at("ctrl+down", 2, "Who is Elon Musk?")
        await at("ctrl+down", 3, "Who is Elon Musk?")
        await at("ctrl+down", 3, "Who is Elon Musk?")  # the last there is
        await at("ctrl+up", 2, "Who is Elon Musk?")
        await at("ctrl+up", 1, "Who is Elon Musk?")
        await at("ctrl+up", 3, LATE)
        app.pane.view.focus()
        await until(pilot, lambda: app.pane.view.has_focus)
        await at("p", 2, LATE)
        await at("n", 3, LATE)
        app.transcript.focus()
        await until(pilot, lambda: app.transcript.has_focus)
        await at("down", 1, "Who is Elon Musk?")


@journey
async def test_a_click_on_a_source_opens_it(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        card = await ask(pilot, LATE)
        await pilot.click(CitationView, offset=Offset(6, 0))
        await until(pilot, lambda: app.pane.opened is not None)
        assert app.pane.opened is not None
        assert app.pane.opened.citation == card.citations[0]


@journey
async def test_the_editor_opens_at_the_line(
    seeds_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "an editor"
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{tmp_path}/opened"\n')
    script.chmod(0o755)
    monkeypatch.setenv("VISUAL", f'"{script}" --here')
    from contextlib import nullcontext

    # there is no terminal to leave in a test
    monkeypatch.setattr(ChatApp, "suspend", lambda app: nullcontext())
    async with opened(SEEDS, seeds_index) as (_, pilot):
        card = await ask(pilot, LATE)
        await pilot.press("f4")
        await until(pilot, (tmp_path / "opened").exists)
        place = card.citations[0].highlight
        assert (tmp_path / "opened").read_text().splitlines() == [
            "--here",
            "+3",
            str(SEEDS / place.source),
        ]


@journey
async def test_without_an_editor_one_is_asked_for(
    seeds_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "no-such-editor")
    async with opened(SEEDS, seeds_index) as (app, pilot):
        await ask(pilot, LATE)
        await pilot.press("f4")
        await until(pilot, lambda: told(app))
        assert "There is no editor no-such-editor" in told(app)[-1]


@journey
async def test_one_key_copies_the_quotation_with_its_source_and_line(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        card = await ask(pilot, LATE)
        await pilot.press("f5")
        citation = card.citations[0]
        place = citation.highlight
        title = "How late was it? A timeline of the DeSantis launch"
        assert app.clipboard == (
            f"{citation.highlight_text}\n— {title}, {place.source}, line 3, 2023-05-25\n"
        )
        await until(pilot, lambda: told(app))
        assert told(app)[-1].endswith("to the clipboard.")


@journey
async def test_what_is_copied_of_a_changed_or_lost_article_is_told(
    seeds: Path, tmp_path: Path
) -> None:
    async with opened(seeds, tmp_path / "index") as (app, pilot):
        card = await ask(pilot, LATE)
        path = seeds / card.citations[0].place.source
        path.write_text("Another text.")
        await pilot.press("f5")
        await until(pilot, lambda: told(app))
        assert "has changed since, and the passage no longer stands in it." in told(app)[-1]
        path.unlink()
        await pilot.press("f5")
        await until(pilot, lambda: len(told(app)) == 2)
        assert told(app)[-1].endswith("The article is no longer in the folder.")


@journey
async def test_selected_text_of_the_source_is_the_articles_own(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        await ask(pilot, LATE)
        await pilot.press("f3")
        await until(pilot, lambda: app.pane.opened and app.pane.view.rows_shown())
        view = app.pane.view
        await pilot.mouse_down(view, offset=Offset(10, 2))
        await pilot.hover(view, offset=Offset(20, 4))
        await pilot.mouse_up(view, offset=Offset(20, 4))
        await pilot.press("ctrl+c")
        assert app.pane.opened is not None
        assert len(app.clipboard) > 40
        assert app.clipboard in app.pane.opened.text


@journey
async def test_without_an_answer_these_keys_say_so(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        for key in ("f3", "f4", "f5"):
            await pilot.press(key)
            await until(pilot, lambda: told(app))
            assert "ask a question first" in told(app)[-1]
            app.clear_notifications()


# Ready at once


@journey
async def test_a_question_asked_before_the_articles_are_open_waits_and_is_answered(
    seeds_index: Path,
) -> None:
    gate = Gate("look")
    async with opened(SEEDS, seeds_index, before=gate, wait=False) as (app, pilot):
        card = await send(pilot, LATE)
        assert "Opening the articles…" in app.library.status()
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
        await until(pilot, app.library.settled.is_set)
        assert not app.talk.exchanges


# Follow-ups


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
        assert app.prompt.text == searched
        await pilot.press("enter")
        await until(pilot, lambda: len(app.talk.exchanges) == 3)
        edited = app.talk.exchanges[-1].answer
        assert edited.question == searched
        assert edited.searched_as is None
        assert edited.citations == card.exchange.answer.citations


@journey
async def test_what_was_edited_is_searched_as_it_is_written(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        await ask(pilot, "Who moderated the event?")
        await ask(pilot, "How many followers does he have?")
        await pilot.press("ctrl+g")
        app.prompt.clear()
        app.prompt.insert("Did it crash?")
        await pilot.press("enter")
        await until(pilot, lambda: len(app.talk.exchanges) == 3)
        assert app.talk.exchanges[-1].answer.searched_as is None


# A home for habits


@journey
async def test_help_lists_every_key_of_every_place(seeds_index: Path) -> None:
    from textual.binding import Binding
    from textual.widgets import TextArea

    from bot.chat.prompt import Prompt
    from bot.chat.source_pane import SourceView
    from bot.chat.transcript import Transcript

    async with opened(SEEDS, seeds_index) as (app, pilot):
        await pilot.press("f1")
        assert isinstance(app.screen, Sheet)
        text = shown(app.screen)
        for owner in (ChatApp, Prompt, Transcript, SourceView, TextArea):
            for binding in owner.BINDINGS:
                assert isinstance(binding, Binding)
                assert (binding.tooltip or binding.description) in text
                for key in binding.key.split(","):
                    assert app.get_key_display(Binding(key, "")) in text
        await pilot.press("escape")
        assert not isinstance(app.screen, Sheet)


@journey
async def test_the_palette_has_every_command(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, _):
        commands = {one.title for one in app.get_system_commands(app.screen)}
        assert {str(one.description) for one in app.BINDINGS} <= commands  # type: ignore[union-attr]
        assert {"Theme", "Quit"} <= commands


@journey
async def test_a_theme_is_still_on_at_the_next_start(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        assert app.theme != "nord"
        app.theme = "nord"
        await pilot.pause()
    async with opened(SEEDS, seeds_index) as (app, _):
        assert app.theme == "nord"


@journey
async def test_an_unknown_theme_is_no_obstacle(seeds_index: Path) -> None:
    from bot.chat.themes import theme_file

    theme_file().parent.mkdir(parents=True)
    theme_file().write_bytes(b"\xff no theme")
    async with opened(SEEDS, seeds_index) as (app, _):
        assert app.theme in app.available_themes


@journey
async def test_no_terminal_is_too_small(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        await ask(pilot, LATE)
        for size in ((20, 5), (8, 4), (3, 2), (1, 1), (110, 36)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        assert LATE in shown(app.transcript.cards[0])


@pytest.mark.parametrize("size", [(40, 12), (60, 20), (99, 19), (100, 30), (200, 60)])
@journey
async def test_it_fits_every_screen(seeds_index: Path, size: tuple[int, int]) -> None:
    async with opened(SEEDS, seeds_index, size=size) as (app, pilot):
        await ask(pilot, LATE)
        await ask(pilot, UNANSWERED)
        await pilot.press("f3")
        await until(pilot, lambda: app.pane.opened and app.pane.view.rows_shown())
        width, height = size
        for widget in (app.transcript, app.pane.view, app.prompt, app.query_one("#status")):
            region = widget.region
            assert region.width >= min(width, 100) // 2 - 4
            assert region.height >= 1
            assert region.right <= width
            assert region.bottom <= height
        assert app.transcript.region.height >= 3
        assert app.pane.view.region.height >= 2
        await pilot.press("f1")
        assert app.screen.query_one(".sheet").region.right <= width
        await pilot.press("escape")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: app.transcript.region.right <= 80)


# Nothing is held up, and nothing lost


@journey
async def test_a_defect_costs_one_question_and_is_told(seeds_index: Path) -> None:
    def broken(app: ChatApp) -> None:
        real = app.engine.answer

        def answer(question: str, *arguments: Any, **options: Any) -> Answer:
            if question == UNANSWERED:
                raise ZeroDivisionError("by nothing")
            return real(question, *arguments, **options)

        app.engine.answer = answer  # type: ignore[method-assign]

    async with opened(SEEDS, seeds_index, before=broken) as (app, pilot):
        card = await ask(pilot, UNANSWERED)
        assert "bot has a defect: ZeroDivisionError('by nothing')" in shown(card)
        assert (await ask(pilot, LATE)).has_class("-answered")
        assert len(app.defects) == 1


@journey
async def test_of_a_long_conversation_only_the_end_is_on_the_screen(seeds_index: Path) -> None:
    from bot.chat.transcript import WINDOW, Earlier
    from bot.conversations.history import Exchange

    async with opened(SEEDS, seeds_index) as (app, pilot):
        first = await ask(pilot, LATE)
        assert first.exchange is not None
        many = [
            Exchange(first.exchange.asked_at, first.exchange.answer, f"number {n}")
            for n in range(500)
        ]
        app.talk = Talk(many)
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
