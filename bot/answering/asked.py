"""A message as people type it → what it asks.

Round a question stand greetings, thanks and words that lead to it ("could you tell me", "my
question is this:"), and before it the sentences that say what it is about, or why it is asked. It
may be an order ("tell me about", "list", "compare"). None of these are words to look for. So a
message is cut into sentences, and of each that asks only what it asks is searched; the sentences
before it are to it what came before in a conversation (followups.py).

Patterns, not a parser: what none of them takes is searched as it was typed.
"""

from __future__ import annotations

import re
from itertools import chain, pairwise
from typing import Literal

from msgspec import Struct

from bot.answering.english.joined import begins_a_question, halves
from bot.answering.english.words import AUXILIARY, FUNCTION, TITLE, WH, words_of

LONGEST = 1_000
"""Characters that are searched well: the model reads some 250 tokens. A longer message must have a
sentence that asks. A guess."""

MOST = 10
"""Questions of one message that are answered. A guess: whoever pastes more pastes a text."""

_OF_IT = 3
"""Sentences before a question that it may depend on. A guess."""

_MOST_LEADS = 8
"""Courtesies before a question that are taken off. A guess."""

Unsearched = Literal["no question", "no summaries", "too long"]
"""Why nothing is searched: a message greets or thanks; it wants a summary; it is a long text
without a sentence that asks, or with too many."""


class Asked(Struct, frozen=True):
    """What a message asks.

    Attributes:
        question: what is searched, but for what it leaves out: the message itself where nothing
            stands round it.
        before: the sentences before it that may say what it is about.
        unsearched: why nothing is searched, if so.
    """

    question: str
    before: tuple[str, ...] = ()
    unsearched: Unsearched | None = None


class _Sentence(Struct, frozen=True):
    """A sentence of a message: `text` is what it says or asks without what leads to it, "" where
    that is nothing; `is_question`: whether it is one of its own."""

    text: str
    is_question: bool = False
    is_summary: bool = False


# Words. All patterns are in lower case, and match whatever the case. What may be repeated in them
# may be so a few times: else it could be taken in very many ways.

_QUOTED = (
    r"“[^”]{0,400}”|\"[^\"]{0,400}\"|«[^»]{0,400}»|„[^“”]{0,400}[“”]|‘(?:[^’]|’(?=\w)){0,400}’"
)
_ENDS = rf"{_QUOTED}|([.?!…]+['’)\]]*|[:;]-?[()DP])(?=\s)"
_ABBREVIATIONS = TITLE | {"st", "no", "vs", "approx", "dept", "inc", "jr", "sr", "mt", "est", "cf"}
_VERBS = "|".join(word for word in sorted(AUXILIARY) if word[0].isalpha())
_OPENS = f"(?:{'|'.join(sorted(WH))}|whether|if)"
_BEGINS = (
    rf"(?:{_OPENS}|{_VERBS}|i|please|tell|give|show|find|list|compare|explain|describe"
    r"|summari[sz]e)\b"
)
_ARTICLES = (
    r"(?:(?:the|all|these|those|your|my|our|different|various|each|any|of) ){0,3}"
    r"(?:articles?|texts?|documents?|files|sources|archives?|collection|folder)\b"
)
_SOMEONE = (
    r"(?:you|someone|somebody|anyone|anybody)(?: (?:guys|all|please|kindly|perhaps|just)){0,3}"
)
_TELL = (
    r"(?:(?:please |kindly ){0,3}(?:(?:tell|show|remind|inform) (?:me|us)|let (?:me|us) know"
    r"|help (?:me|us)(?: to)? (?:find(?: out)?|understand|know)|(?:find|figure) out|look up|check"
    r"|explain|find)(?: (?:to |for )?(?:me|us))?)"
)
_KNOW = r"(?:know|say|remember|recall|have any idea)"
_ABOUT = r"(?:about|on|of|regarding|concerning)"
_GREETING = r"(?:hi+|hello|hey+|hiya|howdy|greetings|good (?:morning|afternoon|evening|day))"
_ADDRESSED = (
    r"(?: (?:there|all|again|everyone|everybody|team|(?:chat)?bot|folks|guys|friends?|assistant))"
)
_THANKS = r"(?:(?:many )?thanks|thank you|thx)"

