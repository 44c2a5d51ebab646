"""docs/api.md as a page of the site, with the site's own address in its examples."""

from functools import cache
from html import escape
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token

from colorweb.runtime import REPOSITORY

EXAMPLE = "http://127.0.0.1:8000"
SCROLLS = 'tabindex="0"'
"""What is wider than a phone is scrolled in its place, by the keyboard too."""


@cache
def page() -> SafeString:
    """The guide's HTML; the document has none of its own."""
    text = (REPOSITORY / "docs" / "api.md").read_text(encoding="utf-8")
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.add_render_rule("fence", lambda _, tokens, index, *__: _code(tokens[index]))
    markdown.add_render_rule("table_open", lambda *_: f'<div class="scrolls" {SCROLLS}><table>')
    markdown.add_render_rule("table_close", lambda *_: "</table></div>")
    tokens = markdown.parse(text.replace(EXAMPLE, settings.SITE_URL.rstrip("/")))
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", slugify(tokens[number + 1].content))
        token.children = _linked(token.children or [])
    html = markdown.renderer.render(tokens, markdown.options, {})
    return mark_safe(html)  # noqa: S308 - from a file of ours, in which HTML is text


def _code(token: Token) -> str:
    return f"<pre {SCROLLS}><code>{escape(token.content)}</code></pre>\n"


def _linked(children: list[Token]) -> list[Token]:
    """Links that lead somewhere here; those to other files of the repository are text."""
    kept: list[Token] = []
    is_open = True
    for child in children:
        if child.type == "link_open":
            address = _address(str(child.attrs.get("href", "")))
            is_open = bool(address)
            child.attrSet("href", address)
        if is_open or child.type not in ("link_open", "link_close"):
            kept.append(child)
    return kept


def _address(href: str) -> str:
    if href.startswith("#") or urlsplit(href).scheme:
        return href
    return reverse("api-schema") if href == "openapi.yaml" else ""
