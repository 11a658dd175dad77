"""The noun phrases and names of a question, and how central each is there.

Phrases are what lies between function words, marks and common verbs. Two tables say what is
thought of one: CENTRAL, whether the question is about it, and PERSON_NAME, whether it names a
person. Each row is a rule, and the weights of those that hold are added up. To add a row, write
one with an example in which it decides; the tests ask each row's example with and without it.
The weights were set by hand on half of the conversations in ../shared/eval; tests/eval/README.md
says what each row is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

from bot.answering.english.words import (
    ADJECTIVE,
    AUXILIARY,
    BE,
    DETERMINER,
    FUNCTION,
    GROUP,
    MEN,
    NOT_PEOPLE,
    OTHERS,
    PART,
    PREPOSITION,
    PRONOUN,
    TITLE,
    VERB,
    WH,
    WOMEN,
    Word,
    singular,
    words_of,
)

_ARTICLES = ("the", "a", "an")
_OCCUPATION = ("or", "er", "ist", "ian")

Seen = TypeVar("Seen")
Said = str | tuple[str, str]


class Rule(Struct, Generic[Seen], frozen=True):
    """A row of a table.

    name: what the rule says.
    weight: what that counts for.
    example: a conversation in which it decides: the questions that were asked (or a question and
        the sentence that was marked in its answer), the follow-up, and what is searched for it.
    holds: whether, or how often, it holds.
    """

    name: str
    weight: float
    example: tuple[Said, ...]
    holds: Callable[[Seen], bool | int]


def total(rules: Sequence[Rule[Seen]], seen: Seen) -> float:
    """The weights of the rules that hold, added up."""
    return sum(rule.weight * rule.holds(seen) for rule in rules)


class Phrase(Struct, frozen=True):
    """words[first:last] of a text; `weight`: how central it is there. `person`: how much it
    looks like a person's name: 2 and more is one, below 0 is none."""

    text: str
    first: int
    last: int
    named: bool
    plural: bool
    person: float
    weight: float

    @property
    def key(self) -> str:
        """The text to compare it by."""
        return self.text.casefold().removeprefix("the ")


class Position(Struct, frozen=True):
    """words[first:last] where it stands; words[main] is the first auxiliary (or the end)."""

    words: list[Word]
    first: int
    last: int
    main: int

    @property
    def lows(self) -> list[str]:
        """The phrase's own words."""
        return [word.low for word in self.words[self.first : self.last]]

    @property
    def before(self) -> str:
        """The word before it."""
        return self.words[self.first - 1].low if self.first else ""

    @property
    def after(self) -> str:
        """The word or mark after it."""
        return self.words[self.last].low if self.last < len(self.words) else ""

    @property
    def opening(self) -> list[str]:
        """What the question says before it, without articles."""
        lows = [word.low for word in self.words[: self.first]]
        return [low for low in lows if low not in (*_ARTICLES, "more")]

    @property
    def named(self) -> bool:
        """Whether all of it is written with capitals."""
        return all(w.named or not w.content for w in self.words[self.first : self.last])

    @property
    def ends(self) -> bool:
        """Whether nothing is said after it."""
        return not any(word.content for word in self.words[self.last :])

    @property
    def asked_about(self) -> bool:
        """What is glass? Tell me about glass. What is the history of glass? Glass."""
        opening = self.opening
        if not opening and self.ends:
            return True
        if opening[-1:] == ["of"] and (opening[0] in ("what", "who") or "me" in opening):
            return True
        if len(opening) == 2 and opening[0] in ("what", "who"):
            return opening[1] in BE or opening[1] == "'s"
        return opening[-2:] == ["me", "about"] or opening == ["describe"]

    @property
    def stated(self) -> bool:
        """Whether it is what a statement is about: the mill in "The mill at Sandvik burnt down"."""
        opens = self.first == 0 or (self.first == 1 and self.words[0].low in _ARTICLES)
        order = self.lows[-1] in VERB | PART  # Name some of their films.
        return opens and not (order or self.ends or self.words[-1].text == "?")

    @property
    def subject(self) -> bool:
        """Whether it is the first thing after the auxiliary."""
        between = self.words[self.main : self.first]
        return self.first > self.main and not any(word.content for word in between)


