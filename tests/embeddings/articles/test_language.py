from __future__ import annotations

import pytest

from embeddings.articles.language import language_of

TEXTS = {
    "da": "Havnen i Gilleleje blev udvidet sidste efterår, og fiskerne fik tre nye kajpladser.",
    "de": "Die Fähre fährt ab Montag wieder stündlich, teilte die Reederei am Abend mit.",
    "en": "The ferry runs every hour again from Monday, the company said in the evening.",
    "es": "El transbordador vuelve a salir cada hora desde el lunes, dijo la compañía.",
    "fi": "Lautta kulkee taas kerran tunnissa maanantaista alkaen, yhtiö kertoi illalla.",
    "fr": "Le bac repart toutes les heures à partir de lundi, a annoncé la compagnie.",
    "ja": "フェリーは月曜日から再び一時間ごとに出ると会社は夜に発表した。",
    "nl": "De veerboot vaart vanaf maandag weer ieder uur, meldde de rederij 's avonds.",
    "ru": "Паром снова ходит каждый час с понедельника, сообщила компания вечером.",
    "tr": "Vapur pazartesiden itibaren yeniden her saat kalkacak, dedi şirket akşam.",
}
MINUTES = """
The board met on Tuesday. It was said that the lease should end, and that those who had asked for
another year would be heard. Ms Lund, who had been in the chair, thanked them.
"""


@pytest.mark.parametrize("language", TEXTS)
def test_the_language_of_a_sentence_is_told(language: str) -> None:
    assert language_of(TEXTS[language]) == language


def test_plain_english_is_told_without_opening_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def opened() -> None:
        raise AssertionError("the library was opened")

    monkeypatch.setattr("embeddings.articles.language._identifier", opened)
    assert language_of(MINUTES) == "en"


@pytest.mark.parametrize("text", ["", "12 400", "3 – 2", "\n\n", "Oslo"])
def test_what_has_too_little_to_tell_is_of_none(text: str) -> None:
    assert language_of(text) is None


def test_a_quotation_in_another_language_changes_nothing() -> None:
    assert language_of(f"{MINUTES} “{TEXTS['de']}”") == "en"


def test_without_room_to_unpack_the_library_nothing_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def opened() -> None:
        raise OSError("no room")

    monkeypatch.setattr("embeddings.articles.language._identifier", opened)
    assert language_of(TEXTS["fi"]) is None
    assert "languages cannot be told: no room" in caplog.text
