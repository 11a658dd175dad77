"""What a word before a full stop is: an abbreviation, an initial, an ordinal, or a sentence's last.

Kinds, not a list of exceptions. Each table names the words that behave alike and says why they
do. English has tables of its own; sentencex (MIT, Wikimedia) knows the abbreviations of some
thirty other languages. It is not asked about English, where it takes "me", "ill" and "may" for
abbreviations.
"""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct


class Place(Struct, frozen=True):
    """A full stop with what stands around it.

    word: what it follows, without opening marks ("U.S", "approx", "J").
    before: the word before that, or none.
    begins: nothing of the sentence stands before `word`.
    listed: `word` is a letter after another one (A to B, vitamins A and C).
    next: what follows up to white space; a dash, where one stands before it.
    opened: a quotation mark or a list's bullet stands before `next`.
    around: the text on both sides.
    """

    word: str
    before: str
    begins: bool
    listed: bool
    next: str
    opened: bool
    around: str

    def is_common(self) -> bool:
        """Whether the text around has the next word in lower case too, so that it is no name."""
        small = self.next.rstrip(",;:.").lower()
        return small != self.next and f" {small} " in self.around


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TITLES = _words(
    """Mr Mrs Ms Mx Messrs Mme Mmes Mlle Dr Drs Prof Profs Rev Revd Hon Fr Pres Gov Govs Sen Sens
    Rep Reps Amb Atty Ald Cllr Supt Det Insp Gen Gens Lt Col Cols Capt Cmdr Cdr Comdr Maj Brig Sgt
    Cpl Pvt Pfc Spc Adm Asst Assoc Sec Rt Ven Msgr Mgr Br Gr"""
)
"""Before a name: the sentence always goes on, whatever the name is (Dr. No)."""

_LETTERS_OF_TITLES = {"fr": _words("M MM"), "es": _words("D"), "pt": _words("D")}
"""The same of other languages, where a letter is one: selon M. Le Goff."""

_LINKS = _words("approx ca cf viz vs eg ie esp incl excl resp vgl e.g i.e a.k.a")
"""Before what they bring in: the sentence always goes on."""

_NUMBERED = _words(
    """no nos nr n° nº fig figs vol vols ch chs chap p pp para paras sect art arts pt pts app ex
    ser tab eq eqs cl reg sched ver bk fn sub ext apt rm tel max est fl rte pop elev temp
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun
    in oz gal mi min mins sec secs hr hrs"""
)
"""Before a number, a part of it, or a date the sentence goes on (ch. 5, Sept. 11, 6 ft. 2 in.);
before another word most of them are plain words, which may end it (art, in, no)."""

_OF_COMPANIES = _words("Inc Corp Co Cos Ltd Bros Jr Sr Esq Assn Dept Univ Inst Govt Natl Intl Mfg")
"""Parts of names: the name may go on (Brook Co. Ltd.), or the sentence ends with it, which a word
that is no name shows."""

_OF_OTHERS = _words(
    """St Ste Mt Mts Ft Pt Ave Blvd Rd Hwy Ln Sq Pl Bldg Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill
    Ind Kan Ky La Mass Md Mich Minn Miss Mo Mont Neb Nev Okla Ore Pa Penn Tenn Tex Va Vt Wash Wis
    Wyo Ont Que Alta Proc Acad Sci Mol Biol Chem Phys Med Surg Clin Res Lett Soc Eur Int Jpn Trans
    Arch Bull Exp Syst Hist Philos Math"""
)
"""The same of places and journals, which any word may follow: St. Mark's, Proc. Natl. Acad. Sci.
USA."""

_LISTS = _words("etc al pct")
"""Before a number or a date the sentence goes on (et al. 2011); before a capital it ends."""

