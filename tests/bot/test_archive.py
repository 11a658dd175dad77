"""An archive keeps its index current with little work, and answers whatever becomes of it."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.answering.citation import Unread
from bot.archive import Archive
from bot.settings import Settings
from embeddings.articles import article
from embeddings.encoding.model import DEFAULT_MODEL
from embeddings.errors import (
    ArticlesError,
    GenerationDamaged,
    IndexBusy,
    IndexOutdated,
    IndexUnusable,
    Remedy,
)
from embeddings.index import changes, generations, reading
from embeddings.index.files import flag_damage, unwritable
from embeddings.index.lock import writer_lock
from embeddings.index.rebuild import Report
from embeddings.index.store import Meta, Store
from tests.conftest import MAX_BYTES, write

QUESTION = "How late did the launch start?"


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


def archive_of(seeds: Path, index: Path, **named: Any) -> Archive:
    return Archive(Settings(seeds, index, DEFAULT_MODEL, MAX_BYTES), **named)


@pytest.fixture
def archive(seeds: Path, index: Path) -> Archive:
    """That of the articles, not indexed yet."""
    return archive_of(seeds, index)


@pytest.fixture
def built(archive: Archive) -> Report:
    """What building its index reported."""
    return archive.rebuild()


def settle(seeds: Path) -> None:
    """Date the files back: what was just written is read again, whatever it holds."""
    for path in seeds.iterdir():
        os.utime(path, (1e9, 1e9))


@pytest.fixture
def settled(built: Report, archive: Archive, seeds: Path) -> Archive:
    """One whose index knows files that are long as they are."""
    settle(seeds)
    assert archive.rebuild().encoded == 0
    return archive


def counting(patch: pytest.MonkeyPatch, module: Any, name: str) -> list[Any]:
    """The arguments of each call of a module's function while the test runs."""
    calls: list[Any] = []
    real = getattr(module, name)

    def counted(*given: Any, **named: Any) -> Any:
        calls.append(given)
        return real(*given, **named)

    patch.setattr(module, name, counted)
    return calls


def kind_of(error: BaseException) -> str:
    remedy = getattr(error, "remedy", None)
    assert isinstance(remedy, Remedy)
    return remedy.kind


# How much work it is


