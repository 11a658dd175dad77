"""A follow-up and what came before → the question that is searched.

Three rules; the first that applies is taken, and where none does the question is left alone.

    less than a question  "Why?", "And Musk?", "When did that happen?"
                          → joined to the previous question, or put in the place of its like
    a pronoun             whose antecedent is not in its own question
                          → the most central of the earlier phrases that agree with it
    a part, or more       "What were the symptoms?", "Is there anything else?"
                          → "of", or "About", the most central of the earlier phrases

On conversations that people resolved (cast, canard, coqar; tests/eval/README.md), 156 of the 159
follow-ups that stand alone are left alone, and the searched question has .73, .51 and .51 of the
resolved one's content words, against .60, .44 and .40 of the question as it was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct, structs

from bot.answering.bare import (
    about_words,
    asked_again,
    is_bare,
    is_of_speaker,
    without_opening,
)
from bot.answering.english.noun_phrases import (
    CENTRAL,
    PERSON_NAME,
    Phrase,
    Position,
    Rule,
    phrases_of,
    total,
)
from bot.answering.english.quotations import quotations
from bot.answering.english.words import (
    AUXILIARY,
    BE,
    DEMONSTRATIVE,
    DETERMINER,
    MORE,
    PART,
    PERSON,
    PLURAL,
    PREPOSITION,
    PRONOUN,
    THING,
    TIME,
    VERB,
    WH,
    Word,
    singular,
    words_of,
)
from bot.answering.pronouns import agrees, owns, stands_alone

LONGEST = 600
"""Characters that are read. A longer question says what it is about. A guess."""

_RECENT = 6
"""Earlier questions that are looked at. Measured: with 3 and with 50, sets lose."""
_LEAST, _LEAST_TOPIC = 0.5, 1.5
"""What is less central is no antecedent, or no topic. Measured: with none, more is found in some
sets, and much more of it is wrong."""
_AND = ("and", "but")
_WHO_IS = r"(?:who|what) (?:is|are|was|were) (?:the|an?)\b"
_DETERMINER = frozenset("the a an this that these those first second third last next".split())
_SINGULAR = {"do": "does", "are": "is", "were": "was", "have": "has", "don't": "doesn't"}


class Turn(Struct, frozen=True):
    """A question that was asked, what was searched for it, and the sentence that was marked in
    the best passage (None where the articles did not answer)."""

    question: str
    searched_as: str | None
    marked: str | None


class _Past(Struct, frozen=True):
    """An earlier turn: what was searched, its phrases, what was marked, and the names in it that
    may answer. `who`: whether it asked for a name."""

    text: str
    marked: str
    phrases: tuple[Phrase, ...]
    answers: tuple[Phrase, ...]
    who: bool


class Candidate(Struct, frozen=True):
    """An earlier phrase that a pronoun ("" for the topic) may stand for. `age`: how many questions
    came since; `again`: how many others have it; `answers_who`: it is in an answer to who."""

    phrase: Phrase
    pronoun: str
    age: int
    again: int
    answers_who: bool


ANTECEDENT: tuple[Rule[Candidate], ...] = (
    Rule(
        "it is a name that answers who",
        2.5,
        (
            "Is Joe Biden old?",
            ("Who won?", "Walt Sacks won."),
            "Is he rich?",
            "Is Walt Sacks rich?",
        ),
        lambda it: it.answers_who,
    ),
    Rule(
        "for each question that came since",
        -1.5,
        ("Is Netflix big?", "Did you see Spaces?", "Is it new?", "Is Spaces new?"),
        lambda it: it.age,
    ),
    Rule(
        "for each other question that has it, up to two",
        1,
        ("Is Hulu big?", "Did Hulu grow?", "Did you see Uber?", "Is it old?", "Is Hulu old?"),
        lambda it: min(it.again, 2),
    ),
    Rule(
        "it is a person's name, and he or she is asked for",
        2,
        ("Did Earlybird please Joe Biden?", "Is he old?", "Is Joe Biden old?"),
        lambda it: it.pronoun in PERSON and it.phrase.person >= 2,
    ),
    Rule(
        "it is several, and they are asked for",
        3,
        ("Did Netflix hire the engineers?", "Did they agree?", "Did the engineers agree?"),
        lambda it: it.pronoun in PLURAL and it.phrase.plural,
    ),
    Rule(
        "it is one thing, and it is asked for",
        2,
        ("Did the engineers test the room?", "Was it full?", "Was the room full?"),
        lambda it: it.pronoun in THING and not it.phrase.plural,
    ),
)
"""What makes a phrase the antecedent, on top of how central it is in its own question. The weights
were set by hand on half of the conversations; tests/eval/README.md says what each is worth."""


class Tables(Struct, frozen=True):
    """The rows that decide. A test passes fewer of them."""

    central: Sequence[Rule[Position]] = CENTRAL
    person_name: Sequence[Rule[Position]] = PERSON_NAME
    antecedent: Sequence[Rule[Candidate]] = ANTECEDENT

    def phrases(self, text: str, *, names_only: bool = False) -> list[Phrase]:
        """The phrases of a text, weighed by these rows."""
        return list(phrases_of(text, self.central, self.person_name, names_only=names_only))


TABLES = Tables()


def resolve(question: str, earlier: Sequence[Turn], tables: Tables = TABLES) -> str | None:
    """The question to search instead, or None where it stands on its own."""
    words = words_of(question[: LONGEST + 1])
    if not earlier or len(question) > LONGEST or not any(word.solid for word in words):
        return None
    talk = [_past(turn, tables) for turn in reversed(earlier[-_RECENT:])]
    searched = _said(question, words, talk, tables) or _joined(question, words, talk)
    searched = searched or _substituted(question, words, talk, tables)
    return searched or _completed(question, words, talk, tables)


def _past(turn: Turn, tables: Tables) -> _Past:
    """An earlier turn. Of the names in its answer, the first is the one that stands nearest to the
    first of the question's words, which is what that one did."""
    text, marked = (turn.searched_as or turn.question)[:LONGEST], (turn.marked or "")[:LONGEST]
    asked = [word.low[:4] for word in words_of(text) if word.content]
    said = [word.low[:4] for word in words_of(marked)]
    did = next((word for word in asked if word in said), None)
    near = [at for at, word in enumerate(said) if word == did]
    who = re.match(r"\W*(?:\w+ )?who(?:m|se)?\b", text.casefold())
    names = [
        phrase
        for phrase in tables.phrases(marked, names_only=True)
        if phrase.key not in text.casefold()
    ]
    names = [phrase for phrase in names if phrase.person >= (0 if who else 2)]
    names.sort(key=lambda phrase: min((abs(phrase.first - at) for at in near), default=0))
    answers = [
        structs.replace(phrase, weight=0.0, person=max(phrase.person, 2)) for phrase in names
    ]
    own = tables.phrases(text)
    words = [word.low for word in words_of(text)]
    if words[:1] == ["who"] and words[1:2] and words[1] not in AUXILIARY - BE:
        # Who owns Twitter? He is none of those named.
        own = [
            structs.replace(phrase, person=phrase.person if phrase.person > 1 else -1)
            for phrase in own
        ]
    return _Past(text, marked, tuple(own), tuple(answers), bool(who))


