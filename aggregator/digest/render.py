"""A digest in each of its formats: Markdown, HTML, plain text and JSON, all from the same layout and the same words."""

from __future__ import annotations

from aggregator import shapes
from aggregator.digest.data import as_data
from aggregator.digest.entries import Digest
from aggregator.digest.layout import lay_out
from aggregator.digest.markdown import markdown
from aggregator.digest.plain import plain_text

FORMATS = ("md", "html", "text", "json")


def render(digest: Digest, format: str) -> str:
    """The digest in one of FORMATS, ending in a newline. Equal digests give equal bytes."""
    if format == "json":
        return shapes.as_json(as_data(digest), indent=2) + "\n"
    if format == "html":
        from aggregator.digest.page import html  # loads Jinja2 and css-inline only where they are needed

        return html(lay_out(digest))
    return markdown(lay_out(digest)) if format == "md" else plain_text(lay_out(digest))
