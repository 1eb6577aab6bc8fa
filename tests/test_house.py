"""The house rules that a machine can check: direction of imports, public names, and the four data folders."""

from __future__ import annotations

import ast
import importlib
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import agentopt
from agentopt.assets import shipped
from agentopt.prompts import catalog, load

ROOT = Path(__file__).parents[1]
PACKAGE = Path(agentopt.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))

ROOMS = (
    ("__init__", "errors", "secret", "assets", "budget"),
    ("settings",),
    ("runs",),
    ("models",),
    ("prompts",),
    ("formulation",),
    ("compiling",),
    ("training",),
    ("solvers",),
    ("verification",),
    ("diagnosis",),
    ("reader",),
    ("synthesis",),
    ("teaching",),
    ("sandbox",),
    ("agents",),
    ("whatif",),
    ("uncertainty",),
    ("tuning",),
    ("evaluation",),
    ("optimizers",),
    ("api",),
    ("asking",),
    ("display",),
    ("cli", "__main__"),
    ("benchmarks",),
)
"""From the ground up: a room imports only from itself and the rooms before it."""

FACES = {
    "agentopt": {"api", "asking", "agents", "formulation"},
    "agentopt.formulation.elements": {"api", "agents"},
}
"""Modules that name what is above them: the package itself, and `Formulation`, whose `load`, `check`, `solve`
and `export` are faces of the API on the class people hold.
"""

FLOOR = {room: floor for floor, rooms in enumerate(ROOMS) for room in rooms}


def _room(dotted: str) -> str:
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module or ""


def _dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("path", MODULES, ids=_dotted)
def test_imports_go_one_way(path: Path) -> None:
    room = _room(_dotted(path))
    assert room in FLOOR, f"{room} has no place in ROOMS"
    for name in _imports(path):
        if name == "agentopt" or not name.startswith("agentopt."):
            continue
        other = _room(name)
        assert FLOOR[other] <= FLOOR[room] or other in FACES.get(_dotted(path), ()), f"{room} imports {name}"


def test_rooms_are_the_packages_there_are() -> None:
    found = {_room(_dotted(path)) for path in MODULES}
    assert found == set(FLOOR)


@pytest.mark.parametrize("path", [p for p in MODULES if p.name != "__main__.py"], ids=_dotted)
def test_public_names_exist_and_are_listed_in_order(path: Path) -> None:
    if _room(_dotted(path)) in ("training", "teaching"):
        pytest.importorskip("torch", reason="it needs the extra `train`")
    module = importlib.import_module(_dotted(path))
    listed = getattr(module, "__all__", None)
    if path.name == "__init__.py" and listed is None:
        return
    assert listed is not None, f"{_dotted(path)} says nothing about its public names"
    assert len(set(listed)) == len(listed)
    assert all(hasattr(module, name) for name in listed)


@pytest.mark.parametrize("kind", ["prompts", "solvers", "datasets", "eval"])
def test_data_folders_hold_no_code(kind: str) -> None:
    folder = ROOT / kind
    assert folder.is_dir()
    assert not list(folder.rglob("*.py"))


def test_every_prompt_loads() -> None:
    folder = shipped("prompts")
    names = {str(path.relative_to(folder).with_suffix("")) for path in folder.rglob("*.md")}
    assert names == {each.name for each in catalog([folder])}
    for name in names:
        assert load(name, [folder]).name == name


def test_every_package_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = set(project["tool"]["setuptools"]["packages"])
    here = {_dotted(path) for path in PACKAGE.rglob("__init__.py")}
    assert packages == here | {
        f"agentopt._data.{kind}" for kind in ("prompts", "solvers", "datasets", "eval")
    }


def test_no_room_is_called_by_what_it_is_not() -> None:
    names = {part for path in MODULES for part in path.relative_to(PACKAGE).with_suffix("").parts}
    assert not names & {"utils", "helpers", "common", "core", "misc"}


def test_only_the_faces_print() -> None:
    for path in MODULES:
        if _room(_dotted(path)) in ("display", "cli", "benchmarks"):
            continue
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        assert not any(isinstance(c.func, ast.Name) and c.func.id == "print" for c in calls), path


def test_broad_excepts_stand_only_at_the_border() -> None:
    for path in MODULES:
        if _room(_dotted(path)) in ("cli", "sandbox"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler):
                caught = node.type
                broad = caught is None or (isinstance(caught, ast.Name) and caught.id == "Exception")
                assert not broad, f"{path}:{node.lineno} catches everything"
