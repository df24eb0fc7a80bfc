"""What would change a result: the smallest single changes of a profile, found by scoring it again.

For the person alone, as advice. Each change was tried: a skill at a level is kept only when the score then reaches a
better band, a wish or a date only when the rules then hold. Who the person is plays no part, and nothing is tried that
they could not work on or choose.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal, TypeAlias

from ml.eligibility import RULES, check_eligibility
from ml.params import BANDS, Band, MatcherParams
from ml.schema import (
    MOST_LEVEL,
    Change,
    HeldSkill,
    LanguageAbility,
    OpportunityRecord,
    PlainValue,
    ProfileRecord,
    RequiredSkill,
    RuleResult,
    WhatIf,
)
from ml.scoring import is_only_wished, required_skills

Scorer: TypeAlias = Callable[[Sequence[ProfileRecord]], Sequence[float]]
"""Scores of variants of one profile, which differ in skills alone, with one post."""
MOST_SKILLS = 30
MOST_SHOWN = 5

# Sizes order the changes; they are steps of one level of a skill, about what a person can do in some months.
_A_CHOICE = 0.25  # ticking what also suits, or choosing to take part
_A_MONTH = 0.25  # of availability
_A_LEVEL = 1.0
_LANGUAGE_LEVEL = 2.0  # a CEFR level takes about a year beside work


def what_if(
    profile: ProfileRecord,
    post: OpportunityRecord,
    score: Scorer,
    params: MatcherParams,
    *,
    named: Collection[str] = (),
    most: int = MOST_SHOWN,
) -> WhatIf:
    """Find what would change the result of a pair. `named` are skills that the post's text names besides.

    At most `MOST_SKILLS` skills are tried, each at the levels asked for above the present one, all in one call of
    `score`, so that the work is bounded.
    """
    trial = _Trial(profile, post, score, params, named)
    failed = [rule for rule in check_eligibility(profile, post) if rule.outcome == "fail"]
    band = trial.band
    moves = _smallest(trial.moves(eligible=not failed), most)
    changes = {rule.code: change for rule in failed if (change := _lifted(profile, post, rule, band)) is not None}
    fixed = tuple(rule.code for rule in failed if rule.code not in changes)
    lifted = _smallest(changes.values(), len(changes))
    alone = len(failed) == 1
    return WhatIf(
        band=band,
        eligible=not failed,
        moves=moves,
        admits=lifted if alone else (),
        needed=() if alone else lifted,
        fixed=fixed,
        scored=trial.scored,
    )


class _Trial:
    """Scores one profile again and again, with other levels."""

    def __init__(
        self,
        profile: ProfileRecord,
        post: OpportunityRecord,
        score: Scorer,
        params: MatcherParams,
        named: Collection[str],
    ) -> None:
        self._profile, self._post, self._params = profile, post, params
        self._levels = self._worth_trying(named)
        tried = [self._with(skill.skill_id, level) for skill, levels in self._levels for level in levels]
        scores = list(score([profile, *tried]))
        self.scored = len(scores)
        self.band = self._band_of(scores[0])
        self._bands = iter([self._band_of(item) for item in scores[1:]])

    def moves(self, *, eligible: bool) -> Iterator[Change]:
        """Yield, for each skill that can move the band, the lowest level that does."""
        asked = {skill.skill_id for skill in self._post.skills}
        for skill, levels in self._levels:
            reached = [(level, next(self._bands)) for level in levels]
            better = next((item for item in reached if BANDS.index(item[1]) < BANDS.index(self.band)), None)
            if better is None:
                continue
            level, band = better
            detail: dict[str, PlainValue] = {
                "skill_id": skill.skill_id,
                "level": level,
                "held_level": self._stated(skill.skill_id),
                "is_held": levels[0] > 1,
                "essential": skill.essential,
            }
            code = "skill" if skill.skill_id in asked else "named"
            yield Change(code, detail, _A_LEVEL * (level - levels[0] + 1), band, eligible)

    def _worth_trying(self, named: Collection[str]) -> list[tuple[RequiredSkill, range]]:
        """Return the skills that are short of what the post asks for, each with the levels above the present one."""
        wanted = sorted(required_skills(self._post.skills), key=lambda skill: (not skill.essential, skill.skill_id))
        known = {skill.skill_id for skill in wanted} | {skill.skill_id for skill in self._profile.skills}
        others = [RequiredSkill(skill_id, 1, False) for skill_id in sorted(set(named) - known)]
        found = ((skill, range(self._counted(skill.skill_id) + 1, skill.level + 1)) for skill in (*wanted, *others))
        return [(skill, levels) for skill, levels in found if levels][:MOST_SKILLS]

    def _band_of(self, score: float) -> Band:
        return self._params.band_of(score, essential=self._post.states_essential)

    def _held(self, skill_id: str) -> list[HeldSkill]:
        mine = (skill for skill in self._profile.skills if skill.skill_id == skill_id)
        return [skill for skill in mine if not is_only_wished(skill.level, skill.develop)]

    def _stated(self, skill_id: str) -> int | None:
        return max((skill.level for skill in self._held(skill_id) if skill.level), default=None)

    def _counted(self, skill_id: str) -> int:
        """Return the level that counts: none stated is awareness, a mention in a text is none."""
        return self._stated(skill_id) or int(bool(self._held(skill_id)))

    def _with(self, skill_id: str, level: int) -> ProfileRecord:
        others = tuple(skill for skill in self._profile.skills if skill.skill_id != skill_id)
        return replace(self._profile, skills=(*others, HeldSkill(skill_id, min(level, MOST_LEVEL), evidence=True)))


def _smallest(changes: Iterable[Change], most: int) -> tuple[Change, ...]:
    order: dict[str, int] = {rule.code: place for place, rule in enumerate(RULES)}
    return tuple(
        sorted(
            changes,
            key=lambda item: (
                item.size,
                BANDS.index(item.band),
                not item.detail.get("essential", True),
                order.get(item.code, -1),
                str(item.detail.get("skill_id", "")),
            ),
        )[:most]
    )


def _lifted(profile: ProfileRecord, post: OpportunityRecord, rule: RuleResult, band: str) -> Change | None:
    """Return the smallest change after which a failed rule holds; None where the person cannot change it."""
    tried = _CHANGED[rule.code](profile, post, rule) if rule.code in _CHANGED else None
    if tried is None:
        return None
    changed, detail, size = tried
    results = {item.code: item.outcome for item in check_eligibility(changed, post)}
    if results[rule.code] == "fail":
        return None
    return Change(rule.code, detail, size, band, "fail" not in results.values())


_Tried: TypeAlias = tuple[ProfileRecord, dict[str, PlainValue], float]


def _chosen(field: Literal["taking_part", "shown_abroad", "active"]) -> Callable[..., _Tried | None]:
    def tried(profile: ProfileRecord, _post: OpportunityRecord, _rule: RuleResult) -> _Tried:
        return replace(profile, **{field: True}), {}, _A_CHOICE  # type: ignore[arg-type]

    return tried


def _also(field: Literal["kinds", "lengths", "working_patterns"]) -> Callable[..., _Tried | None]:
    def tried(profile: ProfileRecord, _post: OpportunityRecord, rule: RuleResult) -> _Tried:
        offered = str(rule.detail["offered"])
        wider: frozenset[str] = getattr(profile, field) | {offered}
        return replace(profile, **{field: wider}), {"offered": offered}, _A_CHOICE  # type: ignore[arg-type]

    return tried


def _dates(profile: ProfileRecord, post: OpportunityRecord, _rule: RuleResult) -> _Tried | None:
    begin, end = profile.available_from, profile.available_to
    days = 0
    if begin is not None and post.start_latest is not None and begin > post.start_latest:
        days += (begin - post.start_latest).days
        begin = post.start_latest
    if end is not None and post.start_earliest is not None and end < post.start_earliest:
        days += (post.start_earliest - end).days
        end = post.start_earliest
    detail: dict[str, PlainValue] = {
        "available_from": _iso(begin) if begin != profile.available_from else None,
        "available_to": _iso(end) if end != profile.available_to else None,
    }
    return replace(profile, available_from=begin, available_to=end), detail, _A_MONTH * max(1, -(-days // 30))


def _language(profile: ProfileRecord, post: OpportunityRecord, rule: RuleResult) -> _Tried | None:
    language = post.working_language
    if language is None:
        return None
    held = next((item for item in profile.languages if item.language == language), LanguageAbility(language))
    speaking = post.speaking if rule.detail["speaking"] == "fail" else held.speaking
    reading = post.reading if rule.detail["reading"] == "fail" else held.reading
    steps = sum((new or 0) - (old or 0) for new, old in ((speaking, held.speaking), (reading, held.reading)))
    others = tuple(item for item in profile.languages if item.language != language)
    detail: dict[str, PlainValue] = {
        "language": language,
        "speaking": speaking if speaking != held.speaking else None,
        "reading": reading if reading != held.reading else None,
    }
    changed = replace(profile, languages=(*others, LanguageAbility(language, speaking, reading)))
    return changed, detail, _LANGUAGE_LEVEL * steps


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


# The country, the grade and whether a post is open are not the person's to change: those rules have no entry.
_CHANGED: dict[str, Callable[[ProfileRecord, OpportunityRecord, RuleResult], _Tried | None]] = {
    "taking_part": _chosen("taking_part"),
    "shown_abroad": _chosen("shown_abroad"),
    "profile_active": _chosen("active"),
    "kind": _also("kinds"),
    "dates": _dates,
    "length": _also("lengths"),
    "working_pattern": _also("working_patterns"),
    "minimum_language": _language,
}