_GREETS = (
    rf"{_GREETING}(?:,?(?:{_ADDRESSED}| you)){{0,3}}[\s.!?,]*"
    rf"|(?:{_GREETING}|dear)(?:,? [\w.’']+){{0,3}}[!,]+"
)
_COURTESIES = "|".join(
    (
        rf"(?:ok(?:ay)?,? |great,? )?{_THANKS}(?:,? (?:so|very|ever|much|a|lot|again|all|everyone"
        r"|in|advance|you|bot)){0,5}(?:,? (?:for|to|and|that|this|it) .{0,60})?(?:, \w+)?"
        r"|cheers(?:, \w+)?",
        r"(?:that|this|it)(?: was| is|['’]s) (?:very |really )?(?:helpful|useful)",
        r"(?:(?:i|we) (?:do )?)?(?:hope|trust) (?:you|this|that|all|your)\b.*|please",
        r"(?:it is |it['’]s )?nice to meet you.{0,20}|have an? (?:nice|good|great)\b.{0,30}",
        r"(?:kind|best|warm|many) (?:regards|wishes)\b.{0,40}|yours (?:truly|sincerely)\b.{0,40}",
        r"(?:any|all|your) help\b.{0,60}appreciated.{0,30}|(?:good)?bye(?: for now)?",
        r"(?:i have|i['’]ve got) (?:an?|one|another|some|two)\b.{0,20}questions?(?: for you)?",
        r"(?:i am |i['’]m )?sorry (?:to|for|about|if)\b.{0,80}|excuse me",
        r"(?:i|we) (?:am |are )?look(?:ing)? forward\b.*|see you (?:soon|later)|/\w+",
        r"ok|okay|great|cool|nice|wow|got it|i see|yes|no|sure|hm+",
        r"tell me|explain|compare|describe",
    )
)
"""Sentences that say nothing of what is asked, where no question word is in them."""

_NOT_OF_ARTICLES = "|".join(
    (
        r"(?:(?:please|can you|could you|will you) ){0,3}help"
        r"(?: (?:me|us|please|out|with this)){0,3}",
        r"(?:can|could|may|might) i (?:please )?ask (?:you )?(?:something|an?\b.{0,15} question)",
        r"how are you\b.{0,30}|who are you|what can you do|how (?:does this|do you) work",
        r"what (?:can|should|do) i (?:ask|do)(?: you| here)?|how (?:do|can) i use (?:this|it|you)",
    )
)
"""Questions that are none to the articles."""

_CLOSING = (
    rf"{_THANKS}(?: (?:so|very|ever so) much| a lot| again| in advance| for [\w ]{{1,40}}){{0,3}}"
    r"|cheers|please|by any chance"
    r"|if (?:you (?:can|could|know|may|would|please|don['’]t mind)|possible)"
)
_NO_TITLE = "".join(rf"(?<!\b{title})" for title in sorted(TITLE))
_CLOSED = (
    rf"(?:\s*{_NO_TITLE}[,;.!?–—]\s*(?:{_CLOSING})"
    rf"|(?<! they)(?<! you)(?<! we)\s+(?-i:{_CLOSING}))([.!?\s]*)$"
)
"""Courtesies at a sentence's end; in lower case where no mark is before them (Who sang Thanks?),
and not behind a title (Who is Mr. Thanks?)."""

