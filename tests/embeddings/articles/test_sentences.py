from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.articles.sentences import LONGEST_SENTENCE, sentences, trim
from tests.eval.sentences import FOLDER, HALVES, bounds, paragraphs


def texts(paragraph: str, language: str = "en") -> list[str]:
    bounds = sentences(paragraph, 0, len(paragraph), language)
    return [paragraph[first:last] for first, last in bounds]


def check(marked: str, language: str = "en") -> None:
    """Cut where "|" stands, and nowhere else."""
    assert texts(marked.replace("|", ""), language) == [part.strip() for part in marked.split("|")]


@pytest.mark.parametrize(
    "text",
    [
        "Florida Gov. Ron DeSantis spoke.| He left.",
        "The U.S. Senate met.| It was in the U.S. on Friday.",
        "It was to start at 6 p.m. Eastern, they said.| It did not.",
        "At around 10 p.m. Musk tweeted.| It was 6 a.m.| My father ran.",
        "They met at 6 p.m. Wednesday.| At 7 p.m. the room closed.| He left at 8 p.m.| She stayed.",
        "It was Ms. Nora Quill.| Mr. No met Sens. Lee and Fox, and Cllr. Ray.| It ended.",
        "J. K. Rowling and Elon R. Musk met Dr. Smith on Jan. 5.| It rained.",
        "It rose 2.5 percent to $5.3 million.| Nobody knew why.",
        "“It’s a beta test that never ended.”| He left.| “We melted the internet,” he said.",
        '"It ended," he said.| "Why?" she asked.',
        "Sen. Tim Scott, R-S.C., said no.| Others agreed.",
        "He said so.”|Sacks once more recognized the errors.",
        "Mr. and Mrs. Jones v. Brown Inc. was heard by Lt. Col. Ray.| The D.C. court ruled.",
        "What?!| Really...| Yes.",
    ],
)
def test_sentence_bounds(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    "text",
    [
        "It seats approx. 1,200 guests.| The rest stand.",
        "Read chap. 9 and pp. 4-7.| Vols. 2 and 3 are lost.| Vol. IV is here.",
        "They took the road to Mt. Kell and Ft. Dunn.| Snow fell.",
        "It costs kr. 45 a week.| Nobody pays it.",
        "Bray et al. (1999) disagree.| Bray et al. [3] do not.| See Bray et al.| It is short.",
        "He bought eggs, milk, etc. at the shop.| He paid.",
        "The firm (Hale Bros. Ltd.) was sold.| He works for Hale Inc.| It pays well.",
        "He works for Hale Inc.| Rivals do not, and rivals matter.",
        "Lots nos. 5 and 6 were sold, cf. Table 2.| Built ca. 1710, it fell in Sept. 1755.",
        "He lives at 12 Oak St. in Tampa, Fla., with a cat.| He met the Assn. of Mills.",
        "It is 4 ft. 3 in. wide.| It is 2 yds. long.| He gets 5 mg. a day.| It helps.",
        "Eq. 4 holds; eqs. 5-7 do not.| See App. B for proof.| He studied art.| Paint is dear.",
        "Lt. Gov. Ray and Asst. Sec. Lowe met Rep. Cho at Ave. B.",
        "Tel. 555 0101 or write.| Est. 1902, it ran till 1950.| The No. 1 song, No. 5 perfume.",
        "The U.S. Navy and the U.K. Treasury met in the U.S.| They left.",
        "ST. PAUL, Minn. (AP) — The mill shut.| AAS, D.C. — The mill shut.| It ended.| — The rest.",
        "See Proc. Natl. Acad. Sci. USA 93, 15174, and J. Mol. Biol. 147.| They differ.",
        "He was ill.| Doctors came.| He saw me.| Children may.| Adults may not.",
        "It acts in the CNS.| METHODS Mice got Src.| Cells of the 52nd wk.| Growth is slow.",
        "MR. HALE OF ST. OLAF INC. WON.| THE REST LOST.",
    ],
)
def test_a_full_stop_after_an_abbreviation(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    "text",
    [
        "It is in Block C.| Nobody lives there now.| Seats are in Row F.| Meals are served.",
        "The wind blew at 90 km/h.| A roof flew off.| The plank was 3 m.| Children sat on it.",
        "They lack vitamin D.| Sunlight helps.| He has hepatitis C.| Patients were told.",
        "He scored a B.| Teachers were pleased.| England drew Group F.| Spain has Group G.",
        "See Annex C.| Plans are on page 2.| It froze at 0 C.| Pipes burst.| It has 5 V.| Phones",
        "Samuel L. Mott sang.| George R. R. Hale wrote.| Ask John Q. Public.| He left.",
        "J. S. Mill and W. E. B. Dunn met H. G. Poole.| The book of C. Darwin is by A. Holt.",
        "He was Malcolm X.| He died young.| She loved Henry V.| It was a play.",
        "Nobody is as tall as I.| Giants are.| Daniel I. Linzer left World War I.| Peace came.",
        "Roe v. Wayne was cited in Dow v. State.| Turn at 3170 W. Mill Road.",
        "It is in Group B.| M. Berg scored.| The film is by J. J. Abney.| It is long.",
        "The letter was signed “K.”| Nobody knew him.| See a mutation, p. Leu127.",
        "We found variant b.| The next one was not.",
        "The road runs from A to B.| Cars use it.| It has vitamins A and E.| Children need them.",
        "“Ward A.| Eleven of us lay there,” he said.| Ask I. Newton.| Few run as I.| Bo can.",
    ],
)
def test_a_full_stop_after_a_single_letter(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    ("opens", "closes"),
    [
        ("'", "'"),
        ('"', '"'),
        ("‘", "’"),
        ("“", "”"),
        ("«", "»"),
        ("« ", " »"),
        ("„", "“"),
        ("»", "«"),
        ("「", "」"),
    ],
)
def test_sentences_of_a_quotation_are_cut_whatever_marks_it_has(opens: str, closes: str) -> None:
    check(f"{opens}We sank at dawn.| The boat is gone.| All live,{closes} the mate said.| He left.")
    check(f"The mate said: {opens}We sank.| The boat is gone.{closes}| He left.")
    check(f"{opens}Where is it?{closes} he asked.| {opens}Gone!{closes}| {opens}Gone?{closes}")


