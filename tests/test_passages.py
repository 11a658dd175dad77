from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.articles.article import read, scan
from embeddings.articles.passages import JOIN_TOKENS, LONGEST_SENTENCE, Lines, Passage, split
from embeddings.encoding.encoder import LightEncoder
from tests.conftest import MAX_BYTES, SHARED, needs_shared


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def cut(text: str, budget: int = 60, join: int = 20, start: int = 0) -> list[Passage]:
    return split(text, count_tokens=words, budget=budget, join=join, start=start)


def sentences(text: str) -> list[str]:
    return [
        text[one.start_char : one.end_char] for passage in cut(text) for one in passage.sentences
    ]


def check(text: str, passages: list[Passage]) -> None:
    """What holds of every split: exact slices in order, with nothing but space between."""
    end, line = 0, 1
    for passage in passages:
        assert text[passage.start_char : passage.end_char] == passage.text
        assert passage.text == passage.text.strip()
        assert not text[end : passage.start_char].strip()
        line += line_ends(text[end : passage.start_char])
        assert passage.start_line == line
        line += line_ends(passage.text)
        assert passage.end_line == line
        inner = passage.start_char
        assert passage.sentences
        for one in passage.sentences:
            between = text[inner : one.start_char].strip()
            assert not between or is_heading(between)
            assert text[one.start_char : one.end_char].strip()
            inner = one.end_char
        rest = text[inner : passage.end_char].strip()
        assert not rest or is_heading(rest)
        end = passage.end_char
    assert not text[end:].strip()


def is_heading(text: str) -> bool:
    """Lines that may be left out of a passage's sentences: short, or with a # before them."""
    lines = [line for line in re.split(r"[\r\n]+", text) if line.strip()]
    return all(len(line.split()) <= 20 or line.lstrip().startswith("#") for line in lines)


def line_ends(text: str) -> int:
    return len(re.findall(r"\r\n|\r|\n", text))


@given(st.text(alphabet="aB. \n\r\t“”!?1é漢😀-#\x0b\u2028\u0301", max_size=400), st.integers(1, 30))
@settings(deadline=None, max_examples=300)
def test_any_text_is_cut_into_exact_slices_within_the_budget(text: str, budget: int) -> None:
    passages = split(text, count_tokens=words, budget=budget, join=budget)
    check(text, passages)
    for passage in passages:
        assert words([passage.text])[0] <= budget


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
    assert sentences(text.replace("|", "")) == parts


def test_a_paragraph_that_fits_stays_whole_and_short_neighbours_are_joined() -> None:
    text = "One two three.\n\nFour five six.\n\n" + "Long word here now. " * 10 + "\n\nThe end."
    assert [words([one.text])[0] for one in cut(text)] == [6, 40, 2]


def test_a_paragraph_over_the_budget_is_cut_evenly_at_sentence_bounds() -> None:
    passages = cut("Five words are in this. " * 30, budget=60)
    assert [words([one.text])[0] for one in passages] == [50, 50, 50]
    assert all(one.text.endswith("this.") for one in passages)


@pytest.mark.parametrize("heading", ["# The heading", "What happened next", "Reaction:"])
def test_a_heading_goes_with_what_follows(heading: str) -> None:
    text = "Before it came this. " * 4 + f"\n\n{heading}\n\n" + "After it came that. " * 4
    first, second = cut(text)
    assert first.text.endswith("came this.")
    assert second.text.startswith(heading)


def test_a_title_is_no_sentence_that_could_be_marked() -> None:
    text = "The title\n\nThe sound came back.\n\n## A section\n\nAge: 51\n\n- seats: 40\n"
    assert sentences(text) == ["The sound came back.", "Age: 51", "- seats: 40"]
    assert sentences("Only a title") == ["Only a title"]


def test_a_markdown_section_begins_a_passage_but_a_hashtag_does_not() -> None:
    text = "# One\n\n## Two\n\nFirst.\n\n## Three\n\nSecond.\n\n#Fail was trending.\n"
    assert [one.text.split()[1] for one in cut(text)] == ["One", "Three"]


def test_lines_of_a_wrapped_paragraph_are_one_sentence() -> None:
    text = (
        "The launch of the campaign had been set for six in the evening, and\n"
        "thousands of people had opened the app to listen when the sound was\n"
        "lost. It came back later.\n"
    )
    assert [one.replace("\n", " ") for one in sentences(text)] == [
        text[: text.index("It came")].replace("\n", " ").strip(),
        "It came back later.",
    ]


def test_lines_that_were_not_wrapped_are_paragraphs() -> None:
    text = "A headline without a full stop\nThe text begins here, on a line of its own.\n- item\n"
    assert sentences(text) == [line for line in text.split("\n")[1:] if line]


def test_the_split_begins_where_the_body_does() -> None:
    text = "---\ntitle: T\n---\nThe body."
    passages = cut(text, start=17)
    assert [(one.text, one.start_line) for one in passages] == [("The body.", 4)]


@pytest.mark.parametrize(
    ("unit", "size"),
    [
        ("word and more ", 2_000_000),
        ("x", 2_000_000),
        (" ", 2_000_000),
        ("漢字", 600_000),
        ("a\n\n", 300_000),
        ("….,;", 600_000),
        ("日本語の文。", 300_000),
    ],
)
def test_two_megabytes_without_a_full_stop_are_bounded(
    unit: str, size: int, encoder: LightEncoder
) -> None:
    text = unit * (size // len(unit))
    passages = split(text, count_tokens=encoder.count_tokens, budget=encoder.budget)
    check(text, passages)
    assert all(len(one.text) <= 4 * LONGEST_SENTENCE for one in passages)
    sample = passages[:: max(len(passages) // 200, 1)]
    assert all(n <= encoder.budget for n in encoder.count_tokens([one.text for one in sample]))


def test_a_one_line_article_of_4000_characters_is_cut_at_sentences(encoder: LightEncoder) -> None:
    text = "This is a sentence of the article, and it is not short. " * 72
    passages = split(text, count_tokens=encoder.count_tokens, budget=encoder.budget)
    check(text, passages)
    assert len(passages) > 3
    assert all(one.text.endswith("short.") for one in passages)
    sizes = encoder.count_tokens([one.text for one in passages])
    assert max(sizes) <= encoder.budget
    assert min(sizes) > max(sizes) / 2


def test_lines_are_counted_at_every_kind_of_line_end() -> None:
    text = "a\nb\r\nc\rd"
    assert [Lines(text).line_of(text.index(letter)) for letter in "abcd"] == [1, 2, 3, 4]


@needs_shared
def test_the_real_articles_are_cut_at_their_sentences(encoder: LightEncoder) -> None:
    folder = SHARED / "articles"
    bad_ends = re.compile(r"\b(?:Gov|Mr|Jr|U\.S|p\.m|a\.m|\d|[A-Z])\.$")
    for state in scan(folder, max_bytes=MAX_BYTES).files:
        _, article = read(folder, state.source, max_bytes=MAX_BYTES)
        passages = split(article.text, count_tokens=encoder.count_tokens, budget=encoder.budget)
        check(article.text, passages)
        sizes = encoder.count_tokens([one.text for one in passages])
        assert max(sizes) <= encoder.budget
        assert sum(sizes) / len(sizes) > JOIN_TOKENS / 3
        for passage in passages:
            for one in passage.sentences:
                text = article.text[one.start_char : one.end_char]
                assert not bad_ends.search(text), text
                assert not text.startswith(("”", ")", ",")), text
