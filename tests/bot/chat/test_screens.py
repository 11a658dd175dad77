"""The screens over the conversation: the export is named, and written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.widgets import Input

from bot.chat.screens import ExportScreen
from tests.conftest import SEEDS
from tests.pilot import ask, journey, opened, told, until

LATE = "How late did the launch start?"


@journey
async def test_the_conversation_is_exported_to_a_file_that_is_named(
    seeds_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(SEEDS, seeds_index) as (app, pilot):
        await ask(pilot, LATE)
        for name in ("talk.md", "talk.json"):
            await pilot.press("ctrl+s")
            await until(pilot, lambda: isinstance(app.screen, ExportScreen))
            app.screen.query_one(Input).value = name
            await pilot.press("enter")
            await until(pilot, (tmp_path / name).exists)
        await until(pilot, lambda: len(told(app)) == 2)
        assert f"Exported to {tmp_path / 'talk.json'}" in told(app)[-1]
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, ExportScreen))
        app.screen.query_one(Input).value = "talk.md"
        await pilot.press("enter")
        await until(pilot, lambda: len(told(app)) == 3)
        assert "exists" in told(app)[-1]
    exported = json.loads((tmp_path / "talk.json").read_text("utf-8"))
    assert exported["exchanges"][0]["question"] == LATE
