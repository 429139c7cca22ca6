"""Indexes by user hold none of what programs asked for: a start of theirs has no user."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

LIVE, AUDIT = "uq_verifications_live", "ix_audit_entries_user_id"
OWNED = sa.text("user_id IS NOT NULL")
PENDING = sa.text("status = 'pending'")
BOTH = sa.text("status = 'pending' AND user_id IS NOT NULL")


def upgrade() -> None:
    op.drop_index(LIVE, "verifications")
    _create_live(BOTH)
    op.drop_index(AUDIT, "audit_entries")
    op.create_index(AUDIT, "audit_entries", ["user_id"], sqlite_where=OWNED, postgresql_where=OWNED)


def downgrade() -> None:
    op.drop_index(AUDIT, "audit_entries")
    op.create_index(AUDIT, "audit_entries", ["user_id"])
    op.drop_index(LIVE, "verifications")
    _create_live(PENDING)


def _create_live(where: sa.TextClause) -> None:
    columns = ["user_id", "purpose"]
    op.create_index(
        LIVE, "verifications", columns, unique=True, sqlite_where=where, postgresql_where=where
    )
