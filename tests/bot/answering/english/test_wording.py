"""Whether two sentences are one and the same."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.answering.english.wording import says_same

STORM = "The storm tore nine roofs from the sheds at Brekke before noon."


@pytest.mark.parametrize(
    "copy",
    [
        "BREKKE, Feb. 3 (Reuters) - " + STORM,
        "(AFP) – " + STORM,
        "BREKKE — " + STORM,
        "BREKKE, February 3 — " + STORM,
        "Updated 4:15 p.m. | " + STORM,
        "[04:15 GMT] " + STORM,
        "By Åse Dahl\n" + STORM,
        STORM + " (AP)",
        STORM[:-1] + " - Reuters",
        f"“{STORM}”",
        STORM.replace(" roofs ", "\nroofs  ").replace("Brekke", "Brek\u00adke"),
        STORM.replace("nine", "9"),
        STORM.replace("before", "be-\nfore"),
        STORM.upper(),
    ],
)
def test_how_a_sentence_is_set_and_credited_makes_no_difference(copy: str) -> None:
    assert says_same(STORM, copy)
    assert says_same(copy, STORM)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The bond is rated A-.", "The bond is rated A."),
        ("It fell to -4 degrees.", "It fell to 4 degrees."),
        ("It rose by 2.4 points.", "It rose by 24 points."),
        ("The boat was late.", "The boat was late?"),
        ("The boat came on 3 May.", "The boat came on 4 May."),
        ("The boat came in 1971.", "The boat came in 1917."),
        ("HULL — Two boats sank.", "MOSS — Two boats sank."),
        ("NOT GUILTY — the skipper walked free.", "GUILTY — the skipper walked free."),
        ("NOT TRUE — the skipper walked free.", "the skipper walked free."),
        ("No — the boat left.", "The boat left."),
        ("It is written in C++.", "It is written in C#."),
        ("Anna Berg won.", "Berg won."),
        ("The vote (six to one) failed.", "The vote failed."),
        ("He said 5 may come.", "He said May 5 may come."),
    ],
)
def test_what_says_something_else_is_told_apart(first: str, second: str) -> None:
    assert not says_same(first, second)
    assert not says_same(second, first)


NAMES = st.sampled_from("Aase Brit Carlo Dagny Emil Frøydis Gro Håkon Nan No-Ri Ove".split())
NUMBERS = st.one_of(st.integers(0, 10**7), st.decimals(0, 999, places=2, allow_nan=False))
SENTENCES = st.builds(
    lambda name, denial, number, end: (name, denial, number, end),
    NAMES,
    st.sampled_from(["", "not ", "never ", "hardly "]),
    NUMBERS,
    st.sampled_from(["hens", "hens.", "hens, the sheriff said"]),
)


def told(name: str, denial: str, number: object, end: str) -> str:
    return f"On Monday {name} did {denial}sell {number} {end}"


@given(SENTENCES, SENTENCES)
def test_nothing_that_differs_in_a_number_a_name_or_a_denial_says_the_same(
    first: tuple[str, str, object, str], second: tuple[str, str, object, str]
) -> None:
    assume(first[:3] != second[:3])
    assert not says_same(told(*first), told(*second))


@given(
    SENTENCES,
    st.sampled_from(["", "VIK (AP) — ", "OSLO, May 2 (Reuters) - ", "[16:20] ", "VIK — "]),
    st.sampled_from(["", " (AFP)", " – Reuters"]),
    st.sampled_from(["{}", "“{}”", "«{}»", "'{}'", '"{}"']),
    st.sampled_from([" ", "\n", "\u00a0", "  ", " \r\n"]),
)
def test_dateline_credit_quotation_marks_and_white_space_make_no_difference(
    parts: tuple[str, str, object, str], before: str, after: str, marks: str, space: str
) -> None:
    sentence = told(*parts)
    copy = before + marks.format(sentence).replace(" ", space) + after
    assert says_same(sentence, copy)
    assert says_same(copy, sentence)
