"""`aggregator` without understanding and without the search for near copies: beside readers that do neither.

    python -m benchmarks.plain --config … --database … poll

For the benchmark only: what is stored so has no labels and finds no copies but exact ones. Worker processes are told too.
"""

from __future__ import annotations

from aggregator import copies
from aggregator.labelling import Labelling
from aggregator.model import Labels

_NOTHING = Labels(kind="other")


def switch_off() -> None:
    """From now on this process says nothing of any text, and makes no fingerprints."""
    Labelling.labels = lambda *_, **__: _NOTHING  # type: ignore[method-assign]
    copies.fingerprint = lambda *_, **__: copies.NOTHING


def main() -> None:
    from aggregator import cli
    from aggregator.parsing import forge

    switch_off()
    begin = "from aggregator.parsing.worker"
    assert begin in forge._BOOT
    forge._BOOT = forge._BOOT.replace(begin, f"from benchmarks import plain; plain.switch_off(); {begin}")
    cli.main()


if __name__ == "__main__":
    main()
