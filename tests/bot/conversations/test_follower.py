"""The chat's articles: followed while it is open, and searched while they are first indexed."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.answering.citation import Unread
from bot.archive import Archive
from bot.chat.app import ChatApp
from bot.chat.screens import Sheet
from bot.conversations.follower import Follower, State
from bot.conversations.updating import Stage, update
from bot.settings import Settings
from embeddings.encoding.model import DEFAULT_MODEL, Model
from embeddings.errors import ArticlesError, Remedy
from embeddings.index.changes import Look
from embeddings.index.rebuild import Sizes, rebuild
from tests.conftest import MAX_BYTES, write
from tests.pilot import PATIENCE, HeldUpdates, ask, journey, opened, send, shown, until

NEW = "The lighthouse at Skagen was painted red by Maren Holt in 1911."


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


def status(app: ChatApp) -> str:
    return shown(app.query_one("#status"))


@pytest.mark.slow
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
        assert found.citations[0].passage.text == NEW
        await pilot.press("f3")
        await until(pilot, lambda: app.pane.opened is not None)

        edited = f"A line before it.\n\n{NEW.replace('Holt', 'Holst')}"
        write(seeds, {"lighthouse.txt": edited})
        await until(pilot, lambda: "changed lighthouse.txt" in status(app))
        # the open source is read again, and says so
        await until(pilot, lambda: app.pane.opened and app.pane.opened.text == edited)
        assert "no longer stands in it" in shown(app.pane)
        found = await ask(pilot, "Who painted the lighthouse at Skagen?")
        assert "Holst" in found.citations[0].highlight.text

        (seeds / "lighthouse.txt").unlink()
        await until(pilot, lambda: "removed lighthouse.txt" in status(app))
        assert (await ask(pilot, "Who painted the lighthouse at Skagen?")).has_class("-refused")


@pytest.mark.slow
@journey
async def test_a_changed_article_shows_where_the_passage_now_stands(
    seeds: Path, index: Path
) -> None:
    async with opened(seeds, index) as (app, pilot):
        card = await ask(pilot, "How late did the launch start?")
        citation = card.citations[0]
        path = seeds / citation.source
        path.write_bytes(b"Two lines\n\nbefore it.\n\n" + path.read_bytes())
        await pilot.press("f3")
        await until(pilot, lambda: app.pane.opened is not None)
        assert app.pane.opened is not None
        assert "the passage still stands in it" in shown(app.pane)
        assert app.pane.opened.text[slice(*app.pane.opened.mark)] == citation.highlight.text
        assert app.pane.opened.lines[0] == citation.highlight.start_line + 4


@pytest.mark.slow
@journey
async def test_failures_are_counted_and_listed_where_a_person_looks(
    seeds: Path, index: Path
) -> None:
    write(seeds, {"empty.txt": "", "binary.txt": b"\x00\x01\x02" * 50})
    async with opened(seeds, index) as (app, pilot):
        await until(pilot, lambda: "binary.txt not read (F2)" in status(app))
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app.screen, Sheet))
        text = shown(app.screen)
        assert "Not read: empty.txt" in text
        assert "Not read: binary.txt" in text
        assert str(seeds) in text
        assert "2023-05-24  2023-05-24-launch-starts-late.txt  DeSantis launch starts late" in text


@pytest.mark.slow
@journey
async def test_while_an_update_runs_questions_are_answered_and_it_is_said(
    seeds: Path, index: Path, model: Model
) -> None:
    rebuild(seeds, index, model, max_bytes=MAX_BYTES)
    write(seeds, {"lighthouse.txt": NEW})
    held = HeldUpdates()
    async with opened(seeds, index, update_index=held.update_index) as (app, pilot):
        await until(pilot, held.reached.is_set)
        card = await ask(pilot, "How late did the launch start?")
        assert card.has_class("-answered")
        assert "the index is still being brought up to date" in shown(card)
        held.passed.set()
        await until(pilot, lambda: "added lighthouse.txt" in status(app))
        later = await ask(pilot, "Who painted the lighthouse at Skagen?")
        assert "brought up to date" not in shown(later)


@pytest.mark.slow
@journey
async def test_a_first_build_is_searched_while_it_goes_on_and_it_is_said(
    seeds: Path, index: Path, model: Model
) -> None:
    with pytest.raises(KeyboardInterrupt):
        rebuild(
            seeds,
            index,
            model,
            max_bytes=MAX_BYTES,
            progress=interrupt_when("indexed"),
            sizes=Sizes(batch=10),
        )
    held = HeldUpdates()
    async with opened(seeds, index, update_index=held.update_index) as (app, pilot):
        await until(pilot, held.reached.is_set)
        card = await ask(pilot, "How late did the launch start?")
        assert "of 8 articles that are indexed so far." in shown(card)
        held.passed.set()
        await until(pilot, lambda: status(app).startswith("8 articles, 58 passages"))
        card = await ask(pilot, "How late did the launch start?")
        assert "so far" not in shown(card)
        assert card.citations[0].source == "2023-05-25-timeline-of-the-delay.txt"


def interrupt_when(stage: str) -> Callable[[str, int, int], None]:
    def progress(name: str, done: int, total: int) -> None:
        if name == stage and done < total:
            raise KeyboardInterrupt

    return progress


@pytest.mark.slow
@journey
async def test_what_a_first_build_is_doing_is_told(seeds: Path, index: Path) -> None:
    states: list[State] = []

    async def nothing() -> None: ...

    with (
        Archive(Settings(seeds, index, DEFAULT_MODEL, MAX_BYTES)) as archive,
        ThreadPoolExecutor(1) as thread,
    ):
        follower = Follower(archive, lambda: states.append(follower.state))
        assert follower.state.status() == "Opening the articles…"
        following = asyncio.create_task(follower.follow(thread, nothing))
        async with asyncio.timeout(PATIENCE):
            while not follower.state.status().startswith("8 articles, 58 passages"):
                await asyncio.sleep(0.01)
        following.cancel()
        await asyncio.wait([following])
    seen = [state.status() for state in states]
    assert any(line.startswith("Reading articles: ") and "of 8" in line for line in seen)
    assert any(line.startswith("Encoding passages: ") and "of 58" in line for line in seen)
    assert follower.settled.is_set()


def _fits(width: int, line: str) -> bool:
    return len(line) <= width


def test_a_state_in_words() -> None:
    assert State().status() == "Opening the articles…"
    assert State().note() is None
    stage = Stage("encoding", 1_000, 2_000)
    assert State(stage=stage).status() == "Encoding passages: 1,000 of 2,000"
    growing = State(stage=stage, indexed=(3, 8), updating=True)
    assert growing.status() == (
        "Encoding passages: 1,000 of 2,000 · 3 of 8 articles can be searched"
    )
    assert growing.note() == "From the 3 of 8 articles that are indexed so far."
    lost = State(updating=True, error=ArticlesError("The folder\nis gone", remedy=""))
    assert lost.note() == "The folder␊is gone. This is from the articles as they were last read."
    assert State(updating=True).note() == (
        "The articles have changed; the index is still being brought up to date."
    )
    unread = tuple(Unread(name, "is binary", "no article") for name in ("b.txt", "c.txt"))
    settled = State(counts=(1, 2_000), unread=unread[:1], news=" · 14:30 added a.txt")
    assert settled.status() == "1 article, 2,000 passages · b.txt not read (F2) · 14:30 added a.txt"
    assert State(counts=(1, 2), unread=unread).status().endswith("b.txt and 1 more not read (F2)")
    one = "1 article, 2,000 passages"
    for width, line in (
        (80, f"{one} · b.txt not read (F2) · 14:30 added a.txt"),
        (60, f"{one} · b.txt not read (F2)"),
        (46, f"{one} · 1 not read (F2)"),
        (30, "1 not read (F2)"),
        (5, "1 not read (F2)"),
    ):
        assert settled.status(partial(_fits, width)) == line
    failed = State(error=ArticlesError("It is\ngone", remedy=Remedy("try again")))
    assert failed.status() == "It is␊gone. Try again in a moment."


@pytest.mark.slow
@journey
async def test_with_a_part_that_cannot_be_listed_the_rest_is_followed(
    seeds: Path, index: Path, powerless: None
) -> None:
    write(seeds, {"shut/owl.txt": "A barn owl nests in the chapel tower."})
    async with opened(seeds, index) as (app, pilot):
        await until(pilot, lambda: "9 articles" in status(app))
        (seeds / "shut").chmod(0)
        try:
            await until(pilot, lambda: "9 articles" in status(app) and "shut/ not" in status(app))
            answered = await ask(pilot, "Which bird nests in the chapel tower?")
            assert answered.citations[0].source == "shut/owl.txt"
            assert "shut/ could not be read." in shown(answered)
            refused = await ask(pilot, "Who painted the lighthouse at Skagen?")
            assert "do not answer this; shut/ could not be read." in shown(refused)
        finally:
            (seeds / "shut").chmod(0o755)
        await until(pilot, lambda: "9 articles" in status(app) and "not read" not in status(app))
        assert "not be read" not in shown(await ask(pilot, "Which bird nests in the chapel?"))
    (seeds / "shut").chmod(0)
    try:
        async with opened(seeds, index) as (app, pilot):  # it was so when the chat began
            await until(pilot, lambda: "shut/ not read (F2)" in status(app))
            write(seeds, {"lighthouse.txt": NEW})
            await until(pilot, lambda: "added lighthouse.txt" in status(app))
            await pilot.press("f2")
            await until(pilot, lambda: isinstance(app.screen, Sheet))
            assert "Not read: shut/ cannot be listed" in shown(app.screen)
    finally:
        (seeds / "shut").chmod(0o755)


@pytest.mark.slow
@journey
async def test_a_question_looks_first_where_nothing_tells_of_a_change(
    seeds: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a network disk."""

    async def watch(self: Follower, seeds: Path) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Follower, "_watch", watch)
    async with opened(seeds, index) as (app, pilot):
        await until(pilot, lambda: status(app).startswith("8 articles"))
        write(seeds, {"lighthouse.txt": NEW, "attic/bats.txt": "The bats of Hals eat moths."})
        found = await ask(pilot, "Who painted the lighthouse at Skagen?")
        if found.exchange and found.exchange.note:  # on a slow machine the answer does not wait
            await until(pilot, lambda: "added" in status(app))
            found = await ask(pilot, "Who painted the lighthouse at Skagen?")
        assert found.citations[0].passage.text == NEW
        (seeds / "attic" / "bats.txt").unlink()
        found = await ask(pilot, "What do the bats of Hals eat?")
        assert found.citations[0].source == "attic/bats.txt"
        assert "attic/ could not be read." in shown(found)
        assert "attic/ not read (F2)" in status(app)


