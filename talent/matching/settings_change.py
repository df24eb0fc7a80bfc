"""Changing the matcher's settings: one administrator proposes, reports are made, another puts them in force.

Going back to the settings of before takes one administrator and one step, because what was in force had two.
Nothing here looks at decisions: the settings are never fitted to what was approved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import MatcherSettings, SettingsState, User, utc_now
from models.types import Country
from talent import outbox
from talent.audit import services as audit
from talent.db import get_or_404, transaction
from talent.errors import Forbidden, Invalid, TransitionRefused
from talent.i18n import _
from talent.matching import services, settings_bounds
from talent.matching import settings_notices as _notices  # noqa: F401 - registers the words told here
from talent.matching.notices import administrators
from talent.matching.queries_settings import BACK_TO, BASE, can_go_back, settings_before, waiting
from talent.matching.settings import RunSettings, in_force, row_in_force, settings_of
from talent.matching.settings_gate import outstanding
from talent.matching.switch import is_enabled
from talent.notifications.services import notify

NOTE_LENGTH = 1000
JOB = "settings_reports"
ANSWERED = _("This proposal has been answered or withdrawn already.")
AT_ONCE = _("Somebody else changed the settings at the same moment. Check them and try again.")


def propose(session: Session, *, actor: User, values: Mapping[str, float], note: str) -> MatcherSettings:
    """Propose values for the settings and have the reports made; the other administrators are told.

    Raises Invalid for values out of their bounds, without a change or without a note, TransitionRefused while another
    proposal waits.
    """
    with _one_writer(session):
        present = in_force(session)
        wanted = {**present.chosen(), **values}
        found = settings_bounds.problems(wanted)
        if not found and wanted == present.chosen():
            found = {next(iter(settings_bounds.BOUNDS)): _("Change at least one setting")}
        found |= _note_problem(note, "note", _("Say what the change is for"))
        if found:
            raise Invalid(fields=found)
        if waiting(session) is not None:
            raise TransitionRefused(_("Another proposal is waiting for an answer. Answer or withdraw that one first."))
        settings = RunSettings().with_chosen(wanted)
        row = MatcherSettings(
            number=_next_number(session),
            params=settings.to_plain(),
            params_hash=settings.sha256,
            note=note.strip(),
            proposed_by_id=actor.id,
        )
        row.reports = {BASE: present.chosen()}
        session.add(row)
        _ask_for_reports(session, row)
        audit.record(session, actor, "matcher_settings.propose", row, number=row.number, settings=row.params_hash)
        _tell(session, actor, "settings_proposed", row)
        return row


def make_reports_again(session: Session, *, actor: User, settings_id: UUID) -> MatcherSettings:
    """Have the reports of a proposal made anew, on the people and posts of now.

    Raises NotFound, TransitionRefused when it was answered or reports are being made.
    """
    with _one_writer(session):
        row = _proposed(session, settings_id)
        if row.reports.get("state") in ("waiting", "making"):
            raise TransitionRefused(_("The reports are being made already."))
        _ask_for_reports(session, row)
        audit.record(session, actor, "matcher_settings.report", row, number=row.number)
        return row


def put_in_force(session: Session, *, actor: User, settings_id: UUID, note: str) -> MatcherSettings:
    """Put a proposal in force and ask for a run of everything. All administrators are told.

    Raises NotFound, Forbidden for the proposer, Invalid without a reason, and TransitionRefused when it was answered,
    when its reports are missing or out of date, or when they show that a promise would be broken.
    """
    with _one_writer(session):
        row = _answerable(session, actor, settings_id, note)
        proposer = row.proposed_by
        if proposer is None or not proposer.active or not proposer.administered_countries:
            raise TransitionRefused(
                _("The person who proposed this is no longer an administrator. Propose the change again.")
            )
        lacking = outstanding(row, in_force(session))
        if lacking is not None:
            raise TransitionRefused(lacking)
        _sign(row, actor, note, SettingsState.IN_FORCE)
        _replace_present(session, row)
        audit.record(session, actor, "matcher_settings.put_in_force", row, number=row.number, settings=row.params_hash)
        _tell(session, actor, "settings_in_force", row)
        _ask_for_run(session, actor)
        return row


def refuse(session: Session, *, actor: User, settings_id: UUID, note: str) -> MatcherSettings:
    """Refuse a proposal with a reason; all administrators are told. Raises as `put_in_force`."""
    with _one_writer(session):
        row = _answerable(session, actor, settings_id, note)
        _sign(row, actor, note, SettingsState.REFUSED)
        audit.record(session, actor, "matcher_settings.refuse", row, number=row.number)
        _tell(session, actor, "settings_refused", row)
        return row


def withdraw(session: Session, *, actor: User, settings_id: UUID) -> MatcherSettings:
    """The proposer takes a proposal back. Raises NotFound, Forbidden for others, TransitionRefused once answered."""
    with _one_writer(session):
        row = _proposed(session, settings_id)
        if row.proposed_by_id != actor.id:
            raise Forbidden(_("Only the administrator who proposed it can withdraw it. You can refuse it."))
        row.state = SettingsState.WITHDRAWN
        audit.record(session, actor, "matcher_settings.withdraw", row, number=row.number)
        return row


def roll_back(session: Session, *, actor: User, reason: str) -> MatcherSettings:
    """Put the settings of before in force again, alone and at once, and ask for a run. All administrators are told.

    Raises Invalid without a reason, TransitionRefused when nothing was in force before the present ones.
    """
    with _one_writer(session):
        found = _note_problem(reason, "reason", _("Say why you are going back"))
        if found:
            raise Invalid(fields=found)
        present = row_in_force(session)
        if present is None or not can_go_back(session):
            raise TransitionRefused(
                _("The default settings are in force. There are no previous settings to go back to.")
            )
        before = settings_before(session, present)
        settings = RunSettings() if before is None else settings_of(before)
        row = MatcherSettings(
            number=_next_number(session),
            state=SettingsState.IN_FORCE,
            params=settings.to_plain(),
            params_hash=settings.sha256,
            reports={BACK_TO: 0 if before is None else before.number, BASE: in_force(session).chosen()},
            note=reason.strip(),
            proposed_by_id=actor.id,
        )
        _replace_present(session, row)
        session.add(row)
        audit.record(session, actor, "matcher_settings.roll_back", row, number=row.number, settings=row.params_hash)
        _tell(session, actor, "settings_rolled_back", row)
        _ask_for_run(session, actor)
        return row


@contextmanager
def _one_writer(session: Session) -> Iterator[None]:
    """A transaction in which a number taken twice, or two sets in force, means that somebody else was quicker."""
    try:
        with transaction(session):
            yield
    except IntegrityError as clash:
        raise TransitionRefused(AT_ONCE) from clash


def _next_number(session: Session) -> int:
    return (session.scalar(select(func.max(MatcherSettings.number))) or 0) + 1


def _proposed(session: Session, settings_id: UUID) -> MatcherSettings:
    row = get_or_404(session, MatcherSettings, settings_id, with_for_update=True)
    if row.state is not SettingsState.PROPOSED:
        raise TransitionRefused(ANSWERED)
    return row


def _answerable(session: Session, actor: User, settings_id: UUID, note: str) -> MatcherSettings:
    row = _proposed(session, settings_id)
    if row.proposed_by_id == actor.id:
        raise Forbidden(_("Another administrator has to answer what you proposed."))
    found = _note_problem(note, "note", _("Give a reason"))
    if found:
        raise Invalid(fields=found)
    return row


def _note_problem(text: str, field: str, missing: Any) -> dict[str, Any]:
    if not text.strip():
        return {field: missing}
    if len(text) > NOTE_LENGTH:
        return {field: _("Write at most %(num)s characters", num=NOTE_LENGTH)}
    return {}


def _sign(row: MatcherSettings, actor: User, note: str, state: SettingsState) -> None:
    row.decided_by_id, row.decided_at, row.decision_note = actor.id, utc_now(), note.strip()
    if state is not SettingsState.IN_FORCE:
        row.state = state


def _replace_present(session: Session, row: MatcherSettings) -> None:
    """End what is in force before the next row takes its place: there is one at a time."""
    present, now = row_in_force(session), utc_now()
    if present is not None:
        present.state, present.in_force_to = SettingsState.REPLACED, now
        session.flush()
    row.state, row.in_force_from = SettingsState.IN_FORCE, now


def _ask_for_reports(session: Session, row: MatcherSettings) -> None:
    row.reports = {BASE: row.reports[BASE], "state": "waiting"}
    session.flush()
    outbox.add(session, JOB, {"settings_id": str(row.id)})


def _ask_for_run(session: Session, actor: User) -> None:
    if is_enabled(session):
        services.request_run(session, actor=actor, trigger=services.SETTINGS)


def _tell(session: Session, actor: User, kind: str, row: MatcherSettings) -> None:
    session.flush()
    people = {person.id: person for country in Country for person in administrators(session, country)}
    for person in people.values():
        if person.id != actor.id:
            notify(session, person, kind, endpoint="matching.settings_row", endpoint_args={"settings_id": row.id})
