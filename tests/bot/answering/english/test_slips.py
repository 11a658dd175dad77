"""Which words can have been typed for others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.english.slips import ANY, is_slip


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lighthuose", "lighthouse"),
        ("reciept", "receipt"),
        ("comittee", "committee"),
        ("parrallel", "parallel"),
        ("govenor", "governor"),
        ("shippment", "shipment"),
        ("seperated", "separated"),  # both vowels
        ("bridfe", "bridge"),  # beside it on the keyboard
        ("lihgthuose", "lighthouse"),
        ("improvment", "improvement"),
        ("inprovement", "improvement"),
        ("CATHEDRL", "cathedral"),
    ],
)
def test_what_fingers_do_is_a_slip(typed: str, meant: str) -> None:
    assert is_slip(typed, meant, 2, ANY)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("basalts", "basants"),
        ("fluorine", "fluoride"),
        ("rubella", "rubelza"),
        ("hypoxaemia", "hyperxaemia"),
        ("hypoactive", "hyperactive"),
        ("abducent", "adducent"),
        ("interstellar", "intrastellar"),
        ("microfauna", "macrofauna"),
        ("prescribed", "proscribed"),
        ("persecuted", "prosecuted"),
        ("antepartum", "antipartum"),
        ("endoderm", "exoderm"),
        ("unusual", "usual"),
        ("assignee", "assigner"),
        ("sulphite", "sulphate"),
        ("amylase", "amylose"),
        ("butane", "butene"),
        ("methanol", "methanal"),
        ("Marxism", "Marxist"),
        ("Slovakia", "Slovenia"),  # two other letters
    ],
)
def test_what_is_another_word_is_none(word: str, other: str) -> None:
    assert not is_slip(word, other, 2, ANY)
    assert not is_slip(other, word, 2, ANY)


def test_only_slips_of_the_given_kinds_are_looked_for() -> None:
    assert is_slip("Bremar", "Bremer", 1, ANY)
    assert not is_slip("Bremar", "Bremer", 1, frozenset({"swapped", "doubled", "left out"}))
    assert is_slip("Bremmer", "Bremer", 1, frozenset({"doubled"}))
    assert not is_slip("Brempr", "Bremper", 1, frozenset({"swapped", "doubled"}))
    assert not is_slip("Berme", "Bremer", 1, ANY)


@given(st.text("bdlt", min_size=3, max_size=9), st.data())
def test_a_letter_left_out_or_swapped_is_always_one(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(word) - 2))
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    assert is_slip(swapped, word, 1, ANY)
    assert is_slip(word[:at] + word[at + 1 :], word, 1, ANY)
    assert is_slip(word, word, 0, ANY)
