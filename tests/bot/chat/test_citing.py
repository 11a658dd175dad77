"""What is done with the chosen citation: its source, a copy, an editor."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest
from textual.geometry import Offset

from bot.chat.app import ChatApp
from bot.chat.card import CitationView
from tests.conftest import SEEDS
from tests.pilot import ask, journey, opened, shown, told, until

LATE = "How late did the launch start?"


@journey
async def test_one_key_opens_the_source_at_the_passage(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        card = await ask(pilot, "Who is Elon Musk?")
        citation = card.citations[0]
        await pilot.press("f3")
        await until(pilot, lambda: app.pane.opened is not None)
        found = app.pane.opened
        assert found is not None
        assert found.text == (SEEDS / citation.source).read_bytes().decode()
        assert found.text[slice(*found.passage)] == citation.passage.text
        assert found.text[slice(*found.mark)] == citation.highlight.text
        assert f"{citation.source}:{citation.highlight.start_line}" in shown(app.pane)
        await until(pilot, lambda: app.pane.view.rows_shown())
        rows = app.pane.view.rows_shown()
        assert rows[0].start <= found.mark[0] < rows[-1].end
        assert app.pane.region.x > app.transcript.region.x
        await pilot.press("f3")
        await until(pilot, lambda: not app.pane.display)
        assert app.prompt.has_focus


@pytest.mark.slow
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
            f"{citation.highlight.text}\n— {title}, {place.source}, line 3, 2023-05-25\n"
        )
        await until(pilot, lambda: told(app))
        assert told(app)[-1].endswith("to the clipboard.")


@pytest.mark.slow
@journey
async def test_what_is_copied_of_a_changed_or_lost_article_is_told(
    seeds: Path, tmp_path: Path
) -> None:
    async with opened(seeds, tmp_path / "index") as (app, pilot):
        card = await ask(pilot, LATE)
        path = seeds / card.citations[0].source
        path.write_text("Another text.")
        await pilot.press("f5")
        await until(pilot, lambda: told(app))
        assert "has changed since, and the passage no longer stands in it." in told(app)[-1]
        path.unlink()
        await pilot.press("f5")
        await until(pilot, lambda: len(told(app)) == 2)
        assert told(app)[-1].endswith(f" {path.name} is no longer in the folder.")


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
