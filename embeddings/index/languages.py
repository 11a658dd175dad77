"""Languages, by their ISO 639-1 codes: how words are stemmed in each, and which carry no subject.

The stemmers are Snowball's (Porter 2001, snowballstem.org), the stop words too, both of tantivy.
Snowball's lists lack the words that questions begin with in most languages: here they are. The
list for English is our own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

ENGLISH = "en"

FUNCTION_WORDS = tuple(
    """
a about after again all also am an and any are as at be been before being both but by can could
did do does doing done each else ever few for from further had has have having he her here hers
him his how i if in into is it its just let many me more most much my no nor not of off on once
only or other our out over own s same shall she should so some such t than that the their them
then there these they this those through to too under until up very was we were what whats when
where whether which while who whom whose why will with would you your
""".split()
)
"""English words that carry no subject. Only questions lose them; in the index they stay."""

_STEMMERS = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "fi": "finnish", "fr": "french", "hu": "hungarian", "it": "italian", "nl": "dutch",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish",
    "ta": "tamil", "tr": "turkish",
}  # fmt: skip
_WITHOUT_STOP_WORDS = frozenset(("ar", "el", "ro", "ta", "tr"))

_ASKING = {
    "cs": "a byl byla bylo co do jak je kde kdo kdy kolik která který na proč se v z",
    "da": "findes hvem hvilke hvilken hvilket hvordan hvorfor hvornår mange",
    "de": "gibt viel viele wann warum wem wen wer weshalb wessen wieso wieviel wieviele woher wohin"
    " worden wurde wurden",
    "el": "γιατί ή η ήταν και με να ο οι ποια ποιες ποιο ποιοι ποιος πού πόσα πόσες πόσοι πότε"
    " πώς σε στη στην στο τα τη την της τι το του των",
    "es": "cuál cuáles cuándo cuánta cuántas cuánto cuántos cómo dónde quién quiénes",
    "fi": "kuinka miksi milloin millainen missä miten moni monta",
    "fr": "a combien comment est lequel où pourquoi quand quels quelle quelles quoi son été",
    "hu": "hogyan hol hány kik melyik mennyi miért mikor",
    "it": "cosa quale quali quando",
    "nl": "hoeveel waar waarom waarheen wanneer welk welke",
    "no": "finnes hvilke hvilken hvilket hvor hvordan hvorfor når mange",
    "pl": "był była było być co czy dlaczego do gdzie ile i jak jest kiedy kto która które który na"
    " przez się w z za",
    "pt": "onde porque porquê quais quanta quantas quanto quantos é",
    "ro": "a ai al care când ce cine cât câte câți cum de din este în la o pe și unde un una",
    "ru": "какая какие какое какой каком почему сколько",
    "sv": "finns många",
    "tr": "bir bu da de hangi hangisi kaç kadar kim kimler mi ne neden nerede nasıl niçin ve",
}
"""What Snowball's lists lack of the words that questions are asked with, and, where it has none,
the commonest others. A choice."""


def stem(word: str, language: str) -> str:
    """A word in small letters, stemmed as its language does, then folded to ASCII. One of a
    language without a stemmer is only folded."""
    return "".join(_analyzer(language).analyze(word)) or word


def function_words(words: Iterable[str], language: str) -> frozenset[str]:
    """Those of the words, in small letters, that carry no subject in a language."""
    if language == ENGLISH:
        return frozenset(words).intersection(FUNCTION_WORDS)
    asking = _asking(language)
    return frozenset(
        word for word in words if word in asking or not _stop_words(language).analyze(word)
    )


def spoken(words: Sequence[str], languages: Sequence[str]) -> str:
    """The language that a question is in: of some, the one that most of its words without a subject
    are of; the first of those where there is no telling."""
    return max(languages, key=lambda language: len(function_words(words, language)))


@cache
def _analyzer(language: str) -> TextAnalyzer:
    builder = TextAnalyzerBuilder(Tokenizer.raw())
    if language in _STEMMERS:
        builder = builder.filter(Filter.stemmer(_STEMMERS[language]))
    return builder.filter(Filter.ascii_fold()).build()


@cache
def _stop_words(language: str) -> TextAnalyzer:
    builder = TextAnalyzerBuilder(Tokenizer.raw())
    if language in _STEMMERS and language not in _WITHOUT_STOP_WORDS:
        builder = builder.filter(Filter.stopword(_STEMMERS[language]))
    return builder.build()


@cache
def _asking(language: str) -> frozenset[str]:
    return frozenset(_ASKING.get(language, "").split())
