from __future__ import annotations

import os
import socket
import unicodedata
from pathlib import Path

import pytest

from embeddings.articles.article import read
from embeddings.articles.folder import check, find, scan
from embeddings.errors import ArticlesError, Remedy, Unreadable
from tests.conftest import MAX_BYTES, write


def reasons(folder: Path, max_bytes: int = MAX_BYTES) -> dict[str, str]:
    return {file.source: file.reason for file in scan(folder, max_bytes=max_bytes).skipped}


def test_scan_finds_text_and_markdown_below_the_folder_in_order(tmp_path: Path) -> None:
    files = ("b.txt", "a.MD", "deep/er/c.txt", ".hidden.txt", ".git/d.txt", "e.pdf", "f")
    write(tmp_path, dict.fromkeys(files, "x"))
    seen = scan(tmp_path, max_bytes=MAX_BYTES)
    assert [file.source for file in seen.files] == ["a.MD", "b.txt", "deep/er/c.txt"]
    assert seen.skipped == ()
    assert seen.other_formats == {".pdf": 1, "no extension": 1}


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
    for step in (check, lambda folder: scan(folder, max_bytes=MAX_BYTES)):
        with pytest.raises(ArticlesError, match=message) as error:
            step(folder)
        assert isinstance(error.value.remedy, Remedy)
        assert error.value.remedy.kind == "name the articles folder"


def test_links_are_not_followed_and_each_says_why(tmp_path: Path) -> None:
    folder = write(tmp_path / "articles", {"a.txt": "x", "sub/b.txt": "x"})
    write(tmp_path, {"outside.txt": "secret"})
    os.symlink(tmp_path / "outside.txt", folder / "leaves.txt")
    os.symlink(tmp_path, folder / "leaves-too")
    os.symlink("a.txt", folder / "again.txt")
    os.symlink("../sub", folder / "sub" / "loop")
    os.symlink("self.txt", folder / "self.txt")
    os.symlink("nowhere.txt", folder / "broken.txt")
    assert [file.source for file in scan(folder, max_bytes=MAX_BYTES).files] == [
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
        read(tmp_path, "pipe.txt", max_bytes=MAX_BYTES)  # and reading it does not wait for a writer


def test_a_folder_named_like_an_article_is_walked(tmp_path: Path) -> None:
    write(tmp_path, {"year.txt/a.txt": "x"})
    assert [file.source for file in scan(tmp_path, max_bytes=MAX_BYTES).files] == ["year.txt/a.txt"]


def test_a_name_that_is_no_utf8_is_skipped_and_spelled_out(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text("x")
    assert reasons(tmp_path) == {"caf\\xe9.txt": "has a name that is not valid UTF-8: rename it"}


def test_too_large_is_skipped_by_the_limit(tmp_path: Path) -> None:
    write(tmp_path, {"big.txt": "x" * 3_000_000, "fits.txt": "x" * 2_000_000})
    assert reasons(tmp_path, 2_000_000) == {"big.txt": "is too large: 3 MB, and the limit is 2 MB"}
    with pytest.raises(Unreadable, match="too large: 3 MB"):
        read(tmp_path, "big.txt", max_bytes=2_000_000)


COMPOSED, APART = (unicodedata.normalize(form, "Łódź-žluť/été.txt") for form in ("NFC", "NFD"))


@pytest.mark.parametrize(("on_disk", "typed"), [(COMPOSED, APART), (APART, COMPOSED)])
def test_a_name_in_another_unicode_form_is_found_also_of_a_folder(
    tmp_path: Path, on_disk: str, typed: str
) -> None:
    write(tmp_path, {on_disk: "x", "other.txt": "x"})
    assert on_disk != typed
    assert find(tmp_path, typed) == find(tmp_path, on_disk) == on_disk
    assert find(tmp_path, typed.upper()) is None


def test_of_two_names_that_look_the_same_the_exact_one_is_found(tmp_path: Path) -> None:
    write(tmp_path, {COMPOSED: "x", APART: "y"})
    assert (find(tmp_path, COMPOSED), find(tmp_path, APART)) == (COMPOSED, APART)
    mixed = COMPOSED.split("/")[0] + "/" + APART.split("/")[1]
    assert find(tmp_path, mixed) is None


def test_what_a_scan_passes_over_is_not_found(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "articles",
        dict.fromkeys((".a.txt", ".b/c.txt", "d/.e.md", "f.pdf", "g.txt", "h.txt/i.txt"), "x"),
    )
    write(tmp_path, {"outside.txt": "secret"})
    (folder / "link.txt").symlink_to("g.txt")
    (folder / "away").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.txt")
    scanned = [file.source for file in scan(folder, max_bytes=MAX_BYTES).files]
    assert scanned == [find(folder, source) for source in ("g.txt", "h.txt/i.txt")]
    assert find(folder, "h.txt//./i.txt") == "h.txt/i.txt"
    for source in (
        *(".a.txt", ".b/c.txt", "d/.e.md", "f.pdf", "h.txt", "link.txt", "away/outside.txt"),
        *("pipe.txt", "../outside.txt", "", "/", str(folder / "g.txt"), "a\0.txt"),
        *("x" * 5000 + ".txt", "gone/a.txt", "g.txt/a.txt"),
    ):
        assert find(folder, source) is None, source


def test_what_nobody_can_tell_is_left_to_the_reading(tmp_path: Path, powerless: None) -> None:
    folder = write(tmp_path / "articles", {"shut/a.txt": "x"})
    (folder / "shut").chmod(0)
    try:
        assert find(folder, "shut/a.txt") == "shut/a.txt"
        with pytest.raises(Unreadable, match="permission denied") as raised:
            read(folder, "shut/a.txt", max_bytes=MAX_BYTES)
        assert raised.value.loss == "out of reach"
        assert find(folder, "shut/.a.txt") is None
    finally:
        (folder / "shut").chmod(0o755)
