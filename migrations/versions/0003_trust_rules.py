"""Rules that autogenerate cannot see, on tables that stood before; and the seal on audit rows that have none.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from flask import current_app

from models.types import Json, UtcDateTime
from talent.audit.seals import FIRST, head_mac, seal

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ENTRY = sa.table(
    "audit_entry",
    sa.column("id", sa.BigInteger()),
    sa.column("at", UtcDateTime()),
    sa.column("actor_id", sa.Uuid()),
    *(sa.column(name, sa.String()) for name in ("actor_kind", "action", "subject_type", "subject_id")),
    sa.column("details", Json()),
    sa.column("request_id", sa.String()),
    sa.column("address", sa.String()),
    sa.column("person_id", sa.Uuid()),
    sa.column("chain_number", sa.BigInteger()),
    sa.column("chain_hash", sa.String()),
)
HEAD = sa.table(
    "audit_head",
    sa.column("id", sa.Integer()),
    sa.column("number", sa.BigInteger()),
    sa.column("chain_hash", sa.String()),
    sa.column("mac", sa.String()),
)
PROFILE = sa.table("profile", sa.column("id", sa.Uuid()), sa.column("user_id", sa.Uuid()))
SUGGESTION = sa.table("match_suggestion", sa.column("id", sa.Uuid()), sa.column("profile_id", sa.Uuid()))
AT_A_TIME = 1000

SQLITE_TRIGGERS = """
CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END;
CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, 'the end of the audit chain is never deleted'); END;
"""
POSTGRESQL_TRIGGERS = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'audit entries are never changed or deleted' USING ERRCODE = 'insufficient_privilege'; END $$;
CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE ON audit_entry
FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head
FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_head_no_truncate BEFORE TRUNCATE ON audit_head
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""


def upgrade() -> None:
    with op.batch_alter_table("match_suggestion") as table:
        table.create_check_constraint("band_of_score", "(score IS NULL) = (band IS NULL)")
        table.create_check_constraint("by_matcher_or_hand", "score IS NOT NULL OR put_together_by_id IS NOT NULL")
    _seal_what_stands(op.get_bind())
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRESQL_TRIGGERS)
    else:
        for statement in SQLITE_TRIGGERS.strip().split("END;\n"):
            op.execute(statement.removesuffix("END;") + "END")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_refuse() CASCADE")
    else:
        for name in ("audit_entry_no_update", "audit_entry_no_delete", "audit_head_no_delete"):
            op.execute(f"DROP TRIGGER {name}")
    op.execute(sa.update(ENTRY).values(chain_number=None, chain_hash=None))
    op.execute(sa.delete(HEAD))
    with op.batch_alter_table("match_suggestion") as table:
        table.drop_constraint("by_matcher_or_hand", type_="check")
        table.drop_constraint("band_of_score", type_="check")


def _seal_what_stands(connection: sa.Connection) -> None:
    """Seal the rows of older releases, in the order in which they were written, and set the end of the chain."""
    key = current_app.config["SETTINGS"].audit_key
    number, chain_hash, last_id = 0, FIRST, 0
    change = (
        sa.update(ENTRY)
        .where(ENTRY.c.id == sa.bindparam("row_id"))
        .values({name: sa.bindparam(f"new_{name}") for name in ("person_id", "chain_number", "chain_hash")})
    )
    while rows := connection.execute(
        sa.select(ENTRY).where(ENTRY.c.id > last_id).order_by(ENTRY.c.id).limit(AT_A_TIME)
    ).all():
        changes = []
        owners = _owners(connection, rows)
        for row in rows:
            number, last_id = number + 1, row.id
            person = row.person_id or owners.get((row.subject_type, row.subject_id))
            values = {**row._mapping, "chain_number": number, "person_id": person}
            chain_hash = seal(key, chain_hash, values)
            changes.append(
                {"row_id": row.id, "new_person_id": person, "new_chain_number": number, "new_chain_hash": chain_hash}
            )
        connection.execute(change, changes)
    mac = head_mac(key, number, chain_hash)
    connection.execute(sa.insert(HEAD).values(id=1, number=number, chain_hash=chain_hash, mac=mac))


def _owners(connection: sa.Connection, rows: Sequence[Any]) -> dict[tuple[str, str], UUID]:
    """Whose data the subjects of these rows are, where that can still be told."""
    found = {("User", row.subject_id): UUID(row.subject_id) for row in rows if row.subject_type == "User"}
    questions = {
        "Profile": sa.select(PROFILE.c.id, PROFILE.c.user_id),
        "MatchSuggestion": sa.select(SUGGESTION.c.id, PROFILE.c.user_id).join(
            PROFILE, PROFILE.c.id == SUGGESTION.c.profile_id
        ),
    }
    for kind, question in questions.items():
        ids = [UUID(row.subject_id) for row in rows if row.subject_type == kind]
        table = PROFILE if kind == "Profile" else SUGGESTION
        for record_id, owner in connection.execute(question.where(table.c.id.in_(ids))).all() if ids else ():
            if owner is not None:
                found[kind, str(record_id)] = owner
    return found
