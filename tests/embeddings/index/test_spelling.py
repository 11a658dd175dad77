"""One spelling of English."""

from __future__ import annotations

import pytest

from embeddings.index.spelling import american
from embeddings.index.stems import stem


@pytest.mark.parametrize(
    ("british", "spelling"),
    [
        ("apologised", "apologized"),
        ("memorise", "memorize"),
        ("privatisation", "privatization"),
        ("analysing", "analyzing"),
        ("neighbourhoods", "neighborhoods"),
        ("favourite", "favorite"),
        ("theatregoers", "theatergoers"),
        ("centred", "centered"),
        ("labelled", "labeled"),
        ("counsellor", "counselor"),
        ("fulfilment", "fulfillment"),
        ("offence", "offense"),
        ("catalogues", "catalogs"),
        ("programmes", "programs"),
        ("greyer", "grayer"),
        ("anaesthetic", "anesthetic"),
        ("manoeuvres", "maneuvers"),
        ("ploughed", "plowed"),
        ("sceptically", "skeptically"),
        ("jewellery", "jewelry"),
        ("tumour", "tumor"),
    ],
)
def test_a_word_is_one_in_both_spellings(british: str, spelling: str) -> None:
    assert stem(british) == stem(spelling)


@pytest.mark.parametrize(
    "word",
    """advertise exercise otherwise four hour pour tour surprise promised rise arising wise precise
    raising noise cruise controlled rebelled willing filled science fence vogue acre massacre
    michael poetry shoe expertise supervised likewise paradise contour detour""".split(),
)
def test_what_is_spelt_so_everywhere_stays(word: str) -> None:
    assert american(word) == word
