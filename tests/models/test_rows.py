"""Many rows in one statement, on both databases."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from twofactor.models import database, rows
from twofactor.models.columns import Money, UtcTime
from twofactor.models.rows import among, folded, given

FACTS = Table(
    "facts",
    MetaData(),
    Column("number", Integer, primary_key=True),
    Column("word", String(40)),
    Column("is_odd", Boolean),
    Column("at", UtcTime),
    Column("price", Money),
)
AT = datetime(2026, 11, 23, 20, 1, 2, 345678, timezone(timedelta(hours=3)))
ROWS = [(1, 'it\'s "ü" %s :x', True, AT, Decimal("0.0075")), (2, "", False, None, None)]


def test_rows_come_back_as_they_went_in(database_url: str) -> None:
    engine = create_engine(database_url)
    database.prepare(engine)
    name = engine.dialect.name
    many = given(name, {column.name: column.type for column in FACTS.columns})
    fill = insert(FACTS).from_select([column.name for column in FACTS.columns], select(many))
    with engine.connect() as connection:
        FACTS.create(connection)
        with database.at_once(connection):
            connection.execute(fill, folded(name, ROWS))
        found = select(FACTS).where(among(name, FACTS.c.number)).order_by(FACTS.c.number)
        assert list(connection.execute(found, folded(name, [(2,), (1,), (1,), (9,)]))) == ROWS
        assert list(connection.execute(found, folded(name, []))) == []
        connection.commit()
        with pytest.raises(IntegrityError), database.at_once(connection):  # noqa: PT012
            connection.execute(fill, folded(name, ROWS[:1]))
    engine.dispose()


def test_it_refuses_what_has_no_place_in_a_row() -> None:
    with pytest.raises(TypeError):
        folded("sqlite", [(b"sealed",)])


def test_it_refuses_columns_in_another_order_than_the_tables() -> None:
    kinds = {name: FACTS.c[name].type for name in ("word", "number")}
    with pytest.raises(TypeError, match="facts"):
        rows.insert("sqlite", FACTS, kinds)
