"""The report: one page that needs nothing but itself, whatever articles and questions hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bot.evaluation import report
from bot.evaluation.questions import LabelledQuestion, load
from bot.evaluation.report import ReportError, check, page
from bot.evaluation.risk import search
from bot.evaluation.run import DEPTH, Run, evaluate
from embeddings.encoding.light import LightEncoder
from embeddings.encoding.model import Model
from embeddings.index.rebuild import rebuild
from embeddings.index.search import Index
from tests.asking import asked
from tests.bot.evaluation.labelled import ROWS, written
from tests.conftest import MAX_BYTES, SEEDS, write

HOSTILE = "<script>alert('bridge')</script>"
BIDI = "\u202e"
REACHES_OUT = (
    r"(?i)<script|<link|<iframe|<img|<object|\bsrc=|@import|url\((?!#)|href=\"(?!#)|\bon\w+="
)


class Tags(HTMLParser):
    """What is open is closed, in order; and what there is."""

    EMPTY = ("meta", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.all if tag == name]


Ran = Callable[[Path, Sequence[LabelledQuestion]], Run]


@pytest.fixture
def ran(tmp_path: Path, model: Model, encoder: LightEncoder) -> Ran:
    """The questions, asked of the articles in a folder."""

    def run(folder: Path, questions: Sequence[LabelledQuestion]) -> Run:
        rebuild(folder, tmp_path / "index", model, max_bytes=MAX_BYTES)
        index = Index(tmp_path / "index")
        done = evaluate(
            questions,
            lambda words, hidden: asked(words, index, encoder, DEPTH, hidden=hidden),
            hide_evidence=True,
        )
        index.close()
        return done

    return run


@pytest.fixture
def hostile(tmp_path: Path, ran: Ran) -> str:
    """The report of a run in which everything that can hold markup does."""
    told = f"The bridge {HOSTILE} over the river & the road is <b>closed</b> until spring{BIDI}."
    folder = write(
        tmp_path / "<i>articles</i>",
        {
            "a <b>&.txt": f"Bridge {HOSTILE}\n\n{told}\n\nIt was built in 1931 by the town.\n",
            "b.txt": "The harbour opens at six. Nobody was hurt in the harbour on Monday.\n",
        },
    )
    rows = [
        {
            "id": "<u>1",
            "question": f"When was the bridge built {HOSTILE}?",
            "answerable": True,
            "evidence": [{"source": "a <b>&.txt", "pattern": "<b>closed</b>"}],
            "answers": ["</code><b>"],
            "kind": "<em>when",
        },
        {
            "id": "2",
            "question": "Was anybody hurt in the harbour on Monday?",
            "answerable": False,
            "evidence": [],
        },
    ]
    questions = load(written(tmp_path / "q.jsonl", rows))
    done = ran(folder, questions)
    return page(done, questions, seeds=folder, search=search(done.outcomes, 0.1))


def test_markup_of_articles_and_questions_is_shown_and_never_obeyed(hostile: str) -> None:
    tags = Tags(hostile)
    assert not {"script", "u", "i", "b", "em"} & {tag for tag, _ in tags.all}
    assert "&lt;script&gt;alert(&#x27;bridge&#x27;)&lt;/script&gt;" in hostile
    assert "a &lt;b&gt;&amp;.txt" in hostile
    assert BIDI not in hostile
    assert "&lt;em&gt;when" in hostile
    (policy,) = [own for own in tags.named("meta") if "http-equiv" in own]
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'"


def test_nothing_is_fetched(hostile: str) -> None:
    assert re.findall(REACHES_OUT, hostile.replace(" xlink:href=", " href=")) == []
    addresses = set(re.findall(r"https?://[^\"'\s)<]+", hostile))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_figures_have_words_and_tables_have_heads(hostile: str) -> None:
    tags = Tags(hostile)
    drawings = re.findall(r"<svg.*?</svg>", hostile, re.DOTALL)
    assert len(drawings) == 3
    names = []
    for drawing in drawings:
        root = ElementTree.fromstring(drawing)
        svg = "{http://www.w3.org/2000/svg}"
        assert root.get("role") == "img"
        title, summary = root.find(f"{svg}title"), root.find(f"{svg}desc")
        assert title is not None
        assert summary is not None
        assert root.get("aria-labelledby") == f"{title.get('id')} {summary.get('id')}"
        assert len(summary.text or "") > 80
        names.append(title.text)
    assert names == ["Reliability diagram", "Risk and coverage", "ROC curve of the refusal"]
    ids = Counter(attributes["id"] for _, attributes in tags.all if "id" in attributes)
    assert ids.most_common(1)[0][1] == 1
    used = set(re.findall(r'(?:url\(|href=")#([^")]+)', hostile))
    assert used <= set(ids)
    assert len(tags.named("table")) == len(tags.named("caption")) == 5
    assert all(own.get("scope") in ("row", "col") for own in tags.named("th"))
    assert tags.named("html") == [{"lang": "en"}]


def test_no_colour_is_left_that_only_suits_the_light(hostile: str) -> None:
    drawings = "".join(re.findall(r"<svg.*?</svg>", hostile, re.DOTALL))
    assert re.findall(r"#[0-9a-f]{6}\b", drawings) == []
    used, style = set(re.findall(r"var\((--[\w-]+)\)", hostile)), hostile.split("</style>")[0]
    light, dark = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    assert used <= set(re.findall(r"(--[\w-]+):", light))
    assert used - {"--font"} <= set(re.findall(r"(--[\w-]+):", dark))


def test_a_failure_stands_there_with_its_passage_and_what_was_expected(hostile: str) -> None:
    first = re.findall(r'<article class="failure">.*?</article>', hostile, re.DOTALL)[0]
    assert "<strong>a &lt;b&gt;&amp;.txt:3</strong>" in first
    (marked,) = re.findall("<mark>(.*?)</mark>", first)
    assert marked.startswith("The bridge &lt;script&gt;")
    assert marked.endswith("until spring\ufffd.")
    assert "<code>&lt;b&gt;closed&lt;/b&gt;</code>" in first
    assert re.search(r"score \d\.\d\d", first)
    assert "Another sentence is marked." in first


def test_questions_of_one_sort_have_no_roc_curve(tmp_path: Path, ran: Ran) -> None:
    folder = write(tmp_path / "articles", {"a.txt": "The bridge is closed until spring."})
    rows = [{"id": "1", "question": "Who is the mayor?", "answerable": False, "evidence": []}]
    questions = load(written(tmp_path / "q.jsonl", rows))
    text = page(ran(folder, questions), questions, seeds=folder)
    assert text.count("<svg") == 2
    assert "the questions are all of one sort" in text
    assert "Guarantee" not in text


def test_our_own_articles_and_what_stands_where(tmp_path: Path, ran: Ran) -> None:
    questions = load(written(tmp_path / "q.jsonl", ROWS))
    done = ran(SEEDS, questions)
    text = page(done, questions, seeds=SEEDS)
    assert "5 questions, 2 of them answerable" in text
    assert f"refused below a confidence of {done.answers[0].min_confidence:g}" in text
    assert len(done.answers) == len(done.outcomes)
    for outcome, given in zip(done.outcomes, done.answers, strict=True):
        assert (outcome.question, outcome.confidence) == (given.question, given.confidence)


def test_what_cannot_be_written_is_said_before_a_question_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(tmp_path / "new.html")
    with pytest.raises(ReportError, match="there is no such folder"):
        check(tmp_path / "missing" / "a.html")
    with pytest.raises(ReportError, match="it is no file"):
        check(tmp_path)
    with pytest.raises(ReportError, match="it is no file"):
        check(Path("/dev/null"))
    with pytest.raises(ReportError, match=r"does not end in \.html"):
        check(tmp_path / "questions.jsonl")
    with pytest.raises(ReportError, match="cannot be written"):
        report.write(tmp_path / "missing" / "a.html", "")
    monkeypatch.setattr(report, "find_spec", lambda name: None)
    with pytest.raises(ReportError, match="matplotlib") as refused:
        check(tmp_path / "new.html")
    assert refused.value.remedy == "Install it: pip install 'verbatim-bot[report]'"


def test_what_no_encoding_has_does_not_stop_it(tmp_path: Path) -> None:
    report.write(tmp_path / "a.html", "a\ud800b")
    assert (tmp_path / "a.html").read_bytes() == b"a&#55296;b"
