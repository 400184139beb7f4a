"""Paper: A4 pages as PDF and QR codes, for slips, notices, digests and posters (docs/quality.md, "Paper").

Pages are ordinary templates rendered by WeasyPrint with Noto Sans SC embedded from the npm packages, so that they print
alike everywhere. The page itself can fetch nothing: no address outside and no file of the machine, whatever somebody
wrote into it.
"""

import io
from collections.abc import Mapping
from typing import Any

import segno
from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from PIL import ImageFile

from portal.errors import Unavailable

FONTS = settings.NODE_MODULES / "@embedpdf" / "fonts-sc" / "fonts"
FONT_FACES = "".join(
    f"@font-face {{ font-family: 'Noto Sans SC'; font-weight: {weight}; src: url({(FONTS / name).as_uri()}); }}\n"
    for weight, name in ((400, "NotoSansHans-Regular.otf"), (700, "NotoSansHans-Bold.otf"))
)
SHEET = """
@page { size: A4; margin: 18mm 18mm 16mm;
  @bottom-right { content: counter(page) ' / ' counter(pages); font: 9pt 'Noto Sans SC'; color: #666; } }
html { font: 11pt/1.6 'Noto Sans SC', sans-serif; color: #1f1b16; }
h1 { font-size: 20pt; margin: 0 0 4mm; } h2 { font-size: 14pt; margin: 6mm 0 2mm; }
table { width: 100%; border-collapse: collapse; } th, td { padding: 1.6mm 2mm; border-bottom: .3pt solid #bbb; }
th { text-align: left; } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
"""


def render_pdf(template: str, context: Mapping[str, Any]) -> bytes:
    """The template as A4 PDF in the language that is active. It may bring a `<style>` of its own.

    Raises `Unavailable` where the machine lacks the library that lays out text (Debian: libpangoft2-1.0-0).
    """
    try:
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher
    except OSError as error:
        raise Unavailable(_("这台服务器暂时不能做 PDF，请直接打印网页。"), code="no_pdf") from error
    # WeasyPrint lets Pillow make do with pictures that are cut off, for everybody in the process; photos must be whole.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    fonts = FontConfiguration()
    sheet = CSS(string=FONT_FACES + SHEET, font_config=fonts, url_fetcher=URLFetcher(allowed_protocols=["file"]))
    html = HTML(string=render_to_string(template, dict(context)), url_fetcher=URLFetcher(allowed_protocols=[]))
    document: bytes = html.write_pdf(stylesheets=[sheet], font_config=fonts)
    return document


def pdf_response(template: str, context: Mapping[str, Any], *, name: str) -> HttpResponse:
    """The PDF as an answer that opens in the browser and is saved as `name`.pdf; no shared cache keeps it."""
    response = HttpResponse(render_pdf(template, context), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def qr_svg(address: str, *, label: str) -> SafeString:
    """A QR code of the address as SVG to stand in a page; `label` says what it is to those who do not see it."""
    drawn = io.BytesIO()
    segno.make(address, error="m").save(
        drawn,
        kind="svg",
        xmldecl=False,
        svgns=True,
        border=2,
        title=label,
        omitsize=True,
        svgclass="qr",
        lineclass=None,
    )
    return mark_safe(drawn.getvalue().decode())  # noqa: S308 - segno writes it and escapes the title