@pytest.mark.parametrize(
    "text",
    [
        "“No!” Mary Ann Lee shouted.| “No!”| Nobody came.| “Stop!” said the guard.",
        "He called it “the end.”| She did not.| Did he say “no”?| He did.",
        "“He asked ‘Who?’ and left.| I stayed.”| “‘Who?’ he asked.| I said, ‘Me.’”| They laughed.",
        'He knew "the problem. "| Nobody did.| The book “Who Goes There?” sold well.',
        "“It's over,” he said; “go home.”| “A.”| “B.”",
    ],
)
def test_who_speaks_stands_with_the_words_that_were_said(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    "text",
    [
        "See http://a.b/c.d?e=1.| Mail bo.ek@firm.co.uk now.| Open main.rs or notes.TXT.| Good.",
        "He slept... and woke.| Then...| Nothing.| It broke.| ... Lee left.| Wait . . . stop.",
        "He said [...] that it ended.| The [...] Act passed.| He won(!) twice.",
        "She ran 3.2 miles in 1990.| 12 others did not.| $3 million was lost.",
        "He left (it was late).| She stayed.| (Nobody knew why.| Nobody asked.)| It rained.",
        "The rule (see note 4. It is long.) was dropped.| Really?!| Yes!!!",
        "It began.[2]| It ended.[citation needed]:14| It rained.:93| Nobody came.",
        "• Milk.| • eggs.| 1. Milk is out.| 2. Eggs are in.",
        "(a) the buyer pays.| (b) the seller sues.",
        "Section 4. The tenant pays.| Q. When was it?| A. In May.| P.S. The keys are here.",
        "It ended.|The next began.|“Why?” he asked.|Use Node.js or System.Out here.",
        "He has a Ph.D.| He has no M.A. (Hons).| Louis Jr. sang.| So did Hal Sr.| They bowed.",
        "iPads sold out.| eBay did well.| p53 was found.| Yahoo! Japan was not.",
        "we left early.| nobody saw us.| louis b. mayer of apple inc. paid approx. 40 dollars.",
        "The cus-\ntoms ended it.| It was Inc.-\nowned.",
        "(1) They met.| (2) They left.| It rose (see p. 4).|Rain fell (SAP).|Methods follow.",
        "It rose in 1990.|The rest fell.| siRNAs did not.| α2-Chimaerin did.| Try get(x).Value.",
        "**Done.**| _Who?_| *Nobody.*| It ended.¹| It began.",
        "Step 1. Mix it.| Pop. 4,200.| Dated Sat. Oct. 4, at 5 p.m.| Mary and Augustus left.",
        "It was 6 a.m.| Police came at 7 p.m. Monday.| By 8:30 p.m. Berg had left.| He ate a fig.",
    ],
)
def test_other_marks_in_a_sentence(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Der Markt am 12. August fällt aus.| Am 3. Mai war er offen.| Es regnete."),
        (
            "de",
            "Er kam z. B. nie, d. h. selten.| Das war usw. bekannt.| Lutz wohnt Talstr. 5.",
        ),
        ("de", "Der 2. Weltkrieg endete 1945.| Danach kam Ruhe.| Sie wohnt in Nr. 12.| Er nicht."),
        ("de", "Friedrich II. Wagner blieb im 18. Jahrhundert.| Am 31. 12. 2019 war Schluss."),
        ("da", "Den 12. august kom han.| Han gik kl. 8 med bl.a. Per, dvs. chefen."),
        ("nb", "Den 17. mai er hun her.| Det koster ca. 300 kr. i uka, f.eks. Mandag."),
        ("fi", "Hän tuli 12. elokuuta.| Sitten hän lähti esim. Ouluun."),
        ("cs", "Přišel 12. srpna.| Karel IV. byl král, např. Český.| Odešel."),
        ("fr", "Il a dit : « Oui.| Non. »| Puis M. Dupont est parti.| L'art. 5 suffit."),
        ("fr", "Le maire, M. Le Bihan, et MM. Les Roux ont signé.| Il mesure 12 m.| Il reste."),
        ("es", "¿Qué?| ¡No!| Vino el Sr. Pérez.| —¿Vienes? —preguntó Ana.| —No.| Me quedo."),
        ("it", "Il sig. Rossi è qui.| L'art. 5 dice di no.| «Vai.| Resta», disse."),
        ("nl", "Dhr. Smit en mevr. Bos kwamen.| Zij bleven bijv. lang."),
        ("ru", "Были суп, хлеб и т. д.| Потом ушли.| Он жил на ул. Ленина."),
        ("ru", "Он пришёл в 1990 г. и ушёл.| А. С. Пушкин писал.| «Да.| Нет», — сказал он."),
        ("ru", "Мост построил в 1911 г. Павел Крог.| Он стоит и теперь.| См. рис. Крога."),
        ("ru", "Это было в 1911 г.| Потом он жил на пл. Мира, т. е. Петрова, до 1920 гг. Войны."),
        ("uk", "Міст збудував у 1911 р. Павло Крог.| Він стоїть."),
        ("el", "Ήρθες;| Ναι.| Έφυγε."),
        ("zh", "他来了。|她走了！|真的吗?|版本3.5好。|“我走了。|你呢？”他说。|她没有回答。"),
        ("ja", "彼は来た。|「はい。|そうです。」と言った。|彼女は笑った。|本当？|うん！"),
        ("ko", '그는 왔다.| 그녀는 갔다.| "가자."| 그가 말했다.'),
        ("hi", "वह आया।| वह गया।|क्या यह सच है?| हाँ।"),
        ("ar", "جاء الرجل.| هل ذهب؟| نعم!"),
        ("hy", "Նա եկավ։| Նա գնաց։"),
        ("xx", "Dr. Who came at noon.| Nobody saw him."),
    ],
)
def test_other_languages(language: str, text: str) -> None:
    check(text, language)


