"""The frozen records that go into the matcher and come out of it.

What goes in is an allow-list: ids, skills and levels, texts, languages, wishes, dates, grade order and states. There is
no field for who somebody is; a test pins the lists. `country` decides the border direction and the grade rule, never
the score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields, is_dataclass
from datetime import date
from types import NoneType, UnionType
from typing import Any, Literal, Self, TypeVar, get_args, get_origin, get_type_hints

Outcome = Literal["pass", "fail", "not_stated"]
PlainValue = str | int | float | bool | list[str] | None
LEAST_LEVEL, MOST_LEVEL = 1, 4  # awareness, working, practitioner, expert
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class HeldSkill:
    """A skill that a person declares. Without a level it is declared only; `develop` is a wish to grow in it."""

    skill_id: str
    level: int | None = None
    evidence: bool = False
    develop: bool = False

    def __post_init__(self) -> None:
        if self.level is not None:
            _check_level(self.level)


@dataclass(frozen=True, slots=True)
class RequiredSkill:
    """A skill that a post asks for, with the level wanted; desirable when not essential."""

    skill_id: str
    level: int
    essential: bool = True

    def __post_init__(self) -> None:
        _check_level(self.level)


@dataclass(frozen=True, slots=True)
class RecordText:
    """A text and the language it was entered under. The matcher reads the text itself and ignores the label."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class LanguageAbility:
    """Speaking and reading on the CEFR scale, 1 (A1) to 6 (C2); None where not stated."""

    language: str
    speaking: int | None = None
    reading: int | None = None


@dataclass(frozen=True, slots=True)
class ProfileRecord:
    """A person as the matcher may see them. Empty sets and None mean "not stated"."""

    id: str
    country: str
    skills: tuple[HeldSkill, ...] = ()
    texts: tuple[RecordText, ...] = ()
    languages: tuple[LanguageAbility, ...] = ()
    kinds: frozenset[str] = frozenset()
    available_from: date | None = None
    available_to: date | None = None
    lengths: frozenset[str] = frozenset()
    working_patterns: frozenset[str] = frozenset()
    work_modes: frozenset[str] = frozenset()
    wished_regions: frozenset[str] = frozenset()
    role_families: frozenset[str] = frozenset()
    grade_order: int | None = None
    taking_part: bool = True
    shown_abroad: bool = True
    active: bool = True


@dataclass(frozen=True, slots=True)
class OpportunityRecord:
    """A post as the matcher may see it. None means "not stated"; `open` is published and not past its closing."""

    id: str
    country: str
    skills: tuple[RequiredSkill, ...] = ()
    texts: tuple[RecordText, ...] = ()
    working_language: str | None = None
    speaking: int | None = None
    reading: int | None = None
    interpreter: bool = False
    kind: str | None = None
    start_earliest: date | None = None
    start_latest: date | None = None
    length_months: float | None = None
    working_pattern: str | None = None
    work_mode: str | None = None
    region: str | None = None
    role_family: str | None = None
    grade_min_order: int | None = None
    grade_max_order: int | None = None
    audience: Literal["abroad", "home", "both"] = "both"
    open: bool = True

    def __post_init__(self) -> None:
        if self.length_months is not None and not self.length_months >= 0:
            raise ValueError(f"a length is 0 months or more, not {self.length_months}")

    @property
    def states_essential(self) -> bool:
        """Tell whether a skill is asked for that the work cannot do without."""
        return any(skill.essential for skill in self.skills)


