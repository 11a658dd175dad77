from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.articles.article import Part, read
from embeddings.articles.blocks import parts
from embeddings.articles.folder import scan
from embeddings.articles.passages import JOIN_TOKENS, Lines, Passage, split
from embeddings.articles.sentences import LONGEST_SENTENCE
from embeddings.encoding.encoder import Encoder
from tests.conftest import MAX_BYTES, SHARED, needs_shared


def words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def cut(text: str, budget: int = 60, join: int = 20, start: int = 0) -> list[Passage]:
    """Split a plain text, from a character on, counting words for tokens."""
    return split(text, parts(text, start), count_tokens=words, budget=budget, join=join)


def cut_for(encoder: Encoder, text: str) -> list[Passage]:
    """Split a plain text as the index does."""
    return split(text, parts(text), count_tokens=encoder.count_tokens, budget=encoder.budget)


def sentences(text: str) -> list[str]:
    return [
        text[sentence.start_char : sentence.end_char]
        for passage in cut(text)
        for sentence in passage.sentences
    ]


def check(text: str, passages: list[Passage]) -> None:
    """What holds of every split: exact slices in order, with nothing said between."""
    end, line = 0, 1
    for passage in passages:
        assert text[passage.start_char : passage.end_char] == passage.text
        assert passage.text == passage.text.strip()
        assert says_nothing(text[end : passage.start_char])
        line += line_ends(text[end : passage.start_char])
        assert passage.start_line == line
        line += line_ends(passage.text)
        assert passage.end_line == line
        inner = passage.start_char
        assert passage.sentences
        for one in passage.sentences:
            assert says_nothing(text[inner : one.start_char])
            assert text[one.start_char : one.end_char].strip()
            inner = one.end_char
        assert says_nothing(text[inner : passage.end_char])
        end = passage.end_char
    assert says_nothing(text[end:])


def says_nothing(text: str) -> bool:
    """Whether a text may be left out of the sentences: white space, what is drawn, marks of a
    quotation, the syntax of pictures and of code, headings, a table's header."""
    lines = [line for line in re.split(r"[\r\n]+", text) if line.strip()]
    return all(
        re.fullmatch(r"[\s>+=\-_*~|:`]*", line)
        or re.search(r"```|~~~|!\[|\]\(", line)
        or len(line.split()) <= 20
        or line.lstrip().startswith("#")
        for line in lines
    )


def line_ends(text: str) -> int:
    return len(re.findall(r"\r\n|\r|\n", text))


@given(
    st.text(alphabet="aB. \n\r\t“”!?1é漢😀-#\x0b\u2028\u0301>|=*`[](", max_size=400),
    st.integers(1, 30),
)
@settings(deadline=None, max_examples=300)
def test_any_text_is_cut_into_exact_slices_within_the_budget(text: str, budget: int) -> None:
    passages = cut(text, budget=budget, join=budget)
    check(text, passages)
    for passage in passages:
        assert words([passage.text])[0] <= budget


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


