"""Indexes hold what they are asked for alone.

Those by user hold none of what programs asked for, the one by phone none of the codes, which are
found by their verification, and the unique one by batch only texts of a batch. In SQLite the table
of messages is copied for that, about 20 seconds for a million.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

LIVE, AUDIT = "uq_verifications_live", "ix_audit_entries_user_id"
PHONE, BATCH = "ix_messages_phone_fingerprint", "uq_messages_of_batch"
VERIFICATION = "ix_messages_verification_id"
EACH_ONCE = "uq_messages_batch_id_phone_fingerprint"
OWNED = sa.text("user_id IS NOT NULL")
PENDING = sa.text("status = 'pending'")
BOTH = sa.text("status = 'pending' AND user_id IS NOT NULL")
CODE, NO_CODE = sa.text("verification_id IS NOT NULL"), sa.text("verification_id IS NULL")
OF_BATCH = sa.text("batch_id IS NOT NULL")


def upgrade() -> None:
    op.drop_index(LIVE, "verifications")
    _create(LIVE, "verifications", ["user_id", "purpose"], BOTH, unique=True)
    op.drop_index(AUDIT, "audit_entries")
    _create(AUDIT, "audit_entries", ["user_id"], OWNED)
    op.drop_index(PHONE, "messages")
    op.drop_index(VERIFICATION, "messages")
    with op.batch_alter_table("messages") as messages:
        messages.drop_constraint(EACH_ONCE, type_="unique")
    _create(VERIFICATION, "messages", ["verification_id"], CODE)
    _create(PHONE, "messages", ["phone_fingerprint"], NO_CODE)
    _create(BATCH, "messages", ["batch_id", "phone_fingerprint"], OF_BATCH, unique=True)


def downgrade() -> None:
    op.drop_index(BATCH, "messages")
    op.drop_index(PHONE, "messages")
    op.drop_index(VERIFICATION, "messages")
    with op.batch_alter_table("messages") as messages:
        messages.create_unique_constraint(EACH_ONCE, ["batch_id", "phone_fingerprint"])
    op.create_index(VERIFICATION, "messages", ["verification_id"])
    op.create_index(PHONE, "messages", ["phone_fingerprint"])
    op.drop_index(AUDIT, "audit_entries")
    op.create_index(AUDIT, "audit_entries", ["user_id"])
    op.drop_index(LIVE, "verifications")
    _create(LIVE, "verifications", ["user_id", "purpose"], PENDING, unique=True)


def _create(
    name: str, table: str, columns: list[str], where: sa.TextClause, *, unique: bool = False
) -> None:
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)