def test_a_word_that_the_text_has_in_lower_case_is_no_name() -> None:
    check("Miners dug many shafts and one named C.| Mules pulled carts, and mules died.")
    check("The yard belongs to Brook Corp.| Workers there, and workers elsewhere, struck.")


def test_they_stand_where_they_say_in_the_whole_text() -> None:
    text = "Not this. \nBut this.  And that.\n Nor this."
    spans = list(sentences(text, 11, 32))
    assert [text[first:last] for first, last in spans] == ["But this.", "And that."]


def test_a_line_end_inside_a_sentence_is_a_space() -> None:
    assert texts("It began at\r\n6 p.m. on\nFriday. It ended.") == [
        "It began at\r\n6 p.m. on\nFriday.",
        "It ended.",
    ]


def test_none_is_very_long_and_no_character_is_lost() -> None:
    for text in ("word " * 400, "x" * 2000, "word " * 100 + "y" * 1900):
        spans = list(sentences(text, 0, len(text)))
        assert max(last - first for first, last in spans) <= LONGEST_SENTENCE
        assert "".join(text[first:last] for first, last in spans).replace(" ", "") == (
            text.replace(" ", "")
        )


@pytest.mark.parametrize("half", HALVES)
def test_labelled_bounds_are_found(half: str) -> None:
    wrong = total = 0
    for paragraph in paragraphs(FOLDER / f"{half}.txt"):
        labelled = bounds(paragraph.text, paragraph.sentences)
        wrong += len(labelled ^ bounds(paragraph.text, texts(paragraph.text)))
        total += len(labelled)
    assert total > 100
    assert wrong <= total * 0.03


