"""Messages: the list with its filters. Never the code, never the text, never a whole phone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor import gateways
from twofactor.house import house
from twofactor.models import Message
from twofactor.sms import phone
from twofactor.sms.phone import MASK
from twofactor.sms.stats import messages as stats
from twofactor.sms.stats import periods
from twofactor.sms.stats.messages import Listed, Wanted
from twofactor.words import ErrorClass, Purpose, Status
from webapp import session as door
from webapp.forms import ActionForm
from webapp.operator.timeline import diagnosis, steps

messages = Blueprint("messages", __name__)

PAGE_SIZE = 50
WORDS = ("status", "gateway", "country", "carrier", "purpose", "error")
KEPT = (*WORDS, "since", "from", "minutes", "phone")
FOLLOWED = timedelta(minutes=2)


@messages.get("/operator/messages")
@door.operators_only
def index() -> ResponseReturnValue:
    """The messages that fit the filters of the address, newest first."""
    kept = {name: value for name in KEPT if (value := request.args.get(name, "").strip())}
    wanted = _wanted(kept)
    page = stats.listing(wanted, request.args.get("before", type=_row_id), PAGE_SIZE)
    older = urlencode({**kept, "before": page.older}) if page.older else None
    return render_template(
        "operator/messages.html",
        messages=[_row(listed) for listed in page.rows],
        kept=kept,
        from_at=wanted.since,
        statuses=[status.value for status in Status],
        purposes=[purpose.value for purpose in Purpose],
        errors=[error.value for error in ErrorClass],
        gateways=gateways.names(),
        older_url=f"/operator/messages?{older}" if older else None,
    )


@messages.post("/operator/messages")
@door.operators_only
def find() -> ResponseReturnValue:
    """Look a whole phone up. The address shows its fingerprint only, so that no log or history
    holds the phone."""
    if not ActionForm().validate():
        abort(400)
    try:
        found = phone.parse(request.form.get("phone", ""))
    except phone.BadPhone as error:
        flash(f"{error.reason}.", "error")
        return redirect("/operator/messages", 303)
    query = urlencode({"phone": ",".join(house().kit.keyring.fingerprints(found.e164))})
    return redirect(f"/operator/messages?{query}", 303)


@messages.get("/operator/messages/<sid>")
@door.operators_only
def show(sid: str) -> ResponseReturnValue:
    """The timeline of one message, by our sid or the gateway's id."""
    message = stats.by_sid(sid)
    if message is None:
        abort(404)
    story = stats.story(message)
    latest = story.attempts[-1] if story.attempts else None
    return render_template(
        "operator/message.html",
        message={
            "sid": message.sid,
            "status": message.status,
            "to_masked": MASK + message.phone_ending,
            "country": message.country,
            "purpose": message.purpose,
            "channel": message.channel,
            "carrier": latest.carrier if latest else None,
            "gateway": latest.gateway if latest else None,
            "segments": message.segments,
            "created_at": message.created_at,
            "verification_sid": story.verification.sid if story.verification else None,
            "confirmed": message.confirmed_at is not None,
        },
        is_followed=_is_followed(message),
        diagnosis=diagnosis(story),
        timeline=steps(story),
    )


def _row_id(text: str) -> int:
    """A row's number; what no database counts up to is none."""
    if not text.isdecimal() or len(text) > 18:
        raise ValueError(text)
    return int(text)


def _is_followed(message: Message) -> bool:
    """True while the page should load itself anew: a test text whose fate is still open."""
    is_open = not Status(message.status).is_final and message.purpose == Purpose.TEST
    return is_open and house().kit.now() < message.created_at + FOLLOWED


def _wanted(kept: dict[str, str]) -> Wanted:
    """The filters of the address; unknown words are not found."""
    if kept.get("status", "queued") not in list(Status):
        abort(404)
    since = until = None
    try:
        if "from" in kept:  # one slice of a chart, epoch seconds
            since = datetime.fromtimestamp(int(kept["from"]), UTC)
            until = since + timedelta(minutes=int(kept.get("minutes", "60")))
        elif "since" in kept:
            since = periods.period(kept["since"], house().kit.now()).since
    except (ValueError, OverflowError, OSError):
        abort(404)
    words = {name: kept.get(name, "") for name in WORDS}
    prints = kept["phone"].split(",") if "phone" in kept else ()
    return Wanted(**words, since=since, until=until, fingerprints=prints)


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
