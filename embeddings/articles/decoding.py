"""Bytes → text, losing no character."""

from __future__ import annotations

import re

from embeddings.errors import Unreadable

_TELLING = 4
"""Non-ASCII bytes from which an old Macintosh encoding is considered. A guess: a quotation mark
or two are no evidence of one."""

_BYTE_ORDER_MARKS = (  # UTF-32's begin with UTF-16's, so they come first
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


def decode(data: bytes) -> tuple[str, str]:
    """Bytes → (encoding, text without a byte-order mark, line ends as they are).

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
    detected = _detect(data)
    if detected is None:
        raise Unreadable("is binary, not text")
    try:
        text = data.decode(detected)
    except (UnicodeDecodeError, LookupError) as error:
        raise Unreadable("is in an encoding that could not be told") from error
    if "\0" in text:
        raise Unreadable("is binary, not text")
    return detected.lower(), text


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
