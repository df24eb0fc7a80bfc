"""The matcher on adverts and role levels that nobody on this project wrote; left out where they are not at hand."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest

from ml.concepts import SkillLexicon, propose_skills
from ml.matcher import SkillMatcher
from ml.schema import HeldSkill, OpportunityRecord, ProfileRecord, RecordText, RequiredSkill

SHARED = Path(os.environ.get("TALENT_SHARED_DIR", Path(__file__).parents[2].parent / "shared"))
LEVELS = {"awareness": 1, "working": 2, "practitioner": 3, "expert": 4}

pytestmark = pytest.mark.skipif(
    not (SHARED / "real-input" / "opportunities.jsonl").exists(), reason="the shared real input is not at hand"
)


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SHARED / "real-input" / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def lexicon() -> SkillLexicon:
    with (SHARED / "reference" / "skill_aliases.csv").open(encoding="utf-8", newline="") as file:
        aliases = [(row["skill_id"], row["lang"], row["alias"]) for row in csv.DictReader(file)]
    with (SHARED / "reference" / "skills.csv").open(encoding="utf-8", newline="") as file:
        names = [(row["skill_id"], lang, row[f"name_{lang}"]) for row in csv.DictReader(file) for lang in ("en", "ko")]
    return SkillLexicon([*aliases, *names])


@pytest.fixture(scope="module")
def titles() -> dict[str, str]:
    adverts = {row["id"]: row["title"] for row in rows("opportunities.jsonl")}
    return adverts | {row["id"]: row.get("title", "") for row in rows("profiles.jsonl")}


@pytest.fixture(scope="module")
def matcher(lexicon: SkillLexicon) -> SkillMatcher:
    mine = [
        ProfileRecord(
            row["id"],
            "GB",
            tuple(HeldSkill(skill["skill_id"], LEVELS[skill["level"]]) for skill in row.get("skills", ())),
            (RecordText(row["language"], row["text"]),),
        )
        for row in rows("profiles.jsonl")
    ]
    theirs = []
    for row in rows("opportunities.jsonl"):
        text = f"{row['title']}\n{row['text']}"
        skills = tuple(RequiredSkill(found.skill_id, 2) for found in propose_skills(text, lexicon, 8))
        theirs.append(OpportunityRecord(row["id"], "KR", skills, (RecordText(row["language"], text),)))
    return SkillMatcher(lexicon=lexicon, seed=b"real").fit(mine, theirs)


def test_every_advert_is_ranked_and_every_explanation_adds_up(matcher: SkillMatcher) -> None:
    ranked = dict(matcher.rank_every_opportunity(3))
    assert len(ranked) == len(rows("opportunities.jsonl"))
    for advert, places in ranked.items():
        explanation = matcher.explain(places[0].id, advert)
        assert sum(part.share for part in explanation.parts) == pytest.approx(explanation.score, abs=1e-9)
        assert explanation.score == places[0].score


def test_most_adverts_propose_skills(lexicon: SkillLexicon) -> None:
    found = [propose_skills(row["text"], lexicon, 10) for row in rows("opportunities.jsonl")]
    assert sum(bool(proposals) for proposals in found) > 0.9 * len(found)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("engineer", ("engineer", "developer")), ("content", ("content",)), ("security", ("security", "engineer"))],
)
def test_the_best_pairing_is_of_the_right_trade_more_often_than_not(
    matcher: SkillMatcher, titles: dict[str, str], wanted: str, expected: tuple[str, ...]
) -> None:
    adverts = [row["id"] for row in rows("opportunities.jsonl") if wanted in row["title"].lower()]
    best = [titles[matcher.rank_profiles(advert, 1)[0].id].lower() for advert in adverts]
    right = sum(any(word in title for word in expected) for title in best)
    assert right > len(adverts) / 2
