from __future__ import annotations

import pytest

from embeddings.articles.sentences import LONGEST_SENTENCE, WINDOW, sentences, trim


def texts(paragraph: str) -> list[str]:
    return [paragraph[first:last] for first, last in sentences(paragraph, 0, len(paragraph))]


@pytest.mark.parametrize(
    "text",
    [
        "Florida Gov. Ron DeSantis spoke.| He left.",
        "The U.S. Senate met.| It was in the U.S. on Friday.",
        "It was to start at 6 p.m. Eastern, they said.| It did not.",
        "At around 10 p.m. Musk tweeted.| It was 6 a.m.| My father ran.",
        "They met at 6 p.m. Wednesday.| At 7 p.m. the room closed.| He left at 8 p.m.| She stayed.",
        "It was Ms. Nora Quill.| Mr. No met Sens. Lee and Fox, and Cllr. Ray.| It ended.",
        "J. K. Rowling and Elon R. Musk met Dr. Smith on Jan. 5.| It rained.",
        "It rose 2.5 percent to $5.3 million.| Nobody knew why.",
        "“It’s a beta test that never ended.”| He left.| “We melted the internet,” he said.",
        '"It ended," he said.| "Why?" she asked.',
        "Sen. Tim Scott, R-S.C., said no.| Others agreed.",
        "He said so.”|Sacks once more recognized the errors.",
        "Mr. and Mrs. Jones v. Brown Inc. was heard by Lt. Col. Ray.| The D.C. court ruled.",
        "What?!| Really...| Yes.",
    ],
)
def test_sentence_bounds(text: str) -> None:
    parts = [part.strip() for part in text.split("|")]
    assert texts(text.replace("|", "")) == parts


def test_they_stand_where_they_say_in_the_whole_text() -> None:
    text = "Not this. \nBut this.  And that.\n Nor this."
    spans = list(sentences(text, 11, 32))
    assert [text[first:last] for first, last in spans] == ["But this.", "And that."]


def test_a_line_end_inside_a_sentence_is_a_space() -> None:
    assert texts("It began at\r\n6 p.m. on\nFriday. It ended.") == [
        "It began at\r\n6 p.m. on\nFriday.",
        "It ended.",
    ]


def test_none_is_very_long_and_no_character_is_lost() -> None:
    for text in ("word " * 400, "x" * 2000, "word " * 100 + "y" * 1900):
        spans = list(sentences(text, 0, len(text)))
        assert max(last - first for first, last in spans) <= LONGEST_SENTENCE
        assert "".join(text[first:last] for first, last in spans).replace(" ", "") == (
            text.replace(" ", "")
        )


def test_beyond_a_window_they_are_as_before_it() -> None:
    sentence = "This is a sentence of the article, and it is not short."
    assert texts(" ".join([sentence] * (3 * WINDOW // len(sentence)))) == [sentence] * (
        3 * WINDOW // len(sentence)
    )


def test_trim_leaves_out_white_space_at_both_ends() -> None:
    assert trim("  a b\n", 0, 6) == (2, 5)
    assert trim("    ", 0, 4) == (4, 4)
