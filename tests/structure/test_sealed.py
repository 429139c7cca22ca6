"""Every sealed value and every fingerprint follows when data keys change."""

from twofactor.extensions import Base
from twofactor.rotation import FOLLOWERS, SEALED

# Columns that rotation leaves alone, and why.
LEFT_ALONE = {
    "early_receipts.phone_fingerprint": "lives for minutes; looked up by old keys, too",
    "replies.phone_fingerprint": "lives for days, and nothing is looked up by it",
}


def test_rotation_knows_every_sealed_column_and_every_fingerprint() -> None:
    renewed = {one.name for one in SEALED}
    for one in SEALED:
        if one.fingerprint:
            tables = (one.model, *one.copies)
            renewed |= {f"{model.__tablename__}.{one.fingerprint}" for model in tables}
    renewed |= {f"{model.__tablename__}.phone_fingerprint" for model in FOLLOWERS}
    there = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name.endswith(("_sealed", "_fingerprint"))
    }
    missing = there - renewed - set(LEFT_ALONE)
    assert not missing, f"name it in twofactor/rotation.py: {sorted(missing)}"
    assert renewed <= there
