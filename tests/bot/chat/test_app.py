"""The chat on screens of every size, driven as a person does, on the real model and index."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from textual.widgets import Static

from tests.conftest import SEEDS
from tests.pilot import ask, journey, opened, shown, until

LATE = "How late did the launch start?"
UNANSWERED = "What software encodes the sound?"


@journey
async def test_it_lies_below_on_a_narrow_screen(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index, size=(70, 30)) as (app, pilot):
        await ask(pilot, LATE)
        await pilot.press("f3")
        await until(pilot, lambda: app.pane.opened is not None)
        assert app.pane.region.y >= app.transcript.region.bottom
        assert app.pane.region.width == 70


@journey
async def test_no_terminal_is_too_small(seeds_index: Path) -> None:
    async with opened(SEEDS, seeds_index) as (app, pilot):
        await ask(pilot, LATE)
        for size in ((20, 5), (8, 4), (3, 2), (1, 1), (110, 36)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        assert LATE in shown(app.transcript.cards[0])


def _starts(status: Static, start: str) -> bool:
    return str(status.content).startswith(start)


@journey
async def test_what_was_not_read_is_told_on_a_narrow_screen(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "lock.txt").write_text("The lock was dug in a year.\n")
    (seeds / f"{'harbour-' * 6}minutes.txt").write_bytes(b"\0\1\2" * 400)
    async with opened(seeds, tmp_path / "index", size=(110, 30)) as (app, pilot):
        status = app.query_one("#status", Static)
        await until(pilot, lambda: "minutes.txt not read (F2)" in str(status.content))
        for width, start in (
            (80, "1 article, 1 passage · 1"),
            (36, "1 not read"),
            (24, "1 not read"),
        ):
            await pilot.resize_terminal(width, 30)
            await until(pilot, partial(_starts, status, start))
            assert str(status.content).endswith("1 not read (F2)")
            assert len(str(status.content)) <= width - 2


@pytest.mark.slow
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
        await until(pilot, lambda: app.screen.query(".sheet"))
        assert app.screen.query_one(".sheet").region.right <= width
        await pilot.press("escape")
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: app.transcript.region.right <= 80)
