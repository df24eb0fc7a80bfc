"""What a web process reads before its first visitor: the libraries of the matcher and the open posts."""

from __future__ import annotations

import runpy
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from talent.config import ROOT
from talent.matching import engine, switch
from tests.support import build
from tests.support import build_matching as matching


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many posts each fit took."""
    taken: list[int] = []
    fit = engine.fit

    def noted(session: Session, settings: Any, profiles: Any, posts: Any, *rest: Any, **named: Any) -> Any:
        taken.append(len(posts))
        return fit(session, settings, profiles, posts, *rest, **named)

    engine.forget()
    monkeypatch.setattr(engine, "fit", noted)
    return taken


def begin(app: Flask) -> None:
    """What gunicorn calls when a process is about to serve."""
    runpy.run_path(str(ROOT / "gunicorn.conf.py"))["post_worker_init"](SimpleNamespace(wsgi=app))
    for thread in threading.enumerate():
        if thread.name == "reading ahead":
            thread.join()


def test_posts_are_fitted_before_anybody_asks(session: Session, app: Flask, sign_in: Any, fits: list[int]) -> None:
    person = build.civil_servant(session)
    matching.profile(session, person=person)
    matching.opportunity(session)
    begin(app)
    assert fits == [1]
    assert matching.POST_TITLE in sign_in(person).page("matching.for_you").text
    assert fits == [1]


def test_nothing_is_fitted_while_the_matcher_is_off(session: Session, app: Flask, fits: list[int]) -> None:
    matching.opportunity(session)
    switch.turn(session, actor=None, enabled=False, reason="Scores of last week look wrong")
    begin(app)
    assert fits == []
