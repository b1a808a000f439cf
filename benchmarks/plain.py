"""`aggregator` without understanding and without the search for near copies: beside readers that do neither.

    python -m benchmarks.plain --config … --database … poll

For the benchmark only: what is stored so has no labels and finds no copies but exact ones.
"""

from __future__ import annotations

from typing import Any

from aggregator import app, cli, copies
from aggregator.model import Labels


class _Nothing:
    """Rules that say nothing of any text."""

    def labels(self, *_: Any, **__: Any) -> Labels:
        return Labels(kind="other")


def main() -> None:
    app.Application.understanding = _Nothing()  # type: ignore[assignment]
    copies.fingerprint = lambda *_, **__: copies.NOTHING
    cli.main()


if __name__ == "__main__":
    main()
