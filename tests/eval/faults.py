"""Do the inputs of ../shared/faults give the right values? By command, each in its own folder.

    python -m tests.eval.faults [KIND ...]

A line for each: whether it is right, the kind, what was asked, what came. Inputs and commands are
read from the reports in ../shared/faults; only what is right stands here. What a report leaves to
reading is asked too, and counted apart: it is measured here, not required; nor is what we hold to
be arguable, for the reason that is printed. The process ends with 1 where something required is
wrong.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct

PROJECT = Path(__file__).parents[2]
SHARED = PROJECT.parent / "shared"
FAULTS = SHARED / "faults"
BOT = (sys.executable, "-m", "bot")
NO_OVERRIDE = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Before a command: root, too, then may read only what the rights allow."""


class Outcome(Struct, frozen=True):
    """What a command printed, and its exit code."""

    printed: str
    told: str
    code: int

    @property
    def answer(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.printed)
        return parsed

    @property
    def first(self) -> dict[str, Any]:
        """The first citation; nothing in it where there is no answer."""
        return next(iter(self.answer["citations"]), {"source": "", "highlight": {"text": ""}})

    @property
    def marked(self) -> str:
        """The marked sentence, in one line."""
        return " ".join(self.first["highlight"]["text"].split())


Right = Callable[[Outcome], bool]


class Case(Struct, frozen=True):
    """A command with what is right of it. `read`: what decides is what the reader reads;
    `arguable`: why it may be otherwise."""

    kind: str
    asked: str
    run: Callable[[], Outcome]
    right: Right
    read: bool = False
    arguable: str = ""


# What can be right


def marks(
    source: str, begins: str = "", ends: str = "", *, line: int = 0, answer: str = ""
) -> Right:
    """An answer from a source whose mark begins and ends so, on that line, with that short answer
    in it."""

    def right(outcome: Outcome) -> bool:
        short = (outcome.first["highlight"].get("answer") or {"text": ""})["text"]
        return (
            outcome.code == 0
            and unicodedata.normalize("NFC", outcome.first["source"]).startswith(source)
            and line in (0, outcome.first["highlight"]["start_line"])
            and outcome.marked.startswith(begins)
            and outcome.marked.endswith(ends)
            and answer in short
        )

    return right


def refuses(outcome: Outcome) -> bool:
    """The articles are said not to answer."""
    return outcome.code == 1


def is_done(outcome: Outcome) -> bool:
    """The command did what it was told."""
    return outcome.code == 0


def every(*checks: Right) -> Right:
    """All of these."""
    return lambda outcome: all(check(outcome) for check in checks)


def either(*checks: Right) -> Right:
    """Any of these."""
    return lambda outcome: any(check(outcome) for check in checks)


def cites(*sources: str) -> Right:
    """Each of these sources has a passage of its own."""

    def right(outcome: Outcome) -> bool:
        own = {citation["source"] for citation in outcome.answer["citations"]}
        return own >= set(sources)

    return right


def apart(outcome: Outcome) -> bool:
    """No passage is folded into another."""
    return not any(citation["also_in"] for citation in outcome.answer["citations"])


def figures(*values: str) -> Right:
    """Figures side by side: each of these is in one of its own."""

    def right(outcome: Outcome) -> bool:
        stated = [statement["value"] for statement in outcome.answer.get("agreement", [])]
        return all(any(value in words for words in stated) for value in values)

    return right


def no_different_figures(outcome: Outcome) -> bool:
    """Nothing is said to differ."""
    return len(outcome.answer.get("agreement", [])) < 2


def titled(title: str, published: str | None = None) -> Right:
    """The article is called so, and of that day."""

    def right(outcome: Outcome) -> bool:
        shown = outcome.first
        return shown.get("title") == title and shown.get("published") == published

    return right


# How commands are run


