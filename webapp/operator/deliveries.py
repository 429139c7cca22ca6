"""Deliveries: what a chosen period brought, against the one before; as page, CSV and JSON."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.models.rollups import SPLIT
from twofactor.sms.errors import CLASSES
from twofactor.sms.stats import periods, rollup, rows, watch
from twofactor.sms.stats.history import TABLES, Compared, cells, history
from twofactor.sms.stats.periods import Period
from twofactor.spreadsheet import to_csv
from twofactor.words import ErrorClass
from webapp import session as door
from webapp.operator.pictures import pictures

deliveries = Blueprint("deliveries", __name__)

MOST_LINES = 10  # of a table; all of them stand in CSV and JSON
WHO = {"person": "the person", "operator": "you", "gateway": "the gateway"}


@deliveries.get("/operator/deliveries")
@door.operators_only
def show() -> ResponseReturnValue:
    """The figures of the filters in the address; `format=csv` or `json` gives the same as data."""
    now = house().kit.now()
    period = _period()
    filters = {name: value for name in SPLIT if (value := request.args.get(name, "").strip())}
    form = request.args.get("format", "")
    if form:
        return _as_data(form, period, filters)
    found = history(period, filters)
    return render_template(
        "operator/deliveries.html",
        history=found,
        whole=found.whole,
        filters=filters,
        period=period,
        periods=periods.NAMED,
        tables=TABLES,
        most=MOST_LINES,
        charts=pictures(found, _messages),
        errors=_errors(found.whole),
        queue=watch.queue(now),
        silences=watch.silences(now),
        limits=watch,
        counted_at=rollup.counted_at(),
        address=_address,
        messages=_messages,
        now=now,
    )


def _period() -> Period:
    try:
        return periods.period(request.args.get("period") or periods.DEFAULT, house().kit.now())
    except (ValueError, OverflowError) as error:
        abort(400, str(error))


def _address(**changes: str | None) -> str:
    """This page with other filters; None takes one away."""
    kept = {name: request.args.get(name) for name in ("period", *SPLIT)} | changes
    query = urlencode({name: value for name, value in kept.items() if value})
    return "/operator/deliveries" + (f"?{query}" if query else "")


def _messages(**more: str | int) -> str:
    """The messages behind figures: those of the filters here, and of what else is given."""
    kept = {name: value for name in SPLIT if (value := request.args.get(name, "").strip())}
    return f"/operator/messages?{urlencode(kept | more)}"


def _as_data(form: str, period: Period, filters: dict[str, str]) -> ResponseReturnValue:
    try:
        by = rows.split(request.args.get("by") or ",".join(SPLIT))
    except ValueError as error:
        abort(400, str(error))
    columns, found = rows.table(by, cells(period), filters)
    if form == "json":
        return jsonify(found)
    if form != "csv":
        abort(400, "The format is csv or json.")
    text = to_csv(list(found[0]) if found else columns, found)
    headers = {"Content-Disposition": 'attachment; filename="deliveries.csv"'}
    return Response(text, headers=headers, content_type="text/csv; charset=utf-8")


def _errors(whole: Compared) -> list[dict[str, Any]]:
    """The classes of failure that occurred, most first, in plain words."""
    now, before = whole.now, whole.before.errors
    return [
        {
            "name": name,
            "count": count,
            "before": before.get(name, 0),
            "share": count / now.attempts if now.attempts else None,
            "what": (meaning := CLASSES[ErrorClass(name)]).what,
            "who": WHO[meaning.who],
            "helps": meaning.helps,
        }
        for name, count in now.errors.items()
    ]
