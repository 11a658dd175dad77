"""Words → stems: the one place where they become such, for the index and for questions.

Words are lower-cased, folded to ASCII, spelt as Americans do (`spelling.py`) and stemmed (Porter
2); the irregular forms of a word count as its base ("began" as "begin"). Those of other languages
are stemmed as these do (`languages.py`). What is written in several ways is one stem: numbers and
dates (`tokens.py`), and what `embeddings.characters` reads as one.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from functools import cache, lru_cache
from itertools import pairwise
from unicodedata import normalize

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from embeddings.characters import readable
from embeddings.index import languages
from embeddings.index.languages import ENGLISH, FUNCTION_WORDS
from embeddings.index.numerals import ordinal
from embeddings.index.spelling import american
from embeddings.index.tokens import tokens, words

_KEPT = 100_000
"""Words whose stems are kept at hand. A guess: some 20 MB, and most of what a language has."""

_CAPITALISED = frozenset(word.capitalize() for word in FUNCTION_WORDS if len(word) > 1)

_IRREGULAR = """
arise arose arisen, bear borne, beat beaten, become became, begin began begun, bend bent, bite bit
bitten, bleed bled, blow blew blown, break broke broken, breed bred, bring brought, build built,
burn burnt, buy bought, catch caught, choose chose chosen, come came, creep crept, deal dealt, dig
dug, draw drew drawn, dream dreamt, drink drank drunk, drive drove driven, eat ate eaten, fall fell
fallen, feed fed, feel felt, fight fought, find found, flee fled, fly flew flown, forbid forbade
forbidden, forget forgot forgotten, forgive forgave forgiven, freeze froze frozen, get got gotten,
give gave given, go went gone, grow grew grown, hang hung, hear heard, hide hid hidden, hold held,
keep kept, know knew known, lay laid, lead led, learn learnt, leave left, lend lent, lose lost, make
made, mean meant, meet met, overcome overcame, pay paid, prove proven, ride rode ridden, ring rang
rung, rise rose risen, run ran, say said, see saw seen, seek sought, sell sold, send sent, shake
shook shaken, shine shone, shoot shot, show shown, shrink shrank shrunk, sing sang sung, sink sank
sunk, sit sat, sleep slept, slide slid, speak spoke spoken, spend spent, spin spun, spring
sprang sprung, stand stood, steal stole stolen, stick stuck, strike struck stricken, swear swore
sworn, sweep swept, swim swam swum, swing swung, take took taken, teach taught, tear tore torn, tell
told, think thought, throw threw thrown, undergo underwent undergone, understand understood,
undertake undertook undertaken, wake woke woken, wear wore worn, weave wove woven, win won, withdraw
withdrew withdrawn, write wrote written, child children, foot feet, man men, mouse mice, tooth
teeth, woman women
"""
"""Each base with its forms, without those that mostly mean something else (lie lay, wind wound)."""

_DOERS = """
bake baker, build builder, buy buyer, climb climber, create creator, dance dancer, drive driver,
edit editor, farm farmer, fight fighter, hold holder, hunt hunter, invent inventor, keep keeper,
kill killer, lead leader, lend lender, make maker, own owner, paint painter, play player, ride
rider, run runner, sail sailor, sell seller, sing singer, speak speaker, swim swimmer, teach
teacher, use user, vote voter, win winner, work worker, write writer
"""
"""What is done with who does it, which Porter's stemmer tells apart where the word is short: who
owns it is its owner. Those that mostly mean something else are left out (act actor, print printer).
"""


_CAPITALS = r"[A-Z][a-z]+(?:[^\S\n][A-Z][a-z]+)*\b"
_AGED = r"ged (?<=\b[Aa]ged )(\d{1,3})\b"
_BETWEEN_COMMAS = r",(?<=[^\W\d],) (\d{1,3})(?=,\s)"
"""Both begin with a letter or mark that is found quickly."""


def stems(text: str, without: Container[str] = (), language: str = ENGLISH) -> list[str]:
    """The stems of a text's words in order, as the index has them, and then what they imply.

    Args:
        without: words to leave out.
        language: the text's, as an ISO 639-1 code.
    """
    read, _ = readable(text)
    own = words(read)
    if without:
        own = [word for word in own if word not in without]
    return [
        *(stem(word, language) for word in own),
        *(name for name, _, _ in _implied(read, language)),
    ]


def located(
    text: str, without: Container[str] = (), language: str = ENGLISH
) -> list[tuple[str, int, int]]:
    """The same, with the characters [start, end) of each; those of a date in digits have the
    same."""
    read, places = readable(text)
    own = [
        (stem(word, language), start, end)
        for word, start, end in tokens(read)
        if word not in without
    ]
    return [
        (name, places[start], places[end - 1] + 1)
        for name, start, end in [*own, *_implied(read, language)]
    ]


def is_name(stem: str) -> bool:
    """Whether a stem is that of a name of function words."""
    return "_" in stem


def _implied(text: str, language: str) -> Iterator[tuple[str, int, int]]:
    """What is no word by itself, in English: names that are made of function words, two by two
    ("The Who" as "the_who", "It" as "it_"), and the words for an age: "The captain, 61, was"."""
    if language != ENGLISH:
        return
    for run in re.finditer(_CAPITALS, text):
        own = run[0].split()
        if _CAPITALISED.isdisjoint(own):
            continue
        parts = [(part[0], *part.span()) for part in re.finditer(r"\w+", run[0])]
        for (first, start, _), (second, _, end) in pairwise(parts):
            if first in _CAPITALISED and second in _CAPITALISED:
                yield f"{first}_{second}".lower(), run.start() + start, run.start() + end
        if len(own) == 1 and _is_alone(text, *run.span()):
            yield f"{own[0].lower()}_", *run.span()
    for start, end in ages(text):
        yield from (("old", start, end), ("age", start, end))


def _is_alone(text: str, start: int, end: int) -> bool:
    """Whether a capital word stands within a sentence, or quoted by itself."""
    before, after = text[max(start - 2, 0) : start], text[end : end + 2]
    if re.match(r"[a-z,;][^\S\n]", before):
        return True
    return bool(re.search(r"[“\"‘]$", before) and re.match(r",?[”\"’]", after))


def ages(text: str) -> Iterator[tuple[int, int]]:
    """Where an age stands in figures: "aged 61", or between commas: "The captain, 61, was"."""
    for pattern in (_AGED, _BETWEEN_COMMAS):
        for age in re.finditer(pattern, text):
            yield age.span(1)


@lru_cache(_KEPT)
def stem(word: str, language: str = ENGLISH) -> str:
    """The stem of a word in small letters; of a number or what has signs, itself."""
    if language != ENGLISH:
        return languages.stem(normalize("NFC", word), language)
    if not word.isascii() and word[0].isalpha():
        word = normalize("NFC", word)
        word = "".join(_analyzer(stemmed=False).analyze(word)) or word
    if not word.isalpha():
        number = word[:-2]
        ends = word[-2:] in ("st", "nd", "rd", "th")
        return (ends and number.isdigit() and ordinal(int(number))) or word
    own = "".join(_analyzer(stemmed=True).analyze(american(word))) or word
    return _bases().get(own, own)


@cache
def irregular() -> tuple[str, ...]:
    """Words with irregular forms, and these."""
    return tuple(_IRREGULAR.replace(",", " ").split())


@cache
def _bases() -> dict[str, str]:
    """The stem of an irregular form → the stem of its base."""
    words = f"{_IRREGULAR},{_DOERS}".split(",")
    groups = (_analyzer(stemmed=True).analyze(group) for group in words)
    return {form: base for base, *forms in groups for form in forms if form != base}


@cache
def _analyzer(*, stemmed: bool) -> TextAnalyzer:
    """Folds English words in small letters to ASCII, and stems them."""
    builder = TextAnalyzerBuilder(Tokenizer.regex(r"[\w\p{M}]+")).filter(Filter.ascii_fold())
    return (builder.filter(Filter.stemmer("english")) if stemmed else builder).build()
