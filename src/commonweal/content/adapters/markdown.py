"""Turn Markdown into clean HTML: no raw HTML, no pictures from elsewhere, no scripts, ever."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt

_TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto", "tel"}
_PAGE = "page:"
_reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


@lru_cache(maxsize=128)
def html_of(body: str, page_address: str) -> str:
    """Render a text; `page:privacy` in a link becomes the address of that page."""
    tokens = _reader.parse(body)
    for token in tokens:
        if token.tag == "h1":
            token.tag = "h2"  # the page's title is its only h1
        for inner in token.children or ():
            href = inner.attrGet("href")
            if isinstance(href, str) and href.startswith(_PAGE):
                inner.attrSet("href", page_address.replace("{code}", href.removeprefix(_PAGE)))
    rendered = _reader.renderer.render(tokens, _reader.options, {})
    return nh3.clean(
        rendered, tags=_TAGS, attributes={"a": {"href"}}, url_schemes=_SCHEMES, link_rel="noopener"
    )
