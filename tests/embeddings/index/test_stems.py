from __future__ import annotations

from embeddings.index.languages import FUNCTION_WORDS
from embeddings.index.stems import located, stems


def test_numbers_are_one_word_and_accents_do_not_matter() -> None:
    assert stems("600,000 or 2.5 million, in 2023. _Café_ listeners") == [
        *("600,000", "or", "2.5", "million", "in", "2023", "cafe", "listen"),
    ]


def test_the_forms_of_a_word_are_one_stem() -> None:
    assert stems("begin began begun beginning") == ["begin"] * 4
    assert stems("Women told a child; a woman tells children.", FUNCTION_WORDS) == [
        *("woman", "tell", "child", "woman", "tell", "child"),
    ]


def test_they_are_located_in_the_text_as_it_is_written() -> None:
    text = "The Café’s 2.5 million 😀 Listeners began…"
    assert [(stem, text[start:end]) for stem, start, end in located(text, FUNCTION_WORDS)] == [
        ("cafe", "Café"),
        ("2.5", "2.5"),
        ("million", "million"),
        ("listen", "Listeners"),
        ("begin", "began"),
    ]
    assert [stem for stem, _, _ in located(text)] == stems(text)


def test_what_is_longer_than_a_word_is_none() -> None:
    assert stems("x" * 39 + " " + "y" * 40) == ["x" * 39]
    assert (stems(""), located("")) == ([], [])