CENTRAL: tuple[Rule[Position], ...] = (
    Rule(
        "it is named",
        1.5,
        ("Did the host help Netflix?", "Is it big?", "Is Netflix big?"),
        lambda it: it.named,
    ),
    Rule(
        "it is what is asked about, and all",
        2.5,
        ("What is anemia?", "What are the symptoms?", "What are the symptoms of anemia?"),
        lambda it: it.asked_about and it.ends,
    ),
    Rule(
        "it stands after about",
        1,
        ("Did she ask the crowd about the lake?", "Is it deep?", "Is the lake deep?"),
        lambda it: it.opening[-1:] == ["about"],
    ),
    Rule(
        "it is the subject",
        1,
        ("Did Netflix grow?", "What are the causes?", "What are the causes of Netflix?"),
        lambda it: it.subject,
    ),
    Rule(
        "it is the subject of a statement",
        2,
        (
            "The mill at Sandvik burnt down.",
            "When did it reopen?",
            "When did the mill at Sandvik reopen?",
        ),
        lambda it: it.stated,
    ),
    Rule(
        "it is a part of what follows",
        -3,
        ("Was the roof of the station red?", "Is it old?", "Is the station old?"),
        lambda it: it.after == "of",
    ),
    Rule(
        "its noun is a part of something",
        -3,
        ("Did the price please the town?", "Is it high?", "Is the town high?"),
        lambda it: singular(it.lows[-1]) in PART and not it.words[it.first].named,
    ),
    Rule(
        "it stands before the verb",
        -2,
        ("Whose town did they flood near the lake?", "Is it deep?", "Is the lake deep?"),
        lambda it: it.last <= it.main < len(it.words),
    ),
)
"""What makes a phrase central in its question."""

PERSON_NAME: tuple[Rule[Position], ...] = (
    Rule(
        "it begins with a given name",
        3,
        ("Did Earlybird please Joe Biden?", "Is he old?", "Is Joe Biden old?"),
        lambda it: it.lows[0] in MEN | WOMEN,
    ),
    Rule(
        "it stands after an occupation",
        2,
        (
            ("How did it end?", "The investor Walt Sacks left."),
            "What did he say?",
            "What did Walt Sacks say?",
        ),
        lambda it: it.before.endswith(_OCCUPATION) and it.before not in FUNCTION,
    ),
    Rule(
        "it is what is asked about, with who",
        3,
        ("Who is Trey Gowdy?", "What did he joke about?", "What did Trey Gowdy joke about?"),
        lambda it: it.opening[:1] == ["who"] and it.asked_about,
    ),
    Rule(
        "it stands after an article, or where places do",
        -3,
        ("Is Gowdy kind?", "Did you fly to a room in Iowa?", "Is he old?", "Is Gowdy old?"),
        lambda it: it.before in (*_ARTICLES, "in", "at", "on"),
    ),
    Rule(
        "it has a word of places or companies",
        -5,
        ("Is Gowdy kind?", "Is Harvard University big?", "Is he old?", "Is Gowdy old?"),
        lambda it: not NOT_PEOPLE.isdisjoint(it.lows),
    ),
    Rule(
        "it is one word in capitals",
        -2,
        ("Is Gowdy kind?", "Is IBM big?", "Is he old?", "Is Gowdy old?"),
        lambda it: it.last - it.first == 1 and it.words[it.first].text.isupper(),
    ),
)
"""What makes a phrase a person's name."""


def phrases_of(
    text: str,
    central: Sequence[Rule[Position]] = CENTRAL,
    person_name: Sequence[Rule[Position]] = PERSON_NAME,
    *,
    names_only: bool = False,
) -> Iterator[Phrase]:
    """The noun phrases of a question, or the names in a sentence."""
    words = words_of(text)
    main = next((at for at, word in enumerate(words) if word.low in AUXILIARY), len(words))
    at = 0
    while at < len(words):
        end = at
        while end < len(words) and (
            (words[end].named or (words[end].content and not names_only))
            or (end > at and _joins(words, end))
        ):
            end += 1
        office = names_only and end - at > 2 and words[at].low.endswith(("or", "ist"))
        first, last = (at + office, end) if names_only else _noun(words, at, end, main)
        last = last if names_only else _without_adjectives(words, first, last, main)
        if first < last:
            place = Position(words, first, last, main)
            yield _phrase(text, place, total(central, place), total(person_name, place))
        at = max(end, at + 1)
        if last < end:  # after a verb: Did Musk meet David Sacks?
            at = next((n for n in range(max(last, first + 1), end) if words[n].named), at)


