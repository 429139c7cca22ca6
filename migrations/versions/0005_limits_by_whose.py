"""Limits are kept by whose they are, then by name.

All limits of one phone then lie together in the index, and a text that is counted against two of
them changes one page of it, not two.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY: sa.ColumnClause[str] = sa.column("key", sa.String)
SLICES = sa.table("limit_slices", KEY)


def upgrade() -> None:
    _turn_round()


def downgrade() -> None:
    _turn_round()


def _turn_round() -> None:
    """What stands before the colon, and what behind it. Neither holds another one."""
    place = sa.func.instr if op.get_bind().dialect.name == "sqlite" else sa.func.strpos
    at = place(KEY, ":")
    turned = sa.func.substr(KEY, at + 1) + ":" + sa.func.substr(KEY, 1, at - 1)
    op.execute(SLICES.update().where(at > 0).values(key=turned))
