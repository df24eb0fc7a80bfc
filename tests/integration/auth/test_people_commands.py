"""`flask people …`: the first administrator comes from the command line."""

from __future__ import annotations

import json

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import AuditEntry, User
from models.types import Country, RoleName
from tests.support import build
from tests.support.mail import Mailbox


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=list(arguments))


@pytest.mark.database
def test_the_first_administrator(app: Flask, session: Session, mailbox: Mailbox) -> None:
    place = build.organisation(session)
    made = run(
        app,
        "people",
        "create",
        "first@ministry.example",
        "--organisation",
        place.id,
        "--name-home",
        "First Person",
        "--name-romanised",
        "First Person",
    )
    assert made.exit_code == 0, made.output
    given = run(app, "people", "grant", "First@ministry.example", "administrator", "--country", "GB")
    assert given.exit_code == 0, given.output
    session.rollback()
    user = session.scalars(select(User).where(User.email == "first@ministry.example")).one()
    assert user.administered_countries == {Country.GB}
    listed = run(app, "people", "list-roles", "first@ministry.example")
    assert listed.stdout.startswith("administrator\tGB\t")
    session.rollback()
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "role.grant")).one()
    assert (entry.actor_id, entry.actor_kind) == (None, "system")
    assert entry.details == {"role": "administrator", "country": "GB"}
    assert "/account" in mailbox.last(user.email).text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["grant", "nobody@ministry.example", "translator"], "no account with the address"),
        (["grant", "{email}", "hr"], "Choose the organisation"),
        (["grant", "{email}", "hr", "--organisation", "nowhere"], "Choose the organisation"),
        (["grant", "{email}", "administrator"], "Choose the country"),
        (["revoke", "{email}", "translator"], "not found"),
        (["list-roles", "nobody@ministry.example"], "no account with the address"),
        (["create", "{email}", "--organisation", "x", "--name-home", "x", "--name-romanised", "x"], "already"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    app: Flask, session: Session, arguments: list[str], message: str
) -> None:
    person = build.user(session)
    answer = run(app, "people", *[part.format(email=person.email) for part in arguments])
    assert answer.exit_code == 1
    assert message in answer.output
    assert "Traceback" not in answer.output


def test_the_last_administrator_of_a_country_stays(app: Flask, session: Session) -> None:
    first = build.administrator(session)
    refused = run(app, "people", "revoke", first.email, "administrator", "--country", "GB")
    assert refused.exit_code == 1
    assert "last administrator" in refused.output
    build.administrator(session)
    assert run(app, "people", "revoke", first.email, "administrator", "--country", "GB").exit_code == 0
    session.rollback()
    assert not session.get_one(User, first.id).has_grant(RoleName.ADMINISTRATOR)


def test_the_route_table_is_json(app: Flask) -> None:
    rows = json.loads(run(app, "authz", "dump").stdout)
    told = {"endpoint": "account.overview", "methods": ["GET"], "rule": "/account/", "policy": "signed_in"}
    assert [row for row in rows if told.items() <= row.items()]