def _antecedent(
    talk: Sequence[_Past], pronoun: str, taken: Iterable[str], tables: Tables
) -> Phrase | None:
    """The most central phrase that agrees with the pronoun; without one, the topic. What makes it
    central (Grosz, Joshi & Weinstein 1995) stands in the tables."""
    best, most = None, _LEAST if pronoun else _LEAST_TOPIC
    known: dict[str, float] = {}
    for phrase in (phrase for past in talk for phrase in past.phrases + past.answers):
        last = phrase.key.rsplit(" ", 1)[-1]
        known[last] = max(known.get(last, phrase.person), phrase.person)
    for age, past in enumerate(talk):
        candidates = [(phrase, False) for phrase in past.phrases]
        if pronoun in PERSON:
            candidates += [(phrase, past.who) for phrase in past.answers]
        for phrase, answers_who in candidates:
            phrase = structs.replace(phrase, person=known[phrase.key.rsplit(" ", 1)[-1]])
            if phrase.key in taken or phrase.key.isdigit() or not agrees(phrase, pronoun):
                continue
            again = max(sum(phrase.key in other.text.casefold() for other in talk) - 1, 0)
            candidate = Candidate(phrase, pronoun, age, again, answers_who)
            score = phrase.weight + total(tables.antecedent, candidate)
            if score > most:
                best, most = phrase, score
    return best


