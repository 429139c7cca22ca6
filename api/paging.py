"""Lists, newest first, a page at a time, in Twilio's `meta`.

A page goes on from the row it ended with, not from a count, so that a far page costs what the
first one does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Select

from api.errors import invalid
from api.kinds import Text, Whole
from api.operation import Call, Parameter
from twofactor.extensions import db

SIZE = 50
MOST = 1000
FARTHEST = 10_000  # rows that may be skipped by number; beyond it tokens lead on

PARAMETERS = (
    Parameter("PageSize", Whole(1, MOST), "How many rows a page has; 50 where it is not given"),
    Parameter("Page", Whole(0, FARTHEST), "The number of the page, from 0"),
    Parameter("PageToken", Text(36, 36, "P[AB][A-Z]{2}[0-9a-f]{32}"), "From `meta`, as it is"),
)
META_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "key": {"type": "string"},
        "page": {"type": "integer"},
        "page_size": {"type": "integer"},
        "first_page_url": {"type": "string", "format": "uri"},
        "previous_page_url": {"type": ["string", "null"], "format": "uri"},
        "url": {"type": "string", "format": "uri"},
        "next_page_url": {"type": ["string", "null"], "format": "uri"},
    },
}


@dataclass(frozen=True)
class Page:
    """The rows of one page and its `meta`."""

    rows: Sequence[Any]
    meta: dict[str, Any]


def page(
    call: Call, found: Select[Any], model: Any, key: str, own: Select[Any] | None = None
) -> Page:
    """Cut one page out of `found`, whose rows begin with `model`. `own` are all rows of the caller
    that a page may have ended with, where some of them have left `found` since: a foreign sid in a
    token is as unknown as any other (S-60). Raises ApiError."""
    size, number = call.given.get("PageSize", SIZE), call.given.get("Page", 0)
    token = call.given.get("PageToken", "")
    start = _start(found if own is None else own, model, token) if token else None
    rows = _rows(found, model, start, token, size, number)
    backwards = token.startswith("PB")
    has_more = len(rows) > size
    rows = rows[:size][::-1] if backwards else rows[:size]
    later = bool(rows) and (has_more or backwards)
    earlier = bool(rows) and (has_more if backwards else number > 0)
    return Page(
        rows,
        {
            "key": key,
            "page": number,
            "page_size": size,
            "first_page_url": _url(call, size, 0),
            "previous_page_url": _url(call, size, max(0, number - 1), "PB" + rows[0][0].sid)
            if earlier
            else None,
            "url": _url(call, size, number, token),
            "next_page_url": _url(call, size, number + 1, "PA" + rows[-1][0].sid)
            if later
            else None,
        },
    )


def _start(own: Select[Any], model: Any, token: str) -> int:
    """The id of the row that the page before ended with. Raises ApiError."""
    start = db.session.scalar(own.with_only_columns(model.id).where(model.sid == token[2:]))
    if start is None:
        raise invalid("PageToken is not one of this list")
    return int(start)


def _rows(
    found: Select[Any], model: Any, start: int | None, token: str, size: int, number: int
) -> Sequence[Any]:
    if start is None:
        if number * size > FARTHEST:
            raise invalid(f"Page lies beyond {FARTHEST} rows; follow next_page_url instead")
        found = found.order_by(model.id.desc()).offset(number * size)
    elif token.startswith("PB"):
        found = found.where(model.id > start).order_by(model.id)
    else:
        found = found.where(model.id < start).order_by(model.id.desc())
    return db.session.execute(found.limit(size + 1)).unique().all()


def _url(call: Call, size: int, number: int, token: str = "") -> str:
    query = {name: _plain(value) for name, value in call.given.items() if "Page" not in name}
    query |= {"PageSize": size, "Page": number} | ({"PageToken": token} if token else {})
    return f"{call.url}?{urlencode(query)}"


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return getattr(value, "e164", value)