@dataclass(frozen=True, slots=True)
class RuleResult:
    """How one named rule came out. `detail` holds plain values; the wording is made elsewhere, in two languages."""

    code: str
    outcome: Outcome
    detail: dict[str, PlainValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScorePart:
    """One part of a score: `share` is `weight` times `value`, and the shares sum to the score."""

    code: str
    weight: float
    value: float
    share: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """A place in a ranked list: the id of the other side, the score in [0, 1], its band and its parts.

    `growth` is what the person gains, None where nothing is known of it; lists are ordered by `combined`.
    """

    id: str
    score: float
    band: str
    parts: tuple[ScorePart, ...]
    growth: float | None = None
    combined: float | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` of the text at `text_index` in the record's `texts`, as typed."""

    text_index: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """A part that could not apply, and the reason as a code."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class SkillLine:
    """A skill asked for, against what the person has. `share` is its part of the score; `short_by` is in levels."""

    skill_id: str
    essential: bool
    required_level: int
    held_level: int | None
    status: Literal["met", "short", "missing"]
    short_by: int
    evidence: Literal["evidenced", "declared", "claimed", "none"]
    develop: bool
    share: float
    profile_spans: tuple[Span, ...]
    opportunity_spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class ConceptShare:
    """A skill concept on both sides, how each side carries it, and its part of the score."""

    skill_id: str
    profile_source: Literal["declared", "claimed"]
    opportunity_source: Literal["declared", "claimed"]
    share: float
    profile_spans: tuple[Span, ...]
    opportunity_spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class TermShare:
    """A word or phrase of the person's text that the post's text (nearly) shares, and its part of the score."""

    term: str
    share: float
    profile_spans: tuple[Span, ...]
    opportunity_spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class GrowthSkill:
    """A skill the person wants to develop that the post asks for above their level, and its part of growth."""

    skill_id: str
    held_level: int | None
    required_level: int
    share: float


@dataclass(frozen=True, slots=True)
class Growth:
    """What the person gains from a post, apart from the score: `value` in [0, 1] is the sum of the parts' shares.

    The shares of `skills` sum to that of the part `develop`; `unmet_skills` are wished for and would not grow here.
    """

    value: float
    parts: tuple[ScorePart, ...]
    not_applicable: tuple[NotApplicable, ...]
    skills: tuple[GrowthSkill, ...]
    unmet_skills: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PassageShare:
    """A passage on each side whose meanings are close, by how much (a cosine), and the pair's part of the score."""

    profile_span: Span
    opportunity_span: Span
    similarity: float
    share: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a pair scored what it scored.

    The shares of `parts` sum to the score; those of `skills` to the two skill parts, those of `concepts` to the concept
    part, those of `terms` with `other_terms_share` to the text part, those of `passages` with `other_passages_share` to
    the meaning part; `encoder` made their vectors. `copied_spans` are passages of the profile that were taken from the
    post and so counted nothing, `copied_share` their part of the profile's text.
    """

    profile_id: str
    opportunity_id: str
    score: float
    band: str
    eligible: bool
    parts: tuple[ScorePart, ...]
    not_applicable: tuple[NotApplicable, ...]
    rules: tuple[RuleResult, ...]
    wishes: tuple[RuleResult, ...]
    skills: tuple[SkillLine, ...]
    concepts: tuple[ConceptShare, ...]
    text_language: str | None
    terms: tuple[TermShare, ...]
    other_terms_share: float
    profile_text_cut: bool
    opportunity_text_cut: bool
    params_version: str
    params_hash: str
    lexicon_hash: str
    growth: Growth | None = None
    combined: float | None = None
    passages: tuple[PassageShare, ...] = ()
    other_passages_share: float = 0.0
    copied_share: float = 0.0
    copied_spans: tuple[Span, ...] = ()
    encoder: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild from what `to_dict` returned, also after a trip through JSON and in an earlier release.

        Raises ValueError for another shape.
        """
        return _from_plain(cls, data)


@dataclass(frozen=True, slots=True)
class Change:
    """One change, its size in steps, and what was found after it.

    `code` is "skill" (a level of a skill that is asked for), "named" (a skill that the post's text names), or the code
    of a rule; `detail` holds plain values of what would be different.
    """

    code: str
    detail: dict[str, PlainValue]
    size: float
    band: str
    eligible: bool


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Single changes, the smallest first.

    `moves` lead to a better band. `admits` make the pair eligible, each alone; where several rules fail, `needed` are
    the changes that would all have to be made. `fixed` are failed rules that the person cannot change.
    """

    band: str
    eligible: bool
    moves: tuple[Change, ...] = ()
    admits: tuple[Change, ...] = ()
    needed: tuple[Change, ...] = ()
    fixed: tuple[str, ...] = ()
    scored: int = 0

    @property
    def is_empty(self) -> bool:
        """Tell whether no change was found."""
        return not (self.moves or self.admits or self.needed)


def _check_level(level: int) -> None:
    if not LEAST_LEVEL <= level <= MOST_LEVEL:
        raise ValueError(f"a level is {LEAST_LEVEL} to {MOST_LEVEL}, not {level}")


def _from_plain(cls: type[T], data: Mapping[str, Any]) -> T:
    hints = get_type_hints(cls)
    rows = fields(cls)  # type: ignore[arg-type]
    needed = {item.name for item in rows if item.default is MISSING and item.default_factory is MISSING}
    if not isinstance(data, Mapping) or not needed <= data.keys() <= {item.name for item in rows}:
        raise ValueError(f"these are not the fields of {cls.__name__}")
    return cls(**{name: _value_from_plain(hints[name], value) for name, value in data.items()})


def _value_from_plain(hint: Any, value: Any) -> Any:
    if value is not None and get_origin(hint) is UnionType:
        hint = next(kind for kind in get_args(hint) if kind is not NoneType)
    if is_dataclass(hint) and isinstance(hint, type):
        return _from_plain(hint, value)
    if get_origin(hint) is tuple:
        return tuple(_value_from_plain(get_args(hint)[0], item) for item in value)
    return value
