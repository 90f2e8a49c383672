"""A document goes in; one HTML page that loads nothing from anywhere, runs nothing and can be printed comes out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from openbaclofen.report.as_json import plain
from openbaclofen.report.document_record import Document
from openbaclofen.report.document_text import clean

TEMPLATES = Path(__file__).parent / "templates"
_BEFORE = re.compile(r"\A.*?(?=<svg\b)", re.S)
_STYLE = re.compile(r"<defs>\s*<style type=\"text/css\">.*?</style>\s*</defs>", re.S)
_SIZE = re.compile(r"(<svg\b[^>]*?) width=\"[^\"]*\"|(<svg\b[^>]*?) height=\"[^\"]*\"")
_NAMES = re.compile(r"(\bid=\"|href=\"#|url\(#)")


def html(of: Document) -> bytes:
    """The page, UTF-8. Whatever stands in the document is text: it is escaped. The same document gives the same bytes."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["inline"] = inline
    return environment.get_template("document.html").render(d=clean(plain(of))).encode()


def inline(figure: Mapping[str, str], name: str) -> Markup:
    """A drawing as a part of the page. name: stands before every id in it, so that two drawings never share one."""
    svg = _STYLE.sub("", _BEFORE.sub("", figure["svg"]))
    svg = _NAMES.sub(lambda found: f"{found[1]}{name}-", svg)
    while _SIZE.search(svg):
        svg = _SIZE.sub(lambda found: found[1] or found[2], svg)
    label = Markup('<svg role="img" aria-label="{}"').format(figure["alt"])
    return label + Markup(svg.removeprefix("<svg"))  # ours, from matplotlib: no text of the case is in it
