"""Browsing the framework without signing in, in both languages."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from models import Skill
from talent.db import transaction
from tests.support.page import Page, Visitor


def skill_links(page: Page) -> list[str]:
    """Addresses of the skills a page lists, in its order."""
    assert page.tree is not None
    found = [link.get("href", "") for link in page.tree.iterfind(".//main//a")]
    return [href for href in found if href.startswith("/framework/skills/")]


def test_families_to_skills_with_levels(visitor: Visitor) -> None:
    page = visitor.page("framework.families")
    assert page.heading == "Skills framework"
    assert "Practitioner" in page.text
    family = page.click("Data")
    role = family.click("Data engineer")
    assert "Data engineer" in role.heading
    level = role.click("Senior data engineer")
    assert "Skills and the level of each" in level.text
    skill = level.click("Data modelling")
    assert "Data modelling" in skill.heading
    assert "데이터 모델링" in skill.text
    assert "Senior data engineer" in skill.text


def test_the_pages_in_korean(app: Flask) -> None:
    reader = Visitor(app, "ko")
    page = reader.page("framework.skill", skill_id="accessibility")
    assert page.heading == "역량 웹 접근성 Accessibility"
    role_level = reader.page("framework.role_level", role_level_id="data-engineer--senior-data-engineer")
    assert "역량별 숙련도" in role_level.text
    assert "실무" in role_level.text
    assert 'lang="en"' in role_level.html


@pytest.mark.parametrize("words", ["web accessibility", "웹접근성", "웹 접근성", "WCAG", "ACCESSIBILITY"])
def test_search_finds_names_and_aliases(visitor: Visitor, words: str) -> None:
    page = visitor.page("framework.search").submit("q", q=words)
    assert skill_links(page)[0] == "/framework/skills/accessibility"


@pytest.mark.parametrize("words", ["zzzz", "%", "_", "\\", "a" * 10_000, "\x00", "‮‍", "'; drop table skill"])
def test_search_says_when_nothing_is_found(visitor: Visitor, words: str) -> None:
    page = visitor.get(visitor.url("framework.search"), query={"q": [words]})
    assert page.status_code == 200
    assert skill_links(page) == []


def test_search_for_a_broken_character(visitor: Visitor) -> None:
    assert visitor.get("/framework/search?q=%ED%A0%80").status_code == 200


def test_senior_roles_name_skills_without_levels(visitor: Visitor) -> None:
    page = visitor.page("framework.role", role_id="chief-data-officer")
    assert "without levels" in page.text
    assert "Data architecture" in page.text
    assert "Chief data officer" in visitor.page("framework.skill", skill_id="data-architecture").text


@pytest.mark.parametrize(
    "path", ["families/no", "roles/no", "role-levels/no", "skills/no", "skills/%00", "roles/%ED%A0%80"]
)
def test_what_does_not_exist(visitor: Visitor, path: str) -> None:
    assert visitor.get(f"/framework/{path}").status_code == 404


def test_a_withdrawn_skill_can_still_be_read_but_not_found(session: Session, visitor: Visitor) -> None:
    with transaction(session):
        session.get_one(Skill, "accessibility").active = False
    assert "no longer part of the framework" in visitor.page("framework.skill", skill_id="accessibility").text
    for page in (visitor.page("framework.skills"), visitor.get("/framework/search?q=accessib")):
        assert skill_links(page)
        assert "/framework/skills/accessibility" not in skill_links(page)


@pytest.mark.parametrize(
    ("endpoint", "values", "most"),
    [
        ("framework.families", {}, 4),
        ("framework.family", {"family_id": "data"}, 3),
        ("framework.role", {"role_id": "data-engineer"}, 4),
        ("framework.role_level", {"role_level_id": "data-engineer--senior-data-engineer"}, 4),
        ("framework.skill", {"skill_id": "data-modelling"}, 6),
        ("framework.skills", {}, 2),
    ],
)
def test_few_statements(
    visitor: Visitor, statements: list[str], endpoint: str, values: dict[str, str], most: int
) -> None:
    assert visitor.page(endpoint, **values).status_code == 200
    assert 0 < len(statements) <= most, statements
