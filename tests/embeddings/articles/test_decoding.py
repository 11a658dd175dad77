from __future__ import annotations

import pytest

from embeddings.articles.decoding import decode
from embeddings.errors import Unreadable

ENGLISH = "“Spaces was largely a prototype,” he said — it’s a café story."


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


def test_the_encoding_is_named() -> None:
    assert decode(b"plain") == ("utf-8", "plain")
    assert decode(b"\xef\xbb\xbfmarked") == ("utf-8", "marked")
    assert decode("marked".encode("utf-16"))[0] == "utf-16-le"
    assert decode("The Post’s headline: It’s over.".encode("cp1252"))[0] == "windows-1252"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"abc\0def", "is binary, not text"),
        (bytes(range(256)) * 20, "is binary, not text"),
        (b"\xff\xfea", "is marked as utf-16-le but is not"),
    ],
)
def test_bytes_that_are_no_text_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        decode(data)
