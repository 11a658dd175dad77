"""An article's words in Markdown, shown as they are."""

from __future__ import annotations

from msgspec.structs import replace

from bot.answering.citation import Answer, Citation
from bot.conversations.export import as_markdown
from bot.conversations.history import Exchange
from bot.presenting.markdown import quotation
from tests.conftest import SEEDS

ASKED_AT = "2026-11-21T14:30:05+00:00"


def of_words(citation: Citation, passage: str, first: int, end: int) -> Citation:
    """The citation with another passage, of which characters [first, end) are marked."""
    place = replace(citation.passage, start_char=0, end_char=len(passage), text=passage)
    mark = replace(citation.highlight, start_char=first, end_char=end, text=passage[first:end])
    return replace(citation, passage=place, highlight=mark)


def test_a_marked_sentence_that_touches_the_next_is_bold_all_the_same(
    answers: list[Answer],
) -> None:
    passage = "He said.Then he left.\n\n    part_one"
    citation = of_words(answers[0].citations[0], passage, 0, 8)
    assert citation.parts == ("", "He said.", passage[8:])
    text = as_markdown([Exchange(ASKED_AT, replace(answers[0], citations=(citation,)))], SEEDS)
    assert "> <strong>He said.</strong>Then he left.\n>\n" in text
    assert "> &nbsp;&nbsp;&nbsp;&nbsp;part\\_one\n" in text  # no code


def test_markdown_shows_an_articles_own_marks_as_they_are(answers: list[Answer]) -> None:
    passage = "# No *heading* <b>here</b>\n1. [x](y) `z` | a_b_c &amp;\n- not a list"
    citation = of_words(answers[0].citations[0], passage, 2, 12)
    hostile = replace(answers[0], question="# *Who*?\n\n# And", citations=(citation,))
    text = as_markdown([Exchange(ASKED_AT, hostile)], SEEDS)
    assert "## \\# \\*Who\\*?␊␊\\# And\n" in text
    assert "> \\# <strong>No \\*headin</strong>g\\* \\<b\\>here\\</b\\>  \n" in text
    assert "> 1\\. \\[x\\](y) \\`z\\` \\| a\\_b\\_c \\&amp;  \n> \\- not a list\n" in text


def test_what_is_pasted_elsewhere_says_where_it_stands(answers: list[Answer]) -> None:
    citation = answers[0].citations[0]
    assert quotation(citation) == (
        f"{citation.highlight.text}\n— {citation.info.title}, {citation.source},"
        f" line {citation.highlight.start_line}, {citation.info.published}\n"
    )
    untitled = replace(citation, info=replace(citation.info, title="a", source="a.txt"))
    assert quotation(untitled).splitlines()[-1] == (
        f"— a.txt, line {citation.highlight.start_line}, {citation.info.published}"
    )
