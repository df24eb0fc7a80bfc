"""A post's title that names a role of the framework brings that role's skills."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from talent.exchange.role_titles import role_titles


@pytest.mark.parametrize(
    ("title", "role_level"),
    [
        ("Senior user researcher", "user-researcher--senior-user-researcher"),
        ("Service Designers", "service-designer--service-designer"),
        ("Front-end engineer, licensing service", "frontend-developer--frontend-developer"),
        ("Temp Software Developer - Notify", "software-developer--developer"),
        ("Lead Service Designer (G6)", "service-designer--lead-service-designer"),
        ("서비스 디자이너(전문임기제)", "service-designer--service-designer"),
        ("Application Security Engineer", None),
        ("People Operations Director", None),
        ("", None),
    ],
)
def test_titles(session: Session, title: str, role_level: str | None) -> None:
    assert role_titles(session).role_level_of(title) == role_level
