"""Who may be suggested for what: named rules, apart from the score.

A value not stated does not exclude; it comes out as "not_stated" and is shown so. Each rule reads only its own few
fields, so that a matrix of pairs costs one call for each different combination of values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ml.schema import OpportunityRecord, Outcome, PlainValue, ProfileRecord, RuleResult

Verdict = tuple[Outcome, dict[str, PlainValue]]

# Upper bounds in months, inclusive. Two weeks are 0.46 of a month; half a month leaves room for rounding.
LENGTH_BANDS = (
    ("up_to_2_weeks", 0.5),
    ("up_to_3_months", 3.0),
    ("3_to_6_months", 6.0),
    ("6_to_12_months", 12.0),
    ("12_to_24_months", 24.0),
    ("over_24_months", float("inf")),
)


def length_band(months: float) -> str:
    """Return the band of a length in months; an upper bound belongs to its band (12 months are "6_to_12_months")."""
    return next(code for code, most in LENGTH_BANDS if months <= most)


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule: the values it reads of each side (hashable), and the verdict on them."""

    code: str
    of_profile: Callable[[ProfileRecord], Any]
    of_opportunity: Callable[[OpportunityRecord], Any]
    verdict: Callable[[Any, Any], Verdict]

    def check(self, profile: ProfileRecord, opportunity: OpportunityRecord) -> RuleResult:
        """Return how the rule comes out for one pair."""
        outcome, detail = self.verdict(self.of_profile(profile), self.of_opportunity(opportunity))
        return RuleResult(self.code, outcome, detail)


def check_eligibility(profile: ProfileRecord, opportunity: OpportunityRecord) -> list[RuleResult]:
    """Return every rule's result for a pair, in the order of `RULES`. The pair is eligible when none failed."""
    return [rule.check(profile, opportunity) for rule in RULES]


def check_wishes(profile: ProfileRecord, opportunity: OpportunityRecord) -> list[RuleResult]:
    """Return how the post meets wishes that neither exclude nor score: work mode, region, role family."""
    return [rule.check(profile, opportunity) for rule in WISHES]


def is_eligible(results: Sequence[RuleResult]) -> bool:
    """Tell whether no rule failed."""
    return all(result.outcome != "fail" for result in results)


def eligibility_mask(
    profiles: Sequence[ProfileRecord], opportunities: Sequence[OpportunityRecord]
) -> NDArray[np.bool_]:
    """Return a matrix, profiles by opportunities, of whether `check_eligibility` finds the pair eligible."""
    mask = np.ones((len(profiles), len(opportunities)), dtype=np.bool_)
    for rule in RULES:
        profile_keys, of_profile = distinct([rule.of_profile(profile) for profile in profiles])
        opportunity_keys, of_opportunity = distinct([rule.of_opportunity(item) for item in opportunities])
        table = np.array(
            [[rule.verdict(mine, theirs)[0] != "fail" for theirs in opportunity_keys] for mine in profile_keys],
            dtype=np.bool_,
        ).reshape(len(profile_keys), len(opportunity_keys))
        mask &= table[of_profile[:, None], of_opportunity[None, :]]
    return mask


def distinct(keys: list[Any]) -> tuple[list[Any], NDArray[np.intp]]:
    numbers: dict[Any, int] = {}
    places = [numbers.setdefault(key, len(numbers)) for key in keys]
    return list(numbers), np.array(places, dtype=np.intp)


def _passed(holds: bool) -> Outcome:
    return "pass" if holds else "fail"


def _border_direction(home: str, post: tuple[str, str]) -> Verdict:
    host, audience = post
    crossing = home != host
    holds = audience == "both" or (audience == "abroad") == crossing
    return _passed(holds), {"home": home, "host": host, "audience": audience, "crossing": crossing}


def _taking_part(taking_part: bool, _: None) -> Verdict:
    return _passed(taking_part), {"taking_part": taking_part}


def _shown_abroad(person: tuple[str, bool], host: str) -> Verdict:
    home, shown_abroad = person
    crossing = home != host
    return _passed(shown_abroad or not crossing), {"crossing": crossing, "shown_abroad": shown_abroad}


def _profile_active(active: bool, _: None) -> Verdict:
    return _passed(active), {"active": active}


def _opportunity_open(_: None, is_open: bool) -> Verdict:
    return _passed(is_open), {"open": is_open}


