"""What the ledger asks of the database: each statement once, for however many rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    Select,
    Subquery,
    Table,
    Update,
    bindparam,
    case,
    func,
    insert,
    literal_column,
    null,
    select,
    update,
)

from twofactor.extensions import Base
from twofactor.models.rows import among, given
from twofactor.sms.moves import MAY_REPLACE
from twofactor.words import Status

_ATTEMPTS, _MESSAGES, _RECEIPTS = (
    Base.metadata.tables[name] for name in ("attempts", "messages", "receipts")
)

# Columns in the order in which rows come and go. Of an attempt what is read, and what is written:
READ = "id sid message_id gateway gateway_ref phone_fingerprint status outcome".split()
READ += ["created_at", "sent_at"]
LEARNT = "id gateway_ref price currency".split()
_OUTCOME = "error_code error_class settled_at".split()
MOVED = ["id", "message_id", "sent_at", *_OUTCOME]
ACCEPTED = "accepted"  # what a receipt makes of an attempt whose answer is not on record
# Of a receipt:
KEPT = "attempt_id gateway status raw_status error_code moved flag received_at done_at".split()


@dataclass(frozen=True, slots=True)
class Postings:
    """The statements in one database's words; each takes rows folded by `models.rows`."""

    by_sids: Select[Any]  # rows of sid
    by_ids: Select[Any]  # of id
    by_refs: Select[Any]  # of gateway_ref; and :gateway
    known: Select[Any]  # of attempt_id: the facts kept of these attempts
    keep: Insert  # of KEPT
    learn: Update  # of LEARNT
    move: dict[str, tuple[Update, Update]]  # of MOVED: attempts and messages to that status


@cache
def postings(dialect: str) -> Postings:
    """The statements for a database of this kind."""

    def rows(of: Table, names: Sequence[str]) -> Subquery:
        return given(dialect, {name: of.c[name].type for name in names})

    # In the order of ids, so that two processes lock alike; one statement for each index.
    read = select(*(_ATTEMPTS.c[name] for name in READ)).order_by(_ATTEMPTS.c.id)

    def locked(name: str) -> Select[Any]:
        return read.where(among(dialect, _ATTEMPTS.c[name])).with_for_update()

    fact = [_RECEIPTS.c[name] for name in ("attempt_id", "raw_status", "error_code")]
    of = rows(_RECEIPTS, ["attempt_id"])
    moved = rows(_ATTEMPTS, MOVED)
    return Postings(
        by_sids=locked("sid"),
        by_ids=locked("id"),
        by_refs=locked("gateway_ref").where(_ATTEMPTS.c.gateway == bindparam("gateway")),
        known=select(*fact).join(of, of.c.attempt_id == _RECEIPTS.c.attempt_id),
        keep=insert(_RECEIPTS).from_select(KEPT, select(rows(_RECEIPTS, KEPT))),
        learn=_learn(rows(_ATTEMPTS, LEARNT)),
        move={
            status.value: (_move_attempts(status, moved), _move_messages(status, moved))
            for status in Status
            if MAY_REPLACE[status]
        },
    )


def _learn(told: Subquery) -> Update:
    """The gateway's id and its price, each as it was first known."""
    own, new = _ATTEMPTS.c, told.c
    has_price = own.price.is_not(None)
    values = {name: case((has_price, own[name]), else_=new[name]) for name in ("price", "currency")}
    row = update(_ATTEMPTS).where(own.id == new.id)
    return row.values(gateway_ref=func.coalesce(own.gateway_ref, new.gateway_ref), **values)


def _move_attempts(status: Status, told: Subquery) -> Update:
    """What was locked and may be moved."""
    own, new = _ATTEMPTS.c, told.c
    values = _values(status, told)
    values["outcome"] = case((own.outcome == "", ACCEPTED), else_=own.outcome)
    values["sent_at"] = func.coalesce(own.sent_at, new.sent_at)
    if status is Status.DELIVERED:
        values["delivered_at"] = told.c.settled_at
    return update(_ATTEMPTS).where(_ATTEMPTS.c.id == told.c.id).values(values)


def _move_messages(status: Status, told: Subquery) -> Update:
    """A message follows its latest attempt, and whichever attempt delivers it."""
    own, new = _MESSAGES.c, told.c
    # Said by what it does not replace: asked for what it does, SQLite goes through all of a status.
    high = [own.status != _word(other) for other in sorted(set(Status) - MAY_REPLACE[status])]
    row = update(_MESSAGES).where(own.id == new.message_id, *high)
    if status is not Status.DELIVERED:
        row = row.where(own.attempt_id == new.id)
    values = _values(status, told)
    values["sent_at"] = func.coalesce(own.sent_at, new.sent_at)
    values |= dict.fromkeys(("next_try_at", "leased_until", "body_sealed"), null())  # it has left
    return row.values(values)


def _values(status: Status, told: Subquery) -> dict[str, Any]:
    outcome = {name: told.c[name] for name in _OUTCOME} if status.is_final else {}
    return {"status": _word(status), **outcome}


def _word(status: Status) -> ColumnElement[str]:
    """Part of the statement and no parameter: each of those costs in every run."""
    return literal_column(f"'{status.value}'")
