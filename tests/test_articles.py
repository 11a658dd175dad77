from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from embeddings.articles.article import Article, Unreadable, decode, read, scan
from embeddings.errors import ArticlesError
from tests.conftest import MAX_BYTES, SHARED, needs_shared, write

ENGLISH = "“Spaces was largely a prototype,” he said — it’s a café story."


def reasons(folder: Path, max_bytes: int = MAX_BYTES) -> dict[str, str]:
    return {one.source: one.reason for one in scan(folder, max_bytes=max_bytes).skipped}


def article(folder: Path, source: str) -> Article:
    return read(folder, source, max_bytes=MAX_BYTES)[1]


def test_scan_finds_text_and_markdown_below_the_folder_in_order(tmp_path: Path) -> None:
    files = ("b.txt", "a.MD", "deep/er/c.txt", ".hidden.txt", ".git/d.txt", "e.pdf", "f")
    write(tmp_path, dict.fromkeys(files, "x"))
    found = scan(tmp_path, max_bytes=MAX_BYTES)
    assert [one.source for one in found.files] == ["a.MD", "b.txt", "deep/er/c.txt"]
    assert found.skipped == ()
    assert found.other_formats == {".pdf": 1, "no extension": 1}


def test_scan_sees_sizes_and_times_without_opening(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "four"})
    state = scan(tmp_path, max_bytes=MAX_BYTES).files[0]
    real = (tmp_path / "a.txt").stat()
    assert (state.size, state.mtime_ns, state.ctime_ns) == (4, real.st_mtime_ns, real.st_ctime_ns)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "There is no articles folder"),
        (lambda path: path.write_text("x"), "is not a folder"),
    ],
)
def test_a_folder_that_is_none_is_an_error_with_a_remedy(
    tmp_path: Path, make: object, message: str
) -> None:
    folder = tmp_path / "articles"
    make(folder)  # type: ignore[operator]
    with pytest.raises(ArticlesError, match=message) as error:
        scan(folder, max_bytes=MAX_BYTES)
    assert "--seeds" in error.value.remedy


def test_links_are_not_followed_and_each_says_why(tmp_path: Path) -> None:
    folder = write(tmp_path / "articles", {"a.txt": "x", "sub/b.txt": "x"})
    write(tmp_path, {"outside.txt": "secret"})
    os.symlink(tmp_path / "outside.txt", folder / "leaves.txt")
    os.symlink(tmp_path, folder / "leaves-too")
    os.symlink("a.txt", folder / "again.txt")
    os.symlink("../sub", folder / "sub" / "loop")
    os.symlink("self.txt", folder / "self.txt")
    os.symlink("nowhere.txt", folder / "broken.txt")
    assert [one.source for one in scan(folder, max_bytes=MAX_BYTES).files] == [
        "a.txt",
        "sub/b.txt",
    ]
    assert reasons(folder) == {
        "leaves.txt": "is a link that leaves the articles folder",
        "leaves-too": "is a link that leaves the articles folder",
        "again.txt": "is a link to a.txt, which is looked at under its own name",
        "sub/loop": "is a link to sub, which is looked at under its own name",
        "self.txt": "cannot be read: too many levels of symbolic links",
        "broken.txt": "is a link to nothing",
    }


