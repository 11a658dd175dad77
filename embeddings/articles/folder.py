"""What is in the articles folder: names, sizes and times. No file is opened.

Whatever cannot be an article is named with a reason, never an exception: one bad file must not
keep the others from being found.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from pathlib import Path

from msgspec import Struct

from embeddings.articles.formats import FORMATS
from embeddings.errors import ArticlesError, Remedy, Unreadable


class FileState(Struct, frozen=True, array_like=True):
    """What the file system says of a file without opening it.

    `source` is its path below the articles folder with `/` between the parts; `size` is
    in bytes, the times in nanoseconds. The change time catches an edit that put the
    modification time back.
    """

    source: str
    size: int
    mtime_ns: int
    ctime_ns: int


class Skipped(Struct, frozen=True, order=True):
    """A file that is not indexed, and why, in words for people."""

    source: str
    reason: str


class Scan(Struct, frozen=True):
    """A look at the folder: readable candidates and skipped files, each sorted by source.

    `other_formats` counts the files of extensions that are not read.
    """

    files: tuple[FileState, ...]
    skipped: tuple[Skipped, ...]
    other_formats: dict[str, int]


def check(folder: Path) -> None:
    """See that there is a folder that can be listed.

    Raises:
        ArticlesError: there is not.
    """
    try:
        os.scandir(folder).close()
    except OSError as error:
        raise _unusable(folder, error) from error


def scan(folder: Path, *, max_bytes: int) -> Scan:
    """List the articles below `folder`, opening none.

    Hidden files and folders are passed over. Links are not followed: a link inside the
    folder names an article that is there under its own name, and one that leaves it (or
    loops) is not the folder's.

    Raises:
        ArticlesError: the folder is missing, is no folder, or may not be listed.
    """
    files: list[FileState] = []
    skipped: list[Skipped] = []
    other_formats: Counter[str] = Counter()
    root = os.path.realpath(folder)
    pending = [""]
    while pending:
        prefix = pending.pop()
        try:
            with os.scandir(os.path.join(root, prefix)) as entries:
                listed = [entry for entry in entries if entry.name[0] != "."]
        except OSError as error:
            if not prefix:
                raise _unusable(folder, error) from error
            skipped.append(Skipped(prefix, f"the folder cannot be listed: {why(error)}"))
            continue
        for entry in listed:
            source = prefix + entry.name
            extension = extension_of(entry.name)
            try:
                if entry.is_symlink():
                    _refuse_link(entry.path, root, extension)
                elif entry.is_dir(follow_symlinks=False):
                    pending.append(source + "/")
                elif extension in FORMATS:
                    files.append(state_of(source, entry.stat(follow_symlinks=False), max_bytes))
                else:
                    other_formats[extension or "no extension"] += 1
            except OSError as error:
                skipped.append(Skipped(source, f"cannot be read: {why(error)}"))
            except Unreadable as error:
                skipped.append(Skipped(source, str(error)))
    return Scan(
        tuple(sorted(files, key=lambda file: file.source)),
        tuple(sorted(Skipped(_printable(s.source), _printable(s.reason)) for s in skipped)),
        {_printable(name): number for name, number in sorted(other_formats.items())},
    )


def extension_of(name: str) -> str:
    """That of a name which does not begin with a dot (`splitext` takes 4 ms for 10,000 more)."""
    return name[name.rfind(".") :].lower() if "." in name else ""


def state_of(source: str, status: os.stat_result, max_bytes: int) -> FileState:
    """A file's state.

    Raises:
        Unreadable: it is no regular file, is too large, or has a name that is not UTF-8.
    """
    try:
        source.encode()
    except UnicodeEncodeError as error:
        raise Unreadable("has a name that is not valid UTF-8: rename it") from error
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable(f"is {_file_type(status.st_mode)}, not a file")
    if status.st_size > max_bytes:
        raise Unreadable(too_large(status.st_size, max_bytes))
    return FileState(source, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def too_large(size: int, limit: int) -> str:
    """The reason for not reading a file of so many bytes."""
    return f"is too large: {size / 1e6:.3g} MB, and the limit is {limit / 1e6:g} MB"


def why(error: OSError) -> str:
    """What the system says, to go on a sentence with."""
    return (error.strerror or str(error)).lower()


def _refuse_link(path: str, root: str, extension: str) -> None:
    """Say why a link is not followed, where it looks like an article or leads nowhere."""
    try:
        target = os.path.realpath(path, strict=True)
    except FileNotFoundError as error:
        raise Unreadable("is a link to nothing") from error
    if os.path.isfile(target) and extension not in FORMATS:
        return
    if os.path.commonpath([root, target]) != root:
        raise Unreadable("is a link that leaves the articles folder")
    inside = os.path.relpath(target, root)
    raise Unreadable(f"is a link to {inside}, which is looked at under its own name")


def _file_type(mode: int) -> str:
    for test, name in (
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISDIR, "a folder"),
    ):
        if test(mode):
            return name
    return "a device"


def _printable(text: str) -> str:
    """Text with a name in it that may be no valid UTF-8, its odd bytes spelled out."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _unusable(folder: Path, error: OSError) -> ArticlesError:
    if isinstance(error, FileNotFoundError):
        problem = f"There is no articles folder {folder}"
    elif isinstance(error, NotADirectoryError):
        problem = f"{folder} is not a folder"
    else:
        problem = f"The articles folder {folder} cannot be listed: {why(error)}"
    return ArticlesError(problem, remedy=Remedy("name the articles folder"))
