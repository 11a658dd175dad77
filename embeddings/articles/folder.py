"""What is in the articles folder: names, sizes and times. No file is opened.

Whatever cannot be an article is named with a reason, never an exception: one bad file must not
keep the others from being found.
"""

from __future__ import annotations

import errno
import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from msgspec import Struct

from embeddings.articles.formats import FORMATS
from embeddings.errors import ArticlesError, Loss, Remedy, Unreadable


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
    """A file that was not read, or a folder (with `/` at its end) that was not listed or has lost
    its articles; and why, in words for people. `kept`: what was read there before is indexed as it
    was then."""

    source: str
    reason: str
    loss: Loss = "no article"
    kept: bool = False


def losses(failed: Iterable[Skipped]) -> tuple[Skipped, ...]:
    """Those that a person who asks must know of; what may be answered from though it may be out of
    date comes first."""
    lost = (file for file in failed if file.loss != "none")
    return tuple(sorted(lost, key=lambda file: file.loss == "no article"))


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
    for prefix, listed in _listings(folder, root, pending, skipped):
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
            except FileNotFoundError:
                continue  # it has just been removed
            except OSError as error:
                skipped.append(Skipped(source, f"cannot be read: {why(error)}", "out of reach"))
            except Unreadable as error:
                skipped.append(Skipped(source, str(error), error.loss))
    return Scan(
        tuple(sorted(files, key=lambda file: file.source)),
        tuple(sorted(Skipped(_printable(s.source), _printable(s.reason), s.loss) for s in skipped)),
        {_printable(name): number for name, number in sorted(other_formats.items())},
    )


def _listings(
    folder: Path, root: str, pending: list[str], skipped: list[Skipped]
) -> Iterator[tuple[str, list[os.DirEntry[str]]]]:
    """What is in each pending folder but what is hidden; those that cannot be listed are skipped.

    Raises:
        ArticlesError: that is so of the articles folder itself.
    """
    while pending:
        prefix = pending.pop()
        try:
            with os.scandir(os.path.join(root, prefix)) as entries:
                listed = [entry for entry in entries if entry.name[0] != "."]
        except OSError as error:
            if not prefix:
                raise _unusable(folder, error) from error
            if not isinstance(error, FileNotFoundError):  # it has not just been removed
                reason = f"cannot be listed: {why(error)}"
                skipped.append(Skipped(prefix, reason, "out of reach"))
            continue
        yield prefix, listed


def find(folder: Path, source: str) -> str | None:
    """The source of the article that a person means by a name: the file's own may be in another
    Unicode form, its accents apart from the letters or one with them. None where the folder has
    no such article (what a scan passes over is none), or several of which none is named exactly.
    """
    parts = PurePosixPath(source).parts
    if source == "/".join(parts) and _may_be_article(folder, source):
        return source
    paths = [""]
    for part in parts:
        paths = [prefix + name for prefix in paths for name in _names_like(part, folder / prefix)]
        paths = [f"{path}/" for path in paths]
    articles = [path[:-1] for path in paths if _may_be_article(folder, path[:-1])]
    return articles[0] if len(articles) == 1 else None


def _names_like(part: str, folder: Path) -> list[str]:
    """The names in a folder that are this one in any Unicode form."""
    form = unicodedata.normalize("NFC", part)
    try:
        return [name for name in os.listdir(folder) if unicodedata.normalize("NFC", name) == form]
    except (OSError, ValueError):
        return []


def _may_be_article(folder: Path, source: str) -> bool:
    """Whether a scan would take it for an article; also where nobody can tell: then reading it
    says why."""
    names = source.split("/")
    if not all(name and name[0] != "." for name in names) or extension_of(names[-1]) not in FORMATS:
        return False
    path, mode = folder, 0
    try:
        for name in names:
            path /= name
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                return False
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError as error:
        return error.errno != errno.ENAMETOOLONG
    return stat.S_ISREG(mode)


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
        raise Unreadable(f"is {_file_type(status.st_mode)}, not a file", "none")
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
        raise Unreadable("is a link to nothing", "none") from error
    if os.path.isfile(target) and extension not in FORMATS:
        return
    if os.path.commonpath([root, target]) != root:
        raise Unreadable("is a link that leaves the articles folder", "none")
    inside = os.path.relpath(target, root)
    raise Unreadable(f"is a link to {inside}, which is looked at under its own name", "none")


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
