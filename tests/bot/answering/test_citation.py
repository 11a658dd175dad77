"""What an answer is made of: quotations inside quotations."""

from __future__ import annotations

from msgspec.structs import replace

from bot.answering.citation import Answer, Citation, Quote
from embeddings.articles.article import Info

PASSAGE = Quote("a.txt", 3, 4, 10, 46, "It was late. It took six weeks.\nFine")
MARK = Quote("a.txt", 3, 3, 23, 41, "It took six weeks.")
SHORT = Quote("a.txt", 3, 3, 31, 40, "six weeks")
CITED = Citation(1, Info("a.txt", "A title", None, "utf-8", "0"), PASSAGE, MARK, SHORT, 0.9, ())


def answer(*scores: float) -> Answer:
    citations = tuple(replace(CITED, rank=n, score=s) for n, s in enumerate(scores, start=1))
    return Answer("Q?", None, bool(scores), 0.0, 0.2, False, None, citations, ())


def test_a_quotation_round_one_inside_it() -> None:
    assert CITED.parts == ("It was late. ", "It took six weeks.", "\nFine")
    assert CITED.marked_parts == ("It took ", "six weeks", ".")
    assert replace(CITED, short_answer=None).marked_parts == (MARK.text, "", "")
    assert PASSAGE.around(PASSAGE) == ("", PASSAGE.text, "")


def test_a_title_is_told_where_it_adds_something() -> None:
    assert CITED.headline == "A title"
    for title in ("a", "It was late"):  # the file's name; how the passage begins
        assert replace(CITED, info=replace(CITED.info, title=title)).headline == ""


def test_likely_are_the_first_and_what_is_above_the_threshold() -> None:
    assert [one.rank for one in answer(0.5, 0.3, 0.1).likely] == [1, 2]
    assert [one.rank for one in answer(0.1, 0.1).likely] == [1]
    assert answer().likely == ()


def test_what_is_shown_is_what_answers_or_else_is_nearest() -> None:
    answered = answer(0.5)
    assert answered.shown == answered.citations
    refused = replace(answered, citations=(), nearest=answered.citations)
    assert refused.shown == refused.nearest
