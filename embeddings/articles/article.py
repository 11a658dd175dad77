"""A folder of files → articles: find, decode, title, date.

`scan` only looks (names, sizes, times) and is cheap; `read` opens one file. Whatever
cannot be an article is named with a reason, never an exception: one bad file must not
keep the others from being found.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import re
import stat
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from embeddings.errors import ArticlesError

FORMATS = {".txt": "text", ".md": "markdown"}
"""The extensions that are read, and as what."""

SHORT_LINE = 120
"""Longest first line, in characters, that is taken for a title."""

LONGEST_TITLE = 300
"""Characters; a title is indexed with each of its article's passages."""

_TELLING = 4
"""From this many non-ASCII bytes on, an old Macintosh encoding is considered."""

_BYTE_ORDER_MARKS = (  # UTF-32's begin with UTF-16's, so they come first
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# Patterns are text, compiled (and kept by `re`) when first used: a question uses none.
_FRONT_MATTER = r"(?s)---[ \t]*\r?\n(.{0,65536}?)\r?\n---[ \t]*(?:\r?\n|$)"
_HEADING_OR_FENCE = r"(?m)^(?:#{1,6}[ \t]+(?P<heading>[^\r\n]*)|(?P<fence>```|~~~))"
_DATE = r"(?<!\d)(\d{4})[-_.]?(\d{2})[-_.]?(\d{2})(?!\d)"


class FileState(NamedTuple):
    """What the file system says of a file without opening it.

    `source` is its path below the articles folder with `/` between the parts; `size` is
    in bytes, the times in nanoseconds. The change time catches an edit that put the
    modification time back.
    """

    source: str
    size: int
    mtime_ns: int
    ctime_ns: int


class Skipped(NamedTuple):
    """A file that is not indexed, and why, in words for people."""

    source: str
    reason: str


class Scan(NamedTuple):
    """A look at the folder: readable candidates and skipped files, each sorted by source.

    `other_formats` counts the files of extensions that are not read.
    """

    files: tuple[FileState, ...]
    skipped: tuple[Skipped, ...]
    other_formats: dict[str, int]


class Article(NamedTuple):
    """A decoded file. `text` has its line ends as they are and no byte-order mark.

    `body_start` is the character at which the text proper begins (after front matter);
    `published` an ISO date or None; `sha256` that of the file's bytes.
    """

    source: str
    text: str
    title: str
    published: str | None
    body_start: int
    encoding: str
    sha256: bytes


class Unreadable(Exception):
    """One file cannot become an article; the message is the reason, in words for people."""


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
            skipped.append(Skipped(prefix, f"the folder cannot be listed: {_why(error)}"))
            continue
        for entry in listed:
            source = prefix + entry.name
            extension = _extension(entry.name)
            try:
                if entry.is_symlink():
                    _refuse_link(entry.path, root, extension)
                elif entry.is_dir(follow_symlinks=False):
                    pending.append(source + "/")
                elif extension in FORMATS:
                    files.append(_state(source, entry.stat(follow_symlinks=False), max_bytes))
                else:
                    other_formats[extension or "no extension"] += 1
            except OSError as error:
                skipped.append(Skipped(source, f"cannot be read: {_why(error)}"))
            except Unreadable as error:
                skipped.append(Skipped(source, str(error)))
    return Scan(
        tuple(sorted(files, key=lambda file: file.source)),
        tuple(sorted(map(_printable, skipped))),
        dict(sorted(other_formats.items())),
    )


def _extension(name: str) -> str:
    """That of a name which does not begin with a dot (`splitext` takes 4 ms for 10,000 more)."""
    return name[name.rfind(".") :].lower() if "." in name else ""


def read(folder: Path, source: str, *, max_bytes: int) -> tuple[FileState, Article]:
    """Read one file of the folder, with the state it had while it was read.

    Raises:
        Unreadable: it cannot be read, is empty, binary, too large, or no text.
    """
    try:
        # A named pipe put in the file's place must not hold us: open without waiting.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(folder / source, flags)
        with open(descriptor, "rb") as file:
            state = _state(source, os.fstat(descriptor), max_bytes)
            data = file.read(max_bytes + 1)
    except FileNotFoundError as error:
        raise Unreadable("vanished while it was being read") from error
    except OSError as error:
        raise Unreadable(f"cannot be read: {_why(error)}") from error
    if len(data) > max_bytes:
        raise Unreadable(_too_large(len(data), max_bytes))
    encoding, text = decode(data)
    if not text.strip():
        raise Unreadable("is empty")
    title, published, body_start = _describe(source, text)
    if not text[body_start:].strip():
        raise Unreadable("has front matter and no text")
    digest = hashlib.sha256(data).digest()
    return state, Article(source, text, title, published, body_start, encoding, digest)


def decode(data: bytes) -> tuple[str, str]:
    """Bytes → (encoding, text), losing no character.

    A byte-order mark decides; then UTF-8; then chardet. (charset-normalizer 3.5 took “Hi.”
    in Windows-1252 for Cyrillic and Turkish for Estonian; chardet 7 did not.)

    Raises:
        Unreadable: the bytes are no text, or no encoding fits.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                return encoding, data[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise Unreadable(f"is marked as {encoding} but is not") from error
    if b"\0" not in data:
        try:
            return "utf-8", data.decode("utf-8")
        except UnicodeDecodeError:
            pass  # not an error: most of the world's old files are in something else
    found = _detect(data)
    if found is None:
        raise Unreadable("is binary, not text")
    try:
        text = data.decode(found)
    except (UnicodeDecodeError, LookupError) as error:
        raise Unreadable("is in an encoding that could not be told") from error
    if "\0" in text:
        raise Unreadable("is binary, not text")
    return found.lower(), text


def _detect(data: bytes) -> str | None:
    """The likeliest encoding of bytes that are not UTF-8, or None for what is no text.

    chardet reads the first 200,000 bytes, so it is shown the lines that are not plain
    ASCII. Encodings of the web and of Windows go before those of the Macintosh, which have
    to be likelier on more than a quotation mark or two.
    """
    import chardet  # 40 ms, and few files need it

    telling = data if b"\0" in data else b"\n".join(re.findall(rb".*[\x80-\xff].*", data))
    eras = [(chardet.EncodingEra.MODERN_WEB, "cp1252")]
    if len(telling) - len(re.sub(rb"[\x80-\xff]", b"", telling)) >= _TELLING:
        eras.append((chardet.EncodingEra.LEGACY_MAC, "mac_roman"))
    guesses = [
        chardet.detect(telling, encoding_era=era, no_match_encoding=last, prefer_superset=True)
        for era, last in eras
    ]
    return max(guesses, key=lambda guess: guess["confidence"])["encoding"]


def _state(source: str, found: os.stat_result, max_bytes: int) -> FileState:
    try:
        source.encode()
    except UnicodeEncodeError as error:
        raise Unreadable("has a name that is not valid UTF-8: rename it") from error
    if not stat.S_ISREG(found.st_mode):
        raise Unreadable(f"is {_file_type(found.st_mode)}, not a file")
    if found.st_size > max_bytes:
        raise Unreadable(_too_large(found.st_size, max_bytes))
    return FileState(source, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _describe(source: str, text: str) -> tuple[str, str | None, int]:
    """(title, published, where the body starts) of a decoded file."""
    markdown = FORMATS.get(os.path.splitext(source)[1].lower()) == "markdown"
    front: dict[str, str] = {}
    body_start = 0
    if markdown and (match := re.match(_FRONT_MATTER, text)):
        front, body_start = _front_matter(match.group(1)), match.end()
    body = text[body_start:]
    title = " ".join((front.get("title") or _heading(body, markdown)).split())
    date = front.get("date") or front.get("published") or ""
    return (
        title[:LONGEST_TITLE] or Path(source).stem,
        _iso_date(date) or _iso_date(Path(source).stem),
        body_start,
    )


def _front_matter(text: str) -> dict[str, str]:
    """The header's plain values. Nothing in it is interpreted: a title is what it says.

    A header that is not YAML ("title: Zoo: a new llama") is read line by line.
    """
    import yaml  # 20 ms, for Markdown files with front matter only

    try:
        found = yaml.load(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError, ValueError):
        found = dict(re.findall(r"(?m)^(\w+):[ \t]*([^\r\n]*)", text))
    if not isinstance(found, dict):
        return {}
    return {key: value for key, value in found.items() if isinstance(value, str)}


def _heading(body: str, markdown: bool) -> str:
    """The first Markdown heading outside code, or a short first line; else nothing."""
    if markdown:
        fence = None
        for match in re.finditer(_HEADING_OR_FENCE, body):
            if match["fence"]:
                fence = {None: match["fence"], match["fence"]: None}.get(fence, fence)
            elif fence is None and (title := match["heading"].rstrip(" \t#")):
                return title
    first = re.split(r"[\r\n]", body.lstrip(), maxsplit=1)[0].strip()
    return first if len(first) <= SHORT_LINE else ""


def _iso_date(text: str) -> str | None:
    match = re.search(_DATE, text)
    if match is None:
        return None
    try:
        return datetime.date(*map(int, match.groups())).isoformat()
    except ValueError:
        return None


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


def _too_large(size: int, limit: int) -> str:
    return f"is too large: {size / 1e6:.3g} MB, and the limit is {limit / 1e6:g} MB"


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _printable(one: Skipped) -> Skipped:
    """A name that is no valid UTF-8, with its odd bytes spelled out."""
    return Skipped(os.fsencode(one.source).decode("utf-8", "backslashreplace"), one.reason)


def _unusable(folder: Path, error: OSError) -> ArticlesError:
    if isinstance(error, FileNotFoundError):
        problem = f"There is no articles folder {folder}"
    elif isinstance(error, NotADirectoryError):
        problem = f"{folder} is not a folder"
    else:
        problem = f"The articles folder {folder} cannot be listed: {_why(error)}"
    return ArticlesError(
        problem, remedy="Name the folder that holds your articles: --seeds FOLDER (or BOT_SEEDS)."
    )