def _substituted(
    question: str, words: list[Word], talk: Sequence[_Past], tables: Tables
) -> str | None:
    """The question with the antecedent in place of the first pronoun of each kind."""
    own = tables.phrases(question)
    taken, changes = {phrase.key for phrase in own if phrase.named}, []
    spans = quotations(question)
    said = [any(start < word.start < end for start, end in spans) for word in words]
    for kind in (PERSON, THING, PLURAL):
        at = next((n for n, word in enumerate(words) if word.low in kind and not said[n]), None)
        if at is None or stands_alone(words, at, own):
            continue
        antecedent = _antecedent(talk, words[at].low, taken, tables)
        if antecedent is None:
            continue
        taken.add(antecedent.key)
        before = words[at - 1] if at else words[at]
        if kind is PLURAL and not antecedent.plural and before.low in _SINGULAR:
            changes.append((before.start, before.end, _SINGULAR[before.low]))
        ending = "'" if antecedent.plural and antecedent.text.endswith("s") else "'s"
        new = antecedent.text + ending * owns(words, at)
        changes.append((words[at].start, words[at].end, new))
    return _changed(question, changes) if changes else None


def _changed(text: str, changes: Iterable[tuple[int, int, str]]) -> str:
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text[:1].upper() + text[1:]


def _said(question: str, words: list[Word], talk: Sequence[_Past], tables: Tables) -> str | None:
    """What asks about words that were said, with those that were marked last in place of "that"."""
    marked = next((past.marked for past in talk if past.marked), None)
    if marked is None or quotations(question):
        return None  # “It was late.” Who said that?
    return about_words(
        question, words, marked, lambda head: _substituted(head, words_of(head), talk, tables)
    )


def _joined(question: str, words: list[Word], talk: Sequence[_Past]) -> str | None:
    """What is less than a question, with the previous one."""
    body = without_opening(words)
    lows, said = [word.low for word in body], question[body[0].start : body[-1].end]
    stem = _stem(talk[0])
    bare = is_bare(body)
    points = len(body) <= 8 and any(_points(words, at) for at in range(len(words)))
    clear = (PRONOUN | {"i", "you", "we"}).isdisjoint(lows)
    if bare and clear:
        who = talk[0].answers[0].text if talk[0].who and talk[0].answers else None
        again = asked_again(said, stem, who)
        if again:
            return again
    if clear and (bare or points) and not any(word.named for word in body[1:]):
        return f"{stem}, and {said[:1].lower()}{said[1:]}?"
    about = lows[:2] in (["what", "about"], ["how", "about"])
    rest = body[2:] if about else body
    asks = PRONOUN | AUXILIARY | WH
    if not rest or any(word.low in asks and word.text != "May" for word in rest):
        return None
    if not about and words[0].low not in _AND:
        return None
    asked = next((past for past in talk if not is_of_speaker(past.text)), talk[0])
    replaced = _replaced(question, rest, asked)
    brief = sum(word.content for word in rest) <= 2 if about else len(rest) == 1
    return replaced or (f"{_stem(asked)}, and {said[:1].lower()}{said[1:]}?" if brief else None)


def _stem(past: _Past) -> str:
    """What was searched, without what was joined to it and its mark."""
    asks = "|".join(sorted(WH | AUXILIARY | MORE))
    return re.sub(rf", and (?:{asks})\b.*$|[\s?.!]+$", "", past.text, flags=re.S | re.I)


