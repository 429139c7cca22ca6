"""Deliveries: the messages, and what became of them."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.sms import stats
from twofactor.sms.phone import MASK
from twofactor.sms.stats import Listed
from twofactor.words import Status
from webapp import session as door

deliveries = Blueprint("deliveries", __name__)

PAGE_SIZE = 50
PERIOD = timedelta(hours=24)


@deliveries.get("/operator/deliveries")
@door.operators_only
def show() -> ResponseReturnValue:
    """Totals of the last 24 hours, and the messages, newest first."""
    status = _status(request.args.get("status"))
    before = request.args.get("before", type=_row_id)
    rows = stats.listing(status, before, PAGE_SIZE)
    return render_template(
        "operator/deliveries.html",
        messages=[_row(listed) for listed in rows],
        totals=stats.totals(house().kit.now() - PERIOD),
        status=status.value if status else None,
        period="in the last 24 hours",
        older_url=_older(rows, status),
        test_url=None,
    )


def _row_id(text: str) -> int:
    """A row's number; what no database counts up to is none."""
    if not text.isdecimal() or len(text) > 18:
        raise ValueError(text)
    return int(text)


def _status(text: str | None) -> Status | None:
    if not text:
        return None
    try:
        return Status(text)
    except ValueError:
        abort(404)


def _older(rows: list[Listed], status: Status | None) -> str | None:
    if len(rows) < PAGE_SIZE:
        return None
    kept = f"&status={status.value}" if status else ""
    return f"/operator/deliveries?before={rows[-1].message.id}{kept}"


def _row(listed: Listed) -> dict[str, Any]:
    message = listed.message
    return {
        "sid": message.sid,
        "at": message.created_at,
        "to_masked": MASK + message.phone_ending,
        "country": message.country,
        "gateway": listed.gateway,
        "purpose": message.purpose,
        "status": message.status,
        "latency_seconds": listed.latency_seconds,
        "confirmed": message.confirmed_at is not None,
    }
