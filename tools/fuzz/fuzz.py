"""Coverage-guided fuzzing of what reads foreign bytes: `python tools/fuzz/fuzz.py TARGET --seconds 60`.

With atheris installed the search is guided by coverage; without it inputs are mutated at random from the seeds (which
finds less, and says so). A crash is written to tools/fuzz/crashes/TARGET/, named by the
hash of its bytes, and ends the run with 1; tests/faults/test_fuzz_crashes.py reads every kept crash
again. Nothing here opens a connection.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import random
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parents[1]))


def save(target: str, data: bytes) -> Path:
    folder = HERE / "crashes" / target
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(data).hexdigest()[:16]
    path.write_bytes(data)
    return path


def mutated(seeds: list[bytes], chance: random.Random) -> bytes:
    """A seed with some bytes changed, cut, doubled or spliced with another."""
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data) + 1)
        what = chance.randrange(6)
        if what == 0 and data:
            data[min(at, len(data) - 1)] = chance.randrange(256)
        elif what == 1:
            data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 4)))
        elif what == 2:
            del data[at : at + chance.randint(1, 40)]
        elif what == 3:
            data[at:at] = data[at : at + chance.randint(1, 60)] * chance.randint(1, 20)
        elif what == 4:
            other = chance.choice(seeds)
            data[at:] = other[chance.randrange(len(other) + 1) :]
        else:
            data[at:at] = chance.choice(
                (
                    b"<![CDATA[",
                    b"&#xD800;",
                    b"\x00",
                    b"\xff\xfe",
                    b"<!--",
                    b"]]>",
                    b"&lt;",
                    b"](",
                    b"=?utf-8?q?",
                    b"\x1b[",
                )
            )
    return bytes(data[:65536])


def by_chance(name: str, one: Callable[[bytes], None], seeds: list[bytes], seconds: float, seed: int) -> int:
    chance, end, runs = random.Random(seed), time.monotonic() + seconds, 0
    while time.monotonic() < end:
        data = mutated(seeds, chance)
        runs += 1
        try:
            one(data)
        except Exception:
            traceback.print_exc()
            print(f"{name}: crash after {runs} executions: {save(name, data)}")
            return 1
    print(f"{name}: {runs} executions in {seconds:g} s, 0 uncaught exceptions (random mutation, not guided)")
    return 0


def guided(name: str, seconds: float, seed: int) -> int:
    """A search that coverage guides. It ends the process itself: 0 when the time is over, 77 after a crash."""
    import atheris

    with atheris.instrument_imports(include=["aggregator", "feedparser", "sgmllib", "email", "html"]):
        from targets import TARGETS, seeds_of
    one, seeds = TARGETS[name], seeds_of(name)
    corpus = HERE / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds):
        (corpus / f"seed{number:04d}").write_bytes(data)
    artifacts = HERE / "crashes" / name
    artifacts.mkdir(parents=True, exist_ok=True)
    arguments = [
        f"-max_total_time={int(seconds)}",
        f"-seed={seed}",
        "-max_len=65536",
        "-timeout=60",
        "-rss_limit_mb=4096",
        f"-artifact_prefix={artifacts}/",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *arguments, str(corpus)], one)
    atheris.Fuzz()
    return 0


NAMES = (
    "feed", "page", "markdown", "json", "huggingface", "html", "title", "names", "dates", "frames",
    "to_markdown", "to_page", "to_mail", "to_terminal", "to_feed", "to_csv",
)  # fmt: skip
"""The targets, named here so that coverage can be measured from the first import on."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", choices=[*NAMES, "all"], nargs="?", default="all")
    parser.add_argument("--list", action="store_true", help="print the names of the targets")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--by-chance", action="store_true", help="do not use atheris")
    options = parser.parse_args()
    if options.list:
        print(*NAMES)
        return 0
    if not options.by_chance and options.target != "all" and importlib.util.find_spec("atheris") is not None:
        return guided(options.target, options.seconds, options.seed)
    from targets import TARGETS, seeds_of

    names = NAMES if options.target == "all" else (options.target,)
    return max(by_chance(name, TARGETS[name], seeds_of(name), options.seconds, options.seed) for name in names)


if __name__ == "__main__":
    sys.exit(main())
