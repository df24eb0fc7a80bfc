"""The imports of our own source files, read without running them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from talent.config import ROOT

PACKAGES = ("talent", "models", "ml")


@dataclass(frozen=True)
class Import:
    """One import: which module, of what, on which line, and whether it runs when the module is loaded."""

    module: str
    target: str
    line: int
    at_load: bool


@cache
def modules() -> dict[str, Path]:
    """Dotted name to file of every module of ours."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def imports_of(module: str) -> tuple[Import, ...]:
    tree = ast.parse(modules()[module].read_text())
    return tuple(_walk(module, tree, at_load=True))


def all_imports() -> Iterator[Import]:
    for module in modules():
        yield from imports_of(module)


def _walk(module: str, node: ast.AST, *, at_load: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(module, alias.name, child.lineno, at_load) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            for alias in child.names:
                yield Import(module, _target(child.module or "", alias.name), child.lineno, at_load)
        else:
            yield from _walk(module, child, at_load=at_load and not _runs_later(child))


def _runs_later(node: ast.AST) -> bool:
    """The body of a function, or what only a type checker reads."""
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.unparse(node.test)
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def _target(base: str, name: str) -> str:
    """`from talent.auth import services` imports the module talent.auth.services."""
    whole = f"{base}.{name}"
    return whole if whole in modules() else base


def package_of(module: str) -> str:
    """The feature or foundation module: `talent.auth.services` is of `auth`, `talent.db` of `db`."""
    return module.split(".")[1] if "." in module else ""