@pytest.mark.slow
@journey
async def test_an_emptied_folder_is_told_of_and_empties_nothing(seeds: Path, index: Path) -> None:
    async with opened(seeds, index) as (app, pilot):
        for path in seeds.iterdir():
            path.unlink()
        await until(pilot, lambda: "There are no articles left" in status(app))
        card = await ask(pilot, "How late did the launch start?")
        assert card.has_class("-answered")
        refused = await ask(pilot, "Who tuned the organ of Ribe?")
        for said in map(shown, (card, refused)):
            assert f"There are no articles left in {seeds}, and the index has 8." in said
            assert "This is from the articles as they were last read." in said


@pytest.mark.slow
@journey
async def test_a_folder_that_cannot_be_listed_is_told_of_with_each_answer(
    seeds: Path, index: Path, powerless: None
) -> None:
    async with opened(seeds, index) as (app, pilot):
        await until(pilot, lambda: "8 articles" in status(app))
        assert "listed" not in shown(await ask(pilot, "Who called it a disaster?"))  # all is open
        seeds.chmod(0)
        try:
            await until(pilot, lambda: "cannot be listed" in status(app))
            for question in ("How late did the launch start?", "Who tuned the organ of Ribe?"):
                card = await ask(pilot, question)
                assert "cannot be listed: permission denied. This is from the" in shown(card)
        finally:
            seeds.chmod(0o755)
        await until(pilot, lambda: "8 articles" in status(app))
        assert "cannot be listed" not in shown(await ask(pilot, "How late did the launch start?"))