def _joins(words: list[Word], at: int) -> bool:
    """Whether a mark or "of" is inside a name: Gov. Ron DeSantis, Museum of Art."""
    before, after = words[at - 1], words[at + 1 : at + 2]
    short = before.low in TITLE or len(before.text) == 1
    inside = words[at].low in ("of", "&") or (words[at].text == "." and short)
    return inside and before.named and bool(after) and after[0].named


def _noun(words: list[Word], first: int, end: int, main: int) -> tuple[int, int]:
    """The noun phrase in a run of content words, which may begin or end in a verb."""
    before = words[first - 1].low if first else ""
    verb_first = before in PRONOUN | {"i", "you", "we", "to"} or before in ("who", "what")
    if first < end != main and verb_first and not words[first].named:
        first += 1  # they eat, to treat, who moderated
    names = first
    while names < end and words[names].named:
        names += 1
    if names == end or first >= end:
        return first, end
    for at in range(max(names, first + 1), end):
        if words[at].low in VERB or words[at].low.endswith(("ed", "ing")):
            return first, at
    asks_be = main < first and words[main].low in BE and words[0].low in WH
    if names > first:
        return first, end if asks_be or before in ("the", "about") else names
    between = words[main + 1 : first]
    single, low = end - first == 1, words[first].low
    if single and (low in VERB or low.endswith("ed")):
        return first, first
    if before in BE and first > main + 1:
        return first, first  # what is said of the subject
    subject = main < first and not any(w.content or w.low in PRONOUN | OTHERS for w in between)
    if subject and words[main].low not in BE and words[end - 1].low in ADJECTIVE:
        end, single = end - 1, end - first == 2  # did the ferry arrive | late
    return first, end - (subject and not single and not asks_be)  # is melatonin | bad


def _without_adjectives(words: list[Word], first: int, last: int, main: int) -> int:
    """Where the noun phrase ends without what is said of it (Why was the launch | late?): there is
    none in how late, how costly the ferry was, it was late, the bridge was unsafe."""
    before = words[first - 1].low if first else ""
    if first + 1 == last and not words[first].named and not words[first].low.endswith("s"):
        follows = words[last].low if last < len(words) else ""
        measured = before == "how" and follows in DETERMINER | PRONOUN
        states = 0 < main < first and words[0].low not in WH
        if measured or (states and before in BE):
            return first
    while last > first and words[last - 1].low in ADJECTIVE and not words[last - 1].named:
        if last - 1 == first and before in DETERMINER:
            break  # the old
        last -= 1
    return last


def _name_after(place: Position) -> int:
    """Where a phrase ends with the name of its place or owner: the mill at Sandvik."""
    named = place.last + 1
    while named < len(place.words) and place.words[named].named:
        named += 1
    return named if place.after in PREPOSITION and named > place.last + 1 else place.last


def _asks_what(place: Position) -> bool:
    """Whether "what" before it is not its determiner: Do you know what glass is?"""
    after = [word.low for word in place.words[place.last :] if word.solid]
    return place.before == "what" and len(after) == 1 and after[0] in BE


def _phrase(text: str, place: Position, weight: float, person: float) -> Phrase:
    """The phrase that stands there; an article before it belongs to its text."""
    last = _name_after(place) if place.stated and not place.named else place.last
    bare = text[place.words[place.first].start : place.words[last - 1].end]
    head = place.lows[-1]
    counted = place.before in DETERMINER and not (place.named or _asks_what(place))
    plural = head.endswith("s") and not head.endswith(("ss", "us", "is"))
    plural = plural and (not place.named or place.before == "the")
    return Phrase(
        text=f"the {bare}" if counted or place.before in _ARTICLES else bare,
        first=place.first,
        last=place.last,
        named=place.named,
        plural=plural or head in GROUP,
        person=person,
        weight=weight,
    )
