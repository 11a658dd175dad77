"""The chat's articles: followed while it is open, and searched while they are first indexed."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import bot.conversations.follower
from bot.chat.app import ChatApp
from bot.chat.screens import Sheet
from bot.conversations.updating import Stage, UpdateFailed, update
from bot.settings import Settings
from embeddings.encoding.model import DEFAULT_MODEL, Model
from embeddings.index import rebuild
from embeddings.index.changes import Look
from tests.conftest import MAX_BYTES, write
from tests.pilot import ask, journey, opened, send, shown, until

NEW = "The lighthouse at Skagen was painted red by Maren Holt in 1911."


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


def hold_updates(monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Event, asyncio.Event]:
    """Events: an update is about to begin; it may."""
    reached, passed = asyncio.Event(), asyncio.Event()

    async def held(*arguments: Any) -> dict[str, Any] | None:
        reached.set()
        await passed.wait()
        return await update(*arguments)

    monkeypatch.setattr(bot.conversations.follower, "update", held)
    return reached, passed


def status(app: ChatApp) -> str:
    return shown(app.query_one("#status"))


@journey
async def test_an_added_an_edited_and_a_removed_article_are_noticed(
    seeds: Path, index: Path
) -> None:
    async with opened(seeds, index) as (app, pilot):
        await until(pilot, lambda: "8 articles" in status(app))
        refused = await ask(pilot, "Who painted the lighthouse at Skagen?")
        assert refused.has_class("-refused")

        write(seeds, {"lighthouse.txt": NEW})
        await until(pilot, lambda: "added lighthouse.txt" in status(app))
        found = await ask(pilot, "Who painted the lighthouse at Skagen?")
        assert found.citations[0].passage == NEW
        await pilot.press("f3")
        await until(pilot, lambda: app.pane.opened is not None)

        edited = f"A line before it.\n\n{NEW.replace('Holt', 'Holst')}"
        write(seeds, {"lighthouse.txt": edited})
        await until(pilot, lambda: "changed lighthouse.txt" in status(app))
        # the open source is read again, and says so
        await until(pilot, lambda: app.pane.opened and app.pane.opened.text == edited)
        assert "no longer stands in it" in shown(app.pane)
        found = await ask(pilot, "Who painted the lighthouse at Skagen?")
        assert "Holst" in found.citations[0].highlight_text

        (seeds / "lighthouse.txt").unlink()
        await until(pilot, lambda: "removed lighthouse.txt" in status(app))
        assert (await ask(pilot, "Who painted the lighthouse at Skagen?")).has_class("-refused")


@journey
async def test_a_changed_article_shows_where_the_passage_now_stands(
    seeds: Path, index: Path
) -> None:
    async with opened(seeds, index) as (app, pilot):
        card = await ask(pilot, "How late did the launch start?")
        citation = card.citations[0]
        path = seeds / citation.place.source
        path.write_bytes(b"Two lines\n\nbefore it.\n\n" + path.read_bytes())
        await pilot.press("f3")
        await until(pilot, lambda: app.pane.opened is not None)
        assert app.pane.opened is not None
        assert "the passage still stands in it" in shown(app.pane)
        assert app.pane.opened.text[slice(*app.pane.opened.mark)] == citation.highlight_text
        assert app.pane.opened.lines[0] == citation.highlight.start_line + 4


@journey
async def test_failures_are_counted_and_listed_where_a_person_looks(
    seeds: Path, index: Path
) -> None:
    write(seeds, {"empty.txt": "", "binary.txt": b"\x00\x01\x02" * 50})
    async with opened(seeds, index) as (app, pilot):
        await until(pilot, lambda: "2 files not read (F2)" in status(app))
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app.screen, Sheet))
        text = shown(app.screen)
        assert "Not read: empty.txt" in text
        assert "Not read: binary.txt" in text
        assert str(seeds) in text
        assert "2023-05-24  2023-05-24-launch-starts-late.txt  DeSantis launch starts late" in text


@journey
async def test_while_an_update_runs_questions_are_answered_and_it_is_said(
    seeds: Path, index: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuild.rebuild(seeds, index, model, max_bytes=MAX_BYTES)
    write(seeds, {"lighthouse.txt": NEW})
    reached, passed = hold_updates(monkeypatch)
    async with opened(seeds, index) as (app, pilot):
        await until(pilot, reached.is_set)
        card = await ask(pilot, "How late did the launch start?")
        assert card.has_class("-answered")
        assert "the index is still being brought up to date" in shown(card)
        passed.set()
        await until(pilot, lambda: "added lighthouse.txt" in status(app))
        later = await ask(pilot, "Who painted the lighthouse at Skagen?")
        assert "brought up to date" not in shown(later)


@journey
async def test_a_first_build_is_searched_while_it_goes_on_and_it_is_said(
    seeds: Path, index: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(rebuild, "BATCH", 10)
        with pytest.raises(KeyboardInterrupt):
            rebuild.rebuild(
                *(seeds, index, model), max_bytes=MAX_BYTES, progress=interrupt_when("indexed")
            )
    reached, passed = hold_updates(monkeypatch)
    async with opened(seeds, index) as (app, pilot):
        await until(pilot, reached.is_set)
        card = await ask(pilot, "How late did the launch start?")
        assert "of 8 articles that are indexed so far." in shown(card)
        passed.set()
        await until(pilot, lambda: status(app).startswith("8 articles, 58 passages"))
        card = await ask(pilot, "How late did the launch start?")
        assert "so far" not in shown(card)
        assert card.citations[0].place.source == "2023-05-25-timeline-of-the-delay.txt"


def interrupt_when(stage: str) -> Callable[[str, int, int], None]:
    def progress(name: str, done: int, total: int) -> None:
        if name == stage and done < total:
            raise KeyboardInterrupt

    return progress


@journey
async def test_what_a_first_build_is_doing_is_shown(
    seeds: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    real = bot.conversations.follower.Library.status

    def status_of(library: bot.conversations.follower.Library) -> str:
        seen.append(real(library))
        return seen[-1]

    monkeypatch.setattr(bot.conversations.follower.Library, "status", status_of)
    async with opened(seeds, index) as (_, pilot):
        await until(pilot, lambda: seen[-1].startswith("8 articles"))
    assert seen[0] == "Opening the articles…"
    assert any(one.startswith("Reading articles: ") and "of 8" in one for one in seen)
    assert any(one.startswith("Encoding passages: ") and "of 58" in one for one in seen)


@journey
async def test_an_emptied_folder_is_told_of_and_empties_nothing(seeds: Path, index: Path) -> None:
    async with opened(seeds, index) as (app, pilot):
        for path in seeds.iterdir():
            path.unlink()
        await until(pilot, lambda: "There are no articles left" in status(app))
        card = await ask(pilot, "How late did the launch start?")
        assert card.has_class("-answered")


@journey
async def test_no_articles_are_told_of_and_come_to_be(tmp_path: Path, index: Path) -> None:
    seeds = tmp_path / "none"
    seeds.mkdir()
    async with opened(seeds, index) as (app, pilot):
        card = await ask(pilot, "How late did the launch start?")
        assert "There are no articles in" in shown(card)
        write(seeds, {"lighthouse.txt": NEW})
        await until(pilot, lambda: status(app).startswith("1 article,"))
        card = await ask(pilot, "Who painted the lighthouse at Skagen?")
        assert card.citations[0].passage == NEW


@journey
async def test_an_index_that_vanishes_is_made_again(seeds: Path, index: Path) -> None:
    import shutil

    for path in seeds.iterdir():
        os.utime(path, (1e9, 1e9))  # what was written just now would be read once more
    async with opened(seeds, index) as (app, pilot):
        await until(pilot, lambda: "8 articles" in status(app))
        await ask(pilot, "How late did the launch start?")
        shutil.rmtree(index)
        assert (await ask(pilot, "Who is Elon Musk?")).has_class("-answered")
        write(seeds, {"lighthouse.txt": NEW})
        await until(pilot, lambda: status(app).startswith("9 articles"))
        assert (index / "index.db").exists()
        found = await ask(pilot, "Who painted the lighthouse at Skagen?")
        assert found.citations[0].passage == NEW


@journey
async def test_an_index_of_other_articles_is_refused_in_words(
    seeds: Path, seeds_index: Path
) -> None:
    async with opened(seeds, seeds_index) as (app, pilot):
        card = await send(pilot, "How late did the launch start?")
        await until(pilot, lambda: card.query(".failed"))
        assert "is that of the articles in" in shown(card)
        assert "is that of the articles in" in status(app)
        assert app.query_one("#status").has_class("-failed")


def test_an_update_tells_of_its_stages_and_its_report(seeds: Path, index: Path) -> None:
    for path in seeds.iterdir():
        os.utime(path, (1e9, 1e9))  # what was written just now is read once more
    settings = Settings(seeds, index, DEFAULT_MODEL, MAX_BYTES)
    stages: list[Stage] = []
    report = asyncio.run(update(settings, stages.append))
    assert report is not None
    assert report["articles"] == 8
    assert len(report["added"]) == 8
    assert {one.name for one in stages} >= {"reading", "encoding"}
    assert asyncio.run(update(settings, stages.append)) is None


def test_an_update_that_fails_says_why(tmp_path: Path, index: Path) -> None:
    settings = Settings(tmp_path / "nowhere", index, DEFAULT_MODEL, MAX_BYTES)
    with pytest.raises(UpdateFailed, match="nowhere") as raised:
        asyncio.run(update(settings, print))
    assert raised.value.remedy


@journey
async def test_an_index_inside_the_articles_folder_is_no_news_of_its_own(seeds: Path) -> None:
    async with opened(seeds, seeds / "index") as (app, pilot):
        looks = []
        real = app.engine.look

        def look() -> Look:
            looks.append(1)
            return real()

        app.engine.look = look  # type: ignore[method-assign]
        await ask(pilot, "How late did the launch start?")
        write(seeds, {"lighthouse.txt": NEW, ".hidden.txt": NEW})
        await until(pilot, lambda: "added lighthouse.txt" in status(app))
        await ask(pilot, "Who painted the lighthouse at Skagen?")
        assert len(looks) <= 2


@journey
async def test_an_update_that_cannot_be_begun_is_told_of(
    seeds: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: Any, **options: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    async with opened(seeds, index) as (app, pilot):
        card = await send(pilot, "How late did the launch start?")
        await until(pilot, lambda: card.query(".failed"))
        assert "No space left on device" in shown(card)
        assert "No space left on device" in status(app)


def test_an_update_that_dies_says_so(seeds: Path, index: Path) -> None:
    settings = Settings(seeds, index, DEFAULT_MODEL, "many")  # type: ignore[arg-type]
    with pytest.raises(UpdateFailed, match=r"ended early: ValueError.*many"):
        asyncio.run(update(settings, print))


def test_an_update_that_is_cancelled_ends_its_process(seeds: Path, index: Path) -> None:
    settings = Settings(seeds, index, DEFAULT_MODEL, MAX_BYTES)

    async def cancelled() -> None:
        begun = asyncio.Event()
        task = asyncio.create_task(update(settings, lambda stage: begun.set()))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    report = asyncio.run(update(settings, print))
    assert report is not None
    assert report["articles"] == 8
