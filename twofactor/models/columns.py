"""Column types and defaults that many tables share."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Index,
    Integer,
    Numeric,
    String,
    TypeDecorator,
    text,
)
from sqlalchemy.orm import mapped_column

MILLIONTHS = 1_000_000  # of a currency's unit


_WITHOUT_ZONE = len("2026-11-02 12:00:00.000000")
_SPELLED = 1024  # times: the rows of one request tell the same one again and again


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time, also on SQLite, which keeps no zone: text there, spelled as SQLAlchemy
    spells it. Refuses naive values."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        return as_text if dialect.name == "sqlite" else _in_utc

    def result_processor(self, dialect: Dialect, _: Any) -> Any:
        return _read if dialect.name == "sqlite" else _in_utc


def _in_utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a time without zone")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


@lru_cache(_SPELLED)
def as_text(value: datetime | None) -> str | None:
    """A time as SQLite keeps it."""
    at = _in_utc(value)
    return None if at is None else at.isoformat(" ", "microseconds")[:_WITHOUT_ZONE]


def _read(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


class Money(TypeDecorator[Decimal]):
    """An exact amount with six decimals; SQLite keeps it as a whole number of millionths."""

    impl = Numeric(18, 6)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else Numeric(18, 6))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return int((value * MILLIONTHS).to_integral_value())

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        return Decimal(value) / MILLIONTHS if dialect.name == "sqlite" else Decimal(value)


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of the rows for which `where` holds, on either database."""
    holds = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=holds, postgresql_where=holds)


# SQLite numbers rows by itself only for INTEGER primary keys.
Id = Annotated[int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)]
Sid = Annotated[str, mapped_column(String(34), unique=True)]
Time = Annotated[datetime, mapped_column(UtcTime)]
OptionalTime = Annotated[datetime | None, mapped_column(UtcTime)]
Word = Annotated[str, mapped_column(String(32))]
Fingerprint = Annotated[str, mapped_column(String(64))]
