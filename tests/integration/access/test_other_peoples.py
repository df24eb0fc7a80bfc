"""Another's records through every address that names one: not found, and nothing changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from models import ImportBatch, MailDomain, Notification, RoleGrant, User, WorksHere
from models.types import ConfirmationStatus, Country, Side
from talent.db import transaction
from talent.matching import approvals
from talent.matching.links import LinkSigner
from tests.integration.access.tables import changed, fingerprints
from tests.support import build
from tests.support.build_auth import csrf_token
from tests.support.build_decisions import Case, case
from tests.support.build_opportunities import opportunity
from tests.support.page import Visitor

OPEN_TO_ADMINISTRATORS = {
    "opportunities.view",
    "opportunities.preview",
    "matching.run",
}
"""Administrators of both countries read posts in every state and the runs of the matcher, which name nobody."""
OF_THE_RECEIVING_COUNTRY = {
    "matching.review_object",
    "matching.review_first_view",
    "matching.unmask",
    "review.interest_in_person",
}
"""Once a pairing is approved its administrators look at it too, to object; the matrix says exactly when."""
FOR_EVERYBODY = {"static", "framework", "dated", "public", "security"}
"""Blueprints whose records belong to nobody; dated data has tests of its own."""
Ids = dict[str, Any]


@pytest.fixture
def victim(session: Session) -> tuple[Case, Ids]:
    """A pairing under way between the two countries, a draft, and a record of every other kind, all of strangers."""
    one = case(session).accepted()
    draft = opportunity(session, country=Country.GB)
    waiting = build.user(session, organisation=one.person.organisation, works_here=ConfirmationStatus.PENDING)
    with transaction(session):
        notice = Notification(id=uuid4(), user_id=one.person.id, kind="role_granted", params={}, endpoint="public.home")
        batch = ImportBatch(
            kind="profiles", organisation_id=one.person.organisation_id, file_sha256="0" * 64, arrive_as="draft"
        )
        session.add_all([notice, batch])
    suggestion = one.suggestion
    grants = session.scalars(select(RoleGrant).where(RoleGrant.user_id == one.person.id)).all()
    ids: Ids = {
        "suggestion_id": suggestion.id,
        "opportunity_id": draft.id,
        "line_id": draft.cost_lines[0].id,
        "profile_id": suggestion.profile_id,
        "run_id": suggestion.run_id,
        "notification_id": notice.id,
        "question_id": session.scalars(select(WorksHere.id).where(WorksHere.user_id == waiting.id)).one(),
        "user_id": one.person.id,
        "grant_id": grants[0].id,
        "organisation_id": one.person.organisation_id,
        "domain_id": session.scalars(
            select(MailDomain.id).where(MailDomain.organisation_id == one.person.organisation_id)
        ).one(),
        "batch_id": batch.id,
        "kind": "post",
        "owner_id": draft.id,
        "target": "ko",
        "step": "texts",
        "action": "publish",
        "token": "none",
        "code": "fr",
    }
    ids["approval_ids"] = {side: one.steps(side)[0].id for side in Side}
    return one, ids


def addresses(app: Flask, ids: Ids) -> Iterator[tuple[str, str, str]]:
    """(endpoint, method, address) of every route that names a record."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint.split(".")[0] in FOR_EVERYBODY or not rule.arguments:
                continue
            values = {name: _value(rule, name, ids) for name in rule.arguments}
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield rule.endpoint, method, str(app.url_map.bind("localhost").build(rule.endpoint, values, method))


def _value(rule: Rule, name: str, ids: Ids) -> Any:
    if name == "approval_id":
        return ids["approval_ids"][Side.HOST if ".host_" in rule.endpoint else Side.HOME]
    if name in ids:
        return ids[name]
    # Records of other features: the matrix asks for their own ones, here an id that names nothing will do.
    return uuid4() if type(rule._converters[name]).__name__ == "UUIDConverter" else "none"


def outsider(session: Session, role: str) -> User:
    if role == "civil servant":
        return build.civil_servant(session)
    if role == "translator":
        return build.translator(session)
    if role == "HR of another organisation":
        return build.hr(session)
    return build.administrator(session, country=Country.KR)


