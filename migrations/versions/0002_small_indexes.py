"""Indexes of what waits or lives alone: a row that is over costs them nothing any more.

On PostgreSQL a message also names its latest attempt by a number as large as attempts have.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

QUEUED, PENDING = sa.text("status = 'queued'"), sa.text("status = 'pending'")
OF_SESSION = sa.text("session_id IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_messages_due", "messages")
    _create("ix_messages_due", "messages", ["priority", "next_try_at"], QUEUED)
    op.drop_index("ix_verifications_status_expires_at", "verifications")
    _create("ix_verifications_pending_expires_at", "verifications", ["expires_at"], PENDING)
    op.drop_index("ix_verifications_session_id", "verifications")
    _create("ix_verifications_session_id", "verifications", ["session_id"], OF_SESSION)
    _retype(sa.BigInteger())


def downgrade() -> None:
    _retype(sa.Integer())
    op.drop_index("ix_verifications_session_id", "verifications")
    op.create_index("ix_verifications_session_id", "verifications", ["session_id"])
    op.drop_index("ix_verifications_pending_expires_at", "verifications")
    op.create_index("ix_verifications_status_expires_at", "verifications", ["status", "expires_at"])
    op.drop_index("ix_messages_due", "messages")
    op.create_index("ix_messages_due", "messages", ["status", "priority", "next_try_at"])


def _retype(kind: sa.types.TypeEngine[int]) -> None:
    if op.get_bind().dialect.name == "postgresql":  # SQLite's integers are of any size
        op.alter_column("messages", "attempt_id", type_=kind)


def _create(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