def run(*arguments: str, cwd: Path, stdin: str = "", before: Sequence[str] = ()) -> Outcome:
    """A command of the program, in a folder."""
    result = subprocess.run(
        [*before, *BOT, *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )
    return Outcome(result.stdout, result.stderr, result.returncode)


def ask(question: str, seeds: Path, *options: str, stdin: str = "") -> Outcome:
    """A question put to a folder."""
    arguments = ("ask", "--json", "--seeds", str(seeds), *options, "--", question)
    return run(*arguments, cwd=PROJECT, stdin=stdin)


# The cases


def _commands(folder: Path) -> list[str]:
    """What a report has behind `bot`, command by command."""
    return re.findall(r"`bot ((?:ask|show|eval) [^`]*)`", (folder / "README.md").read_text())


def _of_folder(kind: str, expected: Sequence[Right], *options: str) -> Iterator[Case]:
    """The first commands of a folder's report, with what is right of each."""
    folder = FAULTS / "turn-2b" / kind
    commands = [command for command in _commands(folder) if command.startswith("ask")]
    for command, right in zip(commands[: len(expected)], expected, strict=True):
        command, _, file = command.partition(" < ")
        words = shlex.split(command)[1:]
        stdin = (folder / file).read_text() if file else ""
        own = [] if "--seeds" in words else ["--seeds", "articles"]
        own += [] if "-k" in words else [*options] or ["-k", "1"]
        own += [] if "--json" in words else ["--json"]

        asking = partial(run, "ask", *own, *words, cwd=folder, stdin=stdin)
        yield Case(kind, file or words[-1], asking, right)


def of_folders() -> Iterator[Case]:
    """The folders of turn-2b that need nothing but their articles."""
    yield from _of_folder(
        "abbreviations",
        [
            marks("tides.txt", "The Tide", "14 cm."),
            marks("hall.txt", "The hall holds", "400 people."),
            marks("hall.txt", "The rules", "parish book."),
            marks("hall.txt", "The road to", "closed."),
            marks("tides.txt", "Vol. 3", "figures."),
        ],
    )
    yield from _of_folder(
        "copies-that-differ",
        [
            every(cites("verdict-first.txt", "verdict-corrected.txt"), apart),
            every(
                cites("2022-04-04-slide.txt", "2022-04-05-slide.txt"),
                apart,
                figures("hree", "ive"),
            ),
            every(cites("ferry-a.txt", "ferry-b.txt"), apart),
        ],
    )
    yield from _of_folder(
        "dates-in-digits",
        [
            marks("room.txt", "The last book"),
            marks("lift.txt", "The lift", answer="03.04.2019"),
        ],
    )
    yield from _of_folder(
        "front-matter",
        [
            every(marks("dots.md", "The salt"), titled("Salt works at Vesle", "2021-02-03")),
            every(marks("plus.md", "A tar boat"), titled("Tar boat found", "2020-04-05")),
            every(marks("chapel.txt", "The chapel"), titled("Chapel sold", "2017-01-02")),
            either(marks("underlined.md", "The well"), refuses),
            every(marks("code.md", "The sluice"), titled("code")),
        ],
    )
    yield from _of_folder("long-question", [marks("mill.txt", "The paper mill")] * 3)
    yield from _of_folder(
        "long-quotes",
        [
            marks("ferry.txt", "We drifted", "minutes."),
            marks("lock.txt", "They sent", "four."),
        ],
    )
    yield from _of_folder(
        "negation",
        [
            marks("mussels.txt", "Mussels from Ryfoss"),
            marks("vaccine.txt", "People over"),
            marks("dam.txt", "The teacher"),
            marks("oysters.txt", "No oysters"),
        ],
    )
    yield from _of_folder(
        "number-forms",
        [
            *[marks("fund.txt", "The harbour fund")] * 3,
            no_different_figures,
            marks("prices.txt", "The soup"),
        ],
    )
    yield from _of_folder("pictures", [marks("bridge.md", "The old bridge", "1988.")])
    yield from _of_folder(
        "single-letter-end",
        [
            marks("wards.txt", "Eleven", "Ward B."),
            marks("gale.txt", "The roof", "off."),
            marks("oranges.txt", "Sailors", "day."),
        ],
    )
    yield from _of_folder("stop-words-only", [marks("concerts.txt", "The Who")] * 3)
    yield from _of_folder(
        "symbols",
        [marks("bonds.txt", "The bonds of Sandvik"), marks("bonds.txt", "The bonds of Elvik")],
    )


def of_files(places: Path) -> Iterator[Case]:
    """The folders of turn-2b that need a file, a name or rights made first."""
    articles = places / "decomposed" / "articles"
    articles.mkdir(parents=True)
    name = "café-prices.txt"
    (articles / unicodedata.normalize("NFD", name)).write_text(
        "Café prices\n\nThe soup costs 9 crowns.\n"
    )
    labelled: dict[str, Any] = {"id": "q1", "question": "What does the soup cost?"}
    labelled |= {"answerable": True, "evidence": [{"source": name, "pattern": "9 crowns"}]}
    (articles.parent / "q.jsonl").write_text(json.dumps(labelled) + "\n")
    kind, at = "decomposed-file-name", articles.parent
    yield Case(
        kind,
        "What does the soup cost?",
        partial(ask, "What does the soup cost?", articles, "-k", "1"),
        marks("café", "The soup"),
    )
    for command in (f"show --seeds articles {name}:3", "eval q.jsonl --seeds articles"):
        yield Case(kind, command, partial(run, *command.split(), cwd=at), is_done)
    yield from _part_unreadable(places / "part")
    yield _config(places / "config")


def _part_unreadable(place: Path) -> Iterator[Case]:
    """A folder that may not be listed, then one that is emptied; each asked of twice."""
    shutil.copytree(FAULTS / "turn-2b/part-unreadable", place)
    question = next(iter(_commands(place))).partition('"')[2].strip('"')
    closed = place / "articles/closed"
    asking = ("ask", "--json", "-k", "1", "--seeds", "articles", question)

    def is_said(outcome: Outcome) -> bool:
        unread = [entry["source"] for entry in outcome.answer.get("unread", [])]
        return "removed" not in outcome.told and any("closed" in source for source in unread)

    def barred() -> Outcome:
        run("rebuild", "--seeds", "articles", cwd=place)
        closed.chmod(0)
        try:
            return run(*asking, cwd=place, before=NO_OVERRIDE)
        finally:
            closed.chmod(0o755)

    def emptied() -> Outcome:
        run("rebuild", "--seeds", "articles", cwd=place)
        (closed / "mill.txt").rename(place / "mill.txt")
        try:
            return run(*asking, cwd=place)
        finally:
            (place / "mill.txt").rename(closed / "mill.txt")

    for times in ("once", "again"):
        yield Case("part-unreadable", f"may not be listed, asked {times}", barred, is_said)
    for times in ("once", "again"):
        yield Case(
            "part-unreadable",
            f"emptied, asked {times}",
            emptied,
            lambda out: "removed" not in out.told and "closed" in out.told,
        )


def _config(place: Path) -> Case:
    (place / "verbatim-bot").mkdir(parents=True)
    (place / "verbatim-bot/config.toml").write_bytes(b"\xef\xbb\xbfmin_confidence = 0.3\n")

    def status() -> Outcome:
        return run("status", "--json", cwd=PROJECT, before=("env", f"XDG_CONFIG_HOME={place}"))

    return Case("config-byte-order-mark", "status", status, is_done)


def of_list(places: Path) -> Iterator[Case]:
    """The numbered faults of turn-2.md that give their input."""
    text = (FAULTS / "turn-2.md").read_text()
    items = {int(item[1]): item[2] for item in re.finditer(r"(?m)^(\d+)\. (.*)$", text)}

    def case(
        number: int, article: str, question: str, right: Right, *, name: str = "a.txt", read: bool
    ) -> Case:
        folder = places / f"item-{number}-{len(question)}"
        folder.mkdir(parents=True)
        (folder / name).write_text(article.replace("⏎", "\n") + "\n")
        asking = partial(ask, question, folder, "-k", "1")
        return Case(f"turn-2, {number}", question, asking, right, read)

    def quoted(number: int) -> list[str]:
        return re.findall(r'"([^"]+)"', items[number])

    article, question, *_ = quoted(1)
    yield case(1, article.strip("…⏎"), question, _over, read=False)
    article, question, *_ = quoted(2)
    yield case(2, article, question, marks("a.txt"), read=False)
    (article, *_) = quoted(4)
    question = article.split("⏎")[0].removeprefix("Q: ")
    yield case(4, article, question, marks("a.txt", "A:"), read=False)
    row, header, question = quoted(5)[:3]
    table = f"{header}⏎|---|---|⏎| Aas | 25 |⏎{row}⏎| Moss | 40 |"
    yield case(5, table, question, marks("a.md", row[:6]), name="a.md", read=False)
    second, first, question = quoted(6)[:3]
    yield case(6, f"{first}⏎{second}", question, marks("a.txt", second[:5]), read=True)
    (article, *_) = quoted(7)
    yield case(7, article, "Niebüll Bahnhof", marks("a.txt", "Der", "eröffnet."), read=False)
    article, *questions = quoted(10)[:3]
    for question, begins in zip(questions, ("Her deputy", "She gave"), strict=True):
        yield case(10, article, question, either(marks("a.txt", begins), refuses), read=True)
    article, question = quoted(11)[:2]
    yield case(11, f"{article} by the harbour court.", question, marks("a.txt"), read=False)


def _over(outcome: Outcome) -> bool:
    """The mark is one sentence over several lines."""
    mark = outcome.first["highlight"]
    whole = outcome.marked.endswith("museum.") and outcome.marked.startswith("decided")
    return whole and mark["end_line"] > mark["start_line"]


def of_chat() -> Iterator[Case]:
    """The section "Answers" of chat-turn-2.md: over the five articles, then over our own."""
    text = (FAULTS / "chat-turn-2.md").read_text().partition("## Answers")[2]
    rows = {int(row[1]): row[2].strip() for row in re.finditer(r"\| (\d+) \| ([^|]*) \|", text)}
    peak, followers = rows[13], rows[12]

    def case(
        number: int,
        question: str,
        right: Right,
        *,
        after: Sequence[str] = (),
        read: bool = False,
        arguable: str = "",
    ) -> Case:
        seeds = SHARED / "articles" if number <= 16 else PROJECT / "seeds"
        before = [option for earlier in after for option in ("--after", earlier)]
        asking = partial(ask, question, seeds, *before)
        return Case(f"chat, {number}", question, asking, right, read, arguable)

    for question in rows[1].split(" / "):
        yield case(1, question, marks("004_", "Entrepreneur"))
    bandwidth, servers = marks("002_", line=83), marks("001_", line=19)
    yield case(2, rows[2], either(bandwidth, servers, marks("001_", line=16)), read=True)
    yield case(3, rows[3], either(bandwidth, servers, marks("004_", line=10)), read=True)
    yield case(4, rows[4], marks("004_", line=8))
    yield case(5, rows[5], marks("002_", line=33))
    yield case(6, rows[6], marks("002_", line=29))
    yield case(7, rows[7], refuses, read=True)
    yield case(8, rows[8], refuses, read=True)
    yield case(9, "and when?", refuses, after=[peak])
    yield case(10, "why?", refuses, after=[peak])
    yield case(
        11, "who said that?", lambda out: out.answer["searched_as"] is not None, after=[peak]
    )
    yield case(12, followers, figures("140", "150"))
    yield case(13, peak, figures("500", "600", "700"), read=True)
    yield case(14, rows[14].removesuffix(" (pasted)"), is_done)
    compare, summarise = rows[15].split(" / ")
    moments = "the figures are of different moments, and would be said to differ"
    yield case(15, compare, lambda out: len(out.answer["agreement"]) > 1, arguable=moments)
    yield case(15, summarise, lambda out: out.code == 1 and not out.answer["nearest"])
    for greeting in rows[16].split(" / "):
        yield case(16, greeting, lambda out: out.code == 1 and not out.answer["nearest"])
    says_so = "the sentence that comes first says what each listener needs"
    yield case(17, rows[17], marks("2023-05-26-what"), arguable=says_so)
    changed = either(*(marks("2023-05-25-listener", line=line) for line in (3, 7)))
    yield case(18, rows[18].partition(" (")[0], changed, after=[peak], read=True)
    yield case(19, rows[19], lambda out: out.answer["searched_as"] is None, after=[peak])
    yield case(20, rows[20], lambda out: out.answer["searched_as"] is not None, after=[peak])
    yield case(21, rows[21], marks("2023-05"))


def main(kinds: Sequence[str]) -> int:
    """Run the cases of these kinds, or all; returns the exit code."""
    if not FAULTS.is_dir():
        print(f"skipped: {FAULTS} is not there", file=sys.stderr)
        return 0
    wrong = right = read_wrong = read_right = arguable = 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {f"XDG_{name}_HOME": f"{folder}/{name}" for name in ("CACHE", "CONFIG")}
        cases = [*of_folders(), *of_files(Path(folder)), *of_list(Path(folder)), *of_chat()]
        for case in cases:
            if kinds and not any(kind in case.kind for kind in kinds):
                continue
            outcome = case.run()
            is_right = case.right(outcome)
            if case.arguable and not is_right:
                arguable += 1
            elif case.read:
                read_right, read_wrong = read_right + is_right, read_wrong + (not is_right)
            else:
                right, wrong = right + is_right, wrong + (not is_right)
            print(_line(case, outcome, is_right=is_right), flush=True)
    print(
        f"{right} right, {wrong} wrong, {arguable} arguable;"
        f" by reading: {read_right} right, {read_wrong} wrong"
    )
    return 1 if wrong else 0


def _line(case: Case, outcome: Outcome, *, is_right: bool) -> str:
    verdict = ("right" if is_right else "WRONG") + (" (read)" if case.read else "")
    if case.arguable and not is_right:
        verdict = f"arguable ({case.arguable})"
    return f"{verdict:13} {case.kind}: {case.asked[:70]} → {_came(outcome)}"


def _came(outcome: Outcome) -> str:
    try:
        answer = outcome.answer
    except ValueError:
        return f"{outcome.code}: {(outcome.told or outcome.printed).strip()[:100]}"
    if "answered" not in answer:
        return f"{outcome.code}"
    if not answer["answered"]:
        return f"{answer['confidence']:.0%}: {answer['reason'][:110]}"
    first = outcome.first
    place = f"{first['source']}:{first['highlight']['start_line']}"
    return f"{answer['confidence']:.0%} {place} {outcome.marked[:80]}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
