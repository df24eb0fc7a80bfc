"""R18 and M2 in the database: the role that serves cannot change the record, the matcher's cannot see people.

Roles are PostgreSQL's; on SQLite the triggers of test_audit.py stand alone, and the command says so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from models import AuditEntry, Base, MatchSuggestion, MonitoringAnswer, User
from talent import create_app
from talent.database_roles import MATCHER_READS, MATCHER_READS_OF_PEOPLE
from talent.extensions import db
from tests.conftest import test_settings
from tests.support import build, build_matching
from tests.support.page import Visitor

pytestmark = pytest.mark.database
PASSWORD = "only-for-this-test"


def is_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"


@pytest.fixture
def roles(session: Session) -> Iterator[tuple[str, str]]:
    """Two fresh roles on the test server: web and matcher. Empty names on SQLite."""
    if not is_postgresql():
        yield "", ""
        return
    names = f"talent_web_{os.getpid()}", f"talent_matcher_{os.getpid()}"
    with _server().begin() as connection:
        for name in names:
            connection.execute(text(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'"))
    try:
        yield names
    finally:
        session.rollback()
        with _server().begin() as connection:
            for name in names:
                connection.execute(text(f"DROP OWNED BY {name}"))
                connection.execute(text(f"DROP ROLE {name}"))


def _server() -> Engine:
    return create_engine(db.engine.url, poolclass=NullPool)


def _address(role: str) -> str:
    url = make_url(db.engine.url.render_as_string(hide_password=False))
    return url.set(username=role, password=PASSWORD).render_as_string(hide_password=False)


@contextmanager
def _as(role: str) -> Iterator[Any]:
    engine = create_engine(_address(role), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def _grant(app: Flask, web: str, matcher: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=["database", "grant", "--web", web or "web", "--matcher", matcher or "m"])
    return done.exit_code, done.output


def test_m2_roles_are_given_by_one_command(app: Flask, session: Session, roles: tuple[str, str]) -> None:
    status, said = _grant(app, *roles)
    if not is_postgresql():
        assert (status, said) == (1, "Error: the embedded database has no roles; this is for PostgreSQL\n")
        return
    assert (status, said) == (0, f"{roles[0]} serves the pages, {roles[1]} reads for the matcher\n")
    assert _grant(app, *roles)[0] == 0, "again, as after each migration"
    status, said = _grant(app, "nobody_of_that_name", roles[1])
    assert status == 1
    assert "there is no database role nobody_of_that_name" in said
    assert _grant(app, 'web"; DROP TABLE audit_entry; --', roles[1])[0] == 1
    owner = session.scalar(text("SELECT current_user"))
    assert _grant(app, str(owner), roles[1])[0] == 1, "the owner can switch triggers off: it must not serve"


def test_r18_the_web_role_cannot_change_the_record(app: Flask, session: Session, roles: tuple[str, str]) -> None:
    build.civil_servant(session)
    session.rollback()
    if not is_postgresql():
        return
    _grant(app, *roles)
    refused = (
        "UPDATE audit_entry SET action = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "DELETE FROM audit_head",
        "INSERT INTO audit_head (id, number, chain_hash, mac) VALUES (1, 0, '', '')",
        "ALTER TABLE audit_entry DISABLE TRIGGER USER",
        "DROP TRIGGER audit_entry_no_change ON audit_entry",
        "DROP TABLE audit_entry",
        "CREATE TABLE mine (id int)",
        "UPDATE alembic_version SET version_num = 'x'",
    )
    for statement in refused:
        with _as(roles[0]) as connection, pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            connection.execute(text(statement))


def test_r18_the_service_runs_whole_under_its_web_role(
    app: Flask, session: Session, roles: tuple[str, str], tmp_path: Path
) -> None:
    """Signing in, saving and matching, with the matcher's inputs read under the matcher's own role."""
    if not is_postgresql():
        return
    _grant(app, *roles)
    settings = test_settings(
        tmp_path, _address(roles[0]), matcher_role=roles[1], owner_database_url=str(db.engine.url), base_url="http://x"
    )
    person = build.civil_servant(session)
    email = person.email
    build_matching.profile(session)
    build_matching.opportunity(session)
    session.rollback()
    served = create_app(settings)
    visitor = Visitor(served)
    sent = visitor.page("security.login").submit(email=email, password="a long password for tests 1")
    assert sent.status_code == 302
    with served.app_context():
        own = db.session()
        assert own.scalar(text("SELECT current_user")) == roles[0]
        seen: list[str] = []
        _note_the_role_of_reads(seen)
        build_matching.run(own)
        assert own.scalar(select(func.count()).select_from(MatchSuggestion)) == 1
        assert own.scalar(text("SELECT current_user")) == roles[0], "the role ends with the reading"
        assert roles[1] in seen
        db.session.remove()
        db.engine.dispose()
    session.rollback()
    assert session.scalars(select(AuditEntry).where(AuditEntry.action == "account.sign_in")).first() is not None


def _note_the_role_of_reads(seen: list[str]) -> None:
    from sqlalchemy import event

    def note(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FROM profile" in statement and "profile_text" not in statement:
            seen.append(str(connection.connection.dbapi_connection.execute("SELECT current_user").fetchone()[0]))

    event.listen(db.engine, "before_cursor_execute", note)


def test_m2_the_matcher_role_cannot_read_people(app: Flask, session: Session, roles: tuple[str, str]) -> None:
    """All tables but those the matcher works on, and of a person no more than the names it takes out of texts."""
    build.civil_servant(session)
    session.rollback()
    readable = {model.__tablename__ for model in MATCHER_READS}
    assert not readable & {"user", "audit_entry", "user_session", MonitoringAnswer.__tablename__, "notification"}
    if not is_postgresql():
        return
    _grant(app, *roles)
    with _as(roles[1]) as connection:
        for table in sorted(readable):
            connection.execute(text(f'SELECT * FROM "{table}" LIMIT 1'))
        names = ", ".join(MATCHER_READS_OF_PEOPLE)
        assert connection.execute(text(f'SELECT {names} FROM "user"')).all()
    hidden = [f'SELECT 1 FROM "{table}"' for table in sorted(set(Base.metadata.tables) - readable - {"user"})]
    columns = {column.name for column in User.__table__.columns} - set(MATCHER_READS_OF_PEOPLE)
    hidden += [f'SELECT "{column}" FROM "user"' for column in sorted(columns)]
    hidden += ["DELETE FROM profile", "UPDATE profile SET version = 1", "INSERT INTO skill (id) VALUES ('x')"]
    for statement in hidden:
        with _as(roles[1]) as connection, pytest.raises(DBAPIError, match="permission denied"):
            connection.execute(text(statement))
