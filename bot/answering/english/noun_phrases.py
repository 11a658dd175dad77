"""The noun phrases and names of a question, found by word lists: there is no tagger.

Phrases are what lies between function words, marks and common verbs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


BE = _set("am is are was were isn't aren't wasn't weren't be been being 'm 're")
AUXILIARY = BE | _set(
    """do does did don't doesn't didn't has have had hasn't haven't hadn't can could will would
    shall should may might must can't couldn't won't wouldn't shouldn't"""
)
WH = _set("who whom whose what which when where why how")
PREPOSITION = _set(
    """about above after against among around as at before behind besides between by despite during
    except for from in inside into like near of off on onto over per since than through to toward
    towards under until upon versus via vs with within without"""
)
CLAUSE = _set("and or but if because when while where that who which whether so though")
MALE, _FEMALE = _set("he him his"), _set("she her hers")
THING, PLURAL = _set("it its"), _set("they them their theirs")
PERSON = MALE | _FEMALE
PRONOUN = PERSON | THING | PLURAL
DEMONSTRATIVE = _set("this that these those")
MORE = _set("else other others another anything")
_OTHERS = _set("i you we there")
_FUNCTION = AUXILIARY | WH | PREPOSITION | CLAUSE | PRONOUN | DEMONSTRATIVE | MORE | _OTHERS
_FUNCTION |= _set(
    """the a an any some each every no many much more most several all both not also ever still
    really just only even very too then now again please here let me us my your our tell describe
    explain give show same such first last next ago already always never often usually well away
    together later back few little one two three ones own up out down again ok okay oh wow
    himself herself itself themselves typically originally someone everyone 's 'd 'll 've"""
)
VERB = _set(
    """happen happened occur work come go start begin end crash fail say tell think mean get make
    take use cause affect help need want become die live play win lose call know see hear change
    differ compare relate run stop open close leave join meet marry write publish release perform
    sell buy cost weigh eat look grow develop form create build spread kill react respond blame
    claim earn attend study learn believe feel find keep lead stand stay try turn watch return break
    influence impact contain exist remain came went got made took had won said did"""
)
PART = _set(  # nouns of a thing that they do not name (relational nouns; Barker 1995)
    """symptom cause effect type kind form example benefit advantage disadvantage drawback pro con
    risk use purpose goal theme character member leader founder author part feature layer difference
    similarity role origin history result outcome consequence implication reaction response reason
    source end beginning name title plot meaning importance significance influence success criticism
    controversy problem weakness strength ability limitation finding fact detail aspect step method
    treatment price cost size rate cure sign highlight alternative version argument opinion award"""
)
_GROUP = _set("band team group company staff crew family public police government people")
_NOT_PEOPLE = _set(
    """university college school institute inc corp company times news post journal radio tv house
    street road city county state party museum church club league union bank army court river lake
    island park hotel awards festival group band album song film book show united north south"""
)
MEN = _set(  # the commonest given names (US census), and titles
    """james robert john michael david william richard joseph thomas charles daniel matthew anthony
    mark donald steven paul andrew kevin brian george edward ronald jason gary eric stephen scott
    benjamin samuel gregory frank alexander jack henry peter walter joe ron tom bill jim bob mr"""
)
WOMEN = _set(
    """mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty
    sandra margaret emily donna michelle carol amanda melissa stephanie rebecca laura helen sharon
    amy anna ruth catherine rachel emma maria julie olivia alice jane anne hillary mrs ms miss"""
)
_TITLE = _set("dr gov governor president senator sen rep prof professor general mr mrs ms")
_ARTICLE = ("the", "a", "an")


class Word(Struct, frozen=True):
    """A word, clitic or mark at characters [start, end). `solid`: no mark and no clitic;
    `content`: no function word either; `named`: with a capital too."""

    text: str
    low: str
    start: int
    end: int
    solid: bool
    content: bool
    named: bool


class Phrase(Struct, frozen=True):
    """words[first:last] of a text; `weight`: how central it is there. `person`: how much it
    looks like a person's name: 2 and more is one, below 0 is none."""

    text: str
    first: int
    last: int
    named: bool
    plural: bool
    person: int
    weight: float

    @property
    def key(self) -> str:
        return self.text.casefold().removeprefix("the ")


