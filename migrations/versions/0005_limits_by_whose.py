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


def upgrade() -> None:
    _turn_round()


def downgrade() -> None:
    _turn_round()


def _turn_round() -> None:
    """What stands before the colon, and what behind it. Neither holds another one."""
    if op.get_bind().dialect.name == "sqlite":
        at = "instr(key, ':')"
    else:
        at = "strpos(key, ':')"
    turned = f"substr(key, {at} + 1) || ':' || substr(key, 1, {at} - 1)"
    op.execute(sa.text(f"UPDATE limit_slices SET key = {turned} WHERE key LIKE '%\\:%'"))
