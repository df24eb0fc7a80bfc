"""Reading the history of the matcher's settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import MatcherSettings, SettingsState
from talent.db import get_or_404
from talent.matching.settings import RunSettings, settings_of

BACK_TO = "rolled_back_to"
"""In the reports of a row: the number whose settings it brought back, 0 for those the service ships with."""
BASE = "base"
"""In the reports of a row: the values in force when it was proposed, or brought back."""


def base_of(row: MatcherSettings) -> RunSettings:
    """What a row was a change of."""
    return RunSettings().with_chosen(row.reports[BASE])


def settings_before(session: Session, row: MatcherSettings) -> MatcherSettings | None:
    """The row whose settings were in force before those of `row`; None for those the service ships with.

    A row that went back stands for the row it went back to, so that going back twice goes two changes back.
    """
    base = row
    while (number := base.reports.get(BACK_TO)) is not None:
        if number == 0:
            return None
        base = session.scalars(select(MatcherSettings).where(MatcherSettings.number == number)).one()
    before = session.scalar(
        select(MatcherSettings)
        .where(MatcherSettings.in_force_from < base.in_force_from)
        .order_by(MatcherSettings.in_force_from.desc(), MatcherSettings.number.desc())
        .limit(1)
    )
    while before is not None and (number := before.reports.get(BACK_TO)) is not None:
        before = session.scalar(select(MatcherSettings).where(MatcherSettings.number == number))
    return before


def can_go_back(session: Session) -> bool:
    """True while settings are in force that the service did not come with."""
    row = session.scalar(select(MatcherSettings).where(MatcherSettings.state == SettingsState.IN_FORCE))
    return row is not None and row.reports.get(BACK_TO) != 0


def waiting(session: Session) -> MatcherSettings | None:
    """The proposal that waits for an answer, if there is one."""
    return session.scalar(
        select(MatcherSettings)
        .where(MatcherSettings.state == SettingsState.PROPOSED)
        .order_by(MatcherSettings.number)
        .limit(1)
    )


def listed(session: Session, limit: int = 100) -> Sequence[MatcherSettings]:
    """All settings that were proposed or in force, newest first, with who signed them."""
    return session.scalars(
        select(MatcherSettings)
        .options(joinedload(MatcherSettings.proposed_by), joinedload(MatcherSettings.decided_by))
        .order_by(MatcherSettings.number.desc())
        .limit(limit)
    ).all()


def visible(session: Session, settings_id: UUID) -> MatcherSettings:
    """One set of settings. Raises NotFound."""
    options = (joinedload(MatcherSettings.proposed_by), joinedload(MatcherSettings.decided_by))
    return get_or_404(session, MatcherSettings, settings_id, options=options)


def lines(session: Session) -> Iterator[tuple[str, ...]]:
    """All settings for the command line, newest first; the last line is what the service ships with."""
    rows = listed(session)
    for row in rows:
        base, own = base_of(row).chosen(), settings_of(row).chosen()
        changed = ", ".join(f"{name} {base[name]:g} -> {own[name]:g}" for name in own if own[name] != base[name])
        since = row.in_force_from.isoformat(timespec="seconds") if row.in_force_from else "-"
        yield str(row.number), row.state.value, since, row.params_hash[:12], changed
    shipped = "replaced" if any(row.in_force_from for row in rows) else "in_force"
    yield "0", shipped, "-", RunSettings().sha256[:12], "as the service came"
