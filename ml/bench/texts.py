"""Texts to measure reading with: the sentences of the people and posts of `data/parity`, mixed anew for each record."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ml.concepts import SkillLexicon
from ml.schema import HeldSkill, OpportunityRecord, ProfileRecord, RecordText, RequiredSkill
from ml.sentences import passages

_DATA = Path(__file__).resolve().parents[2] / "data"
_SENTENCES = 12  # about 200 words


def people(count: int, seed: int = 5) -> list[ProfileRecord]:
    """Return made-up profiles, half of them in Korean."""
    chance, skills = np.random.default_rng(seed), sorted(lexicon().skill_ids)
    found = []
    for number in range(count):
        language = "en" if number % 2 else "ko"
        held = tuple(HeldSkill(skills[at], int(chance.integers(1, 5))) for at in _some(chance, len(skills), 8))
        text = RecordText(language, _mixed(chance, "people", language))
        found.append(ProfileRecord(f"p{number}", "GB" if number % 2 else "KR", skills=held, texts=(text,)))
    return found


def posts(count: int, seed: int = 6) -> list[OpportunityRecord]:
    """Return made-up posts, half of them in Korean."""
    chance, skills = np.random.default_rng(seed), sorted(lexicon().skill_ids)
    found = []
    for number in range(count):
        language = "en" if number % 2 else "ko"
        wanted = tuple(RequiredSkill(skills[at], int(chance.integers(1, 5))) for at in _some(chance, len(skills), 6))
        text = RecordText(language, _mixed(chance, "posts", language))
        found.append(OpportunityRecord(f"o{number}", "GB" if number % 2 else "KR", skills=wanted, texts=(text,)))
    return found


@cache
def lexicon() -> SkillLexicon:
    """Return the recogniser of the skills that the project ships."""
    with open(_DATA / "reference" / "skill_aliases.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return SkillLexicon((row["skill_id"], row.get("lang") or row["language"], row["alias"]) for row in rows)


@cache
def _sentences(side: str, language: str) -> list[str]:
    with open(_DATA / "parity" / f"{side}.jsonl", encoding="utf-8") as lines:
        whole = [str(json.loads(line)[language]) for line in lines if line.strip()]
    found = passages([RecordText(language, text) for text in whole], limit=1_000_000, most=5_000)
    return [passage.text for passage in found]


def _mixed(chance: np.random.Generator, side: str, language: str) -> str:
    sentences = _sentences(side, language)
    return " ".join(sentences[at] for at in _some(chance, len(sentences), _SENTENCES))


def _some(chance: np.random.Generator, of: int, most: int) -> Any:
    return chance.choice(of, min(of, most), replace=False).tolist()