_LEADS = "|".join(
    (
        rf"(?:{_GREETING}|dear)(?: [\w’'.]+){{0,2}}\s*[,.!:;–—-]+\s*",
        rf"{_GREETING}{_ADDRESSED}{{0,2}}\s+(?={_BEGINS})",
        r"(?:please|kindly|pls|plz),? (?-i:(?=[a-z]))",
        r"(?:so|and|but|ok|okay|well|now),? (?=(?:please|kindly|tell|can you|could you|would you"
        r"|do you know|i)\b)",
        rf"(?:so|ok|okay|well|now|right|anyway|sorry|excuse me|{_THANKS}|(?:(?:one|another|a|quick)"
        r"(?: \w+)? )?(?:question|q)|briefly|in short)\b"
        r"(?: (?:so much|very much|in advance)){0,3}\s*[,:;.!–—-]+\s*",
        rf"(?:(?:so|and|but|now),? )?(?:(?:my|our|the|an?|one|another)(?: \w+)? questions?"
        rf"|what (?:i|we)\b.{{0,30}} to (?:know|ask|find out|understand)) (?:is|was|are)"
        rf"(?: (?:this|simple|as follows|the following))?(?:\s*[:,–—-]\s*|\s+(?={_BEGINS}))",
        rf"according to {_ARTICLES},?\s+|in {_ARTICLES},\s+",
    )
)
"""What stands before a question and is none of it."""

_FRAMES = "|".join(
    (
        rf"(?:can|could|would|will|might) {_SOMEONE} (?:be (?:so kind|kind enough)(?: as)? to )?"
        rf"(?:help me )?(?:to )?(?:{_TELL}|{_KNOW})",
        r"(?:can|could|may|might) (?:i|we)(?: please)? (?:know|ask(?: you)?|find out|learn)",
        rf"would {_SOMEONE} mind (?:telling|showing) (?:me|us)",
        rf"do(?:es)? {_SOMEONE} (?:happen to |by any chance )?{_KNOW}|(?:have you )?any idea",
        rf"(?:i|we) (?:do )?hope {_SOMEONE} (?:can|could) (?:{_TELL}|{_KNOW})",
        rf"(?:if|whether) {_SOMEONE} (?:(?:can|could|would|might) (?:{_TELL}|{_KNOW})|{_KNOW})",
        r"(?:i|we)(?:['’](?:d|m|re|ve))?"
        r"(?: (?:am|are|was|were|have|been|would|just|really|also)){0,3}"
        r" (?:wonder(?:ing|ed)?|curious|asking|interested|(?:like|love|want|need|wanted|needed"
        r"|trying|curious|looking) to (?:know|ask(?: you)?|find out|learn|hear|understand|see))",
        r"(?:i|we) (?:do not|don['’]t|cannot|can['’]t|could not|couldn['’]t) (?:know|remember"
        r"|recall|find(?: out)?|see|understand|tell)",
        r"(?:i|we)(?: would|['’]d) (?:be (?:\w+ )?(?:grateful|thankful|glad|happy)|(?:\w+ )?"
        rf"appreciate it) if {_SOMEONE} (?:could|would|can) (?:{_TELL}|{_KNOW})",
        _TELL,
    )
)
_FRAME = rf"(?:{_FRAMES})(?: (?:of|about|in|please|exactly))?[,:]?\s+(?={_OPENS}\b)"
"""What makes a question an indirect one: Do you know when …?"""

_POLITE = (
    rf"(?:(?:can|could|would|will) {_SOMEONE} |please |kindly |i (?:want|need) you to ){{0,3}}"
)
_INFORMATION = (
    rf"(?:(?:do|does) {_SOMEONE} have|is there|(?:i|we) (?:want|need)|(?:i am|i['’]m) looking for)"
    r" (?:(?:any|some|more|anything|something) ){0,3}(?:information|info|details|said|written)"
)
_ORDER = (
    rf"(?P<polite>{_POLITE})(?:(?:{_FRAMES}|{_INFORMATION}|tell (?:me|us))(?: (?:more|something"
    rf"|everything|anything|all|a bit|a little|what you know)){{0,3}} {_ABOUT} |(?P<bare>"
    r"(?:describe|explain|compare(?: and contrast)?|search for|look (?:for|up)|find(?: out about)?)"
    r"(?: (?:me|us|to me|for me))? "
    r"|(?:i am|i['’]m|we are) looking for |(?:i|we) (?:want|need|would like) to know "
    r"|(?:i need|give|get|show|bring|send|list|quote|cite|enumerate|mention)(?: (?:me|us|for me))? "
    r"(?=(?:the|an?|all|any|some|every|each|what|which|whom?|how|why|when|where|his|her|its|their"
    r"|this|that|these|those|everything|\d+|\w+s)\b)))"
)
"""An order; what follows is what is to be found. A bare one may be the beginning of a question
that is none (List prices rose when?)."""

