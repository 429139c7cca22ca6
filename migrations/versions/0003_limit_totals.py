"""The latch of a limit's key holds the sum of its slices, and keys are forgotten as a whole.

The code before only locked latches, so that it may find any number in them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NAME, TABLE, COLUMNS = "ix_limit_slices_forget_after", "limit_slices", ["forget_after"]
IS_LATCH = sa.text("slice = 0")


def upgrade() -> None:
    op.execute("DELETE FROM limit_slices WHERE slice = 0")  # some key may have lost its own
    op.execute(
        "INSERT INTO limit_slices (key, slice, hits, forget_after) "
        "SELECT key, 0, sum(hits), max(forget_after) FROM limit_slices GROUP BY key"
    )
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, COLUMNS, sqlite_where=IS_LATCH, postgresql_where=IS_LATCH)


def downgrade() -> None:
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, COLUMNS)