_LETTERED = _words(
    """ward group appendix vitamin vitamins plan type hepatitis influenza class exhibit section part
    annex schedule table figure gate terminal room block grade level team line route bus train zone
    unit wing building platform pier studio court division series serie league category tier phase
    option model party side point site sample patient witness juror person company camp layer deck
    hall lot bay berth hangar concourse bank key size cup factor protein strand cell column row
    seat car coach aisle entrance exit door area region sector district stage step paper question
    answer chapter book volume version variant strain form note rating letter drug product study
    war flat cabin lane house gruppe groupe grupo gruppo groep typ tipo klasse classe clase plano
    anhang annexe anexo allegato vitamine hépatite zona bloc bloque"""
)
"""What is numbered by letters: the letter after it is no initial."""

_COMPASS = frozenset("NSEW")
"""Letters that after a number are seldom a unit: 3170 W. Mill Road."""

_GRADED = _words("a an rated")
"""Before a letter that is a grade (a C); a name seldom follows."""

_PRONOUN_FOLLOWS = _words(
    "do does did am was have had can could will would should shall may must than as nor"
)
"""Before "I" that is no initial: as tall as I."""

_NO_WORDS = _words("hm hmm mm mmm pst psst shh sh tsk brr grr pfft nth cv tv")
"""Without a vowel and no abbreviations all the same."""

_DATES_AND_ZONES = (
    r"(?i:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)(?![\w’'])"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
    r"|(?:Eastern|Central|Mountain|Pacific|Greenwich)\b|[A-Z]{2,4}T\b|GMT|UTC"
)
"""What a clock time goes on with: 6 p.m. Eastern, 6 p.m. Wednesday."""

_STARTERS = {
    "en": _words(
        """The A An This That These Those He She It They We You I His Her Its Their Our My Your
        There Here In On At By For From With Without After Before When While Where Why How What Who
        Whose Which As If But And Or Nor Yet Not No So Then Thus Now Once Since Although Though
        Because Until Unless Despite During Under Over Between Among Both Each Every Either Neither
        Some Many Most Much More Few Several All Any Another Other Others Such Only Even Also
        However Meanwhile Moreover Nobody Nothing None Everyone Everybody Someone Is Are Was Were
        Has Have Had Do Does Did Can Could Would About Later Earlier Today Yesterday Tomorrow Last
        Next One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve Twenty Thirty Hundreds
        Thousands Dozens"""
    ),
    "de": _words(
        """Der Die Das Den Dem Er Sie Es Wir Ich Ihr Ein Eine Einen Einem Einer In Im Am An Auf Bei
        Mit Nach Von Vor Zu Zum Zur Aus Für Als Wenn Weil Und Oder Aber Doch Dann Danach Dort Da
        Dies Diese Dieser Dieses Sein Seine Ihre Man Nur Auch So Was Wer Wo Wie"""
    ),
    "fr": _words(
        """La Les Il Elle Ils Elles On Nous Vous Je Un Une Ce Cette Ces Cela En Dans Mais Et Ou Puis
        Sur Pour Par Avec Son Sa Ses Leur Quand Selon Ainsi Aussi Après Avant"""
    ),
    "es": _words(
        """El La Los Las Un Una Unos Unas En Pero Y No Se Su Sus Ella Ellos Nosotros Yo Este Esta
        Me Te Esto Estos Cuando Después Entonces Por Para Con Según También Luego"""
    ),
    "it": _words("Il Lo La I Gli Le Un Una In Ma E Non Si Egli Lei Essi Poi Quando Per Con Dopo"),
    "pt": _words("O A Os As Um Uma Em No Na Mas E Não Ele Ela Eles Depois Quando Por Para Com"),
    "nl": _words("De Het Een Hij Zij Ze Wij We Ik In Op Maar En Dat Dit Daarna Toen Er Niet Voor"),
    "ru": _words(
        "Он Она Оно Они Это Мы Вы На Но По Как Из За Его Её Их Потом Затем Там Когда Если"
    ),
    "uk": _words("Він Вона Воно Вони Це Ми Ви На Але По Як Із За Його Її Їх Потім Там Коли Якщо"),
    "pl": _words("On Ona Ono Oni Jest Był Była To Na Ale Po Jak Za Jego Jej Ich Potem Tam Gdy Nie"),
    "cs": _words("On Ona Ono Oni Je Byl Byla To Na Ale Po Jak Za Jeho Její Pak Tam Když Ve Ze Se"),
    "fi": _words("Hän He Se Ne Tämä Nämä Ja Mutta Kun Sitten Siellä Hänen Heidän Myös Jos Ei Me"),
    "sv": _words("Den Det De En Ett Han Hon Vi Jag Men Och I På Efter När Då Sedan Detta Där Inte"),
    "da": _words("Den Det De En Et Han Hun Vi Jeg Men Og I På Efter Da Så Dette Der Ikke Siden"),
    "no": _words("Den Det De En Et Ei Han Hun Vi Jeg Men Og I På Etter Da Så Dette Der Ikke Siden"),
}
"""Words that begin a sentence and, with a capital, are hardly ever part of a name. Where a word
before them may or may not end its sentence, they decide."""
_STARTERS |= {"nb": _STARTERS["no"], "nn": _STARTERS["no"]}

