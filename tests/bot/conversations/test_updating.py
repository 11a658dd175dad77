"""An index is brought up to date in another process, which says what it does."""

from __future__ import annotations

import asyncio
import gc
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.archive import Archive
from bot.conversations.updating import Stage, UpdateFailed, update
from bot.settings import Settings
from embeddings.encoding.model import DEFAULT_MODEL
from tests.conftest import MAX_BYTES


@pytest.fixture
def settings(seeds: Path, tmp_path: Path) -> Settings:
    return Settings(seeds, tmp_path / "index", DEFAULT_MODEL, MAX_BYTES)


@pytest.mark.slow
def test_an_update_tells_of_its_stages_and_its_report(settings: Settings) -> None:
    for path in settings.seeds.iterdir():
        os.utime(path, (1e9, 1e9))  # what was written just now is read once more
    archive = Archive(settings)
    stages: list[Stage] = []
    report = asyncio.run(update(settings, archive.look(), stages.append))
    assert report is not None
    assert report["articles"] == 8
    assert len(report["added"]) == 8
    assert {one.name for one in stages} >= {"reading", "encoding"}
    assert asyncio.run(update(settings, archive.look(), stages.append)) is None


def test_an_update_that_fails_says_why(settings: Settings, seeds_index: Path) -> None:
    of_others = replace(settings, index=seeds_index)
    with pytest.raises(UpdateFailed, match="is that of the articles in") as raised:
        asyncio.run(update(of_others, Archive(of_others).look(), print))
    assert raised.value.remedy == (
        "Name another with --index FOLDER, or make it this folder's: bot rebuild"
    )


def test_an_update_that_dies_says_so(settings: Settings) -> None:
    looked = Archive(settings).look()
    wrong = replace(settings, max_bytes="many")
    with pytest.raises(UpdateFailed, match=r"ended early: ValueError.*many"):
        asyncio.run(update(wrong, looked, print))


@pytest.mark.slow
def test_an_update_ends_its_process_before_the_loop_that_it_runs_in_ends(
    settings: Settings,
) -> None:
    archive = Archive(settings)

    async def left() -> None:
        begun = asyncio.Event()
        task = asyncio.create_task(update(settings, archive.look(), lambda stage: begun.set()))
        await begun.wait()
        task.cancel()
        while (
            len(asyncio.all_tasks()) < 3
        ):  # until it waits for its process; then all are cancelled
            await asyncio.sleep(0)

    for _ in range(5):
        asyncio.run(left())
        gc.collect()  # a process that is left behind warns, and a warning is an error here


def test_an_update_that_is_cancelled_ends_its_process(settings: Settings) -> None:
    archive = Archive(settings)

    async def cancelled() -> None:
        begun = asyncio.Event()
        task = asyncio.create_task(update(settings, archive.look(), lambda stage: begun.set()))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    report = asyncio.run(update(settings, archive.look(), print))
    assert report is not None
    assert report["articles"] == 8
