"""Whether a sentence denies, in the languages that articles may have."""

from __future__ import annotations

import pytest

from bot.answering.polarity import asks_yes_or_no, clauses, denies, is_told


@pytest.mark.parametrize(
    ("language", "affirmed", "denied"),
    [
        ("da", "Kroen er åben.", "Kroen er ikke åben."),
        ("da", "Ikke kun kroen er åben.", "Ingen kro er åben."),
        ("de", "Die Mühle steht.", "Keine Mühle steht."),
        ("de", "Nicht nur die Mühle steht.", "Die Mühle ging ohne Schaden aus."),
        ("es", "Sin embargo, el molino está abierto.", "El molino nunca está abierto."),
        ("fi", "Mylly on auki.", "Mylly ei ole auki."),
        ("fr", "Le moulin est ouvert.", "Le moulin n’est pas ouvert."),
        ("fr", "Il n'y a que deux moulins.", "Aucun moulin ne tourne."),
        ("it", "Il mulino è aperto.", "Il mulino non è aperto."),
        ("nl", "De molen is open.", "Er is geen molen open."),
        ("no", "Kroa er åpen.", "Kroa er aldri åpen."),
        ("pt", "O moinho está aberto.", "O moinho não está aberto."),
        ("ru", "Мельница открыта.", "Мельница не открыта."),
        ("sv", "Kvarnen är öppen.", "Kvarnen är inte öppen."),
        ("en", "The mill is open.", "The mill is not open."),
        (None, "The mill is open.", "The mill isn't open."),
    ],
)
def test_a_language_denies_with_its_own_words(
    language: str | None, affirmed: str, denied: str
) -> None:
    assert is_told(language)
    assert denies(denied, language)
    assert not denies(affirmed, language)


def test_of_a_language_that_is_not_known_nothing_is_told() -> None:
    assert not is_told("hu")
    assert not denies("A malom nincs nyitva, no, not ever.", "hu")


def test_another_statement_begins_at_its_but() -> None:
    first, second = clauses("Der Wirt sang nicht, aber der Koch sang.", "de")
    assert denies(first, "de")
    assert not denies(second, "de")


@pytest.mark.parametrize(
    ("question", "language", "is_one"),
    [
        ("Wurde die Mühle verkauft?", "de", True),
        ("Wer hat die Mühle verkauft?", "de", False),
        ("Est-ce que le moulin tourne ?", "fr", True),
        ("Combien de moulins tournent ?", "fr", False),
        ("Er kroen åben?", "da", True),
        ("Hvornår er kroen åben?", "da", False),
        ("Nyitva van?", "hu", True),
    ],
)
def test_what_asks_for_yes_or_no(question: str, language: str, is_one: bool) -> None:
    assert asks_yes_or_no(question, language) is is_one
