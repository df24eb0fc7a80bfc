"""Rules that autogenerate cannot see, on tables that stood before.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("match_suggestion") as table:
        table.create_check_constraint("band_of_score", "(score IS NULL) = (band IS NULL)")
        table.create_check_constraint("by_matcher_or_hand", "score IS NOT NULL OR put_together_by_id IS NOT NULL")


def downgrade() -> None:
    with op.batch_alter_table("match_suggestion") as table:
        table.drop_constraint("by_matcher_or_hand", type_="check")
        table.drop_constraint("band_of_score", type_="check")
