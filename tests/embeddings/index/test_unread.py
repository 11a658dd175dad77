"""What cannot be read is not removed: it stays as it was last read, and is told of."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from embeddings.articles.folder import Skipped, state_of
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import Model
from embeddings.errors import ArticlesError, Remedy
from embeddings.index.changes import Look, confirm
from embeddings.index.rebuild import Report, rebuild
from embeddings.index.store import Store
from tests.conftest import MAX_BYTES, write
from tests.embeddings.index.building import build, look_at, sources

OWL = "Which bird nests in the chapel?"
ARTICLES = {
    "harbour.txt": "The harbour at Molde was dredged in spring by two barges.",
    "vault/owl.txt": "A barn owl nests in the chapel tower, the sexton said.",
    "vault/deep/loom.txt": "The old loom in the mill weaves eleven metres a day.",
    "annex/ferry.txt": "The ferry to Vik leaves at six and at nine.",
    "annex/tram.txt": "The tram was sold to a museum in 1961.",
}


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """Articles in folders, long as they are."""
    folder = write(tmp_path / "articles", dict(ARTICLES))
    age(folder)
    return folder


def age(folder: Path) -> None:
    """Date the files back: what was just written is read again, whatever it holds."""
    for path in folder.rglob("*.txt"):
        os.utime(path, (1e9, 1e9))


@pytest.fixture
def built(seeds: Path, folder: Path, model: Model) -> Report:
    report = build(seeds, folder, model)
    assert report.articles == len(ARTICLES)
    assert report.failed == ()
    return report


def update(seeds: Path, folder: Path, model: Model) -> Report:
    """What a question does."""
    return rebuild(seeds, folder, model, max_bytes=MAX_BYTES, may_empty=False)


def indexed(folder: Path) -> set[str]:
    store = Store(folder)
    try:
        with store.snapshot():
            return {state.source for state in store.states()}
    finally:
        store.close()


def unread(look: Look) -> list[tuple[str, str]]:
    return [(file.source, file.loss) for file in look.unread]


@pytest.mark.parametrize("bring", [build, update])
def test_a_folder_that_cannot_be_listed_stays_as_it_was(
    built: Report,
    seeds: Path,
    folder: Path,
    model: Model,
    encoder: LightEncoder,
    powerless: None,
    bring: Callable[..., Report],
) -> None:
    (seeds / "vault").chmod(0)
    try:
        for _ in range(2):
            looked = look_at(seeds, folder, model)
            assert (looked.differs, looked.removed, looked.lost) == (False, (), {})
            assert looked.unread == (
                Skipped("vault/", "cannot be listed: permission denied", "out of reach", kept=True),
            )
            assert not confirm(seeds, folder, looked, max_bytes=MAX_BYTES)
            report = bring(seeds, folder, model)
            assert (report.articles, report.removed, report.encoded) == (5, (), 0)
            assert report.unread == looked.unread
            assert sources(folder, encoder, OWL)[0] == "vault/owl.txt"
        write(seeds, {"harbour.txt": "The harbour at Molde was closed in autumn."})
        (seeds / "annex" / "tram.txt").unlink()
        report = bring(seeds, folder, model)  # the rest is followed
        assert (report.changed, report.removed) == (("harbour.txt",), ("annex/tram.txt",))
        assert "vault/deep/loom.txt" in indexed(folder)
    finally:
        (seeds / "vault").chmod(0o755)
    report = bring(seeds, folder, model)
    assert (report.encoded, report.failed, report.added) == (0, (), ())
    assert look_at(seeds, folder, model).unread == ()


def test_a_folder_whose_files_cannot_be_asked_for_names_each(
    built: Report, seeds: Path, folder: Path, model: Model, powerless: None
) -> None:
    (seeds / "annex").chmod(0o400)  # its names can be listed, and no more
    try:
        looked = look_at(seeds, folder, model)
        assert not looked.differs
        assert unread(looked) == [
            ("annex/ferry.txt", "out of reach"),
            ("annex/tram.txt", "out of reach"),
        ]
    finally:
        (seeds / "annex").chmod(0o755)


def test_a_file_that_cannot_be_opened_stays_and_is_tried_only_where_that_may_help(
    built: Report,
    seeds: Path,
    folder: Path,
    model: Model,
    powerless: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owl = seeds / "vault" / "owl.txt"
    owl.chmod(0)
    report = update(seeds, folder, model)
    assert (report.removed, report.encoded) == ((), 0)
    assert report.unread == (
        Skipped("vault/owl.txt", "cannot be read: permission denied", "out of reach", kept=True),
    )
    looked = look_at(seeds, folder, model)
    assert (looked.differs, looked.unread) == (False, report.unread)
    assert "vault/owl.txt" in indexed(folder)
    # a right that no change of the file tells of: a group, an access list of a share
    with monkeypatch.context() as patch:
        patch.setattr("embeddings.index.changes.can_be_opened", lambda *_: True)
        assert [state.source for state in look_at(seeds, folder, model).changed] == [
            "vault/owl.txt"
        ]
    owl.chmod(0o644)
    report = update(seeds, folder, model)
    assert (report.changed, report.encoded, report.failed) == ((), 0, ())
    assert not look_at(seeds, folder, model).differs
    owl.chmod(0)
    update(seeds, folder, model)
    owl.unlink()  # which can be seen
    assert update(seeds, folder, model).removed == ("vault/owl.txt",)


def empty(folder: Path) -> None:
    for path in folder.rglob("*.txt"):
        path.unlink()


def replace_by_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("It was a folder.")


def replace_by_link(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.symlink_to("/nowhere/at/all")


@pytest.mark.parametrize("lose", [empty, shutil.rmtree, replace_by_file, replace_by_link])
def test_a_folder_that_lost_its_articles_is_forgotten_only_when_a_person_says_so(
    built: Report,
    seeds: Path,
    folder: Path,
    model: Model,
    encoder: LightEncoder,
    lose: Callable[[Path], None],
) -> None:
    lose(seeds / "vault")
    lost = {"vault/": ("vault/deep/loom.txt", "vault/owl.txt")}  # the topmost
    for _ in range(2):
        looked = look_at(seeds, folder, model)
        assert (looked.differs, looked.removed, looked.lost) == (False, (), lost)
        assert Skipped("vault/", "has lost its 2 articles", "gone", kept=True) in looked.unread
        assert not confirm(seeds, folder, looked, max_bytes=MAX_BYTES)
        report = update(seeds, folder, model)
        assert (report.articles, report.removed) == (5, ())
        assert ("vault/", "gone") in [(file.source, file.loss) for file in report.unread]
        assert sources(folder, encoder, OWL)[0] == "vault/owl.txt"
    report = build(seeds, folder, model)
    assert report.removed == lost["vault/"]
    assert [file for file in report.failed if file.loss == "gone"] == []
    assert look_at(seeds, folder, model).lost == {}
    assert "vault/owl.txt" not in sources(folder, encoder, OWL)


def test_where_every_folder_has_lost_its_articles_the_whole_is_emptied(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    (seeds / "harbour.txt").unlink()
    update(seeds, folder, model)
    for name in ("vault", "annex"):
        shutil.rmtree(seeds / name)
    looked = look_at(seeds, folder, model)
    assert (looked.emptied, looked.differs) == (True, True)
    with pytest.raises(ArticlesError, match="no articles left"):
        update(seeds, folder, model)
    assert build(seeds, folder, model).articles == 0


def test_one_of_several_and_what_has_a_newcomer_beside_it_are_removed_as_ever(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    (seeds / "annex" / "tram.txt").unlink()
    assert update(seeds, folder, model).removed == ("annex/tram.txt",)
    (seeds / "annex" / "ferry.txt").unlink()
    assert unread(look_at(seeds, folder, model)) == [("annex/", "gone")]  # the last one of all
    write(seeds, {"annex/bus.txt": "A bus goes to Vik instead of the ferry."})
    report = update(seeds, folder, model)
    assert (report.added, report.removed) == (("annex/bus.txt",), ("annex/ferry.txt",))


def test_a_folder_with_a_part_that_cannot_be_listed_has_not_lost_its_articles(
    built: Report, seeds: Path, folder: Path, model: Model, powerless: None
) -> None:
    (seeds / "vault" / "owl.txt").unlink()
    (seeds / "vault" / "deep").chmod(0)
    try:
        report = update(seeds, folder, model)
        assert report.removed == ("vault/owl.txt",)
        assert [file.source for file in report.unread] == ["vault/deep/"]
    finally:
        (seeds / "vault" / "deep").chmod(0o755)


@pytest.mark.parametrize("bring", [build, update])
def test_a_moved_folder_is_followed(
    built: Report, seeds: Path, folder: Path, model: Model, bring: Callable[..., Report]
) -> None:
    (seeds / "vault").rename(seeds / "annex" / "crypt")
    moved = ("annex/crypt/deep/loom.txt", "annex/crypt/owl.txt")
    looked = look_at(seeds, folder, model)
    changes = confirm(seeds, folder, looked, max_bytes=MAX_BYTES)
    report = bring(seeds, folder, model)
    for told in (changes, report):
        assert (told.added, told.removed) == (moved, ("vault/deep/loom.txt", "vault/owl.txt"))
        assert told.failed == ()
    assert report.encoded == 0
    assert not look_at(seeds, folder, model).differs


def test_a_copied_and_then_deleted_folder_is_one_that_was_moved(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    """As from one disk to another, with a look in between."""
    shutil.copytree(seeds / "vault", seeds / "crypt")
    assert update(seeds, folder, model).added == ("crypt/deep/loom.txt", "crypt/owl.txt")
    shutil.rmtree(seeds / "vault")
    report = update(seeds, folder, model)
    assert report.removed == ("vault/deep/loom.txt", "vault/owl.txt")
    assert report.failed == ()


def test_of_a_moved_folder_an_article_may_have_been_edited(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    (seeds / "vault").rename(seeds / "crypt")
    write(seeds, {"crypt/owl.txt": "The barn owl has left the chapel."})
    report = update(seeds, folder, model)
    assert report.removed == ("vault/deep/loom.txt", "vault/owl.txt")
    assert report.unread == ()
    assert not look_at(seeds, folder, model).differs or unread(look_at(seeds, folder, model)) == []


def test_a_folder_of_which_less_than_half_stands_elsewhere_was_not_moved(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    write(seeds, {"vault/bell.txt": "The bell was cast in Lier."})
    age(seeds)
    update(seeds, folder, model)
    (seeds / "vault" / "bell.txt").rename(seeds / "bell.txt")
    shutil.rmtree(seeds / "vault")
    report = update(seeds, folder, model)
    assert (report.added, report.removed) == (("bell.txt",), ("vault/bell.txt",))
    assert unread(look_at(seeds, folder, model)) == [("vault/", "gone")]


def dangle(path: Path) -> None:
    path.symlink_to("/nowhere/at/all")


@pytest.mark.parametrize(
    "leave",
    [
        Path.touch,
        dangle,
        lambda path: path.write_text(" \n\n"),
        lambda path: path.write_text("---\ntitle: Moved\n---\n"),
        lambda path: path.write_bytes(b"\0\1\2"),
        lambda path: path.write_bytes(b"x" * (MAX_BYTES + 1)),
        os.mkfifo,
    ],
)
def test_what_is_no_article_does_not_keep_a_folder_from_being_lost(
    built: Report, seeds: Path, folder: Path, model: Model, leave: Callable[[Path], None]
) -> None:
    shutil.rmtree(seeds / "vault")
    (seeds / "vault").mkdir()
    leave(seeds / "vault" / "readme.txt")
    for _ in range(2):
        looked = look_at(seeds, folder, model)
        assert not confirm(seeds, folder, looked, max_bytes=MAX_BYTES)
        report = update(seeds, folder, model)
        assert (report.articles, report.removed) == (5, ())
        assert ("vault/", "gone") in unread(look_at(seeds, folder, model))
    build(seeds, folder, model)
    assert ("vault/", "gone") not in unread(look_at(seeds, folder, model))


def test_a_newcomer_in_a_lost_folder_tells_which_of_its_folders_is_lost(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    shutil.rmtree(seeds / "vault")
    write(seeds, {"vault/new.txt": "A kestrel nests there now."})
    report = update(seeds, folder, model)
    assert (report.added, report.removed) == (("vault/new.txt",), ("vault/owl.txt",))
    age(seeds)
    update(seeds, folder, model)
    assert look_at(seeds, folder, model).lost == {"vault/deep/": ("vault/deep/loom.txt",)}


def test_where_nothing_but_what_is_no_article_is_left_the_whole_is_emptied(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    shutil.rmtree(seeds)
    write(seeds, {"readme.txt": "", "vault/readme.txt": " "})
    with pytest.raises(ArticlesError, match="no articles left"):
        update(seeds, folder, model)
    assert len(indexed(folder)) == 5


def test_files_that_were_articles_and_are_empty_now_are_named_until_they_are_deleted(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    write(seeds, {"vault/owl.txt": "", "vault/deep/loom.txt": " \n", "never.txt": ""})
    named = [("vault/deep/loom.txt", "no article"), ("vault/owl.txt", "no article")]
    looked = look_at(seeds, folder, model)
    assert [(f.source, f.loss) for f in confirm_unread(seeds, folder, looked)] == named
    for _ in range(3):
        assert [(f.source, f.loss) for f in update(seeds, folder, model).unread] == named
    age(seeds)
    update(seeds, folder, model)
    assert unread(look_at(seeds, folder, model)) == named
    (seeds / "vault" / "owl.txt").unlink()
    write(seeds, {"vault/deep/loom.txt": "The loom is back."})
    report = update(seeds, folder, model)
    assert (report.added, report.unread) == (("vault/deep/loom.txt",), ())


def confirm_unread(seeds: Path, folder: Path, looked: Look) -> tuple[Skipped, ...]:
    return confirm(seeds, folder, looked, max_bytes=MAX_BYTES).unread


def test_what_is_out_of_reach_is_kept_only_where_it_was_read(
    built: Report, seeds: Path, folder: Path, model: Model, powerless: None
) -> None:
    (seeds / "annex" / "ferry.txt").rename(seeds / "annex" / "boat.txt")
    (seeds / "annex" / "boat.txt").chmod(0)
    write(seeds, {"shut/new.txt": "Nobody has read this."})
    for name in ("vault", "shut"):
        (seeds / name).chmod(0)
    kept = {"annex/boat.txt": False, "shut/": False, "vault/": True}
    try:
        for _ in range(2):
            looked = look_at(seeds, folder, model)
            told = confirm_unread(seeds, folder, looked)
            assert {file.source: file.kept for file in told} == kept
            report = update(seeds, folder, model)
            assert {file.source: file.kept for file in report.unread} == kept
    finally:
        for name in ("vault", "shut"):
            (seeds / name).chmod(0o755)


def test_an_index_made_again_keeps_nothing_that_is_out_of_reach(
    built: Report,
    seeds: Path,
    folder: Path,
    model: Model,
    monkeypatch: pytest.MonkeyPatch,
    powerless: None,
) -> None:
    for module in ("changes", "commit"):
        monkeypatch.setattr(f"embeddings.index.{module}.VERSION", 10_000)
    (seeds / "annex").chmod(0)
    (seeds / "vault" / "owl.txt").chmod(0)
    try:
        for _ in range(2):
            report = update(seeds, folder, model)
            kept = {file.source: file.kept for file in report.unread}
            assert kept == {"annex/": False, "vault/owl.txt": False}
    finally:
        (seeds / "annex").chmod(0o755)


def test_an_index_made_again_is_not_refused_for_a_folder_whose_article_was_replaced(
    built: Report, seeds: Path, folder: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("changes", "commit"):
        monkeypatch.setattr(f"embeddings.index.{module}.VERSION", 10_000)
    empty(seeds / "annex")
    write(seeds, {"annex/bus.txt": "A bus goes to Vik instead of the ferry."})
    report = update(seeds, folder, model)
    assert (report.added, report.removed) == (
        ("annex/bus.txt",),
        ("annex/ferry.txt", "annex/tram.txt"),
    )


def test_an_index_that_must_be_made_again_does_not_lose_a_folder_without_a_word(
    built: Report,
    seeds: Path,
    folder: Path,
    model: Model,
    monkeypatch: pytest.MonkeyPatch,
    powerless: None,
) -> None:
    for module in ("changes", "commit"):
        monkeypatch.setattr(f"embeddings.index.{module}.VERSION", 10_000)
    empty(seeds / "vault")
    with pytest.raises(ArticlesError, match=r"vault/? has lost its 2 articles") as raised:
        update(seeds, folder, model)
    assert isinstance(raised.value.remedy, Remedy)
    assert raised.value.remedy.kind == "bring the articles back"
    assert len(indexed(folder)) == 5
    (seeds / "annex").chmod(0)  # that is told of afterwards too
    try:
        report = build(seeds, folder, model)
        assert (report.articles, len(report.removed)) == (1, 4)
        assert [file.source for file in report.unread] == ["annex/"]
    finally:
        (seeds / "annex").chmod(0o755)


@pytest.mark.parametrize(
    ("content", "loss"),
    [(b"\0\1", "no article"), (b"x" * (MAX_BYTES + 1), "no article"), (b"", "no article")],
)
def test_what_is_seen_to_be_no_article_any_more_is_removed_and_named_where_it_is_a_loss(
    built: Report, seeds: Path, folder: Path, model: Model, content: bytes, loss: str
) -> None:
    write(seeds, {"harbour.txt": content})
    report = update(seeds, folder, model)
    assert report.removed == ("harbour.txt",)
    assert [file.loss for file in report.failed] == [loss]
    age(seeds)
    update(seeds, folder, model)
    looked = look_at(seeds, folder, model)
    assert not looked.differs
    assert unread(looked) == [("harbour.txt", loss)]


def test_a_file_in_the_place_of_a_folder_and_the_other_way_round(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    (seeds / "harbour.txt").unlink()
    write(seeds, {"harbour.txt/quay.txt": "The quay is new."})
    report = update(seeds, folder, model)
    assert (report.added, report.removed) == (("harbour.txt/quay.txt",), ("harbour.txt",))


def test_an_error_in_the_midst_of_a_read_removes_nothing_and_is_tried_again(
    built: Report, seeds: Path, folder: Path, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a disk that goes bad, or a share that goes away: nothing that a test can do."""

    def fail(source: str, *given: Any) -> Any:
        if source == "harbour.txt":
            raise OSError(errno.EIO, "Input/output error")
        return state_of(source, *given)

    (seeds / "harbour.txt").touch()
    age(seeds)
    with monkeypatch.context() as patch:
        patch.setattr("embeddings.articles.article.state_of", fail)
        for _ in range(2):
            report = update(seeds, folder, model)
            assert report.removed == ()
            assert report.unread == (
                Skipped(
                    "harbour.txt", "cannot be read: input/output error", "out of reach", kept=True
                ),
            )
    assert look_at(seeds, folder, model).differs  # it can be opened
    assert update(seeds, folder, model).failed == ()
    assert not look_at(seeds, folder, model).differs


