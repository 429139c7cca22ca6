"""Deliveries: what a chosen period brought, against the one before; as page, CSV and JSON."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.models.rollups import SPLIT
from twofactor.sms.errors import CLASSES
from twofactor.sms.stats import periods, rollup, watch
from twofactor.sms.stats.figures import Figures
from twofactor.sms.stats.history import cells, grouped, history
from twofactor.sms.stats.periods import Period
from twofactor.sms.stats.rows import COLUMNS, Row, row
from twofactor.spreadsheet import to_csv
from twofactor.words import ErrorClass
from webapp import session as door
from webapp.operator.pictures import pictures

deliveries = Blueprint("deliveries", __name__)

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
        return _as_data(form, _rows(period, filters))
    found = history(period, filters)
    return render_template(
        "operator/deliveries.html",
        history=found,
        whole=found.whole,
        filters=filters,
        period=period,
        periods=periods.NAMED,
        charts=pictures(found),
        errors=_errors(found.whole.now),
        queue=watch.queue(now),
        silences=watch.silences(now),
        limits=watch,
        counted_at=rollup.counted_at(),
        address=_address,
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


def _rows(period: Period, filters: dict[str, str]) -> list[Row]:
    groups = grouped(SPLIT, cells(period), filters)
    return [row(dict(zip(SPLIT, key, strict=True)), figures) for key, figures in groups.items()]


def _as_data(form: str, rows: list[Row]) -> ResponseReturnValue:
    if form == "json":
        return jsonify(rows)
    if form != "csv":
        abort(400, "The format is csv or json.")
    text = to_csv([*SPLIT, *COLUMNS], rows)
    headers = {"Content-Disposition": 'attachment; filename="deliveries.csv"'}
    return Response(text, headers=headers, content_type="text/csv; charset=utf-8")


def _errors(figures: Figures) -> list[dict[str, Any]]:
    """The classes of failure that occurred, most first, in plain words."""
    found = []
    for name, count in figures.errors.items():
        meaning = CLASSES[ErrorClass(name)]
        found.append(
            {
                "name": name,
                "count": count,
                "share": count / figures.attempts if figures.attempts else None,
                "what": meaning.what,
                "who": WHO[meaning.who],
                "helps": meaning.helps,
            }
        )
    return found
