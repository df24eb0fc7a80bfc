"""The steps of writing a post, their order, and how far each has come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from models import ExchangeKind, Opportunity
from talent.i18n import _
from talent.opportunities.requirements import DETAIL_FIELDS, Problem, needs_route


class StepState(StrEnum):
    DONE = "done"
    INCOMPLETE = "incomplete"
    NOT_STARTED = "not_started"
    OPTIONAL = "optional"
    NOT_NEEDED = "not_needed"


STATE_LABELS: dict[StepState, Any] = {
    StepState.DONE: _("Completed"),
    StepState.INCOMPLETE: _("Incomplete"),
    StepState.NOT_STARTED: _("Not yet started"),
    StepState.OPTIONAL: _("Optional"),
    StepState.NOT_NEEDED: _("Not needed"),
}

Applies = Callable[[Opportunity, ExchangeKind | None], bool]


def _always(_opportunity: Opportunity, _kind: ExchangeKind | None) -> bool:
    return True


def _in_the_uk(opportunity: Opportunity, _kind: ExchangeKind | None) -> bool:
    return needs_route(opportunity)


def _has_details(_opportunity: Opportunity, kind: ExchangeKind | None) -> bool:
    return kind is not None and bool(set(DETAIL_FIELDS) & set(kind.required_fields))


@dataclass(frozen=True)
class Step:
    key: str
    title: Any
    section: int
    applies: Applies = _always


SECTIONS: tuple[Any, ...] = (_("The work"), _("When and where"), _("Who it is for"), _("Costs"))

STEPS: tuple[Step, ...] = (
    Step("kind", _("Kind of exchange"), 0),
    Step("texts", _("Title and description"), 0),
    Step("skills", _("Skills"), 0),
    Step("details", _("Details of this kind"), 0, _has_details),
    Step("timing", _("Places, dates and length"), 1),
    Step("place", _("Place of work"), 1),
    Step("languages", _("Working language"), 1),
    Step("offer", _("Who it is offered to and access"), 2),
    Step("route", _("Route into the United Kingdom"), 2, _in_the_uk),
    Step("costs", _("Cost lines"), 3),
)
BY_KEY = {step.key: step for step in STEPS}


@dataclass(frozen=True)
class Progress:
    step: Step
    state: StepState

    @property
    def label(self) -> Any:
        return STATE_LABELS[self.state]


def progress(opportunity: Opportunity, kind: ExchangeKind | None, problems: Sequence[Problem]) -> list[Progress]:
    """Each step with its state, in order."""
    lacking = {problem.step for problem in problems}
    return [Progress(step, _state(step, opportunity, kind, lacking)) for step in STEPS]


def _state(step: Step, opportunity: Opportunity, kind: ExchangeKind | None, lacking: set[str]) -> StepState:
    if not step.applies(opportunity, kind):
        return StepState.NOT_NEEDED
    # An imported post has answers that nobody saved step by step.
    begun = step.key in opportunity.steps_saved or bool(BEGUN[step.key](opportunity))
    if step.key in lacking:
        return StepState.INCOMPLETE if begun else StepState.NOT_STARTED
    return StepState.DONE if begun else StepState.OPTIONAL


BEGUN: dict[str, Callable[[Opportunity], object]] = {
    "kind": lambda post: post.kind,
    "texts": lambda post: post.texts,
    "skills": lambda post: post.skills,
    "details": lambda post: post.kind_details,
    "timing": lambda post: post.places or post.start_earliest or post.length or post.closes_on,
    "place": lambda post: post.work_mode or post.region_code,
    "languages": lambda post: post.working_language,
    "offer": lambda post: post.audience or post.access_needed or post.grade_min_id,
    "route": lambda post: post.uk_route,
    "costs": lambda post: post.cost_lines,
}


def step_after(key: str, opportunity: Opportunity, kind: ExchangeKind | None) -> str | None:
    """The next step that applies; None after the last."""
    keys = [step.key for step in STEPS if step.applies(opportunity, kind) or step.key == key]
    place = keys.index(key) + 1
    return keys[place] if place < len(keys) else None