_PIECES = st.sampled_from(
    [
        *".!?…;,:'\"“”‘’«»„()[] \n\t-—•1",
        "A",
        "b",
        "The",
        "he",
        "Inc",
        "p.m",
        "ö",
        "好",
        "。",
        "」",
        "।",
    ]
)


@given(
    st.one_of(st.text(), st.lists(_PIECES).map("".join)),
    st.sampled_from(["en", "de", "fr", "ja", "hi", "el", "nb", "qq", ""]),
)
def test_bounds_are_in_order_and_only_white_space_is_outside(text: str, language: str) -> None:
    spans = list(sentences(text, 0, len(text), language))
    assert all(first < last for first, last in spans)
    edges = [0, *itertools.chain(*spans), len(text)]
    assert edges == sorted(edges)
    gaps = zip(edges[::2], edges[1::2], strict=True)
    assert not "".join(text[first:last] for first, last in gaps).strip()


@pytest.mark.parametrize(
    "unit",
    """......... . '_ ." .“A A._ a._ ( (. [. .( ._(A Inc._X_ .  -._ …… 。「 1._ a A.B ."Ab e.g._ ß!
    !'_A_b_ I._The_""".split(),
)
def test_a_long_hostile_text_takes_no_long_time(unit: str) -> None:
    text = unit.replace("_", " ") * (100_000 // len(unit))
    assert sum(last - first for first, last in sentences(text, 0, len(text))) > 0


def test_trim_leaves_out_white_space_at_both_ends() -> None:
    assert trim("  a b\n", 0, 6) == (2, 5)
    assert trim("    ", 0, 4) == (4, 4)
