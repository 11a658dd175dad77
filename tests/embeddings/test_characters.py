from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.characters import broken_words, edits, readable


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Nothing odd: 12–14 May, “so be it”, ½ mile, 5 m², café…", None),
        ("", None),
        ("the light\u00adhouse was re\u00adpainted", "the lighthouse was repainted"),
        ("mu\u200bse\u200cum \u2060of\ufeff glass", "museum of glass"),
        ("می\u200cرود", "میرود"),
        ("\u200ethe left\u200f", "the left"),
        ("ﬁve oﬃcers on the ﬂoor", "five officers on the floor"),
        ("Ｆｅｒｒｙ ４２", "Ferry 42"),
        ("𝗕𝗿𝗲𝗮𝗸𝗶𝗻𝗴 𝟮𝟰", "Breaking 24"),
        ("Henry Ⅷ, the loſt key", "Henry VIII, the lost key"),
        ("don\u02bct, semi\u2011detached", "don't, semi-detached"),
        ("ﾌｪﾘｰ", "フェリー"),
        ("the har-\nbour wall", "the harbour wall"),
        ("the har-\r\n   bour wall", "the harbour wall"),
        ("the har- \rbour wall", "the harbour wall"),
        ("der Haupt-\nbahnhof", "der Hauptbahnhof"),
        ("> the har-\n> bour wall\n> and >> more", "the harbour wall\nand >> more"),
        ("the har\u00ad\nbour wall, Anglo\u00ad\nSaxon", "the harbour wall, AngloSaxon"),
        ("a well-\nkept and self-\nmade yard", None),
        ("twenty-\nfive of a four-\nyear-old state-of-\nthe-art", None),
        ("pre-\nand post-war, x-\nray, Anglo-\nSaxon, 1914-\n1918", None),
        ("he said -\nand left --\nat once. a-\n\nb", None),
        ("Krog ........ 31\nMoe . . . . . . 7\nBo………12", "Krog : 31\nMoe: 7\nBo:12"),
        ("Well.... no ... yes… “the law . . . . The”", None),
        ("- one\n- two-\n- three", None),
    ],
)
def test_what_a_text_is_read_as(text: str, read: str | None) -> None:
    own, places = readable(text)
    assert own == (text if read is None else read)
    assert len(places) == len(own)


def test_a_slice_of_what_is_read_is_found_in_the_text() -> None:
    text = "The ob\u00adser\u00advatory, the oﬃce and the har-\nbour\u200b wall."
    own, places = readable(text)
    for word, written in {
        "observatory": "ob\u00adser\u00advatory",
        "office": "oﬃce",
        "harbour": "har-\nbour",
        "wall": "wall",
    }.items():
        start = own.index(word)
        end = start + len(word)
        assert text[places[start] : places[end - 1] + 1] == written


def test_the_parts_of_a_broken_word_can_be_had() -> None:
    text = "At the har-\nbour a well-\nkept boat de-\nparts."
    assert [(text[:start][-3:], text[end:][:3]) for start, end in broken_words(text)] == [
        ("har", "bou"),
        (" de", "par"),
    ]


@given(st.text(alphabet="aB1->. \n\r\u00ad\u200b\u2010ﬁＡé漢ﷺ𝗕", max_size=80))
def test_what_is_read_differs_in_its_edits_only(text: str) -> None:
    own, places = readable(text)
    assert len(own) == len(places)
    assert list(places) == sorted(places)
    at, kept = 0, ""
    for edit in edits(text):
        assert at <= edit.start < edit.end
        kept += text[at : edit.start] + edit.new
        at = edit.end
    assert own == kept + text[at:]


@pytest.mark.parametrize("unit", ["-", "- ", "a-\n", "a\u00ad\n", "> ", ">", "\n>", "-\n ", "ﬁ"])
def test_a_hostile_text_takes_linear_time(unit: str) -> None:
    own, places = readable(unit * (300_000 // len(unit)))
    assert len(own) == len(places)