def words_of(text: str) -> list[Word]:
    """Words, clitics ('s, 're) and marks, in order."""
    clitic, words = r"['’](?:s|re|d|ll|ve|m)\b", []
    pattern = rf"{clitic}|[^\W_]+(?:(?:[-.&]|(?!{clitic})['’])[^\W_]+)*|[^\w\s]"
    for match in re.finditer(pattern, text):
        low, solid = match[0].casefold().replace("’", "'"), match[0][0].isalnum()
        content = solid and low not in _FUNCTION
        named = content and match[0][0].isupper()
        words.append(Word(match[0], low, match.start(), match.end(), solid, content, named))
    return words


def phrases_of(text: str, *, names_only: bool = False) -> Iterator[Phrase]:
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
        if first < last:
            yield _phrase(text, words, first, last, main)
        at = max(end, at + 1)
        if last < end:  # after a verb: Did Musk meet David Sacks?
            at = next((n for n in range(max(last, first + 1), end) if words[n].named), at)


def _joins(words: list[Word], at: int) -> bool:
    """Whether a mark or "of" is inside a name: Gov. Ron DeSantis, Museum of Art."""
    before, after = words[at - 1], words[at + 1 : at + 2]
    short = before.low in _TITLE or len(before.text) == 1
    inside = words[at].low in ("of", "&") or (words[at].text == "." and short)
    return inside and before.named and bool(after) and after[0].named


def _noun(words: list[Word], first: int, end: int, main: int) -> tuple[int, int]:
    """The noun phrase in a run of content words, which may begin or end in a verb."""
    before = words[first - 1].low if first else ""
    verb_first = before in PRONOUN | {"i", "you", "we", "to"} or before in ("who", "what")
    if first < end and verb_first and not words[first].named and (first > main or end < main):
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
    if before in BE and first > main + 1 and not words[end - 1].low.endswith("s"):
        return first, first  # what is said of the subject
    subject = main < first and not any(w.content or w.low in PRONOUN | _OTHERS for w in between)
    return first, end - (subject and not single and not asks_be)  # is melatonin | bad


def _phrase(text: str, words: list[Word], first: int, last: int, main: int) -> Phrase:
    lows, bare = [word.low for word in words], text[words[first].start : words[last - 1].end]
    named = all(word.named or not word.content for word in words[first:last])
    before, head = lows[first - 1] if first else "", lows[last - 1]
    after, rest = lows[last : last + 1], any(word.content for word in words[last:])
    opening = [low for low in lows[:first] if low not in ("the", "a", "an", "more")]
    asked_about = opening[-2:] == ["me", "about"] or opening == ["describe"]
    if len(opening) == 2 and opening[0] in ("what", "who"):
        asked_about = opening[1] in BE or opening[1] == "'s"
    if opening[-1:] == ["of"] and opening[0] in ("what", "who", "tell"):
        asked_about = True  # the history of toilets
    person = 3 * (lows[first] in MEN | WOMEN | _TITLE) + (2 <= last - first <= 3)
    person += 2 * (before.endswith(("or", "er", "ist", "ian")) and before not in _FUNCTION)
    person += 2 * (after in (["who"], ["whose"])) + 3 * (opening[:1] == ["who"] and asked_about)
    person -= 3 * (before in ("the", "in", "at", "on", "a", "an"))
    person -= 2 * (last - first == 1 and bare.isupper()) + 5 * (not bare[0].isalpha())
    person -= 5 * (not _NOT_PEOPLE.isdisjoint(lows[first:last]))
    weight = 1.5 * named + 2.5 * (asked_about and not rest)
    weight += before == "about" or lows[first - 2 : first] == ["about", "the"]
    weight += first > main and not any(word.content for word in words[main:first])  # the subject
    complement = rest and not named and after == ["of"]
    weight -= 3.0 * (complement or (singular(head) in PART and not words[first].named)) + 2.0 * (
        last <= main < len(words)
    )
    plural = head.endswith("s") and not head.endswith(("ss", "us", "is"))
    plural = plural and (not named or before == "the")
    whole = f"the {bare}" if before in _ARTICLE else bare
    return Phrase(whole, first, last, named, plural or head in _GROUP, person, weight)


def singular(word: str) -> str:
    """The word without the ending of a plural."""
    return word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s")
