"""The chosen theme is kept."""

from __future__ import annotations

from pathlib import Path

from bot.chat.themes import theme_file
from tests.conftest import SEEDS
from tests.pilot import journey, opened


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
    theme_file().parent.mkdir(parents=True)
    theme_file().write_bytes(b"\xff no theme")
    async with opened(SEEDS, seeds_index) as (app, _):
        assert app.theme in app.available_themes
