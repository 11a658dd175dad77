"""`bot show`: an article with a place in it, or the word that it is not there."""

from __future__ import annotations

import pytest

from tests.conftest import SEEDS, Bot


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