_SAID = (
    rf"(?:what|how much|everything|anything|all)(?: that)?(?: (?:do|does|did|can|have|has))? "
    rf"(?:{_ARTICLES}|you)(?: (?:have|has|can))?(?: to)? (?:say|says|said|tell|tells|reports?"
    rf"|reported|write|written|know|mention|mentions|have)(?: (?:me|us))?"
)
_SUMMARY = (
    rf"{_POLITE}(?:summari[sz]e|sum up|recap|tl;?dr|(?:(?:give|write|make|show|provide)"
    r"(?: (?:me|us))? )?(?:an? |the )?(?:\w+ )?(?:summary|overview|digest|gist|synopsis)(?: of)?)\b"
    r":?\s*"
)
_NOTHING_NAMED = (
    rf"(?:(?:all|this|that|it|them|everything|{_ARTICLES}|{_SAID}|the (?:story|stories|news"
    r"|contents?|main points|key points))(?: (?:for me|here|please))?)?"
)
_ALL_ABOUT = rf"what(?: (?:is|are)|['’]s) (?:{_ARTICLES}|this|these|all this)(?: all)? about"
_OF_ARTICLES = (
    r"(?:,? (?:as )?(?:reported|given|stated|mentioned|cited|quoted|named|found|described|told))?"
    rf" (?:by|in|of|from|across|among|between|according to) {_ARTICLES}$"
)
_NUMBER = r"(?:the )?(?:different |various )?numbers? of (?=\w+s\b|people\b)"
_FIGURES = (
    r"(?:the )?(?:different |various )?(?:figures?|numbers|values|estimates|accounts|reports)"
    r" (?:for|on|of|about) "
)
_NEXT = (
    rf"(?:{_OPENS}|can|could|would|will|do|does|did|please|thanks?|i|tell|give|show|list|compare"
    r"|explain|describe|summari[sz]e|(?:and|but|so) {_OPENS})\b"
)
_ITEM = rf"(?:[-*•‣–—]|\(?(?:\d{{1,2}}|[a-z])[.)]) +(?={_BEGINS})"
"""What stands before a question in a line of a list."""
_ITEMS = rf"(?:^|\n|(?<=[:?]) ) *(?={_ITEM})"
_MEANT = r"(?:i mean|that is|namely|specifically|in particular|the one|not the one|i['’]m asking)\b"

_IS_SO = (
    r"(?:(?:and|so|but),? )?(?:is(?:n['’]t)?|was|would) (?:that|this|it)(?: really| actually| all)?"
    r" (?:right|true|so|correct|accurate|the case|a fact)\W*"
)
_TOLD = (
    r"(?:(?:i|we)(?: was| were|['’]ve| have)? (?:been )?(?:just )?(?:told|heard|read|think|thought"
    r"|believe|believed|understand|informed)|(?:someone|somebody|people|they|a friend|my \w+)"
    r" (?:said|says|say|told me|tells me|claims?|claimed|wrote)|it is said|apparently),?(?: that)? "
)
"""What leads to a statement that a person asks about."""

_PLAIN = (
    r"(?:when|where|why|which|whose|whom|who(?! are)|how (?:many|late|long|old|far|often|did|was)"
    r"|is(?! there)|are|was|were|did|has|had)\b(?!.*(?:please|thank|thx|cheers|if |chance))"
    r"[^.?!…,;:–—/]*[?]?"
)
"""The commonest questions, which none of the patterns above takes. Compiling those takes 15 ms, and
`bot ask` should feel instant."""


