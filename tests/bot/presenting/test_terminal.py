"""Text for a terminal: safe, on one line where it must be, with the mark in view."""

from __future__ import annotations

import io

import pytest

from bot.presenting.terminal import (
    Line,
    Span,
    around,
    count,
    one_line,
    percent,
    safe,
    unsteered,
    with_newlines,
    write,
)


@pytest.mark.parametrize(
    ("text", "shown", "on_one_line"),
    [
        ("a\r\nb\rc\n", "a\nb\nc\n", "a␊b␊c␊"),
        ("a\tb", "a\tb", "a\tb"),
        ("\x00\x07\x1b[31m", "␀␇␛[31m", "␀␇␛[31m"),
        ("\x7f\x9b\u202e\u2066", "␡���", "␡���"),
        ("日本 é 🙂", "日本 é 🙂", "日本 é 🙂"),
    ],
)
def test_nothing_steers_the_terminal(text: str, shown: str, on_one_line: str) -> None:
    assert safe(text) == shown
    assert one_line(text) == on_one_line


def test_each_character_keeps_its_place() -> None:
    text = "a\r\nb\rc\x1b\u202e."
    assert len(unsteered(text)) == len(text)
    assert unsteered(text) == "a\r\nb␍c␛�."


def test_a_probability_below_a_threshold_does_not_look_like_it() -> None:
    assert [percent(own) for own in (0.2485, 0.25, 0.29, 0.999, 1.0, 0.0)] == [
        *("24%", "25%", "29%", "99%", "100%", "0%")
    ]


def test_things_are_counted() -> None:
    assert [count(number, "article") for number in (0, 1, 2_000)] == [
        *["0 articles", "1 article", "2,000 articles"]
    ]


def test_plain_lines_have_the_mark_between_its_signs() -> None:
    spans = (Span("Before "), Span("it took ", "mark"), Span("a week", "short"), Span(".", "mark"))
    stream = io.StringIO()
    write([Line((*spans, Span("\nAfter")), indent=3), Line((Span("a\nb.txt", "source"),))], stream)
    assert stream.getvalue() == "   Before >>it took a week.<<\n   After\na␊b.txt\n"


def test_off_a_terminal_all_lines_are_shown() -> None:
    lines = [Line((Span(str(number)),)) for number in range(1_000)]
    assert around(lines, 500, 501, io.StringIO()) == lines


def test_a_line_end_is_one_whichever_it_is() -> None:
    ends = ("\r", "\r\n", "\n", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029")
    for end in ends:
        assert with_newlines(f"one{end}two{end}") == "one\ntwo\n"
    assert with_newlines("".join(ends)).count("\n") == len(ends)
    for text in ("a\tb c", *map("x{}y".format, ends)):
        assert with_newlines(text) == "\n".join(text.splitlines())