@pytest.mark.slow
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
        ("| a | 1 |\n", 100_000),
        ("a-\n\u00ad", 100_000),
    ],
)
def test_two_megabytes_without_a_full_stop_are_bounded(
    unit: str, size: int, encoder: Encoder
) -> None:
    text = unit * (size // len(unit))
    passages = cut_for(encoder, text)
    check(text, passages)
    assert all(len(one.text) <= 4 * LONGEST_SENTENCE for one in passages)
    sample = passages[:: max(len(passages) // 200, 1)]
    assert all(n <= encoder.budget for n in encoder.count_tokens([one.text for one in sample]))


def test_a_one_line_article_of_4000_characters_is_cut_at_sentences(encoder: Encoder) -> None:
    text = "This is a sentence of the article, and it is not short. " * 72
    passages = cut_for(encoder, text)
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
def test_the_real_articles_are_cut_at_their_sentences(encoder: Encoder) -> None:
    folder = SHARED / "articles"
    bad_ends = re.compile(r"\b(?:Gov|Mr|Jr|U\.S|p\.m|a\.m|\d|[A-Z])\.$")
    for state in scan(folder, max_bytes=MAX_BYTES).files:
        _, article = read(folder, state.source, max_bytes=MAX_BYTES)
        passages = split(
            article.text,
            article.parts,
            count_tokens=encoder.count_tokens,
            budget=encoder.budget,
        )
        check(article.text, passages)
        sizes = encoder.count_tokens([one.text for one in passages])
        assert max(sizes) <= encoder.budget
        assert sum(sizes) / len(sizes) > JOIN_TOKENS / 3
        for passage in passages:
            for one in passage.sentences:
                text = article.text[one.start_char : one.end_char]
                assert not bad_ends.search(text), text
                assert not text.startswith(("”", ")", ",")), text


def labelled(*pieces: tuple[str, str, str | None]) -> tuple[str, list[Part]]:
    """A text of (words, kind, label), with its parts."""
    text, own = "", []
    for words_of, kind, label in pieces:
        own.append(Part(len(text), len(text) + len(words_of), kind, label))  # type: ignore[arg-type]
        text += words_of + "\n\n"
    return text, own


def test_a_passage_has_the_label_of_the_part_that_it_begins_in() -> None:
    text, own = labelled(
        ("On the first page.", "paragraph", "page 1"),
        ("On the second one.", "paragraph", "page 2"),
        ("Long word here now. " * 9 + "Ended.", "paragraph", "page 3"),
        ("Nowhere to be seen. " * 9 + "Ended.", "paragraph", None),
    )
    passages = split(text, own, count_tokens=words, budget=60, join=20)
    assert [passage.label for passage in passages] == ["page 1", "page 3", None]
    assert [passage.start_char for passage in passages] == [
        own[0].start_char,
        own[2].start_char,
        own[3].start_char,
    ]


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [
        (("paragraph", "paragraph"), "paragraph"),
        (("heading", "paragraph"), "paragraph"),
        (("heading", "list", "list"), "list"),
        (("paragraph", "list"), None),
        (("heading", "paragraph", "caption"), None),
        (("heading", "table"), "table"),
        (("heading", "heading"), "heading"),
        (("caption",), "caption"),
    ],
)
def test_a_passage_has_the_kind_of_its_parts_headings_aside(
    kinds: tuple[str, ...], kind: str | None
) -> None:
    text, own = labelled(*((f"Part number {n}.", each, None) for n, each in enumerate(kinds)))
    (passage,) = split(text, own, count_tokens=words, budget=60, join=60)
    assert passage.kind == kind
    assert passage.text == text.strip()


def test_front_matter_is_in_no_passage() -> None:
    text, own = labelled(("title: T", "front matter", None), ("The body.", "paragraph", None))
    (passage,) = split(text, own, count_tokens=words, budget=60)
    assert (passage.text, passage.start_line) == ("The body.", 3)


def test_bounds_count_from_the_first_character_of_the_passage() -> None:
    text = "Long word here now. " * 10 + "\n\nOne two. Three four."
    last = cut(text)[-1]
    assert last.bounds() == ((0, 8), (9, 20))
    assert [last.text_of(sentence) for sentence in last.sentences] == ["One two.", "Three four."]


TABLE = """# Tides at Vinje

| Day | High water | Metres |
|:----|:----------:|-------:|
| Monday | 04:12 | 3.1 |
| Tuesday | 05:02 | 3.4 |
| Wednesday | 05:55 | 3.6 |
"""


def test_rows_are_the_sentences_of_a_table_and_its_header_is_none() -> None:
    (passage,) = cut(TABLE)
    assert passage.text == TABLE.strip()
    assert (passage.kind, passage.header) == ("table", "| Day | High water | Metres |")
    rows = [passage.text_of(sentence) for sentence in passage.sentences]
    assert rows == TABLE.split("\n")[4:7]
    assert passage.said_in(passage.sentences[1]) == f"{passage.header}\n{rows[1]}"
    assert passage.in_context() == passage.text


@pytest.mark.parametrize(
    ("text", "header", "rows"),
    [
        ("Day\tBoats\nMonday\t4\nSunday\t-2\n", "Day\tBoats", 2),
        ("Day      N  Fare\nMonday   4   2.5\nSunday  11   3.0\n", "Day      N  Fare", 2),
        ("Day      Boats\n---      -----\nMonday       4\nSunday    none\n", "Day      Boats", 2),
        ("+-----+---+\n| Day | N |\n+=====+===+\n| Mon | 4 |\n+-----+---+\n", "| Day | N |", 1),
        ("Day | Boats\n--- | ---\nMonday | a \\| b\n", "Day | Boats", 1),
        ("> | Day | N |\n> |---|---|\n> | Mon | 4 |\n", "| Day | N |", 1),
        ("Name:\tRasmus\nBorn:\t1961\nBoats:\t2\n", None, 3),
        ("pilot | Holm\nmayor | Berg\n", None, 2),
        ("Keeper      Holm\nMayor       Berg\nCaptain     Dahl\n", None, 3),
        ("Krog ............ 31\nMoe and Lunde ... 7\nBo .............. 12\n", None, 3),
        ("Eel . . . . . . . 4 marks\nCod . . . . . . . 2 marks\n", None, 2),
        ("Boat ........ Points\nIda ......... 3\nVega ........ 11\n", "Boat ........ Points", 2),
        ("The miller……………Olav Lunde\nA nun……………Ida Moe\n", None, 2),
    ],
)  # fmt: skip
def test_tables_of_every_make(text: str, header: str | None, rows: int) -> None:
    (passage,) = cut(text)
    assert (passage.kind, passage.header, len(passage.sentences)) == ("table", header, rows)


@pytest.mark.parametrize(
    "text",
    [
        "It rained.  The boats stayed in.\nNobody  came.\nThe board  met at nine.",
        "1.\tThe owner pays nine crowns.\n2.\tThe guest pays nothing.",
        "Holm:\tI never saw the piles that you speak of, and nobody asked me to look at them.\n"
        "Dahl:\tSo it was. I did ask, in the spring of every year, and was told to wait.",
        "One | line with a pipe in it.\nThe next has none.",
        "He said: a || b.",
        "It was ... well ... late.\nHe was ... well ... not there.",
        "“The boat . . . . The oar” it said,\n“no . . . . The rope” it said.",
    ],
)
def test_what_is_no_table(text: str) -> None:
    assert all(passage.kind != "table" for passage in cut(text))


def test_a_passage_that_begins_inside_a_table_has_its_header_above() -> None:
    rows = [f"| Stop {number} | {7 * number} |" for number in range(200)]
    text = "\n".join(
        ["The stops.", "", "| Stop | Minutes |", "|---|---|", *rows, "", "The end came."]
    )
    before, *tables, after = cut(text, budget=60, join=60)
    check(text, [before, *tables, after])
    assert (before.text, after.text) == ("The stops.", "The end came.")
    assert len(tables) > 10
    assert sum(len(table.sentences) for table in tables) == 200
    for table in tables:
        assert table.header == "| Stop | Minutes |"
        context = table.in_context()
        assert context.endswith(table.text)
        assert context.count(table.header) == 1
        assert words([context])[0] <= 60
        for (start, end), sentence in zip(table.bounds_in_context(), table.sentences, strict=True):
            assert context[start:end] == table.text_of(sentence)


def test_a_header_of_a_passages_length_is_a_row() -> None:
    text = "| " + "word " * 50 + "| b |\n|---|---|\n| c | d |\n| e | f |\n"
    assert {passage.header for passage in cut(text)} == {None}


@given(
    st.lists(st.lists(st.sampled_from(["a", "b 1", "", "12"]), min_size=2, max_size=4), min_size=1),
    st.integers(1, 30),
)
@settings(deadline=None)
def test_any_table_is_cut_into_exact_slices_within_the_budget(
    rows: list[list[str]], budget: int
) -> None:
    lines = [f"| {' | '.join(row)} |" for row in rows]
    text = "\n".join([lines[0], "|---|", *lines[1:]])
    passages = cut(text, budget=budget, join=budget)
    check(text, passages)
    assert all(words([passage.in_context()])[0] <= max(budget, 11) for passage in passages)


def test_an_items_mark_is_of_its_first_sentence() -> None:
    text = "1. The owner pays. It is due in May.\n2. He may appeal.\n3.\n- "
    assert sentences(text) == [
        "1. The owner pays.",
        "It is due in May.",
        "2. He may appeal.",
        "3.",
        "-",
    ]


def test_lines_of_code_are_its_sentences() -> None:
    assert sentences("Type this.\n\n```sh\n# a remark. Really.\n\nls -l\n```\n\nThen wait.") == [
        "Type this.",
        "# a remark. Really.",
        "ls -l",
        "Then wait.",
    ]


def test_no_sentence_ends_in_an_address_or_begins_with_a_mark_of_quotation() -> None:
    text = (
        "See [the report](https://a.example/x?y=1.Next#z!). It is long. Or http://b.ex/?q. Bye."
        "\n\n> It rained for nine days, said the keeper of the light at Skarv. The\n"
        "> boats stayed in. So did he.\n\nA ![mill](m.jpg) stands there."
    )
    assert [re.sub(r"\n> ", " ", own) for own in sentences(text)] == [
        "See [the report](https://a.example/x?y=1.Next#z!).",
        "It is long.",
        "Or http://b.ex/?q.",
        "Bye.",
        "It rained for nine days, said the keeper of the light at Skarv.",
        "The boats stayed in.",
        "So did he.",
        "A ![mill](m.jpg) stands there.",
    ]


def test_a_question_goes_with_what_follows_it() -> None:
    turns = ("Long words of an answer that goes on. " * 3 + "\n\nWill it last?\n\n") * 4
    passages = cut(f"{turns}It will.", budget=60, join=30)
    assert len(passages) > 2
    assert not any(passage.text.endswith("?") for passage in passages)
    asked = [
        own for passage in passages for own in passage.sentences if "Will" in passage.text_of(own)
    ]
    assert len(asked) == 4


def test_a_headline_that_asks_is_a_title() -> None:
    assert sentences("Who let the gate open?\n\nThe wind did.") == ["The wind did."]
