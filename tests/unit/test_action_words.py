"""Nobody has to read the record of actions in codes: every action that the code writes has words."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import talent
from models.types import ConfirmationStatus
from talent.audit.action_words import ACTIONS, event_words
from talent.audit.words import GROUPS, group_of
from talent.matching.states import TRANSITIONS
from talent.opportunities.states import Action

SOURCE = Path(talent.__file__).parent


def _written() -> Iterator[str]:
    """Actions that are handed to `record` as they stand."""
    for path in SOURCE.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", getattr(call.func, "attr", "")) == "record":
                for part in ast.walk(call.args[2]) if len(call.args) > 2 else ():
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value[-1:].isalpha():
                        yield part.value


def test_every_action_has_words() -> None:
    wanted = {action for action in _written() if "." in action and not action.startswith(".")}
    wanted |= {f"opportunity.{action.value}" for action in Action}
    wanted |= {f"suggestion.{row.decider}.{row.action}" for row in TRANSITIONS}
    wanted |= {f"works_here.{status.value}" for status in ConfirmationStatus}

    assert len(wanted) > 100
    assert sorted(wanted - ACTIONS.keys()) == []


def test_every_group_has_words() -> None:
    assert sorted({group_of(action) for action in ACTIONS} - GROUPS.keys()) == []


def test_moves_of_a_suggestion_are_told_in_words() -> None:
    assert event_words("reviewer", "reject") == "Reviewer did not put the person forward"
    assert event_words("system", "close") == "Suggestion ended"
