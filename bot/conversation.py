"""A follow-up and what came before → the question that is searched.

Three rules; the first that applies is taken, and where none does the question is left alone.

    less than a question  "Why?", "And Musk?", "When did that happen?"
                          → joined to the previous question, or put in the place of its like
    a pronoun             whose antecedent is not in its own question
                          → the most central of the earlier phrases that agree with it
    a part, or more       "What were the symptoms?", "Is there anything else?"
                          → "of", or "About", the most central of the earlier phrases

Phrases are what lies between function words, marks and common verbs; there is no tagger.

On conversations that people resolved (cast, canard, coqar; tests/eval/README.md), 157 of the 159
follow-ups that stand alone are left alone, and the searched question has .73, .51 and .51 of the
resolved one's content words, against .60, .44 and .41 of the question as it was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

LONGEST = 600
"""Characters that are read. A longer question says what it is about."""

_RECENT = 6
_LEAST, _LEAST_TOPIC = 0.5, 1.5
"""What is less central is no antecedent, or no topic."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_BE = _set("am is are was were isn't aren't wasn't weren't be been being 'm 're")
_AUXILIARY = _BE | _set(
    """do does did don't doesn't didn't has have had hasn't haven't hadn't can could will would
    shall should may might must can't couldn't won't wouldn't shouldn't"""
)
_WH = _set("who whom whose what which when where why how")
_PREPOSITION = _set(
    """about above after against among around as at before behind besides between by despite during
    except for from in inside into like near of off on onto over per since than through to toward
    towards under until upon versus via vs with within without"""
)
_CLAUSE = _set("and or but if because when while where that who which whether so though")
_MALE, _FEMALE = _set("he him his"), _set("she her hers")
_THING, _PLURAL = _set("it its"), _set("they them their theirs")
_PERSON = _MALE | _FEMALE
_PRONOUN = _PERSON | _THING | _PLURAL
_POSSESSIVE = _set("his hers its their theirs")
_DEMONSTRATIVE = _set("this that these those")
_MORE = _set("else other others another anything")
_OTHERS = _set("i you we there")
_FUNCTION = _AUXILIARY | _WH | _PREPOSITION | _CLAUSE | _PRONOUN | _DEMONSTRATIVE | _MORE | _OTHERS
_FUNCTION |= _set(
    """the a an any some each every no many much more most several all both not also ever still
    really just only even very too then now again please here let me us my your our tell describe
    explain give show same such first last next ago already always never often usually well away
    together later back few little one two three ones own up out down again ok okay oh wow
    himself herself itself themselves typically originally someone everyone 's 'd 'll 've"""
)
_VERB = _set(
    """happen happened occur work come go start begin end crash fail say tell think mean get make
    take use cause affect help need want become die live play win lose call know see hear change
    differ compare relate run stop open close leave join meet marry write publish release perform
    sell buy cost weigh eat look grow develop form create build spread kill react respond blame
    claim earn attend study learn believe feel find keep lead stand stay try turn watch return break
    influence impact contain exist remain came went got made took had won said did"""
)
_PART = _set(  # nouns of a thing that they do not name (relational nouns; Barker 1995)
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
_MEN = _set(  # the commonest given names (US census), and titles
    """james robert john michael david william richard joseph thomas charles daniel matthew anthony
    mark donald steven paul andrew kevin brian george edward ronald jason gary eric stephen scott
    benjamin samuel gregory frank alexander jack henry peter walter joe ron tom bill jim bob mr"""
)
_WOMEN = _set(
    """mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty
    sandra margaret emily donna michelle carol amanda melissa stephanie rebecca laura helen sharon
    amy anna ruth catherine rachel emma maria julie olivia alice jane anne hillary mrs ms miss"""
)
_TITLE = _set("dr gov governor president senator sen rep prof professor general mr mrs ms")
_REFERRING = _set("able likely going about ready due similar close equal next same")
_MEASURE = _set("old long far big large tall high deep soon exactly not")
_EXTRAPOSING = _set("take takes cost costs hurt hurts feel mean make makes made find")
_ARTICLE = ("the", "a", "an")
_SINGULAR = {"do": "does", "are": "is", "were": "was", "have": "has", "don't": "doesn't"}


@dataclass(frozen=True, slots=True)
class Turn:
    """A question that was asked, what was searched for it, and the sentence that was marked in
    the best passage (None where the articles did not answer)."""

    question: str
    searched_as: str | None
    marked: str | None


class _Word(NamedTuple):
    text: str
    low: str
    start: int
    end: int
    solid: bool
    content: bool
    named: bool


class _Phrase(NamedTuple):
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


class _Past(NamedTuple):
    """An earlier turn: what was searched, its phrases, and the names that may answer it."""

    text: str
    phrases: tuple[_Phrase, ...]
    answers: tuple[_Phrase, ...]


def resolve(question: str, earlier: Sequence[Turn]) -> str | None:
    """The question to search instead, or None where it stands on its own."""
    words = _words(question[: LONGEST + 1])
    if not earlier or len(question) > LONGEST or not any(word.solid for word in words):
        return None
    talk = [_past(turn) for turn in reversed(earlier[-_RECENT:])]
    found = _joined(question, words, talk) or _substituted(question, words, talk)
    return found or _completed(question, words, talk)


def _words(text: str) -> list[_Word]:
    """Words, clitics ('s, 're) and marks, in order."""
    clitic, found = r"['’](?:s|re|d|ll|ve|m)\b", []
    pattern = rf"{clitic}|[^\W_]+(?:(?:[-.&]|(?!{clitic})['’])[^\W_]+)*|[^\w\s]"
    for one in re.finditer(pattern, text):
        low, solid = one[0].casefold().replace("’", "'"), one[0][0].isalnum()
        content = solid and low not in _FUNCTION
        named = content and one[0][0].isupper()
        found.append(_Word(one[0], low, one.start(), one.end(), solid, content, named))
    return found


def _phrases(text: str, *, names_only: bool = False) -> Iterator[_Phrase]:
    """The noun phrases of a question, or the names in a sentence."""
    words = _words(text)
    main = next((at for at, word in enumerate(words) if word.low in _AUXILIARY), len(words))
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


def _joins(words: list[_Word], at: int) -> bool:
    """Whether a mark or "of" is inside a name: Gov. Ron DeSantis, Museum of Art."""
    before, after = words[at - 1], words[at + 1 : at + 2]
    short = before.low in _TITLE or len(before.text) == 1
    inside = words[at].low in ("of", "&") or (words[at].text == "." and short)
    return inside and before.named and bool(after) and after[0].named


def _noun(words: list[_Word], first: int, end: int, main: int) -> tuple[int, int]:
    """The noun phrase in a run of content words, which may begin or end in a verb."""
    before = words[first - 1].low if first else ""
    verb_first = before in _PRONOUN | {"i", "you", "we", "to"} or before in ("who", "what")
    if first < end and verb_first and not words[first].named and (first > main or end < main):
        first += 1  # they eat, to treat, who moderated
    names = first
    while names < end and words[names].named:
        names += 1
    if names == end or first >= end:
        return first, end
    for at in range(max(names, first + 1), end):
        if words[at].low in _VERB or words[at].low.endswith(("ed", "ing")):
            return first, at
    asks_be = main < first and words[main].low in _BE and words[0].low in _WH
    if names > first:
        return first, end if asks_be or before in ("the", "about") else names
    between = words[main + 1 : first]
    single, low = end - first == 1, words[first].low
    if single and (low in _VERB or low.endswith("ed")):
        return first, first
    if before in _BE and first > main + 1 and not words[end - 1].low.endswith("s"):
        return first, first  # what is said of the subject
    subject = main < first and not any(w.content or w.low in _PRONOUN | _OTHERS for w in between)
    return first, end - (subject and not single and not asks_be)  # is melatonin | bad


def _phrase(text: str, words: list[_Word], first: int, last: int, main: int) -> _Phrase:
    lows, bare = [word.low for word in words], text[words[first].start : words[last - 1].end]
    named = all(word.named or not word.content for word in words[first:last])
    before, head = lows[first - 1] if first else "", lows[last - 1]
    after, rest = lows[last : last + 1], any(word.content for word in words[last:])
    opening = [low for low in lows[:first] if low not in ("the", "a", "an", "more")]
    asked_about = opening[-2:] == ["me", "about"] or opening == ["describe"]
    if len(opening) == 2 and opening[0] in ("what", "who"):
        asked_about = opening[1] in _BE or opening[1] == "'s"
    if opening[-1:] == ["of"] and opening[0] in ("what", "who", "tell"):
        asked_about = True  # the history of toilets
    person = 3 * (lows[first] in _MEN | _WOMEN | _TITLE) + (2 <= last - first <= 3)
    person += 2 * (before.endswith(("or", "er", "ist", "ian")) and before not in _FUNCTION)
    person += 2 * (after in (["who"], ["whose"])) + 3 * (opening[:1] == ["who"] and asked_about)
    person -= 3 * (before in ("the", "in", "at", "on", "a", "an"))
    person -= 2 * (last - first == 1 and bare.isupper()) + 5 * (not bare[0].isalpha())
    person -= 5 * (not _NOT_PEOPLE.isdisjoint(lows[first:last]))
    weight = 1.5 * named + 2.5 * (asked_about and not rest)
    weight += before == "about" or lows[first - 2 : first] == ["about", "the"]
    weight += first > main and not any(word.content for word in words[main:first])  # the subject
    complement = rest and not named and after == ["of"]
    weight -= 3.0 * (complement or (_singular(head) in _PART and not words[first].named)) + 2.0 * (
        last <= main < len(words)
    )
    plural = head.endswith("s") and not head.endswith(("ss", "us", "is"))
    plural = plural and (not named or before == "the")
    whole = f"the {bare}" if before in _ARTICLE else bare
    return _Phrase(whole, first, last, named, plural or head in _GROUP, person, weight)


def _singular(word: str) -> str:
    return word[:-3] + "y" if word.endswith("ies") else word.removesuffix("s")


def _past(turn: Turn) -> _Past:
    """An earlier turn. A who-question makes a name in its answer central, and most the one that
    is nearest to the first of the question's words, which is what that one did."""
    text, marked = (turn.searched_as or turn.question)[:LONGEST], (turn.marked or "")[:LONGEST]
    asked = [word.low[:4] for word in _words(text) if word.content]
    said = [word.low[:4] for word in _words(marked)]
    did = next((word for word in asked if word in said), None)
    near = [at for at, word in enumerate(said) if word == did]
    who = re.match(r"\W*(?:\w+ )?who(?:m|se)?\b", text.casefold())
    names = [one for one in _phrases(marked, names_only=True) if one.key not in text.casefold()]
    names = [one for one in names if one.person >= (0 if who else 2)]
    names.sort(key=lambda one: min((abs(one.first - at) for at in near), default=0))
    first = 2.5 if who else 0.4
    answers = [
        one._replace(weight=first - 0.2 * rank, person=max(one.person, 2))
        for rank, one in enumerate(names)
    ]
    own = list(_phrases(text))
    words = [word.low for word in _words(text)]
    if words[:1] == ["who"] and words[1:2] and words[1] not in _AUXILIARY - _BE:
        # Who owns Twitter? He is none of those named.
        own = [one._replace(person=one.person if one.person > 1 else -1) for one in own]
    return _Past(text, tuple(own), tuple(answers))


def _antecedent(talk: Sequence[_Past], pronoun: str, taken: Iterable[str]) -> _Phrase | None:
    """The most central phrase that agrees with the pronoun; without one, the topic.

    Central (Grosz, Joshi & Weinstein 1995) is what was asked about as such, is named, is spoken
    of again, is the subject, is recent. A part of something seldom is.
    """
    best, most = None, _LEAST if pronoun else _LEAST_TOPIC
    known: dict[str, int] = {}
    for one in (one for past in talk for one in past.phrases + past.answers):
        last = one.key.rsplit(" ", 1)[-1]
        known[last] = max(known.get(last, one.person), one.person)
    for age, past in enumerate(talk):
        for one in past.phrases + past.answers * (pronoun in _PERSON):
            one = one._replace(person=known[one.key.rsplit(" ", 1)[-1]])
            if one.key in taken or one.key.isdigit() or not _agrees(one, pronoun):
                continue
            again = sum(one.key in other.text.casefold() for other in talk) - 1
            score = one.weight - 1.5 * age + min(max(again, 0), 2)
            if pronoun in _PERSON:
                score += 2 * (one.person >= 2)
            elif pronoun:
                score += (3.0 if pronoun in _PLURAL else 2.0) * (one.plural == (pronoun in _PLURAL))
            if score > most:
                best, most = one, score
    return best


def _agrees(one: _Phrase, pronoun: str) -> bool:
    if pronoun in _PERSON:
        wrong = _WOMEN if pronoun in _MALE else _MEN
        return one.person >= (0 if one.named else 3) and one.key.split()[0] not in wrong
    return pronoun not in _THING or (not one.named or one.person < 2)


def _substituted(question: str, words: list[_Word], talk: Sequence[_Past]) -> str | None:
    """With the antecedent in place of the first pronoun of each kind."""
    own = list(_phrases(question))
    taken, changes = {one.key for one in own if one.named}, []
    for kind in (_PERSON, _THING, _PLURAL):
        at = next((at for at, word in enumerate(words) if word.low in kind), None)
        if at is None or _expletive(words, at) or _bound(words, at, own):
            continue
        found = _antecedent(talk, words[at].low, taken)
        if found is None:
            continue
        taken.add(found.key)
        before = words[at - 1] if at else words[at]
        if kind is _PLURAL and not found.plural and before.low in _SINGULAR:
            changes.append((before.start, before.end, _SINGULAR[before.low]))
        of = "'" if found.plural and found.text.endswith("s") else "'s"
        new = found.text + of * _owns(words, at)
        changes.append((words[at].start, words[at].end, new))
    return _changed(question, changes) if changes else None


def _owns(words: list[_Word], at: int) -> bool:
    """Whether the pronoun is a possessive; "her" is where a noun follows."""
    follows = words[at + 1 : at + 2]
    her = words[at].low == "her" and follows and (follows[0].content or follows[0].low == "own")
    return bool(her) or words[at].low in _POSSESSIVE


def _changed(text: str, changes: Iterable[tuple[int, int, str]]) -> str:
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text[:1].upper() + text[1:]


def _expletive(words: list[_Word], at: int) -> bool:
    """Whether "it" stands for nothing: What time is it? Is it true that …? Was it Musk who …?"""
    before = [word.low for word in words[max(at - 2, 0) : at]]
    after = [word.low for word in words[at + 1 : at + 7]]
    if words[at].low != "it" or "time" in before or after[:1] in (["raining"], ["snowing"]):
        return words[at].low == "it"
    for low, following in pairwise(after):
        if following in ("that", "whether", "who"):
            return True
        if following in ("to", "when", "if") and _EXTRAPOSING.intersection((after[0], *before)):
            return True
        if following == "to" and before and before[-1] in _BE:
            return low not in _REFERRING and not low.endswith(("ed", "ing"))
    return False


def _bound(words: list[_Word], at: int, own: Iterable[_Phrase]) -> bool:
    """Whether the pronoun's antecedent is in its own question: in an earlier clause, or for a
    possessive in the same one (principles A and B of Chomsky 1981)."""
    main = next((n for n, word in enumerate(words[:at]) if word.low in _AUXILIARY), -1)
    asks = _WH | _AUXILIARY | _PRONOUN
    low, clause, follows = words[at].low, -1, words[at + 1 : at + 2]
    for n in range(1, at):
        begins = words[n].low not in ("and", "or") or words[n + 1].low in asks
        if words[n].text in ",;:—–(" or (words[n].low in _CLAUSE | _WH and begins):
            clause = n
    owned = _owns(words, at)
    if owned and words[0].low == "who" and main < 0:
        return True  # Who lost his account?
    subject = low in ("he", "she", "they") or (follows and follows[0].low in _AUXILIARY)
    before = words[at - 1].low if at else "did"
    if before not in _AUXILIARY and (subject or before in _CLAUSE | {"as", "after", "before"}):
        clause = at  # it begins one that has no mark: Did Musk say he …?
    return any(
        one.last <= clause or (owned and main < one.first < at)
        for one in own
        if one.last <= at and (one.plural or one.named or low not in _PLURAL)
        if _agrees(one, low) and not (one.plural and low in _THING)
    )


def _joined(question: str, words: list[_Word], talk: Sequence[_Past]) -> str | None:
    """What is less than a question, with the previous one."""
    body = [word for word in words if word.solid]
    while len(body) > 1 and body[0].low in ("and", "but", "so", "or", "then", "ok", "okay"):
        body = body[1:]
    lows, said = [word.low for word in body], question[body[0].start : body[-1].end]
    asks = "|".join(sorted(_WH | _AUXILIARY | _MORE))
    stem = re.sub(rf", and (?:{asks})\b.*$|[\s?.!]+$", "", talk[0].text, flags=re.S | re.I)
    bare = len(body) <= 3 and not (_WH | _MORE).isdisjoint((lows[0], lows[-1]))
    bare = bare and all(not word.content or word.low in _MEASURE for word in body)
    points = len(body) <= 8 and any(_points(words, at) for at in range(len(words)))
    clear = (_PRONOUN | {"i", "you", "we"}).isdisjoint(lows)
    if clear and (bare or points) and not any(word.named for word in body[1:]):
        return f"{stem}, and {said[:1].lower()}{said[1:]}?"
    about = lows[:2] in (["what", "about"], ["how", "about"])
    rest = body[2:] if about else body
    if not (rest and (about or (words[0].low in ("and", "but") and len(rest) <= 3))):
        return None
    if any(word.low in _PRONOUN | _AUXILIARY | _WH for word in rest):
        return None
    new = question[rest[0].start : rest[-1].end]
    if rest[0].low in _PREPOSITION:
        return f"{stem} {new}?"
    like = [one for one in talk[0].phrases if any(map(str.isupper, one.text))]
    if not any(word.named for word in rest):
        return f"{stem}, and {said[:1].lower()}{said[1:]}?" if len(rest) == 1 else None
    if not like:
        return None
    old, spans = max(like, key=lambda one: one.weight), _words(talk[0].text)
    first = old.first - (old.text.startswith("the ") and rest[0].low in ("the", "a", "an"))
    return _changed(talk[0].text, [(spans[first].start, spans[old.last - 1].end, new)])


def _points(words: list[_Word], at: int) -> bool:
    """Whether a demonstrative stands for what was said: Why is that? When did this happen?"""
    before, after = words[at - 1].low if at else "", words[at + 1 : at + 2]
    if words[at].low not in _DEMONSTRATIVE:
        return False
    if words[at].low == "that" and before not in _AUXILIARY | _PREPOSITION:
        return False
    if not after or not after[0].solid or after[0].low in _PREPOSITION | _AUXILIARY:
        return True
    return after[0].low in _VERB and before in _AUXILIARY


def _completed(question: str, words: list[_Word], talk: Sequence[_Past]) -> str | None:
    """With the topic, where a part is asked about without its whole, or something more."""
    content, lows = [word for word in words if word.content], {word.low for word in words}
    if any(word.named and word.start for word in content) or not _PRONOUN.isdisjoint(lows):
        return None
    solid = [word.low for word in words if word.solid]
    whole = _PREPOSITION.isdisjoint(solid[:-1])
    brief = len(content) <= 3
    opens = not _BE.isdisjoint(solid[:2]) or "'s" in lows or len(solid) < 3
    part = brief and whole and opens and any(_singular(word.low) in _PART for word in content)
    vague = all(word.low in ("happen", "happened") or word.low.isdigit() for word in content)
    if not (part or vague or (brief and not _MORE.isdisjoint(lows))):
        return None
    topic, known = _antecedent(talk, "", ()), {word.low[:5] for word in content}
    if topic is None or any(word.low[:5] in known for word in _words(topic.text) if word.content):
        return None
    if part and _singular(solid[-1]) in _PART:
        return f"{question.rstrip(' ?.!')} of {topic.text}?"
    return f"About {topic.text}: {question[:1].lower()}{question[1:]}"
