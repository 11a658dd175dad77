from __future__ import annotations

import re
import textwrap
from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.articles.blocks import parts
from embeddings.articles.lines import lines_of
from embeddings.articles.sentences import sentences
from embeddings.articles.unfinished import unfinished

STORY = (
    "The coroner at Haldby found no sign that the ferryman Peder Krog had been pushed. On 3 May "
    "Krog, Ida Moe and the two Lunde brothers of Skarvik rowed to the Great Skerry to fetch 40 "
    "sheep, although Mr. Lunde the elder was not well. Nobody saw what happened next. In the "
    "words of Ida Moe, “it was as if the sea had stood up”; she held on to an oar until Olav "
    "Lunde, who cannot swim, pulled her out with a rope. The U.S. consul did not come to the "
    "hearing."
)


def pieces(text: str) -> list[str]:
    return [text[part.start_char : part.end_char] for part in parts(text)]


def cuts(text: str) -> list[str]:
    """What stands before each part's end that is inside a sentence."""
    whole = " ".join(text.split())
    ends = {last for _, last in sentences(whole, 0, len(whole))}
    at = -1
    inside = []
    for piece in pieces(text):
        at += 1 + len(" ".join(piece.split()))
        if at not in ends:
            inside.append(piece[-20:])
    return inside


@pytest.mark.parametrize("width", [22, 26, 30, 37, 48, 64, 79, 101, 128, 150, 190])
def test_no_sentence_is_cut_at_whatever_width_a_text_was_wrapped(width: int) -> None:
    assert cuts(textwrap.fill(STORY, width, break_on_hyphens=False)) == []


@pytest.mark.parametrize("widths", [(24, 51, 38, 45), (60, 41, 77, 52), (33, 29, 55), (130, 88)])
def test_nor_where_its_lines_are_uneven(widths: tuple[int, ...]) -> None:
    lines, room = [""], cycle(widths)
    width = next(room)
    for word in STORY.split():
        if len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
            width = next(room)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    assert cuts("\n".join(lines)) == []


@pytest.mark.parametrize(
    "text",
    [
        "The harbour master was not\nseen on the night of the fire.",
        "After a week the jurors said that Ida Moe was NOT\nGUILTY of having set fire to the barn.",
        "The bishop wrote in a letter to his sister that\nOlav Krog had burnt the chapel down.",
        "The owners of the mill at Haldby have always refused to give\n350 marks to the parish.",
        "The judges at Skarvik acquitted in May the ferryman\nPeder Krog of the theft of a bell.",
        "The bell was cast in the winter of\n1811 by a founder from Riga.",
        "It was never, say those who were there, the fault of Mr.\nLunde or of his men.",
        "It was then that the envoy of the U.S.\nwas told to leave.",
        "the lamp was never\nlit, and nobody\nasked why.",
        "Nobody, it seems, had asked the “Great\nSkerry Company” for leave.",
        "Der Fährmann hat das Boot nicht\ngestohlen.",
        "Le passeur Krog n'a jamais vendu la barque à la\nCompagnie des Îles.",
        "Следователь не обвинял Петра\nКрогова в краже.",
        "From: Ida Moe\nTo: Olav Lunde\n\nOlav, the oar was not\nbroken when I came.",
        "> > The rope was tied by\n> > 2 men of Skarvik.",
    ],
)
def test_a_sentence_goes_on_in_the_next_line(text: str) -> None:
    words = text.split("\n\n")[-1]
    assert pieces(text)[-1] == words.removeprefix("> > ")


@pytest.mark.parametrize(
    "lines",
    [
        ["Red is the boat at the end of the pier", "Blue is the smoke on the town in the bay",
         "The men are all gone and the women are here",
         "And nobody knows how long they will stay."],
        ["Council of Haldby sells its last ferry", "Lunde the elder is to leave the board",
         "Krog wins the Skerry race for the third time"],
        ["What the coroner asked for", "The clerk had no answer."],
        ["By Ida Moe", "Haldby harbour has been closed."],
        ["Dear Mr Krog,", "Nobody has been paid."],
        ["You will need", "one rope", "an oar", "nine yards of sailcloth"],
        ["For the soup take:", "two leeks", "a cup of barley", "salt."],
        ["Ida Moe, 4 Quay St.", "Olav Lunde, 19 Mill Rd.", "Peder Krog, 2 Church Ln."],
        ["Great Skerry Company", "4 Quay Street", "Haldby"],
        ["PEDER: Where did you leave the oar", "IDA: By the wall.", "PEDER: It is gone"],
        ["Ida Moe (oar)", "Peder Krog (ferryman at Haldby)", "Olav Lunde (rope)."],
        ["The ferry did not sail.", "Ida Moe did."],
        ["The ferry did not sail. It lay at the quay.", "Ida Moe rowed. Nobody had asked her to."],
    ],
)  # fmt: skip
def test_lines_that_say_something_each_are_kept(lines: list[str]) -> None:
    assert pieces("\n".join(lines)) == lines


def test_a_headline_stands_apart_from_the_sentence_below_it() -> None:
    body = "Krog, who has rowed the ferry since he was\na boy, was not on board."
    assert pieces(f"The Ferry and the Coroner\n{body}") == ["The Ferry and the Coroner", body]


@given(st.lists(st.text("aB.,;:éЖ好 -–“'1(", min_size=1, max_size=30), min_size=1, max_size=12))
def test_each_line_but_the_last_goes_on_or_does_not(written: list[str]) -> None:
    text = "\n".join(written)
    lines = [line for line in lines_of(text, 0) if not line.blank]
    if lines:
        assert len(unfinished(text, lines)) == len(lines) - 1


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["the\nA ", "of\n", "a b c d\nE.\n", "Mr.\n", "a ; \n", "e.g.\n"])
def test_hostile_lines_take_linear_time(unit: str) -> None:
    text = unit * (300_000 // len(unit))
    assert "".join(re.sub(r"\s", "", piece) for piece in pieces(text)) == re.sub(r"\s", "", text)
