from __future__ import annotations

import re
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.articles.blocks import parts
from embeddings.articles.formats.text import extract

FIRST = (
    "The harbour board of Lindholm voted late on Tuesday to close the north quay to lorries of "
    "more than twelve tonnes, after an engineer from Odense found that eleven of the oak piles "
    "below it had been eaten through by worms. Repairs will take until Easter. Captain Rasmus "
    "Dahl, who has run the ferry since 1998, said that he had asked for divers every spring and "
    "been told each time that there was no money."
)
SECOND = (
    "The board will meet again in March. Until then the fish market moves to the yard behind the "
    "rope works, where Dahl keeps his nets, and the Friday boat will call at the south mole only."
)


def pieces(text: str) -> list[tuple[str, str]]:
    """(kind, text) of the parts."""
    return [(part.kind, text[part.start_char : part.end_char]) for part in parts(text)]


def filled(width: int = 72, first: str = "", rest: str = "", between: str = "\n\n") -> str:
    """Both paragraphs as a program wraps them."""
    return between.join(
        textwrap.fill(
            own, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
        )
        for own in (FIRST, SECOND)
    )


def by_hand(between: str = "\n\n") -> str:
    """Both paragraphs with lines as a person breaks them."""
    paragraphs = []
    for own in (FIRST, SECOND):
        lines, widths = [""], [80, 66, 74, 58, 71, 62]
        for word in own.split():
            if len(lines[-1]) + 1 + len(word) > widths[len(lines) % len(widths)]:
                lines.append(word)
            else:
                lines[-1] = f"{lines[-1]} {word}".strip()
        paragraphs.append("\n".join(lines))
    return between.join(paragraphs)


WRAPPED = {
    "72 columns": filled(),
    "narrow": filled(46),
    "wide": filled(100),
    "by hand": by_hand(),
    "by hand, no blank lines": by_hand("\n    "),
    "Windows": filled().replace("\n", "\r\n"),
    "old Macintosh": filled().replace("\n", "\r"),
    "indented": filled(72, "    ", "    "),
    "first lines indented": filled(72, "   ", between="\n"),
    "first lines indented, blank lines too": filled(72, "   "),
    "hanging": filled(72, "", "     "),
    "double-spaced": filled(between="\n\n\n").replace("\n", "\n\n"),
    "double-spaced by hand": by_hand().replace("\n", "\n\n"),
    "quoted": re.sub(r"(?m)^", "> ", filled()),
    "quoted twice": re.sub(r"(?m)^", ">> ", filled()),
    "quoted, blank lines not": re.sub(r"(?m)^(?=.)", "> ", filled()),
    "spaces at the ends": filled().replace("\n", "  \n"),
}


@pytest.mark.parametrize("name", WRAPPED)
def test_lines_of_a_wrapped_text_are_paragraphs(name: str) -> None:
    assert [(kind, re.sub(r"[>\s]+", " ", own)) for kind, own in pieces(WRAPPED[name])] == [
        ("paragraph", FIRST),
        ("paragraph", SECOND),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "The board decided that the old pi-\nlot house should be let for 900\ncrowns a month.",
        "At its meeting on Monday night the board of the harbour gave the old pi-\n"
        "lot house to the school for 900\ncrowns a month.",
        "At its meeting on Monday night the board of the harbour gave the house\n"
        "of the pilot to the school for 900\ncrowns a month.",
        "Nobody was hurt when the crane fell on Saturday night, said the\npolice.",
        "It was the third time this year that the lock at Vinje had to be\n"
        "shut, and the skippers who wait there say that it will not be the\nlast.",
    ],
)  # fmt: skip
def test_a_paragraph_by_itself_shows_that_it_was_wrapped(text: str) -> None:
    assert pieces(text) == [("paragraph", text)]


KEPT = {
    "one paragraph a line": [FIRST, SECOND, "It rained."],
    "short paragraphs": ["It rained.", "Nobody came.", "The board went home at nine."],
    "verse": [
        "The boats lie dark along the wall,",
        "And no one comes to light the lamp;",
        "Above the roofs the herring gulls call,",
        "The ropes are stiff, the boards are damp.",
    ],
    "verse in small letters": [
        "a rope, a bell",
        "and under the mole the black water",
        "that nobody asked for",
        "keeping its one appointment",
        "with the moon",
    ],
    "headlines": [
        "Quay closed to lorries after worms are found in its piles",
        "Fish market moves behind the rope works until Easter",
        "Dahl: I asked for divers every spring",
        "Ferry fares to rise in the new year",
    ],
    "an address": ["Lindholm Harbour Office", "12 Rope Walk", "DK-5000 Odense", "Denmark"],
    "dialogue": [
        "“Who let the gate open?” asked the captain.",
        "“Not me,” said the boy.",
        "“Then it was the wind,” she said, and went to look for herself.",
    ],
    "questions and answers": [
        "Q: How long have you run the ferry?",
        "A: Since 1998, and my father before me.",
        "Q: Will you stop?",
        "A: Not this year.",
    ],
    "a transcript": [
        "INTERVIEWER: Were the piles ever looked at by somebody who knows wood?",
        "DAHL: Never. I asked for divers every spring and was told to wait for summer.",
        "INTERVIEWER: By whom?",
        "DAHL: By the board.",
    ],
    "ingredients": ["two onions", "a pound of flour", "salt", "the peel of half a lemon"],
    "places and figures": ["Lindholm 11", "Odense 20", "Vinje and the islands 7"],
    "a signature": ["With kind regards", "Rasmus Dahl", "captain"],
    "a headline over a text": ["Quay closed after worms are found", FIRST],
    "names": ["Lars Holm, pilot", "Ingrid Berg, mayor", "Nils Berg, her deputy and brother-in-law"],
}


