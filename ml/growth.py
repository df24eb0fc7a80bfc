"""What the person gains from a post: skills they want to develop that it uses, and wishes that it meets.

A result of its own, additive and in [0, 1], never mixed into the contribution (what the host gains): only the order of
lists joins the two, by `combined`. There is none where the person stated nothing that the post speaks to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from ml.eligibility import RULES, WISHES, Rule, distinct
from ml.params import MatcherParams
from ml.schema import (
    Growth,
    GrowthSkill,
    NotApplicable,
    OpportunityRecord,
    Outcome,
    ProfileRecord,
    RuleResult,
    ScorePart,
)
from ml.scoring import is_only_wished, required_skills

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Number = TypeVar("Number", float, Floats)

DEVELOP = "develop"
_RULES: Mapping[str, Rule] = {rule.code: rule for rule in (*RULES, *WISHES)}
_MET: Mapping[Outcome, float] = {"pass": 1.0, "fail": 0.0}


def growth(profile: ProfileRecord, post: OpportunityRecord, params: MatcherParams) -> Growth | None:
    """Return what the person gains, taken apart; None when nothing that they stated can be held against the post.

    The shares of `parts` sum to the value, those of `skills` to the share of the first part.
    """
    wished = wished_levels(profile, params)
    wanted = {skill.skill_id: skill.level for skill in required_skills(post.skills)}
    developed = [skill_id for skill_id in sorted(wished) if wanted.get(skill_id, 0) > wished[skill_id]]
    values: dict[str, float] = {}
    silent: dict[str, str] = {}
    for code in params.growth_parts:
        if code == DEVELOP:
            if wished and wanted:
                values[code] = float(_developed(len(developed), len(wished), params))
            else:
                silent[code] = "post_names_no_skill" if wished else "no_skill_to_develop"
            continue
        result = _RULES[code].check(profile, post)
        if result.outcome == "not_stated":
            silent[code] = "post_does_not_say" if _is_wished(result) else "wish_not_stated"
        else:
            values[code] = _MET[result.outcome]
    total = sum(params.growth_parts[code] for code in values)
    if total <= 0:
        return None
    parts = tuple(
        ScorePart(code, weight := params.growth_parts[code] / total, value, weight * value)
        for code, value in values.items()
    )
    share = next((part.share for part in parts if part.code == DEVELOP), 0.0)
    return Growth(
        value=min(1.0, max(0.0, sum(part.share for part in parts))),
        parts=parts,
        not_applicable=tuple(NotApplicable(code, reason) for code, reason in silent.items()),
        skills=tuple(
            GrowthSkill(skill_id, _stated_level(profile, skill_id), wanted[skill_id], share / len(developed))
            for skill_id in developed
        ),
        unmet_skills=tuple(skill_id for skill_id in sorted(wished) if skill_id not in developed),
    )


def combined(contribution: Number, gain: Number | None, params: MatcherParams) -> Number:
    """Return the value that orders lists: both results weighed, or the contribution alone where there is no growth."""
    if gain is None:
        return contribution
    return (1 - params.growth_share) * contribution + params.growth_share * gain


def wished_levels(profile: ProfileRecord, params: MatcherParams) -> dict[str, float]:
    """Return the skills that a person wants to develop, with the level they state to have; 0 for none."""
    held: dict[str, float] = {}
    wished = {skill.skill_id for skill in profile.skills if skill.develop}
    for skill in profile.skills:
        if skill.skill_id in wished:
            level = params.unstated_level if skill.level is None else float(skill.level)
            level = 0.0 if is_only_wished(skill.level, skill.develop) else level
            held[skill.skill_id] = max(level, held.get(skill.skill_id, 0.0))
    return held


@dataclass(frozen=True, slots=True)
class GrowthBlock:
    """Growth of profiles (rows) by opportunities (columns), and where there is any."""

    values: Floats
    applies: Flags

    def at(self, row: int, column: int) -> float | None:
        """Return the growth of one pair."""
        return float(self.values[row, column]) if self.applies[row, column] else None

    def combined(self, contribution: Floats, params: MatcherParams) -> Floats:
        """Return the values that order lists, for contributions of the same shape."""
        return np.where(self.applies, combined(contribution, self.values, params), contribution)


class WishTable:
    """What many people stated, made ready once to be held against blocks of posts."""

    def __init__(self, profiles: Sequence[ProfileRecord], params: MatcherParams) -> None:
        self._params = params
        self._wishes: dict[str, tuple[list[Any], NDArray[np.intp]]] = {
            code: distinct([_RULES[code].of_profile(profile) for profile in profiles])
            for code in params.growth_parts
            if code != DEVELOP
        }
        wished = [wished_levels(profile, params) for profile in profiles]
        self._counts = np.array([len(levels) for levels in wished], dtype=np.float64)
        of_skill: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for row, levels in enumerate(wished):
            for skill_id, level in levels.items():
                of_skill[skill_id].append((row, level))
        self._of_skill = {
            skill_id: (np.array([row for row, _ in found]), np.array([level for _, level in found]))
            for skill_id, found in of_skill.items()
        }

    def block(self, posts: Sequence[OpportunityRecord]) -> GrowthBlock:
        """Return the growth of every person with each of these posts, as `growth` gives it one by one."""
        shape = len(self._counts), len(posts)
        total, gained = np.zeros(shape), np.zeros(shape)
        for code, weight in self._params.growth_parts.items():
            values, applies = self._develop(posts) if code == DEVELOP else self._wish(code, posts)
            total += weight * applies
            gained += weight * applies * values
        applies = total > 0
        return GrowthBlock(np.clip(gained / np.where(applies, total, 1.0), 0, 1), applies)

    def _develop(self, posts: Sequence[OpportunityRecord]) -> tuple[Floats, Flags]:
        met = np.zeros((len(self._counts), len(posts)))
        names_skills = np.zeros(len(posts), dtype=np.bool_)
        for column, post in enumerate(posts):
            for skill in required_skills(post.skills):
                names_skills[column] = True
                if skill.skill_id in self._of_skill:
                    rows, held = self._of_skill[skill.skill_id]
                    met[rows, column] += held < skill.level
        wishes = self._counts[:, None]
        return _developed(met, wishes, self._params), (wishes > 0) & names_skills[None, :]

    def _wish(self, code: str, posts: Sequence[OpportunityRecord]) -> tuple[Floats, Flags]:
        rule = _RULES[code]
        mine, of_profile = self._wishes[code]
        theirs, of_post = distinct([rule.of_opportunity(post) for post in posts])
        verdicts = [[rule.verdict(wished, offered)[0] for offered in theirs] for wished in mine]
        shape = len(mine), len(theirs)
        values = np.array([[float(item == "pass") for item in row] for row in verdicts]).reshape(shape)
        applies = np.array([[item != "not_stated" for item in row] for row in verdicts], dtype=np.bool_).reshape(shape)
        places = of_profile[:, None], of_post[None, :]
        return values[places], applies[places]


def _developed(met: float | Floats, wished: float | Floats, params: MatcherParams) -> Floats:
    """Return how full the wish to develop is: of `growth_full_skills` wishes, or of all where there are fewer."""
    value: Floats = np.minimum(met / np.clip(wished, 1, params.growth_full_skills), 1.0)
    return value


def _is_wished(result: RuleResult) -> bool:
    """Tell whether the person stated the wish of a rule whose outcome is "not stated"."""
    detail = result.detail
    return bool(detail.get("wanted") or detail.get("available_from") or detail.get("available_to"))


def _stated_level(profile: ProfileRecord, skill_id: str) -> int | None:
    return max((skill.level for skill in profile.skills if skill.skill_id == skill_id and skill.level), default=None)
