"""Migrations: one line of them, models and tables agree, and data survives a step down and up again."""

from __future__ import annotations

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from models import AuditEntry, Base, Organisation, Skill, User
from models.types import NameOrder
from talent.auth.registration import Names
from talent.auth.services import rename
from talent.config import ROOT
from talent.extensions import db
from talent.framework.services import load_reference
from tests.support import build

pytestmark = [
    pytest.mark.database,
]


def _differences() -> list[Any]:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "include_object": lambda o, name, kind, *_: name != "alembic_version"},
        )
        return [difference for difference in compare_metadata(context, Base.metadata) if "huey_" not in str(difference)]


def test_there_is_one_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))

    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_models_and_tables_agree(session: Session) -> None:
    assert _differences() == []


def test_data_survives_going_up_again(app: Flask, session: Session) -> None:
    """From data: fill, go one step down and up, and load again. With one release behind us, down means empty."""
    person = build.civil_servant(session)
    email = person.email
    session.commit()
    assert session.scalar(select(User.email).where(User.email == email)) == email
    session.close()

    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) - {"alembic_version"} == set()
    upgrade()

    assert _differences() == []
    load_reference(session, ROOT / "data" / "reference")
    assert session.scalar(select(Skill).limit(1)) is not None
    build.civil_servant(session)
    assert session.scalar(select(AuditEntry).limit(1)) is not None


def test_going_below_former_names_and_up_again_keeps_people(app: Flask, session: Session) -> None:
    """Down loses what the release before does not know, and nothing else; up, the account works as a new one does."""
    person = build.civil_servant(session, name_home="Ada Byron", name_romanised="Ada Byron")
    rename(session, actor=person, names=Names("Ada King", "Ada King", NameOrder.GIVEN_FIRST, ""))
    key = person.id
    assert session.get_one(User, key).former_names == ["Ada Byron"]
    session.close()

    downgrade(revision="0004")
    with db.engine.connect() as connection:
        columns = {column["name"] for column in inspect(connection).get_columns("user")}
        assert "former_names" not in columns
        assert connection.execute(text("SELECT name_home FROM \"user\" WHERE name_home = 'Ada King'")).all()
    upgrade()

    assert _differences() == []
    person = session.get_one(User, key)
    assert (person.name_home, person.former_names) == ("Ada King", None)
    assert person.grants, "what points at the account still does"
    rename(session, actor=person, names=Names("Ada Lovelace", "Ada Lovelace", NameOrder.GIVEN_FIRST, ""))
    assert session.get_one(User, key).former_names == ["Ada King"]


def test_constraints_are_in_the_database(session: Session) -> None:
    """The database itself refuses what no code should ever write."""
    row = build.organisation(session)
    session.rollback()
    statement = text("UPDATE organisation SET country = NULL WHERE id = :id")
    with pytest.raises(Exception, match=r"(?i)null"):
        session.execute(statement, {"id": row.id})
    session.rollback()
    assert session.get_one(Organisation, row.id).country is not None