@pytest.mark.slow
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
        assert card.citations[0].passage.text == NEW


@pytest.mark.slow
@journey
async def test_an_index_that_vanishes_is_made_again(seeds: Path, index: Path) -> None:
    for path in seeds.iterdir():
        os.utime(path, (1e9, 1e9))  # what was written just now would be read once more
    async with opened(seeds, index) as (app, pilot):
        await until(pilot, lambda: "8 articles" in status(app))
        await ask(pilot, "How late did the launch start?")
        index.rename(index.with_name("elsewhere"))
        assert (await ask(pilot, "Who is Elon Musk?")).has_class("-answered")
        write(seeds, {"lighthouse.txt": NEW})
        await until(pilot, lambda: status(app).startswith("9 articles"))
        assert (index / "index.db").exists()
        found = await ask(pilot, "Who painted the lighthouse at Skagen?")
        assert found.citations[0].passage.text == NEW


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


@pytest.mark.slow
@journey
async def test_an_index_inside_the_articles_folder_is_no_news_of_its_own(seeds: Path) -> None:
    async with opened(seeds, seeds / "index") as (app, pilot):
        looks: list[Look] = []
        real = app.archive.look

        def look() -> Look:
            looks.append(real())
            return looks[-1]

        app.archive.look = look  # type: ignore[method-assign]
        await ask(pilot, "How late did the launch start?")
        write(seeds, {"lighthouse.txt": NEW, ".hidden.txt": NEW})
        await until(pilot, lambda: "added lighthouse.txt" in status(app))
        await ask(pilot, "Who painted the lighthouse at Skagen?")
        assert len(looks) <= 2 + 2  # and each question looks


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


def test_a_name_that_is_no_utf_8_stops_no_update(seeds: Path, index: Path) -> None:
    """Not that of another format's file, and not that which a link leads to."""
    (seeds / os.fsdecode(b"photo.\xff\xfe")).write_bytes(b"x")
    (seeds / os.fsdecode(b"bad\xff.txt")).write_text("An article.")
    (seeds / "link.txt").symlink_to(seeds / os.fsdecode(b"bad\xff.txt"))
    settings = Settings(seeds, index, DEFAULT_MODEL, MAX_BYTES)
    report = asyncio.run(update(settings, Archive(settings).look(), lambda stage: None))
    assert report is not None
    assert report["articles"] == 8
    assert {Path(failed["source"]).name for failed in report["failed"]} == {
        "bad\\xff.txt",
        "link.txt",
    }