STARTERS = frozenset(
    word for words in _STARTERS.values() for word in words if len(word) > 1 or word == "A"
)
"""Those of all languages, less the letters that may be initials, and I."""

_ORDINALS = _words("de da no nb nn fi cs sk sl hr sr bs hu et lv pl is fo tr eu lb gsw nds dsb hsb")
"""Languages that write an ordinal as a number with a full stop: am 12. August."""

_ORDINAL_FOLLOWS = _words(
    """am der die das den dem des im zum zur vom beim ein eine einen einem einer eines jeder jede
    jeden seinem seinen seine ihrem ihren ihre diesem dieser bis ab seit und"""
)
"""German nouns have a capital, so what stands before the number tells: der 3. Versuch."""

_OF_SENTENCEX = _words(
    "am ar bg bn ca da de el es fi fr gu hi it ja kk kn ml mr my nl pa pl pt ru sk ta te uk"
)
"""The languages that sentencex has abbreviations of (1.0.32). For others it takes the English."""

_NEAR = {"no": "da", "nb": "da", "nn": "da", "sv": "da", "cs": "sk", "gl": "pt"}
"""Other languages, and a near one of these."""

_FURTHER = {
    "de": _words("Fa Hr Hrn Fr Frl Abt Abs"),
    "nl": _words("mevr mw dhr bijv"),
    "sv": _words("osv dvs kr ca evt bl iht"),
    "no": _words("osv dvs kr nr ca mht evt ev jf jfr iht pga"),
    "it": _words("sig sigg"),
    "es": _words("Avda"),
    "ru": _words("е др им пл пр ст проф акад обл рис гл табл млн млрд"),
}
_FURTHER |= {"nb": _FURTHER["no"], "nn": _FURTHER["no"]}
"""What sentencex does not know of them."""

_LETTERS = r"[^\W\d_]+"
_NUMBER = r"\d|[#§]\d"
_PART = r"[A-Z]\d|(?:[IVXLC]+|[A-Z])(?![\w'’])"
_CLOCK_TIME = r"(?i:[ap]\.m)"
_DOTTED = r"(?:[^\W\d_]{1,4}\.)+[^\W\d_]{1,4}"
# kr, spp, wk: no word of the language, so an abbreviation. With a capital it may be a name (Src).
_CONSONANTS = r"(?![A-Z]{2})(?i:[bcdfghj-np-tv-xz]{2,6})"
_ROMAN = r"[IVX]+"


def begins_sentence(word: str, language: str) -> bool:
    """Whether a word with a capital is one that begins sentences, and hardly ever a name."""
    letters = re.match(_LETTERS, word)
    return letters is not None and letters[0] in _STARTERS.get(language, ())


