"""Every number that shapes a score, in one frozen, versioned, hashable value that a run stores."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass, fields
from typing import Literal, Self

Band = Literal["strong", "good", "possible", "weak"]
BANDS: tuple[Band, ...] = ("strong", "good", "possible", "weak")
MOST_GROWTH_SHARE = 0.4
GROWTH_PARTS = ("develop", "role_family", "region", "work_mode", "kind", "dates", "length", "working_pattern")

_SHARES = (
    "weight_skills_essential",
    "weight_skills_desirable",
    "weight_concepts",
    "weight_text",
    "weight_meaning",
    "develop_credit",
    "claimed_concept_weight",
    "meaning_mean_share",
    "meaning_post_share",
    "text_word_weight",
    "text_pair_weight",
    "band_strong",
    "band_good",
    "band_possible",
    "growth_share",
)

_MOST_DOUBLINGS = 6.0  # of passages: the most that a record may have are fewer than 2 to this power


@dataclass(frozen=True, slots=True)
class MatcherParams:
    """The settings of the matcher.

    A score is the sum of weight times value over the parts that apply; weights are renormalised over those parts, so
    a post without desirable skills, or two sides that wrote in different languages, cost nobody anything.

    Skills: a declared level earns its share of the level asked for. A level not stated counts as `unstated_level`
    (awareness). A skill only mentioned in the person's texts counts as `claimed_level`, below any declared level. A
    wish to develop a skill counts in growth alone; `develop_credit`, the part of what is missing that it earned up to
    2026.1, stays so that results of that version can be computed again. The essential skills of a post weigh in full
    from `skills_full` of them on, and in proportion below; so do the desirable ones. One or two skills say too little
    about a post for the whole weight: on real adverts they made good matches of people of another trade.

    Concepts and text are cosines. Two honest texts by different authors rarely reach a cosine of one half, so the
    cosine at which a part counts as full is a setting. That of text is chosen so that words and meaning are worth the
    same where both apply: among 74 people and 40 posts in two languages the pairs made for each other have a text
    cosine of 0.16 and a meaning of 0.35, unrelated ones of 0.03 and 0.06. Words exist within one language only; where
    they or the vectors are missing, the weight of the one goes to the other, so that skills weigh the same whatever
    languages the two sides wrote in.

    In the text cosine, stems and morphemes with their pairs weigh `text_word_weight`, the characters inside words the
    rest; a pair weighs `text_pair_weight` of a single term. Pivoted length, a least number of texts for a term, powers
    of rarity and other ways to dampen counts brought nothing on the development halves of five ranking tasks with
    outside judgements, or helped one and hurt another; runs of 3 to 4 Latin letters and 2 to 3 syllables do as well as
    longer ones, with half the columns.

    Meaning is a mean of two similarities of passages: of their means (`meaning_mean_share` of it), and of the best
    match of each passage on the other side, those of the post weighing `meaning_post_share`. Each counts from a floor
    to a full similarity. Among 74 people and 40 posts written in both languages, a Korean and an English version of the
    same pair get the same value on average with the floors and fulls below, and so do pairs in two languages; the right
    pairs earn a third, unrelated ones a twentieth. The floor rises with each doubling of the passages
    compared, by what unrelated parts of long adverts and careers gained when more of them were taken. Words and meaning
    tell much the same in one language, where both apply; meaning weighs more because it is there in any two.

    Growth, what the person gains, has weights of its own, renormalised over what the person stated and the post says.
    Skills to develop count most; wishes that are also rules weigh little, because every post that is ranked meets them.
    `growth_full_skills` skills that a post would develop are as good as it gets.

    For the bands see `band_of`.

    `growth_share` is how much of the combined order of lists is what the person gains, where they stated a wish; the
    rest is the score. It has no part in the score itself or in its band.

    Raises ValueError for a value out of its range.
    """

    version: str = "2026.3"
    weight_skills_essential: float = 0.42
    weight_skills_desirable: float = 0.10
    weight_concepts: float = 0.23
    weight_text: float = 0.07
    weight_meaning: float = 0.18
    unstated_level: float = 1.0
    claimed_level: float = 0.5
    develop_credit: float = 0.0
    skills_full: int = 3
    claimed_concept_weight: float = 0.5
    concepts_full_cosine: float = 0.7
    text_full_cosine: float = 0.45
    meaning_mean_share: float = 0.5
    meaning_post_share: float = 0.5
    meaning_mean_rise: float = 0.025
    meaning_mean_floor_en: float = 0.050
    meaning_mean_full_en: float = 0.600
    meaning_mean_floor_ko: float = 0.065
    meaning_mean_full_ko: float = 0.697
    meaning_mean_floor_cross: float = 0.046
    meaning_mean_full_cross: float = 0.539
    meaning_best_rise: float = 0.044
    meaning_best_floor_en: float = 0.040
    meaning_best_full_en: float = 0.600
    meaning_best_floor_ko: float = 0.047
    meaning_best_full_ko: float = 0.711
    meaning_best_floor_cross: float = 0.040
    meaning_best_full_cross: float = 0.539
    text_word_weight: float = 0.7
    text_pair_weight: float = 0.75
    text_least_words: int = 10
    latin_char_least: int = 3
    latin_char_most: int = 4
    hangul_char_least: int = 2
    hangul_char_most: int = 3
    profile_text_limit: int = 20_000
    opportunity_text_limit: int = 40_000
    band_strong: float = 0.7
    band_good: float = 0.5
    band_possible: float = 0.3
    growth_share: float = 0.2
    growth_part_develop: float = 0.50
    growth_part_role_family: float = 0.15
    growth_part_region: float = 0.10
    growth_part_work_mode: float = 0.05
    growth_part_kind: float = 0.05
    growth_part_dates: float = 0.05
    growth_part_length: float = 0.05
    growth_part_working_pattern: float = 0.05
    growth_full_skills: int = 3
    explained_terms: int = 12
    explained_spans: int = 20
    explained_passages: int = 8

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            _check_type(field.name, value, type(field.default))
            if isinstance(field.default, float):
                object.__setattr__(self, field.name, float(value))  # 1 and 1.0 must hash alike
        for name in _SHARES:
            if getattr(self, name) > 1:
                raise ValueError(f"{name} must be between 0 and 1")
        if sum(self.weights.values()) <= 0:
            raise ValueError("at least one weight must be above 0")
        if self.skills_full < 1:
            raise ValueError("skills_full must be 1 or more")
        if not 0 <= self.claimed_level <= self.unstated_level <= 1:
            raise ValueError("a claimed skill may not count more than a declared one, nor that more than awareness")
        if not (0 < self.concepts_full_cosine <= 1 and 0 < self.text_full_cosine <= 1):
            raise ValueError("a full cosine must be above 0 and at most 1")
        self._check_meaning()
        self._check_growth()
        if not self.band_strong >= self.band_good >= self.band_possible:
            raise ValueError("bands must fall from strong to possible")
        for least, most in (
            (self.latin_char_least, self.latin_char_most),
            (self.hangul_char_least, self.hangul_char_most),
        ):
            if not 0 < least <= most:
                raise ValueError("character lengths must rise from at least 1")

    def _check_meaning(self) -> None:
        rises = {"mean": 2 * self.meaning_mean_rise, "best": self.meaning_best_rise}
        for kind, rise in rises.items():
            for pair in ("en", "ko", "cross"):
                highest = getattr(self, f"meaning_{kind}_floor_{pair}") + rise * _MOST_DOUBLINGS
                if not highest < getattr(self, f"meaning_{kind}_full_{pair}") <= 1:
                    raise ValueError("a full similarity must be above its floor, and at most 1")

    def _check_growth(self) -> None:
        if self.growth_share > MOST_GROWTH_SHARE:
            raise ValueError(f"growth_share must be at most {MOST_GROWTH_SHARE}")
        if sum(self.growth_parts.values()) <= 0 or max(self.growth_parts.values()) > 1:
            raise ValueError("weights of growth must be at most 1, and one of them above 0")
        if self.growth_full_skills < 1:
            raise ValueError("growth_full_skills must be 1 or more")

    @property
    def growth_parts(self) -> dict[str, float]:
        """Return the weight of each part of growth before renormalising, in the order in which parts are summed."""
        return {code: getattr(self, f"growth_part_{code}") for code in GROWTH_PARTS}

    @property
    def weights(self) -> dict[str, float]:
        """Return the weight of each part before renormalising, in the order in which parts are summed."""
        return {
            "skills_essential": self.weight_skills_essential,
            "skills_desirable": self.weight_skills_desirable,
            "concepts": self.weight_concepts,
            "text": self.weight_text,
            "meaning": self.weight_meaning,
        }

    def band_of(self, score: float, *, essential: bool = True) -> Band:
        """Return the band of a score; `essential` tells whether the post states an essential skill.

        Without one nobody has said what the work cannot do without, weights go to the parts that are left, and a few
        shared words or one desirable skill would look like a good match: such a pair is "possible" at best.

        The defaults were set by reading ranked lists. With skills that people entered (the sample data), the person
        made for a post scores above 0.7, a colleague of a neighbouring role 0.5 to 0.7, somebody with about half of the
        essential skills 0.3 to 0.5, everybody else less (nine in ten pairs). With skills that were only proposed from
        the text of an advert, and so confirmed by nobody, most of the best pairings stay in "possible".
        """
        if essential and score >= self.band_strong:
            return "strong"
        if essential and score >= self.band_good:
            return "good"
        return "possible" if score >= self.band_possible else "weak"

    def to_json(self) -> str:
        """Return canonical JSON: equal settings give equal text."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote. Raises ValueError for anything else."""
        data = json.loads(text)
        if not isinstance(data, dict):
            raise ValueError("settings must be a JSON object")
        unknown = data.keys() - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"unknown settings: {', '.join(sorted(unknown))}")
        return cls(**data)

    @property
    def sha256(self) -> str:
        """Return the hash of the settings, as 64 hexadecimal digits."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()


def _check_type(name: str, value: object, wanted: type) -> None:
    if wanted is float:
        right = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    else:
        right = type(value) is wanted
    if not right:
        raise ValueError(f"{name} must be of type {wanted.__name__}")
    if isinstance(value, int | float) and value < 0:
        raise ValueError(f"{name} must not be negative")
