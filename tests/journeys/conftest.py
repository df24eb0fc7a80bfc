"""The stage of the journeys: the service on a port, a browser, and the people who act."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import update
from sqlalchemy.orm import Session

from models import ServiceRule
from talent.db import transaction
from tests.support.live import serve
from tests.support.mail import Mailbox
from tests.support.screen import Screen


@pytest.fixture
def no_undo(session: Session) -> None:
    """Notices of a review go out at once: the minute in which it can be taken back has tests of its own."""
    with transaction(session):
        session.execute(update(ServiceRule).where(ServiceRule.code == "review_undo_seconds").values(value="0"))


class Stage:
    """Where a journey is played: screens for people, and the mail they get."""

    def __init__(self, app: Flask, browser: Browser, address: str, open_screens: ExitStack) -> None:
        self.app, self.browser, self.address = app, browser, address
        self.mailbox = Mailbox(app)
        self.problems: list[str] = []
        """What was wrong with the pages that people came to."""
        self._open_screens = open_screens

    def screen(self, language: str, *, javascript: bool = True) -> Screen:
        """A browser of its own for somebody who is not signed in."""
        screen = Screen(self.browser, self.address, language, self.problems, javascript=javascript)
        self._open_screens.callback(screen.close)
        return screen

    def sign_in(self, email: str, language: str) -> Screen:
        """Somebody comes to the start page and signs in."""
        screen = self.screen(language).open("/")
        screen.follow("Sign in")
        return screen.sign_in(self.app, email).reads("What you can do")

    def work(self) -> None:
        """The worker does what waits: mail, notices, matching."""
        self.mailbox.deliver()


@pytest.fixture
def stage(app: Flask, browser: Browser) -> Iterator[Stage]:
    with serve(app) as address, ExitStack() as open_screens:
        stage = Stage(app, browser, address, open_screens)
        yield stage
        told = list(dict.fromkeys(stage.problems))
        assert not told, "\n".join(told)