def ends_sentence(place: Place, language: str) -> bool:
    """Whether the full stop after a word ends its sentence, given that what follows could begin
    one: it is no lower-case letter."""
    word = place.word
    begins = begins_sentence(place.next, language)
    number = re.match(_NUMBER, place.next) is not None
    if word in _LETTERS_OF_TITLES.get(language, ()) and not place.before[-1:].isdigit():
        return False
    if word[:1].isdigit() or (language in _ORDINALS and re.fullmatch(_ROMAN, word)):
        return not _is_ordinal(place, language, begins=begins)
    if len(word) == 1 and word.isalpha():
        return _letter_ends(place, language, begins=begins, number=number)
    if word in _TITLES or word.lower() in _LINKS:
        return False
    if re.fullmatch(_CLOCK_TIME, word):
        return not re.match(_DATES_AND_ZONES, place.next)
    if word in _OF_COMPANIES:
        return place.opened or ((begins or place.is_common()) and not number)
    if word in _OF_OTHERS or re.fullmatch(_DOTTED, word):
        return place.opened or (begins and not number)
    return _word_ends(place, language, begins=begins, number=number)


def _word_ends(place: Place, language: str, *, begins: bool, number: bool) -> bool:
    """The same of a word that is no part of a name."""
    word, low = place.word, place.word.lower()
    if number and (low in _NUMBERED or low in _LISTS):
        return False
    if language == "en" and low in _LISTS:
        return True
    if language == "en" and low in _NUMBERED:
        part = word[:1].isupper() and re.match(_PART, place.next)
        return not (part or re.match(_DATES_AND_ZONES, place.next))
    if re.fullmatch(_CONSONANTS, word) and low not in _NO_WORDS:
        unit = place.before[:1].isdigit()
        name = language == "en" and word[0].isupper()
        return not number and (unit or begins or name)
    return begins or place.opened or not _is_known(word, language)


def _is_ordinal(place: Place, language: str, *, begins: bool) -> bool:
    """Whether a number and its full stop are an ordinal: am 12. August, Friedrich II. Wagner."""
    if language not in _ORDINALS or len(place.word) > 4 or begins:
        return False
    if not place.word[0].isdigit():
        return bool(place.before)
    if len(place.word) > 2:
        return False
    date = re.match(r"\d+\.", place.next) or re.fullmatch(r"\d+\.", place.before)
    return bool(date) or (language == "de" and place.before.lower() in _ORDINAL_FOLLOWS)


def _letter_ends(place: Place, language: str, *, begins: bool, number: bool) -> bool:
    """Whether a sentence ends with a single letter, which is then no initial: Ward A., 12 m."""
    letter, before = place.word, place.before
    measured = before[-1:].isdigit() and letter not in _COMPASS
    if place.begins:
        return False
    if letter.isupper() and (place.listed or before.lower() in _LETTERED):
        return True
    if re.match(r"[^\W\d_]\.", place.next):
        return False
    if letter.islower():
        known = language != "en" and _is_known(letter, language)  # в 1743 г.
        word = language != "en" and not known  # il y en a.
        if number or (letter == "v" and not measured):
            return False
        return (measured and not known) or begins or word or place.is_common()
    if measured or before.lower() in _GRADED:
        return True
    if number or begins or place.opened:
        return not number
    pronoun = letter == "I" and before.lower() in _PRONOUN_FOLLOWS
    return pronoun or (before.islower() and place.is_common())


@lru_cache(maxsize=10_000)
def _is_known(word: str, language: str) -> bool:
    """Whether a word is an abbreviation of a language other than English."""
    if word in _FURTHER.get(language, ()) or (language == "de" and word.endswith("str")):
        return True  # Bahnhofstr. 5
    language = _NEAR.get(language, language)
    if language not in _OF_SENTENCEX:
        return False
    import sentencex  # not needed to answer a question

    return len(sentencex.segment(language, f"Aa {word}. Bb")) == 1
