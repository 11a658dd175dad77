from __future__ import annotations

from pathlib import Path

import pytest

from embeddings.articles.article import read
from embeddings.articles.metadata import iso_date
from tests.conftest import MAX_BYTES, write


@pytest.mark.parametrize(
    ("name", "content", "title", "published"),
    [
        ("a.txt", "A Title\n\nText.", "A Title", None),
        ("the-name.txt", "x" * 121 + "\nText.", "the-name", None),
        ("2023-05-24-launch.txt", "T\n\nText.", "T", "2023-05-24"),
        ("20230524_launch.txt", "T\n\nText.", "T", "2023-05-24"),
        ("2023-13-99-launch.txt", "T\n\nText.", "T", None),
        ("a.md", "intro\n\n## A *Heading* ##\n\nText.", "A *Heading*", None),
        ("a.md", "```\n# no heading\n```\n\n# Heading\n", "Heading", None),
        ("a.md", "---\ntitle: 'From: front'\ndate: 2023-05-26\n---\n# H\n", "From: front",
         "2023-05-26"),
        ("a.md", "---\ntitle: Zoo: a llama\ndate: 2023-05-26\n---\n# H\n", "Zoo: a llama",
         "2023-05-26"),
        ("a.md", "---\ntitle: !!timestamp x\n---\n# Heading\n", "x", None),
        ("a.md", "---\ntitle: [a, list]\n---\n# Heading\n", "Heading", None),
        ("a.md", "---\na: &a [x, x]\ntitle: &b [*a, *a]\n---\n# Heading\n", "Heading", None),
        ("a.md", "---\ntitle: " + "9" * 6000 + "\n---\nText.", "9" * 300, None),
        ("a.md", "# Title" + " " * 100_000 + "x\n", "Title x", None),
        ("a.md", "# " + "#" * 100_000 + "\n\nText", "a", None),
        ("old-mac.txt", "A title\rText.\r", "A title", None),
        ("a.md", "---\n- a list\n---\n# Heading\n", "Heading", None),
        ("a.txt", "---\ntitle: Yes\ndate: 2021-03-04\n---\nText.", "Yes", "2021-03-04"),
        ("a.txt", "------\nA title\n------\nText.", "A title", None),
        ("a.txt", "---\nIt rained.\n---\nText.", "It rained.", None),
        ("a.txt", "# A title\n\nText.", "A title", None),
        ("a.txt", "A title\n=======\n\nText.", "A title", None),
        ("a.txt", "The lock at Vinje had to be shut for the third time this\nyear.\n\nIt\n",
         "The lock at Vinje had to be shut for the third time this year.", None),
        ("a.txt", "The lock at Vinje had to be shut for the third time this\nyear, and " * 4,
         "a", None),
        ("a.md", "```sh\n# open the gate\n```\n\nText.", "a", None),
        ("a.txt", "```sh\n# open the gate\n```\n\n# Gates\n\nText.", "Gates", None),
        ("a.md", "| a | b |\n|---|---|\n| 1 | 2 |\n", "a", None),
        ("a.md", "![A mill](m.jpg)\n\nMills\n-----\n\nText.", "Mills", None),
        ("a.md", "***\n\nText.", "Text.", None),
    ],
)  # fmt: skip
def test_title_and_date(
    tmp_path: Path, name: str, content: str, title: str, published: str | None
) -> None:
    write(tmp_path, {name: content})
    _, article = read(tmp_path, name, max_bytes=MAX_BYTES)
    assert (article.info.title, article.info.published) == (title, published)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2023-05-24", "2023-05-24"),
        ("on 2023.05.24, at six", "2023-05-24"),
        ("20230524_launch", "2023-05-24"),
        ("2023-02-30", None),
        ("1202305240", None),
        ("", None),
    ],
)
def test_the_first_date_of_a_text(text: str, date: str | None) -> None:
    assert iso_date(text) == date