def _choice(wanted: frozenset[str], offered: str | None) -> Verdict:
    """One value offered, against the values that suit; either side may be silent."""
    detail: dict[str, PlainValue] = {"offered": offered, "wanted": sorted(wanted)}
    if offered is None or not wanted:
        return "not_stated", detail
    return _passed(offered in wanted), detail


def _dates(available: tuple[date | None, date | None], start: tuple[date | None, date | None]) -> Verdict:
    detail: dict[str, PlainValue] = {
        "available_from": _iso(available[0]),
        "available_to": _iso(available[1]),
        "start_earliest": _iso(start[0]),
        "start_latest": _iso(start[1]),
    }
    if available == (None, None) or start == (None, None):
        return "not_stated", detail
    begins = [day for day in (available[0], start[0]) if day is not None]
    ends = [day for day in (available[1], start[1]) if day is not None]
    return _passed(not begins or not ends or max(begins) <= min(ends)), detail


def _length(lengths: frozenset[str], months: float | None) -> Verdict:
    outcome, detail = _choice(lengths, None if months is None else length_band(months))
    return outcome, {**detail, "months": months}


def _minimum_language(
    abilities: tuple[tuple[str, int | None, int | None], ...], post: tuple[str | None, int | None, int | None, bool]
) -> Verdict:
    language, speaking, reading, interpreter = post
    held = next((ability[1:] for ability in abilities if ability[0] == language), (None, None))
    spoken = "waived" if interpreter and speaking is not None else _level_outcome(held[0], speaking)
    read = _level_outcome(held[1], reading)
    detail: dict[str, PlainValue] = {
        "language": language,
        "interpreter": interpreter,
        "speaking_required": speaking,
        "speaking_held": held[0],
        "speaking": spoken,
        "reading_required": reading,
        "reading_held": held[1],
        "reading": read,
    }
    if language is None:
        return "pass", detail
    return _worst(spoken, read), detail


def _level_outcome(held: int | None, required: int | None) -> Outcome:
    if required is None:
        return "pass"
    return "not_stated" if held is None else _passed(held >= required)


def _worst(*outcomes: str) -> Outcome:
    if "fail" in outcomes:
        return "fail"
    return "not_stated" if "not_stated" in outcomes else "pass"


def _grade(person: tuple[str, int | None], post: tuple[str, int | None, int | None]) -> Verdict:
    home, grade = person
    host, least, most = post
    about = home != host  # grades compare only roughly across the border: shown, never excluding
    detail: dict[str, PlainValue] = {"about": about, "held": grade, "min": least, "max": most}
    if least is None and most is None:
        return "pass", detail
    if grade is None:
        return "not_stated", detail
    inside = (least is None or grade >= least) and (most is None or grade <= most)
    return _passed(about or inside), detail


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _abilities(profile: ProfileRecord) -> tuple[tuple[str, int | None, int | None], ...]:
    return tuple((ability.language, ability.speaking, ability.reading) for ability in profile.languages)


def _nothing(_: object) -> None:
    return None


RULES: tuple[Rule, ...] = (
    Rule("border_direction", lambda p: p.country, lambda o: (o.country, o.audience), _border_direction),
    Rule("taking_part", lambda p: p.taking_part, _nothing, _taking_part),
    Rule("shown_abroad", lambda p: (p.country, p.shown_abroad), lambda o: o.country, _shown_abroad),
    Rule("profile_active", lambda p: p.active, _nothing, _profile_active),
    Rule("opportunity_open", _nothing, lambda o: o.open, _opportunity_open),
    Rule("kind", lambda p: p.kinds, lambda o: o.kind, _choice),
    Rule("dates", lambda p: (p.available_from, p.available_to), lambda o: (o.start_earliest, o.start_latest), _dates),
    Rule("length", lambda p: p.lengths, lambda o: o.length_months, _length),
    Rule("working_pattern", lambda p: p.working_patterns, lambda o: o.working_pattern, _choice),
    Rule(
        "minimum_language",
        _abilities,
        lambda o: (o.working_language, o.speaking, o.reading, o.interpreter),
        _minimum_language,
    ),
    Rule(
        "grade",
        lambda p: (p.country, p.grade_order),
        lambda o: (o.country, o.grade_min_order, o.grade_max_order),
        _grade,
    ),
)
WISHES: tuple[Rule, ...] = (
    Rule("work_mode", lambda p: p.work_modes, lambda o: o.work_mode, _choice),
    Rule("region", lambda p: p.wished_regions, lambda o: o.region, _choice),
    Rule("role_family", lambda p: p.role_families, lambda o: o.role_family, _choice),
)