def test_what_is_no_file_is_skipped(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket.txt"))
        assert reasons(tmp_path) == {
            "pipe.txt": "is a named pipe, not a file",
            "socket.txt": "is a socket, not a file",
        }
    with pytest.raises(Unreadable, match="is a named pipe"):
        article(tmp_path, "pipe.txt")  # and reading it does not wait for a writer


def test_a_folder_named_like_an_article_is_walked(tmp_path: Path) -> None:
    write(tmp_path, {"year.txt/a.txt": "x"})
    assert [one.source for one in scan(tmp_path, max_bytes=MAX_BYTES).files] == ["year.txt/a.txt"]


def test_a_name_that_is_no_utf8_is_skipped_and_spelled_out(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text("x")
    assert reasons(tmp_path) == {"caf\\xe9.txt": "has a name that is not valid UTF-8: rename it"}


def test_too_large_is_skipped_by_the_limit(tmp_path: Path) -> None:
    write(tmp_path, {"big.txt": "x" * 3_000_000, "fits.txt": "x" * 2_000_000})
    assert reasons(tmp_path, 2_000_000) == {"big.txt": "is too large: 3 MB, and the limit is 2 MB"}
    with pytest.raises(Unreadable, match="too large: 3 MB"):
        read(tmp_path, "big.txt", max_bytes=2_000_000)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b" \n\t\r\n ", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"abc\0def", "is binary, not text"),
        (bytes(range(256)) * 20, "is binary, not text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(255, 0, -1)), "is binary, not text"),
        (b"\xff\xfea", "is marked as utf-16-le but is not"),
    ],
)
def test_what_is_no_text_says_so(tmp_path: Path, content: bytes, reason: str) -> None:
    write(tmp_path, {"a.txt": content})
    with pytest.raises(Unreadable, match=reason):
        article(tmp_path, "a.txt")


def test_a_file_that_vanished_says_so(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="vanished while it was being read"):
        article(tmp_path, "gone.txt")


def test_a_file_without_permission_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.txt": "x"})

    def refuse(*_: object) -> int:  # root, whom CI runs as, may read everything
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(Unreadable, match="cannot be read: permission denied"):
        article(tmp_path, "a.txt")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", ENGLISH + " Ελληνικά 日本 😀"),
        ("utf-8-sig", ENGLISH),
        ("utf-16", ENGLISH),
        ("utf-32", ENGLISH),
        ("cp1252", ENGLISH),
        ("cp1252", "“Hi.”"),
        ("cp1252", "The Post's headline: It’s over."),
        ("cp1252", "Le président a déclaré que l’événement avait été retardé. Où êtes-vous ?"),
        ("latin-1", "Der Präsident sagte, die Übertragung fiel aus. Größe."),
        ("cp1254", "Türkiye'de yapılan açıklamada, şirketin çöktüğü ve kullanıcıların söylendi."),
        ("cp1251", "Выступление началось с опозданием на двадцать минут."),
        ("koi8-r", "Выступление началось с опозданием на двадцать минут."),
        ("cp1250", "Prezydent powiedział, że transmisja została przerwana. Źródło: agencja."),
        ("shift_jis", "これは日本語のテストです。配信は遅れて始まりました。"),
        ("gb18030", "这次直播推迟了二十分钟才开始，许多听众无法加入。"),
        ("cp1252", "plain " * 100_000 + "“late”"),
        ("mac_roman", "Renée Zöllner’s café burned down – again."),
        ("mac_roman", ENGLISH),
    ],
)
def test_every_character_of_an_encoding_survives(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding))[1] == text


def test_line_ends_stay_as_they_are(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "one\r\ntwo\rthree\n"})
    assert article(tmp_path, "a.txt").text == "one\r\ntwo\rthree\n"


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
        ("a.txt", "---\ntitle: no\n---\nText.", "---", None),
    ],
)  # fmt: skip
def test_title_and_date(
    tmp_path: Path, name: str, content: str, title: str, published: str | None
) -> None:
    write(tmp_path, {name: content})
    found = article(tmp_path, name)
    assert (found.title, found.published) == (title, published)


def test_front_matter_is_not_the_body(tmp_path: Path) -> None:
    write(tmp_path, {"a.md": "---\ntitle: T\n---\nBody.", "only.md": "---\ntitle: T\n---\n"})
    found = article(tmp_path, "a.md")
    assert found.text[found.body_start :] == "Body."
    with pytest.raises(Unreadable, match="has front matter and no text"):
        article(tmp_path, "only.md")


@needs_shared
def test_the_real_articles_are_read() -> None:
    folder = SHARED / "articles"
    found = scan(folder, max_bytes=MAX_BYTES)
    assert len(found.files) == 5
    for state in found.files:
        real = article(folder, state.source)
        assert real.encoding == "utf-8"
        with open(folder / state.source, encoding="utf-8", newline="") as file:
            assert real.text == file.read()