def parts(message: str) -> list[str]:
    """The message cut so that each part has one question, with what stands before it; a message
    with fewer than two stays whole."""
    if re.fullmatch(_PLAIN, message, re.I):
        return [message]
    groups: list[list[str]] = [[]]
    asked = 0  # so far, one in each part but the last
    for sentence in chain.from_iterable(map(_asked_apart, _sentences(message))):
        if asked == len(groups):
            groups.append([])
        groups[-1].append(sentence)
        asked += _understood(sentence).is_question
    if asked < len(groups) > 1:  # nothing is asked after the last question
        rest = groups.pop()
        groups[-1] += rest
    return [" ".join(part) for part in groups] if 1 < asked <= MOST else [message]


def read(message: str) -> Asked:
    """What a message asks that has one question at the most; of several, the last."""
    message = " ".join(message.split())
    if len(message) <= LONGEST and re.fullmatch(_PLAIN, message, re.I):
        return Asked(message)
    sentences = [_understood(sentence) for sentence in _sentences(message)]
    said = [sentence for sentence in sentences if sentence.text]
    questions = [at for at, sentence in enumerate(said) if sentence.is_question]
    if any(sentence.is_summary for sentence in sentences) and not questions:
        return Asked(message, unsearched="no summaries")
    if not said:
        return Asked(message, unsearched="no question")
    if not questions or len(questions) > MOST:
        text = " ".join(sentence.text for sentence in said)
        too_long = len(text) > LONGEST
        return Asked(text, unsearched="too long" if too_long else None)
    at = questions[-1]
    if at and at - 1 not in questions and re.fullmatch(_IS_SO, said[at].text, re.I):
        at -= 1
        said[at : at + 2] = [_Sentence(_is_it_so(said[at].text), is_question=True)]
    after = (sentence.text for sentence in said[at + 1 :])
    meant = [own for own in after if own.endswith("?") or re.match(_MEANT, own, re.I)]
    text = " ".join([said[at].text, *meant])
    before = tuple(own.text for own in said[:at][-_OF_IT:])
    return Asked(text, before, "too long" if len(text) > LONGEST else None)


def _is_it_so(statement: str) -> str:
    """The question whether what a person says, or was told, is so."""
    claim = re.sub(f"^{_TOLD}", "", statement, flags=re.I).rstrip(" .!…")
    first, _, rest = claim.partition(" ")
    return f"Is it true that {first.lower() if first.lower() in FUNCTION else first} {rest}?"


def _sentences(message: str) -> list[str]:
    """A light split: it need not know every abbreviation, for a question has few. Each line of a
    list is apart, too."""
    starts = [match.end() for match in re.finditer(_ITEMS, message, re.I)]
    lines = (message[start:end] for start, end in pairwise([0, *starts, len(message)]))
    return [sentence for line in lines for sentence in _of_line(line)]


def _of_line(line: str) -> list[str]:
    text, start, sentences = " ".join(line.split()) + " ", 0, []
    item = re.match(_ITEM, text, re.I)
    for match in re.finditer(_ENDS, text):
        if item and match.end() <= item.end():
            continue  # 1. When did it sink?
        mark, follows = match[1], text[match.end() + 1 : match.end() + 20]
        if mark and ("?" in mark or _is_end(text[start : match.start()], mark, follows)):
            sentences.append(text[start : match.end()].strip())
            start = match.end()
    rest = text[start:].strip()
    return [*sentences, rest] if rest else sentences


def _asked_apart(sentence: str) -> list[str]:
    """The questions that are joined in a sentence; else the sentence."""
    for first, second in halves(sentence):
        if _asks_once(first):
            return [first, *_asked_apart(second)]
    return [sentence]


def _asks_once(text: str) -> bool:
    understood = _understood(text)
    words = [word.low for word in words_of(understood.text)]
    asks = words[words[:1] in (["and"], ["but"]) :][:1]
    asking = [word for word in words if word in WH]
    return understood.is_question and len(asking) < 2 and not {*asks}.isdisjoint(WH | AUXILIARY)


def _is_end(before: str, mark: str, follows: str) -> bool:
    word = before.rsplit(" ", 1)[-1].lstrip("(“\"'").lower()
    if mark[0] == "." and (word in _ABBREVIATIONS or "." in word or re.fullmatch("[a-z]", word)):
        return False
    return not follows[:1].islower() or bool(re.match(_NEXT, follows))


