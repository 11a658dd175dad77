from __future__ import annotations

import pytest

from embeddings.articles.front_matter import front_matter


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("---\ntitle: A mill\ndate: 2020-05-06\n---\n", {"title": "A mill", "date": "2020-05-06"}),
        ("---\ntitle: A mill\n...\n", {"title": "A mill"}),
        ("--- \r\nTitle: A mill\r\n--- \r\n", {"title": "A mill"}),
        ("---\rtitle: A mill\r---\r", {"title": "A mill"}),
        ("---\ntitle: >\n  A mill\n  at Vinje\ntags:\n- a\n---\n", {"title": "A mill at Vinje\n"}),
        ("---\n# of 2020\n\n\"title\": 'A: mill'\n---\n", {"title": "A: mill"}),
        ("---\ntitle: Mill: sold\n---\n", {"title": "Mill: sold"}),
        ("---\ntitle: [a, mill]\n---\n", {}),
        ('+++\ntitle = "A mill"\ndate = 2020-05-06T07:08:09Z\n[extra]\na = 1\n+++\n',
         {"title": "A mill", "date": "2020-05-06 07:08:09+00:00"}),
        ("+++\ntitle = 'A mill'\ndate = 2020-05-06\n+++\n",
         {"title": "A mill", "date": "2020-05-06"}),
        (';;;\n{"title": "A mill", "draft": false}\n;;;\n', {"title": "A mill"}),
        ('{\n "title": "A mill",\n "date": "2020-05-06"\n}',
         {"title": "A mill", "date": "2020-05-06"}),
    ],
)  # fmt: skip
def test_headers_of_every_kind(header: str, values: dict[str, str]) -> None:
    body = "\n\nThe mill was sold."
    stated = front_matter(header + body)
    assert stated.values == values
    assert header.rstrip() == (header + body)[: stated.end].rstrip()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---",
        "---\n---\n",
        "---\nIt rained.\n---\nIt stopped.",
        "---\nHolm: I never saw it.\nDahl: So it was.\n---\nThe end.",
        "---\ntitle: A mill\nThe mill was sold.\n---\n",
        "---\n- a mill\n- a lock\n---\n",
        "---\ntitle: A mill\n\nNever closed.",
        "***\ntitle: A mill\n***\n",
        " ---\ntitle: A mill\n---\n",
        "+++\nnot = = toml\n+++\nText.",
        ";;;\nno json\n;;;\nText.",
        '{"title": "A mill"}',
        '{"title": "A mill"} was typed.',
        '{"title": "A mill"}\n{"title": "A lock"}\n',
        '{"a": 1}\n\nText.',
        "{{ template }}\n\nText.",
        "[1, 2]\n\nText.",
    ],
)
def test_what_is_no_header(text: str) -> None:
    stated = front_matter(text)
    assert (stated.end, stated.values) == (0, {})


@pytest.mark.parametrize(
    "unit",
    ["---\n", "---\na: b\n", "---\na:\n", "+++\na=1\n", '{"title":', "{", '{"a":[', "a: &x\n"],
)
def test_a_hostile_header_costs_no_more_than_a_text(unit: str) -> None:
    for opening in ("", "---\n", "+++\n", ";;;\n"):
        text = opening + unit * (200_000 // len(unit))
        assert front_matter(text).end <= len(text)
