"""What the matcher keeps: sentence vectors, settings with two signatures, and the weights of a pair.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

import models.types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "matcher_settings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "in_force",
                "replaced",
                "refused",
                "withdrawn",
                name="settingsstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("params", models.types.Json(), nullable=False),
        sa.Column("params_hash", sa.String(length=255), nullable=False),
        sa.Column("reports", models.types.Json(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", models.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.Column("in_force_from", models.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("in_force_to", models.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", models.types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by_id IS NULL)", name=op.f("ck_matcher_settings_decision_is_signed")
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR decided_by_id <> proposed_by_id", name=op.f("ck_matcher_settings_two_people")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["user.id"], name=op.f("fk_matcher_settings_decided_by_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["user.id"], name=op.f("fk_matcher_settings_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matcher_settings")),
        sa.UniqueConstraint("number", name=op.f("uq_matcher_settings_number")),
    )
    with op.batch_alter_table("matcher_settings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_matcher_settings_state"), ["state"], unique=False)
        batch_op.create_index(
            "uq_matcher_settings_in_force",
            ["state"],
            unique=True,
            sqlite_where=sa.text("state = 'in_force'"),
            postgresql_where=sa.text("state = 'in_force'"),
        )

    op.create_table(
        "record_meaning",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("profile_id", sa.Uuid(), nullable=True),
        sa.Column("opportunity_id", sa.Uuid(), nullable=True),
        sa.Column("encoder", sa.String(length=255), nullable=False),
        sa.Column("texts_digest", sa.String(length=255), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", models.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", models.types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(profile_id IS NULL) <> (opportunity_id IS NULL)", name=op.f("ck_record_meaning_of_one_record")
        ),
        sa.ForeignKeyConstraint(["opportunity_id"], ["opportunity.id"], name=op.f("fk_record_meaning_opportunity_id")),
        sa.ForeignKeyConstraint(["profile_id"], ["profile.id"], name=op.f("fk_record_meaning_profile_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_meaning")),
        sa.UniqueConstraint("opportunity_id", name=op.f("uq_record_meaning_opportunity_id")),
        sa.UniqueConstraint("profile_id", name=op.f("uq_record_meaning_profile_id")),
    )
    with op.batch_alter_table("match_suggestion", schema=None) as batch_op:
        batch_op.add_column(sa.Column("growth", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("combined", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("weights", models.types.Json(), nullable=True))
        batch_op.create_index(batch_op.f("ix_match_suggestion_combined"), ["combined"], unique=False)
        batch_op.create_check_constraint(batch_op.f("ck_match_suggestion_growth_range"), "growth >= 0 AND growth <= 1")
        batch_op.create_check_constraint(
            batch_op.f("ck_match_suggestion_combined_range"), "combined >= 0 AND combined <= 1"
        )


def downgrade() -> None:
    with op.batch_alter_table("match_suggestion", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_match_suggestion_combined_range"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_match_suggestion_growth_range"), type_="check")
        batch_op.drop_index(batch_op.f("ix_match_suggestion_combined"))
        batch_op.drop_column("weights")
        batch_op.drop_column("combined")
        batch_op.drop_column("growth")

    op.drop_table("record_meaning")
    with op.batch_alter_table("matcher_settings", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_matcher_settings_in_force",
            sqlite_where=sa.text("state = 'in_force'"),
            postgresql_where=sa.text("state = 'in_force'"),
        )
        batch_op.drop_index(batch_op.f("ix_matcher_settings_state"))

    op.drop_table("matcher_settings")
