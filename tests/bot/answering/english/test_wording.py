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
        "BREKKE (AP/Reuters) -- " + STORM,
        "UPDATE 2 - " + STORM,
        "Published 06.05 CET\n" + STORM,
        STORM[:-1] + " (dpa).",
        STORM + " (Xinhua)",
        "- " + STORM,
        STORM.replace(" ", "\u00a0").replace("noon", "no\u200bon"),
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
        # a party, a class, a quarter: no agency
        ("The seat went to Ida Moe (L).", "The seat went to Ida Moe (H)."),
        ("The seat went to Ida Moe (KrF)", "The seat went to Ida Moe"),
        ("The wool is graded (B).", "The wool is graded (C)."),
        ("Sales fell by a tenth (Q1).", "Sales fell by a tenth (Q2)."),
        ("The loss was (2,300) crowns.", "The loss was 2,300 crowns."),
        # verdicts, no places
        ("FALSE — The well is poisoned.", "The well is poisoned."),
        ("DENIED – The well is poisoned.", "The well is poisoned."),
        ("CORRECTION — The well is poisoned.", "The well is poisoned."),
        ("MISLEADING — The well is poisoned.", "The well is poisoned."),
        ("FAKE (AP) — The well is poisoned.", "The well is poisoned."),
        ("HULL (AP) — Two boats sank.", "MOSS (AP) — Two boats sank."),
        # rows of a programme
        ("9:15 - Milking of the cows", "9:45 - Milking of the cows"),
        ("[9:15] Milking of the cows", "[9:45] Milking of the cows"),
        ("9.15 | Milking", "Milking"),
        # signs, powers and units
        ("There were 10⁴ spores.", "There were 104 spores."),
        ("There were 10³ spores.", "There were 103 spores."),
        ("The dam gives 6 MW.", "The dam gives 6 mW."),
        ("The disk holds 8MB.", "The disk holds 8Mb."),
        ("It fell to – 7 at dawn.", "It fell to 7 at dawn."),
        ("It fell to −7 at dawn.", "It fell to 7 at dawn."),
        ("On page 7 250 hens are shown.", "On page 7250 hens are shown."),
        ("The smith will re-cover the chair.", "The smith will recover the chair."),
        # commas that bound a clause
        ("The cook, says the maid, is a spy.", "The cook says the maid is a spy."),
        ("Let us eat, Ole.", "Let us eat Ole."),
        ("He is … guilty of it.", "He is guilty of it."),
        ("They won — the others lost.", "They won the others lost."),
    ],
)
def test_what_says_something_else_is_told_apart(first: str, second: str) -> None:
    assert not says_same(first, second)
    assert not says_same(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Some 12 000 hens were sold.", "Some 12,000 hens were sold."),
        ("Some 1 250 300 hens were sold.", "Some 1,250,300 hens were sold."),
        ("It cost 2.4m euros, he said.", "It cost 2.4m euros, he\nsaid."),
        ("“It is over,” she said.", "'It is over', she said."),
        ("Eggs, milk, and hay were sold.", "Eggs, milk and hay were sold."),
        ("They won—the others lost.", "They won -- the others lost."),
        ("It cost €5 in the half-\nlight of dawn.", "It cost €5 in the half-light of dawn."),
        ("The co-\noperative sold it.", "The co-operative sold it."),
        ("The cooper-\native sold it.", "The cooperative sold it."),
        ("It came on 3 May 1971.", "It came on May 3, 1971."),
        ("He waited...", "He waited…"),
    ],
)
def test_a_copy_stays_a_copy(first: str, second: str) -> None:
    assert says_same(first, second)
    assert says_same(second, first)


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
