"""The words of a text, and the lists that say what a word is: there is no tagger."""

from __future__ import annotations

import re
from itertools import pairwise

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
DETERMINER = _set(
    """the a an this that these those each every any some no first second third last next own which
    what whose my your our his its their"""
)
MORE = _set("else other others another anything")
OTHERS = _set("i you we there")
FUNCTION = AUXILIARY | WH | PREPOSITION | CLAUSE | PRONOUN | DEMONSTRATIVE | MORE | OTHERS
FUNCTION |= _set(
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
ADJECTIVE = _set(  # the commonest that are no nouns: what is said of a thing, and how much
    """late early long short big small large tall high low deep shallow wide narrow thick thin
    strong weak heavy true false fast slow quick soon hard soft loud quiet rich poor old young new
    good bad better worse best worst great huge tiny hot cold warm cool dry wet full empty safe
    unsafe angry happy sad sick ill dead alive wrong right sure clear easy difficult cheap
    expensive common rare popular famous important different similar likely able available real
    serious severe far near close busy calm clean dirty fair free proud ready"""
)
GROUP = _set("band team group company staff crew family public police government people")
NOT_PEOPLE = _set(
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
TITLE = _set("dr gov governor president senator sen rep prof professor general mr mrs ms")

_EXTRAPOSING = _set("take takes cost costs hurt hurts feel mean make makes made making find called")
_NO_THING = (["when"], ["since"], ["that"])  # how long was it since; how is it that
TIME = _set(
    """january february march april may june july august september october november december monday
    tuesday wednesday thursday friday saturday sunday spring summer autumn fall winter morning
    evening afternoon night week month year today yesterday"""
)
_WEATHER = ("rain", "snow", "hail", "thunder", "drizzl")


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


def words_of(text: str) -> list[Word]:
    """Words, clitics ('s, 're) and marks, in order."""
    clitic, words = r"['’](?:s|re|d|ll|ve|m)\b", []
    pattern = rf"{clitic}|[^\W_]+(?:(?:[-.&]|(?!{clitic})['’])[^\W_]+)*|[^\w\s]"
    for match in re.finditer(pattern, text):
        low, solid = match[0].casefold().replace("’", "'"), match[0][0].isalnum()
        content = solid and low not in FUNCTION
        named = content and match[0][0].isupper()
        words.append(Word(match[0], low, match.start(), match.end(), solid, content, named))
    return words


def singular(word: str) -> str:
    """The word without the ending of a plural."""
    return word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s")


def superlative(word: str) -> bool:
    """Whether a word is one, or picks one of its kind as they do: biggest, most, only, first."""
    return word in _OF_ITS_KIND or (word.endswith("est") and word not in _NO_SUPERLATIVE)


_OF_ITS_KIND = _set("most least worst only first last")
_NO_SUPERLATIVE = _set(
    """west east test rest nest chest crest guest quest request forest arrest priest honest modest
    contest protest interest harvest conquest invest digest"""
)
_REFERRING = frozenset("able likely going about ready due similar close equal next same".split())
"""After these, "it is … to" speaks of a thing: Is it likely to crash?"""


def expletive(words: list[Word], at: int) -> bool:
    """Whether "it" stands for nothing: What time is it? Is it true that …? Was it Musk who …?"""
    before = [word.low for word in words[max(at - 2, 0) : at]]
    after = [word.low for word in words[at + 1 : at + 7]]
    if words[at].low != "it" or "time" in before or after[:1] in _NO_THING:
        return words[at].low == "it"
    if any(low.startswith(_WEATHER) for low in after[:2]):
        return True
    for low, following in pairwise(after):
        if following in ("that", "whether", "who") or (following == "for" and "to" in after):
            return True
        if following in ("to", "when", "if") and _EXTRAPOSING.intersection((after[0], *before)):
            return True
        if following == "to" and before and before[-1] in BE:
            return low not in _REFERRING and not low.endswith(("ed", "ing"))
    return False
