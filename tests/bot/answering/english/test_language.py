"""Whether a text is English."""

from __future__ import annotations

import pytest

from bot.answering.english.language import is_english

ENGLISH = (
    "The mayor of Leeds resigned on Monday. She gave no reason for it, and her deputy, who was"
    " away, will take over from Thursday."
)


@pytest.mark.parametrize(
    "text",
    [
        "Der Bürgermeister von Köln ist am Montag zurückgetreten. Einen Grund nannte er nicht, und"
        " seine Stellvertreterin will die Geschäfte ab Donnerstag übernehmen.",
        "Le maire de Lyon a démissionné lundi. Il n'a donné aucune raison, et son adjointe prendra"
        " ses fonctions jeudi, selon un communiqué de la ville.",
        "El alcalde de Sevilla dimitió el lunes. No dio ninguna razón, y su adjunta asumirá el"
        " cargo el jueves, según un comunicado de la ciudad.",
        "Мэр города подал в отставку в понедельник, не назвав причины.",
        "市長は月曜日に辞任した。理由は明らかにしていない。",
    ],
)
def test_other_languages_are_not(text: str) -> None:
    assert not is_english([text])
    assert not is_english(text.split("."))


def test_english_is_and_what_is_too_short_to_tell() -> None:
    assert is_english([ENGLISH])
    assert is_english(ENGLISH.split("."))
    assert is_english(["Nils Berg, 12 400"])
    assert is_english([""])
    assert is_english([])