def _understood(sentence: str) -> _Sentence:
    """What a sentence asks or says, without what leads to it and what ends it politely."""
    sentence = re.sub(r"\s*[,;/]$", "?", sentence)  # where another question follows
    if item := re.match(_ITEM, sentence, re.I):
        sentence = sentence[item.end() :]
        unmarked = sentence[-1:].isalnum() and re.match(rf"(?:{_OPENS}|{_VERBS})\b", sentence, re.I)
        sentence += "?" if unmarked else ""
    asked = sentence.rstrip("\"”'’) ").endswith("?")
    if _is_courtesy(sentence, asked):
        return _Sentence("")
    text, leads = re.sub(_CLOSED, r"\1", sentence, flags=re.I), 0
    framed = False
    while leads < _MOST_LEADS and (lead := re.match(f"(?P<frame>{_FRAME})|{_LEADS}", text, re.I)):
        text, framed, leads = text[lead.end() :], framed or bool(lead["frame"]), leads + 1
    if text != sentence and _is_courtesy(text, asked):
        return _Sentence("")
    if re.fullmatch(_ALL_ABOUT, text.rstrip(" .?!"), re.I):
        return _Sentence("", is_summary=True)
    topic = _topic(text, asked=asked)
    if topic is not None:
        is_summary = not topic
        return _Sentence(topic, is_question=not is_summary, is_summary=is_summary)
    if framed:
        text = re.sub(r"^if\b", "whether", text, flags=re.I).rstrip(" .?!") + "?"
    elif leads and text.endswith(".") and re.match(rf"{_OPENS}\b", text, re.I):
        text = text.rstrip(".") + "?"
    words = [word.low for word in words_of(text[:100])]
    words = words[words[:1] in (["and"], ["but"]) :]
    asks = [word for word in words if word in WH | AUXILIARY]
    inverted = words[:1] == asks[:1] and (words[:1][0] in AUXILIARY or words[1:2] == asks[1:2])
    opens = inverted or (not text.endswith((".", "!")) and begins_a_question(" ".join(words)))
    is_question = framed or (bool(asks) and (asked or opens))
    return _Sentence(text[:1].upper() + text[1:] if leads else text, is_question)


def _is_courtesy(sentence: str, asked: bool) -> bool:
    plain = sentence.strip(" .?!…,;")
    if not any(map(str.isalnum, plain)):
        return True
    if re.fullmatch(_NOT_OF_ARTICLES, plain, re.I) or re.fullmatch(_GREETS, sentence, re.I):
        return True
    courtesy = re.fullmatch(_COURTESIES, plain, re.I)
    return bool(courtesy) and not asked and not re.search(rf"\b{_OPENS}\b", plain, re.I)


def _topic(text: str, *, asked: bool) -> str | None:
    """What an order is to find: "" where that is a summary of everything, None where it is none."""
    summary, order = re.match(_SUMMARY, text, re.I), re.match(_ORDER, text, re.I)
    said = re.match(f"{_SAID} {_ABOUT} ", text, re.I)
    match = summary or order or said
    if match is None or (order and asked and order["bare"] and not order["polite"]):
        return None
    rest = text[match.end() :].rstrip(" .?!")
    if summary and re.fullmatch(_NOTHING_NAMED, rest, re.I):
        return ""
    rest = re.sub(rf"^(?:(?:{_SAID}|{_ARTICLES}) )?{_ABOUT} ", "", rest, flags=re.I)
    if re.match(rf"{_OPENS}\b", rest, re.I):
        return f"{rest[:1].upper()}{rest[1:]}?"
    rest = re.sub(f"{_OF_ARTICLES}|^(?:an?|the) (?:full |complete )?list of ", "", rest, flags=re.I)
    counted = re.sub(f"^{_NUMBER}", "How many ", rest, flags=re.I)
    if counted != rest:
        return f"{counted} were there?"
    return re.sub(f"^{_FIGURES}", "", rest, flags=re.I) or None
