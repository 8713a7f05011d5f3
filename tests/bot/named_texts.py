"""Reads the bot's source for the names of the texts it says, for `test_wording.py`.

A name put together at run time comes out with a star: f"menu_{line}" is `menu_*`.
"""

import ast
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

BOT = Path(__file__).parents[2] / "bot"
NAMING = {
    "Saying": slice(0, 1),
    "text": slice(1, 2),
    "options": slice(1, 2),
    "waiting": slice(2, 4),
    "menu": slice(1, 2),
}
"""The calls that name texts, and which of their arguments do."""

Values = dict[str, list[ast.expr]]


def named_texts() -> set[str]:
    """Return every name of a text in `bot/`."""
    return {name for path in BOT.rglob("*.py") for name in _names_in(ast.parse(path.read_text("utf-8")))}


def _names_in(module: ast.Module) -> Iterator[str]:
    constants = _assigned(module.body)
    for function in ast.walk(module):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            known = constants | _defaults(function) | _assigned(ast.walk(function))
            for call in ast.walk(function):
                if isinstance(call, ast.Call):
                    yield from _named_by(call, known)


def _named_by(call: ast.Call, known: Values) -> Iterator[str]:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    for argument in call.args[NAMING.get(called, slice(0))]:
        yield from _strings(argument, known)


def _strings(value: ast.expr, known: Values) -> Iterator[str]:
    match value:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from _each((one, other), known)
        case ast.Tuple(elts=values) | ast.List(elts=values):
            yield from _each(values, known)
        case ast.Subscript(value=inner) | ast.ListComp(elt=inner) | ast.GeneratorExp(elt=inner):
            yield from _strings(inner, known)
        case ast.Name(id=name):
            # A name is looked up once: one that is made of itself would go round for ever.
            yield from _each(known.get(name, []), {key: values for key, values in known.items() if key != name})


def _each(values: Iterable[ast.expr], known: Values) -> Iterator[str]:
    for found in map(partial(_strings, known=known), values):
        yield from found


def _assigned(nodes: Iterable[ast.AST]) -> Values:
    values: Values = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            values.setdefault(node.targets[0].id, []).append(node.value)
    return values


def _defaults(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Values:
    named = function.args.args[len(function.args.args) - len(function.args.defaults) :]
    return {argument.arg: [value] for argument, value in zip(named, function.args.defaults, strict=True)}
