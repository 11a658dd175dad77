"""`bot show`: an article with a place in it, or the word that it is not there."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from tests.conftest import SEEDS, Bot, write


def test_show_prints_the_article_and_marks_the_place(ask: Bot) -> None:
    name = "2023-05-24-launch-starts-late.txt"
    text = (SEEDS / name).read_text("utf-8")
    assert ask("show", name).stdout == text
    assert ask("show", SEEDS / name).stdout == text
    lines = ask("show", f"{name}:3-5").stdout.split("\n")
    assert [line[:1] for line in lines[:6]] == [" ", " ", ">", ">", ">", " "]
    assert lines[2].endswith(text.split("\n")[2])


@pytest.mark.parametrize(
    ("place", "code", "message"),
    [
        ("nothing-like-it", 3, "There is no article nothing-like-it in"),
        ("2023-05-24-launch-start-late.txt", 3, "Did you mean 2023-05-24-launch-starts-late.txt?"),
        ("../pyproject.toml", 3, "There is no article ../pyproject.toml"),
        ("/etc/passwd", 3, "There is no article /etc/passwd"),
        ("2023-05-24-launch-starts-late.txt:999", 2, "is not among them"),
        ("2023-05-24-launch-starts-late.txt:0", 2, "has lines 1 to "),
        ("2023-05-24-launch-starts-late.txt:" + "9" * 5000, 3, "There is no article"),
        ("", 2, "The source is empty"),
        ("2023-05-24-launch-starts-late.txt:5-3", 2, "is not among them"),
    ],
)
def test_show_refuses_what_is_not_there(ask: Bot, place: str, code: int, message: str) -> None:
    done = ask("show", place)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr


def test_show_says_of_a_source_that_still_answers_that_its_file_is_gone(
    bot: Bot, tmp_path: Path
) -> None:
    seeds = write(tmp_path / "folder", {"a.txt": "A heron.", "pond/eel.txt": "Eels eat at night."})
    assert bot("rebuild", "--seeds", seeds).returncode == 0
    (seeds / "pond" / "eel.txt").unlink()
    assert "pond/eel.txt" in bot("ask", "--seeds", seeds, "When do eels eat?").stdout
    done = bot("show", "--seeds", seeds, "pond/eel.txt:1")
    assert (done.returncode, done.stdout) == (3, "")
    assert f"pond/eel.txt is no longer in {seeds}, though it is still answered from" in done.stderr
    assert "bot rebuild" in done.stderr
    assert (
        "There is no article pond/elk.txt" in bot("show", "--seeds", seeds, "pond/elk.txt").stderr
    )


def test_show_finds_a_name_in_another_unicode_form(bot: Bot, tmp_path: Path) -> None:
    name = "crêpes/señal.txt"
    composed, apart = unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)
    for on_disk, typed in ((composed, apart), (apart, composed)):
        seeds = write(tmp_path / str(len(on_disk)), {on_disk: "A signal.\n"})
        for place in (typed, f"{seeds}/{typed}", on_disk):
            done = bot("show", "--seeds", seeds, f"{place}:1")
            assert (done.returncode, done.stdout) == (0, "> 1  A signal.\n")


def test_show_shows_only_articles(bot: Bot, seeds: Path) -> None:
    write(seeds, {".notes.txt": "Mine.", "sub/.draft.md": "Mine.", ".kept/a.txt": "Mine."})
    (seeds / "link.txt").symlink_to(seeds / ".notes.txt")
    (seeds / "inside.txt").symlink_to("2023-05-24-launch-starts-late.txt")
    for place in (".notes.txt", "sub/.draft.md:1", ".kept/a.txt", "link.txt", "inside.txt"):
        for given in (place, seeds / place):
            done = bot("show", given)
            assert (done.returncode, done.stdout) == (3, ""), given
            assert "There is no article" in done.stderr


def test_show_takes_a_path_by_way_of_a_link_to_the_folder(
    bot: Bot, seeds: Path, tmp_path: Path
) -> None:
    (tmp_path / "by-way").symlink_to(seeds)
    done = bot("show", "--seeds", "by-way", "by-way/2023-05-24-launch-starts-late.txt:1")
    assert done.returncode == 0
    done = bot("show", "2023-05-24-launch-starts-late.txt:1", "--seeds", ".", cwd=seeds)
    assert done.returncode == 0
