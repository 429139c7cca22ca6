"""Audit: who did what. Users by sid and address, visitors by pseudonym."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from twofactor.audit import pages
from twofactor.words import AuditEvent
from webapp import session as door

audit = Blueprint("audit", __name__)

PAGE_SIZE = 50


@audit.get("/operator/audit")
@door.operators_only
def show() -> ResponseReturnValue:
    """The entries that fit the filters of the address, newest first."""
    event, person = request.args.get("event", ""), request.args.get("person", "").strip()
    if event and event not in list(AuditEvent):
        abort(404)
    before = request.args.get("before", type=int)
    rows = pages(event, person, before, PAGE_SIZE)
    kept = {name: value for name, value in (("event", event), ("person", person)) if value}
    older = urlencode({**kept, "before": rows[-1][0].id}) if len(rows) == PAGE_SIZE else None
    return render_template(
        "operator/audit.html",
        entries=[_entry(row) for row in rows],
        events=sorted(AuditEvent),
        kept=kept,
        older_url=f"/operator/audit?{older}" if older else None,
    )


def _entry(row: Row[Any, Any]) -> dict[str, Any]:
    entry, email = row
    return {
        "at": entry.at,
        "event": entry.event,
        "person": email,
        "browser": entry.browser,
        "visitor": entry.visitor[:8],
        "detail": ", ".join(_fact(name, value) for name, value in entry.detail.items() if value),
    }


def _fact(name: str, value: object) -> str:
    """A name and its value; a sentence in quotes, so that it ends where it ends."""
    return f"{name} “{value}”" if " " in str(value) else f"{name} {value}"
