"""How a word was typed for another, if it was: what fingers do, and what is another word instead.

A letter is left out, added, doubled, or swapped with the next; or another is typed that is beside
it on the keyboard, or is a vowel as it is. Any other letter makes another word (andesine,
andesite), and so does a part that has a meaning of its own (hypotension, hypertension).
"""

from __future__ import annotations

from typing import Literal

Slip = Literal["swapped", "doubled", "left out", "added", "another"]

ANY: frozenset[Slip] = frozenset({"swapped", "doubled", "left out", "added", "another"})

_VOWELS = frozenset("aeiouy")
_KEYS = {
    letter: (row, place + shift)
    for row, (letters, shift) in enumerate(
        [("qwertyuiop", 0), ("asdfghjkl", 0.25), ("zxcvbnm", 0.75)]
    )
    for place, letter in enumerate(letters)
}
"""Each letter's row and place on the keyboard, in keys; each row is shifted to the right."""

_BEGINNINGS = [
    group.split()
    for group in """hypo hyper, ab ad, inter intra, macro micro, pre pro per, sub super,
    ante anti, ecto endo exo, para peri, meta meso mega""".split(",")
]
_ENDINGS = [
    group.split() for group in "er ee, ite ate, ose ase, ane ene ine yne, ol al, ism ist".split(",")
]
"""Parts of words, each of another meaning than the rest of its group, often the opposite, and near
to them: employer and employee, nitrite and nitrate. A choice, of what a slip could else make."""

_DENYING = frozenset("un in dis non a an".split())
"""What makes a word the opposite of what follows it."""


def is_slip(typed: str, meant: str, edits: int, kinds: frozenset[Slip]) -> bool:
    """Whether one word can have been typed for the other by at most so many slips of these kinds,
    not more than one of them another letter."""
    from rapidfuzz.distance import OSA

    typed, meant = typed.lower(), meant.lower()
    least = OSA.distance(typed, meant)  # one left out and one added are no two slips for another
    return (
        least <= edits and not _are_opposed(typed, meant) and _slipped(typed, meant, least, kinds)
    )


def _are_opposed(typed: str, meant: str) -> bool:
    """Whether they begin, or end, with two parts of one group, or one denies the other."""
    short, long = sorted((typed, meant), key=len)
    if long.removesuffix(short) in _DENYING:
        return True
    for groups, has in ((_BEGINNINGS, str.startswith), (_ENDINGS, str.endswith)):
        for group in groups:
            own, other = ({part for part in group if has(word, part)} for word in (typed, meant))
            if own and other and own.isdisjoint(other):
                return True
    return False


def _slipped(typed: str, meant: str, edits: int, kinds: frozenset[Slip], before: str = "") -> bool:
    """Whether what is left of both words behind the letter `before` differs by such slips."""
    while typed and meant and typed[0] == meant[0]:
        before, typed, meant = typed[0], typed[1:], meant[1:]
    if typed == meant:
        return True
    if not edits:
        return False
    rest: list[tuple[Slip, str, str]] = []
    if typed[:2] == meant[1::-1] and len(typed) > 1:
        rest.append(("swapped", typed[2:], meant[2:]))
    if meant:
        rest.append(("doubled" if meant[0] == before else "left out", typed, meant[1:]))
    if typed:
        rest.append(("doubled" if typed[0] == before else "added", typed[1:], meant))
    if typed and meant and _are_near(typed[0], meant[0]):
        rest.append(("another", typed[1:], meant[1:]))
    return any(
        kind in kinds and _slipped(own, other, edits - 1, kinds - ({kind} & {"another"}), before)
        for kind, own, other in rest
    )


def _are_near(letter: str, other: str) -> bool:
    """Whether two letters are both vowels, or beside each other on the keyboard."""
    if {letter, other} <= _VOWELS:
        return True
    if letter not in _KEYS or other not in _KEYS:
        return False
    (row, place), (other_row, other_place) = _KEYS[letter], _KEYS[other]
    return abs(row - other_row) <= 1 and abs(place - other_place) <= 1
