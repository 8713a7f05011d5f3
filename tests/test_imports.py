"""Imports point one way: app -> channels, bot, admin -> storage, and bot -> nlu. Nothing goes round in a circle."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "storage": {"storage"},
    "nlu": {"nlu"},
    "channels": {"channels", "storage"},
    "admin": {"admin", "storage"},
    "bot": {"bot", "nlu", "storage"},
    "app": {"admin", "app", "bot", "channels", "storage"},
}
OURS = set(MAY_IMPORT)
FORBIDDEN_NAMES = {"utils", "common", "helpers", "misc"}


def _files() -> list[Path]:
    return [ROOT / "app.py"] + [
        path for folder in sorted(OURS - {"app"}) for path in sorted((ROOT / folder).rglob("*.py"))
    ]


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are written in full"
        return [node.module or ""] + [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def _everywhere(path: Path) -> set[str]:
    return {name for node in ast.walk(ast.parse(path.read_text("utf-8"))) for name in _imported(node)}


def _at_import(path: Path) -> set[str]:
    # What stands in a function, or is for the type checker only, is not imported with the module.
    return {name for node in ast.parse(path.read_text("utf-8")).body for name in _imported(node)}


@pytest.mark.parametrize("path", _files(), ids=_module)
def test_imports_point_one_way(path: Path) -> None:
    folder = _module(path).split(".")[0]
    ours = {name.split(".")[0] for name in _everywhere(path)} & OURS
    assert ours <= MAY_IMPORT[folder]


def _used_modules(path: Path, modules: dict[str, Path]) -> set[str]:
    names = _at_import(path)
    # `from admin import cases` uses admin.cases; the package itself only lends its name.
    lenders = {name.rpartition(".")[0] for name in names if name in modules}
    return {name for name in names - lenders if name in modules} - {_module(path)}


def test_no_module_imports_itself_through_others() -> None:
    modules = {_module(path): path for path in _files()}
    graph = {name: _used_modules(path, modules) for name, path in modules.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' -> '.join(error.args[1])}")


def test_no_module_is_a_drawer_for_anything() -> None:
    assert [path for path in _files() if path.stem in FORBIDDEN_NAMES] == []


@pytest.mark.parametrize("path", _files(), ids=_module)
def test_modules_and_functions_keep_the_house_measure(path: Path) -> None:
    text = path.read_text("utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    if "migrations" in path.parts:
        return
    assert text.count("\n") <= 400
    assert [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= 60] == []
