"""The people and posts of `data/parity`, each in English and in Korean, as the matcher's records and as plain texts."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ml.concepts import SkillLexicon
from ml.schema import HeldSkill, OpportunityRecord, ProfileRecord, RecordText, RequiredSkill
from ml.text import LANGUAGES, Language

DATA = Path(__file__).resolve().parent.parent / "data"
POOL = 100


@dataclass(frozen=True, slots=True)
class Person:
    """A person, with a text in one language or in two; `names_skills` tells whether it names methods and tools."""

    id: str
    texts: Mapping[Language, str]
    skills: tuple[HeldSkill, ...]
    names_skills: bool = False
    short: bool = False

    def record(self, language: Language, suffix: str = "", *, declares: bool = True) -> ProfileRecord:
        """Return the person as one who wrote in this language, with the declared skills or without."""
        texts = (RecordText(language, self.texts[language]),)
        return ProfileRecord(f"{self.id}-{language}{suffix}", "GB", self.skills if declares else (), texts)


@dataclass(frozen=True, slots=True)
class Post:
    """A post with its texts, title first; `original` is the language of its host."""

    id: str
    country: str
    original: Language
    texts: Mapping[Language, str]
    skills: tuple[RequiredSkill, ...]

    def record(self, *languages: Language) -> OpportunityRecord:
        """Return the post as published in these languages."""
        texts = tuple(RecordText(language, self.texts[language]) for language in languages)
        return OpportunityRecord(f"{self.id}-{'-'.join(languages)}", self.country, self.skills, texts)


def load_people(folder: Path = DATA / "parity") -> list[Person]:
    """Return the people who are written in both languages."""
    return [
        Person(row["id"], {code: row[code] for code in LANGUAGES}, _held(row), row["names_skills"], row["short"])
        for row in _rows(folder / "people.jsonl")
    ]


def load_posts(folder: Path = DATA / "parity") -> list[Post]:
    """Return the posts: those of the United Kingdom are written in English first, those of Korea in Korean."""
    return [
        Post(
            row["id"],
            row["country"],
            row["original"],
            {code: f"{row[f'title_{code}']}\n{row[code]}" for code in LANGUAGES},
            tuple(RequiredSkill(item["skill_id"], item["level"], item["essential"]) for item in row["skills"]),
        )
        for row in _rows(folder / "posts.jsonl")
    ]


def load_relevance(folder: Path = DATA / "parity") -> dict[str, dict[str, int]]:
    """Return for each post how well people suit it, 3 to 1; whoever is not named does not."""
    relevance: dict[str, dict[str, int]] = {}
    with (folder / "qrels.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            relevance.setdefault(row["post_id"], {})[row["person_id"]] = int(row["relevance"])
    return relevance


def load_others(folder: Path = DATA / "sample") -> list[Person]:
    """Return the people of the sample data, nearly all of them with one language: they fill a pool."""
    others = []
    for row in json.loads((folder / "profiles.json").read_text(encoding="utf-8")):
        texts: dict[Language, str] = {item["lang"]: item["text"] for item in row["experience"]}
        if texts:
            others.append(Person(f"s-{row['key']}", texts, _held(row)))
    return others


def load_padding(folder: Path = DATA / "parity") -> dict[str, str]:
    """Return a long text that says nothing of anybody's work, in each language."""
    padding: dict[str, str] = json.loads((folder / "padding.json").read_text(encoding="utf-8"))
    return padding


def load_lexicon(folder: Path = DATA / "reference") -> SkillLexicon:
    """Return the names of skills that the project ships."""
    rows: list[tuple[str, str, str]] = []
    with (folder / "skills.csv").open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            rows += [(row["skill_id"], "en", row["name_en"]), (row["skill_id"], "ko", row["name_ko"])]
    with (folder / "skill_aliases.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows += [(row["skill_id"], row["lang"], row["alias"]) for row in csv.DictReader(lines)]
    return SkillLexicon(rows)


def pool(
    people: Sequence[Person], others: Sequence[Person], korean: int, size: int = POOL, seed: int = 1
) -> list[tuple[Person, Language]]:
    """Return a pool of this size, each in one language, `korean` in Korean: all the people, and others to fill it.

    Raises ValueError where there are too few others.
    """
    chance = random.Random(seed)  # noqa: S311 - a repeatable draw, nothing secret
    fillers: dict[Language, list[Person]] = {
        code: chance.sample(found := [other for other in others if code in other.texts], len(found))
        for code in LANGUAGES
    }
    wanted: dict[Language, int] = {"en": size - korean, "ko": korean}
    mine: dict[Language, int] = {"ko": min(korean, max(len(people) - wanted["en"], round(len(people) * korean / size)))}
    mine["en"] = len(people) - mine["ko"]
    shuffled = chance.sample(list(people), len(people))
    chosen: list[tuple[Person, Language]] = [
        (person, "ko" if place < mine["ko"] else "en") for place, person in enumerate(shuffled)
    ]
    taken: set[str] = set()
    for code in LANGUAGES:
        free = [other for other in fillers[code] if other.id not in taken][: wanted[code] - mine[code]]
        taken.update(other.id for other in free)
        chosen += [(other, code) for other in free]
    if len(chosen) != size:
        raise ValueError(f"a pool of {size} with {korean} Korean texts cannot be filled")
    return chosen


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def _held(row: Mapping[str, Any]) -> tuple[HeldSkill, ...]:
    return tuple(HeldSkill(item["skill_id"], item["level"]) for item in row["skills"])
