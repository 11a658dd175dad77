"""Values are what their type says: equal fields make no equal values of two types."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations

import pytest

from bot.answering.citation import Place, Quote
from bot.answering.english.mentions import Mention
from bot.answering.english.quantities import Quantity
from bot.presenting.terminal import Span
from embeddings.articles.article import Part
from embeddings.articles.folder import Skipped
from embeddings.articles.passages import Sentence


def test_values_of_two_types_are_never_equal() -> None:
    same: list[object] = [Sentence(0, 6), Mention(0, 6), (0, 6)]
    for first, second in combinations(same, 2):
        assert first != second
    assert len({*same}) == 3
    words: list[object] = [Skipped("a", "dim"), Span("a", "dim"), ("a", "dim", None), ("a", "dim")]
    for first, second in combinations(words, 2):
        assert first != second
    place = Place("a.txt", 1, 1, 0, 3)
    assert Quote("a.txt", 1, 1, 0, 3, "The") != place


def test_values_of_one_type_are_equal_by_their_fields() -> None:
    assert Sentence(0, 6) == Sentence(0, 6)
    assert Sentence(0, 6) != Sentence(0, 7)
    assert Quantity("time", Decimal(60)) == Quantity("time", Decimal("60.0"))
    assert len({Mention(0, 6), Mention(0, 6)}) == 1


@pytest.mark.parametrize(
    "value", [Sentence(0, 6), Mention(0, 6), Place("a", 1, 1, 0, 3), Part(0, 3, "paragraph")]
)
def test_they_are_frozen_and_no_tuples(value: object) -> None:
    name = value.__struct_fields__[0]  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        setattr(value, name, 5)
    with pytest.raises(TypeError):
        iter(value)  # type: ignore[call-overload]
