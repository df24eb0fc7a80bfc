"""What a web process reads before somebody waits for it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models import utc_now
from talent.matching import engine, queries_inputs
from talent.matching.settings import in_force
from talent.matching.switch import is_enabled


def read_ahead(session: Session) -> None:
    """Load the matcher's libraries and fit the open posts, as the first look at For you would; nothing is written.

    Nothing is read while the matcher is turned off.
    """
    if is_enabled(session):
        engine.fitted_posts(session, in_force(session), queries_inputs.facts(session, utc_now()))