@pytest.mark.parametrize("name", KEPT)
def test_lines_that_were_not_wrapped_are_parts_of_their_own(name: str) -> None:
    for end in ("\n", "\r\n"):
        assert [own for _, own in pieces(end.join(KEPT[name]))] == KEPT[name]


@pytest.mark.parametrize("name", KEPT.keys() - {"one paragraph a line", "a headline over a text"})
def test_they_are_also_in_a_text_that_was_wrapped_elsewhere(name: str) -> None:
    text = f"{filled()}\n\n" + "\n".join(KEPT[name]) + f"\n\n{filled()}"
    assert [own for _, own in pieces(text)][2:-2] == KEPT[name]


def test_turns_of_a_conversation_are_paragraphs_however_they_were_wrapped() -> None:
    turns = [
        "Q: Were the piles ever looked at by somebody who knows wood and what worms do to it?",
        "A: Never. I asked for divers every spring, and was told every time to wait for summer.",
        "Q: By whom were you told to wait, and is that man still on the board of the harbour now?",
    ]
    text = "\n".join(textwrap.fill(turn, 44) for turn in turns)
    assert [own.replace("\n", " ") for _, own in pieces(text)] == turns


def test_blank_lines_separate_paragraphs_and_the_space_around_them_is_left_out() -> None:
    assert pieces("  One.  \n \n\t\nTwo.\n") == [("paragraph", "One."), ("paragraph", "Two.")]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("# A heading", "heading"),
        ("###### A heading", "heading"),
        ("####### Too deep", "paragraph"),
        ("#Fail was trending.", "paragraph"),
        ("- an item", "list"),
        ("* an item", "list"),
        ("+ an item", "list"),
        ("• an item", "list"),
        ("12. an item", "list"),
        ("3) an item", "list"),
        ("2023. A year", "paragraph"),
        ("-5 degrees", "paragraph"),
        ("A short line", "paragraph"),
    ],
)
def test_kinds(line: str, kind: str) -> None:
    assert pieces(f"Before.\n{line}\nAfter.") == [
        ("paragraph", "Before."),
        (kind, line),
        ("paragraph", "After."),
    ]


def test_an_item_or_a_heading_ends_a_wrapped_part() -> None:
    wrapped = "- the launch of the campaign had been set for six in the evening, and it was late"
    assert pieces(f"{wrapped}\n{wrapped}\n# Then") == [
        ("list", wrapped),
        ("list", wrapped),
        ("heading", "# Then"),
    ]


def test_they_begin_where_they_are_told_to() -> None:
    text = "Skipped.\n\nKept."
    assert [part.start_char for part in parts(text, 9)] == [text.index("Kept")]
    assert pieces("") == pieces(" \n\n ") == []


ITEMS = """Bring with you when you come to the house on the day after tomorrow

- boots
- a coat that keeps the rain out and has a hood
  that can be tied
* a lamp
1. The owner pays
   nine crowns.
2) The guest pays nothing.
a) by boat
(b) by land
• a spoon
– a fork
12. August is too late.
"""


def test_an_item_is_a_part_with_the_lines_that_hang_below_it() -> None:
    first, *items = pieces(ITEMS)
    assert first == ("paragraph", ITEMS.split("\n")[0])
    assert items == [
        ("list", own)
        for own in (
            "- boots",
            "- a coat that keeps the rain out and has a hood\n  that can be tied",
            "* a lamp",
            "1. The owner pays\n   nine crowns.",
            "2) The guest pays nothing.",
            "a) by boat",
            "(b) by land",
            "• a spoon",
            "– a fork",
            "12. August is too late.",
        )
    ]


def test_what_looks_like_a_mark_inside_a_paragraph_begins_no_item() -> None:
    text = (
        "The repairs, said the board, are to go on at the very least until the\n"
        "12. August, and may go on for a good deal longer, said the engineer to\n"
        "– so it was – whoever had come to hear it on that Tuesday evening."
    )
    assert pieces(f"{filled()}\n\n{text}")[2:] == [("paragraph", text)]


