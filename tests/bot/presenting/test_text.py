"""Data in words: what to do about an error, why an answer is refused, why an index is made anew."""

from __future__ import annotations

from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from msgspec.structs import replace

from bot.answering.citation import Answer, DatedQuote, Place, Statement, Unread
from bot.answering.refusal import Reason
from bot.conversations.export import as_markdown
from bot.conversations.history import Exchange
from bot.presenting.terminal import Line
from bot.presenting.text import (
    agreement_lines,
    answer_lines,
    citation_lines,
    error_lines,
    error_words,
    reason_words,
    refusal_words,
    remake_words,
    remedy_words,
    unread_names,
    unread_words,
)
from embeddings.errors import Remedy, RemedyKind, VerbatimError
from embeddings.index.changes import Remake


def plain(lines: list[Line]) -> str:
    return "\n".join("".join(span.text for span in line.spans) for line in lines)


@pytest.mark.parametrize("kind", get_args(RemedyKind))
def test_every_remedy_has_words(kind: RemedyKind) -> None:
    words = remedy_words(Remedy(kind, "/a folder"))
    assert words[0].isupper()
    assert "{" not in words
    error = VerbatimError("It broke", remedy=Remedy(kind, "/a folder"))
    assert error_words(error) == f"It broke. {words}"


def test_what_a_remedy_is_about_is_named() -> None:
    assert remedy_words(Remedy("install a package", "onnx")) == "Install it: pip install onnx"
    assert remedy_words(Remedy("remove the index", "/x")) == "Remove /x and run: bot rebuild"
    assert remedy_words("As it is: {about}") == "As it is: {about}"


def test_an_error_is_one_line() -> None:
    (line,) = error_lines(VerbatimError("It\nbroke", remedy=Remedy("try again")))
    assert plain([line]) == "bot: It\nbroke. Try again in a moment."
    assert line.spans[1].role == "name"  # which is drawn on one line


@pytest.mark.parametrize("kind", get_args(get_type_hints(Reason)["kind"]))
def test_every_reason_has_words(kind: str) -> None:
    reason = Reason(
        kind,  # type: ignore[arg-type]
        likely=0.3,
        title="A bridge",
        carried=("bridge",),
        missing=("codec", "tone"),
        unknown=("codec",),
        words="As it was kept.",
    )
    words = reason_words(reason, 0.4)
    assert words[0].isupper()
    assert words.endswith((".", ")."))


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            Reason("too unlikely", likely=0.3),
            "The best passage is 30% likely to answer, and 40% was asked for (--min-confidence).",
        ),
        (
            Reason("unknown words", title="A", unknown=("a", "b", "c", "d"), missing=("a",)),
            "No article has the word “a”, “b” or “c”, or comes near enough in other words; the"
            " nearest passage, from “A”, shares no"
            " word with the question.",
        ),
        (
            Reason("words apart", title="T" * 80, carried=("x", "y"), missing=("z",)),
            "No passage has enough of the question's words together; the nearest passage, from"
            f" “{'T' * 60}…”, shares “x” and “y”, not “z”.",
        ),
        (
            Reason("no answer", title="A", carried=("x",)),
            "Passages have the question's words, but none comes near enough to what it asks; the"
            " nearest passage, from “A”, shares “x”.",
        ),
    ],
)
def test_a_reason_in_words(reason: Reason, words: str) -> None:
    assert reason_words(reason, 0.4) == words


@pytest.mark.parametrize("reason", get_args(get_type_hints(Remake)["reason"]))
def test_every_remake_has_words(reason: str) -> None:
    assert remake_words(Remake(reason, "a model"))  # type: ignore[arg-type]


def test_what_is_less_likely_stands_apart(answers: list[Answer]) -> None:
    answer = answers[0]
    first, second, third = answer.citations
    scored = (first, replace(second, score=0.1), replace(third, score=0.005))
    doubtful = replace(answer, citations=scored, agreement=())
    text = plain(answer_lines(doubtful, Path("/seeds")))
    assert text.count("Less likely to answer:") == 1
    assert text.index(first.passage.text) < text.index("Less likely") < text.index(second.source)
    assert third.passage.text not in text  # as good as no answer: only the JSON has it
    assert doubtful.shown[2] == scored[2]


