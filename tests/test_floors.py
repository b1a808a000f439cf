"""The house keeps its shape: a module imports only from lower floors, and some packages have one owner."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "aggregator"

FLOORS: dict[str, int] = {
    "": 0, "errors": 0, "model": 0, "faults": 0, "collecting": 0,
    "urls": 1, "text": 1, "dates": 1, "schedule": 1, "slots": 1, "labs": 1, "names": 1, "mentions": 1, "kinds": 1,
    "openness": 1, "identity": 1, "copies": 1, "stories": 1, "releases": 1, "understanding": 1, "understand": 1,
    "searching": 1, "shapes": 1, "corrections": 1, "labelling": 1, "grounds": 1, "gap": 1, "running": 1, "floods": 1,
    "released": 1, "outlets": 1,
    "sources": 2, "digest": 2, "charts": 2,
    "fetch": 3, "parsing": 3, "storage": 3, "channels": 3, "feeds_out": 3, "export": 3,
    "gathering": 2, "owners": 3, "poll": 4, "deliver": 4, "retention": 4, "health": 4, "checking": 4,
    "config": 5, "demo": 5, "recording": 5, "adding": 6, "app": 7, "executors": 8, "api": 8, "web": 8,
    "cli": 9, "__main__": 10,
}  # fmt: skip
"""The floor of every room (the first name after `aggregator`); a new room is added here on purpose."""

OWNERS: dict[str, tuple[str, ...]] = {
    "httpx": ("fetch",),
    "httpcore": ("fetch",),
    "feedparser": ("sources.feed",),
    "bs4": ("sources.page", "text", "config"),
    "sqlmodel": ("storage",),
    "sqlalchemy": ("storage",),
    "alembic": ("storage",),
    "apscheduler": ("executors",),
    "procrastinate": ("executors.queue",),
    "psycopg": ("storage", "executors.queue"),
    "click": ("cli",),
    "rich": ("cli",),
    "smtplib": ("channels.email",),
    "fastapi": ("web",),
    "starlette": ("web",),
    "uvicorn": ("cli.serve",),
    "prometheus_client": ("web.health",),
    "mcp": ("web.assistants",),
    "apprise": ("channels.notify",),
}
FORBIDDEN = ("pickle", "yaml", "html5lib", "requests", "marshal", "shelve")


def modules() -> list[tuple[str, ast.Module]]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix("__init__").strip(".")
        found.append((name, ast.parse(path.read_text("utf-8"))))
    return found


def imports(tree: ast.Module) -> list[str]:
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.append(node.module)
            if node.module == "aggregator":
                names += [f"aggregator.{alias.name}" for alias in node.names if alias.name != "__version__"]
    return names


@pytest.mark.parametrize(("name", "tree"), modules(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_module_imports_only_from_its_own_or_lower_floors(name: str, tree: ast.Module) -> None:
    room = name.split(".")[0]
    assert room in FLOORS, f"{name}: a room without a floor; say in FLOORS where it stands"
    for imported in imports(tree):
        if imported.startswith("aggregator"):
            other = imported.removeprefix("aggregator").strip(".").split(".")[0]
            assert other in FLOORS, f"{name} imports {imported}, which has no floor"
            assert other == room or FLOORS[other] < FLOORS[room] or (FLOORS[other] == FLOORS[room] == 1), (
                f"{name} (floor {FLOORS[room]}) imports {imported} (floor {FLOORS[other]})"
            )


@pytest.mark.parametrize(("name", "tree"), modules(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_package_with_an_owner_is_imported_only_there(name: str, tree: ast.Module) -> None:
    for imported in imports(tree):
        top = imported.split(".")[0]
        assert top not in FORBIDDEN, f"{name} imports {top}"
        owners = OWNERS.get(top)
        if owners is not None:
            assert any(name == owner or name.startswith(owner + ".") for owner in owners), f"{name} imports {top}"


def test_floor_one_has_no_circle_between_its_rooms() -> None:
    edges: dict[str, set[str]] = {}
    for name, tree in modules():
        room = name.split(".")[0]
        if FLOORS.get(room) != 1:
            continue
        for imported in imports(tree):
            other = imported.removeprefix("aggregator").strip(".").split(".")[0]
            if imported.startswith("aggregator") and FLOORS.get(other) == 1 and other != room:
                edges.setdefault(room, set()).add(other)
    done: set[str] = set()

    def visit(room: str, path: tuple[str, ...]) -> None:
        assert room not in path, " -> ".join([*path, room])
        if room not in done:
            for other in sorted(edges.get(room, ())):
                visit(other, (*path, room))
            done.add(room)

    for room in sorted(edges):
        visit(room, ())
