from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [
    str(Path(__file__).parent),
    str(ROOT / "tools" / "fuzz"),
    str(ROOT / "tests"),
    *(str(ROOT / "tests" / name) for name in ("digest", "storage", "web")),
]
