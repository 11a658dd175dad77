from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from embeddings.index.languages import FUNCTION_WORDS
from embeddings.index.stems import is_name, located, stems


def test_numbers_are_one_word_and_accents_do_not_matter() -> None:
    assert stems("600,000 or 2.5 million, in 2023. _Café_ listeners") == [
        *("600000", "or", "2500000", "in", "2023", "cafe", "listen"),
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
        ("2500000", "2.5 million"),
        ("listen", "Listeners"),
        ("begin", "began"),
    ]
    assert [stem for stem, _, _ in located(text)] == stems(text)


def test_what_is_longer_than_a_word_is_none() -> None:
    assert stems("x" * 39 + " " + "y" * 40) == ["x" * 39]
    assert (stems(""), located("")) == ([], [])


def test_invisible_characters_ligatures_and_accents_in_two_forms_are_read_as_they_look() -> None:
    assert stems("ob\u00adser\u00adva\u00adto\u00adry of\ufb01ce") == stems("observatory office")
    assert stems("Zu\u0308rich cafe\u0301") == stems("Zürich café") == ["zurich", "cafe"]
    text = "the \u200bol\u00add \ufb01re"
    found = located(text, FUNCTION_WORDS)
    assert [(own, text[start:end]) for own, start, end in found] == [
        ("old", "ol\u00add"),
        ("fire", "\ufb01re"),
    ]


def test_names_of_function_words_are_stems_of_their_own() -> None:
    assert [own for own in stems("We heard The Who, and read It.") if is_name(own)] == [
        *("the_who", "it_"),
    ]
    assert not [own for own in stems("It was the man who. The end; in it") if is_name(own)]


def test_an_age_in_figures_is_old() -> None:
    for text in ("Aged 61, he sailed", "Nils Berg, 44, sailed"):
        assert {"old", "age"} <= {*stems(text)}
    for text in ("in rooms 12, 44, and 50", "On May 24, 44 men", "he sailed 44 boats"):
        assert "old" not in stems(text)


@given(st.text())
def test_places_are_in_the_text_whatever_it_is(text: str) -> None:
    found = located(text)
    assert [own for own, _, _ in found] == stems(text)
    assert all(0 <= start < end <= len(text) for _, start, end in found)
    assert not any(character.isspace() for own in stems(text) for character in own)


def test_who_does_it_counts_as_what_is_done() -> None:
    assert stems("the owner of it won")[1] == stems("who owns it")[1]
    assert {*stems("winners")} == {*stems("won")}
    assert {*stems("an actor")}.isdisjoint(stems("an act")[1:])
    assert {*stems("the number")}.isdisjoint(stems("numb"))


def test_what_has_no_letters_to_fold_is_its_own_stem() -> None:
    assert stems("⑦ ³ ₂") == ["⑦", "³", "₂"]
    assert stems("10⁶") != stems("106")
    assert stems("⅓") != stems("⅔")


@given(st.text())
def test_no_stem_is_empty(text: str) -> None:
    assert all(stems(text))
    assert all(stems(text, language="de"))