def _replaced(question: str, rest: list[Word], past: _Past) -> str | None:
    """The previous question with "in Florida" in the place of its like or at its end, or a phrase
    of this one in the place of its like: one of the same noun (the front room, the back room), or
    a name for a name."""
    spans, new = words_of(past.text), question[rest[0].start : rest[-1].end]
    if len(rest) > 1 and rest[0].low in PREPOSITION:
        place = _like_place(rest, spans)
        if place is not None:
            return _changed(past.text, [(*place, new)])
        return re.sub(r"[\s?.!]+$", "", past.text) + f" {new}?"
    if not PREPOSITION.isdisjoint(word.low for word in rest):
        return None  # of the weather in Norholm, neither part is in the place of Norholm
    like = [phrase for phrase in past.phrases if spans[phrase.last - 1].low == rest[-1].low]
    if not like and rest[0].low in _DETERMINER and re.match(_WHO_IS, past.text.casefold()):
        like = [each for each in past.phrases if each.first == 3 and each.last == len(spans) - 1]
    if not like and any(word.named for word in rest):
        like = [phrase for phrase in past.phrases if any(map(str.isupper, phrase.text))]
    if not like:
        return None
    old = max(like, key=lambda phrase: phrase.weight)
    first = old.first
    while first and rest[0].low in _DETERMINER and spans[first - 1].low in _DETERMINER:
        first -= 1
    return _changed(past.text, [(spans[first].start, spans[old.last - 1].end, new)])


def _like_place(new: list[Word], words: list[Word]) -> tuple[int, int] | None:
    """Where the last phrase of the same preposition and kind stands: "in France" for "in Spain",
    and neither "in March" nor "in the first round"."""
    for at in reversed(range(len(words) - 1)):
        end = first = at + 1
        while end < len(words) and _goes_on(words, first, end):
            end += 1
        alike = words[at].low == new[0].low and _kind(words[first:end]) == _kind(new[1:])
        if alike and end > first:
            return words[at].start, words[end - 1].end
    return None


def _goes_on(words: list[Word], first: int, at: int) -> bool:
    """Whether words[at] is of the phrase that begins at words[first]: in Spain and Italy | vote."""
    word, before = words[at], words[at - 1]
    if word.low in ("and", "or", ","):
        return before.named and words[at + 1 : at + 2] != [] and words[at + 1].named
    inside = word.content or word.low in DETERMINER | TIME
    return inside and not (at > first and before.named and not word.named)


def _kind(phrase: Sequence[Word]) -> str:
    """What a phrase names: a time, a name or another thing."""
    if any(word.low in TIME or word.low.isdigit() for word in phrase):
        return "time"
    return "name" if any(word.named for word in phrase) else "thing"


def _points(words: list[Word], at: int) -> bool:
    """Whether a demonstrative stands for what was said: Why is that? When did this happen?"""
    before, after = words[at - 1].low if at else "", words[at + 1 : at + 2]
    if words[at].low not in DEMONSTRATIVE:
        return False
    if words[at].low == "that" and before not in AUXILIARY | PREPOSITION:
        return False
    if not after or not after[0].solid or after[0].low in PREPOSITION | AUXILIARY:
        return True
    return after[0].low in VERB and before in AUXILIARY


def _completed(
    question: str, words: list[Word], talk: Sequence[_Past], tables: Tables
) -> str | None:
    """With the topic, where a part is asked about without its whole, or something more."""
    content, lows = [word for word in words if word.content], {word.low for word in words}
    if any(word.named and word.start for word in content):
        return None
    solid = [word.low for word in words if word.solid]
    whole = PREPOSITION.isdisjoint(solid[:-1])
    brief = len(content) <= 3
    opens = not BE.isdisjoint(solid[:2]) or "'s" in lows or len(solid) < 3
    part = brief and whole and opens and any(singular(word.low) in PART for word in content)
    vague = all(word.low in ("happen", "happened") or word.low.isdigit() for word in content)
    if not (part or vague or (brief and not MORE.isdisjoint(lows))):
        return None
    topic, known = _antecedent(talk, "", (), tables), {singular(word.low)[:5] for word in content}
    if topic is None or any(singular(word.low)[:5] in known for word in words_of(topic.text)):
        return None  # or it says it already: Is the room full? Were there other rooms?
    if part and singular(solid[-1]) in PART:
        return f"{question.rstrip(' ?.!')} of {topic.text}?"
    return f"About {topic.text}: {question[:1].lower()}{question[1:]}"
