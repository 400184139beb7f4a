"""Paper: what is printed carries its own fonts, and what is written into it reaches nothing else."""

import zlib
from pathlib import Path

import pytest
from django.template import engines

from portal import paper


def pdf_of(monkeypatch: pytest.MonkeyPatch, html: str) -> bytes:
    template = engines["django"].from_string(html)
    monkeypatch.setattr(paper, "render_to_string", lambda name, context: template.render(context))
    return paper.render_pdf("any", {"words": "江心洲 江心洲"})


def streams(pdf: bytes) -> bytes:
    """Everything in the document, unpacked."""
    found = [pdf]
    for part in pdf.split(b"stream\n")[1:]:
        try:
            found.append(zlib.decompress(part.split(b"\nendstream")[0]))
        except zlib.error:
            continue
    return b"".join(found)


def test_a_page_carries_its_font(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf = pdf_of(monkeypatch, "<h1>{{ words }}</h1>")
    assert pdf.startswith(b"%PDF-")
    assert b"/FontFile3" in streams(pdf)
    assert b"Noto-Sans-S" in streams(pdf)


@pytest.mark.parametrize(
    "markup",
    [
        '<link rel="attachment" href="{address}">',
        '<a rel="attachment" href="{address}">x</a>',
        '<img src="{address}">',
        '<object data="{address}"></object>',
        '<style>@import url("{address}"); body {{ background: url("{address}") }}</style>',
    ],
)
def test_no_file_of_the_machine_gets_into_it(markup: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><desc>CANARY-7351</desc></svg>')
    pdf = pdf_of(monkeypatch, "<p>x</p>" + markup.format(address=secret.as_uri()))
    assert b"CANARY" not in streams(pdf)


def test_a_qr_code_says_what_it_is_and_escapes_it() -> None:
    drawn = paper.qr_svg("http://testserver/wishes/", label="查<b>进度")
    assert drawn.startswith("<svg")
    assert "<title>查&lt;b&gt;进度</title>" in drawn
    assert "viewBox" in drawn