@pytest.mark.parametrize("error", [errno.ENOENT, errno.EIO, errno.ESTALE])
def test_a_folder_that_vanishes_in_the_midst_of_a_look_stays(
    built: Report,
    seeds: Path,
    folder: Path,
    model: Model,
    monkeypatch: pytest.MonkeyPatch,
    error: int,
) -> None:
    real = os.scandir

    def scandir(path: str) -> Any:
        if str(path).endswith(("vault/", "annex/")):
            raise OSError(error, os.strerror(error))
        return real(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", scandir)
        report = update(seeds, folder, model)
    assert (report.articles, report.removed) == (5, ())
    assert [file.source for file in report.unread] == ["annex/", "vault/"]
    assert update(seeds, folder, model).failed == ()


def test_what_another_folder_had_is_not_kept_for_this_one(
    built: Report, seeds: Path, folder: Path, model: Model, tmp_path: Path, powerless: None
) -> None:
    other = write(tmp_path / "other", {"a.txt": "A text.", "vault/b.txt": "Another."})
    (other / "vault").chmod(0)
    try:
        assert build(other, folder, model).articles == 1
    finally:
        (other / "vault").chmod(0o755)
    assert indexed(folder) == {"a.txt"}


def test_an_interruption_leaves_what_is_lost_as_it_was(
    built: Report, seeds: Path, folder: Path, model: Model
) -> None:
    empty(seeds / "vault")
    write(seeds, {"new.txt": "A new text on bees."})

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(*(seeds, folder, model), max_bytes=MAX_BYTES, may_empty=False, progress=interrupt)
    assert indexed(folder) == set(ARTICLES)
    report = update(seeds, folder, model)
    assert (report.added, report.removed) == (("new.txt",), ())
    assert look_at(seeds, folder, model).lost == {
        "vault/": ("vault/deep/loom.txt", "vault/owl.txt")
    }
