"""Every key and every command can be looked up."""

from __future__ import annotations

from pathlib import Path

from textual.binding import Binding
from textual.widgets import TextArea

from bot.chat.app import ChatApp
from bot.chat.prompt import Prompt
from bot.chat.screens import Sheet
from bot.chat.source_pane import SourceView
from bot.chat.transcript import Transcript
from tests.conftest import SEEDS
from tests.pilot import journey, opened, shown, until


@journey
async def test_help_lists_every_key_of_every_place(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(app.screen, Sheet))
        text = shown(app.screen)
        for owner in (ChatApp, Prompt, Transcript, SourceView, TextArea):
            for binding in owner.BINDINGS:
                assert isinstance(binding, Binding)
                assert (binding.tooltip or binding.description) in text
                for key in binding.key.split(","):
                    assert app.get_key_display(Binding(key, "")) in text
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, Sheet))


@journey
async def test_the_palette_has_every_command(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, _):
        commands = {one.title for one in app.get_system_commands(app.screen)}
        assert {str(one.description) for one in app.BINDINGS} <= commands  # type: ignore[union-attr]
        assert {"Theme", "Quit"} <= commands