UNREAD = tuple(
    Unread(source, reason, loss, kept=loss != "no article")  # type: ignore[arg-type]
    for source, reason, loss in (
        ("shut/", "cannot be listed: permission denied", "out of reach"),
        ("old/", "has lost its 3 articles", "gone"),
        ("a.txt", "is binary, not text", "no article"),
        ("b\n.txt", "is binary, not text", "no article"),
        ("c.txt", "is binary, not text", "no article"),
    )
)


@pytest.mark.parametrize(
    ("unread", "names", "words"),
    [
        (UNREAD[2:3], "a.txt", "Not read: a.txt is binary, not text."),
        (
            (replace(UNREAD[0], kept=False),),
            "shut/",
            "Not read: shut/ cannot be listed: permission denied.",
        ),
        (
            UNREAD[:1],
            "shut/",
            "Not read: shut/ cannot be listed: permission denied. What was read there before still"
            " answers.",
        ),
        (
            UNREAD[1:4],
            "old/, a.txt and b␊.txt",
            "Not read: old/ has lost its 3 articles; a.txt is binary, not text; b␊.txt is binary,"
            " not text. What was read there before still answers; bot rebuild forgets what is"
            " gone.",
        ),
        (
            UNREAD,
            "shut/, old/, a.txt and 2 more",
            "Not read: shut/ cannot be listed: permission denied; old/ has lost its 3 articles;"
            " a.txt is binary, not text; and 2 more: bot status. What was read there before still"
            " answers; bot rebuild forgets what is gone.",
        ),
    ],
)
def test_what_could_not_be_read_in_words(
    unread: tuple[Unread, ...], names: str, words: str
) -> None:
    assert unread_names(unread) == names
    assert unread_words(unread) == words
    assert refusal_words(unread) == f"The articles do not answer this; {names} could not be read."


def test_a_refusal_names_what_could_not_be_read(answers: list[Answer]) -> None:
    refused = replace(answers[1], unread=UNREAD[:1])
    text = plain(answer_lines(refused, Path("/seeds")))
    assert text.startswith("The articles do not answer this; shut/ could not be read.\n")
    exchanges = [Exchange("2026-11-21T14:30:05+00:00", answer) for answer in (refused, answers[0])]
    markdown = as_markdown(exchanges, Path("/seeds"))
    assert markdown.count("shut/ could not be read.") == 1
    answered = replace(answers[0], unread=UNREAD[:2])
    markdown = as_markdown([Exchange("2026-11-21T14:30:05+00:00", answered)], Path("/seeds"))
    assert "\n\nCould not be read: shut/ and old/.\n\n" in markdown


def test_of_many_articles_that_carry_the_same_the_first_are_named(answers: list[Answer]) -> None:
    citation = answers[0].citations[0]
    places = tuple(Place(f"{number}.txt", 3, 3, 9, 20) for number in range(1, 41))
    few, many = (
        plain(citation_lines(replace(citation, also_in=places[:number]), Path("/seeds")))
        for number in (3, 40)
    )
    assert few.endswith("\nalso in 1.txt:3, 2.txt:3, 3.txt:3")
    assert many.endswith("\nthe same in 41 articles: also in 1.txt:3, 2.txt:3, 3.txt:3 and 37 more")


def test_figures_stand_with_the_dates_of_their_articles(answers: list[Answer]) -> None:
    quotes = (
        DatedQuote("a.txt", 3, 3, 0, 4, "Nine", "2019-01-02"),
        DatedQuote("b.txt", 5, 5, 0, 3, "ten"),
        DatedQuote("2019-02-04.txt", 5, 5, 0, 6, "eleven", "2019-02-04"),
    )
    statements = tuple(Statement(quote.text, (quote,)) for quote in quotes)
    lines = agreement_lines(replace(answers[0], agreement=statements), Path("/seeds"))
    assert plain(lines).split("\n") == [
        "3 articles give different figures:",
        "Nine  a.txt:3 (2019-01-02)",
        "ten  b.txt:5",
        "eleven  2019-02-04.txt:5",
    ]
