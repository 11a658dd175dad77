"""British spelling → American, so that a word is one however it is spelt.

Rules by the parts and ends of words, for no maintained library has them. Of breame's 1,730 pairs (a
table of 2021, 110 kB to load) nine in ten become one word; not so rare ones, and those that are
another word in American (storey, tyre, cheque).
"""

from __future__ import annotations

import re
from functools import cache

_PARTS = dict(
    pair.split()
    for pair in """
aeroplan airplan, aetiolog etiolog, aluminium aluminum, anaesth anesth, anaem anem, archaeol
archeol, artefact artifact, caesarea cesarea, diarrhoea diarrhea, draught draft, encyclopaed
encycloped, faec fec, foet fet, glycaem glycem, grey gray, gynaec gynec, haem hem, homoeo homeo,
leukaem leukem, louvr louver, manoeuv maneuv, mediaev mediev, mould mold, moult molt, moustach
mustach, oedem edem, oesoph esoph, oestr estr, paed ped, palaeo paleo, plough plow, primaev
primev, pyjama pajama, sceptic skeptic, skilful skillful, sulph sulf, tranquill tranquil, wilful
willful, yoghurt yogurt
""".split(",")
)
"""What is spelt otherwise wherever it stands in a word."""
_WORDS = """
ageing aging, cosy cozy, jewellery jewelry, judgement judgment, kg kilogram, km kilometer, mollusc
mollusk, omelette omelet, practise practice, practised practiced, practising practicing, programme
program, woollen woolen, woolly wooly
"""
"""British and American, in the singular; units by their names."""
_WITH_S = """
adv advert anti apprent appr ar chem circumc comp comprom compr conc conn counterp dem den desp dev
disenfranch enfranch enterpr exc exerc expert franch gu disgu improv inc marqu merchand misadv parad
porp prem prec pr prom r rem repr reprom rev superv suppr surm surpr telev tort treat v
""".split()
"""What stands before "-ise" where Americans too write an "s": advise, promise, rise."""
_OUR = """
arb ard arm behavi cand clam clang col demean disfav dol enam endeav fav ferv flav glam harb hon hum
lab misdemean neighb od parl ranc rig rum sav savi splend succ tum val vap vig
""".split()
_RE = """
calib cent epicent fib goit lit lust met mit och reconnoit sab saltpet sepulch somb spect theat
centilit centimet kilomet lacklust maneuv meag millilit millimet scept
""".split()
_LL = """
apparel barrel bedevil bejewel bevel cancel carol channel chisel council counsel cudgel dial
disembowel dishevel drivel duel enamel equal fuel funnel gambol gravel grovel gruel imperil initial
jewel label level libel marshal marvel medal model panel parcel pedal pencil quarrel ravel refuel
revel rival shovel shrivel signal snivel snorkel spiral squirrel stencil swivel tassel towel trammel
travel trial tunnel unravel weasel yodel
""".split()
_ISE = "is(e|ed|es|er|ers|ing|ingly|able|ably|ation|ations|ational|ement)"
_RULES: tuple[tuple[str, str, str], ...] = (
    (
        "is",
        rf"(?!(?:im|un|re|up|non|pre|sun|high)?(?:{'|'.join(_WITH_S)}|.*w){_ISE}$)(.{{2,}}[^aou]){_ISE}",
        r"\2iz\3",
    ),
    ("ys", r"(.*(?:an|par|cat|hydr|electr|breath)[ao]l)ys(e|ed|er|ers|ing)", r"\1yz\2"),
    ("our", rf"((?:dis|un|multi|tri|mis|be)?(?:{'|'.join(_OUR)}))our(.*)", r"\1or\2"),
    ("re", rf"((?:amphi|micro|out)?(?:{'|'.join(_RE)}))re(s|pieces?|glass|goers?|)", r"\1er\2"),
    ("r", rf"((?:out)?(?:{'|'.join(_RE)}))r(ed|ing|able)", r"\1er\2"),
    ("ll", rf"((?:un|re|mis)?(?:{'|'.join(_LL)}))l(ed|ings?|ers?|ors?|ists?|ous|ously)", r"\1\2"),
    ("l", r"(fulfil|enrol|distil|instil|instal|enthral|appal)(s|ments?)?", r"\1l\2"),
    ("ence", r"(def|off|pret|lic)ence(s|less|d)?", r"\1ense\2"),
    ("ogu", r"(catal|dial|anal|monol|epil|prol|travel)ogu(?:e(s|d)?|ing)", r"\1og\2"),
    ("gramme", r"(.*gram)me(s?)", r"\1\2"),
)
"""What a word has that the rule may be of, the rule for a whole word, and what it becomes."""


def american(word: str) -> str:
    """A word in small letters as it is spelt in American."""
    if word in _words():
        return _words()[word]
    for british, spelling in _PARTS.items():
        if british in word:
            word = word.replace(british, spelling)
    for part, rule, spelling in _RULES:
        if part in word and (match := re.fullmatch(rule, word)):
            return match.expand(spelling)
    return word


@cache
def _words() -> dict[str, str]:
    pairs = [pair.split() for pair in _WORDS.split(",")]
    plurals = [(f"{british}s", f"{spelling}s") for british, spelling in pairs]
    return {**dict(pairs), **dict(plurals)}