def test_one_changed_file_costs_one_listing_and_one_read(
    settled: Archive, seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(seeds, {"a.txt": "Zebulon played the violin in Oslo."})
    listed = counting(monkeypatch, changes, "scan")
    opened = [counting(monkeypatch, module, "read") for module in (reading, changes, article)]
    walked = counting(monkeypatch, os, "scandir")
    report = settled.update()
    assert report is not None
    assert (report.added, report.encoded) == (("a.txt",), 1)
    assert len(listed) == 1
    assert len([given for given in walked if str(given[0]).startswith(str(seeds))]) == 1
    assert [[given[1] for given in calls] for calls in opened] == [["a.txt"], [], []]


def test_an_unchanged_folder_costs_one_listing_and_no_read(
    settled: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = counting(monkeypatch, changes, "scan")
    opened = [counting(monkeypatch, module, "read") for module in (reading, changes, article)]
    assert settled.update() is None
    assert (len(listed), opened) == (1, [[], [], []])


def test_what_was_looked_at_before_is_not_listed_again(
    settled: Archive, seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(seeds, {"a.txt": "Zebulon played the violin in Oslo."})
    looked = settled.look()
    listed = counting(monkeypatch, changes, "scan")
    report = settled.update(looked)
    assert report is not None
    assert report.added == ("a.txt",)
    assert listed == []


# Updates


def test_nothing_new_is_nothing_done(built: Report, archive: Archive, seeds: Path) -> None:
    settle(seeds)
    assert archive.rebuild().encoded == 0
    assert archive.update() is None


def test_a_future_time_and_an_unreadable_file_cost_no_rebuild(
    built: Report, archive: Archive, seeds: Path
) -> None:
    write(seeds, {"future.txt": "From the future.", "bad.txt": ""})
    os.utime(seeds / "future.txt", (4e9, 4e9))
    os.utime(seeds / "bad.txt", (1e9, 1e9))
    for path in seeds.glob("2023*"):
        os.utime(path, (1e9, 1e9))
    assert archive.update() is not None
    assert archive.update() is None
    write(seeds, {"bad2.txt": ""})
    os.utime(seeds / "bad2.txt", (1e9, 1e9))
    noted = archive.update()
    assert noted is not None
    assert noted.encoded == 0
    assert archive.update() is None


def test_an_index_of_an_earlier_format_is_made_anew(
    built: Report, archive: Archive, index: Path
) -> None:
    with sqlite3.connect(index / "index.db") as db:
        db.execute("PRAGMA user_version = 1")
    db.close()
    with pytest.raises(IndexOutdated, match="is of an earlier format") as error:
        Store(index)
    assert kind_of(error.value) == "rebuild the index"
    report = archive.update()
    assert report is not None
    assert report.encoded == built.encoded
    looked = archive.look()
    assert looked.meta is not None
    assert looked.remake is None
    assert not archive.confirm(looked)
    assert sorted(path.name for path in index.glob("index.db*")) == ["index.db"]


def test_a_folder_that_is_suddenly_empty_does_not_empty_the_index(
    built: Report, archive: Archive, seeds: Path, index: Path
) -> None:
    """As one is whose disk is not mounted."""
    for path in list(seeds.iterdir()):
        path.unlink()
    with pytest.raises(ArticlesError, match=r"There are no articles left in .* index has 8") as at:
        archive.update()
    assert kind_of(at.value) == "bring the articles back"
    store = Store(index)
    with store.snapshot():
        assert store.count("passages") == built.passages
    store.close()
    assert archive.rebuild().articles == 0  # asked for, it is done
    with pytest.raises(ArticlesError, match="There are no articles in") as none:
        archive.answer(QUESTION)
    assert kind_of(none.value) == "add articles"


def test_articles_that_none_can_be_read_any_more_do_not_empty_the_index(
    settled: Archive, seeds: Path
) -> None:
    """As where a disk went bad, or lost its permissions."""
    for path in seeds.iterdir():
        path.write_bytes(b"")
    with pytest.raises(ArticlesError, match="no articles left"):
        settled.update()
    assert settled.answer(QUESTION).answered
    assert len(settled.articles()) == 8
    assert settled.rebuild().articles == 0  # a person may mean it


def test_what_could_not_be_read_is_told_with_each_answer_of_the_last_look(
    archive: Archive, seeds: Path, powerless: None
) -> None:
    write(seeds, {"shut/a.txt": "Zebulon played the violin in Oslo.", "b.txt": b"\0"})
    assert [file.source for file in archive.ask(QUESTION).unread] == ["b.txt"]
    (seeds / "shut").chmod(0)
    try:
        for _ in range(2):
            answer = archive.ask("Who played the violin in Oslo?")
            assert answer.citations[0].source == "shut/a.txt"
            assert answer.unread == (
                Unread("shut/", "cannot be listed: permission denied", "out of reach", kept=True),
                Unread("b.txt", "is binary, not text", "no article"),
            )
        (seeds / "b.txt").unlink()
        archive.confirm(archive.look())
        assert [file.source for file in archive.answer(QUESTION).unread] == ["shut/"]
    finally:
        (seeds / "shut").chmod(0o755)
    assert archive.ask(QUESTION).unread == ()


def test_where_nothing_could_be_read_that_is_said(tmp_path: Path, powerless: None) -> None:
    seeds = write(tmp_path / "all", {"shut/a.txt": "A text.", "b.pdf": "x"})
    (seeds / "shut").chmod(0)
    try:
        with pytest.raises(ArticlesError) as raised:
            archive_of(seeds, tmp_path / "its-index").ask(QUESTION)
        assert str(raised.value) == (
            f"There are no articles in {seeds} (shut/ cannot be listed: permission denied; files"
            " of other formats: .pdf 1)"
        )
    finally:
        (seeds / "shut").chmod(0o755)


def test_an_index_of_another_folder_is_not_emptied_by_a_question(
    built: Report, index: Path, tmp_path: Path
) -> None:
    other = archive_of(write(tmp_path / "other", {"a.txt": "Another folder."}), index)
    with pytest.raises(IndexUnusable, match="is that of the articles in") as error:
        other.update()
    assert kind_of(error.value) == "name another index folder"
    assert other.rebuild().articles == 1  # asked for by name, it is made so


def test_where_only_times_were_to_be_noted_nothing_need_be_written(
    built: Report, archive: Archive, seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(seeds: Path, folder: Path, *_: object, **__: object) -> Report:
        raise unwritable(folder, "no room")

    monkeypatch.setattr("embeddings.index.rebuild.rebuild", refuse)
    settle(seeds)
    assert archive.look().differs
    assert archive.update() is None
    write(seeds, {"a.txt": "Zebulon played the violin in Oslo."})
    with pytest.raises(IndexUnusable, match="no room"):
        archive.update()


def test_it_waits_for_another_writer_only_where_answers_would_change(
    built: Report, archive: Archive, seeds: Path, index: Path
) -> None:
    settle(seeds)
    with writer_lock(index):
        assert archive.update() is None
        with pytest.raises(IndexBusy, match=f"is being written by process {os.getpid()}"):
            archive.rebuild(wait=False)
    write(seeds, {"a.txt": "Zebulon played the violin in Oslo."})
    waiting, reports = threading.Event(), []

    def update() -> None:
        reports.append(archive.update(on_wait=lambda holder: waiting.set()))

    thread = threading.Thread(target=update)
    with writer_lock(index):
        thread.start()
        assert waiting.wait(timeout=60)
        assert reports == []
    thread.join(timeout=60)
    (report,) = reports
    assert report is not None
    assert report.added == ("a.txt",)


# Questions


def test_it_answers_from_the_articles_as_they_are_now(archive: Archive, seeds: Path) -> None:
    write(seeds, {"bees.txt": "Ms. Harrow keeps 3 bees on the roof.\n"})
    first = archive.ask("How many bees does Ms. Harrow keep on the roof?")
    assert "3 bees" in first.citations[0].highlight.text
    write(seeds, {"bees.txt": "Ms. Harrow keeps 40 bees on the roof.\n"})
    second = archive.ask("How many bees does Ms. Harrow keep on the roof?")
    assert "40 bees" in second.citations[0].highlight.text


def late(times: int) -> Callable[[Path, Meta], None]:
    """A check of a generation's files that finds them taken away, so many times."""
    real = generations.check
    left = times

    def check(folder: Path, meta: Meta) -> None:
        nonlocal left
        left -= 1
        if left >= 0:
            raise generations.damaged(folder, "taken away")
        real(folder, meta)

    return check


def test_a_reader_whose_generation_is_taken_away_opens_the_next(
    settled: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two rebuilds in the moment between a reader's look and its opening of the files."""
    monkeypatch.setattr(generations, "check", late(2))
    assert settled.answer(QUESTION).shown
    settled.close()
    monkeypatch.setattr(generations, "check", late(10))
    with pytest.raises(GenerationDamaged, match="taken away"):
        settled.answer(QUESTION)


def test_what_mends_an_index_is_called_where_asking_again_does_not_help(
    settled: Archive, seeds: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mended: list[str] = []
    monkeypatch.setattr(generations, "check", late(3))
    mending = archive_of(seeds, index, mend=lambda: mended.append("once"))
    assert mending.answer(QUESTION).shown
    assert mended == ["once"]


def test_an_open_archive_follows_a_database_that_was_made_anew(
    built: Report, archive: Archive, seeds: Path, index: Path
) -> None:
    archive.answer(QUESTION)
    flag_damage(index)
    remake = archive.look().remake
    assert remake is not None
    assert remake.reason == "damaged"
    write(seeds, {"z.txt": "Zebulon played the violin in Oslo."})
    assert archive_of(seeds, index).rebuild().encoded == built.encoded + 1
    answer = archive.answer("Who played the violin in Oslo?")
    assert answer.citations[0].source == "z.txt"
    looked = archive.look()
    assert looked.remake is None
    assert not archive.confirm(looked)


def test_an_article_is_read_as_it_is_now(archive: Archive, seeds: Path) -> None:
    write(seeds, {"a.txt": "A title\n\nText."})
    assert archive.read("a.txt").info.title == "A title"
    with pytest.raises(ArticlesError, match=r"There is no article gone\.txt") as error:
        archive.read("gone.txt")
    assert kind_of(error.value) == "choose another article"


def test_what_is_indexed_is_listed(archive: Archive, seeds: Path) -> None:
    assert archive.articles() == []
    archive.rebuild()
    names = sorted(path.name for path in seeds.iterdir())
    assert [info.source for info in archive.articles()] == names


@pytest.mark.parametrize(
    "source", ["../outside.txt", "/etc/hosts.txt", "/etc/passwd", "gone.txt", "a\0b.txt", "x.pdf"]
)
def test_no_file_is_read_that_is_no_article_of_the_folder(
    source: str, archive: Archive, seeds: Path
) -> None:
    (seeds.parent / "outside.txt").write_text("Not yours.")
    with pytest.raises(ArticlesError):
        archive.read(source)


def test_an_interrupt_leaves_an_index_that_is_sound(settled: Archive, index: Path) -> None:
    """At whatever line of a question it comes."""
    settled.answer(QUESTION)
    at = 0

    def interrupt(frame: Any, event: str, argument: Any) -> Any:
        nonlocal at
        at -= 1
        if at == 0:
            raise KeyboardInterrupt
        return interrupt

    for after in range(40, 4000, 170):
        at = after
        sys.settrace(interrupt)
        try:
            settled.answer(QUESTION)
        except KeyboardInterrupt:
            pass
        finally:
            sys.settrace(None)
        assert settled.answer(QUESTION).answered
        assert not (index / "index.db.suspect").exists()
