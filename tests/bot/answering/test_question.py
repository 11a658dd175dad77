"""All that is read out of a question's words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.answering.answer import answer
from bot.answering.question import spelt_as, understand
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import Model
from embeddings.encoding.pairs import PairReader
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Index
from tests.conftest import MAX_BYTES, write

_ODD = st.text(st.characters(categories=["No", "Nl", "Nd", "Lm", "Lo", "Mn", "So", "Sk"]))


@given(st.one_of(st.text(), _ODD, st.lists(_ODD, max_size=4).map(" ".join)))
@example("Who drank ⅛ of it?")
@example("³")
@example("⑳ ⒈ 🄀 ⅟")
@example("\u02b0 \u0e33 \u3007")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_is_asked_is_understood(encoder: LightEncoder, text: str) -> None:
    for languages in (("en",), ("de", "en"), ("ru",)):
        question = understand(text, encoder, languages)
        assert all(question.query.terms)
        assert question.numbers <= question.query.terms.keys()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Which walk takes 3¼ hours?", {"3.25"}),
        ("Which jug holds ½ a pint?", {"0.5"}),
        ("Which beam is 7 3/4 feet long?", {"7.75"}),
        ("Who owns 1250 sheep?", {"1250"}),
        ("Who owns four sheep?", set[str]()),
        ("Which note is marked ②?", {"②"}),
        ("Which debt is rated AA-?", {"aa-"}),
        ("Who writes C#, and who R&D?", {"c#"}),
    ],
)
def test_its_numbers_are_those_in_digits_and_marks_with_a_sign(
    encoder: LightEncoder, text: str, numbers: set[str]
) -> None:
    assert understand(text, encoder).numbers == numbers


@pytest.mark.parametrize(
    ("asked", "text", "spelt"),
    [
        ("Who paid 3400000 marks?", "He paid 3,400,000 marks.", "Who paid 3,400,000 marks?"),
        ("Who paid 3.4 million marks?", "He paid 3,400,000 marks.", "Who paid 3,400,000 marks?"),
        ("Who paid 3,400,000 marks?", "He paid 3.4 million.", "Who paid 3.4 million marks?"),
        ("Is it 1½ or 75 miles?", "1.5, not seventy-five", "Is it 1.5 or seventy-five miles?"),
        ("Who paid 3400000 marks?", "He paid 3,500,000 marks.", "Who paid 3400000 marks?"),
        ("Who sang on May 9?", "They sang on 09.05.2011.", "Who sang on May 9?"),
        ("Who sang?", "All 9 sang.", "Who sang?"),
    ],
)
def test_it_is_spelt_as_a_text_spells_its_numbers(
    encoder: LightEncoder, asked: str, text: str, spelt: str
) -> None:
    assert spelt_as(text, understand(asked, encoder)) == spelt


@pytest.mark.parametrize("price", ["2,750,000", "2750000", "2.75 million", "2 750 000"])
def test_a_number_is_read_however_it_is_spelt(
    price: str, model: Model, encoder: LightEncoder, reader: PairReader, tmp_path: Path
) -> None:
    write(
        tmp_path / "articles",
        {
            "a.txt": "The yacht\n\nThe yacht was bought for 2,750,000 francs by Ida Moser.",
            "b.txt": "The weather\n\nIt will rain on the lake, and the wind will turn north.",
        },
    )
    rebuild(tmp_path / "articles", tmp_path / "index", model, max_bytes=MAX_BYTES)
    index = Index(tmp_path / "index")
    asked = understand(f"What was bought for {price} francs?", encoder)
    given = answer(asked, index, encoder, reader=reader)
    index.close()
    assert given.answered
    assert given.confidence > 0.8
