"""The digest: stored evidence of a window to entries (`build`), entries to Markdown, text, HTML or JSON (`render`).

Pure: rows in, text out. It never asks the store, the clock or the network, and never guesses a fact.
"""

from aggregator.digest.build import build
from aggregator.digest.entries import Digest, Entry
from aggregator.digest.layout import is_counted
from aggregator.digest.links import Link
from aggregator.digest.news import News
from aggregator.digest.render import FORMATS, render

__all__ = ["FORMATS", "Digest", "Entry", "Link", "News", "build", "is_counted", "render"]
