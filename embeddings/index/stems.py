"""Words → stems: the one place where they become such, for the index and for questions.

Words are lower-cased, folded to ASCII and stemmed (Porter 2); the irregular forms of a word count
as its base ("began" as "begin").
"""

from __future__ import annotations

from functools import cache

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

_LONGEST_WORD = 40
"""Characters; what is longer is no word. A guess, and tantivy's own."""

_WORD = r"\d+(?:[.,]\d+)+|[^\W_]+"  # 600,000 and 2.5 are one word, _this_ is "this"

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
"""Words that carry no subject. Only questions lose them; in the index they stay."""

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


def stems(text: str, without: tuple[str, ...] = ()) -> list[str]:
    """The stems of a text's words in order, as the index has them; `without` names words to
    leave out."""
    base = _bases()
    return [base.get(word, word) for word in _analyzer(without).analyze(text)]


def located(text: str, without: tuple[str, ...] = ()) -> list[tuple[str, int, int]]:
    """The stems of a text's words in order, with the characters [start, end) of each;
    `without` names words to leave out."""
    base = _bases()
    tokens = _analyzer(without).pre_tokenize(text).tokens
    return [
        (base.get(token.text, token.text), token.char_offset_from, token.char_offset_to)
        for token in tokens
    ]


@cache
def _bases() -> dict[str, str]:
    """The stem of an irregular form → the stem of its base."""
    groups = (_analyzer(()).analyze(group) for group in _IRREGULAR.split(","))
    return {form: base for base, *forms in groups for form in forms if form != base}


@cache
def _analyzer(without: tuple[str, ...]) -> TextAnalyzer:
    builder = (
        TextAnalyzerBuilder(Tokenizer.regex(_WORD))
        .filter(Filter.remove_long(_LONGEST_WORD))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
    )
    if without:
        builder = builder.filter(Filter.custom_stopword(list(without)))
    return builder.filter(Filter.stemmer("english")).build()