# What an answer says that would change the record if it were obeyed.
OBEYED = {
    "answer": "yes",
    "reason": "reviewer-skills-fit",
    "confirmed": "yes",
    "note": "n",
    "role": "hr",
    "domain": "evil.example",
    "holder_name": "A manager",
    "email": "a@evil.example",
    "language": "en",
    "do": "checked",
}


@pytest.mark.parametrize(
    "role", ["civil servant", "translator", "HR of another organisation", "administrator of the other country"]
)
def test_another_persons_records_are_not_found(
    session: Session, app: Flask, victim: tuple[Case, Ids], role: str
) -> None:
    _one, ids = victim
    stranger = Visitor(app).sign_in(outsider(session, role))
    # The receiving country's administrator may see an approved pairing, to object: a case of its own.
    allowed = OPEN_TO_ADMINISTRATORS | {"matching.review"} if role.startswith("administrator") else set()
    token = csrf_token(stranger.page("account.names"))
    before, open_doors = fingerprints(app), []
    for endpoint, method, address in addresses(app, ids):
        if endpoint in ("profiles.edit_language", "profiles.remove_language"):
            continue  # of the reader's own profile
        if allowed and endpoint in OF_THE_RECEIVING_COUNTRY:
            continue
        page = stranger.get(address) if method == "GET" else stranger.post(address, {"csrf_token": token, **OBEYED})
        # An administrator reads the draft, so they may be told that it is a draft.
        refused = (403, 404, 409) if endpoint == "opportunities.move" and allowed else (403, 404)
        if page.status_code not in refused and not (endpoint in allowed and method == "GET"):
            open_doors.append(f"{method} {address} ({endpoint}): {page.status_code}")
    assert not open_doors, "\n".join(open_doors)
    assert not changed(before, fingerprints(app))


def test_nobody_signed_in_gets_no_record(app: Flask, victim: tuple[Case, Ids]) -> None:
    _one, ids = victim
    anybody = Visitor(app)
    token = csrf_token(anybody.page("security.login"))
    before = fingerprints(app)
    for endpoint, method, address in addresses(app, ids):
        page = anybody.get(address) if method == "GET" else anybody.post(address, {"csrf_token": token, **OBEYED})
        if vars(app.view_functions[endpoint])["policy"].__name__ != "anyone":
            assert (page.status_code, page.location.partition("?")[0]) == (302, "/sign-in"), address
        else:
            assert page.status_code == 404
    assert not changed(before, fingerprints(app))


@pytest.mark.parametrize("way", ["cut", "swapped", "of another secret", "of another step", "guessed id"])
def test_an_altered_link_of_a_manager_answers_nothing(
    session: Session, app: Flask, victim: tuple[Case, Ids], way: str
) -> None:
    one, _ids = victim
    step = next(row for row in one.steps(Side.HOME) if row.step.holder == "line_manager")
    assert one.person.organisation is not None
    tokens: list[str] = []

    def address(token: str) -> str:
        tokens.append(token)
        return f"http://localhost/matching/manager/{token}"

    signer = LinkSigner(str(app.secret_key))
    link = approvals.send_link(
        session,
        actor=one.home_hr,
        approval_id=step.id,
        email=f"manager@{one.person.organisation.domains[0].domain}",
        language=one.home_hr.language,
        signer=signer,
        address=address,
    )
    good = tokens[0]
    forged = {
        "cut": good[:-1],
        "swapped": good.swapcase(),
        "of another secret": LinkSigner("x" * 40).sign(link.id),
        "of another step": signer.sign(UUID(int=link.id.int ^ 1)),
        "guessed id": signer.sign(link.id),  # signed with the very secret, yet not the one that was sent
    }[way]
    anybody = Visitor(app)
    token = csrf_token(anybody.get(f"/matching/manager/{good}"))
    before = fingerprints(app)
    answer = {"csrf_token": token, "answer": "yes", "holder_name": "Nobody"}
    assert anybody.get(f"/matching/manager/{forged}").status_code == 404
    assert anybody.post(f"/matching/manager/{forged}", answer).status_code == 404
    assert not changed(before, fingerprints(app))
    assert anybody.post(f"/matching/manager/{good}", answer).status_code == 302
    used = fingerprints(app)
    anybody.post(f"/matching/manager/{good}", {**answer, "answer": "no", "note": "changed my mind"})
    assert not changed(used, fingerprints(app))