def test_an_item_goes_on_at_the_margin_in_a_text_that_was_wrapped() -> None:
    items = [f"- {FIRST}", f"- {SECOND}", "- a lamp"]
    text = "\n".join(textwrap.fill(item, 70, break_on_hyphens=False) for item in items)
    assert [(kind, own.replace("\n", " ")) for kind, own in pieces(text)] == [
        ("list", item) for item in items
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# One\n\nTwo.", [("heading", "# One"), ("paragraph", "Two.")]),
        ("One\n===\nTwo.", [("heading", "One"), ("paragraph", "Two.")]),
        ("A line.\n\nOne\n-----\n\nTwo.",
         [("paragraph", "A line."), ("heading", "One"), ("paragraph", "Two.")]),
        ("=====\n One\n=====\nTwo.", [("heading", "One"), ("paragraph", "Two.")]),
        ("It ran.\n---\nIt fell.", [("paragraph", "It ran."), ("paragraph", "It fell.")]),
        ("- an item\n---\nTwo.", [("list", "- an item"), ("paragraph", "Two.")]),
        ("One.\n\n* * *\n\nTwo.\n***\n____\n~~~\n", [("paragraph", "One."), ("paragraph", "Two.")]),
        ("-- \nDahl", [("paragraph", "Dahl")]),
        ("```sh\n# no heading\n\nrun it\n```\nOne.",
         [("code", "# no heading\n\nrun it"), ("paragraph", "One.")]),
        ("```\n```\nOne.", [("paragraph", "One.")]),
        ("~~~\na\n```\nb\n~~~", [("code", "a\n```\nb")]),
        ("One.\n```\nTwo.", [("paragraph", "One."), ("paragraph", "```"), ("paragraph", "Two.")]),
        ("> One.\n> > Two.\nThree.",
         [("paragraph", "One."), ("paragraph", "Two."), ("paragraph", "Three.")]),
        ("---\n***\n", []),
    ],
)  # fmt: skip
def test_headings_rules_code_and_quotations(text: str, expected: list[tuple[str, str]]) -> None:
    assert pieces(text) == expected


@pytest.mark.parametrize(
    ("text", "captions"),
    [
        ("![A mill at Vinje.](mill.jpg)", ["A mill at Vinje."]),
        ('![A mill. Photo: R. Dahl](a/mill.png "the mill")', ["A mill.", "Photo: R. Dahl"]),
        ("[![A mill (Credit: Dahl)](m.jpg)](https://a.example/x)", ["A mill", "Credit: Dahl)"]),
        ("![A mill][m] ![A lock](b_(2).jpg)", ["A mill", "A lock"]),
        ("![mill-2.jpg](mill-2.jpg)", []),
        ("![](mill.jpg)", []),
        ("![A [tall] mill](m.jpg)", ["A [tall] mill"]),
    ],
)
def test_the_words_under_a_picture_are_a_caption(text: str, captions: list[str]) -> None:
    assert pieces(text) == [("caption", own) for own in captions]


@pytest.mark.parametrize("text", ["![A mill](m.jpg) stands here.", "![no picture", "!\\[a](b)"])
def test_a_picture_among_words_is_of_their_paragraph(text: str) -> None:
    assert pieces(text) == [("paragraph", text)]


def outside(text: str, spans: list[tuple[int, int]]) -> str:
    """The text without these characters, their line ends left."""
    at, rest = 0, ""
    for start, end in spans:
        assert at <= start < end
        rest, at = rest + text[at:start], end
    return rest + text[at:]


@given(st.text(alphabet="aB. \n\r\t“?1é漢-=#>|*`!()[]:\x0b\u2028\u00ad", max_size=300))
@settings(deadline=None, max_examples=400)
def test_what_is_in_no_part_is_drawn_or_the_syntax_of_a_picture_or_of_code(text: str) -> None:
    own = list(parts(text))
    for part in own:
        words = text[part.start_char : part.end_char]
        assert words == words.strip()
    for line in re.split(r"\r\n|\r|\n", outside(text, [(p.start_char, p.end_char) for p in own])):
        assert not re.search(r"\w", line) or re.search(r"```|~~~|!\[", line) or "](" in line


HOSTILE = [
    *(
        "a|b\n",
        "|\n",
        "a|b\n---\n",
        "a  b\n",
        "a\tb\n",
        "```\n",
        "~~~a\n",
        "```\n~~~\n",
        "![",
        "![a](",
    ),
    *(
        "![[",
        "- a\n",
        "> a\n",
        "a-\n",
        "a\n\n",
        "a\n---\n",
        "- - x",
        "Q: a\n",
        "of\n",
        "+++\n",
        "---\n",
    ),
    *("---\na: b\n", '{"a":{', "---\n "),
]


@pytest.mark.slow
@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_texts_take_linear_time(unit: str) -> None:
    text = unit * (300_000 // len(unit))
    assert all(part.end_char <= len(text) for part in extract(text.encode()).parts)
